#!/usr/bin/env python3
"""Judges exported Perfetto traces, as protoc decodes them: slices, states, stacks, flows and counters are the dump's."""

import re
import subprocess
import sys
from collections import defaultdict

from judge import arguments, calls_of, compare, judge_all, waits_of
from lock_tracks import judge_locks
from traces import ENV

CONTENTION = re.compile(r"^Lock contention on a .* lock \(owner tid: (\d+)\)$")
LOCKS = ("mutex", "rwlock-read", "rwlock-write", "spin")
FIELD = re.compile(r"^(\w+): (.*)$")
TABLES = {"event_names": "name", "event_categories": "name", "debug_annotation_names": "name",
          "function_names": "str", "build_ids": "str", "mapping_paths": "str", "source_paths": "str",
          "debug_annotation_string_values": "str"}


def parsed(lines):
    """Text format as dicts of lists."""
    message = defaultdict(list)
    for line in lines:
        line = line.strip()
        if line == "}":
            return message
        if line.endswith("{"):
            message[line[:-1].strip()].append(parsed(lines))
        elif found := FIELD.match(line):
            message[found[1]].append(value_of(found[2]))
    return message


def value_of(text):
    if text.startswith('"'):
        raw = text[1:-1].encode().decode("unicode_escape").encode("latin-1")
        return raw.decode(errors="surrogateescape")
    return int(text, 0) if re.match(r"^-?(0x)?[0-9a-f]+$", text) else text


def packets(proto, path):
    with open(path, "rb") as file:
        done = subprocess.run(["protoc", f"--proto_path={proto}", "--decode=thrace.perfetto.Trace", "perfetto.proto"],
                              stdin=file, capture_output=True, text=True, env=ENV, check=False)
    if done.returncode != 0 or re.search(r"^\s*\d+:", done.stdout, re.M):  # a field that the format does not have
        raise ValueError(f"protoc: {done.stderr or 'an unknown field'}")
    return parsed(iter(done.stdout.splitlines()))["packet"]


class Drawing:
    """A trace as Perfetto would draw it."""

    def __init__(self, trace):
        self.failures = []
        self.tracks, self.interned = {}, defaultdict(dict)
        self.slices = []  # [tid, since, until or None, name, category, annotations, functions]
        self.states = defaultdict(list)  # by tid: (time, name)
        self.counters = defaultdict(list)
        self.locks = defaultdict(list)  # by name: (time, holder)
        self.waiters = defaultdict(list)  # by name: (time, number)
        self.flows = defaultdict(list)
        self.base, open_slices = None, defaultdict(list)
        for packet in trace:
            self.remember(packet)
        for packet in sorted((p for p in trace if p["track_event"]), key=lambda p: p["timestamp"][0]):
            event, time = packet["track_event"][0], packet["timestamp"][0] - self.base
            self.draw(event, event["type"][0], time, self.tracks[event["track_uuid"][0]], open_slices)
        self.left_open = sum(map(len, open_slices.values()))

    def remember(self, packet):
        """Tables are kept as they were when a packet came."""
        if packet["sequence_flags"][0] & 1:
            self.interned.clear()
        for table, entries in (packet["interned_data"][0] if packet["interned_data"] else {}).items():
            for entry in entries:
                self.interned[table][entry["iid"][0]] = entry[TABLES[table]][0] if table in TABLES else entry
        if packet["clock_snapshot"]:
            self.base = packet["timestamp"][0]
        for track in packet["track_descriptor"]:
            self.tracks[track["uuid"][0]] = track
        for event in packet["track_event"]:
            event["text"] = [self.interned["event_names"][iid] for iid in event["name_iid"]]
            event["category"] = [self.interned["event_categories"][iid] for iid in event["category_iids"]]
            event["args"] = [self.annotations(event)]
            event["stack"] = [self.stack(iid) for iid in event["callstack_iid"]]

    def annotations(self, event):
        texts = self.interned["debug_annotation_string_values"]
        return {self.interned["debug_annotation_names"][note["name_iid"][0]]:
                texts[note["string_value_iid"][0]] if note["string_value_iid"] else
                next(note[key][0] for key in note if key.endswith("_value"))
                for note in event["debug_annotations"]}

    def stack(self, iid):
        """Addresses of the calls in the module, the innermost first."""
        frames = [self.interned["frames"][frame] for frame in self.interned["callstacks"][iid]["frame_ids"]]
        for frame in frames:
            self.interned["mappings"][frame["mapping_id"][0]]
            self.interned["function_names"][frame["function_name_id"][0]]
        return tuple(frame["rel_pc"][0] for frame in reversed(frames))

    def draw(self, event, kind, time, track, open_slices):
        parent = self.tracks[track["parent_uuid"][0]] if track["parent_uuid"] else None
        if parent and parent["name"] == ["Locks"]:
            if kind == "COUNTER":
                self.waiters[track["name"][0].removesuffix(": waiters")].append((time, event["counter_value"][0]))
            else:
                self.locks[track["name"][0]].append((time, event["text"][0] if event["text"] else ""))
            return
        if kind == "COUNTER":
            self.counters[track["name"][0]].append(event["counter_value"][0])
            return
        if kind == "STATE":
            thread = parent["thread"][0]
            self.states[thread["tid"][0]].append((time, event["text"][0] if event["text"] else ""))
            return
        tid = track["thread"][0]["tid"][0]
        if kind == "SLICE_END":
            open_slices[tid].pop()[2] = time
            return
        piece = [tid, time, time if kind == "INSTANT" else None, event["text"][0], event["category"][0],
                 event["args"][0], event["stack"][0] if event["stack"] else ()]
        self.slices.append(piece)
        for flow in event["flow_ids"]:
            self.flows[flow].append(("begins", piece[3].partition(" ")[0]))
        for flow in event["terminating_flow_ids"]:
            self.flows[flow].append(("ends", piece[3].partition(" ")[0]))
        if kind == "SLICE_BEGIN":
            if open_slices[tid]:
                self.failures.append(f"slices of tid {tid} overlap at {time}")
            open_slices[tid].append(piece)


