#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes everything anew that tests compare with: update.py NKC PAGE FOLDER... Review the diff like code."""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
nkc, page, *folders = sys.argv[1:]
subprocess.run([sys.executable, here / "registry.py", "--update", nkc, page], check=True)
subprocess.run([sys.executable, here / "run.py", "--update", nkc, *folders], check=True)
