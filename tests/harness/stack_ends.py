#!/usr/bin/env python3
"""Counts how the stacks in the traces of a folder end: most of them must reach the bottom."""

import os
import re
import subprocess
from collections import Counter

import guest
import trace

SHOWN = 5


def ends(parts, path):
    """The events with a stack, counted by (its end, its innermost place outside of thrace, its outermost)."""
    text = subprocess.run([parts.decoder, "dump", path], capture_output=True, text=True, check=True).stdout
    modules = {(int(low, 16), int(high, 16), int(bias, 16), os.path.basename(name)) for bias, low, high, name in
               re.findall(r'^Module .* bias=(\S+) start=(\S+) end=(\S+) .*"([^"]*)"$', text, re.M)}
    counts = Counter()
    for generation in text.split("\nGeneration ")[1:]:
        stacks = {number: (end, frames) for number, end, frames in
                  re.findall(r"^Stack .*\bid=(\d+) end=(\S+) frames=(\S+)", generation, re.M)}
        for number, count in Counter(re.findall(r"^\w+ .*\bstack=(\d+)", generation, re.M)).items():
            end, frames = stacks[number]
            places = [place(int(frame, 16), modules) for frame in frames.split(",")]
            outside = [name for name in places if not name.startswith("libthrace.so")]
            counts[end, (outside or ["?"])[0], places[-1]] += count
    return counts


def place(address, modules):
    for low, high, bias, name in modules:
        if low <= address < high:
            return f"{name}+{address - bias:#x}"
    return "code of no module"


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--least", type=float, required=True, help="per cent of the events with a stack")
    parser.add_argument("folder")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    counts = sum((ends(parts, path) for path in trace.files(options.folder)), Counter())
    total = sum(counts.values())
    short = Counter({key: count for key, count in counts.items() if key[0] != "bottom"})
    share = 100 * (total - sum(short.values())) / max(total, 1)
    figure = f"{total} events with a stack, {share:.2f} % of them down to the bottom"
    failures = [] if share >= options.least else [f"{figure}; {options.least:g} % is the least"]
    for (end, innermost, outermost), count in short.most_common(SHOWN):
        print(f"  {count} end by {end}, from {innermost} to {outermost}")
    guest.finish(failures, figure)


if __name__ == "__main__":
    main()
