"""Traces for the judges of exports: those of the golden tests, and one with thousands of random waits."""

import os
import random
import re
import subprocess

ENV = {**os.environ, "LC_ALL": "C"}
UNLOCK, BLOCK = "how=unlock", "reason=mutex"
HEAD = """Trace version=2
Header "program"="storm" "pid"="100"
Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5000000000 wall=1700000000000000000
String id=1 text="/nowhere/storm"
String id=2 text="/nowhere/libqueue.so"
String id=3 text="0123456789abcdef"
Module id=1 bias=0x400000 start=0x400000 end=0x500000 build=3 path=1
Module id=2 bias=0x700000 start=0x700000 end=0x800000 path=2
"""
LONE = "Thread m=1 tid=100\nBatch m=1 time=1000\nGoStatus g=1 status=running since=-5\n"
LAST = "EndOfGeneration reason=exit\nIndex\n"


def made(decode, folder, golden):
    """Yields (name, path) of each golden trace that can be read, of the storm, and of traces that were cut."""
    for name in sorted(os.listdir(golden)):
        if name.startswith("fail-") or not name.endswith(".test"):
            continue
        with open(os.path.join(golden, name), encoding="utf-8") as file:
            text = re.search(r"^-- trace --\n(.*?)^-- command --$", file.read(), re.S | re.M)[1]
        path = assembled(decode, folder, name.removesuffix(".test"), text)
        if path and run([decode, "dump", path]).returncode != 1:
            yield os.path.basename(path), path
    yield "one event.thr", assembled(decode, folder, "one event", HEAD + LONE + "Batch m=0 time=2000\n" + LAST)
    yield "storm", assembled(decode, folder, "storm", storm())
    with open(assembled(decode, folder, "long", long(8, 200)), "rb") as file:
        data = file.read()
    for part in range(1, 8):
        path = os.path.join(folder, f"cut-{part}.thr")
        with open(path, "wb") as file:
            file.write(data[:len(data) * part // 8])
        if run([decode, "dump", path]).returncode != 1:
            yield f"cut-{part}.thr", path


def assembled(decode, folder, name, text):
    source, path = os.path.join(folder, name + ".txt"), os.path.join(folder, name + ".thr")
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    return path if run([decode, "assemble", source, "-o", path]).returncode == 0 else None


def run(command):
    return subprocess.run(command, capture_output=True, env=ENV, check=False)


def storm(threads=12, steps=6000, seed=1):
    """The text of a trace in which threads wait for mutexes at random and wake each other."""
    chance = random.Random(seed)
    depth = {stack: chance.randint(1, 6) for stack in range(1, 41)}
    head = HEAD + "".join(f"Thread m={m} tid={100 + m - 1}\n" for m in range(1, threads + 1))
    for stack, frames in depth.items():
        places = ",".join(hex(chance.choice((0x401000, 0x701000)) + 16 * chance.randrange(64)) for _ in range(frames))
        head += f"Stack id={stack} end={chance.choice(('bottom', 'depth'))} frames={places}\n"
    now = 1000
    lines = {m: [(now + m, f"GoStatus g={m} status=running since={{}}", -m - now)] for m in range(1, threads + 1)}
    seq = dict.fromkeys(lines, 0)
    running, waiting = list(lines), {}
    for _ in range(steps):
        now += chance.randint(20, 400)
        m = running[chance.randrange(len(running))]
        if len(running) > 1 and chance.random() < 0.5:
            running.remove(m)
            lock = 0x408000 + 8 * chance.randrange(20)
            owner = 99 + chance.randint(1, threads)
            lines[m].append((now, f"GoBlock {BLOCK} object={lock:#x} owner={owner} stack={chance.randint(1, 40)}", 0))
            waiting[m] = lock
        elif waiting and chance.random() < 0.8:
            seq[m] += 1
            woken = chance.choice(list(waiting))
            lines[m].append((now, f"Wake {UNLOCK} object={waiting.pop(woken):#x} seq={seq[m]} waiters=1", 0))
            lines[m].append((now + 5, f"WakeStack seq={seq[m]} stack={chance.randint(1, 40)}", 0))
            lines[woken].append((now + chance.randint(1, 15), f"GoUnblock waker={m} seq={seq[m]}", 0))
            running.append(woken)
        else:
            lines[m].append((now, f"GoSyscallBegin number={chance.randrange(5)}", 0))
            lines[m].append((now + 10, f"GoSyscallEndBlocked stack={chance.randint(1, 40)}", 0))
    return head + "".join(batch(m, rows) for m, rows in lines.items()) + (
        f"Batch m=0 time={now + 1000}\n" + LAST)


def batch(m, rows):
    text, before = f"Batch m={m} time={rows[0][0]}\n", rows[0][0]
    for time, line, since in rows:
        name, _, rest = line.partition(" ")
        text += f"{name} dt={time - before} {rest.format(since)}\n"
        before = time
    return text


def long(generations, rounds=1000):
    """The text of a trace of two threads that hand a mutex to each other: as long as one wishes."""
    text = HEAD.partition("Generation")[0]
    for number in range(1, generations + 1):
        now = number * 1_000_000
        text += f"Generation gen={number}\nBatch m=0 time={now}\nClockSnapshot frequency=1000000000 mono={now}\n"
        text += "Thread m=1 tid=100\nThread m=2 tid=101\nStack id=1 end=bottom frames=0x401000,0x401100\n"
        for m in (1, 2):
            rows = [(now + m, f"GoStatus g={m} status=running since={{}}", -1)]
            for turn in range(rounds):
                time = now + 100 + 400 * turn
                if turn % 2 == m % 2:
                    rows.append((time, f"GoBlock {BLOCK} object=0x408000 owner={102 - m} stack=1", 0))
                    rows.append((time + 300, f"GoUnblock waker={3 - m} seq={turn // 2 + 1}", 0))
                else:
                    rows.append((time + 200, f"Wake {UNLOCK} object=0x408000 seq={turn // 2 + 1} waiters=1", 0))
            text += batch(m, rows)
        text += f"Batch m=0 time={now + 900_000}\n"
        text += LAST if number == generations else "EndOfGeneration reason=next\n"
    return text
