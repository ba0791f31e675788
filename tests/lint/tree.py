# SPDX-License-Identifier: MIT
"""What the lints share: the files of the tree, and the report.

A lint is a short script with one rule family. It prints one line a finding,
`path:line: what is wrong and what to do`, and exits 1 when there was one.
"""
import os
import pathlib
import re
import sys

# Data whose form is its content, and what is built.
SKIPPED = re.compile(r"^(\.git|build[^/]*|examples/[^/]*/build|tests/golden|tests/fuzz/corpus|tests/fuzz/[^/]*/corpus)(/|$)")

C_FILES = (".c", ".h", ".l", ".y")
SCRIPTS = (".py", ".sh")


def root():
    """The tree to look at: first argument, or where this file is."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]


def files(base, suffixes=None, below=("",)):
    """Relative paths, sorted. suffixes: endings wanted, None: all. below: folders."""
    found = []
    for folder, folders, names in os.walk(base):
        here = pathlib.Path(folder).relative_to(base)
        folders[:] = [f for f in folders if not SKIPPED.match(str(here / f))]
        for name in names:
            path = here / name
            if suffixes is None or path.suffix in suffixes:
                found.append(path)
    return sorted(p for p in found if any(not b or p.is_relative_to(b) for b in below))


def read(base, path):
    return (base / path).read_text(encoding="utf-8")


def blank_comments(text):
    """C without comments and without the insides of literals; every line keeps its number."""
    token = re.compile(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
    )

    def blank(match):
        word = match.group(0)
        if word[0] in "\"'":
            return word[0] * 2
        return re.sub(r"[^\n]", " ", word)

    return token.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    def __init__(self):
        self.n_findings = 0

    def add(self, path, line, message):
        self.n_findings += 1
        print(f"{path}:{line}: {message}")

    def finish(self, n_looked_at):
        """To be the last call. A lint that looked at nothing has lost its files."""
        if n_looked_at == 0:
            print("this lint found no file to look at")
            sys.exit(1)
        print(f"{n_looked_at} files, {self.n_findings} findings")
        sys.exit(1 if self.n_findings else 0)
