#!/usr/bin/env python3
"""Records a program whose truth is known, and asks the verbs of trace-decode for it."""

import os
import signal
import subprocess
import tempfile

import facts
import guest
import trace


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--mode", choices=("default", "stress"), default="default")
    parser.add_argument("--source", required=True)
    parser.add_argument("--scratch", required=True, help="a folder on a disk, for the program's file")
    parser.add_argument("--show", action="store_true", help="print what each verb says")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    guest.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="truth-", dir=options.scratch) as folder:
        command = [os.path.join(folder, "file") if word == "@" else word for word in options.command]
        failures = record(parts, folder, command, options.mode)
        paths = trace.files(folder)
        if len(paths) != 1:
            guest.finish(failures + [f"{len(paths)} traces"])
        verdict = trace.check(parts, paths[0])
        if not verdict.ok or (verdict.lost and options.mode == "default"):
            failures.append(f"check: {verdict.text}")
        known = facts.FACTS[os.path.basename(command[0])] if options.mode == "default" else []
        marks = facts.places(options.source)
        for arguments, wanted in known:
            output = said(parts, arguments, paths[0], failures)
            wrong = [text for fact in wanted if (text := fact.wrong(output, marks))]
            if options.show or wrong:
                print(f"$ trace-decode {arguments}\n{output}")
            failures += [f"{arguments}: {text}" for text in wrong]
    guest.finish(failures, f"{verdict.events} events, {len(known)} questions answered")


def record(parts, folder, command, mode):
    """Runs the program to its end, or ends it when it says that it is stuck."""
    words = [parts.launcher, "--quiet", "-o", os.path.join(folder, "%e.thr"), "--", *command]
    if mode == "stress":
        words.insert(1, "--stress")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          env=guest.traced_environment(parts)) as process:
        said_so = process.stdout.readline()
        if stuck := said_so == b"stuck\n":
            process.send_signal(signal.SIGKILL)
        status = process.wait(60)
    left = guest.reap_orphans()
    if status == guest.SKIPPED:
        guest.skip("the program says that this machine does not allow it")
    failures = [f"still running: {name}" for name in left]
    if status != (-signal.SIGKILL if stuck else 0) or not said_so:
        failures.append(f"the program ended with {status} and said {said_so}")
    return failures


def said(parts, arguments, path, failures):
    """What trace-decode prints; it must be content with the trace, and with the files that ran."""
    done = subprocess.run([parts.decoder, *arguments.split(), path], capture_output=True, text=True,
                          env=trace.ENV, check=False)
    if done.returncode != 0 or done.stderr:
        failures.append(f"{arguments} ends with {done.returncode}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
