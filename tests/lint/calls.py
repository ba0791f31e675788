#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Calls that have no place here, and private code under public names."""
import re

import tree

# Name, where it is forbidden (None: everywhere), what to do instead.
LIBRARIES = ("nkc/src", "runtime")
TIMELESS = ("tests/unit", "tests/e2e", "tests/abi", "tests/fuzz", "tests/support")
PROGRAM_FILES = re.compile(r"(^|/)(main|nk_gen_c|nk_psl_gen_c|cmd_\w+|cmd|tool|run)\.c$|^runtime/kernel/")
FORBIDDEN = (
    (r"sprintf|vsprintf", None, "use snprintf"),
    (r"strcpy|strcat|stpcpy|strncat", None, "use memcpy with a checked length"),
    (r"atoi|atol|atoll|atof", None, "use strtoul and look at the end"),
    (r"gets|scanf|sscanf|fscanf", None, "read bytes and parse them"),
    (r"alloca", None, "use a fixed or an allocated buffer"),
    (r"sleep|usleep|nanosleep", TIMELESS, "wait for an event, never for time"),
    (r"exit|_exit|abort|quick_exit", LIBRARIES, "a library returns its error"),
    (r"printf|puts|putchar|perror", LIBRARIES, "a library does not print"),
)
# Places that may, each with its reason.
EXCEPTIONS = {
    ("runtime/boot/walls.c", "_exit"): "a process whose chamber does not hold must not begin",
    ("runtime/kos/family_calls.c", "_exit"): "a forked child whose place was given away must not begin",
    ("nkc/src/base/arena.c", "exit"): "no memory ends a run of the compiler, which is one-shot",
    ("tests/posix/stdio.c", "fscanf"): "it is one of the calls that are tested",
}
# Names of the public surface, and the folders that may define functions under them.
RESERVED = re.compile(r"^(?:static )?(?:inline )?[\w *]*?\b((?:nk_|Nk|Kn|Kos|ServiceLocator)\w*)\(", re.MULTILINE)


def called(names):
    return re.compile(r"(?<![\w.>])(?:%s)\s*\(" % names)


def is_forbidden_in(path, folders):
    if folders is None:
        return True
    if folders is LIBRARIES and PROGRAM_FILES.search(str(path)):
        return False
    return any(path.is_relative_to(f) for f in folders)


def check_calls(report, path, text):
    for names, folders, instead in FORBIDDEN:
        if not is_forbidden_in(path, folders):
            continue
        for match in called(names).finditer(text):
            word = match.group(0).rstrip("( \t\n")
            if (str(path), word) in EXCEPTIONS:
                continue
            report.add(path, tree.line_of(text, match.start()), f"{word}() is forbidden here: {instead}")


def public_names(base):
    """Every name that some installed header mentions."""
    names = set()
    for path in tree.files(base, (".h",), ("sysroot/include",)):
        names.update(re.findall(r"\w+", tree.blank_comments(tree.read(base, path))))
    return names


def check_reserved(report, path, text, public):
    for match in RESERVED.finditer(text):
        if match.group(1) not in public:
            line = tree.line_of(text, match.start(1))
            report.add(path, line, f"{match.group(1)} is not public: nk_, Nk, Kn, Kos and ServiceLocator are reserved")


def main():
    base = tree.root()
    report = tree.Report()
    public = public_names(base)
    paths = tree.files(base, tree.C_FILES)
    for path in paths:
        text = tree.blank_comments(tree.read(base, path))
        check_calls(report, path, text)
        if path.is_relative_to("runtime") and path.suffix in (".c", ".h"):
            check_reserved(report, path, text, public)
    report.finish(len(paths))


if __name__ == "__main__":
    main()
