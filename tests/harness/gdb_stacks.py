"""Stops programs anywhere, has gdb unwind their threads, and compares with the stacks in their traces."""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

import guest
import trace
from recorded import Recorded

PROBE = os.path.join(os.path.dirname(__file__), "gdb_probe.py")
COMMANDS = ("set pagination off", "set confirm off", "set debuginfod enabled off", "set auto-load off",
            "set backtrace past-main on", "set backtrace past-entry on", "set print thread-events off",
            "handle all nostop noprint pass", "handle SIGINT stop print nopass")
WANTED, WANTED_OF_EACH, SHARE, SHOWN = 1000, 100, 0.999, 4


@dataclass
class Stop:
    """A thread as gdb found it."""

    tid: int
    time: int  # CLOCK_MONOTONIC, ns
    frames: list
    end: str


def program_frames(frames, library):
    """Those outside of the wrapper that is under way."""
    inside = [library[0] <= frame <= library[1] for frame in frames]
    if True not in inside:
        return []
    first = inside.index(True)
    while first < len(frames) and inside[first]:
        first += 1
    return frames[first:]


def filled(ours, theirs):
    """Our frames, with as many of gdb's as were left out in the middle."""
    gap = next((i for i, frame in enumerate(ours) if trace.is_gap(frame)), None)
    return ours if gap is None else ours[:gap] + theirs[gap:gap + ours[gap]] + ours[gap + 1:]


def differs(stop, wait, library):
    """What is wrong with our stack of the wait; nothing if it is that of gdb."""
    if not wait.stack:
        return "no stack"
    end, frames = wait.stack
    ours, theirs = program_frames(frames, library), program_frames(stop.frames, library)
    if end == "depth":
        theirs = theirs[:len(ours)]
    elif end != "bottom":
        return f"it ends by {end}"
    return "" if ours and filled(ours, theirs) == theirs else "other frames"


def mappings(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return [(int(words[0].split("-")[0], 16), int(words[0].split("-")[1], 16), words[5])
                for words in (line.split() for line in file) if len(words) > 5]


def named(frames, maps):
    places = []
    for frame in frames:
        path = next((path for low, high, path in maps if low <= frame < high), "?")
        low = min((low for low, _, other in maps if other == path), default=0)
        places.append(f"{os.path.basename(path)}+{frame - low:#x}")
    return " ".join(places)


def stops_of(pid, count, seed):
    """Has gdb stop the process that often.  Returns what it found, and its messages."""
    moments = random.Random(seed)
    command = ["gdb", "-nx", "-q", "-batch", *[word for line in COMMANDS for word in ("-ex", line)],
               "-ex", f"attach {pid}", "-x", PROBE]
    found = []
    with tempfile.TemporaryFile("w+") as messages, \
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=messages, text=True,
                             env=guest.clean_environment({"PROBE_STOPS": str(count)})) as gdb:
        for line in gdb.stdout:
            if not line.startswith("{"):
                continue
            told = json.loads(line)
            if "interrupt" in told:
                time.sleep(moments.uniform(0.004, 0.02))
                os.kill(pid, signal.SIGINT)
            else:
                found += [Stop(stack["tid"], told["time"], stack["frames"], stack["end"])
                          for stack in told["stacks"]]
        messages.seek(0)
        return found, messages.read()


def start(parts, folder, command, **keywords):
    words = [parts.launcher, "--quiet", "--depth", "64", "-o", os.path.join(folder, "%e.%p.thr"), "--", *command]
    return subprocess.Popen(words, env=guest.traced_environment(parts), stdout=subprocess.DEVNULL, **keywords)


class Simple:
    """A program that waits until its standard input ends."""

    def __init__(self, parts, folder, command):
        self.process = start(parts, folder, command, stdin=subprocess.PIPE)
        self._await_image(command[0])
        time.sleep(1)

    def _await_image(self, program):
        wanted = os.path.realpath(shutil.which(program))
        while self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as maps:
                mapped = maps.read()
            if wanted in mapped and "libthrace" in mapped:
                return
            time.sleep(0.02)

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(60)


class Redis:
    """redis-server under a little load."""

    def __init__(self, parts, folder):
        socket = os.path.join(folder, "socket")
        self.process = start(parts, folder, ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
                                             "--io-threads", "2", "--io-threads-do-reads", "yes", "--dir", folder])
        while not os.path.exists(socket) and self.process.poll() is None:
            time.sleep(0.02)
        self.load = subprocess.Popen(["redis-benchmark", "-s", socket, "-c", "8", "-l", "-q", "-t", "set,get,lpush"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.load.kill()
        self.load.wait()
        self.process.terminate()
        return self.process.wait(60)


def compare(parts, begin, count, seed):
    """Runs one program.  Returns how many waits were compared, the differences, and what else failed."""
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        program = begin(folder)
        stops, messages = stops_of(program.process.pid, count, seed)
        maps = mappings(program.process.pid)
        status = program.stop()
        guest.reap_orphans()
        path, = trace.files(folder)
        verdict, recorded = trace.check(parts, path), Recorded(parts, path)
    if not stops and "Operation not permitted" in messages:
        guest.skip("gdb must not look into other processes here")
    if status or not stops:
        return 0, [], [f"status {status}, {len(stops)} stops; gdb says:\n{guest.text(messages.encode(), 1000)}"]
    if not verdict.ok or verdict.lost:
        return 0, [], [f"check: {verdict.text}"]
    ours = [place for place in maps if place[2].endswith("libthrace.so")]
    library = min(place[0] for place in ours), max(place[1] for place in ours)
    compared, differences = set(), []
    for stop in stops:
        wait = recorded.wait_at(stop.tid, stop.time)
        if not wait or (stop.tid, wait.begin) in compared or not (wait.end or wait.stack):
            continue
        compared.add((stop.tid, wait.begin))
        if wrong := differs(stop, wait, library):
            differences.append(f"{wrong}: tid {stop.tid} {wait.event}\n"
                               f"    thrace: {named(wait.stack[1] if wait.stack else [], maps)}\n"
                               f"    gdb:    {named(stop.frames, maps)} ({stop.end})")
    return len(compared), differences, []


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--depths", required=True, help="the program of ours")
    parser.add_argument("--waits", required=True, help="that of Python")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    parts = guest.parts_of(options)
    for program in ("gdb", "redis-server", "redis-benchmark"):
        if not shutil.which(program):
            guest.skip(f"{program} is not here")
    guest.adopt_orphans()
    programs = {
        "redis-server": (lambda folder: Redis(parts, folder), 600),
        "python3": (lambda folder: Simple(parts, folder, ["/usr/bin/python3", options.waits]), 200),
        "depths": (lambda folder: Simple(parts, folder, [options.depths]), 200),
    }
    total, wrong, failures, figures = 0, [], [], []
    for name, (begin, count) in programs.items():
        compared, differences, failed = compare(parts, begin, count, options.seed)
        total += compared
        wrong += [f"{name}: {difference}" for difference in differences]
        failures += [f"{name}: {failure}" for failure in failed]
        if not failed and compared < WANTED_OF_EACH:
            failures.append(f"{name}: only {compared} waits were compared")
        figures.append(f"{name} {compared - len(differences)} of {compared}")
    figure = f"stacks as gdb's: {', '.join(figures)} (seed {options.seed})"
    if total < WANTED:
        failures.append(f"only {total} waits were compared")
    if len(wrong) > total * (1 - SHARE):
        failures.append(figure)
    print("".join(f"{difference}\n" for difference in wrong[:SHOWN]), end="")
    guest.finish(failures, figure)


if __name__ == "__main__":
    main()
