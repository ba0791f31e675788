#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Text of all files: white space, length of files and functions, paths of one machine."""
import re

import tree

MAX_FILE_LINES = 900
GENERATED = ("docs/reference/diagnostics.md",)  # one entry after the other; nobody reads it as a whole
MAX_FUNCTION_LINES = 120  # from the line with the name to the closing brace
SUFFIXES = tree.C_FILES + tree.SCRIPTS + (
    ".idl", ".cdl", ".edl", ".psl", ".yaml", ".md", ".build", ".txt", ".mk", ".in", ".def", ""
)
HOME = re.compile(r"(?<![\w.])/(home|root|Users)/\w")
FUNCTION = re.compile(r"^(?=\w)[^\n;#]*(?:\n[^\n;{}#]+)*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def check_lines(report, path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            report.add(path, number, "white space at the end of the line")
        if "\t" in line and path.name != "Makefile" and ".mk" not in path.suffixes:
            report.add(path, number, "a tab; this project indents with spaces")
        if HOME.search(line) and path.parts[:2] != ("tests", "lint"):
            report.add(path, number, "a path of one machine")
    if text and not text.endswith("\n"):
        report.add(path, text.count("\n") + 1, "no line end at the end of the file")
    if text.count("\n") > MAX_FILE_LINES and str(path) not in GENERATED:
        report.add(path, MAX_FILE_LINES, f"more than {MAX_FILE_LINES} lines: which second concept is in here?")


def check_functions(report, path, text):
    for match in FUNCTION.finditer(tree.blank_comments(text)):
        n_lines = match.group(0).count("\n") + 1
        if "(" in match.group(0).split("{")[0] and n_lines > MAX_FUNCTION_LINES:
            line = tree.line_of(text, match.start())
            report.add(path, line, f"a function of {n_lines} lines; {MAX_FUNCTION_LINES} is the limit")


def main():
    base = tree.root()
    report = tree.Report()
    paths = [p for p in tree.files(base) if p.suffix in SUFFIXES and p.name != "LICENSE"]
    for path in paths:
        text = tree.read(base, path)
        check_lines(report, path, text)
        if path.suffix in (".c", ".h"):
            check_functions(report, path, text)
    report.finish(len(paths))


if __name__ == "__main__":
    main()
