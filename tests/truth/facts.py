"""What is true of each program, and what the verbs must say of it.

A fact is (arguments of trace-decode, what must be said).  What must be said is one of
  Line(expression...)   one of the first lines matches all of these regular expressions; (expression,
                        least, most) is one whose first group is a number between these two
  Never(expression...)  no line of the whole output does
  Row(table, **values)  of --format=json: one of the first rows of a table ("": the report is one table)
                        has these values: an expression, or (least, most)
In an expression @MARK stands for file and line of that mark, as in "convoy.c:13".
"""

import json
import os
import re

FIRST_LINES = 12  # what a reader sees without looking for it
FIRST_ROWS = 3


def places(source):
    """The line of each mark of a program, as "file.c:LINE"."""
    with open(source, encoding="utf-8") as file:
        found = [(mark[1], number) for number, line in enumerate(file, 1)
                 if (mark := re.search(r"// ([A-Z]+)$", line.rstrip()))]
    return {mark: f"{os.path.basename(source)}:{number}" for mark, number in found}


def with_places(expression, marks):
    return re.sub(r"@([A-Z]+)", lambda mark: re.escape(marks[mark[1]]), expression)


class Line:
    """A line that must be among the first ones."""

    def __init__(self, *parts):
        self.parts = [part if isinstance(part, tuple) else (part,) for part in parts]

    def said_by(self, line, marks):
        for expression, *bounds in self.parts:
            found = re.search(with_places(expression, marks), line)
            if not found or (bounds and not bounds[0] <= float(found[1]) <= bounds[1]):
                return False
        return True

    def wrong(self, output, marks):
        lines = output.splitlines()[:FIRST_LINES]
        return "" if any(self.said_by(line, marks) for line in lines) else f"no line says {self.parts}"


class Never(Line):
    """A line that must not be there."""

    def wrong(self, output, marks):
        return "; ".join(f"it says {line!r}" for line in output.splitlines() if self.said_by(line, marks))


class Row:
    """A row that must be among the first ones of a table."""

    def __init__(self, table, **values):
        self.table, self.values = table, values

    def wrong(self, output, marks):
        report = json.loads(output)
        rows = (report[self.table] if self.table else report)[:FIRST_ROWS]
        for row in rows:
            if all(self._has(row[name], wanted, marks) for name, wanted in self.values.items()):
                return ""
        return f"no row has {self.values}"

    @staticmethod
    def _has(value, wanted, marks):
        if isinstance(wanted, tuple):
            return wanted[0] <= value <= wanted[1]
        return re.search(with_places(wanted, marks), value) is not None


MS = 1_000_000

