#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A VFS program of the staged SDK, and clients that send it requests no library would send.

Each line that they print is a case.

    run_vfs.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/vfs/solution"), build, compiler,
                       ("vfstest.Client", "vfstest.Disks", "vfstest.Neighbour"), 155)


if __name__ == "__main__":
    main()
