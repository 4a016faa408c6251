"""Runs programs, untraced and traced, and waits until their collectors have ended, too."""

import argparse
import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

SKIPPED = 77
PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Parts:
    """Where the parts of thrace are."""

    launcher: str
    decoder: str
    library: str
    collector: str
    go: str


@dataclass
class Outcome:
    """What a program shows of itself: all of it must be the same under thrace."""

    status: int  # negative: the signal that ended it
    stdout: bytes
    stderr: bytes
    seconds: float = 0.0

    def differences(self, other):
        """One line for each difference to another outcome."""
        lines = []
        if self.status != other.status:
            lines.append(f"exit status: {self.status} untraced, {other.status} traced")
        for name in ("stdout", "stderr"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                lines.append(f"{name} differs:\n--- untraced\n{text(ours)}\n--- traced\n{text(theirs)}")
        return lines


def sanitizer_reports(outcome):
    """A failure if a sanitizer has reported anything; its warnings that it does not support a call are none."""
    if not re.search(rb"ERROR: \w+Sanitizer|runtime error:|AddressSanitizer:|SUMMARY: ", outcome.stderr):
        return []
    return [f"a sanitizer reports: {text(outcome.stderr)}"]


def text(data, limit=3000):
    shown = data.decode(errors="replace")
    return shown if len(shown) <= limit else shown[:limit] + "..."


def arguments(description):
    """The parser of a test's command line: the parts are always there."""
    parser = argparse.ArgumentParser(description=description)
    for part in Parts.__dataclass_fields__:
        parser.add_argument(f"--{part}", default="", required=part in ("launcher", "decoder"))
    return parser


def parts_of(options):
    return Parts(**{part: getattr(options, part) for part in Parts.__dataclass_fields__})


def adopt_orphans():
    """Collectors and daemons become children of this process, so that their end can be waited for."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(seconds=120):
    """Waits for all of them.  Returns what is still there after this time, and ends it."""
    end = time.monotonic() + seconds
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if pid:
            continue
        if time.monotonic() > end:
            return end_children()
        time.sleep(0.002)


def end_children():
    left = []
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        pids = [int(word) for word in file.read().split()]
    for pid in pids:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            left.append(f"{pid}: {text(file.read()[:200])}".replace("\0", " "))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return left


def whereabouts(pid):
    """What each thread of a process does, in the kernel's words: its name, state and system call."""
    lines = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/stat", encoding="ascii", errors="replace") as file:
            name, _, rest = file.read().partition("(")[2].rpartition(") ")
        with open(f"/proc/{pid}/task/{tid}/syscall", encoding="ascii") as file:
            lines.append(f"{name} {rest[0]} {file.read().strip()}")
    return "; ".join(lines)


def clean_environment(extra=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("THRACE_") and k != "LD_PRELOAD"}
    environment.update(extra or {})
    return environment


def run(command, environment=None, seconds=300, stdin=None, before=None):
    """Runs one command to its end.  Output goes to files: a pipe would make the reader wait for daemons."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err,
                                   env=environment or clean_environment(), preexec_fn=before)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
            err.write(b"\n[ended by the harness: it took too long]\n")
        took = time.monotonic() - begin
        out.seek(0)
        err.seek(0)
        return Outcome(status, out.read(), err.read(), took)


def traced_environment(parts, extra=None):
    """For the launcher: the parts of this build, whatever is installed."""
    return clean_environment({"THRACE_LIBRARY": parts.library, "THRACE_COLLECT": parts.collector, **(extra or {})})


def traced(parts, folder, command, mode="default", options=(), extra=None, **keywords):
    """Runs one command under thrace.  The traces are the files of `folder`."""
    words = [parts.launcher, "--quiet", "-o", os.path.join(folder, "%e.%p.thr")]
    if mode == "stress":
        words.append("--stress")
    return run([*words, *options, "--", *command], environment=traced_environment(parts, extra), **keywords)


def finish(failures, figure=""):
    """Ends a test: the failures, or the figure that it reached."""
    for failure in failures:
        print("FAILED:", failure)
    if not failures:
        print(figure or "passed")
    sys.exit(1 if failures else 0)


def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(SKIPPED)
