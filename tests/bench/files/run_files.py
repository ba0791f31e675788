#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""File calls of a VFS client beside the kernel's tmpfs, a FUSE server and bare shared memory, in one run.

    run_files.py CALLS FLOOR [--fuse SERVER] [--vfs CLIENT COMMAND…]

CALLS, FLOOR and SERVER are the programs of this folder, CLIENT is CALLS linked with the client of a VFS. COMMAND
runs a solution, whose folder is added to it. Times on a shared machine mean little, ratios
inside one round mean something: gates look at the median of the rounds' ratios, all on one processor.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
CALLS_MS = 150
TREE_FILES = 10000
SOLUTION = """\
entities:
- name: files.Calls
  path: {client}
  args: ["/", {amount}]
  env:
    VFS_FILESYSTEM_BACKEND: client:kl.VfsRamFs
  connections:
  - target: kl.VfsRamFs
    id: kl.VfsRamFs
- name: kl.VfsRamFs
  path: VfsRamFs
  env:
    ROOTFS: nodev / ramfs 0
    VFS_FILESYSTEM_BACKEND: server:kl.VfsRamFs
"""
DESCRIPTION = "task class files.Calls\n"
LINE = re.compile(r"([a-z][a-zA-Z0-9+-]*) (\d+) (\d+) (\d+)$")
# Row, peer, bound: the VFS takes at most so many times as long as the peer.
GATES = (
    ("pread-4K", "fuse", 0.65), ("pwrite-4K", "fuse", 0.65),
    ("stat", "fuse", 0.3), ("open+close", "fuse", 0.4), ("create+close+unlink", "fuse", 0.5),
    ("read-1M", "fuse", 1 / 1.6), ("write-1M", "fuse", 1 / 1.6), ("read-1M", "tmpfs", 1.0), ("write-1M", "tmpfs", 1.0),
    ("tree-create", "fuse", 1.0), ("tree-stat", "fuse", 1.0), ("tree-read", "fuse", 1.0), ("tree-remove", "fuse", 1.0),
)
FLOOR_GATES = (("pread-4K", 1.4), ("pwrite-4K", 1.4))


def measured(command, cpus):
    """Rows that a command prints: name → nanoseconds at the median."""
    pin = (lambda: os.sched_setaffinity(0, cpus)) if cpus else None
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=pin, timeout=300)
    rows = {}
    for line in run.stdout.splitlines():
        match = LINE.search(line)
        if match:
            rows[match.group(1)] = int(match.group(2))
    if run.returncode != 0 or not rows:
        sys.exit(f"{' '.join(command)} gave {run.returncode}:\n{run.stdout}{run.stderr}")
    return rows


class Fuse:
    """The peer, mounted for the time of a `with`."""

    def __init__(self, program, cpus):
        self.program, self.cpus = program, cpus

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="caisson-fuse-")
        device = os.stat(self.folder).st_dev
        self.server = subprocess.Popen(
            [self.program, self.folder], preexec_fn=(lambda: os.sched_setaffinity(0, self.cpus)) if self.cpus else None)
        while os.stat(self.folder).st_dev == device and self.server.poll() is None:
            time.sleep(0.01)
        return self.folder

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        os.rmdir(self.folder)


def measured_in_vfs(client, command, amount, cpus):
    with tempfile.TemporaryDirectory(prefix="caisson-files-") as folder:
        with open(os.path.join(folder, "init.yaml"), "w") as file:
            words = ", ".join(f'"{word}"' for word in amount)
            file.write(SOLUTION.format(client=os.path.basename(client), amount=words))
        os.mkdir(os.path.join(folder, "files"))
        with open(os.path.join(folder, "files", "Calls.edl"), "w") as file:
            file.write(DESCRIPTION)
        return measured([*command, folder], cpus)


def one_round(args, cpus):
    """What each of the parties took: party → row → nanoseconds."""
    result = {"floor": measured([args.floor, str(CALLS_MS)], cpus)}
    folder = tempfile.mkdtemp(prefix="caisson-files-", dir="/dev/shm")
    amounts = [str(CALLS_MS)], ["tree", str(TREE_FILES)]
    try:
        result["tmpfs"] = {}
        for amount in amounts:
            result["tmpfs"].update(measured([args.calls, folder, *amount], cpus))
    finally:
        shutil.rmtree(folder)
    if args.fuse:
        with Fuse(args.fuse, cpus) as folder:
            result["fuse"] = {}
            for amount in amounts:
                result["fuse"].update(measured([args.calls, folder, *amount], cpus))
    if args.vfs:
        result["vfs"] = {}
        for amount in amounts:
            result["vfs"].update(measured_in_vfs(args.vfs[0], args.vfs[1:], amount, cpus))
    return result


def text(ns):
    return f"{ns / 1000:.1f} us" if ns < 1e6 else f"{ns / 1e6:.2f} ms"


def print_table(title, rounds):
    parties = list(rounds[0])
    rows = list(dict.fromkeys(row for party in parties for row in rounds[0][party]))
    print(f"\n{title}: median of {len(rounds)} rounds")
    print(f"  {'':22}" + "".join(f"{party:>12}" for party in parties) + f"{'vfs/fuse':>10}{'vfs/tmpfs':>10}")
    for row in rows:
        cells = [statistics.median(r[p][row] for r in rounds) if row in rounds[0][p] else None for p in parties]
        line = f"  {row:22}" + "".join(f"{text(c) if c else '-':>12}" for c in cells)
        for peer in ("fuse", "tmpfs"):
            value = ratio(rounds, row, peer)
            line += f"{value:>10.2f}" if value else f"{'-':>10}"
        print(line)


def ratio(rounds, row, peer, peer_row=None):
    peer_row = peer_row or row
    values = [r["vfs"][row] / r[peer][peer_row] for r in rounds
              if "vfs" in r and row in r["vfs"] and peer in r and peer_row in r[peer]]
    return statistics.median(values) if values else None


def judge(rounds):
    missed = 0
    for row, peer, bound, peer_row in [(*g, None) for g in GATES] + [
            (row, "floor", bound, "page-floor") for row, bound in FLOOR_GATES]:
        value = ratio(rounds, row, peer, peer_row)
        if value is None:
            continue
        print(f"  {'ok    ' if value <= bound else 'MISSED'} {row} over {peer}: {value:.2f} (at most {bound:.2f})")
        missed += value > bound
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("calls")
    parser.add_argument("floor")
    parser.add_argument("--fuse")
    parser.add_argument("--vfs", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    first = min(os.sched_getaffinity(0))
    rounds = [one_round(args, {first}) for _ in range(ROUNDS)]
    print_table("one processor", rounds)
    missed = judge(rounds)
    print_table("unpinned (reported)", [one_round(args, None) for _ in range(3)])
    sys.exit(1 if missed else 0)


main()
