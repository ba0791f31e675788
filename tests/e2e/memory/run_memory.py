#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory objects: a process that makes them, two that take them; then the same where no process may share memory.

Each line that they print is a case.

    run_memory.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def without_sharing(folder):
    init = folder / "init.yaml"
    text = init.read_text(encoding="utf-8").replace("  limits:", "  args: [ apart ]\n  limits:", 1)
    init.write_text(text + "mediation: always\n", encoding="utf-8")


def main():
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/memory/solution"), build, compiler, ("mem.Maker",), 39,
                       without_sharing)


if __name__ == "__main__":
    main()
