#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shell blocks of pages of the guide, run one after the other as they stand, each with all commands succeeding.
Speaks TAP.

    run_guide.py SOURCE_ROOT BUILD_ROOT
"""
import pathlib
import re
import shutil
import sys
import tempfile

import sdk
import solution


FILE = re.compile(r"^<!-- file: (\S+) -->\n```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_blocks(kit, page, folder):
    """True when every block succeeds. The prefix that the page names is the one of the staged SDK."""
    blocks = solution.blocks(page.read_text(encoding="utf-8"), "sh")
    ok = bool(blocks)
    for block in blocks:
        if "gdb" in block and not shutil.which("gdb"):
            print("# this machine has no gdb: one block is left out")
            continue
        script = "set -e\n" + block.replace("/opt/caisson", str(kit.prefix))
        code, output = kit.run("bash", "-c", script, folder=folder, CAISSON=str(kit.prefix),
                               PKG_CONFIG_PATH=str(next(kit.prefix.glob("**/caisson.pc")).parent))
        if code != 0:
            print("".join(f"# {line}\n" for line in (script + output).splitlines()), end="")
            ok = False
    return ok


def porting(kit, scratch, guide):
    folder = shutil.copytree(sdk.HERE / "ce12", scratch / "porting")
    return run_blocks(kit, guide / "porting.md", folder)


def debugging(kit, scratch, guide):
    kit.run(kit.tool("caisson"), "new", scratch / "demo")
    return run_blocks(kit, guide / "debugging.md", scratch / "demo")


def meson(kit, scratch, guide):
    folder = scratch / "with-meson/demo"
    folder.parent.mkdir()
    kit.run(kit.tool("caisson"), "new", folder)
    for name, content in FILE.findall((guide / "meson.md").read_text(encoding="utf-8")):
        (folder / name).write_text(content, encoding="utf-8")
    return run_blocks(kit, guide / "meson.md", folder)


def main():
    source, build = sys.argv[1:]
    kit = sdk.Sdk(solution.staged_sdk(build))
    guide = pathlib.Path(source, "docs/guide")
    print("1..3")
    with tempfile.TemporaryDirectory() as scratch:
        for number, case in enumerate([porting, debugging, meson], 1):
            print(f"{'ok' if case(kit, pathlib.Path(scratch), guide) else 'not ok'} {number} - {case.__name__}.md",
                  flush=True)


if __name__ == "__main__":
    main()
