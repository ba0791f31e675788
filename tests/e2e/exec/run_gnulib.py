#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gnulib's tests of file functions, each run on the host and in a chamber: what passes there must pass here. Speaks TAP.

    run_gnulib.py DIFFERENCES FOLDER CAISSON IDL BIN…      BIN: folders of the VFS programs and of the library

gnulib-tool makes a package of the modules' tests in FOLDER and the host's compiler builds it; what a former run has
built there is used again. DIFFERENCES lists what is known to differ: a test, the file systems, and the reason.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import support

DIFFERENCES, FOLDER, CAISSON, IDL, *BINS = sys.argv[1:]
TIMEOUT = 120
SKIPPED = 77  # what a test of gnulib ends with when it can't say
WORDS = {0: "passes", SKIPPED: "skips itself"}
MODULES = """
    access areadlink areadlinkat canonicalize canonicalize-lgpl chdir chmod chown cloexec closein copy-file creat
    dirent-safer dprintf dup dup2 dup3 faccessat fchdir fchmodat fchownat fclose fcntl fcntl-safer fdatasync fdopen
    fdopendir fdutimensat fflush fopen fopen-safer fprintf-posix fpurge freadahead freading freopen fseek fseeko fseterr
    fstat fstatat fsync ftell ftello ftruncate futimens fwriting getcwd getdelim getdtablesize getline glob lchmod
    lchown link linkat lseek lstat mkdir mkdirat mkfifo mkfifoat mknod open openat openat-safer pipe2 pread pwrite read
    read-file readlink readlinkat readtokens remove rename renameat renameatu rmdir stat stat-time symlink symlinkat
    sys_stat tempname truncate unistd-safer unlink unlinkat utime utimens utimensat vdprintf write""".split()
DISKS = {"ext4": ("mkfs.ext4", "-q", "-F"), "fat32": ("mkfs.fat", "-F", "32")}

chamber = support.Exec(CAISSON, IDL, BINS, TIMEOUT)


def build():
    """The folder of the tests."""
    made = pathlib.Path(FOLDER, "made")
    tests = made / "gltests"
    if not (made / "built").exists():
        source = pathlib.Path(FOLDER, "source")
        for folder in (source, made):
            shutil.rmtree(folder, ignore_errors=True)
        made.mkdir(parents=True)
        env = {**os.environ, "FORCE_UNSAFE_CONFIGURE": "1"}
        jobs = f"-j{os.cpu_count()}"
        for words, cwd in ((["gnulib-tool", "--create-testdir", "--with-tests", "--without-c++-tests",
                             "--without-privileged-tests", f"--dir={source}", *MODULES], FOLDER),
                           ([source / "configure"], made), (["make", jobs, "-C", "gllib"], made),
                           (["make", jobs, "-C", "gltests", "check", "TESTS="], made)):
            # A test of configure opens as many files as it may, one after the other.
            done = subprocess.run(["sh", "-c", 'ulimit -n 1024; exec "$@"', "sh", *words], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
            if done.returncode:
                sys.exit(f"{words[0]}: {done.stdout[-2000:]}")
        (made / "built").touch()
    return tests


def programs(tests):
    """Those that are a test by themselves; scripts need processes. Modules that these ones need are not asked for."""
    listed = re.search(r"^TESTS = (.*?[^\\])$", (tests / "Makefile").read_text(), re.M | re.S)
    names = listed.group(1).replace("\\\n", " ").replace("$(EXEEXT)", "").split() if listed else []
    wanted = re.compile(f"test-({'|'.join(MODULES)})[0-9]*(-posix|-safer|-[a-z]+)?")
    return sorted({name for name in names if wanted.fullmatch(name) and (tests / name).is_file()})


def differences():
    """{(test, place): reason}; `*` is all places."""
    known = {}
    for line in pathlib.Path(DIFFERENCES).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, places, reason = line.split(None, 2)
            known.update({(name, place): reason for place in places.split(",")})
    return known


def make_disk(kind, scratch):
    image = pathlib.Path(scratch, f"{kind}.new")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run([support.find(DISKS[kind][0]), *DISKS[kind][1:], image], check=True, stdout=subprocess.DEVNULL)
    return image


def on_host(program):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def in_chamber(program, kind, new, scratch):
    mount = ["--vfs", "nodev / ramfs 0"]
    if new:
        image = shutil.copy(new, pathlib.Path(scratch, f"{kind}.img"))
        mount = ["--disk", str(image), "--vfs", f"mmc0 / {kind} 0"]
    code, out, err = chamber(*mount, "--vfs", "devfs /dev devfs 0", "--", str(program))
    return code, out + err


def main():
    if not shutil.which("gnulib-tool"):
        sys.exit("this machine has no gnulib")
    tests, known, tap = build(), differences(), support.Tap()
    with tempfile.TemporaryDirectory() as scratch:
        disks = {"ramfs": None, **{kind: make_disk(kind, scratch) for kind in DISKS if support.find(DISKS[kind][0])}}
        counts = {kind: [0, 0] for kind in disks}
        for name in programs(tests):
            here, said = on_host(tests / name)
            for kind, new in disks.items():
                there, answer = in_chamber(tests / name, kind, new, scratch)
                reason = known.get((name, kind), known.get((name, "*")))
                counts[kind][0] += 1
                counts[kind][1] += there == 0
                verdict = f"{name} on {kind}: {WORDS.get(there, f'ends with {there}')}"
                verdict += "" if here == there else f", on the host it {WORDS.get(here, f'ends with {here}')}"
                tap.case((there in (0, here)) == (reason is None), verdict, f"known to differ: {reason}" if reason else "", said, answer)
    for kind, (n, n_passed) in counts.items():
        print(f"# {kind}: {n_passed} of {n} tests pass")
    print(f"1..{tap.n}")
    sys.exit(1 if tap.n_failed else 0)


main()
