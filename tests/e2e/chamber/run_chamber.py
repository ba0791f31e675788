#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Chambers from outside: hostile processes beside neighbours whose calls must go on. Speaks TAP.

    run_chamber.py CAISSON ACTOR HOSTILE NEIGHBOUR POLICY

One solution runs all attempts at once, each in a process of its own (attempts_*.c) with a channel to the
server that the neighbours call, too; what came of each is printed. Root does that a second time as an ordinary
user: which one does not matter, so it is a number that nobody has. The other cases look at what a solution
may grant and limit, at ends of processes, and at the command line.
"""
import os
import subprocess

from attack import attack_as
from bench import DEADLINE, EDL, case, client, main

@case
def every_attempt_is_refused_and_the_neighbours_call_on(bench):
    attack_as(bench, "root" if os.geteuid() == 0 else "user")


@case
def it_is_the_same_for_an_ordinary_user(bench):
    if os.geteuid() != 0:
        print("# the case above was one")
        return
    bench.be_ordinary()
    attack_as(bench, "user")


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
    words = ["unshare", "-Ur", *limit, str(bench.caisson)]
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
    layers = [line for line in lines if " keeps out " in line]
    assert code == 0 and len(layers) == 9 and all(line.startswith("ok ") for line in layers), lines


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


if __name__ == "__main__":
    main(["caisson", "Client", "Hostile", "neighbour", "ksm.module"])
