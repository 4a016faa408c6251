"""Reads traces through trace-decode: the verdict of `check`, and the events of `dump`."""

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass

ENV = {**os.environ, "LC_ALL": "C"}
VERDICT = re.compile(rb": (OK, but cut|OK|FAIL): (\d+) events?, (\d+) generations?, (\d+) threads?, (\d+) lost")
HEADER = re.compile(rb'^Header "(\w+)"="(.*)"$')
THREAD = re.compile(rb'^Thread dt=\d+ m=(\d+) tid=(\d+) name=\d+(?:  # "(.*)")?')
MEMORY = re.compile(rb"^ThreadStack dt=\d+ m=(\d+) low=(\S+) high=(\S+) self=(\S+)")
DESCRIPTOR = re.compile(rb'^Descriptor dt=\d+ fd=(\d+) target=\d+  # "(.*)"')
EVENT = re.compile(rb"^ *-?\d+ m=(\d+) g=(\d+) (\w+) ?(.*)$")
COMMENT = re.compile(rb'  # "(.*)"$')
UNSEEN = re.compile(rb"^Unseen dt=\d+ threads=(\d+) ")
MODULE = re.compile(rb'  # "([0-9a-f]*)" "(.*)"$')
ATTACHMENT = re.compile(rb"\x5c\x2a\x4d\x18....thracat\n", re.DOTALL)
BUILD_ID = re.compile(r"Build ID: ([0-9a-f]+)")
SUBSTANTIAL = ("woken", "owner-died")  # outcomes that have a waker


@dataclass
class Verdict:
    """What `check` says of one file."""

    ok: bool
    status: int
    events: int
    generations: int
    threads: int
    lost: int
    text: str


def is_gap(frame):
    """A frame of a stack that is no address: so many are left out there (core/format/event.h)."""
    return frame < 0x1000


def files(folder):
    """The traces; those of a process's second and further images end with a number."""
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if re.search(r"\.thr(\.\d+)*$", name))


def check(parts, path):
    done = subprocess.run([parts.decoder, "check", path], capture_output=True, env=ENV, check=False)
    shown = (done.stdout + done.stderr).decode(errors="replace")
    found = VERDICT.search(done.stdout)
    numbers = [int(group) for group in found.groups()[1:]] if found else [0, 0, 0, 0]
    return Verdict(done.returncode == 0 and bool(found), done.returncode, *numbers, shortened(shown))


