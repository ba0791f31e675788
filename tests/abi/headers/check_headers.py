#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public header compiles alone, and all of them together in both orders, without a warning.

usage: check_headers.py INCLUDE_DIR [-I DIR ...] [-- PROGRAM.c ...]

In C11 and in C++17, with each installed compiler. Each PROGRAM is compiled the same way and run; its
exit code must be 0. Output: TAP, one point a compiler, language and question.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
LANGUAGES = {"C11": ["-x", "c", "-std=c11"], "C++17": ["-x", "c++", "-std=c++17"]}
COMPILERS = {"gcc": {"C11": "gcc", "C++17": "g++"}, "clang": {"C11": "clang", "C++17": "clang++"}}


def find_headers(folder):
    found = []
    for path, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(path, n), folder) for n in names if n.endswith(".h")]
    return sorted(found)


class Setup:
    def __init__(self, compiler, language, includes):
        self.name = f"{compiler} {language}"
        self.program = shutil.which(COMPILERS[compiler][language])
        self.command = [self.program] + WARNINGS + LANGUAGES[language]
        for folder in includes:
            self.command += ["-I", folder]

    def compiles(self, text):
        """What the compiler says about a text; "" when nothing."""
        # A declaration, because a translation unit must have one.
        r = subprocess.run(self.command + ["-fsyntax-only", "-"], input=text + "typedef int nothing;\n",
                           capture_output=True, text=True)
        return r.stderr if r.returncode else ""

    def runs(self, source, folder):
        program = os.path.join(folder, "program")
        r = subprocess.run(self.command + [source, "-o", program], capture_output=True, text=True)
        if r.returncode:
            return r.stderr
        r = subprocess.run([program], capture_output=True, text=True)
        return f"exit code {r.returncode}\n{r.stderr}" if r.returncode else ""


class Tap:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def point(self, name, complaint):
        self.n += 1
        self.failed += bool(complaint)
        print(f"{'not ok' if complaint else 'ok'} {self.n} - {name}")
        for line in complaint.splitlines():
            print(f"# {line}")

    def skip(self, name, why):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {why}")


def include_all(headers):
    return "".join(f"#include <{h}>\n" for h in headers)


def check(setup, headers, programs, tap):
    with ThreadPoolExecutor(max_workers=2) as pool:
        alone = pool.map(lambda h: setup.compiles(include_all([h])), headers)
    tap.point(f"{setup.name}: each header alone", "".join(alone))
    tap.point(f"{setup.name}: all headers together", setup.compiles(include_all(headers)))
    tap.point(f"{setup.name}: all headers in reverse order", setup.compiles(include_all(headers[::-1])))
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            tap.point(f"{setup.name}: {os.path.basename(program)} runs", setup.runs(program, folder))


def main():
    args, programs = sys.argv[1:], []
    if "--" in args:
        programs = args[args.index("--") + 1:]
        args = args[:args.index("--")]
    includes = [a for a in args if a != "-I"]
    headers = find_headers(includes[0])
    tap = Tap()
    tap.point(f"{includes[0]} has headers", "" if headers else "no header found")
    for compiler in COMPILERS:
        for language in LANGUAGES:
            setup = Setup(compiler, language, includes)
            if setup.program:
                check(setup, headers, programs, tap)
            else:
                tap.skip(setup.name, f"{COMPILERS[compiler][language]} is not installed")
    print(f"1..{tap.n}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
