"""What a program said that its traces must hold (see tests/programs/expect.h), compared with them."""

import os
from collections import defaultdict

from syscalls import numbers

PLACES = 8192  # for threads, in a session
JUDGED = ("mutex", "futex", "sem", "join")  # reasons whose wakers the issue sets a figure for


class Comparison:
    """The traces of one run against the file of expectations."""

    def __init__(self, path, dumps):
        self.failures = []
        self.edges = defaultdict(lambda: [0, 0])  # reason -> [right, all]
        self.by_pid = defaultdict(list)
        self.images = len(dumps)
        for dump in dumps:
            self.by_pid[dump.header.get("pid", "?")].append(dump)
        self.wanted_edges = defaultdict(list)  # (pid, reason, object, tid) -> tids of the wakers
        self.lines = 0
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    self.lines += 1
                    self._line(*line.rstrip("\n").split(" ", 2))
        self._compare_edges()

    def _line(self, pid, kind, rest):
        dumps = self.by_pid.get(pid)
        if kind != "images" and not dumps:
            self.failures.append(f"{pid} {kind} {rest}: there is no trace of this process")
            return
        words = rest.split()
        if kind == "edge":
            reason, count, place, tid, waker = words
            self.wanted_edges[pid, reason, place, int(tid)] += [int(waker)] * int(count)
            return
        wanted, found = getattr(self, "_" + kind)(dumps, words)
        if wanted != found:
            self.failures.append(f"{pid} {kind} {rest}: the trace says {found}")

    @staticmethod
    def _wait(dumps, words):
        reason, count, place = words[:3]
        found = sum(number for dump in dumps for (what, address, outcome), number in dump.waits.items()
                    if what == reason and address == int(place, 0) and (len(words) < 4 or outcome == words[3]))
        return int(count), found

    @staticmethod
    def _wake(dumps, words):
        how, count, place = words
        return int(count), sum(dump.wakes[how, int(place, 0)] for dump in dumps)

    @staticmethod
    def _create(dumps, words):
        wanted, found = int(words[0]), sum(dump.events["GoCreate"] for dump in dumps)
        # Places are free again when the collector has read the events of those that ended: a busy machine may
        # let it come too late for the last ones, and these are counted.
        if min(wanted, PLACES) <= found < wanted <= found + max(dump.unseen_threads for dump in dumps):
            return wanted, wanted
        return wanted, found

    @staticmethod
    def _failed(dumps, words):
        return int(words[0]), sum(dump.events["GoCreateFailed"] for dump in dumps)

    def _images(self, _dumps, words):
        return int(words[0]), self.images

    @staticmethod
    def _module(dumps, words):
        return int(words[0]), sum(number for dump in dumps for (path, _), number in dump.modules.items()
                                  if path.rpartition("/")[2] == words[1])

    @staticmethod
    def _listed(dumps, words):
        return int(words[0]), sum(path.rpartition("/")[2] == words[1] for dump in dumps for path in dump.listed)

    @staticmethod
    def _attached(dumps, words):
        return int(words[0]), sum(path.rpartition("/")[2] == words[1] for dump in dumps for path in dump.attachments)

    @staticmethod
    def _function(dumps, words):
        return [["dump", "export"]], [places for dump in dumps if (places := dump.places_of(words[0]))]

    @staticmethod
    def _stack(dumps, words):
        tid, place = int(words[0]), int(words[1], 0)
        found = [(hex(low), hex(high)) for dump in dumps for low, high, _ in dump.memories[tid]]
        return True, any(int(low, 0) <= place < int(high, 0) for low, high in found) or found

    @staticmethod
    def _self(dumps, words):
        found = {hex(self) for dump in dumps for _, _, self in dump.memories[int(words[0])]}
        return words[1], words[1] if words[1] in found else sorted(found)

    @staticmethod
    def _named(dumps, words):
        text = " ".join(words[2:])
        found = [name for dump in dumps for name in dump.titles(words[0], int(words[1], 0))]
        return True, any(text in name for name in found) or found

    @staticmethod
    def _title(dumps, words):
        return [" ".join(words[2:])], [name for dump in dumps for name in dump.titles(words[0], int(words[1], 0))]

    @staticmethod
    def _descriptor(dumps, words):
        found = {target for dump in dumps for target in dump.descriptors[int(words[0])]}
        return True, any(target.startswith(words[1]) for target in found) or sorted(found)

    @staticmethod
    def _gone(dumps, words):
        return int(words[0]), sum(dump.events["ModuleGone"] for dump in dumps)

    @staticmethod
    def _call(dumps, words):
        return int(words[1]), sum(dump.calls[key] for dump in dumps for key in call_keys(words[0]))

    @staticmethod
    def _blocked(dumps, words):
        return int(words[1]), sum(dump.blocked[key] for dump in dumps for key in call_keys(words[0]))

    @staticmethod
    def _label(dumps, words):
        tid, name = int(words[0]), " ".join(words[1:])
        found = {label for dump in dumps for m, g in dump.tasks.items() if dump.tid(m) == tid
                 for label in dump.labels[g]}
        return name, name if name in found else sorted(found)

    def _compare_edges(self):
        for (pid, reason, place, tid), wanted in self.wanted_edges.items():
            found = []
            for dump in self.by_pid[pid]:
                for (what, address, waiter), wakers in dump.wakers.items():
                    if what == reason and waiter == tid and place in ("*", hex(address)):
                        found += [dump.tid(m) for m in wakers]
            right = sum(a == b for a, b in zip(wanted, found))
            total = max(len(wanted), len(found))
            self.edges[reason][0] += right
            self.edges[reason][1] += total
            if right < 0.999 * total:
                pairs = [(i, a, b) for i, (a, b) in enumerate(zip(wanted, found)) if a != b][:5]
                self.failures.append(f"{pid} edges of {reason} {place} for tid {tid}: {right} of {total} right; "
                                     f"{len(wanted)} wanted, {len(found)} found; (n, wanted, found): {pairs}")


_NUMBERS = {}


def call_keys(names):
    """What dump may print for any of these names."""
    if not _NUMBERS:
        _NUMBERS.update(numbers())
    return [key for name in names.split(",") for key in (name, str(_NUMBERS.get(name, name)))]
