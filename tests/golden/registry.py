#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The registry of diagnostics: its page is current, its examples are true, and every number has a case.

    registry.py NKC PAGE TESTS           check, report as TAP
    registry.py --update NKC PAGE        write the page anew

A number has a case when an .expected file below TESTS shows it, or when a unit test names it (DIAG_NAME).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

PREPROCESSOR = range(751, 755)  # numbers that only the preprocessor can give
ENTRY = re.compile(r"^### NKC-(\d+): (\w+): .*?(?=^##|\Z)", re.M | re.S)
EXAMPLE = re.compile(r"^(Gives it|Does not):\n\n```\n(.*?)^```$", re.M | re.S)
IDL = pathlib.Path(__file__).resolve().parents[2] / "idl"
ENDINGS = {"component": ".cdl", "entity": ".edl", "task": ".edl"}


def explain(nkc, *arguments):
    return subprocess.run([nkc, "explain", *arguments], capture_output=True, text=True, check=True).stdout


def says(nkc, example, number, folder):
    """True when checking the example mentions the number. Its file is named as its head asks for."""
    head = re.match(r"\s*(package|component|entity|task class)\s+([\w.]+)", example)
    name = head.group(2).split(".")[-1] if head else "IThing"
    ending = ENDINGS.get(example.split()[0], ".idl")
    if number[0] in "78":
        ending = ".psl"
    if number == "112":  # the one about the wrong ending
        ending = ".edl"
    path = folder / (name + ending)
    path.write_text(example)
    options = ["--enable-preprocessor"] if int(number) in PREPROCESSOR else []
    done = subprocess.run([nkc, "check", *options, "-I", IDL, "-I", folder, path], capture_output=True, text=True,
                          errors="replace")
    return f"[NKC-{number}]" in done.stderr


def shown_numbers(tests, list_text):
    names = dict((name, number) for number, name in re.findall(r"^NKC-(\d+) (\w+):", list_text, re.M))
    shown = set()
    for path in tests.rglob("*.expected"):
        shown.update(re.findall(r"\[NKC-(\d+)\]", path.read_text()))
    for path in tests.rglob("*.c"):
        shown.update(names[name] for name in re.findall(r"\bDIAG_([A-Z_0-9]+)\b", path.read_text()) if name in names)
    return shown


def checks(nkc, page, tests):
    actual = explain(nkc, "--all")
    yield "the page is current (meson compile update-golden)", page.read_text() == actual
    shown = shown_numbers(tests, explain(nkc, "--list"))
    with tempfile.TemporaryDirectory() as scratch:
        for entry in ENTRY.finditer(actual):
            number = entry.group(1)
            yield f"NKC-{number} has a case", number in shown
            for kind, example in EXAMPLE.findall(entry.group(0)):
                expected = kind == "Gives it"
                yield f"NKC-{number} '{kind}' is true", says(nkc, example, number, pathlib.Path(scratch)) == expected


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--update":
        pathlib.Path(arguments[2]).write_text(explain(arguments[1], "--all"))
        return
    nkc, page, tests = arguments[0], pathlib.Path(arguments[1]), pathlib.Path(arguments[2])
    results = list(checks(nkc, page, tests))
    print(f"1..{len(results)}")
    for number, (name, is_true) in enumerate(results, 1):
        print(f"{'ok' if is_true else 'not ok'} {number} - {name}")


main()