def shortened(shown, most=20):
    lines = shown.splitlines()
    return shown if len(lines) <= most else "\n".join([*lines[:most // 2], "...", *lines[-most // 2:]])


def attachments(path):
    """The paths of the files that are attached to a trace (format.md, F11)."""
    with open(path, "rb") as file:
        data = file.read()
    found = []
    for match in ATTACHMENT.finditer(data):
        at = match.end()
        for _ in range(2):  # build-id, path: both are shorter than 128 bytes here
            text = data[at + 1:at + 1 + data[at]]
            at += 1 + data[at]
        found.append(text.decode(errors="replace"))
    return found


def build_id(path):
    """The build-id of a file, as readelf knows it; empty: it has none."""
    shown = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, env=ENV, check=False).stdout
    found = BUILD_ID.search(shown)
    return found[1] if found else ""


class Dump:
    """The events of one file, counted as the expectations need them."""

    def __init__(self, parts, path):
        self.header = {}
        self.tids = {}  # M -> tid
        self.thread_names = set()
        self.waits = Counter()  # (reason, object, outcome)
        self.wakers = defaultdict(list)  # (reason, object, tid) -> M of the waker, in order
        self.wakes = Counter()  # (how, object)
        self.calls = Counter()  # number
        self.blocked = Counter()  # number
        self.labels = defaultdict(list)  # G -> names
        self.tasks = {}  # M -> its last G
        self.events = Counter()  # name
        self.modules = Counter()  # (path, build-id)
        self.listed = set()  # paths of modules in the tables
        self.attachments = attachments(path)
        self.memories = defaultdict(set)  # tid -> (low, high, pthread_t)
        self.descriptors = defaultdict(set)  # number -> what the collector found there
        self.unseen_threads = 0  # of the session, for lack of room
        self._parts, self._path = parts, path
        self._read_tables(parts, path)
        self._read_events(parts, path)

    def tid(self, m):
        return self.tids.get(m, 0)

    def places_of(self, function):
        """Which of the verbs that know names only from the start know this function of a stack."""
        lines = self._lines([self._parts.decoder, "dump", "--ordered", "--stacks", self._path])
        found = ["dump"] if any(line.strip().split(b" ")[0] == function.encode() for line in lines) else []
        exported = subprocess.run([self._parts.decoder, "export", "--format=go", "-o", "-", self._path],
                                  capture_output=True, env=ENV, check=True).stdout
        return found + (["export"] if function.encode() in exported else [])

    def titles(self, kind, place):
        """What the reports call an object."""
        shown = subprocess.run([self._parts.decoder, "locks", "--format=json", self._path], capture_output=True,
                               env=ENV, check=True).stdout
        return [row["name"] for row in json.loads(shown)
                if row["kind"] == kind and int(row["object"], 0) == place]

    def _read_tables(self, parts, path):
        m = b""
        for line in self._lines([parts.decoder, "dump", path]):
            if line.startswith(b"Batch "):
                m = line.split()[1]
            elif line.startswith(b"Module ") and m == b"m=0" and (found := MODULE.search(line)):
                self.listed.add(found[2].decode(errors="replace"))
            elif found := HEADER.match(line):
                self.header[found[1].decode()] = found[2].decode(errors="replace")
            elif found := THREAD.match(line):
                self.tids[int(found[1])] = int(found[2])
                if found[3]:
                    self.thread_names.add(found[3].decode(errors="replace"))
            elif found := MEMORY.match(line):
                self.memories[self.tid(int(found[1]))].add(tuple(int(word, 0) for word in found.groups()[1:]))
            elif found := DESCRIPTOR.match(line):
                self.descriptors[int(found[1])].add(found[2].decode(errors="replace"))
            elif found := UNSEEN.match(line):
                self.unseen_threads = int(found[1])

    def _read_events(self, parts, path):
        waiting, calling = {}, {}
        for line in self._lines([parts.decoder, "dump", "--ordered", path]):
            found = EVENT.match(line)
            if not found:
                continue
            m, g, name = int(found[1]), int(found[2]), found[3].decode()
            self.events[name] += 1
            if g:
                self.tasks[m] = g
            if name in ("GoStart", "GoDestroy", "GoStop"):
                continue
            comment = COMMENT.search(found[4])
            values = dict(word.split("=", 1) for word in found[4].split(b"  #")[0].decode().split())
            if name == "GoBlock":
                waiting[m] = (values["reason"], int(values["object"], 0))
            elif name == "GoUnblock" and values["outcome"] != "interrupted" and m in waiting:
                reason, address = waiting[m]
                self.waits[reason, address, values["outcome"]] += 1
                if values["outcome"] in SUBSTANTIAL:
                    self.wakers[reason, address, self.tid(m)].append(int(values["waker"]))
            elif name == "Wake":
                self.wakes[values["how"], int(values["object"], 0)] += 1
            elif name == "GoSyscallBegin":
                calling[m] = values["number"]
                self.calls[values["number"]] += 1
            elif name == "GoSyscallEndBlocked" and m in calling:
                self.blocked[calling[m]] += 1
            elif name == "Module" and (found := MODULE.search(found[4])):
                self.modules[found[2].decode(errors="replace"), found[1].decode()] += 1
            elif name == "GoLabel":
                self.labels[int(values["g"])].append(comment[1].decode(errors="replace") if comment else "")

    @staticmethod
    def _lines(command):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV) as process:
            for line in process.stdout:
                yield line.rstrip(b"\n")
