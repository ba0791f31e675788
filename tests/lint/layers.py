#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks every #include line against layers.txt."""
import os
import pathlib
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
GENERATED = re.compile(r"\.[ice]dl\.h$|\.(tab|lex)\.h$")
# Where an include line is looked up, besides the includer's own folder.
SEARCH = ("sysroot/include", "runtime", "nkc/include", "nkc/src", "tests/support")
WORDS = (
    ("yaml", re.compile(r"^yaml\.h$")),
    ("cmocka", re.compile(r"^cmocka\.h$")),
    ("linux", re.compile(r"^(linux/|asm/|sys/syscall\.h|sys/eventfd\.h|sys/epoll\.h|sys/prctl\.h|sys/pidfd\.h)")),
)


def read_table(path):
    table = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, allowed = line.split(":")
            table[folder] = allowed.split()
    return table


def layer_of(path, table):
    """The longest folder of the table that holds `path`, or None."""
    holders = [f for f in table if pathlib.PurePath(path).is_relative_to(f)]
    return max(holders, key=len, default=None)


def target_of(base, includer, quote, name):
    """Path in the tree, a word of the table, or None for what the C library or a grammar brings."""
    for folder in (str(includer.parent),) + SEARCH:
        candidate = os.path.normpath(os.path.join(folder, name))
        if (base / candidate).is_file():
            return candidate
    if GENERATED.search(name):
        return "generated" if quote == "<" else None
    for word, pattern in WORDS:
        if pattern.search(name):
            return word
    return None


def is_allowed(target, layer, allowed):
    folders = [f for f in [layer] + allowed if pathlib.PurePath(target).is_relative_to(f)]
    return bool(folders) or target in allowed


def main():
    base = tree.root()
    table = read_table(pathlib.Path(__file__).with_name("layers.txt"))
    report = tree.Report()
    paths = tree.files(base, tree.C_FILES)
    for path in paths:
        layer = layer_of(path, table)
        if layer is None:
            report.add(path, 1, "its folder has no row in tests/lint/layers.txt")
            continue
        text = tree.read(base, path)
        for match in INCLUDE.finditer(text):
            target = target_of(base, path, *match.groups())
            if target is not None and not is_allowed(target, layer, table[layer]):
                line = tree.line_of(text, match.start(2))
                report.add(path, line, f"{layer} must not include {target} (tests/lint/layers.txt)")
    report.finish(len(paths))


if __name__ == "__main__":
    main()
