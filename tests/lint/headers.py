#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""First lines of each file: SPDX line, a paragraph for newcomers, the right kind of guard."""
import re

import tree

SPDX = "SPDX-License-Identifier: MIT"
# Files that people write and whose first lines are for people.
SUFFIXES = (".c", ".h", ".l", ".y", ".py", ".sh", ".idl", ".cdl", ".edl", ".psl", ".yaml", ".mk", ".build", ".def")
NAMES = ("Makefile", "meson_options.txt", "layers.txt")
USERS = ("sysroot", "templates")  # what `caisson new` copies belongs to whoever called it


def guard_of(path):
    """sysroot/include/coresrv/sl/sl_api.h: CORESRV_SL_SL_API_H"""
    installed = path.relative_to("sysroot/include")
    return re.sub(r"[^A-Za-z0-9]", "_", str(installed)).upper()


def check_paragraph(report, path, text):
    """The first comments say what lives here, or which header does ("see ipc.h")."""
    match = re.match(r"\s*(/\*.*?\*/\s*)+", text, re.DOTALL)
    comments = match.group(0).replace(SPDX, "") if match else ""
    words = len(re.findall(r"[A-Za-z]{2,}", comments))
    if words < 5 and "see " not in comments:
        report.add(path, 1, "begins without a paragraph that says what lives here")


def check_guard(report, path, text):
    code = tree.blank_comments(text)
    if not path.is_relative_to("sysroot/include"):
        if not re.search(r"^#pragma once$", code, re.MULTILINE):
            report.add(path, 1, "a private header needs #pragma once")
        return
    guard = guard_of(path)
    match = re.search(r"^#ifndef (\w+)\n#define (\w+)$", code, re.MULTILINE)
    if not match or match.group(1) != guard or match.group(2) != guard:
        report.add(path, 1, f"an installed header needs the guard {guard}")
    if "#pragma once" in code:
        report.add(path, 1, "an installed header has a guard, not #pragma once")


def main():
    base = tree.root()
    report = tree.Report()
    paths = [p for p in tree.files(base) if p.suffix in SUFFIXES or p.name in NAMES]
    paths = [p for p in paths if p.parts[:2] != USERS]
    for path in paths:
        text = tree.read(base, path)
        if SPDX not in "\n".join(text.splitlines()[:3]):
            report.add(path, 1, f"the first lines lack `{SPDX}`")
        if path.suffix in tree.C_FILES:
            check_paragraph(report, path, text)
        if path.suffix == ".h":
            check_guard(report, path, text)
    report.finish(len(paths))


if __name__ == "__main__":
    main()
