"""Over all programs: in how many waits is the waker the right thread?  The bar is 99.9 %."""

import json
import os
import sys

from expectation import JUDGED


def main():
    folder = sys.argv[1]
    if not os.path.isdir(folder):
        print("SKIPPED: no program has run")
        sys.exit(77)
    sums = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for reason, (right, total) in json.load(file).items():
                before = sums.get(reason, (0, 0))
                sums[reason] = (before[0] + right, before[1] + total)
    missed = []
    for reason, (right, total) in sorted(sums.items()):
        print(f"{reason}: {right} of {total} waits name the right waker ({100 * right / total:.2f} %)")
        if reason in JUDGED and right < 0.999 * total:
            missed.append(reason)
    if missed:
        print("FAILED: below 99.9 %:", ", ".join(missed))
        sys.exit(1)


if __name__ == "__main__":
    main()
