#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes that die and are started again, over `caisson run`. Speaks TAP.

    run_again.py CAISSON PHOENIX IDL POLICY ONE_LIFE_POLICY [OPTION...]

What dies is phoenix.c. Its peers must go on with each new life, and nothing may be left of the old ones: what the
kernel process and the peers hold is compared after the first lives and after the last ones. OPTION: for `caisson run`.
"""
import os
import pathlib
import re
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from watched import Watched, speak_tap  # noqa: E402

DEADLINE = 120
KILLED = 128 + signal.SIGKILL
WAYS = {"direct": [], "always mediated": [], "without a policy": ["--policy=none"]}
CASES = []


def case(*ways):
    def add(function):
        CASES.extend((function, way) for way in ways or ["direct"])
        return function
    return add


def entry(kind, task, *args, restart="no", limit=5, delay=0, calls=None):
    links = f"{{target: {calls}, id: first}}" if calls else ""
    again = "" if restart == "no" else f", restart: {restart}, restart_limit: {limit}, restart_delay: {delay}"
    words = ", ".join(f'"{arg}"' for arg in args)
    return f"- {{name: hostile.{kind}, task: {task}, path: phoenix, args: [{words}], connections: [{links}]{again}}}\n"


class Run(Watched):
    """One `caisson run` of a solution."""

    def __init__(self, bench, folder, way, *entries):
        shutil.copy(bench.phoenix, folder / "phoenix")
        shutil.copy(bench.one_life if way == "one life" else bench.policy, folder / "ksm.module")
        head = "mediation: always\n" if way == "always mediated" else ""
        (folder / "init.yaml").write_text(f"{head}entities:\n" + "".join(entries), encoding="utf-8")
        super().__init__(
            [bench.caisson, "run", "-v", "-I", bench.idl, "--bin", folder, *bench.options, *WAYS.get(way, []), folder],
            DEADLINE)

    def wait(self):
        code = super().wait()
        left = [line for line in self.lines if "handles left:" in line]
        assert left and not re.search(r": [1-9]", left[0]), f"something is left: {left}"
        assert not [line for line in self.lines if "unexpected" in line or "could not call" in line], self.lines[-30:]
        return code

    def pid_of(self, task):
        return int(self.expect(f"{task} started as process (\\d+)")[1])

    def count(self, pattern):
        return sum(bool(re.search(pattern, line)) for line in self.lines)


def kill(pid):
    """It may have died by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def holdings(pid):
    """Descriptors of a process, and mappings of what processes share."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").count("caisson-")
    return len(os.listdir(f"/proc/{pid}/fd")), maps


def expect_holdings(pid, wanted, who):
    until = time.monotonic() + DEADLINE
    while (found := holdings(pid)) != wanted and time.monotonic() < until:
        time.sleep(0.01)
    assert found == wanted, f"{who} holds {found} descriptors and mappings, at first {wanted}"


@case(*WAYS)
def a_client_goes_on_with_each_life_of_its_server(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "call", "300", calls="First"),
              entry("Target", "First", "serve", "3", restart="on-failure", limit=1000))
    main = run.pid_of("Main")
    run.expect("half after")
    before = holdings(main), holdings(run.process.pid)
    os.kill(main, signal.SIGUSR1)
    n_failed = int(run.expect(r"all after (\d+)")[1])
    expect_holdings(main, before[0], "the client")
    expect_holdings(run.process.pid, before[1], "the kernel process")
    os.kill(main, signal.SIGUSR1)
    assert run.wait() == 0, run.lines[-30:]
    n_lives = run.count("First started as process")
    assert n_lives >= 100, f"only {n_lives} lives"
    assert n_failed >= n_lives - 1, f"{n_lives} lives, and only {n_failed} calls failed: one was made twice"
    return f"{n_lives} lives, {n_failed} calls failed"


@case(*WAYS)
def all_clients_of_a_server_go_on(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "call", "4", calls="First"),
              entry("Client", "Other", "call", "4", calls="First"),
              entry("Target", "First", "serve", "0", restart="always"))
    while run.count("half after") < 2:
        run.expect("")
    pids = {found[1]: int(found[2]) for line in run.lines if (found := re.search(r"(\w+) started as process (\d+)", line))}
    kill(pids["First"])
    run.pid_of("First")
    for step in ("all after", "ended with exit code 0"):
        for task in ("Main", "Other"):
            os.kill(pids[task], signal.SIGUSR1)
        while run.count(step) < 2:
            run.expect("")
    assert run.wait() == 0, run.lines[-30:]
    return "two clients"


@case(*WAYS)
def a_server_serves_each_life_of_its_client(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "call", "2", calls="First"),
              entry("Client", "Guest", "visit", "5", restart="always", limit=40, calls="First"),
              entry("Target", "First", "serve", "0"))
    server, main = run.pid_of("First"), run.pid_of("Main")
    for _ in range(5):
        run.expect("Guest was killed by signal 9.*it starts again")
    run.expect("Guest was killed by signal 9.*it stays away")
    code = os.kill(main, signal.SIGUSR1), run.expect("all after 0")
    assert code and holdings(server)[1] < 20, f"the server holds {holdings(server)}"
    os.kill(main, signal.SIGUSR1)
    assert run.wait() == KILLED, run.lines[-30:]
    assert run.count("Guest started as process") == 41, run.lines[-30:]
    return "41 lives"


@case()
def a_process_that_ends_at_once_stays_away_after_its_limit(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "leave", restart="on-failure", limit=3, delay=1))
    assert run.wait() == 7, run.lines
    assert run.count("exit code 7; it starts again") == 3 and run.count("exit code 7; it stays away") == 1, run.lines
    return "four lives"


@case()
def a_start_that_fails_without_end_keeps_nobody_from_being_heard(bench, folder, way):
    limit = 10000
    run = Run(bench, folder, way, entry("Client", "Main", "burst", calls="First"),
              entry("Target", "First", "serve", "0", restart="always", limit=limit))
    server = run.pid_of("First")
    run.expect("Main .*answered")
    (folder / "phoenix").unlink()
    kill(server)
    run.expect("First can't be started")
    assert run.stop() == 128 + signal.SIGTERM, run.lines[-30:]
    n_failed = run.count("First can't be started")
    assert n_failed < limit, n_failed
    return "the run ends when it is asked to"


@case()
def a_server_that_stays_away_leaves_its_clients_with_errors(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "burst", calls="First"),
              entry("Target", "First", "serve", "1", restart="on-failure", limit=20))
    run.expect("First was killed by signal 9.*it stays away")
    assert run.stop() == 128 + signal.SIGTERM, run.lines[-30:]
    return "and the run ends"


@case()
def an_end_without_failure_is_one_for_good_on_failure(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "other", restart="on-failure", calls="First"),
              entry("Target", "First", "serve", "0"))
    assert run.wait() == 0, run.lines
    assert run.count("Main started as process") == 1, run.lines
    return "one life"


@case(*WAYS)
def threads_of_a_client_go_on_while_its_server_keeps_dying(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "burst", calls="First"),
              entry("Target", "First", "serve", "50", restart="always", limit=10000))
    run.expect("answered 300$")
    kill(run.pid_of("First"))  # once more, from outside
    run.expect("answered 400$")
    assert run.stop() == 128 + signal.SIGTERM, run.lines[-30:]
    return f"{run.count('First started as process')} lives"


@case(*WAYS)
def both_may_die_at_any_time(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Guest", "call", "1000000", restart="always", limit=30, calls="First"),
              entry("Client", "Main", "burst", calls="First"),
              entry("Target", "First", "serve", "7", restart="always", limit=10000))
    for _ in range(30):
        guest = run.pid_of("Guest")
        run.expect("Main .*answered")
        kill(guest)
    run.expect("Guest was killed by signal 9.*it starts again")
    assert run.stop() == 128 + signal.SIGTERM, run.lines[-30:]
    return f"{run.count('First started as process')} lives of the server"


@case("one life")
def what_the_policy_denies_does_not_come_back(bench, folder, way):
    run = Run(bench, folder, way, entry("Client", "Main", "burst", calls="First"),
              entry("Target", "First", "serve", "3", restart="always"))
    run.expect("First was killed by signal 9.*it starts again")
    run.expect("First can't be started again, the policy denies it")
    assert run.stop() == 128 + signal.SIGTERM, run.lines[-30:]
    assert run.count("First started as process") == 1, run.lines
    return "one life"


class Bench:
    def __init__(self, caisson, phoenix, idl, policy, one_life, *options):
        self.caisson, self.phoenix, self.idl = os.path.abspath(caisson), os.path.abspath(phoenix), os.path.abspath(idl)
        # What a process in a chamber holds is shown to root alone.
        self.options = options if os.geteuid() == 0 or options else ("--isolation=none",)
        self.policy, self.one_life = policy, one_life


def main():
    speak_tap(CASES, Bench(*sys.argv[1:]))


if __name__ == "__main__":
    main()
