"""The collector is missing, dies, or has no place to write: the program is not hurt by any of it."""

import os
import re
import resource
import signal
import subprocess
import time

import guest
import trace
from scenario import await_condition, run_all


def collector_missing(s):
    """No collector can be started."""
    command = [s.program("mutex_contended")]
    seen = guest.run(command, environment=s.by_environment(THRACE_COLLECT="/nonexistent/thrace-collect"))
    s.unhurt(command, seen, lines=1)
    s.expect(not trace.files(s.folder), "there is a trace")


def collector_is_no_program(s):
    """What should be the collector is another program that ends at once."""
    command = [s.program("mutex_contended")]
    s.unhurt(command, guest.run(command, environment=s.by_environment(THRACE_COLLECT="/bin/true")), lines=1)


def collector_killed(s):
    """The collector is killed in mid-run: the arena that stays reads as a trace."""
    command = [s.program("cond_broadcast")]
    looping = ["sh", "-c", 'i=0; while [ $i -lt 20 ]; do "$0" || exit 1; sleep 0.1; i=$((i + 1)); done', *command]
    process = subprocess.Popen(looping, env=s.by_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def has_events(pid):
        path = arena_of(pid)
        return f".{process.pid}." in path and trace.check(s.parts, path).events > 0

    found = await_condition(lambda: any(has_events(pid) for pid in collector_pids(s.parts)))
    s.expect(found, "no collector with an arena that has events appeared")
    left = []
    for pid in collector_pids(s.parts):
        left.append(arena_of(pid))
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    s.expect(process.returncode == 0 and out == b"80\n" * 20, f"ended with {process.returncode}, said {out}, {err}")
    s.expect(any(f".{process.pid}." in path for path in left), "the shell's collector was not among them")
    for path in filter(os.path.exists, left):  # a child's collector may just have ended
        verdict = trace.check(s.parts, path)
        # A child of the shell has a session of its own, which may have been killed before it began.
        unborn = f".{process.pid}." not in path and re.search("holds no process|not a thrace trace", verdict.text)
        s.expect(unborn or verdict.status in (0, 3) and verdict.events > 0, f"check of the arena: {verdict.text}")
        s.notes.append(verdict.text.splitlines()[0])
        os.unlink(path)


def collector_killed_while_awaited(s):
    """The collector is killed, and the program was told to wait when the arena is full: it does not wait for ever."""
    command = [s.program("writers"), "4", "1000000"]
    environment = s.by_environment(THRACE_ON_FULL="wait", THRACE_BUFFER="4M")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    s.expect(await_condition(lambda: trace.files(s.folder)), "no trace appeared")
    for pid in collector_pids(s.parts):
        left = arena_of(pid)
        os.kill(pid, signal.SIGKILL)
    begin = time.monotonic()
    try:
        out, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    took = time.monotonic() - begin
    s.expect(process.returncode == 0 and out == b"4 threads, 1000000 calls each\n", f"ended with {process.returncode}")
    s.expect(took > 1.5, f"it had nothing to wait for: {took:.1f} s")
    verdict = trace.check(s.parts, left)
    s.expect(verdict.status in (0, 3) and verdict.lost > 0, f"check of the arena: {verdict.text}")
    s.notes.append(f"{took:.1f} s; {verdict.text.splitlines()[0]}")
    os.unlink(left)


def collector_pids(parts):
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        pids = [int(word) for word in file.read().split()]
    return [pid for pid in pids if readlink(f"/proc/{pid}/exe") == os.path.realpath(parts.collector)]


def arena_of(pid):
    """The path of a collector's arena; empty: the collector has ended."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode().split("\0")
    except OSError:
        return ""
    return words[words.index("--arena") + 1] if "--arena" in words else ""


def readlink(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def output_folder_missing(s):
    """The folder of the output does not exist."""
    command = [s.program("mutex_contended")]
    environment = s.by_environment(THRACE_OUTPUT=os.path.join(s.folder, "none", "t.thr"))
    s.unhurt(command, guest.run(command, environment=environment), lines=1)


def output_folder_removed(s):
    """The folder of the output is removed while the program runs."""
    place = os.path.join(s.folder, "place")
    os.mkdir(place)
    remove = f"while [ -e {place} ]; do rm -r {place} 2>/dev/null; done"  # the collector may just write there
    command = ["sh", "-c", f'"$0"; {remove}; "$0"; sleep 0.1; "$0"', s.program("sem")]
    seen = guest.traced(s.parts, place, command)
    os.makedirs(place, exist_ok=True)
    s.unhurt(command, seen)


def output_exists(s):
    """A file with the trace's name exists already: it stays, and the trace gets another name."""
    path = os.path.join(s.folder, "t.thr")
    with open(path, "wb") as file:
        file.write(b"precious")
    command = [s.program("mutex_contended")]
    s.unhurt(command, guest.run(command, environment=s.by_environment(THRACE_OUTPUT=path)))
    with open(path, "rb") as file:
        s.expect(file.read() == b"precious", "it was overwritten")
    s.expect(trace.check(s.parts, path + ".1").ok, "there is no trace beside it")


def output_read_only(s):
    """The folder of the output may not be written."""
    place = os.path.join(s.folder, "fixed")
    os.mkdir(place, 0o555)
    if os.geteuid() == 0 and not mounted(place, "ro,size=64k"):
        s.notes.append("not possible here")
        return
    command = [s.program("mutex_contended")]
    environment = s.by_environment(THRACE_OUTPUT=os.path.join(place, "t.thr"))
    s.unhurt(command, guest.run(command, environment=environment), lines=1)
    if os.geteuid() == 0:
        subprocess.run(["umount", place], check=False)


def mounted(place, options):
    """Mounts a small tmpfs; containers may forbid that even to root."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]
    return subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0


def disk_full(s):
    """The disk of the output is full after 64 KiB, and before the first generation is out (root only: a mount)."""
    for size in ("64k", "8k"):
        place = os.path.join(s.folder, size)
        os.mkdir(place)
        if os.geteuid() != 0 or not mounted(place, f"size={size}"):
            s.notes.append("not possible here")
            return
        try:
            fill_disk(s, place)
        finally:
            subprocess.run(["umount", place], check=False)


def fill_disk(s, place):
    command = [s.program("handlers")]
    environment = s.by_environment(THRACE_OUTPUT=os.path.join(place, "%e.%p.thr"), THRACE_STRESS="1")
    seen = guest.run(command, environment=environment)
    s.reap()
    s.unhurt(command, seen)
    for path in trace.files(place):
        verdict = trace.check(s.parts, path)
        whole = (0, 3) if verdict.generations else (3,)
        s.expect(verdict.status in whole, f"check: {verdict.text}")
        s.notes.append(verdict.text.splitlines()[0].replace(s.folder, ""))


def file_size_limit(s):
    """RLIMIT_FSIZE is 1 MiB: the limit is the program's, and no SIGXFSZ comes of thrace."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    command = [s.program("handlers")]
    seen = guest.run(command, environment=s.by_environment(), before=limit)
    s.reap()
    untraced = guest.run(command)
    s.expect((seen.status, seen.stdout) == (untraced.status, untraced.stdout),
             f"ended with {seen.status}: {guest.text(seen.stdout + seen.stderr)}")
    s.expect(len(seen.stderr.splitlines()) <= 1, f"stderr: {guest.text(seen.stderr)}")
    s.notes.append(guest.text(seen.stderr).strip())
    s.checked(allowed=(0, 3))


def arena_bad(s):
    """THRACE_ARENA names garbage, an empty file, a folder, or an arena of another version."""
    garbage, empty = os.path.join(s.folder, "garbage"), os.path.join(s.folder, "empty")
    other, short = os.path.join(s.folder, "other"), os.path.join(s.folder, "short")
    contents = {garbage: os.urandom(1 << 20), empty: b"", short: b"thrarena\1\0\0\0",
                other: b"thrarena" + (99).to_bytes(4, "little") + bytes(8 << 20)}
    for path, data in contents.items():
        with open(path, "wb") as file:
            file.write(data)
    command = [s.program("mutex_contended")]
    for path in [s.folder, "/dev/null", *contents]:
        seen = guest.run(command, environment=s.by_environment(THRACE_ARENA=path))
        before = len(s.failures)
        s.unhurt(command, seen, lines=1)
        s.failures[before:] = [f"{os.path.basename(path)}: {failure}" for failure in s.failures[before:]]


def session_over(s):
    """THRACE_ARENA names nothing, as in a process that outlives its session: untraced, without a word."""
    command = [s.program("mutex_contended")]
    environment = s.by_environment(THRACE_ARENA=os.path.join(s.folder, "nothing"))
    s.unhurt(command, guest.run(command, environment=environment))
    s.expect(not trace.files(s.folder), "there is a trace")


def options_bad(s):
    """A variable of thrace has a value that means nothing."""
    command = [s.program("mutex_contended")]
    s.unhurt(command, guest.run(command, environment=s.by_environment(THRACE_BUFFER="much")), lines=1)


CASES = [
    collector_missing, collector_is_no_program, collector_killed,
    collector_killed_while_awaited, output_folder_missing, output_folder_removed, output_exists,
    output_read_only, disk_full, file_size_limit, arena_bad, session_over, options_bad,
]

if __name__ == "__main__":
    run_all(CASES, __doc__)
