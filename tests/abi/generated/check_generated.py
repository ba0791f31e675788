#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Generated headers compile without a warning: each alone, all together, in several orders.

usage: check_generated.py NKC INCLUDE COMPILER DESCRIPTIONS...

NKC generates the headers of every description found in the folders, plain, with short names in use, with
tracing, and with extended errors; COMPILER (gcc or clang) compiles them as C11 and C++17 against the
headers in INCLUDE. Output: TAP, one point a language, way and question.
"""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
LANGUAGES = {"C11": ["-x", "c", "-std=c11"], "C++17": ["-x", "c++", "-std=c++17"]}
COMPILERS = {"gcc": {"C11": "gcc", "C++17": "g++"}, "clang": {"C11": "clang", "C++17": "clang++"}}
SUFFIXES = (".idl", ".cdl", ".edl")
SEED = 1

# Way of generating: options of nkc, options of the compiler. Descriptions whose name says that they need
# extended errors are generated only that way.
WAYS = {
    "plain": ([], []),
    "short names": ([], ["-DNK_USE_UNQUALIFIED_NAMES"]),
    "traced": (["--trace-client-ipc", "dump", "--trace-server-ipc", "headers"], []),
    "extended errors": (["--extended-errors"], []),
}


def descriptions(folders, way):
    """Pairs of a search folder and a description below it."""
    for folder in folders:
        include = folder / "include"
        for base in (folder, include):
            for path in sorted(base.rglob("*")):
                if path.suffix not in SUFFIXES or (base == folder and include in path.parents):
                    continue
                if way == "extended errors" or not path.name.startswith("Extended"):
                    yield path


def generate(nkc, folders, way, out):
    command = [nkc, "gen", *WAYS[way][0], "-o", str(out)]
    for folder in folders:
        command += ["-I", str(folder), "-I", str(folder / "include")]
    command += [str(path) for path in descriptions(folders, way)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"Bail out! {' '.join(command)}: {done.stderr}")
        sys.exit(1)
    return sorted(str(path.relative_to(out)) for path in out.rglob("*.h"))


def orders(headers):
    """Name and list of several orders of including them all."""
    shuffled = list(headers)
    random.Random(SEED).shuffle(shuffled)
    yield "in order", headers
    yield "in reverse order", headers[::-1]
    yield f"shuffled with seed {SEED}", shuffled
    yield "each twice", [header for header in headers for _ in range(2)]


def include_all(headers):
    # A declaration, because a translation unit must have one.
    return "".join(f"#include <{header}>\n" for header in headers) + "typedef int nothing;\n"


class Points:
    def __init__(self):
        self.n = 0
        self.failed = 0

    def add(self, name, complaint):
        self.n += 1
        self.failed += bool(complaint)
        print(f"{'not ok' if complaint else 'ok'} {self.n} - {name}")
        for line in complaint.splitlines()[:20]:
            print(f"# {line}")


def check(points, compiler, language, way, headers, includes):
    program = shutil.which(COMPILERS[compiler][language])
    command = [program, *WARNINGS, *LANGUAGES[language], *WAYS[way][1], *includes, "-fsyntax-only", "-"]

    def complaint(some):
        done = subprocess.run(command, input=include_all(some), capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    with ThreadPoolExecutor(max_workers=2) as pool:
        alone = "".join(pool.map(lambda header: complaint([header]), headers))
    points.add(f"{language} {way}: each of {len(headers)} alone", alone)
    for name, some in orders(headers):
        points.add(f"{language} {way}: all together {name}", complaint(some))


def main():
    nkc, include, compiler, *folders = sys.argv[1:]
    folders = [pathlib.Path(folder) for folder in folders]
    points = Points()
    for way in WAYS:
        with tempfile.TemporaryDirectory() as out:
            headers = generate(nkc, folders, way, pathlib.Path(out))
            for language in LANGUAGES:
                check(points, compiler, language, way, headers, ["-I", include, "-I", out])
    print(f"1..{points.n}")
    sys.exit(points.failed > 0)


if __name__ == "__main__":
    main()
