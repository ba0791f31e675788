#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The name server of the staged SDK, and processes that publish, ask, and try what they may not.

Each line that they print is a case.

    run_names.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/names/solution"), build, compiler,
                       ("names.Publisher", "names.Rival", "names.Seeker", "names.Guest"), 82)


if __name__ == "__main__":
    main()
