#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What sqlite3 takes for its work on a VFS, on the kernel's tmpfs and on a FUSE server, in one run.

    run_sqlite.py SQLITE FUSE COMMAND…

FUSE is the server of this folder. COMMAND runs a program that follows with its files in a VFS. All on one
processor; gates look at the median of the rounds' ratios. The time is that of sqlite3 itself, without its start.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from peer import Fuse, pinned

ROUNDS = 5
N_ROWS = 100000
N_TRANSACTIONS = 1000
SCRIPTS = {
    "inserts": f"""
begin;
with recursive n(x) as (values (1) union all select x + 1 from n where x < {N_ROWS})
insert into t select x, 'row ' || x, x * 7919 % 10007 from n;
create index by_c on t(c);
commit;
""",
    "transactions": "".join(f"insert into t values ({i}, 'row {i}', {i * 7919 % 10007});\n" for i in range(N_TRANSACTIONS)),
}
WANTED = {"inserts": N_ROWS, "transactions": N_TRANSACTIONS}
TIME = re.compile(r"^Run Time: real ([0-9.]+)", re.MULTILINE)
ANSWER = re.compile(r"^(\d+)$", re.MULTILINE)


def seconds_of(command, name, cpus):
    """Of sqlite3, which has to find its rows afterwards."""
    script = f"create table t(a integer primary key, b text, c integer);\n.timer on\n{SCRIPTS[name]}"
    script += ".timer off\nselect count(*) from t;\n"
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, preexec_fn=pinned(cpus))
    if done.returncode != 0 or ANSWER.findall(done.stdout) != [str(WANTED[name])]:
        sys.exit(f"{' '.join(command)} gave {done.returncode}:\n{done.stdout[-500:]}{done.stderr[-500:]}")
    return sum(map(float, TIME.findall(done.stdout)))


def on_tmpfs(sqlite, name, cpus):
    folder = tempfile.mkdtemp(prefix="caisson-sqlite-", dir="/dev/shm")
    try:
        return seconds_of([sqlite, os.path.join(folder, "db")], name, cpus)
    finally:
        shutil.rmtree(folder)


def on_fuse(sqlite, server, name, cpus):
    with Fuse(server, cpus) as folder:
        return seconds_of([sqlite, os.path.join(folder, "db")], name, cpus)


def main():
    sqlite, server, *command = sys.argv[1:]
    cpus = {min(os.sched_getaffinity(0))}
    missed = 0
    print(f"sqlite3 on one processor: median of {ROUNDS} rounds")
    print(f"  {'':14}{'tmpfs':>12}{'fuse':>12}{'vfs':>12}{'vfs/fuse':>10}{'vfs/tmpfs':>10}")
    for name in SCRIPTS:
        rounds = [(on_tmpfs(sqlite, name, cpus), on_fuse(sqlite, server, name, cpus),
                   seconds_of([*command, sqlite, "/db"], name, cpus)) for _ in range(ROUNDS)]
        times = "".join(f"{statistics.median(column) * 1000:>9.0f} ms" for column in zip(*rounds))
        over_fuse, over_tmpfs = (statistics.median(vfs / other[i] for *other, vfs in rounds) for i in (1, 0))
        print(f"  {name:14}{times}{over_fuse:>10.2f}{over_tmpfs:>10.2f}")
        print(f"  {'ok    ' if over_fuse <= 1 else 'MISSED'} {name} over fuse: {over_fuse:.2f} (at most 1.00)")
        missed += over_fuse > 1
    sys.exit(1 if missed else 0)


main()
