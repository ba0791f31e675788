#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The C files have the form that clang-format 14 gives them. Skipped without that version: each
version of the tool has opinions of its own."""
import re
import shutil
import subprocess
import sys

import tree

SKIP = 77  # Meson's code for a skipped test
WANTED = "14"


def find_tool():
    for name in (f"clang-format-{WANTED}", "clang-format"):
        tool = shutil.which(name)
        if tool is None:
            continue
        version = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
        if re.search(rf"version {WANTED}\.", version):
            return tool
    return None


def main():
    base = tree.root()
    tool = find_tool()
    if tool is None:
        print(f"SKIP: no clang-format {WANTED} here")
        sys.exit(SKIP)
    report = tree.Report()
    paths = tree.files(base, (".c", ".h"))
    command = [tool, "--dry-run", "--style=file", *map(str, paths)]
    output = subprocess.run(command, cwd=base, capture_output=True, text=True, check=True).stderr
    places = re.findall(r"^([^:\n]+):(\d+):\d+: warning: code should be clang-formatted", output, re.MULTILINE)
    for path, line in dict.fromkeys(places):
        report.add(path, line, "not in the project's form; `make format` brings it there")
    report.finish(len(paths))


if __name__ == "__main__":
    main()
