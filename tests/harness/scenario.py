"""What the tests of bad surroundings share: cases run one after the other, each with a folder of its own."""

import os
import tempfile
import time

import guest
import trace


class Scenario:
    """One case: the parts, the programs, an empty folder, and what went wrong."""

    def __init__(self, parts, programs, folder):
        self.parts = parts
        self.programs = programs
        self.folder = folder
        self.failures = []
        self.notes = []

    def program(self, name):
        return os.path.join(self.programs, name)

    def expect(self, condition, sentence):
        if not condition:
            self.failures.append(sentence)

    def by_environment(self, **variables):
        """The environment of a program that is traced without the launcher."""
        return guest.clean_environment({
            "LD_PRELOAD": self.parts.library, "THRACE_COLLECT": self.parts.collector,
            "THRACE_OUTPUT": os.path.join(self.folder, "%e.%p.thr"), **variables})

    def unhurt(self, command, seen, lines=0):
        """The program did what it does untraced, plus at most so many lines on stderr."""
        untraced = guest.run(command)
        guest.reap_orphans()
        said = seen.stderr.removeprefix(untraced.stderr).splitlines()
        self.expect(seen.status == untraced.status, f"status {seen.status} instead of {untraced.status}")
        self.expect(seen.stdout == untraced.stdout,
                    f"output {guest.text(seen.stdout)} instead of {guest.text(untraced.stdout)}")
        self.expect(len(said) == lines, f"{len(said)} lines on stderr instead of {lines}: {said}")
        self.notes += [line.decode(errors="replace") for line in said]

    def reap(self):
        self.failures += [f"still running: {left}" for left in guest.reap_orphans()]

    def checked(self, allowed=(0,)):
        """Checks all traces of the folder; returns the verdicts."""
        verdicts = [trace.check(self.parts, path) for path in trace.files(self.folder)]
        for verdict in verdicts:
            self.expect(verdict.status in allowed, f"check: {verdict.text}")
        return verdicts


def await_condition(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def run_all(cases, description):
    """Runs each case (a function of a Scenario whose docstring says what it shows)."""
    parser = guest.arguments(description)
    parser.add_argument("--programs", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    guest.adopt_orphans()
    failures = []
    for case in cases:
        if options.only not in case.__name__:
            continue
        with tempfile.TemporaryDirectory(prefix="thrace-test-") as folder:
            os.chmod(folder, 0o777)
            scenario = Scenario(guest.parts_of(options), options.programs, folder)
            case(scenario)
            scenario.reap()
        failures += [f"{case.__name__}: {failure}" for failure in scenario.failures]
        print(f"{'FAILED' if scenario.failures else 'ok'}: {case.__doc__} {'; '.join(scenario.notes)}", flush=True)
    guest.finish(failures, "all cases")
