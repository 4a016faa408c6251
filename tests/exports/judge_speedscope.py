#!/usr/bin/env python3
"""Judges exported speedscope files: they have its schema, and what the app itself imports has the stacks and weights of
`flame`.  Also that --format=folded is what `flame` prints."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

from judge import arguments
from traces import ENV, made, run

PACKAGES = ("speedscope@1.25.0", "puppeteer-core@24.43.1", "ajv@8.17.1")
WHATS = ("blocked", "wake", "offwake", "syscall", "caused")
# The app takes a second for each file; of the others the schema is judged.
IMPORTED = ("storm", "stacks.thr", "hostile-frames.thr", "hostile-names.thr", "one event.thr", "cut-4.thr")
SKIPPED = 77


def prepared(folder):
    """The node_modules folder with the app and what drives it; None if it cannot be had."""
    modules = os.path.join(folder, "node_modules")
    if not all(os.path.isdir(os.path.join(modules, name.split("@")[0])) for name in PACKAGES):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", folder,
                        *PACKAGES], capture_output=True, env=ENV, check=False, timeout=600)
    return modules if os.path.isdir(os.path.join(modules, "speedscope")) else None


def lines_of(text):
    """Folded lines as sums by tuples of words."""
    sums = Counter()
    for line in text.decode().splitlines():
        stack, _, number = line.rpartition(" ")
        sums[tuple(stack.split(";"))] += int(number)
    return sums


def stacks_of(profile, frames):
    """The same of a profile as the app has it: a list of openings and closings of frames."""
    sums, stack, before = Counter(), [], profile["startValue"]
    for event in profile["events"]:
        if stack:
            sums[tuple(stack)] += event["at"] - before
        before = event["at"]
        if event["type"] == "O":
            stack.append(frames[event["frame"]])
        elif stack.pop() != frames[event["frame"]]:
            raise ValueError("frames are closed that are not open")
    return +sums


def judge(held, wanted, by_thread):
    """What the app holds against the lines of flame."""
    if "error" in held:
        return [held["error"]]
    frames = [frame["name"].replace(";", ",") for frame in held["shared"]["frames"]]
    if held["profiles"][0]["name"] != "all threads":
        return [f"the first profile is {held['profiles'][0]['name']}"]
    failures = [f"{profile['name']} is in {profile['unit']}" for profile in held["profiles"]
                if profile["unit"] != ("none" if by_thread == "wake" else "nanoseconds")]
    everything, sums = stacks_of(held["profiles"][0], frames), Counter()
    if everything != +wanted:
        failures.append(f"other stacks than flame: {list((everything - wanted).items())[:2]} "
                        f"{list((wanted - everything).items())[:2]}")
    roots = defaultdict(Counter)
    for profile in held["profiles"][1:]:
        own = stacks_of(profile, frames)
        sums += own
        roots[profile["name"]] += own
        if len({stack[0] for stack in own}) > 1:
            failures.append(f"{profile['name']} has several threads")
    if sums != everything:
        failures.append("the threads together are not all threads")
    return failures


def exported(options, folder, name, path):
    """Yields (name, what, file, lines) of all exports of a trace."""
    for what in WHATS:
        flame = run([options.decoder, "flame", f"--what={what}", path])
        for form in ("speedscope", "folded"):
            target = os.path.join(folder, f"{name}.{what}.{form}")
            done = run([options.decoder, "export", f"--format={form}", f"--what={what}", "-o", target, path])
            if done.returncode not in (0, 3) or done.returncode != flame.returncode:
                raise ValueError(f"export ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
            yield name, what, form, target, flame.stdout


def main():
    parser = arguments(__doc__)
    parser.add_argument("--browser", default="")
    parser.add_argument("--scratch", required=True, help="where npm may install")
    options = parser.parse_args()
    failures, files, judged = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path in made(options.decoder, folder, options.golden):
            for _, what, form, target, lines in exported(options, folder, name, path):
                if form == "speedscope":
                    files.append((name, what, target, lines_of(lines)))
                    with open(target, "rb") as file:
                        text = file.read()
                    if any(byte < 32 or byte == 127 for byte in text.rstrip(b"\n")) or json.loads(text)["profiles"] == []:
                        failures.append(f"{name}: {what}: control characters, or no profile")
                else:
                    with open(target, "rb") as file:
                        if file.read() != lines:
                            failures.append(f"{name}: {what}: folded is not what flame prints")
            judged += 1
        if not os.access(options.browser, os.X_OK) or not shutil.which("npm"):
            print("\n".join(failures))
            print("SKIPPED: no chromium or no npm: speedscope itself does not judge")
            return 1 if failures else SKIPPED
        modules = prepared(options.scratch)
        if not modules:
            print("\n".join(failures))
            print(f"SKIPPED: npm cannot get {', '.join(PACKAGES)}: speedscope itself does not judge")
            return 1 if failures else SKIPPED
        driver = os.path.join(os.path.dirname(os.path.abspath(__file__)), "speedscope.mjs")
        done = run(["node", driver, modules, options.browser,
                    *(("" if name in IMPORTED else "=") + target for name, _, target, _ in files)])
        held = [json.loads(line) for line in done.stdout.decode().splitlines()]
        if len(held) != len(files):
            failures.append(f"speedscope: {done.stderr.decode(errors='replace')[-1000:]}")
        for (name, what, _, lines), profile in zip(files, held):
            if profile:
                failures += [f"{name}: {what}: {text}" for text in judge(profile, lines, what)]
        imported = sum("profiles" in profile for profile in held)
    print("\n".join(failures) or f"speedscope holds what flame prints in {imported} files; {len(files)} have its schema")
    return 1 if failures or judged < 10 or imported < 5 * len(IMPORTED) else 0


if __name__ == "__main__":
    sys.exit(main())
