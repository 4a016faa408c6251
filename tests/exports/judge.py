"""What all judges share: exports of all made traces, and what a drawing must have in common with its dump."""

import argparse
import os
import tempfile
from collections import Counter

from replay import replay
from traces import made, run



def arguments(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--decoder", required=True)
    parser.add_argument("--golden", required=True)
    return parser


def exported(decode, form, path):
    """The path of the export; ValueError if there is none."""
    target = f"{path}.{form}"
    done = run([decode, "export", f"--format={form}", "-o", target, path])
    if done.returncode not in (0, 3):
        raise ValueError(f"export ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return target


def judge_all(options, form, judge):
    """judge(path of the export, replay) returns failures.  The exit status."""
    failures, judged, compared = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path in made(options.decoder, folder, options.golden):
            try:
                seen = replay(options.decoder, path)
                failures += [f"{name}: {text}" for text in judge(exported(options.decoder, form, path), seen)]
                compared += seen.kept
            except (ValueError, KeyError) as error:
                failures.append(f"{name}: {error!r}")
            judged += 1
    print("\n".join(failures) or f"{judged} exports are sound, {compared} agree with their dumps")
    return 1 if failures or compared < 10 else 0


def nested(slices):
    """True if (since, until) of one track lie beside or inside of each other."""
    open_ends = []
    for since, until in sorted(slices, key=lambda piece: (piece[0], -piece[1])):
        while open_ends and open_ends[-1] <= since:
            open_ends.pop()
        if until < since or (open_ends and until > open_ends[-1]):
            return False
        open_ends.append(until)
    return True


def compare(what, ours, theirs):
    """One sentence if two lists differ."""
    ours, theirs = Counter(ours), Counter(theirs)
    if ours == theirs:
        return []
    return [f"{what}: only in the dump {list((ours - theirs).items())[:3]}, "
            f"only in the export {list((theirs - ours).items())[:3]}"]


def waits_of(seen):
    """(tid, since, until, reason, object, owner) of each part of each wait."""
    return [(seen.tids.get(wait.m), since, until, wait.reason, wait.object, wait.owner)
            for wait in seen.waits for since, until in wait.parts]


def calls_of(seen, unended=True):
    """(tid, since, until, number); those that their thread has not seen the end of if `unended`."""
    return [(seen.tids.get(m), since, until, number) for m, since, until, number, _, blocked in seen.calls
            if unended or blocked is not None]
