#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`caisson exec --library`, and scripts: what a program is given of this machine's files, and what not. Speaks TAP.

    run_given.py CAISSON PROBE PLUGIN BASE IDL BIN…      PLUGIN, BASE: a library, and one that it needs
"""
import os
import pathlib
import shutil
import sys
import tempfile

import support

CAISSON, PROBE, PLUGIN, BASE, IDL, *BINS = sys.argv[1:]
FILES_MAX = 384
DEPTH_MAX = 16
FOLDERS_MAX = 1024
LINE_MAX = 256

run = support.Exec(CAISSON, IDL, BINS, 120)


def make_folder(scratch):
    """A folder with libraries, and with what must not come along. And a library beside it."""
    top = pathlib.Path(scratch, "top")
    folder = top / "folder"
    (folder / "below").mkdir(parents=True)
    (top / "other").mkdir()
    base = os.path.basename(BASE)
    for place in (folder, folder / "below", top / "other"):
        shutil.copy(BASE, place / base)
    shutil.copy(PLUGIN, folder / "plugin.so")
    shutil.copy(PLUGIN, folder / "below" / "deep.so")
    shutil.copy(PLUGIN, top / "other" / "plugin.so")
    (folder / "link.so").symlink_to("plugin.so")
    (folder / "out.so").symlink_to("../other/plugin.so")
    (folder / "passwd.so").symlink_to("/etc/passwd")
    (folder / "away").symlink_to("../other")
    (folder / "same").symlink_to("below")
    (folder / "below" / "up").symlink_to("..")
    (top / "outside").write_text("nobody's business\n")
    (folder / "secret").write_text("nobody's business\n")
    os.link(top / "outside", folder / "hard")
    os.mkfifo(folder / "pipe.so")
    return folder


def libraries(tap, folder):
    outside = folder.parent / "outside"
    code, out, err = run("--library", str(folder), "--", PROBE, str(folder), str(outside))
    for line in out.splitlines():
        mark, _, name = line.rpartition("ok ")
        if not line.startswith("#"):
            tap.case(mark == "", name, out)
    tap.case(code == 0 and out.count("ok ") >= 25, "the probe ends well", code, out, err)
    plugin = folder.parent / "other" / "plugin.so"
    for words, name in ((["--library", str(plugin)], "a library alone brings what it needs"),
                        (["--library", f"{folder}/../other/./plugin.so"], "whatever the path that names it")):
        code, out, err = run(*words, "--", PROBE, str(plugin.parent), str(outside))
        tap.case("ok a library and the one it needs are loaded" in out.splitlines(), name, code, out, err)
    _, out, err = run("--", PROBE, str(folder), str(outside))
    tap.case("not ok a library and the one it needs are loaded" in out, "without being given it is not there", out, err)
    lonely = folder.parent / "lonely" / "plugin.so"
    lonely.parent.mkdir()
    shutil.copy(PLUGIN, lonely)
    base = os.path.basename(BASE)
    code, _, err = run("--library", str(lonely), "--", "true")
    tap.case(code == 1 and f"for --library, {base} is in none of the folders" in err, "what it needs and is nowhere is named", code, err)
    code, _, err = run("--library", str(lonely.parent), "--", "true")
    tap.case(code == 0, "but a folder may have such a one", code, err)


def refusals(tap, scratch, folder):
    cut = pathlib.Path(scratch, "cut.so")
    cut.write_bytes(pathlib.Path(PLUGIN).read_bytes()[:200])
    empty = pathlib.Path(scratch, "empty")
    empty.mkdir()
    strange = pathlib.Path(scratch, "strange\tname.so")
    shutil.copy(BASE, strange)
    for value, part in (("/nowhere", "/nowhere: No such file"), (str(folder / "secret"), "it is no library for this machine"),
                        (str(folder / "passwd.so"), "it is no library for this machine"), (str(cut), "its ELF headers are damaged"),
                        (str(folder / "pipe.so"), "neither a file nor a folder"), (str(empty), "there is no library for this machine in it"),
                        (str(strange), "control character")):
        code, _, err = run("--library", value, "--", "true")
        tap.case(code == 2 and part in err, f"refused: {part}", code, err)


def limits(tap, scratch):
    many = pathlib.Path(scratch, "many")
    many.mkdir()
    for i in range(FILES_MAX + 1):
        shutil.copy(BASE, many / f"l{i}.so")
        if i == FILES_MAX - 1:
            code, _, err = run("--library", str(many), "--", "true")
            tap.case(code == 0, "as many libraries as may be are given", code, err)
    code, _, err = run("--library", str(many), "--", "true")
    tap.case(code == 2 and "more than 384 libraries" in err, "and no more", code, err)
    deep = pathlib.Path(scratch, "deep")
    at = deep
    for _ in range(DEPTH_MAX - 1):
        at = at / "d"
    at.mkdir(parents=True)
    shutil.copy(BASE, at / "l.so")
    code, _, err = run("--library", str(deep), "--", "true")
    tap.case(code == 0, "folders are as deep as may be", code, err)
    (at / "d").mkdir()
    code, _, err = run("--library", str(deep), "--", "true")
    tap.case(code == 2 and "more than 16 levels" in err, "and not deeper", code, err)
    wide = pathlib.Path(scratch, "wide")
    for i in range(FOLDERS_MAX - 1):
        (wide / f"d{i}").mkdir(parents=True)
    shutil.copy(BASE, wide / "d0" / "l.so")
    code, _, err = run("--library", str(wide), "--", "true")
    tap.case(code == 0, "as many folders as may be are looked into", code, err)
    (wide / "more").symlink_to("d0")
    code, _, err = run("--library", str(wide), "--", "true")
    tap.case(code == 2 and "more than 1,024 folders" in err, "and no more", code, err)


def closed(tap, scratch):
    """Of root's programs the user is nobody; whoever else reads what he may."""
    library, script = pathlib.Path(scratch, "closed.so"), pathlib.Path(scratch, "closed")
    shutil.copy(BASE, library)
    write_script(script, "#!/bin/sh", "echo begun")
    for file in (library, script):
        file.chmod(0o700)
    for words, name in ((["--library", str(library), "--", "true"], "a library"), (["--", str(script)], "a script")):
        code, out, err = run(*words)
        is_refused = code != 0 and "chmod o+r" in err
        tap.case(is_refused if os.geteuid() == 0 else code == 0, f"{name} that nobody else may read", code, out, err)


