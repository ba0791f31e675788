#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program that makes processes, run by `caisson exec`. Speaks TAP.

    run_forks.py CAISSON FORKS IDL BIN…      BIN: folders of the VFS programs and of the library
"""
import pathlib
import subprocess
import sys
import tempfile

import support

CAISSON, FORKS, IDL, *BINS = sys.argv[1:]
run = support.Exec(CAISSON, IDL, BINS, 240)


def cases(tap, kind, *mount):
    code, out, err = run(*mount, "--", FORKS)
    for line in out.splitlines():
        mark, found, name = line.rpartition("ok ")
        if found:
            tap.case(mark == "", f"{kind}: {name}")
    tap.case(code == 0 and out.count("ok ") == 30, f"{kind}: all ends well", code, out, err)


def shells(tap):
    """What needs processes, but no other program."""
    words = "(cd /dev && echo inside) | while read line; do echo got $line; done"
    code, out, err = run("--", support.find("sh"), "-c", words)
    tap.case(code == 0 and out == "got inside\n", "a shell has subshells and pipes", code, out, err)
    code, out, err = run("--processes", "0", "--", support.find("sh"), "-c", words)
    tap.case(code != 0 and not out and err.count("[VFS_CLIENT] fork: ") == 1, "but none where there are to be no processes", code, out, err)
    for n, wanted in (("1", ""), ("2", "inside\n")):
        _, out, err = run("--processes", n, "--", support.find("sh"), "-c", "(echo inside)")
        tap.case(out == wanted and ("fork" in err) == (not wanted), f"of {n} processes as many as that", out, err)


def ends(tap):
    """The first process ends, or is killed, while others live."""
    for word, wanted in (("exit 3", 3), ("kill -9 $$", 128 + 9)):
        code, out, err = run("--", support.find("sh"), "-c", f"while :; do :; done & (while :; do :; done) & echo on; {word}")
        tap.case(code == wanted and out == "on\n", f"all end with the first one: {word}", code, out, err)


def main():
    tap = support.Tap()
    shells(tap)
    ends(tap)
    cases(tap, "ramfs")
    with tempfile.TemporaryDirectory() as scratch:
        image = pathlib.Path(scratch, "disk.img")
        with image.open("wb") as file:
            file.truncate(16 << 20)
        subprocess.run([support.find("mkfs.ext4"), "-q", "-F", image], check=True, stdout=subprocess.DEVNULL)
        cases(tap, "ext4", "--disk", str(image), "--vfs", "mmc0 / ext4 0")
        checked = subprocess.run([support.find("e2fsck"), "-fn", image], capture_output=True, text=True, check=False)
        tap.case(checked.returncode == 0, "e2fsck finds the disk in order", checked.stdout)
    print(f"1..{tap.n}")
    sys.exit(1 if tap.n_failed else 0)


main()
