#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every code block of the README and of the guide does what it says, one after the other in one folder for each page.
Speaks TAP. A block that nothing covers fails its page. What covers a block:

    sh              runs, all commands succeed; what `cd` does holds for the next blocks
    console         commands behind `$ `, each with what it prints (line ends are free): all of it, on standard output,
                    or as errors when it prints nothing there
    text            what the processes print that the block before it started
    <!-- file: NAME -->     it is written to this file
    <!-- end of: NAME -->   it is written behind what this file holds
    <!-- checked: NAME -->  CHECKS[NAME] takes it
    <!-- said by: FILE -->  its lines stand in this file of the tree, which tests that they are printed
    <!-- not run: REASON -->

    run_guide.py SOURCE_ROOT BUILD_ROOT
"""
import os
import pathlib
import re
import shutil
import sys
import tempfile

import sdk
import solution

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = re.compile(r"^(?:<!-- ([a-z ]+): (.*?) -->\n)?```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
INTERFACE = "package demo.IAny\n\ninterface {\n    Ask(in UInt32 value);\n}\n"


def note(text):
    print("".join(f"# {line}\n" for line in text.splitlines()), end="", flush=True)


def words(text):
    return " ".join(text.split())


class Page:
    """A page that is being followed, in a folder of its own."""

    def __init__(self, kit, source, folder):
        self.kit = kit
        self.source = source
        self.folder = folder
        self.printed = []  # by the processes of the last block

    def shell(self, script):
        """(exit code, what it prints on standard output, its errors). The prefix is the one of the staged SDK."""
        place, errors = self.folder.parent / "place", self.folder.parent / "errors"
        script = f"exec 2>{errors}; set -e\n{script.replace('/opt/caisson', str(self.kit.prefix))}\npwd >{place}\n"
        code, output = self.kit.run(
            "bash", "-c", script, folder=self.folder, CAISSON=str(self.kit.prefix),
            PATH=f"{self.kit.prefix}/toolchain/bin:{self.kit.prefix}/bin:{os.environ['PATH']}",
            PKG_CONFIG_PATH=str(next(self.kit.prefix.glob("**/caisson.pc")).parent))
        if code == 0:
            self.folder = pathlib.Path(place.read_text(encoding="utf-8").strip())
        return code, output, errors.read_text(encoding="utf-8", errors="replace")

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def succeeds(self, script):
        code, output, errors = self.shell(script)
        self.printed = sdk.process_lines(output + errors)
        if code != 0:
            note(script + output + errors)
        return code == 0


# --- checks of blocks that are no whole file and no command ---


def first_policy(page, content):
    page.write("first/resources/demo/IAny.idl", INTERFACE)
    page.write("first/resources/demo/Server.edl", "entity demo.Server\n\nendpoints {\n    main : demo.IAny\n}\n")
    page.write("first/resources/demo/Client.edl", "entity demo.Client\n")
    page.write("first/security.psl", content)
    return page.succeeds("(cd first && nkc policy compile -I resources -o ksm.module)")


def whole_init(page, content):
    """Each class offers something, its program does nothing; whatever files it names are there."""
    names = re.findall(r"^- name: (\S+)", content, re.MULTILINE)
    page.write("check/demo/IAny.idl", INTERFACE)
    page.write("check/vfs/defs.h", '#define _VFS_CONNECTION_ID "vfs"\n')
    page.write("check/init.yaml", content)
    for name in re.findall(r"file: (\S+)", content):
        page.write(f"check/{name}", "content\n")
    for name in names:
        page.write(f"check/{name.replace('.', '/')}.edl", f"entity {name}\n\nendpoints {{\n    any : demo.IAny\n}}\n")
        shutil.copy("/bin/true", page.folder / "check" / name.split(".")[-1])
    for name in re.findall(r"^  path: (\S+)", content, re.MULTILINE):
        shutil.copy("/bin/true", page.folder / "check" / name)
    return bool(names) and page.succeeds("caisson check --policy=none check; rm -r check")


def processes(page, content):
    return whole_init(page, "entities:\n" + content)


def statements(page, content):
    """C that begins with its headers."""
    lines = content.splitlines()
    headers = [line for line in lines if line.startswith("#include")]
    others = [line for line in lines if not line.startswith("#include")]
    page.write("statements.c", "\n".join([*headers, "void function(void);", "void function(void) {", *others, "}", ""]))
    return bool(others) and page.succeeds("cc $(pkg-config --cflags caisson) -Wall -Wextra -Werror "
                                          "-Wno-unused-variable -c -o statements.o statements.c")


def usage(page, content):
    """Each line is how --help of its command begins."""
    ok = bool(content)
    for line in content.splitlines():
        _, output, _ = page.shell(" ".join(line.split()[:2]) + " --help")
        ok &= output.startswith(f"Usage: {line}\n")
    return ok


def doctor(page, content):
    """What it finds is a matter of the machine."""
    code, output, _ = page.shell(content)
    return code in (0, 1) and "Landlock" in output


CHECKS = {check.__name__: check for check in (first_policy, whole_init, processes, statements, usage, doctor)}

# --- the blocks ---


def console(page, content):
    commands = COMMAND.findall(content)
    ok = bool(commands) and content.startswith("$ ")
    for command, expected in commands:
        _, output, errors = page.shell(command)
        if words(output or errors) != words(expected):
            note(f"$ {command}\n{output or errors}")
            ok = False
    return ok


def said_by(page, name, content):
    text = words((page.source / name).read_text(encoding="utf-8"))
    return all(words(line) in text for line in content.splitlines())


def follow(page, key, value, language, content):
    """True when the block does what it says; None when nothing covers it."""
    if key == "not run":
        note(f"not run, {value}: {content}")
        return bool(value)
    if key in ("file", "end of"):
        before = (page.folder / value).read_text(encoding="utf-8") + "\n" if key == "end of" else ""
        page.write(value, before + content)
        return True
    if key == "said by":
        return said_by(page, value, content)
    if key == "checked":
        return CHECKS[value](page, content)
    if key or language not in ("sh", "console", "text"):
        return None
    if language == "console":
        return console(page, content)
    if language == "text":
        return page.printed == content.splitlines()
    if "gdb" in content and not shutil.which("gdb"):
        note("this machine has no gdb: one block is left out")
        return True
    return page.succeeds(content)


def hidden_blocks(text):
    """Numbers of lines that look like code and are in no block that BLOCK finds."""
    rest = BLOCK.sub(lambda found: "x\n" * found.group(0).count("\n") + "x", text).splitlines()
    return [number for number, line in enumerate(rest, 1)
            if line.lstrip().startswith(("```", "~~~")) or
            (number > 1 and re.match(r"(    |\t)\s*\S", line) and not rest[number - 2].strip())]


def does_what_it_says(page, path):
    text = path.read_text(encoding="utf-8")
    ok = True
    for number in hidden_blocks(text):
        note(f"{path.name}:{number}: code in a form that is not followed; use a block with ``` at the line's begin")
        ok = False
    for found in BLOCK.finditer(text):
        result = follow(page, *found.groups())
        if not result:
            line = text.count("\n", 0, found.start()) + 1
            note(f"{path.name}:{line}: {'nothing covers this block' if result is None else 'not as the page says'}")
            ok = False
    return ok


# --- where a page begins ---


def new_solution(kit, folder):
    kit.run(kit.tool("caisson"), "new", folder)


def built_door(kit, folder):
    shutil.copytree(HERE / "guide/door", folder)
    code, output = kit.run("make", folder=folder, CAISSON=str(kit.prefix))
    if code != 0:
        note(output)


BEGIN = {
    "porting.md": lambda kit, folder: shutil.copytree(HERE / "ce12", folder),
    "debugging.md": new_solution,
    "meson.md": new_solution,
    "policy.md": built_door,
    "running.md": built_door,
}


def main():
    source, build = pathlib.Path(sys.argv[1]), sys.argv[2]
    kit = sdk.Sdk(solution.staged_sdk(build))
    paths = [source / "README.md", *sorted((source / "docs/guide").glob("*.md"))]
    print(f"1..{len(paths)}")
    for number, path in enumerate(paths, 1):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch, "demo")
            BEGIN.get(path.name if path.parent != source else "", lambda _, empty: empty.mkdir())(kit, folder)
            ok = does_what_it_says(Page(kit, source, folder), path)
        print(f"{'ok' if ok else 'not ok'} {number} - {path.relative_to(source)}", flush=True)


if __name__ == "__main__":
    main()
