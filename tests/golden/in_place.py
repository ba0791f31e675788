#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `nkc fmt -i` does to files: in_place.py NKC. Reports as TAP."""
import pathlib
import subprocess
import sys
import tempfile

CLEAN = "package Thing\n\nconst UInt8 A = 1;\n"
CROOKED = "package Thing\nconst  UInt8 A=1 ;\n"
BAD = "package Thing\nconst UInt8 A 1;\n"


def fmt(*arguments):
    return subprocess.run([sys.argv[1], "fmt", "-i", *arguments], capture_output=True, text=True, timeout=60)


def a_crooked_file_is_rewritten(folder):
    path = folder / "Thing.idl"
    path.write_text(CROOKED)
    done = fmt(path)
    return done.returncode == 0 and done.stdout == "" and path.read_text() == CLEAN


def a_clean_file_is_not_written(folder):
    path = folder / "Thing.idl"
    path.write_text(CLEAN)
    before = path.stat()
    return fmt(path).returncode == 0 and path.stat().st_ino == before.st_ino


def a_file_with_errors_is_left_as_it_is(folder):
    path = folder / "Thing.idl"
    path.write_text(BAD)
    done = fmt(path)
    return done.returncode == 1 and "NKC-110" in done.stderr and path.read_text() == BAD


def the_other_files_are_still_done(folder):
    (folder / "Bad.idl").write_text(BAD)
    (folder / "Thing.idl").write_text(CROOKED)
    done = fmt(folder / "Missing.idl", folder / "Bad.idl", folder / "Thing.idl")
    return done.returncode == 3 and (folder / "Thing.idl").read_text() == CLEAN


def a_symbolic_link_stays_one(folder):
    (folder / "real").mkdir()
    target, link = folder / "real" / "Thing.idl", folder / "Thing.idl"
    target.write_text(CROOKED)
    link.symlink_to(target)
    return fmt(link).returncode == 0 and link.is_symlink() and target.read_text() == CLEAN


def nothing_else_is_left_in_the_folder(folder):
    (folder / "Thing.idl").write_text(CROOKED)
    fmt(folder / "Thing.idl")
    return [path.name for path in folder.iterdir()] == ["Thing.idl"]


CASES = [
    a_crooked_file_is_rewritten,
    a_clean_file_is_not_written,
    a_file_with_errors_is_left_as_it_is,
    the_other_files_are_still_done,
    a_symbolic_link_stays_one,
    nothing_else_is_left_in_the_folder,
]

print(f"1..{len(CASES)}")
for number, case in enumerate(CASES, 1):
    with tempfile.TemporaryDirectory() as scratch:
        print(f"{'ok' if case(pathlib.Path(scratch)) else 'not ok'} {number} - {case.__name__}")
