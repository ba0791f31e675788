#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the POSIX suite and compares what fails with what is known to differ.

    run_posix.py PROGRAM [--differences FILE] [-- WORD…]

PROGRAM runs the suite: on the host's file system it gets a new directory as its argument; with words after
`--` those are the command that runs it (a solution whose client is the suite), and its output is read.

A file of differences names the cases that are known to fail there, a line each, with the reason:
    name_of_the_case: why it differs, in words for a user
A case that fails and is not named, and one that is named and passes, are both failures.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534
NOTHING = open(os.devnull)  # for reading alone, which a case looks at; subprocess.DEVNULL is for writing too
LINE = re.compile(r"(ok|not ok) \d+ - (\w+)(?: # (.*))?$")


def read_differences(path):
    known = {}
    for number, line in enumerate(open(path), 1) if path else []:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, colon, reason = line.partition(":")
        if not colon or not reason.strip():
            sys.exit(f"{path}:{number}: a case and its reason, with a colon between them")
        known[name] = reason.strip()
    return known


def run_on_host(program):
    """What the suite prints in a new directory; root becomes somebody whom modes bind."""
    folder = tempfile.mkdtemp(prefix="caisson-posix-")
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        if user:
            os.chown(folder, NOBODY, NOBODY)
        copy = shutil.copy(program, folder)  # the build folder may be closed to others
        os.mkdir(os.path.join(folder, "work"))
        os.chmod(copy, 0o755)
        if user:
            os.chown(os.path.join(folder, "work"), NOBODY, NOBODY)
        return subprocess.run([copy, os.path.join(folder, "work")], stdin=NOTHING, stdout=subprocess.PIPE,
                              text=True, timeout=300, **user).stdout
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(output, known):
    """TAP of the comparison. Returns whether all is as it should be."""
    cases, plan = [], None
    for line in output.splitlines():
        text = re.sub(r"^\[[^]]*\] ?", "", line)
        match = LINE.match(text)
        if match:
            cases.append(match.groups())
        elif re.fullmatch(r"1\.\.\d+", text):
            plan = int(text[3:])
    print(f"1..{len(cases) + 1}")
    good = True
    for number, (verdict, name, why) in enumerate(cases, 1):
        fine = (verdict == "ok") != (name in known)
        good &= fine
        print(f"{'ok' if fine else 'not ok'} {number} - {name}")
        if not fine:
            print(f"# {why or 'passes, but is named among the differences: ' + known[name]}")
    absent = set(known) - {name for _, name, _ in cases}
    whole = plan == len(cases) and plan > 0 and not absent
    print(f"{'ok' if whole else 'not ok'} {len(cases) + 1} - every_case_was_run_and_every_difference_is_a_case")
    if not whole:
        print(f"# plan {plan}, cases {len(cases)}, named and never run: {', '.join(sorted(absent)) or 'none'}")
    return good and whole


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--differences")
    parser.add_argument("command", nargs="*")
    args = parser.parse_args()
    known = read_differences(args.differences)
    if args.command:
        output = subprocess.run(args.command, stdin=NOTHING, stdout=subprocess.PIPE, text=True,
                                timeout=600).stdout
    else:
        output = run_on_host(args.program)
    sys.exit(0 if report(output, known) else 1)


main()
