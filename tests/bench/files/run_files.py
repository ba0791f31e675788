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
import signal
import statistics
import subprocess
import sys
import tempfile

from peer import Fuse, pinned

ROUNDS = 5
CALLS_MS = 150
TREE_FILES = 10000
DISK_TREE_FILES = 1000
LOAD_CLIENTS = 8
LOAD_MS = 400
MEMORY_MIB = 128
MEMORY_MORE = 0.15
TINY_FILES = "memory-1000B-files"  # what a file takes beside its data is a third of them: reported
CLIENT = """\
- name: files.Calls
  task: calls{number}
  path: {client}
  args: ["/", {amount}]
  env:
    VFS_FILESYSTEM_BACKEND: client:kl.VfsRamFs
  connections:
  - target: kl.VfsRamFs
    id: kl.VfsRamFs
"""
SERVER = """\
- name: kl.VfsRamFs
  path: VfsRamFs
  env:
    ROOTFS: {root}
    VFS_FILESYSTEM_BACKEND: server:kl.VfsRamFs
"""
DRIVER = """\
  connections:
  - target: kl.drivers.RAMDisk
    id: kl.drivers.RAMDisk
- name: kl.drivers.RAMDisk
  path: ramdisk
  grants:
  - file: ramdisk0.img
"""
IN_MEMORY = "nodev / ramfs 0"
# File systems on a disk: name → the entry of the root, and what makes the image.
ON_DISK = {
    "ext4": ("ramdisk0,0 / ext4 0", ["mkfs.ext4", "-q", "-F"]),
    "fat32": ("ramdisk0,0 / fat32 0", ["mkfs.fat", "-F", "32"]),
}
DISK_SIZE = 256 << 20
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
LOAD_GATE = 1.6  # so many times as much is done by two processors
STARTED = re.compile(r"(\S+) started as process (\d+)")


def rows_of(text):
    """Rows that commands print: name → nanoseconds at the median."""
    return {match.group(1): int(match.group(2)) for match in map(LINE.search, text.splitlines()) if match}


def measured(*commands, cpus):
    """What commands print that run at once."""
    runs = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=pinned(cpus))
            for c in commands]
    rows = {}
    for command, run in zip(commands, runs):
        out, err = run.communicate(timeout=300)
        rows.update(rows_of(out))
        if run.returncode != 0 or not rows_of(out):
            sys.exit(f"{' '.join(command)} gave {run.returncode}:\n{out}{err}")
    return rows


def write_solution(folder, client, amounts, disk=None):
    """A VFS with a client for each of the amounts."""
    root, make = ON_DISK[disk] if disk else (IN_MEMORY, None)
    with open(os.path.join(folder, "init.yaml"), "w") as file:
        file.write("entities:\n")
        for number, amount in enumerate(amounts):
            words = ", ".join(f'"{word}"' for word in amount)
            file.write(CLIENT.format(client=os.path.basename(client), amount=words, number=number))
        file.write(SERVER.format(root=root) + (DRIVER if disk else ""))
    os.mkdir(os.path.join(folder, "files"))
    with open(os.path.join(folder, "files", "Calls.edl"), "w") as file:
        file.write(DESCRIPTION)
    if make:
        image = os.path.join(folder, "ramdisk0.img")
        with open(image, "wb") as file:
            file.truncate(DISK_SIZE)
        subprocess.run([*make, image], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measured_in_vfs(client, command, amounts, cpus, disk=None):
    with tempfile.TemporaryDirectory(prefix="caisson-files-") as folder:
        write_solution(folder, client, amounts, disk)
        return measured([*command, folder], cpus=cpus)


class Parties:
    """Who is measured with the same calls: party → rows of some amounts, one after the other or at once."""

    def __init__(self, args, cpus):
        self.args, self.cpus = args, cpus

    def on(self, folder, amounts):
        return measured(*[[self.args.calls, folder, *amount] for amount in amounts], cpus=self.cpus)

    def tmpfs(self, amounts):
        folder = tempfile.mkdtemp(prefix="caisson-files-", dir="/dev/shm")
        try:
            return self.on(folder, amounts)
        finally:
            shutil.rmtree(folder)

    def fuse(self, amounts):
        with Fuse(self.args.fuse, self.cpus) as folder:
            return self.on(folder, amounts)

    def vfs(self, amounts):
        return measured_in_vfs(self.args.vfs[0], self.args.vfs[1:], amounts, self.cpus)

    def all(self):
        yield "tmpfs", self.tmpfs
        if self.args.fuse:
            yield "fuse", self.fuse
        if self.args.vfs:
            yield "vfs", self.vfs


def one_round(args, cpus):
    """What each of the parties took: party → row → nanoseconds."""
    result = {"floor": measured([args.floor, str(CALLS_MS)], cpus=cpus)}
    for party, measure in Parties(args, cpus).all():
        result[party] = {**measure([[str(CALLS_MS)]]), **measure([["tree", str(TREE_FILES)]])}
    return result


def round_on_disks(args, cpus):
    """The same with the file systems of disks in place of the peers."""
    result = {}
    for disk in [None, *(name for name, (_, make) in ON_DISK.items() if shutil.which(make[0]))]:
        result[disk or "vfs"] = {}
        for amount in [str(CALLS_MS)], ["tree", str(DISK_TREE_FILES)]:
            result[disk or "vfs"].update(measured_in_vfs(args.vfs[0], args.vfs[1:], [amount], cpus, disk))
    return result


# --- many clients ---


def load_of(measure, n):
    """Calls a second of n clients at once."""
    rows = measure([["load", str(LOAD_MS), str(i), str(n)] for i in range(n)])
    return sum(1e9 / ns for name, ns in rows.items() if name.startswith("load-"))


def print_load(args, places):
    """1 and LOAD_CLIENTS clients; returns party → place → calls a second of the many."""
    print(f"\nreads of 4 KiB by 1 and by {LOAD_CLIENTS} clients at once, calls a second: median of 3")
    result = {}
    for place, cpus in places:
        for party, measure in Parties(args, cpus).all():
            one, many = (statistics.median(load_of(measure, n) for _ in range(3)) for n in (1, LOAD_CLIENTS))
            result.setdefault(party, {})[place] = many
            print(f"  {place:16}{party:8}{one / 1000:10.0f} k{many / 1000:10.0f} k")
    return result


def judge_load(load):
    if "vfs" not in load or "two" not in load["vfs"]:
        return 0
    missed = 0
    gain = load["vfs"]["two"] / load["vfs"]["one"]
    checks = [(f"{LOAD_CLIENTS} clients on two processors over one", gain, LOAD_GATE)]
    checks += [(f"{LOAD_CLIENTS} clients, {place}, over FUSE", load["vfs"][place] / load["fuse"][place], 1.0)
               for place in load["vfs"] if "fuse" in load]
    for what, value, bound in checks:
        print(f"  {'ok    ' if value >= bound else 'MISSED'} {what}: {value:.2f} (at least {bound:.2f})")
        missed += value < bound
    return missed


# --- memory ---


def memory_of(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))


