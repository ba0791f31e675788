#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`caisson exec`: programs of this machine, as they are, on the files of a VFS. Speaks TAP.

    run_exec.py CAISSON PROBE IPC IDL BIN…      BIN: folders of the VFS programs and of the library
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import support

CAISSON, PROBE, IPC, IDL, *BINS = sys.argv[1:]
TIMEOUT = 120
SQL = """
    create table t(a integer primary key, b text);
    with recursive c(x) as (select 1 union all select x+1 from c where x<10000) insert into t select x, hex(x) from c;
    create index i on t(b); delete from t where a % 3 = 0; vacuum;
    select count(*) from t; pragma integrity_check;"""


run = support.Exec(CAISSON, IDL, BINS, TIMEOUT)


def program(name):
    path = support.find(name)
    if not path:
        sys.exit(f"this machine has no {name}")
    return path


def probe(tap):
    code, out, err = run("--", PROBE)
    for line in out.splitlines():
        mark, _, name = line.rpartition("ok ")
        tap.case(mark == "", name)
    tap.case(code == 0 and out.count("ok ") >= 15, "the probe ends well", code, out, err)
    tap.case(err.count("[VFS_CLIENT] execve: ") == 1, "why no program is begun is said once", err)
    tap.case("mmap: " in err, "why memory is not shared is said", err)


def ipc(tap):
    """System V's objects: as on the host, which says whether the probe is right."""
    done = subprocess.run([IPC, "processes"], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    tap.case(done.returncode == 0 and done.stdout.count("ok ") >= 33, "the host has semaphores and memory as the probe says", done.stdout)
    code, out, err = run("--processes", "1100", "--", IPC, "limits", "crowd", "processes")
    for line in out.splitlines():
        mark, _, name = line.rpartition("ok ")
        tap.case(mark == "", name)
    tap.case(code == 0 and out.count("ok ") >= 42, "the probe of semaphores and memory ends well", code, out, err)


def database(tap, name, *mount):
    code, out, err = run(*mount, "--", program("sqlite3"), "/db", SQL)
    tap.case(code == 0 and out.split() == ["6667", "ok"], name, code, out, err)


def tree(folder):
    """A tar archive of some files, and one of them."""
    for i in range(40):
        path = pathlib.Path(folder, f"d{i % 7}", f"file{i}")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes((i * j) % 251 for j in range(i * 700)))
    archive = pathlib.Path(folder).with_suffix(".tar")
    subprocess.run([program("tar"), "cf", archive, "-C", folder, "."], check=True)
    return archive.read_bytes()


