#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each function that the VFS is documented to have, and the cases of the suite that call it.

    table.py FOLDER [--markdown]

A function without a case that passes with the file systems inside of the program (`local`) and over a VFS (`remote`) is a
failure. A case passes where the run's file of differences does not name it; run_posix.py checks that it does.
"""
import pathlib
import re
import sys

RUNS = ("local", "remote")
CASE = re.compile(r"^static void (\w+)\(void\) \{$(.*?)^\}$", re.MULTILINE | re.DOTALL)


def rows(path):
    """(function, the word that calls it) of a list."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, colon, word = line.partition(": ")
            yield name, re.compile(re.escape(word) if "(" in word else rf"\b{word or name}\(")


def cases_of(folder):
    """The body of each case, with the functions of its file that it calls."""
    found = {}
    for path in sorted(folder.glob("*.c")):
        text = path.read_text(encoding="utf-8")
        helpers = dict(re.findall(r"^static \w[\w ]*?\**(\w+)\([^)]*\) \{$(.*?)^\}$", text, re.MULTILINE | re.DOTALL))
        for name, body in CASE.findall(text):
            if f"CASE({name})" in text:
                found[name] = body + "".join(code for helper, code in helpers.items() if f"{helper}(" in body)
    return found


def differences(path):
    return {line.partition(":")[0] for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}


def main():
    folder = pathlib.Path(sys.argv[1])
    known = {run: differences(folder / f"differences-{run}") for run in RUNS}
    cases = cases_of(folder)
    table = [(name, [case for case, body in cases.items() if word.search(body)]) for name, word in rows(folder / "functions")]
    if "--markdown" in sys.argv:
        print("| function | cases | local | remote |\n| --- | --- | --- | --- |")
        for name, its in table:
            print(f"| `{name}` | {len(its)} | " + " | ".join(str(len(set(its) - known[run])) for run in RUNS) + " |")
        return
    print(f"1..{len(table) * len(RUNS)}")
    number, good = 0, bool(table)
    for name, its in table:
        for run in RUNS:
            number += 1
            passing = set(its) - known[run]
            good &= bool(passing)
            print(f"{'ok' if passing else 'not ok'} {number} - {name}_{run}_{len(passing)}_cases")
    sys.exit(0 if good else 1)


main()
