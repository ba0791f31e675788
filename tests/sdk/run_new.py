#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`caisson new`: what it makes builds, runs and tests its policy by the two commands that it prints, for an ordinary
user (as root: nobody) too. Speaks TAP.

    run_new.py BUILD_ROOT
"""
import os
import pathlib
import shutil
import sys
import tempfile

import sdk
import solution

LONGEST = "n" * 32  # TEMPLATE_NAME_MAX


def commands(output):
    """The commands that are shown, indented, without what is said about them."""
    return [line.split("#")[0].split() for line in output.splitlines() if line.startswith("    ")]


class New:
    def __init__(self, staged, folder, user=None):
        self.kit = sdk.Sdk(staged, user=user)
        self.folder = pathlib.Path(folder)
        self.caisson = self.kit.prefix / "bin/caisson"

    def make(self, name, **environment):
        return self.kit.run(self.caisson, "new", name, folder=self.folder, **environment)


def printed_commands_run_it_and_test_its_policy(new):
    _, output = new.make("demo")
    run, test = commands(output)
    code, said = new.kit.run(*run, folder=new.folder / "demo")
    lines = sdk.process_lines(said)
    ok = code == 0 and lines == ["demo.Client | Hello Hello world", "demo.Client | Hello Hello you there"]
    code, tested = new.kit.run(*test, folder=new.folder / "demo")
    if not ok or code != 0:
        print("".join(f"# {line}\n" for line in (output + said + tested).splitlines()))
    return ok and code == 0 and "[  PASSED  ] 2 tests" in tested and "warning" not in said


def an_ordinary_user_needs_no_more(new):
    user = sdk.NOBODY if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        work = pathlib.Path(scratch, "work")
        work.mkdir()
        os.chown(work, user or -1, user or -1)
        own = New(shutil.copytree(new.kit.prefix, pathlib.Path(scratch, "sdk"), symlinks=True), work, user)
        return printed_commands_run_it_and_test_its_policy(own)


def sdk_outside_of_the_path_is_named_in_them(new):
    _, output = new.make("elsewhere", PATH="/usr/bin:/bin")
    return all(f"CAISSON={new.kit.prefix.resolve()}" in words for words in commands(output))


def folder_that_exists_is_left_alone(new):
    (new.folder / "mine").mkdir()
    code, output = new.make("mine")
    return code == 3 and "mine" in output and not list((new.folder / "mine").iterdir())


def names_that_cannot_be_packages_are_refused(new):
    return all(new.make(name)[0] == 2 for name in ("Demo", "1st", "my-demo", LONGEST + "n", "")) and \
        new.make(LONGEST)[0] == 0


CASES = [
    printed_commands_run_it_and_test_its_policy,
    an_ordinary_user_needs_no_more,
    sdk_outside_of_the_path_is_named_in_them,
    folder_that_exists_is_left_alone,
    names_that_cannot_be_packages_are_refused,
]


def main():
    staged = solution.staged_sdk(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        new = New(staged, folder)
        print(f"1..{len(CASES)}")
        for number, case in enumerate(CASES, 1):
            print(f"{'ok' if case(new) else 'not ok'} {number} - {case.__name__}", flush=True)


if __name__ == "__main__":
    main()