def judge(options, path, seen):
    drawing = Drawing(packets(options.proto, path))
    failures = drawing.failures
    if re.search(r"[\x00-\x1f\x7f]", "".join(piece[3] for piece in drawing.slices)):
        failures.append("control characters in names")
    failures += [f"the flow {flow} is {ends}" for flow, ends in drawing.flows.items()
                 if sorted(ends) != [("begins", "wakes"), ("ends", "woken")]]
    for tid, states in drawing.states.items():
        if states != sorted(states, key=lambda state: state[0]):
            failures.append(f"the states of tid {tid} are not in order")
    return failures + (judge_numbers(options, drawing, seen) if seen.kept else [])


def judge_numbers(options, drawing, seen):
    waits, calls, stacks = [], [], []
    failures = []
    for tid, since, until, name, category, args, stack in drawing.slices:
        ended = until is not None
        until = until if ended else seen.end
        if category == "wait":
            owner = args.get("owner", 0)
            waits.append((tid, since, until, args["kind"], args["address"], owner))
            stacks.append((tid, since, stack))
            found = CONTENTION.match(name)
            if bool(found) != bool(owner and args["kind"] in LOCKS) or (found and int(found[1]) != owner):
                failures.append(f"{name} is the name of a wait for a {args['kind']} of {owner}")
        elif category == "syscall" and ended:
            calls.append((tid, since, until, args["number"]))
    failures += compare("waits", waits_of(seen), waits)
    failures += compare("calls", calls_of(seen), calls)
    if not seen.moves and all(len(wait.parts) == 1 for wait in seen.waits):
        failures += compare("stacks", [(seen.tids[wait.m], wait.since, seen.in_modules(wait.stack))
                                       for wait in seen.waits], stacks)
    if len(drawing.flows) != len(seen.edges):
        failures.append(f"{len(drawing.flows)} flows, {len(seen.edges)} in the dump")
    blocked = [(tid, time) for tid, states in drawing.states.items() for time, name in states
               if name.startswith("waiting")]
    failures += compare("states", [(wait[0], wait[1]) for wait in waits_of(seen)], blocked)
    if max(drawing.counters["blocked"], default=0) != seen.most_waiting:
        failures.append(f"{drawing.counters['blocked']} blocked, {seen.most_waiting} in the dump")
    failures += judge_locks(drawing, seen)
    if any(drawing.counters["lost"]):
        failures.append("losses that are not in the dump")
    return failures


def main():
    parser = arguments(__doc__)
    parser.add_argument("--proto", required=True, help="the folder of perfetto.proto")
    options = parser.parse_args()
    return judge_all(options, "perfetto", lambda path, seen: judge(options, path, seen))


if __name__ == "__main__":
    sys.exit(main())
