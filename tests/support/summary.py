#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Adds up the test runs of several build folders and ends with `N passed, N failed`.

Reads Meson's own log (meson-logs/testlog.json). A test that speaks TAP counts by its cases, any
other as one. A test that ended badly without a bad case (a crash, a time-out) counts as one failure.
A run without a log, and a run in which no test was executed, is a failure too.

    summary.py [--failed-steps "STEP..."] BUILD...
"""
import argparse
import json
import pathlib
import re
import sys

PLAN = re.compile(r"^1\.\.\d+", re.MULTILINE)
CASE = re.compile(r"^(not )?ok\b([^\n]*)", re.MULTILINE)
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)


def count_test(entry):
    """(passed, failed, skipped) of one test."""
    passed = failed = skipped = 0
    output = entry.get("stdout") or ""
    if PLAN.search(output):
        for bad, rest in CASE.findall(output):
            if SKIP.search(rest):
                skipped += 1
            elif bad:
                failed += 1
            else:
                passed += 1
    result = entry["result"]
    if result in ("OK", "EXPECTEDFAIL"):
        passed += not (passed or failed or skipped)
    elif result == "SKIP":
        skipped += not (passed or failed or skipped)
    else:
        failed += not failed
    return passed, failed, skipped


def count_run(build):
    """Sum of one build folder; names of the tests that failed."""
    log = pathlib.Path(build, "meson-logs", "testlog.json")
    total = [0, 0, 0]
    bad = []
    if not log.exists():
        return None
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line:
            continue
        entry = json.loads(line)
        counts = count_test(entry)
        total = [a + b for a, b in zip(total, counts)]
        if counts[1]:
            bad.append(f"{entry['name']} ({entry['result']})")
    return total, bad


def sentence(counts):
    text = f"{counts[0]} passed, {counts[1]} failed"
    return text + (f", {counts[2]} skipped" if counts[2] else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--failed-steps", default="", help="builds that did not get as far as their tests")
    parser.add_argument("builds", nargs="+")
    args = parser.parse_args()

    total = [0, 0, 0]
    failed_steps = set(args.failed_steps.split())
    for build in args.builds:
        run = None if build in failed_steps else count_run(build)
        if run is None or sum(run[0]) == 0:
            print(f"{build}: did not get as far as its tests")
            total[1] += 1
            continue
        print(f"{build}: {sentence(run[0])}")
        for name in run[1]:
            print(f"    failed: {name}")
        total = [a + b for a, b in zip(total, run[0])]
    print(sentence(total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
