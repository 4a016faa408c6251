"""Runs `paths` under thrace and compares the stack of each wait with the one that its source tells."""

import json
import os
import re
import subprocess
import tempfile

import guest
import trace


def expectations(sources, sanitized=False):
    """The expected frames by path, as (function, (file, line)).  With a sanitizer, gcc tells some lines otherwise."""
    paths, markers, others = {}, {}, {}
    for source in sources:
        with open(source, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if told := re.search(r"// (sanitized )?path (\d+): (.*)", line):
                    (others if told[1] else paths)[int(told[2])] = told[3].split()
                elif marker := re.search(r"// @(\S+)", line):
                    markers[marker[1]] = (os.path.basename(source), number)
    if sanitized:
        paths.update(others)
    return {
        path: [word if word in ("*", "...") else (word.rpartition("@")[0], markers[word.rpartition("@")[2]])
               for word in words]
        for path, words in paths.items()
    }


def matches(expected, actual):
    """True if the actual frames are those expected: "*" stands for any, "..." for the rest."""
    if not expected:
        return not actual
    head, rest = expected[0], expected[1:]
    if head == "...":
        return True
    if head == "*":
        return any(matches(rest, actual[i:]) for i in range(len(actual) + 1))
    if not actual:
        return False
    function, place = head
    if function.startswith("*"):
        same = actual[0][0].endswith(function[1:])
    else:
        name = actual[0][0].replace("(anonymous namespace)::", "")
        same = name == function or name.endswith("::" + function)
    return same and actual[0][1] == place and matches(rest, actual[1:])


EVENT = re.compile(r"^ *-?\d+ m=\d+ g=\d+ ")
FRAME = re.compile(r"^\s+(?P<function>.+?) \((?P<file>[^()]*):(?P<line>\d+)\)(, inlined)?$|^\s+(?P<bare>\S.*)$")


def stacks(text, objects):
    """The stacks of the waits by path, the innermost frame first."""
    found, current = {}, None
    for line in text.splitlines():
        if EVENT.match(line):
            block = re.search(r" GoBlock reason=mutex object=(0x[0-9a-f]+)", line)
            path = objects.get(int(block[1], 16)) if block else None
            current = found.setdefault(path, []) if path else None
        elif current is not None and (frame := FRAME.match(line)):
            if frame["bare"] and frame["bare"].startswith("... ("):
                continue
            if frame["bare"]:
                current.append((frame["bare"], None))
            else:
                current.append((frame["function"], (os.path.basename(frame["file"]), int(frame["line"]))))
    return found


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--folder", required=True, help="where the libraries are")
    parser.add_argument("--symbols", action="append", default=[])
    parser.add_argument("--stacks", choices=("auto", "unwind", "fp"), default="auto")
    parser.add_argument("--sanitized", action="store_true", help="the program has the address sanitizer")
    parser.add_argument("--under", default="", help="a command that runs the program")
    parser.add_argument("--mode", choices=("default", "stress"), default="default")
    parser.add_argument("program")
    parser.add_argument("sources", nargs="+")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    expected = expectations(options.sources, options.sanitized)
    failures = [] if len(expected) >= 40 else [f"only {len(expected)} paths are known"]
    if options.stacks == "fp":  # libraries keep no frame pointers
        expected = {path: frames for path, frames in expected.items() if "*" not in frames}
    guest.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        run = guest.traced(parts, folder, [*options.under.split(), options.program, options.folder],
                           options.mode, ["--stacks", options.stacks])
        guest.reap_orphans()
        if run.status != 0:
            guest.finish([f"the program ended with {run.status}: {guest.text(run.stdout + run.stderr)}"])
        failures += guest.sanitizer_reports(run)
        # What it runs under has a trace, too.
        verdicts = {path: trace.check(parts, path) for path in trace.files(folder)}
        path, verdict = max(verdicts.items(), key=lambda entry: entry[1].events)
        symbols = [word for place in options.symbols for word in ("--symbols", place)]
        text = subprocess.run([parts.decoder, "dump", "--ordered", "--stacks", *symbols, path],
                              capture_output=True, text=True, check=True).stdout
    output = run.stdout.decode()
    objects = {int(address, 16): int(path)
               for path, address in re.findall(r"^path (\d+) (0x[0-9a-f]+)$", output, re.M)}
    actual = stacks(text, objects)
    if not verdict.ok:
        failures.append(f"check: {verdict.text}")
    for path, frames in sorted(expected.items()):
        stack = actual.get(path, [])
        if not stack or not stack[0][0].endswith("wait_here") or not matches(frames, stack[1:]):
            failures.append(f"path {path}:\n  expected {json.dumps(frames)}\n  found    {json.dumps(stack)}")
    guest.finish(failures, f"{len(expected)} paths are as the source tells;"
                           f" the {re.search('plugins .*', output)[0]}")


if __name__ == "__main__":
    main()
