"""One program, untraced and traced: the same results, and a trace that holds what it says it must."""

import json
import os
import tempfile

import guest
import trace
from expectation import Comparison
from gotrace import judge

LARGE = 400_000  # events; above, Go's tool would take too long


def main():
    parser = guest.arguments(__doc__)
    parser.add_argument("--mode", choices=("default", "stress"), default="default")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--flags", default="")
    parser.add_argument("--figures", default="")
    parser.add_argument("--keep", default="", help="a folder in which the traces stay")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    parts = guest.parts_of(options)
    if not os.path.exists(options.command[0]):
        guest.skip(f"{options.command[0]} could not be built here")
    guest.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
        failures, figure = compare(parts, options, options.keep or folder)
    guest.finish(failures, figure)


def compare(parts, options, folder):
    untraced = guest.run(options.command)
    guest.reap_orphans()
    if untraced.status == guest.SKIPPED:
        guest.skip("the program says that this machine does not allow it")
    if untraced.status != options.status:
        return [f"untraced, it ended with {untraced.status}: {guest.text(untraced.stderr)}"], ""

    wanted = os.path.join(folder, "expect")
    seen = guest.traced(parts, folder, options.command, options.mode,
                        extra={"THRACE_EXPECT": wanted})
    failures = untraced.differences(seen)
    failures += [f"still running 120 s later: {left}" for left in guest.reap_orphans()]

    paths = trace.files(folder)
    if not paths:
        return failures + ["there is no trace"], ""
    verdicts = [trace.check(parts, path) for path in paths]
    failures += [f"check: {verdict.text}" for verdict in verdicts if not verdict.ok]
    lost = sum(verdict.lost for verdict in verdicts)
    events = sum(verdict.events for verdict in verdicts)
    size = sum(os.path.getsize(path) for path in paths)
    if lost and options.mode == "default":
        failures.append(f"{lost} of {events} events were lost")
    figure = f"{events} events in {len(paths)} traces of {size} bytes, {lost} lost"
    if failures or "check" in options.flags or lost:
        return failures, figure

    dumps = [trace.Dump(parts, path) for path in paths]
    compared = Comparison(wanted, dumps)
    failures += compared.failures + wrong_modules(dumps)
    figure += f", {compared.lines} expectations met"
    if options.figures:
        os.makedirs(os.path.dirname(options.figures), exist_ok=True)
        with open(options.figures, "w", encoding="utf-8") as file:
            json.dump(compared.edges, file)
    if not parts.go:
        print("go is not here: the export was not judged by its tool")
    elif events < LARGE:
        for path, dump in zip(paths, dumps):
            failures += judge(parts, path, dump.events, folder)
        figure += ", accepted by go tool trace"
    return failures, figure


def wrong_modules(dumps):
    """The program's file is among the modules, and each has the build-id of its file."""
    failures = []
    for dump in dumps:
        failures += [f"{path}: build-id {build} in the trace, {trace.build_id(path)} in the file"
                     for path, build in dump.modules if os.path.exists(path) and trace.build_id(path) != build]
        known = {path for path, _ in dump.modules} | dump.listed
        if dump.header.get("exe") not in known:
            failures.append(f"{dump.header.get('exe')} is not among the modules {sorted(known)}")
    return failures


if __name__ == "__main__":
    main()
