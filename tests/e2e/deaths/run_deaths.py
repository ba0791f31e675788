#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Death at each step of a call, over `caisson run`. Speaks TAP.

    run_deaths.py CAISSON MORTAL IDL POLICY PATIENCE [OPTION...]

The process mortal.c kills itself with SIGKILL at the step it is told, and says when. The other end
must have its error within LIMIT_MS, times PATIENCE, the rest of the solution must go on, and nothing
may be left behind. Measuring time is the point here; other tests wait for events. OPTION: for `caisson run`.
"""
import os
import pathlib
import re
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from watched import Watched, speak_tap  # noqa: E402

LIMIT_MS = 100  # what is promised
ATTEMPTS = 3    # a machine that is busy with something else can be late; one that is late every time is not busy
DEADLINE = 60
NK_ENOTCONN = 107
SERVER_STEPS = ["unregistered", "waiting", "copying-in", "received", "copying-out", "replied"]
CLIENT_STEPS = ["copying-in", "posted", "copying-out", "answered"]
CASES = []


def case(*steps):
    def add(function):
        CASES.extend((function, step) for step in steps)
        return function
    return add


def entry(kind, task, *args, connections=()):
    links = ", ".join(f"{{target: {target}, id: {name}}}" for target, name in connections)
    return f"- {{name: hostile.{kind}, task: {task}, path: mortal, args: [{', '.join(args)}], connections: [{links}]}}\n"


class Run(Watched):
    """One `caisson run` of a solution."""

    def __init__(self, bench, folder, entries, *options):
        shutil.copy(bench.mortal, folder / "mortal")
        shutil.copy(bench.policy, folder / "ksm.module")
        (folder / "init.yaml").write_text("entities:\n" + "".join(entries), encoding="utf-8")
        super().__init__(
            [bench.caisson, "run", "-v", "-I", bench.idl, "--bin", folder, *bench.options, *options, folder], DEADLINE)

    def expect(self, pattern):
        """The match in the first line of all that has one: processes say things in any order."""
        found = (re.search(pattern, line) for line in self.lines)
        return next(filter(None, found), None) or super().expect(pattern)

    def pid_of(self, task):
        return int(self.expect(f"{task} started as process (\\d+)")[1])


def end_of(run):
    """Milliseconds from the death to the error of the other end."""
    died = int(run.expect(r"dying 0 at (\d+)")[1])
    code, told = run.expect(r"first ended with (-?\d+) at (\d+)").groups()
    assert int(code) == NK_ENOTCONN, run.lines
    return (int(told) - died) / 1e6


def is_gone(pid):
    return not pathlib.Path(f"/proc/{pid}").exists()


def holds(pid, what):
    """Maps and descriptors of a process that have a name in them."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").count(what)
    links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return maps + sum(what in link for link in links)


def expect_none(pid, what):
    until = time.monotonic() + DEADLINE
    while (left := holds(pid, what)) and time.monotonic() < until:
        time.sleep(0.01)
    assert left == 0, f"process {pid} still holds {left} of {what}"


@case(*SERVER_STEPS)
def a_caller_has_its_error_in_time_when_the_server_dies(bench, folder, step):
    took = []
    while not took or (min(took) > LIMIT_MS * bench.patience and len(took) < ATTEMPTS):
        run = Run(bench, folder, [
            entry("Client", "Main", "call", connections=[("First", "first"), ("Second", "second")]),
            entry("Target", "First", "serve", step), entry("Target", "Second", "serve")])
        pids = [run.pid_of(task) for task in ("Main", "First", "Second")]
        took.append(end_of(run))
        run.expect("second went on 0")
        code = run.wait()
        assert code == 0, (code, run.lines)
        assert all(is_gone(pid) for pid in pids), "a process is left"
    assert min(took) <= LIMIT_MS * bench.patience, f"{took} ms"
    return f"error after {min(took):.1f} ms"


@case(*CLIENT_STEPS)
def a_server_and_its_other_client_go_on_when_a_client_dies(bench, folder, step):
    run = Run(bench, folder, [
        entry("Client", "Doomed", "call", step, connections=[("First", "first")]),
        entry("Client", "Main", "visit", connections=[("First", "first")]),
        entry("Target", "First", "serve")], "--keep", "--isolation=none")  # a chamber hides what it holds
    pids = [run.pid_of(task) for task in ("Doomed", "Main", "First")]
    run.expect("Doomed was killed by signal 9")
    run.expect("Main ended with exit code 0")
    expect_none(run.process.pid, "caisson-channel")
    expect_none(pids[2], "caisson-channel")
    assert not is_gone(pids[2]), "the server is gone"
    run.stop()
    assert all(is_gone(pid) for pid in pids), "a process is left"
    return "no effect, no memory left"


class Bench:
    def __init__(self, caisson, mortal, idl, policy, patience, *options):
        self.caisson, self.mortal, self.idl = os.path.abspath(caisson), os.path.abspath(mortal), os.path.abspath(idl)
        self.policy, self.patience, self.options = policy, float(patience), options


def main():
    speak_tap(CASES, Bench(*sys.argv[1:]))


if __name__ == "__main__":
    main()
