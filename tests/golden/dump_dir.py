#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What --preprocessor-dump-dir writes: dump_dir.py NKC. Reports as TAP."""
import pathlib
import subprocess
import sys
import tempfile

TOP = 'use low.part._\n{% if NET == "on" %}\nerror { grant () }\n{% endif %}\n'
LOW = '{% if NET %}policy object base : Base {}{% else %}nothing{% endif %}\n'


def check(folder, path, *options):
    (folder / "low").mkdir(exist_ok=True)
    (folder / "out").mkdir(exist_ok=True)
    (folder / "top.psl").write_text(TOP)
    (folder / "low" / "part.psl").write_text(LOW)
    command = [pathlib.Path(sys.argv[1]).resolve(), "check", "--preprocessor-dump-dir", "out", *options, path]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def blanked(text):
    """Without directives; every other byte keeps its place."""
    for word in ('{% if NET == "on" %}', "{% if NET %}", "{% else %}nothing", "{% endif %}"):
        text = text.replace(word, " " * len(word))
    return text


def each_file_is_written_below_its_name(folder):
    done = check(folder, "top.psl", "--enable-preprocessor", "--preprocessor-definition=NET=on")
    out = folder / "out"
    return (done.stderr == "" and (out / "top.psl").read_text() == blanked(TOP)
            and (out / "low" / "part.psl").read_text() == blanked(LOW))


def a_file_outside_is_written_by_its_last_name(folder):
    check(folder, folder / "top.psl", "--enable-preprocessor", "--preprocessor-definition", "NET=on")
    return sorted(p.name for p in (folder / "out").iterdir()) == ["part.psl", "top.psl"]


def nothing_is_written_while_it_is_off(folder):
    done = check(folder, "top.psl")
    return "NKC-755" in done.stderr and not list((folder / "out").iterdir())


def main():
    cases = (each_file_is_written_below_its_name, a_file_outside_is_written_by_its_last_name,
             nothing_is_written_while_it_is_off)
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{'ok' if case(pathlib.Path(folder)) else 'not ok'} {number} - {case.__name__}")


main()
