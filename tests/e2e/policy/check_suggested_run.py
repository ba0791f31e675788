#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A solution that its policy denies, its audit, and the rules that `nkc policy suggest` makes of it: then it runs.

usage: check_suggested_run.py SOURCE_ROOT BUILD_ROOT COMPILER      Output: TAP
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD, COMPILER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import solution  # noqa: E402

SDK = solution.staged_sdk(BUILD)
number = 0
failed = False


def report(ok, name, detail=""):
    global number, failed
    number += 1
    failed |= not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}")
    if not ok:
        print("\n".join("# " + line for line in str(detail).splitlines()), flush=True)


def policy(folder, *words):
    done = subprocess.run([SDK / "bin/nkc", "policy", *words, "-I", "resources"], cwd=folder, capture_output=True,
                          text=True, env=os.environ | {"CC": COMPILER}, timeout=100)
    return done.returncode, done.stdout, done.stderr


def run_audited(folder, name, *options):
    """Exit code and output of a run, which writes its audit into the file."""
    code, output = solution.run_solution(folder, SDK, "--audit", str(folder / name), *options)
    return code, "\n".join(output)


def renew(folder):
    code, _, err = policy(folder, "compile", "-o", "build/solution/ksm.module")
    assert code == 0, err


LEFT_OUT = ("match dst=echo.Client { grant () }", "request src=", "response src=")


def check(folder):
    path = folder / "security.psl"
    solution.build_solution(folder, SDK, COMPILER)
    text = path.read_text()
    rules = text[:text.index("assert ")].splitlines()
    path.write_text("\n".join(line for line in rules if not line.strip().startswith(LEFT_OUT)) + "\n")
    renew(folder)
    code, output = run_audited(folder, "audit0")
    report(code != 0 and "heard" not in output, "without its rules the solution does not run", output)
    _, permitted = run_audited(folder, "permissive", "--permissive")
    code, rules, err = policy(folder, "suggest", "permissive")
    report("heard" in permitted and code == 0 and rules.count("grant ()") == len(LEFT_OUT),
           "one permissive run tells all rules", rules + err)
    for i in range(len(LEFT_OUT)):
        if "heard" in output:
            break
        code, rules, err = policy(folder, "suggest", f"audit{i}")
        report(code == 0 and rules.count("grant ()") >= 1, f"a rule is proposed for what was denied, round {i + 1}",
               rules + err)
        path.write_text(path.read_text() + rules)
        renew(folder)
        code, output = run_audited(folder, f"audit{i + 1}")
    report(code == 0 and 'heard "Hello, Server"' in output, "with the proposed rules the solution runs", output)
    audits = sorted(p.name for p in folder.glob("audit?"))
    code, rules, err = policy(folder, "suggest", *audits)
    report(code == 0 and "grant ()" not in rules, "then nothing more is proposed", rules + err)
    code, output, err = policy(folder, "coverage", "--no-tests", *(w for a in audits for w in ("--audit", a)))
    report(code == 0 and "of no rule" not in err, "the audit fits the policy", output + err)


with tempfile.TemporaryDirectory() as scratch:
    copy = pathlib.Path(scratch) / "echo"
    shutil.copytree(ROOT / "examples/echo", copy)
    check(copy)
print(f"1..{number}")
sys.exit(failed)
