#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A page of the guide does what it says: its files are written, built, and the run prints its `text`
block. The SDK is a copy of the staged one, because an installed tree may be moved.

    run_guide.py SOURCE_ROOT BUILD_ROOT PAGE COMPILER
"""
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

FILE = re.compile(r"^<!-- file: (\S+) -->\n```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main():
    source, build, page, compiler = sys.argv[1:]
    staged = solution.staged_sdk(build)
    text = pathlib.Path(source, "docs/guide", page).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        sdk = pathlib.Path(shutil.copytree(staged, pathlib.Path(scratch, "moved")))
        folder = pathlib.Path(scratch, "weather")
        files = FILE.findall(text)
        if not files:
            sys.exit(f"{page} has no files")
        for name, content in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        solution.build_solution(folder, sdk, compiler)
        code, output = solution.run(["make", f"CAISSON={sdk}", f"CC={compiler}", "check"], folder)
        if code != 0 or "[  PASSED  ]" not in output:
            sys.exit(f"make check: exit code {code}")
        code, lines = solution.run_solution(folder, sdk)
        if code != 0:
            sys.exit(f"exit code {code}")
        solution.expect_lines(solution.blocks(text, "text")[0].splitlines(), lines)


if __name__ == "__main__":
    main()
