#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Channels at run time, in every way that a client can ask for them: each line that the client says is a case.

    run_dynamic.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

if __name__ == "__main__":
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/dynamic/solution"), build, compiler, {"link.Client"}, 60)
