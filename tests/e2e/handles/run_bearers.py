#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Death at each step of a message with handles, over `caisson run`. Speaks TAP.

    run_bearers.py CAISSON BEARER IDL

G gives and takes handles, T calls it; one of them is killed, or gives up. What is said is the outcome at the
other end and what both hold then; and at the end of each run the kernel process's tables must be empty.
Waits for events; what a run holds is asked for with SIGQUIT until it is what it has to become.
"""
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from watched import Watched  # noqa: E402

DEADLINE = 60
CLOSED = 107    # NK_ENOTCONN
TIMED_OUT = 11  # NK_EAGAIN
DENIED = 1      # NK_EPERM
NO_ROOM = 74    # NK_EBADMSG, of this test's own
AT_START = {"G": (2, 2)}  # task: handles, objects; the resource and its badge
CASES = []


def case(function):
    CASES.append(function)
    return function


class Run(Watched):
    def __init__(self, bench, *words):
        caisson, bearer, idl, folder = bench
        shutil.copy(bearer, folder / "bearer")
        (folder / "init.yaml").write_text(
            "entities:\n- {name: bear.Giver, task: G, path: bearer, args: [serve]}\n"
            "- {name: bear.Taker, task: T, path: bearer, args: [%s], after: [G],"
            " connections: [{target: G, id: bears}]}\n" % ", ".join(words), encoding="utf-8")
        super().__init__(
            [caisson, "run", "-v", "--keep", "--policy=none", "--isolation=none", "-I", idl, "--bin", folder, folder],
            DEADLINE)
        self.at = 0

    def read_line(self):
        line = self.process.stdout.readline()
        assert line, f"no more lines{' in time' * self.is_late}, only {self.lines[-30:]}"
        self.lines.append(line.rstrip("\n"))

    def expect(self, pattern):
        """The match in a line that was not looked at before, waited for."""
        while True:
            while self.at < len(self.lines):
                self.at += 1
                if found := re.search(pattern, self.lines[self.at - 1]):
                    return found
            self.read_line()

    def pid_of(self, task):
        for line in self.lines:
            if found := re.search(rf"{task} started as process (\d+)", line):
                return int(found[1])
        self.read_line()
        return self.pid_of(task)

    def send(self, task, *signals):
        for number in signals:
            subprocess.run(["kill", f"-{number.value}", str(self.pid_of(task))], check=True)

    def kill(self, task):
        self.send(task, signal.SIGKILL)
        self.expect(rf"{task} was killed")

    def holdings(self):
        """What SIGQUIT says; a line about waiting calls always comes before it."""
        begin = len(self.lines)
        self.process.send_signal(signal.SIGQUIT)
        while not any(re.search("calls that wait|no call waits", line) for line in self.lines[begin:]):
            self.read_line()
        self.process.send_signal(signal.SIGQUIT)  # the next report ends this one
        second = len(self.lines)
        while not any(re.search("calls that wait|no call waits", line) for line in self.lines[second:]):
            self.read_line()
        found = {}
        for line in self.lines[begin:]:
            if match := re.search(r"(\w) has (\d+) handles?, and made (\d+) objects?", line):
                found[match[1]] = (int(match[2]), int(match[3]))
        return found

    def expect_holdings(self, expected):
        deadline = time.monotonic() + DEADLINE
        while (found := self.holdings()) != expected:
            assert time.monotonic() < deadline, (found, expected, self.lines[-20:])

    def end_with_nothing_left(self):
        self.stop()
        left = [line for line in self.lines if "handles left" in line]
        assert [re.findall(r"\d+", line) for line in left] == [["0"] * 5], left


def send_to_a_stopped_server(run):
    """The kernel process has handed the request on, and nobody looks at it. After two that had to go its way, the
    client doesn't try the direct one again."""
    run.expect("told to, waiting")
    run.send("G", signal.SIGSTOP)
    run.send("T", signal.SIGUSR1)
    run.expect_holdings({"G": (3, 2), "T": (1, 1)})


# --- the client dies, or gives up ---


