# SPDX-License-Identifier: MIT
"""Helpers of the end-to-end tests: the staged SDK, building a solution with it, comparing output."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SUPPORT = pathlib.Path(__file__).resolve().parent
DEADLINE = 100  # seconds for one command; a test of these has 120


def staged_sdk(build):
    """Prefix of the SDK that `build` installs, installed now when it is not yet."""
    subprocess.run(["sh", str(SUPPORT / "stage.sh"), str(build)], check=True)
    found = list(pathlib.Path(build, "stage").glob("**/share/caisson/solution.mk"))
    return found[0].parents[2]


def run(command, folder, **environment):
    """(exit code, standard output and error as they came). The command is shown when it fails."""
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        env=os.environ | environment, text=True, errors="replace", timeout=DEADLINE, check=False
    )
    if done.returncode != 0:
        shown = f"$ {' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}"
        print("".join(f"# {line}\n" for line in shown.splitlines()), end="", flush=True)
    return done.returncode, done.stdout


def build_solution(folder, sdk, compiler):
    """Builds with make, as a user does, who told pkg-config where the SDK is. Any warning is a failure."""
    packages = next(sdk.glob("**/caisson.pc")).parent
    code, output = run(["make", f"CC={compiler}"], folder, PKG_CONFIG_PATH=str(packages))
    if code != 0:
        sys.exit(f"{folder} does not build")
    if re.search(r"\bwarning\b", output):
        print(output)
        sys.exit(f"{folder} builds with warnings")


def run_solution(folder, sdk, *options):
    """`caisson run` of what build_solution() made: its exit code and its lines."""
    code, output = run([str(sdk / "bin/caisson"), "run", *options, str(folder / "build/solution")], folder)
    return code, output.splitlines()


def run_cases(original, build, compiler, processes, n_least, *changes):
    """Builds a copy of a solution with the policy's tests, runs it, and speaks TAP for what its processes say: each of
    their lines is a case, "ok TEXT" or "not ok TEXT". Ends the test. n_least: so many cases there must be. changes:
    functions that make another solution of the copy, which is run as well."""
    sdk = staged_sdk(build)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, original.name)
        shutil.copytree(original, folder)
        build_solution(folder, sdk, compiler)
        checked, _ = run(["make", f"CAISSON={sdk}", f"CC={compiler}", "check"], folder)
        codes, lines = zip(*[run_changed(folder, sdk, compiler, change) for change in (None, *changes)])
    lines = sum(lines, [])
    cases = [line.partition("| ")[2] for line in lines if line.split("|")[0].strip() in processes]
    cases.append(f"{'ok' if checked == 0 else 'not ok'} the tests of the policy pass")
    cases.append(f"{'not ok' if any(codes) else 'ok'} everything ended with 0")
    for number, case in enumerate(cases, 1):
        mark, _, name = case.rpartition("ok ")
        print(f"{mark}ok {number} - {name.replace(' ', '_')}")
    print(f"1..{len(cases)}")
    if any(case.startswith("not") for case in cases) or len(cases) < n_least:
        print("\n".join(f"# {line}" for line in lines))
        sys.exit(1)


def run_changed(folder, sdk, compiler, change):
    """(exit code, lines) of the solution after `change`, if there is one."""
    if change:
        change(folder)
        build_solution(folder, sdk, compiler)
    return run_solution(folder, sdk)


def by_process(lines):
    """The same lines, sorted by the process name in front: the order between processes is free."""
    return sorted(lines, key=lambda line: line.split("|")[0])


def blocks(text, language):
    """Contents of the fenced blocks of a Markdown text that are marked `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def expect_lines(expected, got):
    """Ends the test unless each process printed exactly its expected lines."""
    expected, got = by_process(expected), by_process(got)
    if expected == got:
        return
    for mark, lines, others in (("-", expected, got), ("+", got, expected)):
        for line in lines:
            if line not in others:
                print(f"{mark} {line}")
    print("got:\n" + "\n".join(got))
    sys.exit("the output differs (-: missing, +: not expected; or another order)")
