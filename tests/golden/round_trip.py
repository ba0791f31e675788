#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Formatting is stable: every description below the folders is formatted, and the result again.

    round_trip.py NKC FOLDER...

nkc fmt itself refuses to print what does not parse to an equal tree, so equal bytes the second time
are all that is left to show. Inputs that are wrong on purpose (bad-at-*, fuzz corpora) are left out.
"""
import pathlib
import subprocess
import sys
import tempfile


def is_meant(path):
    return not any(part.startswith("bad-at-") or part in ("corpus", "command-line") for part in path.parts)


def fmt(nkc, path):
    return subprocess.run([nkc, "fmt", path], capture_output=True, timeout=60)


def problem(nkc, path, scratch):
    first = fmt(nkc, path)
    if first.returncode != 0:
        return first.stderr.decode(errors="replace")
    copy = scratch / path.name
    copy.write_bytes(first.stdout)
    second = fmt(nkc, copy)
    if second.stdout != first.stdout:
        return "formatting the formatted text changed it again"
    return None


def main():
    nkc, *folders = sys.argv[1:]
    paths = [p for folder in folders for ending in ("*.?dl", "*.psl")
             for p in sorted(pathlib.Path(folder).rglob(ending)) if is_meant(p)]
    print(f"1..{len(paths)}")
    with tempfile.TemporaryDirectory() as scratch:
        for number, path in enumerate(paths, 1):
            text = problem(nkc, path, pathlib.Path(scratch))
            print(f"{'not ok' if text else 'ok'} {number} - {path.name}")
            for line in (text or "").splitlines():
                print("#", line)


main()
