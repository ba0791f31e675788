#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a client sees when its VFS dies, and when it has none. Speaks TAP.

    run_lost.py CAISSON IDL BIN…      BIN: folders of the client and of the VFS programs
"""
import os
import pathlib
import re
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CAISSON, IDL, *BINS = sys.argv[1:]
n_cases = n_failed = 0


def case(is_so, name, shown):
    global n_cases, n_failed
    n_cases += 1
    n_failed += not is_so
    print(f"{'ok' if is_so else 'not ok'} {n_cases} - {name.replace(' ', '_')}")
    if not is_so:
        print("".join(f"# {line}\n" for line in shown.splitlines()), end="")


def start(name):
    command = [CAISSON, "run", "-v", "--no-prefix", "--policy=none", "-I", IDL, "-I", HERE,
               *(part for folder in BINS for part in ("--bin", folder)), HERE / name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def killed():
    """Everything a client says whose VFS is killed once it is ready."""
    run, said, victim, is_ready = start("with"), "", None, False
    for line in run.stdout:
        said += line
        found = re.search(r"kl.VfsRamFs started as process (\d+)", line)
        victim = int(found.group(1)) if found else victim
        is_ready |= line == "ready\n"
        if victim and is_ready:
            os.kill(victim, signal.SIGKILL)
            victim = None
    return said, run.wait()


def main():
    said, code = killed()
    case(said.count("[VFS_CLIENT] Connection to vfs lost.") == 1, "that the VFS is gone is said once", said)
    case(re.search(r"open: EIO\nstat: EIO\nwrite: EIO\n", said), "every call fails with EIO", said)
    case("pipe: works" in said, "what is not the VFS's goes on", said)
    run = start("without")
    said, code = run.communicate()[0], run.returncode
    case('[VFS_INIT] Failed to create backend "client", error 111 (Connection refused)' in said,
         "a client without a VFS says why", said)
    case("filesystem backend is a stub" in said and "open: EIO\nstat: EIO\n" in said, "and its calls fail with EIO", said)
    case("pipe: works" in said and code == 0, "the rest goes on there too", said)
    print(f"1..{n_cases}")
    sys.exit(1 if n_failed else 0)


main()
