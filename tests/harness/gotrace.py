"""The outside judge: does Go's own trace tool accept the export, and does it count what dump counts?"""

import os
import re
import subprocess
from collections import Counter

TRANSITION = re.compile(rb"StateTransition .*Resource=Goroutine\((\d+)\).* (\w+)->(\w+)")
COUNTED = {  # Go's transition -> the event of the dump
    (b"NotExist", b"Runnable"): "GoCreate",
    (b"Running", b"Waiting"): "GoBlock",
    (b"Waiting", b"Runnable"): "GoUnblock",
}


def judge(parts, path, events, folder):
    """Exports one trace.  Returns a list of failures; `events` counts the dump's events by name."""
    exported = os.path.join(folder, os.path.basename(path) + ".go")
    done = subprocess.run([parts.decoder, "export", "--format=go", "-o", exported, path],
                          capture_output=True, check=False)
    if done.returncode not in (0, 3):
        return [f"{path}: export --format=go ended with {done.returncode}: {done.stderr.decode()}"]
    counts = Counter()
    with subprocess.Popen([parts.go, "tool", "trace", "-d=1", exported], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        for line in process.stdout:
            if found := TRANSITION.search(line):
                counts[COUNTED.get((found[2], found[3]))] += 1
        complaint = process.stderr.read().decode(errors="replace")
    if process.returncode != 0:
        return [f"{path}: go tool trace -d=1 refuses it: {complaint[:2000]}"]
    return [f"{path}: {name}: {events[name]} by dump, {counts[name]} by go tool trace"
            for name in COUNTED.values() if counts[name] != events[name]]
