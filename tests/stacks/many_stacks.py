#!/usr/bin/env python3
"""Names 100,000 different stacks of mariadbd, in 10 s and 1 GiB.

A recording of the real server gives its modules and the shapes of its stacks.  From it a trace is made with
so many waits, each with a stack that no other has and woken at one that no other has: a frame of the server
becomes a return address (one behind a call instruction) drawn from the code of the same module.  So there are
far more different addresses than any program of that size would show.
"""

import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
import time

import guest
import trace
from storm import Code

STACKS = 100_000
BATCH = 500  # stacks or waits: there is a limit to its bytes
MOST_SECONDS = 10
MOST_MEMORY = 1 << 20  # KiB
MODULE = re.compile(r'^Module .*bias=0x(\w+) start=0x(\w+) end=0x(\w+) inode=(\d+) .*# "(\w*)" "(/.*)"$', re.M)
STACK = re.compile(r"^Stack .* end=bottom frames=(\S+)$", re.M)
VERBS = (("flame", "--what=blocked"), ("locks", "--blame"))


def recorded(parts, folder):
    """The text of a trace of the server at work."""
    data, socket, path = (os.path.join(folder, name) for name in ("data", "socket", "server.thr"))
    os.mkdir(data)
    words = ["mariadbd", "--no-defaults", f"--datadir={data}", "--user=root", f"--socket={socket}", "--skip-networking",
             f"--pid-file={folder}/pid", "--skip-grant-tables", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M"]
    client = ["mariadb", "--no-defaults", f"--socket={socket}", "-e"]
    with open(os.path.join(folder, "messages"), "wb") as messages:
        with subprocess.Popen([parts.launcher, "--quiet", "-o", path, "--", *words], stdin=subprocess.DEVNULL,
                              stdout=messages, stderr=messages, env=guest.traced_environment(parts)) as server:
            end = time.monotonic() + 60
            while subprocess.run([*client, "status"], capture_output=True, check=False).returncode:
                if server.poll() is not None or time.monotonic() > end:
                    server.kill()
                    guest.finish(["mariadbd does not answer"])
                time.sleep(0.05)
            subprocess.run(["mysqlslap", "--no-defaults", f"--socket={socket}", "--concurrency=8", "--create-schema=slap",
                            "--number-of-queries=2000", "--auto-generate-sql", "--auto-generate-sql-load-type=mixed"],
                           stdout=subprocess.DEVNULL, check=True)
            subprocess.run([*client, "SHUTDOWN"], check=True)
    guest.reap_orphans()
    return subprocess.run([parts.decoder, "dump", path], capture_output=True, text=True, check=True).stdout


class Module:
    """A mapped file and the return addresses in it."""

    def __init__(self, bias, start, end, inode, build, path):
        self.bias, self.start, self.end = (int(word, 16) for word in (bias, start, end))
        self.inode, self.build, self.path = inode, build, path
        self.returns = []

    def read(self):
        """Finds the calls of functions in the same segment."""
        for low, code in Code(self.path).segments:
            for found in re.finditer(b"\xe8", code[:-5]):
                target = found.end() + 4 + struct.unpack_from("<i", code, found.end())[0]
                if 0 <= target < len(code):
                    self.returns.append(self.bias + low + found.end() + 4)


def many(text, count):
    """Frames of `count` different stacks, and the modules by address."""
    modules = {told[5]: Module(*told) for told in MODULE.findall(text)}
    shapes = [[int(frame, 16) for frame in frames.split(",")] for frames in sorted(set(STACK.findall(text)))]
    drawn = [module for module in modules.values() if not os.path.basename(module.path).startswith(("libthrace", "libc."))]
    for module in drawn:
        module.read()
    places = {}
    for frame in {frame for shape in shapes for frame in shape}:
        found = [module for module in drawn if module.start <= frame < module.end and module.returns]
        places[frame] = found[0].returns if found else [frame]
    shapes = [shape for shape in shapes if sum(len(places[frame]) > 1 for frame in shape) > 3]
    chance = random.Random(1)
    stacks = set()
    while len(stacks) < count:
        stacks.add(tuple(chance.choice(places[frame]) for frame in chance.choice(shapes)))
    return modules.values(), sorted(stacks)


def assembled(parts, folder, modules, stacks):
    """A trace in which each stack waits once, and the one after it ends its wait."""
    lines = ["Trace version=3", 'Header "program"="mariadbd" "pid"="7"', "Generation gen=1", "Batch m=0 time=0",
             "ClockSnapshot frequency=1000000000 mono=0", "Thread m=1 tid=101", "Thread m=2 tid=102"]
    for number, module in enumerate(modules, 1):
        lines += [f'String id={2 * number - 1} text="{module.build}"', f'String id={2 * number} text="{module.path}"',
                  f"Module id={number} bias={module.bias:#x} start={module.start:#x} end={module.end:#x} "
                  f"inode={module.inode} build={2 * number - 1} path={2 * number}"]
    for number, frames in enumerate(stacks, 1):
        if number % BATCH == 0:
            lines.append("Batch m=0 time=0")
        lines.append(f"Stack id={number} end=bottom frames={','.join(map(hex, frames))}")
    for number in range(1, len(stacks) + 1):  # waits from 2000 to 3000 ns, and so on
        if number % BATCH == 1:
            lines.append(f"Batch m=1 time={2000 * number - 1000}")
        if number == 1:
            lines.append("GoStatus dt=0 g=1 status=running since=-5")
        lines += [f"GoBlock dt=1000 reason=mutex object=0x1000 owner=102 stack={number}",
                  f"GoUnblock dt=1000 outcome=woken waker=2 seq={number}"]
    for number in range(1, len(stacks) + 1):  # wakes at 2500 ns, and so on
        if number % BATCH == 1:
            lines.append(f"Batch m=2 time={2000 * number - 1400}")
        if number == 1:
            lines.append("GoStatus dt=0 g=2 status=running since=-5")
        lines += [f"Wake dt=1900 how=unlock object=0x1000 seq={number} waiters=1",
                  f"WakeStack dt=100 seq={number} stack={number % len(stacks) + 1}"]
    lines += [f"Batch m=0 time={2000 * len(stacks) + 10000}", "EndOfGeneration reason=exit", "Index", ""]
    source, path = os.path.join(folder, "many.txt"), os.path.join(folder, "many.thr")
    with open(source, "w", encoding="ascii") as file:
        file.write("\n".join(lines))
    subprocess.run([parts.decoder, "assemble", source, "-o", path], check=True)
    return path


def measured(command, output):
    """CPU seconds, seconds and KiB that a command takes."""
    with open(output, "wb") as file:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, env=trace.ENV)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        guest.finish([f"{' '.join(command)} ends with {process.returncode}"])
    return usage.ru_utime + usage.ru_stime, took, usage.ru_maxrss


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--stacks", type=int, default=STACKS)
    options = parser.parse_args()
    parts = guest.parts_of(options)
    for program in ("mariadbd", "mariadb", "mysqlslap"):
        if not shutil.which(program):
            guest.skip(f"{program} is not here")
    guest.adopt_orphans()
    failures = []
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        modules, stacks = many(recorded(parts, folder), options.stacks)
        path = assembled(parts, folder, modules, stacks)
        verdict = trace.check(parts, path)
        if not verdict.ok:
            guest.finish([f"check: {verdict.text}"])
        frames = {frame for stack in stacks for frame in stack}
        print(f"{len(stacks)} stacks of {sum(map(len, stacks)) / len(stacks):.1f} frames, {len(frames)} different "
              f"addresses, {os.path.getsize(path) >> 20} MiB")
        for verb, *words in VERBS:
            output = os.path.join(folder, "output")
            cpu, took, memory = measured([parts.decoder, verb, *words, path], output)
            with open(output, "rb") as file:
                shown = file.read().splitlines()
            print(f"{' '.join([verb, *words])}: {cpu:.2f} s of CPU time ({took:.2f} s), {memory >> 10} MiB, {len(shown)} lines")
            if cpu > MOST_SECONDS or memory > MOST_MEMORY:
                failures.append(f"{verb} takes {cpu:.2f} s and {memory >> 10} MiB")
            if verb == "flame":
                places = [word for line in shown for word in line.rpartition(b" ")[0].split(b";")[1:]]
                named = sum(not re.search(rb"\+0x[0-9a-f]+$", word) for word in places)
                print(f"  {100 * named / len(places):.0f} % of {len(places)} frames are functions with names")
                if len(shown) < 0.9 * len(stacks):
                    failures.append(f"flame: only {len(shown)} lines for {len(stacks)} stacks")
    guest.finish(failures, "named in time")


if __name__ == "__main__":
    main()