def measured_memory(args):
    """Bytes of the VFS at each pause of its client: [(what, bytes of data, bytes of the process)]."""
    result, pids = [], {}
    with tempfile.TemporaryDirectory(prefix="caisson-files-") as folder:
        write_solution(folder, args.vfs[0], [["memory", str(MEMORY_MIB)]])
        run = subprocess.Popen([*args.vfs[1:], "-v", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in run.stdout:
            started, pause = STARTED.search(line), LINE.search(line)
            if started:
                pids[started.group(1)] = int(started.group(2))
            elif pause:
                result.append((pause.group(1), int(pause.group(2)), memory_of(pids["kl.VfsRamFs"])))
                os.kill(pids["calls0"], signal.SIGUSR1)
        if run.wait() != 0 or len(result) < 3:
            sys.exit(f"the client that fills memory gave {run.returncode} after {result}")
    return result


def judge_memory(rows):
    """Over what the process takes when it holds nothing."""
    print(f"\nmemory of VfsRamFs with {MEMORY_MIB} MiB of data, and when they are gone")
    base, missed = rows[0][2], 0
    for what, data, taken in rows[1:]:
        value = (taken - base) / data
        bound = MEMORY_MORE if what.endswith("-gone") else 1 + MEMORY_MORE
        if what.startswith(TINY_FILES):
            print(f"         {what} over its data: {value:.2f} (reported)")
            continue
        print(f"  {'ok    ' if value <= bound else 'MISSED'} {what} over its data: {value:.2f} (at most {bound:.2f})")
        missed += value > bound
    return missed


def text(ns):
    return f"{ns / 1000:.1f} us" if ns < 1e6 else f"{ns / 1e6:.2f} ms"


def print_table(title, rounds):
    parties = list(rounds[0])
    rows = list(dict.fromkeys(row for party in parties for row in rounds[0][party]))
    print(f"\n{title}: median of {len(rounds)} rounds")
    peers = [peer for peer in ("fuse", "tmpfs") if peer in parties]
    print(f"  {'':22}" + "".join(f"{party:>12}" for party in parties) + "".join(f"{'vfs/' + p:>10}" for p in peers))
    for row in rows:
        cells = [statistics.median(r[p][row] for r in rounds) if row in rounds[0][p] else None for p in parties]
        line = f"  {row:22}" + "".join(f"{text(c) if c else '-':>12}" for c in cells)
        for peer in peers:
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
    free = sorted(os.sched_getaffinity(0))
    rounds = [one_round(args, {free[0]}) for _ in range(ROUNDS)]
    print_table("one processor", rounds)
    missed = judge(rounds)
    print_table("unpinned (reported)", [one_round(args, None) for _ in range(3)])
    places = [("one", {free[0]}), ("two", set(free[:2])), ("unpinned", None)]
    missed += judge_load(print_load(args, [p for p in places if p[0] != "two" or len(free) > 1]))
    if args.vfs:
        missed += judge_memory(measured_memory(args))
        print_table("one processor, on a RAM disk (reported)", [round_on_disks(args, {free[0]}) for _ in range(3)])
    sys.exit(1 if missed else 0)


main()
