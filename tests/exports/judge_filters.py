#!/usr/bin/env python3
"""Judges --from, --to, --thread, --object and --function of the exports: what is left is what the reports count with the
same options."""

import json
import os
import sys
import tempfile

from judge import arguments
from judge_sqlite import rows
from traces import assembled, run, storm

CASES = (
    ["--from", "200us", "--to", "700us"],
    ["--to", "300us"],
    ["--from", "900us"],
    ["--from", "5s"],
    ["--thread", "105"],
    ["--thread", "nobody"],
    ["--object", "0x408010"],
    ["--function", "storm\\+0x1[0-3]"],
    ["--thread", "105", "--object", "0x408010", "--from", "100us", "--function", "queue"],
)


def report(options, verb, path, filters):
    done = run([options.decoder, verb, "--format=json", *filters, path])
    return json.loads(done.stdout)


def export(options, form, target, path, filters):
    done = run([options.decoder, "export", f"--format={form}", *filters, "-o", target, path])
    if done.returncode != 0:
        raise ValueError(f"{form} {filters}: ended with {done.returncode}: {done.stderr.decode()}")


def judge_sqlite(options, folder, path, filters):
    target = os.path.join(folder, "out.db")
    export(options, "sqlite", target, path, filters)
    if rows(target, "PRAGMA foreign_key_check"):
        yield "a foreign key leads nowhere"
    locks = sorted((row["object"], row["waits"], row["total_ns"]) for row in report(options, "locks", path, filters)
                   if row["waits"])
    ours = sorted((f"{row['address']:#x}", row["waits"], row["total_ns"])
                  for row in rows(target, "SELECT address, waits, total_ns FROM v_locks WHERE waits > 0"))
    if locks != ours:
        yield f"locks {locks[:3]}, in the database {ours[:3]}"


def pieces(path):
    with open(path, encoding="utf-8") as file:
        return [event for event in json.load(file)["traceEvents"] if event["ph"] == "X"]


def judge_chrome(options, folder, path, filters):
    target = os.path.join(folder, "out.json")
    export(options, "chrome", target, path, filters)
    words = dict(zip(filters[::2], filters[1::2]))
    begin, end = (float(words.get(key, default).removesuffix("s").removesuffix("u")) * (1 if "us" in words.get(key, "us")
                  else 1e6) for key, default in (("--from", "0us"), ("--to", "1e9us")))
    for event in pieces(target):
        if event["cat"] == "wake":
            continue
        if event["ts"] < begin or event["ts"] + event["dur"] > end + 0.0005:
            yield f"outside of the window: {event}"
        if "--thread" in words and str(event["tid"]) != words["--thread"]:
            yield f"another thread: {event}"
        if "--object" in words and event.get("args", {}).get("address") != words["--object"]:
            yield f"another object: {event}"
    waits = sum(event["cat"] == "wait" and not event["args"].get("open") for event in pieces(target))
    counted = sum(row["waits"] for row in report(options, "locks", path, filters))
    if waits != counted:
        yield f"{waits} waits, {counted} in locks"


def judge_go(options, folder, path, filters):
    """Go accepts what is left, and finds the same waits in it, if they cannot have begun before it."""
    target = os.path.join(folder, "part.go")
    export(options, "go", target, path, filters)
    if filters == ["--from", "5s"] or "nobody" in filters:
        return  # Go refuses a trace in which nothing happened
    if not os.access(options.go, os.X_OK):
        options.skipped = True
        return
    done = run([options.go, "tool", "trace", "-d=1", target])
    if done.returncode != 0:
        yield f"go refuses it: {done.stderr.decode(errors='replace')[-200:]}"
    waits = sum(b"Goroutine" in line and b"Running->Waiting" in line for line in done.stdout.splitlines())
    counted = sum(row["waits"] + row["unfinished"] for row in report(options, "locks", path, filters))
    if "--from" not in filters and "--to" not in filters and waits != counted:
        yield f"{waits} waits, {counted} in locks"


def main():
    parser = arguments(__doc__)
    parser.add_argument("--go", default="")
    options = parser.parse_args()
    options.skipped = False
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        path = assembled(options.decoder, folder, "storm", storm())
        for filters in CASES:
            for judge in (judge_sqlite, judge_chrome, judge_go):
                try:
                    found = list(judge(options, folder, path, filters))
                except ValueError as error:
                    found = [str(error)]
                failures += [f"{judge.__name__} {' '.join(filters)}: {text}" for text in found[:3]]
    print("\n".join(failures) or f"{len(CASES)} filters leave what they should")
    if options.skipped:
        print("SKIPPED: no Go: --format=go is not judged")
    return 1 if failures else 77 if options.skipped else 0


if __name__ == "__main__":
    sys.exit(main())
