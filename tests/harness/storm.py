"""A million stacks in a storm: the program ends as it does untraced, and no frame is one that cannot be.

A frame that is no return address does not follow a call instruction.  That is looked up, for each frame of
each different stack, in the code of the file that was mapped there: the only other frames are those of
instructions that a signal interrupted, which stand behind the frame of the kernel's way back.
"""

import os
import re
import struct
import subprocess
import tempfile

import guest
import trace

RETURN_FROM_SIGNAL = bytes.fromhex("48c7c00f000000" "0f05")  # mov $15, %rax; syscall
VDSO = "[vdso]"
MODULE = re.compile(r'^Module dt=\d+ id=\d+ bias=0x([0-9a-f]+) start=0x([0-9a-f]+) end=0x([0-9a-f]+) .*# "\w*" "(.*)"$')
STACK = re.compile(r"^Stack dt=\d+ id=\d+ end=([a-z-]+) frames=(.*)$")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def own_vdso():
    """The image of the kernel's code, which is the same in each process."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        start, end = next(line.split()[0].split("-") for line in maps if line.rstrip().endswith(VDSO))
    with open("/proc/self/mem", "rb") as memory:
        memory.seek(int(start, 16))
        return memory.read(int(end, 16) - int(start, 16))


class Code:
    """The executable segments of an ELF file."""

    def __init__(self, path):
        data = own_vdso() if path == VDSO else contents(path)
        self.segments = []
        offset, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        for i in range(count):
            kind, flags, at, address, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
            if kind == 1 and flags & 1:
                self.segments.append((address, data[at:at + length]))

    def around(self, address):
        """The eight bytes before an address of the file, and those that follow."""
        for start, data in self.segments:
            if start <= address <= start + len(data):
                at = address - start
                return data[max(0, at - 8):at], data[at:at + len(RETURN_FROM_SIGNAL)]
        return b"", b""


def follows_call(before):
    """True if the bytes end with a call instruction."""
    if len(before) >= 5 and before[-5] == 0xE8:
        return True
    for length in range(2, 8):
        if len(before) < length or before[-length] != 0xFF or before[-length + 1] >> 3 & 7 != 2:
            continue
        mode, register = before[-length + 1] >> 6, before[-length + 1] & 7
        size = 2 + (register == 4 and mode != 3) + {0: 4 if register == 5 else 0, 1: 1, 2: 4, 3: 0}[mode]
        if mode == 0 and register == 4 and before[-length + 2] & 7 == 5:
            size += 4
        if size == length:
            return True
    return False


class Judge:
    """Looks at stacks: `wrong` has the first frames that cannot be."""

    def __init__(self):
        self.modules, self.files = set(), {}
        self.stacks, self.frames, self.ends, self.wrong = set(), 0, {}, []
        self.bottoms = set()  # where stacks began

    def module(self, bias, start, end, path):
        if path.startswith("/") or path == VDSO:
            self.modules.add((bias, start, end, path))

    def candidates(self, address):
        for bias, start, end, path in self.modules:
            if start <= address <= end:
                if path not in self.files:
                    self.files[path] = Code(path)
                yield self.files[path].around(address - bias)

    def stack(self, end, frames):
        self.ends[end] = self.ends.get(end, 0) + 1
        if end == "bottom":
            self.bottoms.add(frames[-1])
        interrupted = False
        for i, frame in enumerate(frames):
            if trace.is_gap(frame):
                if frame == 0 or not 0 < i < len(frames) - 1 or end == "depth":
                    self.wrong.append(f"the gap at frame {i} of {','.join(hex(f) for f in frames)} ({end})")
                interrupted = None  # it is not known
                continue
            self.frames += 1
            places = list(self.candidates(frame))
            returns = any(after == RETURN_FROM_SIGNAL for _, after in places)
            if interrupted is False and not returns and not any(follows_call(before) for before, _ in places):
                # The start of a fiber is an address that nobody called from.
                if i + 1 < len(frames) or end not in ("no-rule", "busy"):
                    self.wrong.append(f"frame {i} of {','.join(hex(f) for f in frames)} ({end})")
            interrupted = returns


def judge(parts, path):
    found = Judge()
    with subprocess.Popen([parts.decoder, "dump", path], stdout=subprocess.PIPE, text=True) as dump:
        for line in dump.stdout:
            if told := MODULE.match(line):
                found.module(*(int(word, 16) for word in told.groups()[:3]), told[4])
            elif told := STACK.match(line):
                found.stacks.add((told[1], told[2]))
    for end, frames in found.stacks:
        found.stack(end, [int(word, 16) for word in frames.split(",")])
    return found


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--folder", required=True, help="where the libraries are")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--mode", choices=("default", "stress"), default="default")
    parser.add_argument("program")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    guest.adopt_orphans()
    failures = []
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        run = guest.traced(parts, folder, [options.program, options.folder, str(options.count)], options.mode,
                           ["--on-full", "wait", "--buffer", "256M"], seconds=300)
        failures += [f"still running: {left}" for left in guest.reap_orphans()]
        if run.status != 0 or run.stdout != b"it all happened\n":
            failures.append(f"it ended with {run.status}: {guest.text(run.stdout + run.stderr)}")
        failures += guest.sanitizer_reports(run)
        path, = trace.files(folder)
        verdict = trace.check(parts, path)
        if not verdict.ok:
            failures.append(f"check: {verdict.text}")
        found = judge(parts, path)
    failures += found.wrong[:5]
    # What begins a thread: _start in the first one, clone3 in the others.  A stack may end before: "busy"
    # while a library is unloaded, and without a rule in front of a fiber's start.
    if len(found.bottoms) != 2:
        failures.append(f"stacks begin at {[hex(place) for place in found.bottoms]}")
    if set(found.ends) - {"bottom", "busy", "no-rule"} or found.ends.get("bottom", 0) < len(found.stacks) / 2:
        failures.append(f"stacks end so: {found.ends}")
    if verdict.lost > verdict.events / 20:  # handlers do not wait for room
        failures.append(f"{verdict.lost} of {verdict.events} events were lost")
    if len(found.stacks) < 100:
        failures.append(f"there are only {len(found.stacks)} different stacks")
    guest.finish(failures, f"{run.stderr.decode().strip()}; {verdict.events} events, {verdict.lost} lost; "
                           f"{len(found.stacks)} different stacks with {found.frames} frames, none wrong; {found.ends}")


if __name__ == "__main__":
    main()
