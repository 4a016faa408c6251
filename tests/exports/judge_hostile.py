#!/usr/bin/env python3
"""Judges all formats on traces that are hostile, empty, tiny, lossy or cut: each judge reads the export, texts are
harmless and recognisable, and --thread, --from and the like leave out what they should."""

import os
import sys
import tempfile

from formats import READERS, Skipped
from judge import arguments
from traces import HEAD, LAST, LONE, assembled, long, run

NAME = r'EVIL\x1b]0;\x07\r\n\"</script><img src=x>;\xff\xe2\x82&%s'
LONG = NAME + "x" * 3900
TABLES = f"""Trace version=2
Header "program"="{NAME}" "pid"="100"
Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5000000000 wall=1700000000000000000
String id=1 text="{NAME}"
String id=2 text="/nowhere/{NAME}"
String id=3 text="{LONG}"
String id=4 text="label {NAME}"
Module id=1 bias=0x400000 start=0x400000 end=0x500000 build=1 path=2
Thread m=1 tid=100 name=1
Thread m=2 tid=101 name=3
Stack id=1 end=bottom frames=0x401000,0x401100
"""
EVENTS = """Batch m=1 time=1000
GoStatus g=1 status=running since=-5
GoCreate dt=10 g=2 start=0x401000 stack=1
Wake dt=500 how=unlock object=0x408000 seq=1 waiters=1
WakeStack dt=5 seq=1 stack=1
GoSyscallBegin dt=5 number=0
GoSyscallEndBlocked dt=30000 stack=1
Batch m=2 time=1020
GoStart g=2
GoLabel dt=10 g=2 name=4
GoBlock dt=10 reason=mutex object=0x408000 owner=100 stack=1
GoUnblock dt=480 waker=1 seq=1
"""
END = "Batch m=0 time=90000\n" + LAST
LOSS = EVENTS + "Lost dt=100 count=7 from=-90 to=-10\nGoStatus dt=5 g=2 status=running since=-5\n"
# Each: what is in it, and which formats show a name of a thread, since something happened in it.
CASES = {
    "hostile": (TABLES + EVENTS + END, set(READERS)),
    "lossy": (TABLES + LOSS + END, set(READERS)),
    "no events": (HEAD + END, set()),
    "one event": (HEAD + LONE + END, set()),
}
WHATS = {"pprof": ("block", "mutex", "wake", "syscall"),
         "speedscope": ("blocked", "wake", "offwake", "syscall", "caused"),
         "folded": ("blocked", "wake", "offwake", "syscall", "caused")}
PARTS = (1, 4, 7, 11)  # of 12


def exports(options, folder, path, whats):
    """Yields (format, what, status, texts) of the exports of a trace, the first `whats` of each format."""
    for form, reader in READERS.items():
        for what in WHATS.get(form, ("",))[:whats]:
            target = os.path.join(folder, f"out.{what}.{form}")
            done = run([options.decoder, "export", f"--format={form}", *([f"--what={what}"] if what else []),
                        "-o", target, path])
            if done.returncode not in (0, 3):
                options.failures.append(f"{form} {what}: ended with {done.returncode}: "
                                        f"{done.stderr.decode(errors='replace')}")
                continue
            try:
                yield form, what, done.returncode, reader(options, target)
            except Skipped as missing:
                options.skipped = str(missing)
            except (ValueError, KeyError) as error:
                options.failures.append(f"{form} {what}: {error!r}")
            os.unlink(target)


def harmless(texts):
    for text in texts:
        if any((ord(c) < 32 and c != "\t") or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in text):
            yield f"control characters or broken UTF-8: {text[:80]!r}"
        if len(text) > 4096:
            yield f"a text of {len(text)} characters"


def judge(options, folder):
    for name, (text, shows) in CASES.items():
        path = assembled(options.decoder, folder, "case", text)
        if not path:
            yield f"{name}: cannot be assembled"
            continue
        for form, what, status, texts in exports(options, folder, path, 5):
            where = f"{name}: {form} {what}"
            if status != 0:
                yield f"{where}: ended with {status}"
            yield from (f"{where}: {wrong}" for wrong in harmless(texts))
            # The escapes themselves may be escaped once more by whoever printed the texts.
            if form in shows and not any(r"EVIL\x1b]0" in line.replace("\\\\", "\\") for line in texts):
                yield f"{where}: the names are not to be recognised"


def judge_cuts(options, folder):
    """A trace that ends anywhere is exported as far as it goes, and the status says that it is not whole."""
    with open(assembled(options.decoder, folder, "long", long(3, 40)), "rb") as file:
        data = file.read()
    path = os.path.join(folder, "cut.thr")
    for part in PARTS:
        with open(path, "wb") as file:
            file.write(data[:len(data) * part // 12])
        if run([options.decoder, "dump", path]).returncode == 1:
            continue  # not even a header
        for form, what, status, texts in exports(options, folder, path, 1):
            if status != 3:
                yield f"cut at {part}/12: {form} {what}: ended with {status}"
            yield from (f"cut at {part}/12: {form} {what}: {wrong}" for wrong in harmless(texts))


def main():
    parser = arguments(__doc__)
    parser.add_argument("--go", default="")
    parser.add_argument("--proto", required=True, help="the folder of perfetto.proto")
    options = parser.parse_args()
    options.skipped, options.failures = "", []
    with tempfile.TemporaryDirectory() as folder:
        failures = [*judge(options, folder), *judge_cuts(options, folder)]
    failures += options.failures
    if options.skipped:
        print(f"SKIPPED: {options.skipped}")
    print("\n".join(failures) or f"{len(CASES)} traces and {len(PARTS)} cuts are harmless in {len(READERS)} formats")
    return 1 if failures else 77 if options.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
