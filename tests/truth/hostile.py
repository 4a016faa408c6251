"""A trace in which everything that has a name has a hostile one, and its harmless twin."""

import subprocess

ESCAPES = b"\x1b]0;pwn\x07\x1b[31m\"'\\;,|\r\n\t\x00`$(true)"
MARKUP = b"</script><script>alert(1)</script><!--&amp;"
BYTES = b"\xff\xfe\x80\xc0\xaf\xed\xa0\x80\xc2\x9b31m\xc3"
DIRECTION = "\u202e\u2066\u200f\u2028\u061c".encode()
LENGTH = b"_very_long" * 400  # the format allows 4096 bytes

# What is named; the name holds the key, so that one can recognise it.
HOSTILE = {
    "oddprogram": b"oddprogram" + ESCAPES + MARKUP + BYTES,
    "oddthread": b"oddthread" + ESCAPES,
    "oddlabel": b"oddlabel" + MARKUP + BYTES + DIRECTION,
    "oddlong": b"oddlong" + LENGTH,
    "oddmodule": b"oddmodule" + ESCAPES.replace(b"\0", b"") + b"<script>alert(1)<b>" + BYTES,  # no slash: a file
    "oddgone": b"/nowhere/oddgone" + ESCAPES + b"<script>alert(1)<b>" + BYTES,
    "oddvalue": b"oddvalue" + ESCAPES + MARKUP + BYTES,
}
PLAIN = {name: b"/nowhere/" + name.encode() if name == "oddgone" else name.encode() for name in HOSTILE}
FUNCTIONS = ("oddescapes", "oddmarkup", "oddbytes", "odddirection", "oddlength")  # of odd_names.c
TOKENS = [*HOSTILE, *FUNCTIONS]
BIAS = 0x400000
ADDRESSES = {name: 0x1000 + 64 * number for number, name in enumerate(FUNCTIONS)}  # of no file


def addresses(path):
    """Where the functions are in a file, in the order of FUNCTIONS."""
    shown = subprocess.run(["nm", path], capture_output=True, check=True).stdout
    found = {}
    for line in shown.splitlines():
        for name in FUNCTIONS:
            if b" t " + name.encode() in line:
                found[name] = int(line.split()[0], 16)
    assert len(found) == len(FUNCTIONS), found
    return found


def quoted(data):
    """As the text form has it."""
    return b'"' + b"".join(b"\\x%02x" % byte if byte < 32 or byte > 126 or byte in b'"\\' else bytes([byte])
                           for byte in data) + b'"'


def frames(addresses_, *names):
    return ",".join(hex(BIAS + addresses_[name] + 2) for name in names)


def text(names, places):
    """Two threads that wait for each other, with names, stacks and calls."""
    lines = [b"Trace version=2",
             b'Header "program"=%s "pid"="7" "exe"=%s "args"=%s' % tuple(
                 quoted(names[name]) for name in ("oddprogram", "oddvalue", "oddvalue"))]
    lines += """Generation gen=1
Batch m=0 time=0
ClockSnapshot frequency=1000000000 mono=5000000000 wall=1700000000000000000""".encode().splitlines()
    for number, name in enumerate(("oddthread", "oddlabel", "oddlong", "oddmodule", "oddgone"), 1):
        lines.append(b"String id=%d text=%s" % (number, quoted(names[name])))
    lines += f"""Thread m=1 tid=101 name=1
Thread m=2 tid=102 name=3
Module id=1 bias={BIAS:#x} start={BIAS:#x} end={BIAS + 0x8000:#x} path=4
Module id=2 bias=0x700000 start=0x700000 end=0x708000 path=5
Stack id=1 end=bottom frames={frames(places, "oddescapes", "oddmarkup")}
Stack id=2 end=depth frames={frames(places, "oddbytes", "odddirection")}
Stack id=3 end=no-rule frames={frames(places, "oddlength", "oddescapes")},0x701010
Batch m=1 time=1000
GoStatus g=1 status=running since=-900
GoCreate dt=10 g=2 start={BIAS + places["oddmarkup"]:#x} stack=1
Wake dt=100000 how=unlock object={BIAS + 0x4010:#x} seq=1 waiters=1
WakeStack dt=100 seq=1 stack=2
Wake dt=50000 how=signal object=0x702000 seq=2 waiters=0
WakeStack dt=100 seq=2 stack=3
GoSyscallBegin dt=10 number=35
GoSyscallEndBlocked dt=30000 stack=3
GoBlock dt=500 reason=join object=0x702100 stack=3
Batch m=2 time=1020
GoStart g=2
GoLabel dt=5 g=2 name=2
GoBlock dt=20 reason=mutex object={BIAS + 0x4010:#x} owner=101 stack=3
GoUnblock dt=100200 waker=1 seq=1
GoBlock dt=300 reason=cond object=0x702000 stack=2
GoUnblock dt=60000 outcome=timeout
GoBlock dt=300 reason=mutex object={BIAS + 0x4010:#x} owner=101 stack=1
Batch m=0 time=300000
EndOfGeneration reason=exit
Index
""".encode().splitlines()
    return b"\n".join(lines) + b"\n"