def disk(tap, scratch):
    image = pathlib.Path(scratch, "disk.img")
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run([program("mkfs.ext4"), "-q", "-F", image], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path(scratch, "tree")
    folder.mkdir()
    archive = tree(folder)
    mount = ["--disk", str(image), "--vfs", "mmc0 / ext4 0"]
    code, _, err = run(*mount, "--", program("tar"), "xf", "-", "-C", "/", feed=archive)
    tap.case(code == 0, "tar unpacks its input onto a disk", code, err)
    code, out, err = run(*mount, "--", program("md5sum"), "/d3/file31", "/d4/file39")
    wanted = subprocess.run(["md5sum", "d3/file31", "d4/file39"], cwd=folder, capture_output=True, text=True, check=True)
    tap.case(code == 0 and out.replace("/d", "d") == wanted.stdout, "another program finds the files there", out, err)
    code, _, err = run(*mount, "--", program("cp"), "-r", "/d3", "/copy")
    tap.case(code == 0, "cp copies a folder", code, err)
    code, out, err = run(*mount, "--", program("diff"), "-rq", "/d3", "/copy")
    tap.case(code == 0 and not out, "and diff finds no difference", code, out, err)
    for how, wanted in (("_exit", "left"), ("exit", "leftstreamed")):
        code, _, err = run(*mount, "--", PROBE, how)
        _, out, _ = run(*mount, "--", program("cat"), "/left", "/stream")
        tap.case(code == 0 and out.strip() == wanted, f"what a program wrote before {how} is on the disk", code, out, err)
    code, out, _ = run(*mount, "--", program("ls"), "/dev")
    tap.case(code == 2 and not out, "a disk gets no folder that was not asked for", code, out)
    checked = subprocess.run([program("e2fsck"), "-fn", image], capture_output=True, text=True, check=False)
    tap.case(checked.returncode == 0, "e2fsck finds the disk in order", checked.stdout)


def fat(tap, scratch):
    image = pathlib.Path(scratch, "fat.img")
    subprocess.run([program("mkfs.fat"), "-C", "-F", "32", image, "65536"], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path(scratch, "fat-tree")
    folder.mkdir()
    archive = tree(folder)
    mount = ["--disk", str(image), "--vfs", "mmc0 / fat32 0"]
    code, _, err = run(*mount, "--", program("tar"), "xf", "-", "-C", "/", feed=archive)
    tap.case(code == 0, "tar unpacks its input onto a FAT", code, err)
    database(tap, "sqlite3 works there", *mount)
    code, out, err = run(*mount, "--", program("sqlite3"), "/db", "pragma integrity_check;")
    tap.case(code == 0 and out == "ok\n", "and finds its database whole the next time", code, out, err)
    read = subprocess.run([program("mtype"), "-i", image, "::d3/file31"], capture_output=True, check=False)
    tap.case(read.stdout == (folder / "d3" / "file31").read_bytes(), "mtools read what tar unpacked", read.stderr)
    checked = subprocess.run([program("fsck.fat"), "-n", image], capture_output=True, text=True, check=False)
    tap.case(checked.returncode == 0, "fsck.fat finds the disk in order", checked.stdout)


def rights(tap, scratch):
    """Programs of libacl, which knows nothing of a VFS."""
    image = pathlib.Path(scratch, "rights.img")
    with image.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run([program("mkfs.ext4"), "-q", "-F", image], check=True, stdout=subprocess.DEVNULL)
    mount = ["--disk", str(image), "--vfs", "mmc0 / ext4 0"]
    for words, name in ((["touch", "/f"], "touch makes a file"), (["mkdir", "/d"], "mkdir makes a folder"),
                        (["setfacl", "-m", "u:7:r,m:rw", "/f"], "setfacl changes a list of rights"),
                        (["setfacl", "-d", "-m", "u:7:rx", "/d"], "setfacl sets a default"),
                        (["cp", "-p", "/f", "/copy"], "cp keeps what it can")):
        code, _, err = run(*mount, "--", program(words[0]), *words[1:])
        tap.case(code == 0, name, code, err)
    code, out, err = run(*mount, "--", program("getfacl"), "-pcn", "/f")
    tap.case(code == 0 and out.split() == ["user::rw-", "user:7:r--", "group::r--", "mask::rw-", "other::r--"],
             "getfacl shows the list the next time", code, out, err)
    code, out, err = run(*mount, "--", program("getfacl"), "-pcnd", "/d")
    tap.case(code == 0 and "user:7:r-x" in out.split(), "and the default", code, out, err)
    for words in (["-b", "/f"], ["-k", "/d"]):
        code, _, err = run(*mount, "--", program("setfacl"), *words)
        tap.case(code == 0, f"setfacl {words[0]} takes it away", code, err)
    code, out, err = run(*mount, "--", program("getfacl"), "-pcn", "/f", "/d")
    tap.case(code == 0 and "user:7" not in out and "default" not in out, "and it is gone", code, out, err)
    checked = subprocess.run([program("e2fsck"), "-fn", image], capture_output=True, text=True, check=False)
    tap.case(checked.returncode == 0, "e2fsck finds lists in order", checked.stdout)


def unmounted(tap, scratch):
    """What was asked for and isn't there: a program that writes elsewhere would look as if all were well."""
    image = pathlib.Path(scratch, "zeros.img")
    image.write_bytes(bytes(1 << 20))
    for words, part in ((["--disk", str(image), "--vfs", "mmc0 / ext4 0"], "ROOTFS 'mmc0 / ext4 0' is not mounted: mmc0 holds no ext4"),
                        (["--disk", str(image), "--vfs", "mmc0,1 / ext4 0"], "the disk mmc0 has no partition 1"),
                        (["--disk", str(image), "--vfs", "mmc0 / auto ro"], "mmc0 holds no file system"),
                        (["--vfs", "mmc0 / ext4 0"], "no driver has the disk mmc0"),
                        (["--vfs", "nodev /x ext9 0"], "no file system 'ext9'"),
                        (["--vfs", "x /x/y ramfs 0"], "the folder that /x/y would be in is not there"),
                        (["--vfs", "x /x romfs 0"], "romfs is read-only: mount it with the option ro"),
                        (["--vfs", "x /x romfs ro"], "is granted no file of the solution"),
                        (["--vfs", "nodev /x ramfs bogus"], "'nodev /x ramfs bogus' is not mounted: ramfs doesn't know the option 'bogus'")):
        code, out, err = run(*words, "--", program("echo"), "begun")
        tap.case(code == 1 and not out and part in err and "takes its place" not in err,
                 f"no program without {words[-1].replace('/', 'at ')}", code, out, err)


def mounts(tap):
    code, out, err = run("--vfs", "nodev / ramfs 0", "--vfs", "nodev /tmp ramfs 0", "--", program("stat"), "-c", "%d", "/", "/tmp")
    tap.case(code == 0 and len(set(out.split())) == 2, "several file systems make one tree", out, err)


def streams(tap):
    for name, content in (("text without a line's end", b"some text"), ("bytes without lines", bytes(i * i % 251 for i in range(100001))),
                          ("an empty line", b"\n"), ("nothing", b"")):
        tap.case(run.bytes_of("--", program("cat"), feed=content) == content, f"{name} goes in and out as it is")


def statuses(tap):
    code, out, err = run("--", program("cat"), "/dev/null")
    tap.case(code == 0 and out == "", "there are devices when nothing else was asked for", code, err)
    code, _, err = run("--", program("cat"), "/nowhere")
    tap.case(code == 1 and "No such file or directory" in err, "the exit status is the program's", code, err)
    code, out, _ = run("--env", "GREETING=hello", "--", program("sh"), "-c", "echo $GREETING; kill -9 $$")
    tap.case(code == 128 + 9 and out == "hello\n", "and tells of signals", code, out)
    code, out, err = run("--env", "A=1", "--env", "AB=2", "--", program("sh"), "-c", "echo $A$AB")
    tap.case(code == 0 and out == "12\n", "names of variables may begin alike", code, out, err)
    os.environ["TMPDIR"] = "/nowhere"
    code, out, err = run("--", program("echo"), "hello")
    del os.environ["TMPDIR"]
    tap.case(code == 0 and out == "hello\n", "a run leaves no folder behind: it has none", code, out, err)


def refusals(tap, scratch):
    text = pathlib.Path(scratch, "text")
    text.write_text("text\n")
    text.chmod(0o755)
    echo = pathlib.Path(program("echo")).read_bytes()
    poor, bare, cut = (pathlib.Path(scratch, name) for name in ("poor", "bare", "cut"))
    for file, content in ((poor, echo.replace(b"libc.so.6", b"libq.so.6")), (bare, echo), (cut, echo[:200])):
        file.write_bytes(content)
        file.chmod(0o644 if file == bare else 0o755)
    for words, code, part in ((["--", "no-such-program"], 1, "no such program in PATH"), (["--", str(text)], 1, "no program"),
                              (["--", str(poor)], 1, "its library libq.so.6 is in none of the folders"),
                              (["--", str(bare)], 1, "may not be executed"), (["--", str(cut)], 1, "damaged"),
                              ([], 2, "name a program"), (["--vfs", "nodev /", "--", "ls"], 2, "four words"),
                              (["--vfs", "nodev x ramfs 0", "--", "ls"], 2, "folder"),
                              (["--disk", "/nowhere", "--", "ls"], 2, "/nowhere: No such file"),
                              (["--disk", scratch, "--", "ls"], 2, f"{scratch}: it is neither"),
                              (["--disk", str(text)] * 2 + ["--", "ls"], 2, "text: it is a disk already"),
                              (["--vfs", "nodev / ramfs 0"] * 2 + ["--", "ls"], 2, "there is one for / already"),
                              (["--", "/nowhere/ls"], 1, "/nowhere/ls: No such file"),
                              (["--", "true", *["x"] * 257], 1, "more than 256"),
                              (["--env", "x", "--", "ls"], 2, "NAME=value"),
                              (["--env", "A=1", "--env", "A=", "--", "ls"], 2, "A: it is set already"),
                              (["--env", "LD_PRELOAD=/x", "--", "ls"], 2, "LD_PRELOAD: caisson sets it itself"),
                              (["--processes", "x", "--", "ls"], 2, "0 to 32768"),
                              (["--processes", "32769", "--", "ls"], 2, "0 to 32768"),
                              (["--", "ls", "x" * 1024], 1, "too long")):
        got, _, err = run(*words)
        tap.case(got == code and part in err, f"refused: {part.replace(scratch, 'a folder')} ({code})", got, err)
    got, _, err = run("--", program("true"), *["x"] * 256)
    tap.case(got == 0, "as many arguments as may be are taken", got, err)
    got, out, _ = run("--", program("echo"), "x" * 1023)
    tap.case(got == 0 and len(out) == 1024, "an argument as long as may be is taken")


def limits(tap, scratch):
    """At each limit, and one above."""
    disks = []
    for i in range(17):
        disks.append(pathlib.Path(scratch, f"disk{i}"))
        disks[i].write_bytes(bytes(4096))
    for option, values in (("--env", [f"V{i}=x" for i in range(65)]), ("--disk", list(map(str, disks))),
                           ("--vfs", [f"nodev /m{i} ramfs 0" for i in range(33)])):
        words = [word for value in values for word in (option, value)]
        code, _, err = run(*words[:-2], "--", program("true"))
        tap.case(code == 0, f"{len(values) - 1} times {option}", code, err)
        code, _, err = run(*words, "--", program("true"))
        tap.case(code == 2 and "too many" in err, f"and not {len(values)}", code, err)


def main():
    tap = support.Tap()
    probe(tap)
    ipc(tap)
    database(tap, "sqlite3 makes a database and finds it whole")
    with tempfile.TemporaryDirectory() as scratch:
        disk(tap, scratch)
        fat(tap, scratch)
        rights(tap, scratch)
        refusals(tap, scratch)
        limits(tap, scratch)
        unmounted(tap, scratch)
    mounts(tap)
    statuses(tap)
    streams(tap)
    print(f"1..{tap.n}")
    sys.exit(1 if tap.n_failed else 0)


main()
