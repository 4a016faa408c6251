#!/usr/bin/env python3
"""All verbs, in all formats, on traces that are empty, cut, damaged or full of hostile names."""

import argparse
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import hostile
from verbs import BINARY, ways, verbs

ENV = {**os.environ, "LC_ALL": "C"}
FINE, UNREADABLE, USAGE, DAMAGED = range(4)
HEAD = 'Trace version=2\nHeader "program"="demo" "pid"="7"\n'
GENERATION = "Generation gen=1\nBatch m=0 time=0\nClockSnapshot frequency=1000000000 mono=0\n"
THREAD = "Thread m=1 tid=101\nBatch m=1 time=10\n"
LAST = "Batch m=0 time=100000\nEndOfGeneration reason=exit\n"
INDEX = "Index\n"
ODD_FILE = b"\x1b[31m\xff\n.thr"  # the end of each file's name
DIRECTION = {0x61c, 0x200e, 0x200f, *range(0x202a, 0x202f), *range(0x2066, 0x206a)}

# name | status of the verbs | text.  Those of `check` are its own: see CHECK.
ODD = [
    ("header only", DAMAGED, HEAD),
    ("nothing recorded", FINE, HEAD + GENERATION + LAST + INDEX),
    ("no header values", FINE, "Trace version=2\n" + GENERATION + LAST + INDEX),
    ("no index", DAMAGED, HEAD + GENERATION + THREAD + "GoStatus g=1 status=running since=-5\n" + LAST),
    ("one event", FINE, HEAD + GENERATION + THREAD + "GoStatus g=1 status=running since=-5\n" + LAST + INDEX),
    ("one open wait", FINE, HEAD + GENERATION + THREAD +
     "GoStatus g=1 status=waiting detail=1 object=0x404010 owner=101 since=-5\n" + LAST + INDEX),
    ("one lost event", FINE, HEAD + GENERATION + THREAD + "GoStatus g=1 status=running since=-5\n"
     "GoBlock dt=10 reason=mutex object=0x404010\nLost dt=50 count=1 from=-40 to=-1\n"
     "GoStatus dt=1 g=1 status=running since=-10\n" + LAST + INDEX),
    ("all lost", FINE, HEAD + GENERATION + THREAD + "GoStatus g=1 status=running since=-5\n"
     f"Lost dt=50 count={(1 << 63) - 1} from=-40 to=-1\nGoStatus dt=1 g=1 status=syscall detail=0 since=-10\n"
     + LAST + INDEX),
]


def run(command, **keywords):
    return subprocess.run(command, capture_output=True, env=ENV, check=False, timeout=60, **keywords)


def place(folder, name):
    return os.path.join(folder.encode(), name.encode() + ODD_FILE)


