"""Runs inside gdb: each time the attached process stops, a line of JSON with the frames of all its threads.

It is stopped PROBE_STOPS times: by turns at the next system call of any thread, and by a signal of the harness,
which a line asks for."""

import json
import os
import time

import gdb

DEEPEST = 400
SHOWN = (gdb.NORMAL_FRAME, gdb.SIGTRAMP_FRAME)  # the others are not on the stack


def frames():
    """The frames of the selected thread as thrace writes them: where each goes on; for an instruction that a
    signal interrupted, the address behind it.  And why there are no more."""
    found, interrupted, frame = [], False, gdb.newest_frame()
    while frame and len(found) < DEEPEST:
        if frame.type() in SHOWN:
            found.append(frame.pc() + interrupted)
            interrupted = frame.type() == gdb.SIGTRAMP_FRAME
        reason = frame.unwind_stop_reason()
        frame = frame.older()
    return found, gdb.frame_stop_reason_string(reason)


def thread_stacks():
    stacks = []
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        try:
            found, end = frames()
        except (gdb.error, gdb.MemoryError) as error:
            found, end = [], str(error)
        stacks.append({"tid": thread.ptid[1], "frames": found, "end": end})
    return stacks


def say(**values):
    print(json.dumps(values), flush=True)


def probe(stops):
    for number in range(stops):
        if number % 2:
            gdb.execute("tcatch syscall", to_string=True)
        else:
            say(interrupt=True)
        gdb.execute("continue", to_string=True)
        if not gdb.selected_inferior().pid:
            return
        begin = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        stacks = thread_stacks()
        end = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        say(time=(begin + end) // 2, stacks=stacks)
    gdb.execute("detach", to_string=True)


probe(int(os.environ["PROBE_STOPS"]))
