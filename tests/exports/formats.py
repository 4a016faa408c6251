"""The formats of `export`: how the texts and the number of events of each are read, by its own judge where there is one."""

import json
import os
import re
import subprocess

from judge_perfetto import packets
from traces import ENV


class Skipped(Exception):
    """The judge of a format is not installed."""


def output_of(command, path=None):
    with open(path or os.devnull, "rb") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, env=ENV, check=False)
    if done.returncode != 0:
        raise ValueError(f"{command[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def strings(value):
    """All texts of what JSON can hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from strings(key)
            yield from strings(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from strings(entry)


def chrome(_, path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if "</" in text:
        raise ValueError("HTML in the file")
    return list(strings(json.loads(text)))


def speedscope(_, path):
    with open(path, encoding="utf-8") as file:
        held = json.loads(file.read())
    for profile in held["profiles"]:
        if len(profile["samples"]) != len(profile["weights"]) or sum(profile["weights"]) != profile["endValue"]:
            raise ValueError("samples and weights differ")
        if any(not 0 <= frame < len(held["shared"]["frames"]) for stack in profile["samples"] for frame in stack):
            raise ValueError("a frame that is not there")
    return list(strings(held))


def folded(_, path):
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    if lines.pop() != "" or not all(re.fullmatch(r"[^;].* \d+", line) for line in lines):
        raise ValueError("lines that are no folded stacks")
    return [word for line in lines for word in line.split(";")]


def perfetto(options, path):
    return list(strings(packets(options.proto, path)))


def sqlite(_, path):
    if output_of(["sqlite3", path, "PRAGMA integrity_check; PRAGMA foreign_key_check"]) != b"ok\n":
        raise ValueError("the database is not sound")
    tables = json.loads(output_of(["sqlite3", "-json", path, "SELECT name FROM sqlite_schema WHERE type = 'table'"]))
    texts = []
    for table in tables:
        text = output_of(["sqlite3", "-json", path, f"SELECT * FROM {table['name']}"]).decode()
        texts += strings(json.loads(text or "[]"))
    return texts


def pprof(options, path):
    if not os.access(options.go, os.X_OK):
        raise Skipped("no Go: pprof and go are not judged")
    text = output_of([options.go, "tool", "pprof", "-symbolize=none", "-raw", path]).decode()
    return text.splitlines()


def go(options, path):
    if not os.access(options.go, os.X_OK):
        raise Skipped("no Go: pprof and go are not judged")
    if os.path.getsize(path) == len(b"go 1.23 trace\0\0\0"):
        return []  # nothing happened, and Go takes that for no trace
    text = output_of([options.go, "tool", "trace", "-d=1", path]).decode()
    return text.splitlines()


READERS = {"perfetto": perfetto, "chrome": chrome, "sqlite": sqlite, "go": go, "pprof": pprof, "speedscope": speedscope,
           "folded": folded}