def assembled(decoder, folder, name, text):
    """The path of a trace made of text."""
    source, path = os.path.join(folder, "source.txt"), place(folder, name)
    with open(source, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    done = run([decoder, "assemble", source, "-o", path])
    if done.returncode != 0:
        raise SystemExit(f"{name} cannot be assembled: {done.stderr}")
    return path


def harmful(data):
    """What in these bytes could do harm to a terminal or a parser."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return f"invalid UTF-8: {data[max(0, error.start - 30):error.start + 10]}"
    for at, char in enumerate(text):
        bad = unicodedata.category(char) in ("Cc", "Zl", "Zp") and char != "\n"
        if bad or ord(char) in DIRECTION:
            return f"U+{ord(char):04X} after {text[max(0, at - 30):at]!r}"
    return None


def malformed(way, text):
    """Why the output is not of the form that was asked for."""
    form = "json" if way.form == "chrome" else way.form
    if form == "json":
        try:
            json.loads(text)
        except ValueError as error:
            return f"no JSON: {error}"
    if form == "csv":
        rows = list(csv.reader(io.StringIO(text), strict=True))
        if not rows:
            return "a csv without its head"
        if {len(row) for row in rows} != {len(rows[0])} or len(set(rows[0])) != len(rows[0]) or "" in rows[0]:
            return f"columns {rows[0]}, rows of {({len(row) for row in rows})}"
    if form == "folded" or way.verb.name == "flame" and form == "text":
        for line in text.splitlines():
            if not re.fullmatch(r".*[^;] \d+", line):
                return f"no folded stack: {line!r}"
    if "<script>alert" in text and (way.verb.name == "html" or way.form == "html"):
        return "a name became markup"
    return None


def call(decoder, way, path):
    return run([decoder, way.verb.name, *way.words, os.path.basename(path)], cwd=os.path.dirname(path))


def judged(way, done, allowed, name):
    """What is wrong with one run."""
    prefix = f"{name}: {way}:"
    if done.returncode not in allowed:
        return [f"{prefix} status {done.returncode}, not {allowed}: {done.stderr[-300:]}"]
    failures = [f"{prefix} stderr has {harm}" for harm in [harmful(done.stderr)] if harm]
    if done.returncode != FINE and not (done.stderr or done.stdout):
        failures.append(f"{prefix} status {done.returncode}, and no word why")
    if done.returncode == UNREADABLE and (way.verb.name != "check" or not done.stdout):
        if done.stdout:
            failures.append(f"{prefix} unreadable, but it prints {done.stdout[:100]}")
        if not done.stderr.startswith(b"trace-decode: "):
            failures.append(f"{prefix} does not say who complains: {done.stderr[:100]}")
        return failures
    if way.form in BINARY:
        return failures
    if harm := harmful(done.stdout):
        return failures + [f"{prefix} stdout has {harm}"]
    if not done.stdout and way.verb.name not in ("flame", "dump") and way.form != "folded":
        failures.append(f"{prefix} says nothing")
    if problem := malformed(way, done.stdout.decode()):
        failures.append(f"{prefix} {problem}")
    return failures


def cut_traces(decoder, folder):
    """A good trace, and it cut at several bytes: between and within blocks, and down to nothing."""
    whole = assembled(decoder, folder, "whole", hostile.text(hostile.PLAIN, hostile.ADDRESSES))
    with open(whole, "rb") as file:
        data = file.read()
    yield "whole", whole, (FINE,)
    for size in sorted({0, 1, 7, 20, len(data) // 3, len(data) // 2, len(data) * 3 // 4, len(data) - 40,
                        len(data) - 1}):
        path = place(folder, f"cut at {size}")
        with open(path, "wb") as file:
            file.write(data[:size])
        yield f"cut at {size} of {len(data)}", path, (FINE, UNREADABLE, DAMAGED)
    for name, content in (("garbage", bytes(range(256)) * 20), ("text", b"not a trace\x1b[31m\n" * 9),
                          ("damaged", data[:len(data) // 2] + bytes(16) + data[len(data) // 2 + 16:])):
        path = place(folder, name)
        with open(path, "wb") as file:
            file.write(content)
        yield name, path, (UNREADABLE,) if name != "damaged" else (UNREADABLE, DAMAGED)
    yield "missing", place(folder, "missing"), (UNREADABLE,)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--plain", required=True, help="odd_names with harmless names")
    parser.add_argument("--odd", required=True, help="odd_names with hostile ones")
    parser.add_argument("--show", default="", help="print what the verbs say of this trace")
    options = parser.parse_args()
    known = verbs(options.decoder)
    failures, calls = [], 0
    with tempfile.TemporaryDirectory(prefix="truth-odd-") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        traces = [(name, assembled(options.decoder, folder, name, text), (status,)) for name, status, text in ODD]
        for name, path, allowed in [*traces, *cut_traces(options.decoder, folder)]:
            several = [way for verb in known for way in ways(verb, every=name in ("whole", "nothing recorded"))]
            runs = list(pool.map(lambda way: call(options.decoder, way, path), several))
            for way, done in zip(several, runs):
                permitted = (*allowed, UNREADABLE) if way.verb.name == "check" else allowed
                failures += judged(way, done, permitted, name)
                if options.show and name.startswith(options.show):
                    print(f"$ {way}: {done.returncode}\n{done.stdout.decode(errors='replace')[:1500]}{done.stderr.decode()}")
            failures += disagreements(name, several, runs)
            calls += len(runs)
        more, count = hostile_names(options, folder, known, pool)
        failures += more + empty_results(options, folder, known)
        calls += count
    print("\n".join(failures) or f"{len(known)} verbs, {calls} calls: harmless and well-formed")
    return 1 if failures else 0


def disagreements(name, several, runs):
    """All verbs but check and info must think the same of one trace."""
    statuses = {}
    for way, done in zip(several, runs):
        if way.verb.name not in ("check", "info"):
            statuses.setdefault(done.returncode, str(way))
    return [f"{name}: the verbs disagree: {statuses}"] if len(statuses) > 1 else []


def hostile_names(options, folder, known, pool):
    """The same trace with harmless and with hostile names: what shows a name must show the other, too."""
    pairs = []
    for source, names in ((options.plain, hostile.PLAIN), (options.odd, hostile.HOSTILE)):
        at = os.path.join(folder.encode(), names["oddmodule"])
        shutil.copy(source, at)
        os.chmod(at, 0o600)
        content = hostile.text({**names, "oddmodule": at}, hostile.addresses(source))
        pairs.append(assembled(options.decoder, folder, "plain" if names is hostile.PLAIN else "hostile", content))
    several = [way for verb in known for way in ways(verb)]
    failures = []
    for way, plain, odd in zip(several, *(list(pool.map(lambda way: call(options.decoder, way, path), several))
                                          for path in pairs)):
        failures += judged(way, odd, (FINE,), "hostile")
        if plain.returncode != odd.returncode:
            failures.append(f"hostile: {way}: status {plain.returncode} with harmless names")
        ours, theirs = odd.stdout, plain.stdout
        failures += [f"hostile: {way}: {token} cannot be recognised" for token in hostile.TOKENS
                     if token.encode() in theirs and token.encode() not in ours]
        if way.form not in BINARY and ours.count(b"\n") != theirs.count(b"\n"):
            failures.append(f"hostile: {way}: {ours.count(10)} lines, {theirs.count(10)} with harmless names")
        if options.show == "hostile":
            print(f"$ {way}\n{ours.decode(errors='replace')}")
    return failures, 2 * len(several)


def empty_results(options, folder, known):
    """Filters that leave nothing."""
    failures = []
    path = place(folder, "whole")
    for verb in known:
        for option, value in (("--thread", "nobody"), ("--object", "0x1"), ("--from", "3000s"), ("--to", "-3000s")):
            if option not in verb.options:
                continue
            for way in ways(verb, every=False):
                way.words += [f"{option}={value}", *(["--ordered"] if verb.name == "dump" else [])]
                failures += judged(way, call(options.decoder, way, path), (FINE,), "nothing left")
    return failures


if __name__ == "__main__":
    sys.exit(main())
