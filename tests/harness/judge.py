#!/usr/bin/env python3
"""Judges all traces of a folder: check, nothing lost, thread names, and Go's tool on the exports."""

import fnmatch
import os
import sys
import tempfile
import time

import guest
import trace
from gotrace import judge

SMALL = 1_000_000  # events that the tools read in a bounded time


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--mode", default="default")
    parser.add_argument("--names", default="", help="patterns of thread names that must be there, by commas")
    parser.add_argument("--threads", type=int, default=0, help="threads of the largest trace, exactly")
    parser.add_argument("--images", type=int, default=0, help="traces, at least")
    parser.add_argument("folder")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    failures = []
    settle(options.folder)
    paths = trace.files(options.folder)
    if len(paths) < max(options.images, 1):
        failures.append(f"{len(paths)} traces instead of {max(options.images, 1)}")
    verdicts = {path: trace.check(parts, path) for path in paths}
    failures += [f"check: {verdict.text}" for verdict in verdicts.values() if not verdict.ok]
    events = sum(verdict.events for verdict in verdicts.values())
    lost = sum(verdict.lost for verdict in verdicts.values())
    if lost and options.mode == "default":
        failures.append(f"{lost} events lost")
    threads = max((verdict.threads for verdict in verdicts.values()), default=0)
    if options.threads and threads != options.threads:
        failures.append(f"{threads} threads instead of {options.threads}")
    if not failures:
        failures += inspect(parts, verdicts, options)
    size = sum(os.path.getsize(path) for path in paths)
    figure = (f"{events} events, {len(paths)} traces, {threads} threads at most, {lost} lost, "
              f"{size} bytes ({size / max(events, 1):.1f} per event)")
    guest.finish(failures, figure)


def settle(folder, seconds=60):
    """Waits until no collector writes here any more: a bound, not a rule, for trace-decode waits, too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(writes_to(pid, folder) for pid in os.listdir("/proc") if pid.isdigit()):
        time.sleep(0.02)


def writes_to(pid, folder):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
            if file.read().strip() != "thrace-collect":
                return False
        with open(f"/proc/{pid}/environ", "rb") as file:
            return folder.encode() in file.read()
    except OSError:
        return False


def inspect(parts, verdicts, options):
    failures, names = [], set()
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        for path, verdict in verdicts.items():
            small = parts.go and verdict.events <= SMALL
            if not small and not options.names:
                continue
            dump = trace.Dump(parts, path)
            names |= dump.thread_names | {name for labels in dump.labels.values() for name in labels}
            if small:
                failures += judge(parts, path, dump.events, folder)
            elif parts.go:
                print(f"{os.path.basename(path)}: too large for go tool trace; its export is not judged")
    for wanted in options.names.split(","):
        if wanted and not fnmatch.filter(names, wanted):
            failures.append(f"no thread has the name {wanted}; there are {sorted(names)}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
