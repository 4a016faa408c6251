"""What is true of each program, and with which words the verbs must say so.

A fact is (arguments of trace-decode, sentences).  A sentence is a tuple of regular expressions that must
all be found in one and the same of the first lines; (expression, least, most) is one whose first group
is a number between these two.  In an expression @MARK stands for file and line of that mark, as in
"convoy.c:13".  NOT before a sentence: no line of the whole output may be like that.
"""

import os
import re

FIRST = 12  # lines: what a reader sees without looking for it
NOT = "not"

FACTS = {
    "convoy": [
        ("summary", [("mutex convoy_lock", r"pass_bottleneck \(@WANT\)", r"pass_bottleneck \(@RELEASE\)")]),
        ("locks", [("mutex +convoy_lock", r"pass_bottleneck \(@WANT\)", r"pass_bottleneck \(@RELEASE\)")]),
        ("locks --blame", [(r"pass_bottleneck \(@WANT\) +pass_bottleneck \(@RELEASE\)",)]),
    ],
    "lost_signal": [
        ("locks", [(r"cond +ready", r"wait_in_vain \(@VAIN\)")]),
    ],
    "futile": [
        ("wakes", [(r"put_on_shelf \(@SIGNAL\)", (r"consumer/\d+ +220 +(\d+)", 150, 200))]),
    ],
    "herd": [
        ("locks --blame", [(r"take_job \(@IDLE\) +announce_job \(@BROADCAST\)",)]),
    ],
    "late_barrier": [
        ("locks", [("barrier +start_line", r"late/\d+ \((8\d|9\d|100) %\)", r"arrive \(@MEET\)")]),
    ],
    "small_pool": [
        ("locks", [("cond", r"submit \(@WAIT\)", r"end_task \(@ENDED\)")]),
    ],
    "slow_fsync": [
        ("summary", [("mutex log_lock", r"note \(@WANT\)")]),
        ("locks --blame", [(r"note \(@WANT\) +append \(@RELEASE\)",)]),
    ],
    "deadlock": [
        ("waits", [("forth/", "mutex +second", "open", r"lock_forth \(@SECOND\)"),
                   ("back/", "mutex +first", "open", r"lock_back \(@FIRST\)")]),
    ],
    "calm": [
        ("locks", [(NOT, "mutex")]),
    ],
}


def places(source):
    """The line of each mark of a program, as "file.c:LINE"."""
    with open(source, encoding="utf-8") as file:
        found = [(mark[1], number) for number, line in enumerate(file, 1)
                 if (mark := re.search(r"// ([A-Z]+)$", line.rstrip()))]
    return {mark: f"{os.path.basename(source)}:{number}" for mark, number in found}


def said(line, sentence, marks):
    """True if one line says all of a sentence."""
    for part in sentence:
        expression, *bounds = part if isinstance(part, tuple) else (part,)
        expression = re.sub(r"@([A-Z]+)", lambda mark: re.escape(marks[mark[1]]), expression)
        found = re.search(expression, line)
        if not found or (bounds and not bounds[0] <= float(found[1]) <= bounds[1]):
            return False
    return True


def missing(output, sentences, marks):
    """What is not said in the first lines, or is said and must not be."""
    lines = output.splitlines()
    failures = []
    for sentence in sentences:
        if sentence[0] == NOT:
            failures += [f"says {line!r}" for line in lines if said(line, sentence[1:], marks)]
        elif not any(said(line, sentence, marks) for line in lines[:FIRST]):
            failures.append(f"does not say {sentence}")
    return failures
