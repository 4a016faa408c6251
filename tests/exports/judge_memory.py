#!/usr/bin/env python3
"""Exports of a trace ten times as long take no more memory; the files grow with the trace."""

import subprocess
import sys
import tempfile

from judge import arguments
from traces import ENV, assembled, long

SLACK = 6 << 10  # KiB: the latest wakes that are kept (recent_wakes.h: 131,072 of 40 bytes), and pages come in bunches


def export(decode, form, path):
    """The most memory, in KiB, that an export took until its last bytes, and how many bytes it wrote."""
    command = [decode, "export", f"--format={form}", "-o", "-", path]
    size = most = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV) as process:
        while chunk := process.stdout.read(1 << 14):
            size += len(chunk)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                # A process that is gone has no such line.
                most = max([most, *(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))])
    if process.returncode != 0:
        raise SystemExit(f"{form}: export ended with {process.returncode}")
    return most, size


def main():
    options = arguments(__doc__).parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        short, tall = (assembled(options.decoder, folder, f"long-{count}", long(count)) for count in (5, 50))
        for form in ("chrome", "perfetto"):
            memory, size = export(options.decoder, form, short)
            more_memory, more_size = export(options.decoder, form, tall)
            print(f"{form}: {memory} KiB for {size} bytes, {more_memory} KiB for {more_size} bytes")
            if more_memory > memory + SLACK:
                failures.append(f"{form}: memory grows with the trace")
            if more_size < 8 * size:
                failures.append(f"{form}: the long trace is not all there")
    print("\n".join(failures) or "memory does not grow")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
