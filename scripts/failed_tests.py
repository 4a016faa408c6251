#!/usr/bin/env python3
"""Prints the tests that failed, of the JUnit reports that are named, each with the end of its output.

A run of all tests prints thousands of lines, of which a log often keeps the last ones only: so the
names stand behind the output, and both behind everything else.
"""

import sys
import xml.etree.ElementTree as ElementTree

LINES = 25  # of each test's output: enough for what it expected and found
MOST = 8  # with their output; of the rest the name has to do


def failures(report):
    for case in ElementTree.parse(report).iter("testcase"):
        if case.get("status") == "fail":
            yield case.get("name"), (case.findtext("system-out") or "").rstrip().splitlines()


def main(reports):
    found = [(report, *failure) for report in reports for failure in failures(report)]
    for report, name, output in found[:MOST]:
        print(f"\n--- {name} ({report})")
        print("\n".join(output[-LINES:]))
    if found:
        print("\nfailed:")
        for report, name, _ in found:
            print(f"  {name} ({report})")


main(sys.argv[1:])
