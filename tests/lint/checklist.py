#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every test that the checklist of the policy language names is there, and its table leaves no model out."""
import re

import tree

PAGE = "docs/reference/policy-checklist.md"
CASE = re.compile(r"^static void (\w+)\(void \*\*", re.M)
E2E_CASE = re.compile(r"^@case\ndef (\w+)\(bench\)", re.M)
SET = re.compile(r'assert(?: "([^"]*)")? *\{')
SEQUENCE = re.compile(r'sequence "([^"]*)"')
MODELS = ("Base", "Pred", "Bool", "Math", "Struct", "Regex", "HashSet", "StaticMap", "Flow", "Mic")


def sequences(text):
    """SET.TITLE of every sequence with a title; the set "policy" has no name of its own."""
    name = "policy"
    for line in text.splitlines():
        head = SET.match(line)
        if head:
            name = head.group(1) or "policy"
        for title in SEQUENCE.findall(line):
            yield f"{name}.{title}"


def tests_of(base):
    names = set()
    for path in tree.files(base, (".c",), ("tests/unit",)):
        names.update(CASE.findall(tree.read(base, path)))
    for path in tree.files(base, (".py",), ("tests/e2e/judged",)):
        names.update(E2E_CASE.findall(tree.read(base, path)))
    for path in tree.files(base, (".psl", ".in"), ("tests/e2e/policy",)):
        names.update(sequences(tree.read(base, path)))
    return names


def is_test(name):
    return re.fullmatch(r"[a-z]+(_[a-z0-9]+){2,}", name) or re.match(r"[\w ]+\.[\w(]", name)


def main():
    base = tree.root()
    report = tree.Report()
    text = tree.read(base, PAGE)
    known = tests_of(base)
    named = [match for match in re.finditer(r"`([^`\n]+)`", text) if is_test(match.group(1))]
    for match in named:
        if match.group(1) not in known:
            report.add(PAGE, tree.line_of(text, match.start()), f"no such test: {match.group(1)}")
    for model in MODELS:
        if f"| **{model}** |" not in text:
            report.add(PAGE, 1, f"leaves the model {model} out")
    report.finish(len(named))


if __name__ == "__main__":
    main()
