"""Reads the waits and system calls of a trace, with the addresses of their stacks."""

import bisect
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass

BEGINS = ("GoBlock", "GoSyscallBegin")


@dataclass
class Wait:
    """A wait or call of one thread in the trace, in ticks."""

    begin: int
    event: str
    end: int = 0  # 0: it did not end
    stack: tuple = ()  # why it ends, and its frames


class Recorded:
    """The waits of a trace by tid, found by a time of CLOCK_MONOTONIC in ns."""

    def __init__(self, parts, path):
        self.waits = defaultdict(list)
        self._clock = []
        text = subprocess.run([parts.decoder, "dump", path], capture_output=True, text=True, check=True).stdout
        tids = dict(re.findall(r"^Thread .*?\bm=(\d+) tid=(\d+)", text, re.M))
        for generation in text.split("\nGeneration ")[1:]:
            stacks = {number: (end, [int(frame, 16) for frame in frames.split(",")]) for number, end, frames in
                      re.findall(r"^Stack .*?\bid=(\d+) end=(\S+) frames=(\S+)", generation, re.M)}
            for batch in generation.split("\nBatch ")[1:]:
                self._read_batch(batch.splitlines(), stacks, tids)
        self._begins = {tid: [wait.begin for wait in waits] for tid, waits in self.waits.items()}

    def _read_batch(self, lines, stacks, tids):
        words = dict(word.split("=") for word in lines[0].split())
        now, waits = int(words["time"]), self.waits[int(tids.get(words["m"], 0))]
        for line in lines[1:]:
            name, _, rest = line.partition(" ")
            if not (delta := re.match(r"dt=(\d+)", rest)):
                continue
            now += int(delta[1])
            stack = re.search(r" stack=(\d+)", rest)
            stack = stacks[stack[1]] if stack else ()
            if name == "ClockSnapshot":
                values = dict(word.split("=") for word in rest.split())
                self._clock.append((int(values["mono"]), now, int(values["frequency"])))
            elif name in BEGINS:
                waits.append(Wait(now, rest.partition(" ")[2], stack=stack))
            elif name == "GoUnblock" or name.startswith("GoSyscallEnd"):
                if waits and not waits[-1].end:
                    waits[-1].end = now
                    waits[-1].stack = waits[-1].stack or stack

    def wait_at(self, tid, time):
        """What the thread was in at that time; None: it ran."""
        mono, ticks, frequency = self._clock[max(bisect.bisect(self._clock, (time,)) - 1, 0)]
        now = ticks + (time - mono) * frequency // 1_000_000_000
        waits = self.waits[tid]
        at = bisect.bisect(self._begins.get(tid, ()), now) - 1
        return waits[at] if at >= 0 and (not waits[at].end or waits[at].end > now) else None
