#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The C that nkc writes for the policies of psl-c and psl-tests: no warning, no line that is too long.

    policy_code.py NKC SOURCE_ROOT COMPILER
"""
import pathlib
import re
import subprocess
import sys

NKC, ROOT, CC = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3]
FLAGS = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror",
         *(f"-I{ROOT / path}" for path in ("runtime/ksm", "sysroot/include")), "-c", "-o", "/dev/null", "-xc", "-"]
COLUMNS = 110
UNFOLDABLE = re.compile(r'^ *(\.\w+ = )?"|^ *\.\w+ = (\{\.bytes = )?"')


def problems_of(path):
    words = ["--tests"] if path.parent.name == "psl-tests" else []
    made = subprocess.run([NKC, "policy", "compile", *words, "-I", ROOT / "idl", "-I", "include", path.name],
                          cwd=path.parent, capture_output=True, text=True, check=True).stdout
    yield from (f"line {i}: {len(line)} columns" for i, line in enumerate(made.splitlines(), 1)
                if len(line) > COLUMNS and not UNFOLDABLE.search(line))
    done = subprocess.run([CC, *FLAGS], input=made, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        yield done.stderr


def main():
    paths = sorted(p for folder in ("psl-c", "psl-tests") for p in (ROOT / "tests/golden" / folder).glob("*.psl"))
    print(f"1..{len(paths)}")
    for number, path in enumerate(paths, 1):
        problems = list(problems_of(path))
        print(f"{'not ok' if problems else 'ok'} {number} - {path.parent.name} {path.stem}")
        for problem in problems:
            print("\n".join("# " + line for line in problem.splitlines()))


main()
