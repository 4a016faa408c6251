"""More threads and processes than thrace has room for, less memory and descriptors than it wants."""

import os
import resource

import guest
import trace
from scenario import run_all


def traced(s, command, **keywords):
    seen = guest.traced(s.parts, s.folder, command, **keywords)
    s.reap()
    return seen


def nine_thousand_threads(s):
    """9,000 living threads: there is room for 8,192; the others run unrecorded."""
    command = [s.program("threads_living"), "9000"]
    s.unhurt(command, traced(s, command))
    for verdict in s.checked():
        s.notes.append(verdict.text.splitlines()[0].replace(s.folder, ""))


def three_hundred_processes(s):
    """300 children at a time: there is room for 256; the others run unrecorded."""
    command = [s.program("many_forks"), "300"]
    s.unhurt(command, traced(s, command))
    verdicts = s.checked()
    s.expect(len(verdicts) >= 250, f"only {len(verdicts)} traces")
    s.notes.append(f"{len(verdicts)} traces, {sum(v.lost for v in verdicts)} lost")


def small_address_space(s):
    """RLIMIT_AS leaves no room for the arena."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (40 << 20, 40 << 20))
    command = [s.program("mutex_kinds")]
    seen = guest.run(command, environment=s.by_environment(), before=limit)
    untraced = guest.run(command, before=limit)
    s.expect((seen.status, seen.stdout) == (untraced.status, untraced.stdout),
             f"ended with {seen.status}: {guest.text(seen.stdout + seen.stderr)}")
    s.expect(len(seen.stderr.splitlines()) <= 1, f"stderr: {guest.text(seen.stderr)}")
    s.notes.append(guest.text(seen.stderr).strip())


def few_descriptors(s):
    """Five descriptors are all that the program may have."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))
    command = [s.program("mutex_kinds")]
    seen = guest.run(command, environment=s.by_environment(), before=limit)
    s.unhurt(command, seen, lines=len(seen.stderr.splitlines()))
    s.expect(len(seen.stderr.splitlines()) <= 1, f"stderr: {guest.text(seen.stderr)}")


def no_standard_descriptors(s):
    """The program starts with 0 and 2 closed: the first file that it opens is 0."""
    command = ["sh", "-c", '"$0" <&- 2>&-', s.program("close_all")]
    s.unhurt(command, traced(s, command))
    s.checked()


def static_program(s):
    """A static program with the variables set: nothing happens."""
    command = [s.program("static")]
    s.unhurt(command, guest.run(command, environment=s.by_environment()))
    s.expect(not trace.files(s.folder), "there is a trace")


def tiny_arena(s):
    """The smallest arena, with more events than it can hold at once: what is lost is counted."""
    command = [s.program("threads_short")]
    s.unhurt(command, traced(s, command, options=("-b", "4M")))
    for verdict in s.checked():
        s.notes.append(verdict.text.splitlines()[0].replace(s.folder, ""))


def waits_when_full(s):
    """The smallest arena, and the program waits when it is full: nothing is lost."""
    command = [s.program("threads_short")]
    s.unhurt(command, traced(s, command, options=("-b", "4M", "--on-full", "wait")))
    for verdict in s.checked():
        s.expect(verdict.lost == 0, f"{verdict.lost} lost")
        s.notes.append(verdict.text.splitlines()[0].replace(s.folder, ""))


def waits_when_full_of_threads(s):
    """More busy threads than the smallest arena has chunks, and they wait: all get their turn soon, none hangs."""
    command = [s.program("writers"), "400", "300"]
    s.unhurt(command, traced(s, command, options=("-b", "4M", "--on-full", "wait")))
    for verdict in s.checked():
        # On a busy machine one may come too late for its generation, here and there.
        s.expect(verdict.lost < 400 * 300 * 2 / 50, f"{verdict.lost} lost")
        s.notes.append(verdict.text.splitlines()[0].replace(s.folder, ""))


def monotonic_clock(s):
    """The other clock, also where a program has forbidden itself to ask the kernel for the time."""
    commands = [[s.program("mutex_queue")]]
    with open("/sys/devices/system/clocksource/clocksource0/current_clocksource", encoding="ascii") as source:
        if source.read().startswith(("tsc", "kvm-clock", "hyperv_clocksource_tsc")):
            commands.append([s.program("seccomp")])  # programs read these without the kernel's help
    for command in commands:
        s.unhurt(command, traced(s, command, options=("--clock", "mono")))
    s.checked()


