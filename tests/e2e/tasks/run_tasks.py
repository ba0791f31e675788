#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes that start others: what they may, what they may not, and how it ends.

Each line that they print is a case.

    run_tasks.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/tasks/solution"), build, compiler,
                       ("tasks.Manager", "tasks.Parent", "tasks.Orphan"), 70)


if __name__ == "__main__":
    main()
