#!/usr/bin/env python3
"""Judges exported databases with the sqlite3 program: they are sound, and their sums are those of dump, locks and threads."""

import json
import os
import subprocess
import sys
from collections import Counter

from judge import arguments, calls_of, compare, judge_all, waits_of
from traces import ENV, run


def rows(path, question):
    done = subprocess.run(["sqlite3", "-readonly", "-json", path, question], capture_output=True, text=True, env=ENV,
                          check=False)
    if done.returncode != 0 or done.stderr:
        raise ValueError(f"sqlite3: {done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else []


def report(decode, verb, trace):
    done = run([decode, verb, "--format=json", trace])
    return json.loads(done.stdout)


def soundness(path):
    failures = []
    if rows(path, "PRAGMA integrity_check") != [{"integrity_check": "ok"}]:
        failures.append("the database is damaged")
    failures += [f"a foreign key leads nowhere: {row}" for row in rows(path, "PRAGMA foreign_key_check")[:3]]
    if rows(path, "SELECT name, value FROM meta WHERE name = 'schema'") != [{"name": "schema", "value": "2"}]:
        failures.append("the schema has no version")
    for view in rows(path, "SELECT name FROM sqlite_schema WHERE type = 'view'"):
        rows(path, f"SELECT * FROM {view['name']}")
    for table in ("thread", "object", "frame", "module", "process"):
        for row in rows(path, f"SELECT * FROM {table}"):
            failures += [f"{table} has {text!r}" for text in row.values()
                         if isinstance(text, str) and any(ord(c) < 32 or ord(c) == 127 for c in text)]
    return failures


def judge_reports(decode, path, trace):
    """What the views say is what the reports say."""
    locks = [(row["kind"], int(row["object"], 16), row["waits"], row["total_ns"], row["max_ns"], row["timeouts"],
              row["changed"], row["unfinished"], row["open_ns"]) for row in report(decode, "locks", trace)]
    ours = [(row["kind"], row["address"] % (1 << 64), row["waits"], row["total_ns"], row["max_ns"], row["timeouts"],
             row["changed"], row["unfinished"], row["open_ns"]) for row in rows(path, "SELECT * FROM v_locks")]
    # A thread that never ran has no pieces here.
    states = ("running", "runnable", "syscall", "waiting")
    threads = [(row["tid"], *(row[f"{state}_ns"] for state in states), row["waits"], row["lost"])
               for row in report(decode, "threads", trace) if row["tid"] != 0]
    mine = [(row["tid"], *(row[f"{state}_ns"] for state in states), row["waits"], row["lost"])
            for row in rows(path, "SELECT * FROM v_threads")]
    return compare("v_locks", locks, ours) + compare("v_threads", threads, mine)


def judge_numbers(path, seen):
    waits = [(row["tid"], row["start_ns"], row["start_ns"] + row["duration_ns"], row["name"],
              row["address"] % (1 << 64), row["owner_tid"] or 0)
             for row in rows(path, "SELECT tid, start_ns, duration_ns, reason.name, address, owner_tid FROM state "
                                   "JOIN thread USING (thread_id) JOIN reason USING (reason_id) "
                                   "JOIN object USING (object_id)")]
    calls = [(row["tid"], row["start_ns"], row["start_ns"] + row["duration_ns"], row["number"])
             for row in rows(path, "SELECT tid, start_ns, duration_ns, number FROM state JOIN thread USING (thread_id) "
                                   "JOIN status USING (status_id) WHERE status.name = 'syscall' AND ended")]
    blocked = Counter(number for _, _, _, number, _, slow in seen.calls if slow)
    by_number = {row["number"]: row["blocked"] for row in rows(path, "SELECT * FROM v_syscalls")}
    failures = compare("waits", waits_of(seen), waits) + compare("calls", calls_of(seen, unended=False), calls)
    if +blocked != +Counter(by_number):
        failures.append(f"calls that blocked: {by_number}, {dict(blocked)} in the dump")
    wakes = rows(path, "SELECT count(*) AS wakes, count(state_id) AS waits, count(DISTINCT state_id) AS own FROM wake")[0]
    if set(wakes.values()) != {len(seen.edges)}:
        failures.append(f"{wakes}, {len(seen.edges)} wakes in the dump")
    return failures + judge_blame(path, seen)


def judge_blame(path, seen):
    """The times by stacks of the wait and of the release."""
    ours = Counter()
    for row in rows(path, "SELECT stack_id, release_stack_id, sum(duration_ns) AS time FROM v_waits WHERE ended "
                          "GROUP BY 1, 2"):
        ours[addresses(path, row["stack_id"]), addresses(path, row["release_stack_id"])] += row["time"]
    theirs = Counter()
    for wait in seen.true_waits():
        if wait.outcome != "open":
            theirs[seen.stacks.get(wait.stack, ()), seen.stacks.get(wait.release, ())] += wait.time
    return [] if +ours == +theirs else ["other times by stacks than in the dump"]


STACKS = {}


def addresses(path, stack):
    if path not in STACKS:
        STACKS.clear()
        STACKS[path] = {}
        for row in rows(path, "SELECT stack_id, address FROM stack_frame JOIN frame USING (frame_id) WHERE NOT inlined "
                              "ORDER BY stack_id, depth"):
            known = STACKS[path].setdefault(row["stack_id"], ())
            STACKS[path][row["stack_id"]] = (*known, row["address"] % (1 << 64) - 1)
    return STACKS[path].get(stack, ())


def judge(options, path, seen):
    failures = soundness(path)
    if leftovers := [name for name in os.listdir(os.path.dirname(path)) if ".sqlite." in name]:
        failures.append(f"files are left: {leftovers}")
    if seen.kept:
        failures += judge_numbers(path, seen) + judge_reports(options.decoder, path, path.removesuffix(".sqlite"))
    return failures


if __name__ == "__main__":
    OPTIONS = arguments(__doc__).parse_args()
    sys.exit(judge_all(OPTIONS, "sqlite", lambda path, seen: judge(OPTIONS, path, seen)))
