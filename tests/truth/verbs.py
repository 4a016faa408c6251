"""The verbs of trace-decode and the ways to call them, from its own help, so that a new one is included."""

import itertools
import re
import subprocess
from dataclasses import dataclass, field

NO_TRACE = ("assemble", "events")  # they read text, or nothing
# Options of verbs that change no form: names, filters, help.
COMMON = {"--help", "--raw-names", "--no-inline", "--no-symbols", "--all-frames"}
BINARY = {"perfetto", "go", "pprof", "sqlite"}  # export formats that are no text
GROUPED = {"pprof", "speedscope", "folded"}  # export formats that take --group
FILES = itertools.count()  # for the output that cannot go to standard output


@dataclass
class Verb:
    """A verb that reads traces."""

    name: str
    options: set = field(default_factory=set)
    choices: dict = field(default_factory=dict)  # option -> its values
    flags: list = field(default_factory=list)
    required: set = field(default_factory=set)


@dataclass
class Way:
    """One way to call a verb."""

    verb: Verb
    words: list

    def __str__(self):
        return " ".join([self.verb.name, *self.words])

    @property
    def form(self):
        """Of its output: text, csv, json, chrome, ..."""
        for word in self.words:
            if word.startswith("--format="):
                return word.partition("=")[2]
        return "text"


def shown(decoder, *words):
    return subprocess.run([decoder, *words, "--help"], capture_output=True, text=True, check=True).stdout


def verbs(decoder):
    """All verbs that read traces.  Fails if one wants an option that nobody knows here."""
    listed = shown(decoder).partition("Subcommands:\n")[2].partition("\n\n")[0]
    names = re.findall(r"^  (\w+) ", listed, re.M)
    assert len(names) > 10, names
    return [described(decoder, name) for name in names if name not in NO_TRACE]


def described(decoder, name):
    verb = Verb(name)
    # An option is a line of two blanks, its names, what it takes; then, often on the next line, its doc.
    for line in shown(decoder, name).splitlines():
        if not (found := re.match(r"  ((?:-\w,)?--[\w-]+)(.*)", line)):
            continue
        option, rest = found[1].rpartition(",")[2], found[2]
        takes = re.match(r" [A-Z]+\b", rest)
        verb.options.add(option)
        if "REQUIRED" in rest:
            verb.required.add(option)
        if values := re.search(r":\{([^}]*)\}", rest):
            verb.choices[option] = values[1].split(",")
        elif not takes and option not in COMMON:
            verb.flags.append(f"{option} {needs[1]}" if (needs := re.search(r"Needs: (--[\w-]+)", rest)) else option)
    unknown = verb.required - set(verb.choices) - {"--output", "--format", "FILE"}
    assert not unknown, f"{name} wants {unknown}: what is it?"
    return verb


def ways(verb, every=True):
    """The ways to call it: each format with each value of each option and each flag; not `every`: alone."""
    formats = [f"--format={value}" for value in verb.choices.get("--format", ())] or [None]
    kinds = [f"{option}={value}" for option, values in verb.choices.items() if option != "--format"
             for value in values]
    must = any(option in verb.required for option in verb.choices if option != "--format")
    extra = kinds if must else [None, *verb.flags, *kinds]
    for form, more in itertools.product(formats, extra if every else extra[:1]):
        if verb.name == "export" and more in kinds and form != "--format=pprof":
            continue  # the others take no notice
        if verb.name == "export" and more == "--group" and form.partition("=")[2] not in GROUPED:
            continue  # a timeline has no groups, and says so
        words = " ".join(word for word in (form, more) if word).split()
        if "--output" in verb.required:
            words += ["-o", f"{next(FILES)}.db" if form == "--format=sqlite" else "-"]
        yield Way(verb, words)
