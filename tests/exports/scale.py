#!/usr/bin/env python3
"""Exports a trace of ten million events in every format and prints what each took: seconds of CPU and of the clock,
memory at most, bytes.  Fails if one takes more than 20 s or 1 GiB.  The target export-scale runs it."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

SECONDS, MIB = 20, 1024
FIRST_OPERATIONS = 100_000  # of the worker: they tell how many events one makes here
EXPORTS = (("perfetto",), ("chrome",), ("sqlite",), ("go",), ("pprof", "block"), ("speedscope", "blocked"),
           ("folded", "offwake"))


def recorded(options, folder):
    """The path of a trace with at least as many events as wanted, and how many it has."""
    path = os.path.join(folder, "scale.thr")
    environment = {**os.environ, "THRACE_OUTPUT": path, "THRACE_FORCE": "1", "THRACE_ON_FULL": "wait"}
    operations, events = FIRST_OPERATIONS, 0
    while events < options.events:
        if events:
            operations = int(operations * options.events / events * 1.05) + 1
        command = [options.launcher, "-q", "--", options.worker, options.mode, str(operations)]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        events = counted(options, path)
    return path, events


def counted(options, path):
    """How many events a whole trace has: `check` waits for its end."""
    done = subprocess.run([options.decoder, "check", path], capture_output=True, text=True, check=True)
    return int(re.search(r"OK: (\d+) events", done.stdout)[1])


def measured(command):
    """(status, seconds of CPU, seconds, KiB at most) of a command."""
    begun = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ,
                           file_actions=[(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    return (os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, time.monotonic() - begun,
            usage.ru_maxrss)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--worker", required=True, help="bench-work")
    parser.add_argument("--mode", default="sem", help="of the worker")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--trace", default="", help="instead of recording one")
    options = parser.parse_args()
    slow = []
    with tempfile.TemporaryDirectory() as folder:
        path, events = (options.trace, counted(options, options.trace)) if options.trace else recorded(options, folder)
        print(f"{events} events, {os.path.getsize(path)} bytes")
        print(f"{'format':<20} {'CPU s':>7} {'s':>7} {'MiB':>6} {'bytes':>12}")
        for form, *what in EXPORTS:
            target = os.path.join(folder, f"out.{form}")
            status, cpu, seconds, memory = measured([options.decoder, "export", f"--format={form}",
                                                     *(f"--what={word}" for word in what), "-o", target, path])
            print(f"{' '.join((form, *what)):<20} {cpu:7.1f} {seconds:7.1f} {memory / 1024:6.0f} "
                  f"{os.path.getsize(target):12}", flush=True)
            # The clock also has what else the machine does.
            if status != 0 or cpu > SECONDS or memory > MIB * 1024:
                slow.append(f"{form}: status {status}, {cpu:.1f} s, {memory // 1024} MiB")
            os.unlink(target)
    print("\n".join(slow) or f"none takes more than {SECONDS} s or {MIB} MiB")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
