"""What a trace says, read from `trace-decode dump` and added up here once more."""

import re
import subprocess
from dataclasses import dataclass, field

from traces import ENV

EVENT = re.compile(rb"^ *(-?\d+) m=(\d+) g=\d+ (\w+) ?(.*)$")
BATCH = re.compile(rb"^Batch m=0 time=(\d+)$", re.M)
STACK = re.compile(rb"^Stack .*id=(\d+) .*frames=(0x[0-9a-fx,]+)")
MODULE = re.compile(rb"^Module .*bias=(0x\w+) start=(0x\w+) end=(0x\w+)")
CLOCK = re.compile(rb"^ClockSnapshot .*frequency=(\d+)", re.M)


@dataclass
class Wait:
    m: int
    since: int
    reason: str
    object: int
    owner: int
    stack: int = 0
    time: int = 0
    outcome: str = "open"
    waker: int = 0
    release: int = 0
    parts: list = field(default_factory=list)  # (since, until)


@dataclass
class Replay:
    """The waits, calls and wakes of one trace; times in ns since its start."""

    waits: list = field(default_factory=list)
    calls: list = field(default_factory=list)  # or parts: (m, since, until, number, stack, blocked; None: not ended)
    whole_calls: list = field(default_factory=list)  # (ns, stack, blocked)
    edges: list = field(default_factory=list)  # waits that a Wake ended which is there: (waker, woke, woken, ran)
    most_waiting: int = 0  # threads at once
    end: int = 0
    kept: bool = True  # nothing was lost, cut or left: numbers can be compared
    tids: dict = field(default_factory=dict)
    stacks: dict = field(default_factory=dict)  # by number: addresses of the calls, the innermost first
    moves: bool = False  # modules were unmapped: biases are not those of all times
    biases: list = field(default_factory=list)  # (start, end, bias) of the modules that were always there

    def in_modules(self, stack):
        """The addresses of a stack as those of its modules' files."""
        return tuple(call - next((bias for start, end, bias in self.biases if start <= call < end), 0)
                     for call in self.stacks.get(stack, ()))

    def true_waits(self):
        """Without the futex calls that found another value than expected: nobody waited in them."""
        return [wait for wait in self.waits if wait.outcome != "changed"]

    def locks(self):
        return [wait for wait in self.waits if wait.reason in ("mutex", "rwlock-read", "rwlock-write", "spin")]


def replay(decode, path):
    result = Replay()
    plain = subprocess.run([decode, "dump", path], capture_output=True, env=ENV, check=False)
    for line in plain.stdout.splitlines():
        if found := re.match(rb"^Thread (?:dt=\d+ )?m=(\d+) tid=(\d+)", line):
            result.tids[int(found[1])] = int(found[2])
        elif found := STACK.match(line):
            result.stacks[int(found[1])] = tuple(int(word, 16) - 1 for word in found[2].split(b","))
        elif found := MODULE.match(line):
            bias, start, end = (int(number, 16) for number in found.groups())
            result.biases.append((start, end, bias))
    events = subprocess.run([decode, "dump", "--ordered", "--no-symbols", path],
                            capture_output=True, env=ENV, check=False)
    clocks = CLOCK.findall(plain.stdout)
    result.kept = plain.returncode == 0 and events.returncode == 0 and b"Lost " not in plain.stdout
    # One generation: times and numbers are not counted across them here.
    result.kept = result.kept and clocks == [b"1000000000"]
    result.moves = b"\nModuleGone" in plain.stdout
    starts = BATCH.findall(plain.stdout)
    waiting, interrupted, calling, released, wakes = {}, {}, {}, {}, {}
    cut, handlers = {}, set()  # calls that a handler interrupted, by m: (number, ns); those that just were
    last = 0
    for line in events.stdout.splitlines():
        if not (found := EVENT.match(line)):
            continue
        time, m, name = int(found[1]), int(found[2]), found[3].decode()
        words = found[4].split(b"  #")[0].decode().split()
        values = dict(word.split("=", 1) for word in words)
        last = max(last, time)
        # What comes first after an interruption is the handler's; then the call goes on.
        by_handler = m in handlers
        handlers.discard(m)
        if name == "GoBlock":
            wait = Wait(m, time, values["reason"], int(values["object"], 0), int(values["owner"]),
                        int(values.get("stack", 0)))
            inner = interrupted.get(m)
            if inner and (inner[-1].reason, inner[-1].object) == (wait.reason, wait.object):
                wait = inner.pop()
            wait.parts.append([time, None])
            waiting[m] = wait
            result.most_waiting = max(result.most_waiting, len(waiting))
        elif name == "GoUnblock" and m in waiting:
            wait = waiting.pop(m)
            wait.parts[-1][1] = time
            if values["outcome"] == "interrupted":
                interrupted.setdefault(m, []).append(wait)
                continue
            wait.outcome, wait.waker = values["outcome"], int(values["waker"])
            wait.release = (wait.waker, int(values["seq"]))
            woke = wakes.get((*wait.release, int(values["age"])))
            if woke is not None:
                result.edges.append((wait.waker, woke, m, time))
            result.waits.append(wait)
        elif name == "Wake":
            wakes[m, int(values["seq"]), 0] = time
        elif name == "WakeStack":
            released[m, int(values["seq"])] = int(values.get("stack", 0))
        elif name == "GoSyscallBegin":
            number, outer = int(values["number"]), cut.setdefault(m, [])
            goes_on = outer and outer[-1][0] == number and not by_handler
            calling[m] = (time, number, outer.pop()[1] if goes_on else 0)
        elif name in ("GoSyscallEnd", "GoSyscallEndBlocked") and m in calling:
            since, number, before = calling.pop(m)
            stack, slow = int(values.get("stack", 0)), name != "GoSyscallEnd"
            result.calls.append((m, since, time, number, stack, slow))
            if values["error"] == "512":
                cut[m].append((number, before + time - since))
                handlers.add(m)
                continue
            result.whole_calls.append((before + time - since, stack, slow))
        elif name == "GoStatus" and values["status"] in ("waiting", "syscall") or name.startswith("GoDestroy"):
            if values.get("status") is None and m in calling:  # it ends with its thread
                since, number, _ = calling.pop(m)
                result.calls.append((m, since, time, number, 0, None))
            # What began before the trace, and a wait that ends with its thread, is not for this simple mind.
            result.kept = result.kept and values.get("status") is None and m not in waiting
    result.end = max(last, int(starts[-1]) - int(starts[0])) if starts else last
    for wait in waiting.values():
        wait.parts[-1][1] = result.end
        result.waits.append(wait)
    for wait in result.waits:
        wait.time = sum(until - since for since, until in wait.parts)
        wait.release = released.get(wait.release, 0)
    return result
