#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One process in a chamber that says of itself, in TAP, what it could do (local.c).

    run_local.py CAISSON PROGRAM
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

EDL = pathlib.Path(__file__).resolve().parent.parent / "run/edl"
DEADLINE = 100  # seconds; the test has 120


def main():
    caisson, program = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="caisson-local-") as folder:
        (pathlib.Path(folder) / "bin").mkdir()
        shutil.copy(program, pathlib.Path(folder, "bin/Client"))
        pathlib.Path(folder, "init.yaml").write_text("entities:\n- name: test.Client\n", encoding="utf-8")
        command = [caisson, "run", "--no-prefix", "--isolation=strict", "--policy=none", "-I", str(EDL), folder]
        return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=DEADLINE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
