#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles policies with nk-psl-gen-c and a C compiler, without a warning, and runs their tests.

Usage: check_policy.py [--update] NK_PSL_GEN_C LIBKSM SOURCE_ROOT COMPILER

Every NAME.psl or NAME.psl.in with a NAME.records beside it is such a policy; NAME.args holds more options for it,
one a line.
The records are what its tests decided and why: of a grant the calls that the audit asked for, of a denial those
that did not grant. --update writes them anew.
"""
import difflib
import os
import re
import subprocess
import sys
import tempfile

UPDATE = sys.argv[1] == "--update"
COMPILER, LIBKSM, ROOT = (os.path.abspath(path) for path in sys.argv[1 + UPDATE:4 + UPDATE])
CC = sys.argv[4 + UPDATE]
HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
INCLUDES = ["runtime", "runtime/ksm", "sysroot/include"]
number = 0
failed = False


def read(path):
    with open(path) as file:
        return file.read()


def diff(expected, actual):
    return "\n".join(difflib.unified_diff(expected.splitlines(), actual.splitlines(), "recorded", "actual", lineterm=""))


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


def file_of(policy):
    return policy + (".psl" if os.path.exists(os.path.join(HERE, policy + ".psl")) else ".psl.in")


def options_of(policy):
    path = os.path.join(HERE, policy + ".args")
    return read(path).splitlines() if os.path.exists(path) else []


def tests_of(folder, policy, *words, path=None):
    """The finished run of all tests of a policy, or None after a report."""
    source, program = os.path.join(folder, policy + ".c"), os.path.join(folder, policy)
    command = ["-t", "generate", "-o", source, *options_of(policy), path or file_of(policy)]
    for step in (lambda: generate(*command), lambda: build(program, source)):
        done = step()
        if done.returncode:
            report(False, f"{policy}: compiles", done.stdout + done.stderr)
            return None
    return run(program, *words)


def records_of(output):
    """The lines of the audit, without SIDs, classes and places in files."""
    for line in output.splitlines():
        head, _, calls = line.partition(": ")
        words = head.split()
        if line.startswith("[ RUN      ] "):
            yield "\n" + line[13:]
        elif words and words[0] in ("granted", "denied"):
            target = "" if words[1] == "execute" else " " + words[-1]
            calls = [re.sub(r" \S+\.psl:\d+$", "", call) for call in calls.split("; ") if call]
            shown = [call for call in calls if words[0] == "granted" or not call.endswith(" granted")]
            yield f"    {words[0]} {words[1]}{target}" + (": " + "; ".join(shown) if shown else "")


def check_records(policy, output):
    path = os.path.join(HERE, policy + ".records")
    actual = "\n".join(records_of(output)).lstrip("\n") + "\n"
    if UPDATE:
        with open(path, "w") as file:
            file.write(actual)
    report(read(path) == actual, f"{policy}: the reasons are as recorded", diff(read(path), actual))


def check_passing(folder, policy):
    done = tests_of(folder, policy, "--audit")
    if not done:
        return
    names = [line[13:] for line in done.stdout.splitlines() if line.startswith("[ RUN      ]")]
    for name in names:
        report(f"[       OK ] {name}" in done.stdout, name, done.stdout)
    report(names and done.returncode == 0 and "[  PASSED  ]" in done.stdout, f"{policy}: all pass", done.stdout)
    check_records(policy, done.stdout)


def check_template(folder):
    """security.psl.in, with its macros in place as CMake puts them."""
    text = read(os.path.join(HERE, "macros.psl.in"))
    expanded = os.path.join(folder, "macros.psl")
    with open(expanded, "w") as file:
        file.write(text.replace("@INIT_EXTERNAL_ENTITIES@", "use EDL lab.Bench").replace("@CLIENT@", "lab.Tester"))
    done = tests_of(folder, "macros", path=expanded)
    report(done and done.returncode == 0, "an expanded template is a policy", done.stdout if done else "")
    with open(expanded, "w") as file:
        file.write(text)
    done = generate(expanded)
    report(done.returncode == 1 and "@INIT_EXTERNAL_ENTITIES@" in done.stderr, "a macro left in it is told", done.stderr)


def check_failing(folder):
    done = tests_of(folder, "failing")
    if not done:
        return
    report(done.returncode == 1 and "[  PASSED  ]" not in done.stdout, "a failing test fails the program", done.stdout)
    report("failing.psl:12: Failure" in done.stdout and "failing.psl:13" not in done.stdout,
           "a sequence stops at its first failing case", done.stdout)
    report("[       OK ] policy.others still run" in done.stdout, "the sequences after it run", done.stdout)


def listed(number, text):
    return ", ".join(text % i for i in range(number))


def limits_policy():
    """A policy with as much of everything as there can be. Objects: base, re, the four below, and others."""
    states, keys = listed(1024, '"s%d"'), listed(4096, '"k%d" : 18446744073709551615')
    degrees, categories = listed(65536, '"d%d"'), listed(64, '"c%d"')
    return f"""use nk.base._ use nk.regex._ use EDL kl.core.Core use EDL lab.Bench
{" ".join(f"policy object o{i} : Base {{}}" for i in range(1024 - 6))}
policy object flow : Flow {{
    type State = {states.replace(",", " |")}
    config = {{
        states : [{states}],
        initial : "s1023",
        transitions : {{{", ".join(f'"s{i}" : [{states}]' for i in range(900, 1024))}}},
    }}
}}
policy object set : HashSet {{
    type Entry = {{{listed(32, "f%d : UInt64")}}}
    config = {{set_size : 1, pool_size : 65536}}
}}
policy object map : StaticMap {{ type Value = UInt64 config = {{keys : {{{keys}}}, pool_size : 1}} }}
policy object mic : Mic {{ config = {{degrees : [{degrees}], categories : [{categories}]}} }}
execute dst=lab.Bench {{
    flow.init {{sid : dst_sid}} flow.enter {{sid : dst_sid, state : "s0"}}
    set.init {{sid : dst_sid}} set.add {{sid : dst_sid, entry : {{{listed(32, "f%d : 18446744073709551615")}}}}}
    map.init {{sid : dst_sid}}
    mic.execute {{image : (), target : dst_sid, level : {{degree : "d65535", categories : [{categories}]}}, levelR : ()}}
    {"grant () " * (4096 - 6)}
}}
request src=lab.Bench dst=lab.Bench endpoint=texts method=Match {{
    choice (re.select {{text : message.text}}) {{ {listed(16383, '"p%d" : {}')}, "p16383" : grant () _ : deny () }}
}}
assert "limits" {{
    sequence "everything at its limit" {{
        b <- execute dst=lab.Bench
        grant b ~> b : texts.Match {{ text : "p16383" }}
        deny b ~> b : texts.Match {{ text : "p16384" }}
    }}
}}
"""


def check_limits(folder):
    path = os.path.join(folder, "at_limits.psl")
    with open(path, "w") as file:
        file.write(limits_policy())
    done = tests_of(folder, "at_limits", path=path)
    report(done and done.returncode == 0, "a policy at all limits compiles and decides", done.stdout if done else "")


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


def check_spellings(folder):
    """Every option in its long and its short form, and those of other releases."""
    one, two = os.path.join(folder, "one.c"), os.path.join(folder, "two.c")
    for name, words in (("long", ["--include-dir", ".", "--output", two, "--tests", "generate"]),
                        ("joined", ["-I.", "-o" + two, "-tgenerate"]),
                        ("with an equals sign", ["--include-dir=.", f"--output={two}", "--tests=generate"]),
                        ("of 1.3", ["-I.", "-o", two, "-t", "generate", "--enable-preprocessor",
                                    "--preprocessor-definition", "NAME=VALUE"]),
                        ("of 1.4", ["-I.", "-o", two, "-t", "generate", "--platform", "name"])):
        first = generate("-t", "generate", "-o", one, "base.psl")
        done = generate(*words, "base.psl")
        with open(one) as a, open(two) as b:
            report(first.returncode == done.returncode == 0 and a.read() == b.read(), f"options {name}", done.stderr)
        os.remove(two)


def check_usage(folder):
    for name, status, words in (
            ("a missing input is wrong usage", 2, []),
            ("two inputs are wrong usage", 2, ["base.psl", "models.psl"]),
            ("an unknown word for tests is wrong usage", 2, ["-t", "perhaps", "base.psl"]),
            ("an unknown option is wrong usage", 2, ["--no-such", "base.psl"]),
            ("a missing value is wrong usage", 2, ["base.psl", "--tests"]),
            ("a misspelled option is wrong usage", 2, ["--ouput", "x.c", "base.psl"]),
            ("a bad definition is wrong usage", 2, ["--preprocessor-definition", "1=2", "base.psl"]),
            ("a missing policy fails", 1, ["none.psl"]),
            ("a missing folder of the tests fails", 1, ["--out-tests", os.path.join(folder, "none", "x.c"), "base.psl"]),
            ("a missing folder of the audit fails", 1, ["-a", os.path.join(folder, "none", "x.c"), "base.psl"]),
            ("a missing output folder fails", 1, ["-o", os.path.join(folder, "none", "x.c"), "base.psl"]),
            ("help is no error", 0, ["--help"]),
            ("version is no error", 0, ["--version"])):
        done = generate(*words)
        report(done.returncode == status and bool(done.stdout) == (status == 0), name, done.stdout + done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    for name in sorted(os.listdir(HERE)):
        if name.endswith(".records"):
            check_passing(scratch, name[:-len(".records")])
    check_template(scratch)
    check_limits(scratch)
    check_failing(scratch)
    check_files(scratch)
    check_spellings(scratch)
    check_usage(scratch)
print(f"1..{number}")
sys.exit(failed)
