#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs of this machine, unmodified, on the files of a VFS, beside what they do on the host. Speaks TAP.

    run_programs.py [--large] CAISSON IDL BIN…      BIN: folders of the VFS programs and of the library

A program that this machine lacks is left out. With --large the amounts are those of the guide's table, there
are more programs, and each run's time is shown as a multiple of the same run on the host.
"""
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import applets
import stressors
import support
import tools

IS_LARGE = "--large" in sys.argv
CAISSON, IDL, *BINS = (word for word in sys.argv[1:] if word != "--large")
TIMEOUT = 600 if IS_LARGE else 120
VARIABLES = {"TZ": "UTC0", "LANG": "C"}

run_chamber = support.Exec(CAISSON, IDL, BINS, TIMEOUT)


def chamber(mount, *words, feed=b""):
    env = [part for name, value in VARIABLES.items() for part in ("--env", f"{name}={value}")]
    return run_chamber(*mount, *env, "--", *words, feed=feed)


def host(folder, *words, feed=b""):
    done = subprocess.run(words, cwd=folder, input=feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT,
                          env={**os.environ, **VARIABLES}, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


# --- file systems ---


class Place:
    """A file system for programs, and who judges it afterwards."""

    def __init__(self, kind, scratch, make=None, judge=None):
        self.kind = kind
        self.image = pathlib.Path(scratch, f"{kind}.img")
        self.judge = judge
        self.mount = ["--vfs", "nodev / ramfs 0"]
        if make:
            with self.image.open("wb") as file:
                file.truncate((256 if IS_LARGE else 64) << 20)
            subprocess.run([support.find(make[0]), *make[1:], self.image], check=True, stdout=subprocess.DEVNULL)
            self.mount = ["--disk", str(self.image), "--vfs", f"mmc0 / {kind} 0"]
        self.mount += ["--vfs", "devfs /dev devfs 0"]

    def check(self, tap):
        if self.judge == "e2fsck":  # as the next mount does: what was committed is in the journal
            subprocess.run([support.find("e2fsck"), "-y", "-E", "journal_only", self.image], capture_output=True, check=False)
        if self.judge:
            judged = subprocess.run([support.find(self.judge), "-fn" if self.judge == "e2fsck" else "-n", self.image],
                                    capture_output=True, text=True, check=False)
            tap.case(judged.returncode == 0, f"{self.judge} finds it in order", judged.stdout)


def places(scratch):
    return (Place("ramfs", scratch),
            Place("ext4", scratch, ("mkfs.ext4", "-q", "-F"), "e2fsck"),
            Place("fat32", scratch, ("mkfs.fat", "-F", "32"), "fsck.fat"))


# --- busybox ---


def seen(result, step):
    """What counts of a result: not what `caisson` itself says of an exit status."""
    code, out, err = result
    lines = out.splitlines()
    errors = [line for line in err.splitlines() if not line.startswith("caisson: ")]
    return code, sorted(lines) if step.is_sorted else lines, errors


def session(tap, scratch, name, steps):
    """The steps, one after the other, in both worlds."""
    place = Place("ext4", scratch, ("mkfs.ext4", "-q", "-F"), "e2fsck")
    folder = pathlib.Path(scratch, name)
    folder.mkdir()
    for words, step in steps:
        here, there = (seen(result, step) for result in
                       (host(folder, *words, feed=step.feed), chamber(place.mount, *words, feed=step.feed)))
        tap.case(here == there, " ".join(words), "host", here, "chamber", there)
    place.check(tap)


def busybox(tap, scratch):
    session(tap, scratch, "busybox", [(("busybox", *step.words.split(" ")), step) for step in applets.STEPS])


def programs_of_users(tap, scratch):
    """What users have besides."""
    steps = [(step.words.split(" "), step) for step in tools.STEPS]
    session(tap, scratch, "tools", [(words, step) for words, step in steps if support.find(words[0])])


# --- programs that load libraries while they run ---


def image_of(scratch, name, folders):
    """An image with folders of this machine at their paths."""
    tree = pathlib.Path(scratch, f"{name}-tree")
    for folder in ("dev", "tmp"):
        (tree / folder).mkdir(parents=True)
    for folder in folders:
        subprocess.run(["cp", "-r", "--parents", folder, tree], check=True)
    image = pathlib.Path(scratch, f"{name}.img")
    subprocess.run([support.find("mksquashfs"), tree, image, "-quiet", "-no-progress", "-noI", "-noD", "-noF"], check=True, stdout=subprocess.DEVNULL)
    return ["--disk", str(image), "--vfs", "mmc0 / squashfs ro", "--vfs", "devfs /dev devfs 0", "--vfs", "nodev /tmp ramfs 0"]


def loaders(tap, scratch):
    for program, args, feed, data, libraries in tools.LOADERS:
        if not all(os.path.exists(path) for path in (program, *data, *libraries)):
            continue
        name = os.path.basename(program)
        mount = image_of(scratch, name, data) + [word for folder in libraries for word in ("--library", folder)]
        here, there = host("/", program, *args, feed=feed), chamber(mount, program, *args, feed=feed)
        tap.case(here[:2] == there[:2] and here[0] == 0, f"{name} loads its modules", "host", here, "chamber", there)


# --- sqlite3 ---

N_INSERTS = 100000 if IS_LARGE else 10000
INSERTS = f"""create table t(a integer primary key, b text);
with recursive c(x) as (select 1 union all select x+1 from c where x<{N_INSERTS}) insert into t select x, hex(x) from c;
create index i on t(b); delete from t where a % 3 = 0; vacuum;
select count(*) from t; pragma integrity_check;"""
# Each insert is a transaction of its own: journal, fsync, unlink.
SINGLE = "create table u(a); " + "insert into u values (random()); " * (1000 if IS_LARGE else 20) + "select count(*) from u;"


def sqlite3(tap, scratch):
    wanted = [str(N_INSERTS - N_INSERTS // 3), "ok"]
    for place in places(scratch):
        _, result = timed(f"sqlite3, {N_INSERTS} inserts, {place.kind}", place, scratch, "sqlite3", "db", INSERTS)
        tap.case(result[0] == 0 and result[1].split() == wanted, f"sqlite3 finds its database whole on {place.kind}", *result)
        place.check(tap)
        _, result = timed(f"sqlite3, transactions, {place.kind}", place, scratch, "sqlite3", "single", feed=SINGLE.encode())
        tap.case(result[0] == 0 and int(result[1]) == SINGLE.count("insert"), f"sqlite3 makes transactions on {place.kind}", *result)
        place.check(tap)


# --- git ---

GIT = {"HOME": "/", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
       "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "1600000000 +0000",
       "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": "1600000000 +0000"}
# "@": the folder of the files. What git prints names the contents by their hashes: it is the same everywhere.
GIT_STEPS = (("git", "init", "-q", "-b", "main", "@"), ("tee", "@/one"), ("tee", "@/two"),
             *(("git", "-C", "@", *words.split()) for words in (
                 "hash-object -w one", "add one two", "write-tree", "commit-tree -m first TREE", "update-ref refs/heads/main COMMIT",
                 "log --format=%H,%s,%an --stat", "status --short", "ls-files -s", "cat-file -p HEAD:two", "rm -q two", "diff --cached --stat",
                 "rev-parse HEAD", "branch other", "for-each-ref")))

NAMED = {"write-tree": "TREE", "commit-tree": "COMMIT"}  # what later steps call what these print


def git(tap, scratch):
    place = Place("ext4", scratch, ("mkfs.ext4", "-q", "-F"), "e2fsck")
    folder = pathlib.Path(scratch, "git")
    VARIABLES.update(GIT)
    names = {}
    for step in GIT_STEPS:
        words = [names.get(word, word) for word in step]
        feed = applets.TEXT if step[0] == "tee" else b""
        here = host(scratch, *(word.replace("@", str(folder)) for word in words), feed=feed)
        there = chamber(place.mount, *(word.replace("@", "/git") for word in words), feed=feed)
        tap.case(here[:2] == there[:2] == (0, here[1]), " ".join(step), "host", here, "chamber", there)
        if len(step) > 3 and step[3] in NAMED:
            names[NAMED[step[3]]] = here[1].strip()
    place.check(tap)


# --- fio ---


def fio(tap, scratch):
    for place in places(scratch):
        for how in ("randwrite", "randrw"):
            code, out, err = chamber(place.mount, "fio", "--name=v", "--directory=/", f"--size={64 if IS_LARGE else 4}m", "--bs=4k",
                                     f"--rw={how}", "--ioengine=psync", "--thread", "--numjobs=2", "--verify=crc32c", "--verify_fatal=1")
            tap.case(code == 0 and out.count("err= 0") == 2, f"fio finds what it wrote on {place.kind}, {how}", code, out, err)
        place.check(tap)


# --- dbench ---

LOAD = pathlib.Path("/usr/share/dbench/client.txt")
LOAD_LINES = 2000  # of it at most


def whole_steps():
    """The load's first lines, to one after which no file is open: a client begins again at its end, and what it leaves
    open then keeps its place on the disk."""
    lines, n_whole, open_files = [], 0, set()
    with LOAD.open("rb") as file:
        for line in itertools.islice(file, LOAD_LINES):
            lines.append(line)
            words = line.split()
            if words[0] == b"NTCreateX" and words[-1] == b"NT_STATUS_OK":
                open_files.add(words[-2])
            elif words[0] == b"Close":
                open_files.discard(words[1])
            n_whole = n_whole if open_files else len(lines)
    return b"".join(lines[:n_whole])


def dbench(tap, scratch):
    """Its clients are processes that it forks; they begin by semaphores and tell by shared memory."""
    place = Place("ext4", scratch, ("mkfs.ext4", "-q", "-F"), "e2fsck")
    code, _, err = chamber(place.mount, "dd", "of=load", "status=none", feed=whole_steps())
    tap.case(code == 0, "dbench's load is there", code, err)
    code, out, err = chamber(place.mount, "dbench", "-t", "20" if IS_LARGE else "1", "-c", "/load", "-D", "/", "2")
    tap.case(code == 0 and "Throughput" in out and "2 procs" in out, "dbench's clients work at once", code, out, err)
    place.check(tap)


# --- stress-ng ---


def stress_ng(tap, scratch):
    """Some ten at a time; with the large amounts also each by itself, and those that have no way to work here."""
    for place in places(scratch):
        names = [name for name in stressors.WORK if place.kind != "fat32" or name not in stressors.NOT_ON_FAT]
        for some in [*stressors.groups(names), *([name] for name in names if IS_LARGE)]:
            code, out, err = chamber(place.mount, *stressors.command(some, 2 if len(some) == 1 else 1, 1))
            what = some[0] if len(some) == 1 else f"{len(some)} stressors from {some[0]} on at once"
            tap.case(code == 0 and "successful run completed" in out + err, f"stress-ng, {what}, on {place.kind}", code, out, err)
        place.check(tap)
    if not IS_LARGE:
        return
    refused = {**stressors.REFUSED, **{name: (0, "unsupported") for name in stressors.NOT_SUPPORTED}}
    for name, (wanted, part) in refused.items():
        code, out, err = chamber(Place("ramfs", scratch).mount, *stressors.command([name], 1, 1))
        tap.case(code == wanted and (part in out + err or code == 0), f"stress-ng, {name}, has no way to work", code, out, err)


def timed(name, place, scratch, *words, feed=b""):
    """Runs it in both worlds; shows the times' relation if asked to."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        begin = time.monotonic()
        here = host(folder, *words, feed=feed)
        middle = time.monotonic()
        there = chamber(place.mount, *words, feed=feed)
        end = time.monotonic()
    if IS_LARGE:
        print(f"# {name}: {(end - middle) / (middle - begin):.2f} of the host's time")
    return here, there


def main():
    tap = support.Tap()
    with tempfile.TemporaryDirectory() as scratch:
        for program in (busybox, git, fio, sqlite3, dbench, stress_ng):
            if support.find(program.__name__.replace("_", "-")) and (program is not dbench or LOAD.exists()):
                program(tap, scratch)
        programs_of_users(tap, scratch)
        if support.find("mksquashfs"):
            loaders(tap, scratch)
    print(f"1..{tap.n}")
    sys.exit(1 if tap.n_failed else 0)


main()
