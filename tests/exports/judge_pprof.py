#!/usr/bin/env python3
"""Lets `go tool pprof` read exported profiles: its totals and stacks must be those of the dump.

Exit status 77 (skipped) without Go.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter

from replay import replay
from traces import ENV, made, run

SAMPLE = re.compile(r"^ +(\d+) +(\d+): ([\d ]*)$")
LOCATION = re.compile(r"^ +(\d+): 0x([0-9a-f]+) ")


def raw(go, path):
    """(count, ns, addresses innermost first) of each sample, and all the text."""
    done = subprocess.run([go, "tool", "pprof", "-symbolize=none", "-raw", path], capture_output=True, text=True,
                          env=ENV, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip())
    samples, _, tables = done.stdout.partition("\nLocations\n")
    places = {found[1]: int(found[2], 16) for line in tables.splitlines() if (found := LOCATION.match(line))}
    rows = [(int(found[1]), int(found[2]), tuple(places[place] for place in found[3].split() if places[place]))
            for line in samples.splitlines() if (found := SAMPLE.match(line))]
    return rows, done.stdout


def expected(what, seen):
    """(count, ns) of a profile."""
    if what == "syscall":
        calls = [time for time, _, blocked in seen.whole_calls if blocked]
        return len(calls), sum(calls)
    waits = seen.true_waits()
    if what == "mutex":
        waits = seen.locks()
    if what != "block":
        waits = [wait for wait in waits if wait.waker and wait.outcome == "woken"]
    return len(waits), sum(wait.time for wait in waits)


def by_stack(what, seen):
    """ns by the stack's number in the trace."""
    sums = Counter()
    if what == "syscall":
        for time, stack, blocked in seen.whole_calls:
            sums[stack] += time * blocked
        return sums
    for wait in seen.true_waits():
        if what == "block":
            sums[wait.stack] += wait.time
        elif wait.waker and wait.outcome == "woken":
            sums[wait.release] += wait.time
    return sums


def judge(options, name, path, what):
    target = path + f".{what}.pb.gz"
    done = run([options.decoder, "export", "--format=pprof", f"--what={what}", "-o", target, path])
    if done.returncode not in (0, 3):
        return [f"{name}: {what}: export ended with {done.returncode}: {done.stderr.decode()}"]
    rows, text = raw(options.go, target)
    failures = []
    if re.search(r"[\x00-\x08\x0b-\x1f]", text):
        failures.append(f"{name}: {what}: control characters in pprof's output")
    seen = replay(options.decoder, path)
    if not seen.kept:
        return failures
    total = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if total != expected(what, seen):
        failures.append(f"{name}: {what}: the profile has {total}, the dump {expected(what, seen)}")
    if name == "storm":
        failures += judge_stacks(what, rows, seen)
        top = subprocess.run([options.go, "tool", "pprof", "-symbolize=none", "-top", target], capture_output=True,
                             text=True, env=ENV, check=False).stdout
        failures += judge_top(top, rows, what)
        if "0123456789abcdef" not in text or not re.search(r"thread:\[tid 1\d\d\]", text):
            failures.append(f"{name}: {what}: the build-id or the threads are missing")
    return failures


def judge_stacks(what, rows, seen):
    ours, theirs = Counter(), Counter()
    for stack, time in by_stack(what, seen).items():
        ours[seen.stacks.get(stack, ())] += time
    for _, time, addresses in rows:
        theirs[addresses] += time
    return [] if +ours == +theirs else [f"storm: {what}: other times by stack than in the dump"]


def judge_top(top, rows, what):
    """The first line of -top is the innermost frame with the most time."""
    flat = Counter()
    for _, time, addresses in rows:
        flat[addresses[0]] += time
    best = {f"storm+{place + 1 - 0x400000:#x}" if place < 0x700000 else f"libqueue.so+{place + 1 - 0x700000:#x}"
            for place, time in flat.items() if time == max(flat.values())}
    lines = top.splitlines()
    at = next((i for i, line in enumerate(lines) if "flat%" in line), len(lines) - 1)
    shown = lines[at + 1].split()[-1] if at + 1 < len(lines) else ""
    return [] if shown in best else [f"storm: {what}: {shown} is on top instead of {best}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--golden", required=True)
    parser.add_argument("--go", default="")
    options = parser.parse_args()
    if not os.access(options.go, os.X_OK):
        print("SKIPPED: no Go (package golang-1.23-go of bookworm-backports): the profiles are not judged")
        return 77
    failures, judged = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path in made(options.decoder, folder, options.golden):
            for what in ("block", "mutex", "wake", "syscall"):
                try:
                    failures += judge(options, name, path, what)
                except ValueError as error:
                    failures.append(f"{name}: {what}: pprof refuses it: {error}")
                judged += 1
    print("\n".join(failures) or f"{judged} profiles agree with their traces")
    return 1 if failures or judged < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
