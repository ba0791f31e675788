#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The .idl, .cdl, .edl and .psl files of the tree have the form that `nkc fmt` gives them.

    descriptions.py ROOT NKC
"""
import os
import subprocess
import sys

import tree


def main():
    base = tree.root()
    report = tree.Report()
    paths = tree.files(base, (".idl", ".cdl", ".edl", ".psl"), ("idl", "examples", "services"))
    command = [os.path.abspath(sys.argv[2]), "fmt", "--check", *map(str, paths)]
    done = subprocess.run(command, cwd=base, stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        report.add(line, 1, "not in canonical form; `nkc fmt -i` brings it there")
    if done.returncode > 1:
        report.add(sys.argv[2], 1, f"failed with exit code {done.returncode}")
    report.finish(len(paths))


if __name__ == "__main__":
    main()