# Numbers are exact where the program makes them so, and have room where a busy machine changes them: a
# thread that is late by more than 10 us is not seen to wait again at once, one that is late by
# milliseconds comes last to a barrier.
FACTS = {
    "convoy": [
        ("summary", [Line(("mutex convoy_lock: (\\d+) waits", 290, 300), r"pass_bottleneck \(@WANT\)",
                          r"pass_bottleneck \(@RELEASE\)", ("(\\d+) % of its .*convoys", 90, 100))]),
        ("locks", [Line("mutex +convoy_lock", r"pass_bottleneck \(@WANT\)", r"pass_bottleneck \(@RELEASE\)")]),
        ("locks --blame", [Line(r"pass_bottleneck \(@WANT\) +pass_bottleneck \(@RELEASE\)")]),
        ("locks --format=json", [Row("", name="^convoy_lock$", waits=(290, 300), caused_ns=(300 * MS, 1 << 40))]),
        ("locks --handover", [Line("mutex +convoy_lock")]),
        ("locks --handover --format=json", [Row("", name="^convoy_lock$", handovers=(290, 300), convoys=(1, 3),
                                                in_convoys=(270, 300), queue_max=(5, 5))]),
        ("waits", [Line(r"walker-\d/\d+ +mutex +convoy_lock +woken +walker-\d", r"pass_bottleneck \(@WANT\)")]),
        ("threads --group", [Line(r"walker-\* +6 ")]),
    ],
    "lost_signal": [
        ("summary", [Line("cond ready: 25 waits", r"wait_in_vain \(@VAIN\)", "all of them timed out")]),
        ("wakes", [Line("^25 signals were for nobody", r"announce \(@LOST\)"),
                   Never("futile"), Never("herd")]),
        ("wakes --format=json", [Row("nobody", count=(25, 25), thread="^producer/", name="^ready$",
                                     site=r"^announce \(@LOST\)$")]),
        ("waits", [Line("consumer/", "cond +ready +timeout", r"wait_in_vain \(@VAIN\)")]),
        ("locks --format=json", [Row("", name="^ready$", waits=(25, 25), timeouts=(25, 25))]),
    ],
    "futile": [
        ("wakes", [Line(("^(\\d+) of 2\\d\\d wakes were futile", 150, 200), r"put_on_shelf \(@SIGNAL\)")]),
        ("wakes --format=json", [Row("pairs", waker="^producer/", thread="^consumer/", wakes=(220, 220),
                                     futile=(150, 200), site=r"^put_on_shelf \(@SIGNAL\)$")]),
        ("locks --blame", [Line(r"cond +1 +take_own \(@AGAIN\) +put_on_shelf \(@SIGNAL\)")]),
        ("summary", [Line("cond shelf_changed: 220 waits", r"take_own \(@AGAIN\)")]),
    ],
    "herd": [
        ("wakes", [Line(("^(\\d+) of .* wakes were futile", 400, 600), r"announce_job \(@BROADCAST\)"),
                   Line("herd", r"1[4-6] at most", r"announce_job \(@BROADCAST\)", ("(\\d+) of the [56]\\d\\d woken", 400, 600))]),
        ("wakes --format=json", [Row("herds", wakes=(38, 40), woken=(560, 640), futile=(400, 600), waker="^herd/",
                                     max=(14, 16), site=r"^announce_job \(@BROADCAST\)$")]),
        ("summary", [Line("cond work_there", r"take_job \(@IDLE\)", r"announce_job \(@BROADCAST\)")]),
        ("threads --group", [Line(r"worker-\* +16 ")]),
    ],
    "late_barrier": [
        ("summary", [Line("barrier start_line", r"arrive \(@MEET\)", r"last to arrive was late/\d+ in (2[5-9]|30) of 30 rounds")]),
        ("locks", [Line("barrier +start_line", r"late/\d+ \((9\d|100) %\)", r"arrive \(@MEET\)")]),
        ("syscalls", [Line("nanosleep", r"slow_part \(@SLOW\)")]),
    ],
    "small_pool": [
        ("summary", [Line(r"The 2 threads worker-\*", ("busy (\\d+) % of the time", 90, 100),
                          ("\\((\\d+) % of all waiting\\)", 70, 100))]),
        ("locks --blame", [Line(r"cond +8 +submit \(@WAIT\) +end_task \(@ENDED\)")]),
        ("syscalls", [Line("^nanosleep +160 ", r"ask_server \(@ASK\)")]),
        ("waits", [Line("client-\\d/", "cond", r"submit \(@WAIT\)", r"worker-\d/\d+ was (\d+ times )?in nanosleep.* ask_server \(@ASK\)")]),
        ("threads --group --format=json", [Row("", name=r"^worker-\*$", threads=(2, 2), waiting_share=(0, 0.1)),
                                           Row("", name=r"^client-\*$", threads=(8, 8), waiting_share=(0.8, 1.0))]),
    ],
    "slow_fsync": [
        ("summary", [Line("mutex log_lock", r"note \(@WANT\)", r"held by logger/|logger/\d+ caused", r"commit \(@RELEASE\)")]),
        ("locks", [Line("mutex +log_lock", r"logger/\d+ \(\d+ %\)(, user-\S+ \(\d+ %\))* +note \(@WANT\) +commit \(@RELEASE\)")]),
        ("locks --blame", [Line(r"mutex +1 +note \(@WANT\) +commit \(@RELEASE\)")]),
        ("waits", [Line(r"user-\d/", "mutex +log_lock", r"note \(@WANT\)", r"logger/\d+ was in fsync for .* at flush \(@FSYNC\)")]),
        ("syscalls", [Line("^fsync +", r"flush \(@FSYNC\)")]),
        ("syscalls --format=json", [Row("calls", call="^fsync$", calls=(1, 12), errors=(0, 0), max_ns=(2 * MS, 1 << 40))]),
    ],
    "deadlock": [
        ("summary", [Line("^Deadlock: ", r"forth/\d+ waits for mutex second at lock_forth \(@SECOND\), held by back/",
                          r"back/\d+ waits for mutex first at lock_back \(@FIRST\), held by forth/")]),
        ("waits", [Line("^Deadlock: ", "forth/", "back/"),
                   Line(r"forth/\d+ +mutex +second +open", r"lock_forth \(@SECOND\)"),
                   Line(r"back/\d+ +mutex +first +open", r"lock_back \(@FIRST\)")]),
        ("threads", [Line("^joiner .* waiting$")]),
    ],
    "calm": [
        ("summary", [Never("Deadlock"), Never("convoy"), Never("busy")]),
        ("locks", [Never("mutex")]),
        ("locks --handover --format=json", [Never("convoy")]),
        ("wakes", [Never("futile"), Never("for nobody"), Never("herd")]),
        ("waits", [Never("mutex"), Never("Deadlock")]),
    ],
}
