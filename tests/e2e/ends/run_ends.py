#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is on a disk when a run ends, and when its driver dies and comes back. Speaks TAP.

    run_ends.py CAISSON IDL BIN…      BIN: folders of the client, the VFS programs and the drivers

Files of a client go through VfsSdCardFs to an image. The end of the run is a SIGTERM, or that of the client; then the
tools of the format say whether the file system was left in order, and what is in it.
"""
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from watched import Watched, speak_tap  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CAISSON, IDL, *BINS = sys.argv[1:]
MIB = 1 << 20
DEADLINE = 60
TYPES = {"fat32": 64, "ext4": 32}  # MiB
CASES = []


def case(function):
    CASES.extend((function, kind) for kind in TYPES)
    return function


def tool(name):
    return shutil.which(name) or shutil.which(name, path="/sbin:/usr/sbin") or sys.exit(f"there is no {name}")


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Disk:
    """An image, and what its tools say of it."""

    def __init__(self, folder, kind):
        self.path, self.kind = folder / "mmc0.img", kind
        with open(self.path, "wb") as image:
            image.truncate(TYPES[kind] * MIB)
        command = ["mkfs.fat", "-F", "32"] if kind == "fat32" else ["mkfs.ext4", "-q", "-F"]
        subprocess.run([tool(command[0]), *command[1:], self.path], check=True, stdout=subprocess.DEVNULL)

    def is_in_order(self):
        words = ["fsck.fat", "-n"] if self.kind == "fat32" else ["e2fsck", "-fn"]
        done = output_of(tool(words[0]), words[1], self.path)
        assert done.returncode == 0, done.stdout
        if self.kind == "ext4":
            head = output_of(tool("dumpe2fs"), "-h", self.path).stdout
            assert "needs_recovery" not in head and re.search(r"Filesystem state: +clean\n", head), head

    def read(self, name):
        if self.kind == "fat32":
            done = subprocess.run([tool("mtype"), "-i", self.path, f"::{name}"], capture_output=True, check=False)
        else:
            done = subprocess.run([tool("debugfs"), "-R", f"cat {name}", self.path], capture_output=True, check=False)
        return done.stdout

    def missing_file(self):
        """The first that is not there as it was written."""
        return next((number for number in range(1, 21)
                     if self.read(f"/kept/file{number}.dat") != struct.pack("<I", number) * 8192), None)

    def has_files(self):
        assert (number := self.missing_file()) is None, f"file {number} is not there"
        assert not self.read("/nameless")


CLIENT = """entities:
- name: ends.Client
  path: ends-writer
  args: [{args}]
  env: {{VFS_FILESYSTEM_BACKEND: "client:kl.VfsSdCardFs"}}
  connections: [{{target: kl.VfsSdCardFs, id: kl.VfsSdCardFs}}]
- name: kl.VfsSdCardFs
  path: VfsSdCardFs
  restart: {vfs_restart}{vfs_more}
  env: {{ROOTFS: "mmc0,0 / {kind} 0", VFS_FILESYSTEM_BACKEND: "server:kl.VfsSdCardFs", VFS_DISK_TIMEOUT: "{patience_s}",
        VFS_WRITE_BACK: "{write_back_s}"}}
"""
INSIDE = """entities:
- name: ends.Client
  path: ends-writer-inside
  args: [{args}]
  env: {{TYPE: {kind}}}
"""
DRIVER = """  connections: [{target: kl.drivers.SDCard, id: kl.drivers.SDCard}]
- name: kl.drivers.SDCard
  path: sdcard
  grants: [{file: mmc0.img, mode: rw}]
"""


class Run(Watched):
    """Of the writer with a VFS program, or with the VFS inside. restart: lines of the driver's entry."""

    def __init__(self, folder, kind, *args, restart="", vfs_restart="no", vfs_more="", patience_s=60, write_back_s=30,
                 parties=CLIENT):
        entries = parties.format(args=", ".join(args), kind=kind, vfs_restart=vfs_restart, vfs_more=vfs_more, patience_s=patience_s,
                                 write_back_s=write_back_s)
        (folder / "init.yaml").write_text(entries + DRIVER + restart, encoding="utf-8")
        super().__init__(
            [CAISSON, "run", "-v", "--no-prefix", "--policy=none", "-I", IDL, "-I", HERE,
             *(part for bin_ in BINS for part in ("--bin", bin_)), folder], DEADLINE)


