#!/usr/bin/env python3
"""Each verb on a trace of ten million events, and on a tenth of it: how long, and how much memory.

Fails if a verb takes more than 20 s of CPU time or 1 GiB, or if one that streams takes more memory for
the longer trace.  Recording and reading takes some minutes and 100 MB of disk: this is no part of the
tests that always run.  `cmake --build build/release --target truth_scale` runs it.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

import guest
import trace
from verbs import verbs, ways

EVENTS = 10_000_000
MOST_SECONDS = 20
MOST_MEMORY = 1 << 20  # KiB
SLACK = 16 << 10  # KiB: more stacks; two bytes for each event are too much
HELD = {"--format=go": 0.1}  # KiB for each event of the largest generation, which this way has in memory at a time
FIRST_ROUNDS = 2000
PERIOD = "100ms"
KEEPS = set()  # verbs that keep what they read


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--program", required=True, help="town")
    parser.add_argument("--folder", default="", help="where the traces are kept and found again")
    parser.add_argument("--verb", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--events", type=int, default=EVENTS)
    options = parser.parse_args()
    parts = guest.parts_of(options)
    guest.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="truth-scale-") as temporary:
        folder = options.folder or temporary
        os.makedirs(folder, exist_ok=True)
        tenth, whole = recorded(parts, options, folder)
        more = max(0, largest_generation(parts, whole) - largest_generation(parts, tenth))
        failures = []
        print(f"{'':40} {'a tenth':>20} {'the whole':>20}")
        for verb in verbs(parts.decoder):
            if options.verb and verb.name not in options.verb:
                continue
            for way in different(verb):
                failures += measured(parts, way, tenth, whole, more)
        guest.finish(failures, "no verb is too slow or takes too much")


def different(verb):
    """One way for each thing that is computed: the first format with all options, the others alone."""
    every, alone = list(ways(verb)), list(ways(verb, every=False))
    first = alone[0].form
    return [way for way in every if way.form == first] + [way for way in alone if way.form != first] + [
        way for way in every if way.form == "pprof" and len(way.words) > 3]


def recorded(parts, options, folder):
    """The paths of two traces, the second one with at least so many events, the first with a tenth."""
    paths, rounds = [], FIRST_ROUNDS
    for name, wanted in (("tenth", options.events // 10), ("whole", options.events)):
        path = os.path.join(folder, name + ".thr")
        while True:
            if not os.path.exists(path):
                record(parts, options.program, path, rounds)
            events, text = count(parts, path)
            if wanted <= events < 1.2 * wanted:
                break
            os.remove(path)
            rounds = int(rounds * wanted / events * 1.05) + 1
        rounds *= 10
        paths.append(path)
        print(f"{name}: {text}")
    return paths


def record(parts, program, path, rounds):
    # Short generations: memory goes with the largest one, and the tenth must have some, too.
    words = [parts.launcher, "--quiet", "--on-full", "wait", "--period", PERIOD, "-o", path, "--", program, str(rounds)]
    done = guest.run(words, guest.traced_environment(parts), seconds=1200)
    left = guest.reap_orphans()
    if done.status != 0 or left:
        guest.finish([f"{program} {rounds} ended with {done.status}: {guest.text(done.stderr)} {left}"])


def count(parts, path):
    verdict = trace.check(parts, path)
    if not verdict.ok:
        guest.finish([f"check: {verdict.text}"])
    return verdict.events, re.sub(r".*: OK: ", "", verdict.text.splitlines()[0])


def largest_generation(parts, path):
    """How many events it has."""
    info = guest.run([parts.decoder, "info", path], trace.ENV, seconds=60)
    return int(re.search(r"^generations .* of (\d+) events at most$", guest.text(info.stdout, 1 << 20), re.MULTILINE)[1])


def run(command):
    """CPU seconds, seconds, KiB, exit status, what it complains of."""
    with tempfile.TemporaryFile() as complaints:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=complaints, env=trace.ENV)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        complaints.seek(0)
        return usage.ru_utime + usage.ru_stime, took, usage.ru_maxrss, process.returncode, complaints.read()


def measured(parts, way, tenth, whole, more):
    short, long = (run([parts.decoder, way.verb.name, *way.words, path]) for path in (tenth, whole))
    shown = "".join(f"{cpu:8.2f} s {memory / 1024:6.0f} MiB" for cpu, _, memory, _, _ in (short, long))
    print(f"{str(way):40} {shown}   ({long[1]:.1f} s)", flush=True)
    failures = [f"{way} ends with {status}: {guest.text(text, 300)}" for _, _, _, status, text in (short, long) if status]
    if long[0] > MOST_SECONDS:
        failures.append(f"{way} takes {long[0]:.1f} s of CPU time")
    if long[2] > MOST_MEMORY:
        failures.append(f"{way} takes {long[2] >> 10} MiB")
    held = sum(HELD.get(word, 0) for word in way.words) * more
    if long[2] > 1.25 * short[2] + SLACK + held and way.verb.name not in KEEPS:
        failures.append(f"{way}: memory grows with the trace, from {short[2] >> 10} to {long[2] >> 10} MiB")
    return failures


if __name__ == "__main__":
    sys.exit(main())
