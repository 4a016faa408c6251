"""kill -9 at a random moment, 200 times: no event that the program could prove is missing."""

import mmap
import os
import random
import signal
import struct
import subprocess
import tempfile
import time

import guest
import trace

KILLS = 200
THREADS = 4
SIZE = 8 + 16 * THREADS  # struct shared of marked_kill.c
LONGEST = 0.06  # s
PATIENCE = 60  # s


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    parts = guest.parts_of(options)
    guest.adopt_orphans()
    print("seed", options.seed)
    chance = random.Random(options.seed)
    failures, marks, spare = [], 0, 0
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        for number in range(options.kills):
            problems, proven, found = one_kill(parts, options.programs, folder, chance.uniform(0, LONGEST))
            failures += [f"kill {number}: {problem}" for problem in problems]
            marks += proven
            spare += found - proven
            if len(failures) > 5:
                break
    guest.finish(failures, f"{options.kills} kills, {marks} marked events proven and found, "
                           f"{spare} more whose mark came too late")


def one_kill(parts, programs, folder, delay):
    """Returns the problems, the number of events that were proven, and the number found."""
    shared = os.path.join(folder, "shared")
    with open(shared, "wb") as file:
        file.write(bytes(SIZE))
    command = [parts.launcher, "--quiet", "-o", os.path.join(folder, "killed.thr"), "--force", "--",
               os.path.join(programs, "marked_kill"), shared]
    with open(shared, "rb") as file, mmap.mmap(file.fileno(), SIZE, access=mmap.ACCESS_READ) as words:
        process = subprocess.Popen(command, env=guest.traced_environment(parts))
        begin = time.monotonic()
        while struct.unpack_from("q", words)[0] == 0:
            if process.poll() is not None:
                return [f"the program ended with {process.returncode} before it was ready"], 0, 0
            if time.monotonic() > begin + PATIENCE:
                problem = f"the program was not ready after {PATIENCE} s: {guest.whereabouts(process.pid)}"
                process.kill()
                process.wait()
                return [problem, *(f"still running: {left}" for left in guest.reap_orphans())], 0, 0
            time.sleep(0.0005)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        marks = [struct.unpack_from("QQ", words, 8 + 16 * i) for i in range(THREADS)]
    problems = [f"still running: {left}" for left in guest.reap_orphans()]
    path = os.path.join(folder, "killed.thr")
    if not os.path.exists(path):
        return problems + ["there is no trace"], 0, 0
    verdict = trace.check(parts, path)
    if not verdict.ok or verdict.lost:
        problems.append(f"check: {verdict.text}")
    if verdict.text.count("open: G ") < THREADS + 1:
        problems.append(f"check does not say what was open: {verdict.text}")
    dump = subprocess.run([parts.decoder, "dump", path], capture_output=True, check=False).stdout
    proven = found = 0
    for place, count in marks:
        present = dump.count(f"how=post object={place:#x} ".encode())
        proven += count
        found += present
        if present < count:
            problems.append(f"{count} posts of {place:#x} are proven, {present} in the trace")
    return problems, proven, found


if __name__ == "__main__":
    main()