@case
def client_dies_before_its_request_is_received(bench):
    run = Run(bench, "make", "take", "take", "wait", "take")
    send_to_a_stopped_server(run)
    run.kill("T")
    run.expect_holdings(AT_START)
    run.send("G", signal.SIGCONT)
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_dies_with_a_direct_request_that_nobody_received(bench):
    run = Run(bench, "give", "make", "wait", "take")  # with the first the server is there
    run.expect("told to, waiting")
    run.send("G", signal.SIGSTOP)
    run.send("T", signal.SIGUSR1)
    while "not received yet" not in "".join(run.lines[-6:]):
        run.holdings()
    run.expect_holdings({"G": (2, 2), "T": (2, 1)})
    run.kill("T")
    run.send("G", signal.SIGCONT)
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_dies_after_its_request_was_answered(bench):
    run = Run(bench, "make", "take")
    assert run.expect("take gives (.*)")[1] == "0"
    run.expect_holdings({"G": (2, 2), "T": (1, 1)})
    run.kill("T")
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_dies_while_its_request_is_served(bench):
    run = Run(bench, "make", "take-late")
    run.expect("received take-late")
    run.kill("T")
    run.expect_holdings({"G": (3, 2)})  # the server has it, and may look at it
    run.send("G", signal.SIGUSR1)
    run.expect("took, closing gives 0")
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_dies_with_an_answer_that_it_has_not_taken(bench):
    run = Run(bench, "give-late")
    run.expect("received give-late")
    run.send("T", signal.SIGSTOP)
    run.send("G", signal.SIGUSR1)
    run.expect_holdings({"G": (2, 2), "T": (1, 0)})
    run.kill("T")
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_dies_with_a_handle_that_it_uses(bench):
    run = Run(bench, "give", "use", "use")
    for _ in range(2):
        assert run.expect("use gives (.*)")[1] == "0"
    run.expect_holdings({"G": (2, 2), "T": (1, 0)})
    run.kill("T")
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_that_gave_up_gets_no_handle(bench):
    run = Run(bench, "give-briefly", "give", "use", "close")
    run.expect("received give-late")
    assert int(run.expect("give-briefly gives (.*)")[1]) == TIMED_OUT
    run.send("G", signal.SIGUSR1)
    for word in ("give", "use", "close"):
        assert run.expect(f"{word} gives (.*)")[1] == "0"
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def client_that_takes_no_answer_of_the_kernel_process_has_nothing_of_it(bench):
    run = Run(bench, *["make-untaken"] * 3)
    for _ in range(3):
        assert int(run.expect("make-untaken gives (.*)")[1]) == NO_ROOM
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


@case
def closed_handle_is_none_from_then_on(bench):
    run = Run(bench, "give", "use", "close", "use", "use", "close")
    outcomes = [run.expect(f"{word} gives (.*)")[1] for word in ("use", "close", "use", "use", "close")]
    assert outcomes[:4] == ["0", "0", str(DENIED), str(DENIED)] and outcomes[4] != "0", outcomes
    run.expect_holdings(AT_START)
    run.end_with_nothing_left()


# --- the server dies ---


@case
def server_dies_before_it_receives_a_request(bench):
    run = Run(bench, "make", "take", "take", "wait", "take")
    send_to_a_stopped_server(run)
    run.kill("G")
    assert int(run.expect("take gives (.*)")[1]) == CLOSED
    run.expect_holdings({"T": (1, 1)})
    run.end_with_nothing_left()


@case
def server_dies_while_it_serves(bench):
    run = Run(bench, "give", "give-late", "use", "close")
    run.expect("received give-late")
    run.kill("G")
    assert int(run.expect("give-late gives (.*)")[1]) == CLOSED
    assert int(run.expect("use gives (.*)")[1]) == CLOSED
    assert run.expect("close gives (.*)")[1] == "0"
    run.expect_holdings({})
    run.end_with_nothing_left()


@case
def server_dies_after_its_answer(bench):
    run = Run(bench, "give", "use")
    assert run.expect("use gives (.*)")[1] == "0"
    run.kill("G")
    run.expect_holdings({"T": (1, 0)})  # the object stays as long as somebody has it
    run.end_with_nothing_left()


@case
def both_die(bench):
    run = Run(bench, "give", "make", "take-late")
    run.expect("received take-late")
    run.kill("G")
    run.kill("T")
    run.end_with_nothing_left()  # by itself


def main():
    caisson, bearer, idl = map(pathlib.Path, sys.argv[1:])
    print(f"1..{len(CASES)}")
    failed = 0
    for number, function in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory(prefix="caisson-bearers-") as scratch:
            try:
                function((caisson, bearer, idl, pathlib.Path(scratch)))
                print(f"ok {number} - {function.__name__}", flush=True)
            except (AssertionError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"not ok {number} - {function.__name__}\n# {error}", flush=True)
            finally:
                Watched.end_all()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
