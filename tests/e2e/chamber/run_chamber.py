#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Chambers from outside: hostile processes beside a neighbour whose calls must go on. Speaks TAP.

    run_chamber.py CAISSON ACTOR HOSTILE POLICY

One solution runs all attempts at once, each in a process of its own (hostile.c); what came of each is
printed. The other cases look at ends of processes, and at the command line.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

EDL = pathlib.Path(__file__).resolve().parent.parent / "run/edl"
NEIGHBOURS = 20
DEADLINE = 120
SIGSYS = "was killed by signal 31"
CASES = []


def case(function):
    CASES.append(function)
    return function


class Bench:
    """A folder with three programs, and runs of solutions made of them."""

    def __init__(self, caisson, actor, hostile, policy, folder):
        self.caisson, self.hostile, self.folder = caisson, hostile, pathlib.Path(folder)
        (self.folder / "bin").mkdir()
        for program, name in ((actor, "Client"), (actor, "Server"), (hostile, "Hostile")):
            shutil.copy(program, self.folder / "bin" / name)
        shutil.copy(policy, self.folder / "ksm.module")

    def command(self, *words):
        done = subprocess.run([self.caisson, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, timeout=DEADLINE, check=False)
        return done.returncode, done.stdout.splitlines()

    def run(self, entries, *options):
        (self.folder / "init.yaml").write_text("entities:\n" + "".join(f"- {e}\n" for e in entries), encoding="utf-8")
        return self.command("run", "-I", str(EDL), *options, str(self.folder))


def client(task, *args, more=""):
    return f"{{name: test.Client, task: {task}, args: {list(args)}{more}}}"


@case
def every_attempt_is_refused_and_the_neighbour_calls_on(bench):
    names = subprocess.run([bench.hostile, "list"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    attacks = [client(f"H{i}", name, str(os.getpid()), more=", path: Hostile") for i, name in enumerate(names)]
    entries = ["{name: test.Server, task: S, args: [serve=x]}", *attacks]
    for i in range(NEIGHBOURS):
        entries.insert(1 + 2 * i, client(f"N{i}", "call=x", more=", connections: [{target: S, id: x}]"))
    _, lines = bench.run(entries)
    outcomes = {}
    for line in lines:
        for i, name in enumerate(names):
            if line.split() and line.split()[0] == f"H{i}":
                outcomes[name] = line.split("| ", 1)[1]
            elif f" H{i} " in line and SIGSYS in line:
                outcomes[name] = "refused: killed by SIGSYS"
    for name in names:
        print(f"# {name:34} {outcomes.get(name, 'no outcome')}")
    wrong = [name for name in names if not outcomes.get(name, "").startswith("refused")]
    assert not wrong, f"{wrong} {[line for line in lines if line.startswith('caisson')]}"
    got = sum("call x: 0" in line for line in lines)
    assert got == NEIGHBOURS, f"{got} of {NEIGHBOURS} neighbours were answered"


@case
def an_abort_is_seen_as_one(bench):
    assert bench.run([client("A", "signal=6")])[0] == 128 + 6


@case
def a_request_to_end_is_heard(bench):
    code, lines = bench.run(["{name: test.Server, task: S, args: [pause]}", client("A")], "-v")
    assert code == 0 and any("S was killed by signal 15" in line for line in lines), lines


@case
def a_chamber_has_exactly_its_descriptors(bench):
    _, lines = bench.run([client("A", "fds")], "--no-prefix")
    assert lines == ["fd 0", "fd 1", "fd 2"], lines


@case
def no_isolation_is_said(bench):
    code, lines = bench.run([client("A", "out=x")], "--isolation=none")
    assert code == 0 and lines[0].startswith("caisson: no isolation"), lines


@case
def degraded_isolation_runs(bench):
    code, lines = bench.run([client("A", "out=x")], "--isolation=degraded")
    assert code == 0 and "A | x" in lines, lines


@case
def a_missing_layer_is_named_and_stops_the_start(bench):
    limit = ["sh", "-c", "echo 0 > /proc/sys/user/max_net_namespaces; exec \"$@\"", "sh"]
    words = ["unshare", "-Ur", *limit, bench.caisson]
    (bench.folder / "init.yaml").write_text(f"entities:\n- {client('A', 'out=x')}\n", encoding="utf-8")
    for options, code, part in ((["doctor"], 1, "missing  network namespace"),
                                (["run", "-I", str(EDL), str(bench.folder)], 3, "making namespaces"),
                                (["run", "--isolation=degraded", "-I", str(EDL), str(bench.folder)], 0,
                                 "no network namespace")):
        done = subprocess.run([*words, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=DEADLINE, check=False)
        assert (done.returncode, part in done.stdout) == (code, True), (options, done.returncode, done.stdout)


@case
def doctor_finds_all_layers(bench):
    code, lines = bench.command("doctor")
    assert code == 0 and sum(line.startswith("ok ") for line in lines) == 9, lines


@case
def a_library_that_is_nowhere_is_named(bench):
    program = (bench.folder / "bin/Client").read_bytes()
    assert program.count(b"libc.so.6\0") == 1
    (bench.folder / "bin/Client").write_bytes(program.replace(b"libc.so.6\0", b"libq.so.6\0"))
    code, lines = bench.run([client("A")])
    assert code == 3 and "finding a library libq.so.6" in lines[0], lines


@case
def a_wrong_word_is_refused(bench):
    code, lines = bench.command("run", "--isolation=most", ".")
    assert code == 2 and "strict, degraded or none" in lines[0], lines


def main():
    caisson, actor, hostile, policy = map(os.path.abspath, sys.argv[1:])
    print(f"1..{len(CASES)}", flush=True)
    for number, test in enumerate(CASES, 1):
        word = "ok"
        with tempfile.TemporaryDirectory(prefix="caisson-chamber-") as folder:
            try:
                test(Bench(caisson, actor, hostile, policy, folder))
            except (AssertionError, subprocess.TimeoutExpired) as problem:
                word = "not ok"
                print(f"# {problem}")
        print(f"{word} {number} - {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