def twenty_sessions(s):
    """Twenty programs at the same time, each with its own collector."""
    script = (f'i=0; while [ $i -lt 20 ]; do {s.parts.launcher} -q -o {s.folder}/%e.%p.thr -- "$0" &'
              " i=$((i+1)); done; wait")
    command = ["sh", "-c", script, s.program("sem_crowd")]
    seen = guest.run(command, environment=guest.traced_environment(s.parts))
    s.reap()
    s.expect(seen.status == 0 and seen.stdout == b"120\n" * 20, f"{seen}")
    verdicts = s.checked()
    s.expect(len(verdicts) == 20, f"{len(verdicts)} traces")


def own_pid_namespace():
    """The words in front of a command that make it process 1; None: this machine does not allow it."""
    for inside in ["unshare", "--pid", "--fork"], ["unshare", "--user", "--map-root-user", "--pid", "--fork"]:
        if guest.run([*inside, "true"]).status == 0:
            return inside
    return None


def nested_pid_namespace(s):
    """Programs in a pid namespace of their own, where one is process 1: recorded, and the session goes on after them."""
    inside = own_pid_namespace()
    if not inside:
        s.notes.append("not possible here")
        return
    within = " ".join(inside)
    script = f'{within} "$0" && {within} "$1" 4 100 & {within} "$1" 4 100 && wait && "$2"'
    command = ["sh", "-c", script, s.program("threads_short"), s.program("writers"), s.program("sem_crowd")]
    untraced = guest.run(command)
    seen = traced(s, command, options=("--on-full", "wait", "--buffer", "256M"))
    s.expect((seen.status, sorted(seen.stdout.split(b"\n"))) == (untraced.status, sorted(untraced.stdout.split(b"\n"))),
             f"{seen} instead of {untraced}")
    verdicts = s.checked()
    names = [os.path.basename(path).split(".")[0] for path in trace.files(s.folder)]
    for name, count in ("threads_short", 1), ("writers", 2), ("sem_crowd", 1):
        s.expect(names.count(name) == count, f"{names.count(name)} traces of {name}")
    lost = sum(verdict.lost for verdict in verdicts)
    s.expect(lost == 0, f"{lost} lost")
    s.notes.append(f"{len(verdicts)} traces; {seen.seconds:.1f} s, {untraced.seconds:.1f} s untraced")


def process_one_does_not_wait_in_vain(s):
    """Three programs in a row are process 1 of a namespace of their own: none waits for the collector in vain."""
    inside = own_pid_namespace()
    if not inside:
        s.notes.append("not possible here")
        return
    command = ["sh", "-c", " && ".join(3 * [" ".join(inside) + ' "$0" 4 100']), s.program("writers")]
    # Each that waited in vain would wait 2 s; a busy machine may be slow once, but not each time.
    slower = []
    while len(slower) < 5 and (not slower or slower[-1] >= 4):
        slower.append(traced(s, command).seconds - guest.run(command).seconds)
    s.expect(slower[-1] < 4, f"they took {slower} s more than untraced")
    s.checked()
    s.notes.append(f"{slower[-1]:.1f} s more than untraced")


def image_between_exec_and_start(s):
    """The last process of the session is in an exec, and its next image takes long to start: it is recorded."""
    for way in ("exec", "spawn", "vfork"):
        traced(s, [s.program("slow_start"), way])
    verdicts = s.checked()
    s.expect(len(verdicts) == 6 + 1, f"{len(verdicts)} traces")  # exec has the forked image, too


CASES = [
    nine_thousand_threads, three_hundred_processes, small_address_space, few_descriptors,
    no_standard_descriptors, static_program, tiny_arena, waits_when_full,
    waits_when_full_of_threads, monotonic_clock, twenty_sessions, nested_pid_namespace,
    process_one_does_not_wait_in_vain,
    image_between_exec_and_start,
]

if __name__ == "__main__":
    run_all(CASES, __doc__)
