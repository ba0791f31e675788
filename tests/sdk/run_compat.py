#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/reference/compat.md says what the staged SDK has.

    run_compat.py SOURCE_ROOT BUILD_ROOT
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import solution  # noqa: E402


def main():
    source, build = sys.argv[1:]
    compare = pathlib.Path(source, "docs/reference/compat.py")
    sys.exit(subprocess.run([sys.executable, compare, solution.staged_sdk(build), "--check"], check=False).returncode)


if __name__ == "__main__":
    main()
