#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Documents: links lead somewhere, decisions are numbered and listed, CHANGES knows this version."""
import re

import tree

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
DECISION = re.compile(r"^(\d{4})-[a-z0-9-]+\.md$")
SECTIONS = ("## Context", "## Choice", "## Alternatives", "## Consequences")


def check_links(report, base, path, text):
    for match in LINK.finditer(text):
        target = match.group(1)
        if "://" not in target and not (base / path.parent / target).exists():
            report.add(path, tree.line_of(text, match.start()), f"the link leads nowhere: {target}")


def check_decisions(report, base):
    folder = base / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    numbers = []
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        name = DECISION.match(path.name)
        shown = path.relative_to(base)
        if not name:
            report.add(shown, 1, "a decision's name is NNNN-what-it-says.md")
            continue
        numbers.append(name.group(1))
        text = path.read_text(encoding="utf-8")
        for section in SECTIONS:
            if section not in text:
                report.add(shown, 1, f"lacks the section `{section}`")
        if name.group(1) != "0000" and f"({path.name})" not in index:
            report.add(shown, 1, "is not listed in docs/decisions/README.md")
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        report.add("docs/decisions", 1, f"two decisions have the number {number}")


def check_changes(report, base):
    version = re.search(r"version: '([^']+)'", tree.read(base, "meson.build")).group(1)
    if f"## {version}" not in tree.read(base, "CHANGES.md"):
        report.add("CHANGES.md", 1, f"has no entry for version {version}")


def main():
    base = tree.root()
    report = tree.Report()
    paths = tree.files(base, (".md",))
    for path in paths:
        check_links(report, base, path, tree.read(base, path))
    check_decisions(report, base)
    check_changes(report, base)
    report.finish(len(paths))


if __name__ == "__main__":
    main()
