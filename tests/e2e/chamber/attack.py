# SPDX-License-Identifier: MIT
"""All attempts at once, each in a process of its own, beside neighbours whose calls must go on."""
import os
import re
import subprocess

from bench import client, connected

NEIGHBOURS = 2
CALLS_MIN = 100  # of each neighbour: that they go on is meant, not how fast
SIGSYS = "was killed by signal 31"


def attack(bench, more=""):
    """Outcome by attempt, and what the neighbours said. more: of each hostile process's entry."""
    names = subprocess.run([bench.folder / "bin/Hostile", "list"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.splitlines()
    entries = ["{name: test.Server, task: S, args: [deaf, serve=x]}", "{name: test.Server, task: S2, args: [serve=y]}"]
    entries += [f"{{name: test.Server, task: N{i}, path: neighbour{connected(('S', 'x'), ('S2', 'y'))}}}"
                for i in range(NEIGHBOURS)]
    entries += [client(f"H{i}", name, str(os.getpid()), more=", path: Hostile" + connected(("S", "x")) + more)
                for i, name in enumerate(names)]
    _, lines = bench.run(entries)
    outcomes = {}
    for line in lines:
        for i, name in enumerate(names):
            if line.split() and line.split()[0] == f"H{i}" and line.split("| ", 1)[-1] != "flood":
                outcomes[name] = line.split("| ", 1)[1]
            elif f" H{i} " in line and SIGSYS in line:
                outcomes[name] = "refused: killed by SIGSYS"
    neighbours = [line.split("| ", 1)[1] for line in lines if re.match(r"N\d+ ", line)]
    return names, outcomes, neighbours, [line for line in lines if line.startswith("caisson")]


def attack_as(bench, who, allowed=(), more=""):
    names, outcomes, neighbours, said = attack(bench, more)
    for name in names:
        print(f"# {who}: {name:36} {outcomes.get(name, 'no outcome')}")
    for line in neighbours:
        print(f"# {who}: neighbour: {line}")
    wrong = [name for name in names
             if name not in allowed and not outcomes.get(name, "").startswith(("refused", "contained"))]
    assert not wrong, f"{wrong} {said}"
    assert len(neighbours) == NEIGHBOURS, said
    for line in neighbours:
        assert (found := re.fullmatch(r"(\d+) calls, 0 failed, then: 0", line)), line
        assert int(found[1]) >= CALLS_MIN, line
