#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page about the JSON model names every key that nkc dump --json prints, and prints JSON.

    json_keys.py NKC PAGE FOLDER     FOLDER holds descriptions; folder "include" in it is searched
"""
import json
import pathlib
import re
import subprocess
import sys


def keys(value):
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def main():
    nkc, page, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    named = set(re.findall(r"`(\w+)`", page.read_text()))
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".idl", ".cdl", ".edl"))
    print(f"1..{len(paths)}")
    for number, path in enumerate(paths, 1):
        done = subprocess.run([nkc, "dump", "--json", "-I", folder / "include", path], capture_output=True, check=True)
        missing = sorted(set(keys(json.loads(done.stdout))) - named)
        print(f"{'not ok' if missing else 'ok'} {number} - keys of {path.name} are documented")
        for key in missing:
            print("#", key)


main()
