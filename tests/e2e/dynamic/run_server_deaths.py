#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers of channels made at run time, killed at each step: what their clients are told, and what the kernel
process keeps. Speaks TAP.

Each step has a server and a client of its own. In a second run the servers are killed before any client begins:
afterwards the kernel process must have as many open files and mappings in the one as in the other, and all
who are left, of whom the clients have closed what they had, as many handles and objects.

    run_server_deaths.py SOURCE_ROOT BUILD_ROOT COMPILER [OPTION...]
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
from run_deaths import Run  # noqa: E402
from watched import Watched  # noqa: E402

CLOSED = 107  # NK_ENOTCONN
NOT_CONNECTED, NOT_FOUND = -2**31 + 2, -2**31 + 18  # rcNotConnected, rcResourceNotFound
# step: what says that its server is there, what its client says after the death
STEPS = {
    "listening": ("there", [("connecting", NOT_FOUND)]),
    "queued": ("stalls", [("connecting", NOT_CONNECTED)]),
    "accepted": ("deaf", [("calling", CLOSED), ("closing", 0)]),
    "served": ("hangs", [("calling", CLOSED), ("calling again", CLOSED), ("closing", 0)]),
    "between": ("there", [("calling", CLOSED), ("closing", 0)]),
    "gave": ("there", [("calling", CLOSED), ("closing the given one", 0), ("closing", 0)]),
    "gave-open": ("there", [("calling", CLOSED), ("closing the given one", 0), ("closing", 0)]),
    "kept": ("there", [("calling", CLOSED), ("revoking", 0), ("closing", 0)]),
    "holding": ("holding", [("calling", CLOSED), ("mapping", 0), ("unmapping", 0), ("closing memory", 0),
                            ("closing the object", 0), ("closing the given one", 0), ("revoking", 0), ("closing", 0)]),
}
STAYING = [step for step, (word, _) in STEPS.items() if word in ("there", "holding")]  # their clients wait to be told of it


def init_file():
    lines = ["entities:", "- {name: link.Client, task: check, path: Victim, args: [check],"
             " connections: [{target: Server, id: plain}]}", "- {name: link.Server, task: Server}"]
    for step in STEPS:
        lines += [f"- {{name: link.Server, task: S_{step}, path: Server}}",
                  f"- {{name: link.Client, task: {step}, path: Survivor, args: [{step}, S_{step}]}}"]
    return "\n".join([*lines, ""])


def signal_all(run, number, names):
    for name in names:
        os.kill(run.pid(name), number)


def holdings(run):
    """What SIGQUIT says of each task. The line about calls that wait ends a report or begins it."""
    begin = len(run.lines)
    for _ in range(2):
        mark = len(run.lines)
        run.process.send_signal(signal.SIGQUIT)
        while not any(re.search("calls that wait|no call waits", line) for line in run.lines[mark:]):
            run.read_line()
    found = [re.search(r"(\S+) has (\d+) handles?, and made (\d+) objects?", line) for line in run.lines[begin:]]
    return sorted({m.groups() for m in found if m})


def die(run, go):
    """Kills the servers, after their clients have taken them to their steps if `go`. (outcomes, what is left)"""
    run.expect_all([rf"^{name} *\| ready" for name in ("check", *STEPS)])
    if go:
        signal_all(run, signal.SIGUSR1, STEPS)
        run.expect_all([rf"^{step} *\| there" for step in STEPS])
        run.expect_all([rf"^S_{step} *\| {word}" for step, (word, _) in STEPS.items() if word != "there"])
    signal_all(run, signal.SIGKILL, [f"S_{step}" for step in STEPS])
    run.expect_all([rf"S_{step} was killed by signal 9" for step in STEPS])
    if go:
        signal_all(run, signal.SIGUSR1, STAYING)
        run.expect_all([rf"^{step} *\| over" for step in STEPS])
    run.lines = [line for line in run.lines if not re.match("check .*served", line)]
    os.kill(run.pid("check"), signal.SIGUSR1)
    run.expect_all([r"^check *\| served"])
    left = (*run.count(), holdings(run))
    run.stop()
    return run.lines, left


def outcome(lines, step):
    said = [re.match(rf"{step} *\| (.*) gives (-?\d+)$", line) for line in lines]
    return [(m[1], int(m[2])) for m in said if m]


def main():
    source, build, compiler, *options = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "dynamic")
        shutil.copytree(pathlib.Path(source, "tests/e2e/dynamic/solution"), folder)
        (folder / "init.yaml").write_text(init_file(), encoding="utf-8")
        solution.build_solution(folder, sdk, compiler)
        command = [str(sdk / "bin/caisson"), "run", "-v", *options, str(folder / "build/solution")]
        _, before = die(Run(command), False)
        lines, after = die(Run(command), True)
    cases = [(f"server_dies_{step}", outcome(lines, step), expected) for step, (_, expected) in STEPS.items()]
    cases += [(f"deaths_of_servers_leave_no_{what}", one, other)
              for what, one, other in zip(("open_files", "mappings", "handles"), after, before)]
    left = [re.findall(r"\d+", line) for line in lines if "handles left" in line]
    cases.append(("nothing_is_left_at_the_end", left, [["0"] * 5]))
    for number, (name, got, expected) in enumerate(cases, 1):
        print(f"{'ok' if got == expected else 'not ok'} {number} - {name} # {got}, expected {expected}")
    print(f"1..{len(cases)}")
    sys.exit(any(got != expected for _, got, expected in cases))


if __name__ == "__main__":
    try:
        main()
    finally:
        Watched.end_all()
