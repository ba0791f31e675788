#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One example, as a user has it: a copy outside the tree, built with the staged SDK alone, run.

Its README shows what it prints (the `text` block); exactly that must come out, and exit code 0.
The tests of its policy pass.

    run_example.py SOURCE_ROOT BUILD_ROOT EXAMPLE COMPILER
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, name, compiler = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    original = pathlib.Path(source, "examples", name)
    expected = solution.blocks((original / "README.md").read_text(encoding="utf-8"), "text")[0]
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, name)
        shutil.copytree(original, folder)
        solution.build_solution(folder, sdk, compiler)
        code, output = solution.run(["make", f"CAISSON={sdk}", f"CC={compiler}", "check"], folder)
        if code != 0 or "[  PASSED  ]" not in output:
            sys.exit(f"make check: exit code {code}")
        code, lines = solution.run_solution(folder, sdk)
        if code != 0:
            sys.exit(f"exit code {code}")
        solution.expect_lines(expected.splitlines(), lines)


if __name__ == "__main__":
    main()