def expect_order_after_sigterm(folder, kind, parties):
    disk, run = Disk(folder, kind), Run(folder, kind, "stay", parties=parties)
    run.expect("^written")
    assert run.stop() == 128 + signal.SIGTERM, run.lines
    disk.is_in_order()
    disk.has_files()


def expect_order_after_the_last_client(folder, kind, parties):
    disk, run = Disk(folder, kind), Run(folder, kind, "leave", parties=parties)
    assert run.wait() == 0, run.lines
    disk.is_in_order()
    disk.has_files()


@case
def sigterm_leaves_a_disk_in_order(folder, kind):
    expect_order_after_sigterm(folder, kind, CLIENT)


@case
def the_end_of_the_clients_leaves_a_disk_in_order(folder, kind):
    expect_order_after_the_last_client(folder, kind, CLIENT)


@case
def sigterm_to_a_program_with_the_vfs_inside_leaves_a_disk_in_order(folder, kind):
    expect_order_after_sigterm(folder, kind, INSIDE)


@case
def the_end_of_a_program_with_the_vfs_inside_leaves_a_disk_in_order(folder, kind):
    expect_order_after_the_last_client(folder, kind, INSIDE)


@case
def sigterm_in_the_middle_of_writing_leaves_a_disk_in_order(folder, kind):
    disk, run = Disk(folder, kind), Run(folder, kind, "go-on")
    run.expect("^busy")
    assert run.stop() == 128 + signal.SIGTERM, run.lines
    disk.is_in_order()


@case
def what_is_written_reaches_the_disk_though_nobody_asks_for_it(folder, kind):
    disk, run = Disk(folder, kind), Run(folder, kind, "stay", write_back_s=1)
    run.expect("^written")
    until = time.monotonic() + DEADLINE
    while (number := disk.missing_file()) is not None:
        assert time.monotonic() < until, f"file {number} is not there"
    run.stop()


@case
def a_vfs_that_is_asked_to_end_alone_leaves_a_disk_in_order(folder, kind):
    disk, run = Disk(folder, kind), Run(folder, kind, "go-on")
    vfs = int(run.expect(r"kl.VfsSdCardFs started as process (\d+)")[1])
    run.expect("^busy")
    os.kill(vfs, signal.SIGTERM)
    run.wait()
    disk.is_in_order()


class Asker:
    """Of the writer that asks, and of the VFS that it is killed under."""

    def __init__(self, folder, kind, what, vfs_more=""):
        Disk(folder, kind)
        self.run = Run(folder, kind, what, vfs_restart="on-failure", vfs_more=vfs_more)
        self.client = int(self.run.expect(r"ends.Client started as process (\d+)")[1])
        self.run.expect("^written")
        started = r"kl.VfsSdCardFs started as process (\d+)"
        self.vfs = [int(found[1]) for line in self.run.lines if (found := re.search(started, line))][-1]

    def restart_vfs(self):
        os.kill(self.vfs, signal.SIGKILL)
        self.vfs = int(self.run.expect(r"kl.VfsSdCardFs started as process (\d+)")[1])

    def ask(self):
        """What it says of a file that it has open, of one that it opens, and of one that it makes."""
        os.kill(self.client, signal.SIGUSR1)
        return tuple(self.run.expect(f"^{what}: (.*)")[1] for what in ("kept", "asked", "made"))

    def end(self):
        self.run.stop()
        assert sum("Connection to vfs lost." in line for line in self.run.lines) == 1, self.run.lines


@case
def who_had_a_session_with_a_vfs_that_came_back_is_told_so_and_opens_files_again(folder, kind):
    asker = Asker(folder, kind, "ask")
    made = {"fat32": "755", "ext4": "640"}[kind]
    answers = [asker.ask()]
    for _ in range(2):
        asker.restart_vfs()
        answers += [asker.ask(), asker.ask()]
    asker.end()
    assert answers[0] == ("there", "there", made), answers
    assert all(answer == ("EIO", "there", made) for answer in answers[1:]), answers


