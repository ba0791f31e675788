#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A solution built and run from an SDK that was moved after its installation, by an ordinary user without network
(as root: nobody, in a network namespace of its own). Speaks TAP.

    run_moved.py BUILD_ROOT
"""
import os
import pathlib
import shutil
import sys
import tempfile

import sdk
import solution

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/hello"


def builds_and_runs(scratch, staged, name, keep_links):
    """True when `name` prints what it must, with a copy of the SDK that lies somewhere else."""
    prefix = pathlib.Path(shutil.copytree(staged, pathlib.Path(scratch, f"moved {keep_links}"), symlinks=keep_links))
    user = sdk.NOBODY if os.getuid() == 0 else None
    kit = sdk.Sdk(prefix, "aarch64-kos", user)
    work = pathlib.Path(scratch, f"work-{keep_links}")
    source = pathlib.Path(shutil.copytree(sdk.HERE / name, work / "source"))
    if user is not None:
        for folder, _, files in os.walk(work):
            os.chown(folder, user, user)
            for file in files:
                os.chown(os.path.join(folder, file), user, user)
    for step in (lambda: kit.configure(source, work / "build"), lambda: kit.build(work / "build", "sim")):
        code, output = step()
        if code != 0:
            print("".join(f"# {line}\n" for line in output.splitlines()), end="")
            return False
    got, expected = sdk.process_lines(output), sdk.expected_lines(name)
    if solution.by_process(got) == solution.by_process(expected):
        return True
    print("".join(f"# {line}\n" for line in output.splitlines()), end="")
    return False


def is_made_anew(scratch, staged):
    """True when make sees that the SDK is another one, though its files are older than what was made."""
    prefix = pathlib.Path(shutil.copytree(staged, pathlib.Path(scratch, "another"), symlinks=True))
    kit = sdk.Sdk(prefix)
    work = pathlib.Path(shutil.copytree(EXAMPLE, pathlib.Path(scratch, "hello")))
    changed = prefix / "include/caisson/kl/core/Time.idl"
    outputs = []
    for step in (["make"], ["make", "-n"], ["make", "-n"]):
        outputs.append(kit.run(*step, f"CAISSON={prefix}", folder=work))
        if len(outputs) == 2:
            changed.write_text(changed.read_text(encoding="utf-8") + "// another one\n", encoding="utf-8")
            os.utime(changed, (1, 1))
    (_, made), (_, again), (code, anew) = outputs
    if code == 0 and "nk-psl-gen-c" in made and "nk-psl-gen-c" not in again and "nk-psl-gen-c" in anew:
        return True
    print("".join(f"# {line}\n" for _, output in outputs for line in output.splitlines()), end="")
    return False


def main():
    staged = solution.staged_sdk(sys.argv[1])
    cases = [("moved with its links", "ce12", True), ("copied without links", "ce10", False)]
    print(f"1..{len(cases) + 1}")
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        for number, (text, name, keep_links) in enumerate(cases, 1):
            ok = builds_and_runs(scratch, staged, name, keep_links)
            print(f"{'ok' if ok else 'not ok'} {number} - {text}", flush=True)
        ok = is_made_anew(scratch, staged)
        print(f"{'ok' if ok else 'not ok'} {len(cases) + 1} - another one makes a solution anew")


if __name__ == "__main__":
    main()
