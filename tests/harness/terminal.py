"""What trace-decode does on a terminal and nowhere else: emphasis and progress; and --stats.

Usage: terminal.py TRACE-DECODE
"""

import os
import pty
import re
import subprocess
import sys
import tempfile
import time

TEXT = """Trace version=2
Header "program"="demo" "pid"="7"
Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=0
Thread m=1 tid=101
Batch m=1 time=10
GoStatus dt=0 g=1 status=running since=-5
GoBlock dt=90 reason=mutex object=0x10
GoUnblock dt=100
Batch m=0 time=500
EndOfGeneration reason=exit
Index
"""
ERASE = b"\r\x1b[K"


class Terminal:
    """A pseudo-terminal; what was written to it."""

    def __init__(self):
        self.master, self.slave = pty.openpty()

    def text(self):
        os.close(self.slave)
        out = b""
        while True:
            try:
                piece = os.read(self.master, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            out += piece
        os.close(self.master)
        return out


def environment(**changes):
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    env["TERM"] = "xterm"
    env.update(changes)
    return env


def on_terminal(args, **changes):
    terminal = Terminal()
    subprocess.run(args, stdout=terminal.slave, stderr=subprocess.PIPE, env=environment(**changes), check=True)
    return terminal.text()


def piped(args):
    return subprocess.run(args, capture_output=True, env=environment(), check=True)


def check_emphasis(decode, trace):
    plain = piped([decode, "locks", trace]).stdout
    assert b"\x1b" not in plain, plain
    shown = on_terminal([decode, "locks", trace])
    assert b"\x1b[1mkind" in shown, shown
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", shown).replace(b"\r\n", b"\n") == plain, "other text on a terminal"
    for args, changes in (([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"}), (["--color", "never"], {})):
        assert b"\x1b" not in on_terminal([decode, "locks", trace, *args], **changes), (args, changes)
    # An empty NO_COLOR does not count, and the user's word does.
    assert b"\x1b[1m" in on_terminal([decode, "locks", trace], NO_COLOR="")
    assert b"\x1b[1m" in piped([decode, "--color", "always", "locks", trace]).stdout
    assert b"\x1b[1m" in piped([decode, "--color=always", trace]).stdout, "without a verb"


def fed_slowly(args, data, stderr, stdout=subprocess.PIPE):
    process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, env=environment())
    half = len(data) // 2
    for piece in (data[:half], data[half:]):
        process.stdin.write(piece)
        process.stdin.flush()
        time.sleep(0.7)
    process.stdin.close()
    out = process.stdout.read() if process.stdout else b""
    said = process.stderr.read() if process.stderr else b""
    assert process.wait() == 0
    return out, said


def check_progress(decode, trace):
    with open(trace, "rb") as file:
        data = file.read()
    terminal = Terminal()
    out, _ = fed_slowly([decode, "locks", "-"], data, terminal.slave)
    shown = terminal.text()
    assert b"trace-decode: reading standard input: " in shown, shown
    assert shown.endswith(ERASE), shown
    silent_out, said = fed_slowly([decode, "locks", "-"], data, subprocess.PIPE)
    assert said == b"" and silent_out == out, (said, silent_out)
    # What is printed when all is read begins on a clean line.
    terminal = Terminal()
    fed_slowly([decode, "check", "-"], data, terminal.slave, terminal.slave)
    shown = terminal.text()
    assert b"%" in shown or b"MB" in shown, shown
    assert ERASE + b"standard input: OK" in shown or ERASE + b"-: OK" in shown, shown


def check_stats(decode, trace):
    said = piped([decode, "summary", "--stats", trace]).stderr.decode()
    stages = "".join(rf"{stage} \d+\.\d{{3}} s, " for stage in ("other", "read", "order", "names", "report"))
    assert re.fullmatch(
        rf"trace-decode: {stages}\d+\.\d{{3}} s in all; \d+\.\d{{3}} s of CPU, \d+\.\d MiB of memory; "
        r"3 events, \d+\.\d million/s\n", said), said
    assert piped([decode, "summary", trace]).stderr == b""


def main():
    decode = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "t.thr")
        subprocess.run([decode, "assemble", "-o", trace, "-"], input=TEXT.encode(), check=True)
        for check in (check_emphasis, check_progress, check_stats):
            check(decode, trace)
            print(f"{check.__name__}: fine")


if __name__ == "__main__":
    main()
