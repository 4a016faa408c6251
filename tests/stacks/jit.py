#!/usr/bin/env python3
"""Code of a just-in-time compiler has the names of its map for perf in every verb; an older map is not believed."""

import os
import subprocess
import tempfile

import guest
import trace

NAME = "compiled:Loop.run"
VERBS = (["dump", "--ordered", "--stacks"], ["flame", "--what=blocked"], ["export", "--format=perfetto", "-o", "-"],
         ["export", "--format=go", "-o", "-"])


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("program")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    failures = []
    guest.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        run = guest.traced(parts, folder, [options.program])
        guest.reap_orphans()
        if run.status != 0:
            guest.finish([f"the program ended with {run.status}: {guest.text(run.stdout + run.stderr)}"])
        made = run.stdout.decode().strip()
        try:
            [path] = trace.files(folder)
            for verb in VERBS:
                done = subprocess.run([parts.decoder, *verb, path], capture_output=True, check=False)
                if done.returncode != 0 or NAME.encode() not in done.stdout:
                    failures.append(f"{verb}: {NAME} is missing: {guest.text(done.stdout + done.stderr)}")
            os.utime(made, (1_000_000_000, 1_000_000_000))
            done = subprocess.run([parts.decoder, *VERBS[0], path], capture_output=True, check=True)
            if NAME.encode() in done.stdout or b"is older than the traced process" not in done.stderr:
                failures.append(f"an old map is believed: {guest.text(done.stdout + done.stderr)}")
        finally:
            os.remove(made)
    guest.finish(failures, f"{NAME} is named by {len(VERBS)} verbs")


if __name__ == "__main__":
    main()