@case
def threads_open_files_again_whenever_the_vfs_dies(folder, kind):
    n_lives = 12
    asker = Asker(folder, kind, "storm", f"\n  restart_limit: {n_lives}\n  restart_delay: 0")
    for _ in range(n_lives):
        asker.restart_vfs()
        os.kill(asker.client, signal.SIGUSR1)
        asker.run.expect("^all open")
    asker.end()
    assert not [line for line in asker.run.lines if line.startswith("storm:")], asker.run.lines[-30:]
    assert [line for line in asker.run.lines if "handles left: 0;" in line], asker.run.lines[-5:]


@case
def who_was_in_a_folder_of_a_vfs_that_died_opens_no_files_of_another_one(folder, kind):
    asker = Asker(folder, kind, "ask-there")
    assert asker.ask()[1] == "there"
    asker.restart_vfs()
    for _ in range(2):
        answer = asker.ask()
        assert answer == ("EIO", "EIO", "EIO"), answer
    asker.end()


@case
def a_vfs_that_lives_again_before_its_driver_has_the_disk_all_the_same(folder, kind):
    Disk(folder, kind)
    run = Run(folder, kind, "ask", vfs_restart="on-failure", vfs_more="\n  restart_delay: 0",
              restart="  restart: on-failure\n  restart_delay: 1000\n")
    client = int(run.expect(r"ends.Client started as process (\d+)")[1])
    run.expect("^written")
    found = {name: int(pid) for line in run.lines for name, pid in re.findall(r"(\S+) started as process (\d+)", line)}
    os.kill(found["kl.drivers.SDCard"], signal.SIGKILL)
    run.expect("kl.drivers.SDCard was killed by signal 9.*it starts again")
    os.kill(found["kl.VfsSdCardFs"], signal.SIGKILL)
    run.expect(r"kl.VfsSdCardFs started as process (\d+)")
    run.expect(r"kl.drivers.SDCard started as process (\d+)")
    os.kill(client, signal.SIGUSR1)
    run.expect("^asked: (.*)")
    run.stop()
    assert not [line for line in run.lines if "no driver has" in line], run.lines


def records_of(disk, n):
    found = disk.read("/journal")
    return [number for number in range(1, n + 1) if found[(number - 1) * 4096:number * 4096] == struct.pack("<I", number) * 1024]


@case
def a_driver_may_die_at_any_time_if_it_comes_back(folder, kind):
    disk, n = Disk(folder, kind), 200
    run = Run(folder, kind, "journal", f'"{n}"',
              restart="  restart: always\n  restart_limit: 1000\n  restart_delay: 10\n")
    for _ in range(8):
        driver = int(run.expect(r"kl.drivers.SDCard started as process (\d+)")[1])
        run.expect("^safe ")
        os.kill(driver, signal.SIGKILL)
    assert run.wait() == 0, run.lines[-30:]
    assert not [line for line in run.lines if re.match("write|fsync", line)], run.lines[-30:]
    disk.is_in_order()
    assert len(records_of(disk, n)) == n


@case
def what_fsync_confirmed_is_there_when_the_driver_stays_away(folder, kind):
    disk, run = Disk(folder, kind), Run(folder, kind, "journal", '"100000"')
    driver = int(run.expect(r"kl.drivers.SDCard started as process (\d+)")[1])
    run.expect("^safe 20$")
    os.kill(driver, signal.SIGKILL)
    run.expect("^(write|fsync): EIO")
    run.stop()
    if kind == "ext4":  # as the next mount does: what was committed is in the journal
        output_of(tool("e2fsck"), "-y", "-E", "journal_only", disk.path)
        done = output_of(tool("e2fsck"), "-fn", disk.path)
        assert done.returncode == 0, done.stdout
    n_safe = max(int(line.split()[1]) for line in run.lines if line.startswith("safe "))
    assert records_of(disk, n_safe) == list(range(1, n_safe + 1)), f"of {n_safe} only {len(records_of(disk, n_safe))}"


@case
def a_driver_that_hangs_holds_nobody_up_for_ever(folder, kind):
    disk, n = Disk(folder, kind), 200
    run = Run(folder, kind, "journal", f'"{n}"', patience_s=2)
    driver = int(run.expect(r"kl.drivers.SDCard started as process (\d+)")[1])
    run.expect("^safe 20$")
    os.kill(driver, signal.SIGSTOP)
    run.expect("^(write|fsync): EIO")
    os.kill(driver, signal.SIGCONT)
    assert run.wait() == 0, run.lines[-30:]
    disk.is_in_order()
    assert len(records_of(disk, n)) == n


speak_tap(CASES)
