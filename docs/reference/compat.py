#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What of the documented interface there is: compat.list compared with an installed SDK.

    compat.py SDK             writes compat.md
    compat.py SDK --check     compares instead, and fails when compat.md says something else

A name is there when the C compiler, after it has read the header, knows it as a macro or has seen it declared, and,
when it is a function, the library defines it.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """\
# What of KasperskyOS Community Edition there is

One row for each header that the documentation of 1.0 to 1.4 describes: which of its names are there, and which are not.
This page is written by `docs/reference/compat.py` from [compat.list](compat.list) and an installed SDK; a test compares them.
*Done* means declared, and defined by the library; what a function does is told by its header. How *CMake* files,
`init.yaml.in` and the tools are understood is told by [cmake.md](cmake.md), the languages by `nkc` itself: every spelling
from 1.0 to 1.4 that its documentation shows is accepted.
"""


class Entry:
    def __init__(self, section, header):
        self.section, self.header, self.names = section, header, []


def read_list():
    """(entries, {name: note})"""
    entries, notes, section = [], {}, ""
    for line in (HERE / "compat.list").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            section = line[2:]
        elif line.startswith("! "):
            name, text = line[2:].split(": ", 1)
            notes[name] = text
        elif line.startswith("    "):
            entries[-1].names += line.split()
        elif line and not line.startswith("#"):
            header, names = line.split(":", 1)
            entries.append(Entry(section, header))
            entries[-1].names += names.split()
    return entries, notes


def preprocessed(sdk, header):
    """The header as the compiler sees it, macros kept; None: there is no such header in the SDK."""
    include = sdk / "include/caisson"
    if not (include / header).exists():
        return None
    done = subprocess.run(["cc", "-E", "-dD", "-P", "-x", "c", "-D_VFS_SERVER_INTERFACE",
                           "-I", str(include), str(include / header)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{header} does not compile:\n{done.stderr}")
    return done.stdout


def defined(sdk):
    libraries = map(str, sdk.glob("lib/**/lib*.a"))
    done = subprocess.run(["nm", "--defined-only", "-g", *libraries], capture_output=True, text=True, check=False)
    return {line.split()[-1] for line in done.stdout.splitlines() if len(line.split()) == 3}


def is_there(name, text, symbols):
    word = re.search(rf"\b{re.escape(name)}\b", text)
    if not word or re.search(rf"^#define {re.escape(name)}\b", text, re.MULTILINE):
        return bool(word)
    function = re.search(rf"\b{re.escape(name)}\s*\(", text)
    if not function:
        return True
    before = text[max(text.rfind(mark, 0, function.start()) for mark in ";}#"):function.start()]
    return "static" in before or "typedef" in before or name in symbols


def row(entry, notes, sdk, symbols):
    text = preprocessed(sdk, entry.header)
    there = [name for name in entry.names if text is not None and is_there(name, text, symbols)]
    missing = [name for name in entry.names if name not in there]
    remarks = [f"`{name}`: {notes[name]}" for name in entry.names if name in notes]
    state = "done" if not missing else "in part" if there else "absent"
    cells = [f"`{entry.header}`", state]
    if state == "in part":
        cells.append("without " + " ".join(f"`{name}`" for name in missing))
    elif state == "absent":
        cells.append(" ".join(f"`{name}`" for name in entry.names))
    else:
        cells.append("")
    if remarks:
        cells[2] = "; ".join(filter(None, [cells[2], *remarks]))
    return "| " + " | ".join(cells) + " |", len(there), len(entry.names)


def packages(sdk):
    """(provided, absent) names for find_package()."""
    folder = sdk / "sysroot-x86_64-kos/lib/cmake"
    names = sorted(path.name for path in folder.iterdir())
    provided = [name for name in names if (folder / name / "provided").exists()]
    return provided, [name for name in names if name not in provided]


def page(sdk):
    entries, notes = read_list()
    symbols = defined(sdk)
    lines, done, total, section = [], 0, 0, None
    for entry in entries:
        if entry.section != section:
            section = entry.section
            lines += ["", f"## {section}", "", "| header | | what is missing, or differs |", "| --- | --- | --- |"]
        text, n_there, n_all = row(entry, notes, sdk, symbols)
        lines.append(text)
        done, total = done + n_there, total + n_all
    provided, absent = packages(sdk)
    lines += ["", "## Components", "", "| `find_package` | |", "| --- | --- |",
              *(f"| `{name}` | done |" for name in provided), *(f"| `{name}` | absent |" for name in absent)]
    return HEAD + f"\n{done} of {total} names are there.\n" + "\n".join(lines) + "\n"


def main():
    sdk = pathlib.Path(sys.argv[1])
    text, file = page(sdk), HERE / "compat.md"
    if "--check" not in sys.argv[2:]:
        file.write_text(text, encoding="utf-8")
        return
    old = file.read_text(encoding="utf-8").splitlines()
    changed = [line for line in text.splitlines() if line not in old]
    if changed:
        print("\n".join(changed))
        sys.exit(f"docs/reference/compat.md says something else; write it anew: docs/reference/compat.py {sdk}")


if __name__ == "__main__":
    main()
