#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The layout that nkc computes for random descriptions is the one that compilers give the structs.

usage: check_random.py NKC INCLUDE COMPILER

The generated headers assert every size and offset, so compiling them is the comparison. NKC_RANDOM_SEED
chooses other descriptions, NKC_RANDOM_COUNT more of them. Output: TAP, one point a description.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import check_generated
import random_idl

TOO_LARGE = "NKC-313"  # a message over the limit: random types multiply, so some are refused


def complaint(nkc, include, compiler, folder, path):
    """What is wrong with a description's header, "" for nothing, None when nkc refused it for its size."""
    done = subprocess.run([nkc, "gen", "-I", str(folder), "-o", str(folder), str(path)], capture_output=True,
                          text=True)
    if done.returncode:
        return None if TOO_LARGE in done.stderr else done.stderr
    for language, options in check_generated.LANGUAGES.items():
        command = [check_generated.COMPILERS[compiler][language], *check_generated.WARNINGS, *options,
                   "-I", include, "-I", str(folder), "-fsyntax-only", "-"]
        done = subprocess.run(command, input=check_generated.include_all([path.name + ".h"]),
                              capture_output=True, text=True)
        if done.returncode:
            return done.stderr
    return ""


def main():
    nkc, include, compiler = sys.argv[1:]
    seed = int(os.environ.get("NKC_RANDOM_SEED", "1"))
    count = int(os.environ.get("NKC_RANDOM_COUNT", "12"))
    points = check_generated.Points()
    n_refused = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        random_idl.write(folder, seed, count)
        for path in sorted(folder.glob("*.idl")):
            problem = complaint(nkc, include, compiler, folder, path)
            n_refused += problem is None
            points.add(f"seed {seed}, {path.name}", problem or "")
    points.add("most are small enough to be compared", "" if n_refused * 2 < count else f"{n_refused} refused")
    print(f"1..{points.n}")
    sys.exit(points.failed > 0)


if __name__ == "__main__":
    main()
