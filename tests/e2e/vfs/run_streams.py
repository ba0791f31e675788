#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Standard streams of clients of a VFS: whose lines they are, that none is lost, and what the policy says to them.

    run_streams.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

N_LINES = 3000
EXPECTED = {
    "streams.Loud": ["to standard error", "input: -1", "led away: in a file"]
    + [f"line {i} of many" for i in range(N_LINES)] + ["goodbye", "without an end"],
    "streams.Silent": ["writing: Permission denied"],
    "streams.Own": ["its own error", "its own output"],
    "streams.Alone": ["[VFS_INIT] Failed to create backend \"client\", error 111 (Connection refused)",
                      "[VFS_INIT] init.yaml gives this process no channel kl.VfsEntity.",
                      "[VFS_CLIENT] The filesystem backend is a stub: file calls fail with EIO.",
                      "open: Input/output error"],
    "Misspelt": ["[VFS_INIT] Failed to create backend \"cleint\", error 2 (No such file or directory)",
                 "[VFS_INIT] There is no back end cleint: this program has no such name registered.",
                 "[VFS_CLIENT] The filesystem backend is a stub: file calls fail with EIO.",
                 "open: Input/output error"],
}


def lines_of(process, lines):
    return [line.partition("| ")[2] for line in lines if line.partition("|")[0].strip() == process]


def denied_methods(lines):
    return {line.split("-> ")[1].split(":")[0] for line in lines if line.startswith("caisson: denied")}


def main():
    source, build, compiler = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    original = pathlib.Path(source, "tests/e2e/vfs/streams")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, original.name)
        shutil.copytree(original, folder)
        solution.build_solution(folder, sdk, compiler)
        checked, _ = solution.run(["make", f"CAISSON={sdk}", f"CC={compiler}", "check"], folder)
        code, lines = solution.run_solution(folder, sdk)
    cases = [("the tests of the policy pass", checked == 0), ("everything ended with 0", code == 0)]
    for process, expected in EXPECTED.items():
        cases.append((f"{process} says what it says, in its name", sorted(lines_of(process, lines)) == sorted(expected)))
    in_order = [line for line in lines_of("streams.Loud", lines) if line.startswith("line ")]
    cases.append(("lines stay in order", in_order == [f"line {i} of many" for i in range(N_LINES)]))
    cases.append(("nothing is said in the name of the VFS", not lines_of("kl.VfsRamFs", lines)))
    denied = denied_methods(lines)
    for method in ("Write", "GetStdout", "GetStderr"):
        cases.append((f"the policy saw {method}", any(name.endswith(f"vfs.file.{method}") for name in denied)))
    for number, (name, is_so) in enumerate(cases, 1):
        print(f"{'ok' if is_so else 'not ok'} {number} - {name.replace(' ', '_')}")
    print(f"1..{len(cases)}")
    if not all(is_so for _, is_so in cases):
        print("\n".join(f"# {line}" for line in lines if " of many" not in line))
        sys.exit(1)


if __name__ == "__main__":
    main()
