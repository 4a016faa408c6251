#!/usr/bin/env python3
"""Judges exported Trace Event JSON: its slices nest, and they, the flows and the counters are those of the dump."""

import json
import sys
from collections import defaultdict

from judge import arguments, calls_of, compare, judge_all, nested, waits_of


def nanos(micros):
    return round(micros * 1000)


def span(event):
    return event["tid"], nanos(event["ts"]), nanos(event["ts"]) + nanos(event["dur"])


def judge(path, seen):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    events = json.loads(text)["traceEvents"]
    failures = [f"{word} in the file" for word in ("</script", "\x1b") if word in text]
    tracks = defaultdict(list)
    for event in events:
        if not {"ph", "cat", "name", "pid", "ts"} <= event.keys():
            failures.append(f"incomplete: {event}")
        if event["ph"] == "X":
            tracks[event["tid"]].append(span(event)[1:])
    failures += [f"the slices of tid {tid} overlap" for tid, slices in tracks.items() if not nested(slices)]
    named = {event["tid"] for event in events if event["name"] == "thread_name"}
    failures += [f"tid {tid} has no name" for tid in tracks if tid not in named]
    if events and not any(event["name"] == "process_name" for event in events):
        failures.append("the process has no name")
    failures += judge_flows(events)
    return failures + (judge_numbers(events, seen) if seen.kept else [])


def judge_flows(events):
    """Each flow begins in a slice `wakes` and ends in one `woken by`."""
    ends, slices = defaultdict(list), set()
    for event in events:
        if event["ph"] in "sf":
            ends[event["id"]].append((event["ph"], event["tid"], event["ts"]))
        elif event["ph"] == "X" and event["cat"] == "wake":
            slices.add(("s" if event["name"].startswith("wakes ") else "f", event["tid"], event["ts"]))
    return [f"the flow {flow} is {pair}" for flow, pair in ends.items()
            if sorted(end[0] for end in pair) != ["f", "s"] or not set(pair) <= slices]


def judge_numbers(events, seen):
    waits = [(*span(event), event["args"]["kind"], int(event["args"]["address"], 16), event["args"].get("owner", 0))
             for event in events if event["ph"] == "X" and event["cat"] == "wait"]
    calls = [(*span(event), event["args"]["number"])
             for event in events if event["ph"] == "X" and event["cat"] == "syscall" and "open" not in event["args"]]
    flows = sum(event["ph"] == "s" for event in events)
    failures = compare("waits", waits_of(seen), waits) + compare("calls", calls_of(seen), calls)
    if flows != len(seen.edges):
        failures.append(f"{flows} flows, {len(seen.edges)} in the dump")
    counts = [event["args"] for event in events if event["ph"] == "C" and event["name"] == "threads"]
    most = max((count["blocked"] for count in counts), default=0)
    if most != seen.most_waiting:
        failures.append(f"{most} threads are blocked at once, {seen.most_waiting} in the dump")
    return failures


if __name__ == "__main__":
    sys.exit(judge_all(arguments(__doc__).parse_args(), "chrome", judge))
