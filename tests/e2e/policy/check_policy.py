#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles policies with nk-psl-gen-c and a C compiler, without a warning, and runs their tests.

Usage: check_policy.py NK_PSL_GEN_C LIBKSM SOURCE_ROOT COMPILER
"""
import os
import subprocess
import sys
import tempfile

COMPILER, LIBKSM, ROOT = (os.path.abspath(path) for path in sys.argv[1:4])
CC = sys.argv[4]
HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
INCLUDES = ["runtime", "runtime/ksm", "sysroot/include"]
number = 0
failed = False


def report(ok, name, detail=""):
    global number, failed
    number += 1
    failed |= not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}")
    if not ok:
        print("\n".join("# " + line for line in detail.splitlines()))


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, cwd=HERE)


def generate(*words):
    return run(COMPILER, "-I", os.path.join(ROOT, "idl"), "-I", ".", *words)


def build(program, *sources):
    includes = ["-I" + os.path.join(ROOT, path) for path in INCLUDES]
    return run(CC, *FLAGS, *os.environ.get("POLICY_CFLAGS", "").split(), *includes, *sources, LIBKSM, "-lpthread",
               "-o", program)


def tests_of(folder, policy):
    """The finished run of all tests of a policy, or None after a report."""
    source, program = os.path.join(folder, policy + ".c"), os.path.join(folder, policy)
    for step in (lambda: generate("-t", "generate", "-o", source, policy + ".psl"), lambda: build(program, source)):
        done = step()
        if done.returncode:
            report(False, f"{policy}: compiles", done.stdout + done.stderr)
            return None
    return run(program)


def check_passing(folder, policy):
    done = tests_of(folder, policy)
    if not done:
        return
    names = [line[13:] for line in done.stdout.splitlines() if line.startswith("[ RUN      ]")]
    for name in names:
        report(f"[       OK ] {name}" in done.stdout, name, done.stdout)
    report(names and done.returncode == 0 and "[  PASSED  ]" in done.stdout, f"{policy}: all pass", done.stdout)


def check_failing(folder):
    done = tests_of(folder, "failing")
    if not done:
        return
    report(done.returncode == 1 and "[  PASSED  ]" not in done.stdout, "a failing test fails the program", done.stdout)
    report("failing.psl:12: Failure" in done.stdout and "failing.psl:13" not in done.stdout,
           "a sequence stops at its first failing case", done.stdout)
    report("[       OK ] policy.others still run" in done.stdout, "the sequences after it run", done.stdout)


def check_files(folder):
    code, tests, only = (os.path.join(folder, name) for name in ("code.c", "tests.c", "only.c"))
    done = generate("--output", code, "--out-tests", tests, "--audit", os.path.join(folder, "audit.c"), "base.psl")
    report(done.returncode == 0, "code, tests and audit are files of their own", done.stderr)
    done = build(os.path.join(folder, "two"), code, tests, os.path.join(folder, "audit.c"))
    report(done.returncode == 0, "they make one program", done.stderr)
    generate("--tests", "only", "-o", only, "base.psl")
    with open(tests) as a, open(only) as b:
        report(a.read() == b.read(), "only tests are the same by both options")
    with open(code) as text:
        report("main(" not in text.read(), "no tests are generated unless asked for")
    before = os.stat(code).st_mtime_ns
    generate("--output", code, "base.psl")
    report(os.stat(code).st_mtime_ns == before, "a file that would not change is left alone")


def check_usage(folder):
    for name, status, words in (
            ("a missing input is wrong usage", 2, []),
            ("two inputs are wrong usage", 2, ["base.psl", "models.psl"]),
            ("an unknown word for tests is wrong usage", 2, ["-t", "perhaps", "base.psl"]),
            ("an unknown option is wrong usage", 2, ["--no-such", "base.psl"]),
            ("a missing policy fails", 1, ["none.psl"]),
            ("a missing output folder fails", 1, ["-o", os.path.join(folder, "none", "x.c"), "base.psl"]),
            ("help is no error", 0, ["--help"]),
            ("version is no error", 0, ["--version"])):
        done = generate(*words)
        report(done.returncode == status and bool(done.stdout) == (status == 0), name, done.stdout + done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    for each in ("base", "models", "rules"):
        check_passing(scratch, each)
    check_failing(scratch)
    check_files(scratch)
    check_usage(scratch)
print(f"1..{number}")
sys.exit(failed)