# --- scripts ---


def write_script(path, *lines):
    path.write_text("".join(line + "\n" for line in lines))
    path.chmod(0o755)
    return str(path)


def scripts(tap, scratch):
    path = pathlib.Path(scratch, "script")
    script = write_script(path, "#!/bin/sh -e", 'echo "$0 $*"', "pwd", "false", "echo not reached")
    code, out, err = run("--", script, "a b", "c")
    tap.case(code == 1 and out == f"{script} a b c\n/\n", "a script is run by its interpreter", code, out, err)
    script = write_script(path, "#!/usr/bin/env sh", "echo here")
    code, out, err = run("--", script)
    tap.case(code == 0 and out == "here\n", "env's program is looked for", code, out, err)
    script = write_script(path, "#! /bin/sh", f"echo x >> {path}", f"cat {path} || exit 7")
    code, out, err = run("--", script)
    tap.case(code == 7 and "read-only" in err.lower() and "#! /bin/sh" in path.read_text(), "it is for reading, and by itself", code, out, err)
    secret = pathlib.Path(scratch, "beside")
    secret.write_text("nobody's business\n")
    script = write_script(path, "#!/bin/sh", f"read x < {secret} || echo none")
    code, out, _ = run("--", script)
    tap.case(out == "none\n", "no file beside it is there", code, out)
    for first, part in (("#!sh", "names no interpreter by a path"), ("#!", "names no interpreter by a path"),
                        ("#!/nowhere/sh", "its interpreter /nowhere/sh: No such file"), (f"#!{path}", "is a script itself"),
                        ("#!/usr/bin/env -S sh -e", "INTERPRETER SCRIPT"), ("#!/usr/bin/env no-such-program", "no-such-program is not in PATH"),
                        ("#!/bin/sh " + "x" * (LINE_MAX - 11), "its first line is too long"),
                        ("#!/etc/hostname", "it is no program for this machine")):
        code, _, err = run("--", write_script(path, first))
        tap.case(code == 1 and part in err, f"a first line refused: {part.replace(scratch, '')}", code, err)
    code, out, err = run("--", write_script(path, "#!/bin/sh " + "x" * (LINE_MAX - 12)))
    tap.case("too long" not in err, "a first line as long as may be is taken", code, out, err)
    code, _, err = run("--", "/script-of-the-vfs")
    tap.case(code == 1 and "-- INTERPRETER /script-of-the-vfs" in err, "how a script of the VFS is run is said", code, err)


def main():
    tap = support.Tap()
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        folder = make_folder(scratch)
        libraries(tap, folder)
        refusals(tap, scratch, folder)
        limits(tap, scratch)
        scripts(tap, scratch)
        closed(tap, scratch)
    print(f"1..{tap.n}")
    sys.exit(1 if tap.n_failed else 0)


main()
