#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every problem number has a row in the guide and a case that gives it. Speaks TAP.

    check_numbers.py SOURCE_ROOT
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "runtime/kernel/problems.h").read_text(encoding="utf-8")
guide = (root / "docs/guide/running.md").read_text(encoding="utf-8")
golden = "".join(p.read_text(errors="replace") for p in (root / "tests/golden/bad-at-init").glob("*.txt"))
# What is too large for a file of its own, or needs a policy, is tested where that is made up.
made_up = "".join((root / "tests/unit/kernel" / name).read_text(encoding="utf-8")
                  for name in ("test_init_yaml.c", "test_policy_load.c"))

numbers = re.findall(r"^\s+PROBLEM_(\w+) = (\d+),", header, re.MULTILINE)
rows = re.findall(r"^\| NKC-(\d+) \|", guide, re.MULTILINE)
checks = [(f"NKC-{number} has a row in the guide", number in rows) for _, number in numbers]
checks += [(f"NKC-{number} has a case", f"[NKC-{number}]" in golden or f"PROBLEM_{name}" in made_up)
           for name, number in numbers]
checks += [("the guide has no other numbers", rows == [number for _, number in numbers] and rows != [])]

print(f"1..{len(checks)}")
for i, (what, is_so) in enumerate(checks, 1):
    print(f"{'ok' if is_so else 'not ok'} {i} - {what}")
