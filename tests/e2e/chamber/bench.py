# SPDX-License-Identifier: MIT
"""What the tests of chambers share: a folder with programs, solutions of them, and TAP."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

EDL = pathlib.Path(__file__).resolve().parent.parent / "run/edl"
DEADLINE = 120
ORDINARY = 61234  # a user without a name
CASES = []


def case(function):
    CASES.append(function)
    return function


class Bench:
    """A folder with the programs, and runs of solutions made of them."""

    def __init__(self, programs, folder):
        self.folder = pathlib.Path(folder)
        self.folder.chmod(0o755)
        self.user = None
        (self.folder / "bin").mkdir()
        for name, program in programs.items():
            shutil.copy(program, self.folder / "bin" / name)
        shutil.copytree(EDL, self.folder / "edl")
        (self.folder / "bin/ksm.module").rename(self.folder / "ksm.module")
        self.caisson = self.folder / "bin/caisson"

    def be_ordinary(self):
        """Everything from here on is done by somebody who is not root."""
        if os.geteuid() == 0:
            self.user = ORDINARY

    def command(self, *words):
        user = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        done = subprocess.run([self.caisson, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, timeout=DEADLINE, check=False, **user)
        return done.returncode, done.stdout.splitlines()

    def run(self, entries, *options):
        (self.folder / "init.yaml").write_text("entities:\n" + "".join(f"- {e}\n" for e in entries), encoding="utf-8")
        return self.command("run", "-I", str(self.folder / "edl"), *options, str(self.folder))


def client(task, *args, more=""):
    return f"{{name: test.Client, task: {task}, args: {list(args)}{more}}}"


def connected(*targets):
    return ", connections: [" + ", ".join(f"{{target: {target}, id: {name}}}" for target, name in targets) + "]"


def main(names):
    programs = dict(zip(names, map(os.path.abspath, sys.argv[1:])))
    programs["Server"] = programs["Client"]
    print(f"1..{len(CASES)}", flush=True)
    for number, test in enumerate(CASES, 1):
        word = "ok"
        with tempfile.TemporaryDirectory(prefix="caisson-chamber-") as folder:
            try:
                test(Bench(programs, folder))
            except (AssertionError, subprocess.TimeoutExpired) as problem:
                word = "not ok"
                print(f"# {problem}")
        print(f"{word} {number} - {test.__name__}", flush=True)
