#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Deaths at each step of a channel made at run time, and what the kernel process keeps of them. Speaks TAP.

Clients wait, go to a step, and are killed there. In a second run the same clients are killed while they still wait:
afterwards the kernel process must have as many open files and mappings in the one as in the other, and the server
must serve. One more client waits in both for the end of a call that nobody receives.

    run_deaths.py SOURCE_ROOT BUILD_ROOT COMPILER [OPTION...]
"""
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402
from watched import Watched  # noqa: E402

STEPS = ("asking", "open", "called", "crowd", "opening", "calling")
EVERYBODY = ("check", "waiting", *STEPS)


def init_file():
    link = "connections: [{target: Server, id: plain}]"
    lines = [f"- {{name: link.Client, task: {step}, path: Victim, args: [{step}], {link}}}" for step in EVERYBODY]
    return "\n".join(["entities:", *lines, "- {name: link.Server, task: Server}", ""])


class Run(Watched):
    """One run, its processes by name."""

    def __init__(self, command):
        super().__init__(command, solution.DEADLINE)

    def read_line(self):
        line = self.process.stdout.readline()
        if not line:
            shown = "\n".join(f"# {one}" for one in self.lines)
            sys.exit(f"the run ended {'late' if self.is_late else 'early'}:\n{shown}")
        self.lines.append(line.rstrip("\n"))

    def expect_all(self, patterns):
        """Waits until each pattern was in a line."""
        n_seen = 0
        left = set(patterns)
        while left:
            for line in self.lines[n_seen:]:
                left = {p for p in left if not re.search(p, line)}
            n_seen = len(self.lines)
            if left:
                self.read_line()

    def pid(self, name):
        return next(int(m[1]) for line in self.lines if (m := re.search(rf"\b{name} started as process (\d+)", line)))

    def count(self):
        """(open files, mappings of shared memory) of the kernel process."""
        folder = pathlib.Path("/proc", str(self.process.pid))
        maps = (folder / "maps").read_text(encoding="utf-8").count("memfd:")
        return len(os.listdir(folder / "fd")), maps


def is_shown(run):
    """Is the call of `waiting` in the list of those that wait? Asked until it has begun."""
    for _ in range(1000):
        mark = len(run.lines)
        run.process.send_signal(signal.SIGQUIT)
        while not any(re.search(r"has \d+ handles?", line) for line in run.lines[mark:]):
            run.read_line()
        if any(re.search(r"waiting \(thread \d+\) waits for Server on a channel made at run time, ", line)
               for line in run.lines[mark:]):
            return True
    return False


def die_at(run, go):
    """Kills the clients, after they have gone to their steps if `go`. What is left when one was served then, and
    whether the call of `waiting` was shown."""
    run.expect_all([rf"^{name} *\| ready" for name in EVERYBODY])
    os.kill(run.pid("waiting"), signal.SIGUSR1)
    run.expect_all([r"^waiting *\| there"])
    if go:
        for step in STEPS:
            os.kill(run.pid(step), signal.SIGUSR1)
        run.expect_all([rf"^{step} *\| there" for step in STEPS])
    shown = is_shown(run)
    for step in EVERYBODY[1:]:
        os.kill(run.pid(step), signal.SIGKILL)
    run.expect_all([rf"{step} was killed by signal 9" for step in EVERYBODY[1:]])
    run.lines = [line for line in run.lines if "served" not in line]
    os.kill(run.pid("check"), signal.SIGUSR1)
    run.expect_all([r"^check *\| served"])
    counts = run.count()
    os.kill(run.pid("check"), signal.SIGUSR1)
    run.wait()
    return counts, shown


def main():
    source, build, compiler, *options = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "dynamic")
        shutil.copytree(pathlib.Path(source, "tests/e2e/dynamic/solution"), folder)
        (folder / "init.yaml").write_text(init_file(), encoding="utf-8")
        solution.build_solution(folder, sdk, compiler)
        command = [str(sdk / "bin/caisson"), "run", "-v", *options, str(folder / "build/solution")]
        before, early = die_at(Run(command), False)
        after, late = die_at(Run(command), True)
    for number, (what, one, other) in enumerate(zip(("open_files", "mappings"), before, after), 1):
        mark = "ok" if one == other else "not ok"
        print(f"{mark} {number} - deaths_at_each_step_leave_no_{what} # {one} and {other}")
    print("ok 3 - others_are_served_after_that")
    shown = early and late
    print(f"{'ok' if shown else 'not ok'} 4 - call_over_a_channel_made_at_run_time_is_shown")
    print("1..4")
    sys.exit(before != after or not shown)


if __name__ == "__main__":
    try:
        main()
    finally:
        Watched.end_all()
