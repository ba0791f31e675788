#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden cases: runs nkc on each input of a folder and compares all it prints with NAME.expected.

    run.py NKC FOLDER             compare, report as TAP
    run.py --update NKC FOLDER... write the expected files anew (meson compile update-golden)

An input is NAME.idl, NAME.cdl, NAME.edl, NAME.psl or NAME.args (the words after "nkc", one a line) right in the
folder; files that inputs refer to lie in FOLDER/include. The run happens inside of FOLDER. The expected
file holds standard output, standard error and the exit code. Cases are discovered: adding one means
adding two files.
"""
import difflib
import pathlib
import subprocess
import sys

INPUTS = (".idl", ".cdl", ".edl", ".psl", ".args")

# What is run in each folder; the input's name follows.
COMMANDS = {
    "bad-at-lex": ["check", "-I", ".", "-I", "include"],
    "bad-at-parse": ["check", "-I", ".", "-I", "include"],
    "bad-at-sema": ["check", "-I", ".", "-I", "include"],
    "bad-at-layout": ["check", "-I", ".", "-I", "include"],
    "bad-at-psl": ["check", "-I", "../../../idl", "-I", "include"],
    "bad-at-psl-sema": ["check", "-I", "../../../idl", "-I", "include"],
    "psl-c": ["policy", "compile", "-I", "../../../idl", "-I", "include"],
    "psl-tests": ["policy", "compile", "--tests", "-I", "../../../idl", "-I", "include"],
    "fmt": ["fmt"],
    "layout": ["dump", "-I", ".", "-I", "include"],
    "c": ["gen", "--stdout", "-I", ".", "-I", "include"],
}


def words(case):
    if case.suffix == ".args":
        return case.read_text().splitlines()
    return COMMANDS[case.parent.name] + [case.name]


def run(nkc, case):
    done = subprocess.run([nkc] + words(case), cwd=case.parent, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60)
    out, err = (text.decode("utf-8", "backslashreplace") for text in (done.stdout, done.stderr))
    return f"{out}{err}exit {done.returncode}\n"


def compare(number, case, actual):
    expected_file = case.with_suffix(".expected")
    expected = expected_file.read_text() if expected_file.exists() else ""
    if actual == expected:
        print(f"ok {number} - {case.stem}")
        return
    print(f"not ok {number} - {case.stem}")
    for line in difflib.unified_diff(expected.splitlines(), actual.splitlines(), str(expected_file), "actual", lineterm=""):
        print("#", line)


def main():
    arguments = sys.argv[1:]
    update = arguments[0] == "--update"
    nkc, *folders = arguments[1:] if update else arguments
    nkc = pathlib.Path(nkc).resolve()
    cases = [case for folder in folders for case in sorted(pathlib.Path(folder).iterdir())
             if case.suffix in INPUTS and case.is_file()]
    if not update:
        print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        actual = run(nkc, case)
        if update:
            case.with_suffix(".expected").write_text(actual)
        else:
            compare(number, case, actual)


main()
