#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a client sees when its VFS dies, and when it has none. Speaks TAP.

    run_lost.py CAISSON IDL BIN…      BIN: folders of the client and of the VFS programs
"""
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from watched import Watched  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CAISSON, IDL, *BINS = sys.argv[1:]
DEADLINE = 60
n_cases = n_failed = 0


def case(is_so, name, shown):
    global n_cases, n_failed
    n_cases += 1
    n_failed += not is_so
    print(f"{'ok' if is_so else 'not ok'} {n_cases} - {name.replace(' ', '_')}")
    if not is_so:
        print("".join(f"# {line}\n" for line in shown.splitlines()), end="")


def start(name):
    return Watched([CAISSON, "run", "-v", "--no-prefix", "--policy=none", "-I", IDL, "-I", HERE,
                    *(part for folder in BINS for part in ("--bin", folder)), HERE / name], DEADLINE)


def end_of(run):
    """Everything it says, and its exit code."""
    code = run.wait()
    return "\n".join([*run.lines, ""]), code


def killed():
    """Everything a client says whose VFS is killed once it is ready."""
    run = start("with")
    victim = int(run.expect(r"kl.VfsRamFs started as process (\d+)")[1])
    run.expect("^ready$")
    os.kill(victim, signal.SIGKILL)
    return end_of(run)[0]


def main():
    said = killed()
    case(said.count("[VFS_CLIENT] Connection to vfs lost.") == 1, "that the VFS is gone is said once", said)
    case(re.search(r"open: EIO\nstat: EIO\nwrite: EIO\n", said), "every call fails with EIO", said)
    case("pipe: works" in said, "what is not the VFS's goes on", said)
    said, code = end_of(start("without"))
    case('[VFS_INIT] Failed to create backend "client", error 111 (Connection refused)' in said,
         "a client without a VFS says why", said)
    case("filesystem backend is a stub" in said and "open: EIO\nstat: EIO\n" in said, "and its calls fail with EIO", said)
    case("pipe: works" in said and code == 0, "the rest goes on there too", said)
    print(f"1..{n_cases}")
    sys.exit(1 if n_failed else 0)


try:
    main()
finally:
    Watched.end_all()
