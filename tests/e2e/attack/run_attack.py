#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes that were taken over against a policy. Speaks TAP.

    run_attack.py CAISSON THIEF FRIEND VAULT POLICY IDL [OPTION...]

Each attempt runs beside friends that call the same vault until it is over; what came of it is printed, with the
audit's word on it. Nothing denied may reach the vault (it says LEAKED then), no call of a friend may fail. OPTION:
for `caisson run`.
"""
import ctypes
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

DEADLINE = 120
CASES = []
KCMP = {"x86_64": 312, "aarch64": 272}  # the system call
KCMP_FILE = 0


def case(function):
    CASES.append(function)
    return function


class Bench:
    def __init__(self, programs, idl, options, folder):
        self.folder, self.options = pathlib.Path(folder), options
        (self.folder / "bin").mkdir()
        for name, program in programs.items():
            shutil.copy(program, self.folder / "bin" / name)
        (self.folder / "bin/ksm.module").rename(self.folder / "ksm.module")
        shutil.copytree(idl, self.folder / "idl", ignore=shutil.ignore_patterns("*.build"))
        self.folder.chmod(0o755)

    def start(self, entries, *options, mediation=None):
        head = f"mediation: {mediation}\n" if mediation else ""
        (self.folder / "init.yaml").write_text(head + "entities:\n" + "".join(f"- {e}\n" for e in entries),
                                               encoding="utf-8")
        return subprocess.Popen([self.folder / "bin/caisson", "run", "-I", self.folder / "idl", *self.options, *options,
                                 self.folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def run(self, entries, *options, mediation=None):
        """Lines by process, and the audit."""
        audit = self.folder / "audit"
        process = self.start(entries, "--audit", audit, *options, mediation=mediation)
        lines = process.communicate(timeout=DEADLINE)[0].splitlines()
        assert process.returncode == 0, lines[-20:]
        said = {}
        for line in lines:
            name, _, text = line.partition(" | ")
            said.setdefault(name.strip(), []).append(text)
        return said, [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines()]


def entry(kind, task, path, *args, vault="V", more=""):
    links = f", connections: [{{target: {vault}, id: vault}}]" if vault else ""
    return f"{{name: attack.{kind}, task: {task}, path: {path}, args: {list(args)}{links}{more}}}"


VAULT = entry("Vault", "V", "vault", vault=None)


def denials(audit, source):
    return [r for r in audit if r.get("decision") == "denied" and r.get("task") == source]


def recorded(audit, source):
    """Denials of a task as the audit counts them: records, and what it says there was no room for."""
    return len(denials(audit, source)) + sum(r["count"] for r in audit if r.get("task") == source and
                                             r.get("audit") in ("dropped", "unwritten"))


def attempt(bench, what, n_denials, *friends):
    """One attempt of a thief beside friends."""
    said, audit = bench.run([VAULT, *(friends or [entry("Friend", "F", "friend", "Tell", "3000")]),
                             entry("Thief", "T", "thief", what)])
    leaked = [line for line in said.get("V", []) if "LEAKED" in line]
    records = denials(audit, "T")
    print(f"# {what:20} {said['T'][-1]}; denied in the audit: {len(records)}; "
          f"friend: {said['F'][-1]}; leaked: {len(leaked)}")
    assert not leaked, leaked[:5]
    assert said["T"][-1].startswith(("refused", "contained")), said["T"]
    assert re.fullmatch(r"[1-9]\d* granted, 0 denied, 0 wrong, 0 other", said["F"][-1]), said["F"]
    assert len(records) >= n_denials, audit[:5]
    return said, records


@case
def a_denied_method_is_refused(bench):
    _, records = attempt(bench, "steal", 1)
    assert "Steal" in json.dumps(records[0]), records


@case
def a_denied_method_over_the_direct_leg_is_refused(bench):
    _, records = attempt(bench, "steal-directly", 1)
    assert "Steal" in json.dumps(records[0]), records


@case
def a_judged_method_over_the_direct_leg_is_refused(bench):
    attempt(bench, "tell-directly", 1)


@case
def a_method_that_is_not_there_is_refused_over_the_direct_leg(bench):
    _, records = attempt(bench, "no-method", 1)
    assert len(records) == 1 and "4711" in json.dumps(records[0]), records


@case
def altered_verdict_tables_change_nothing(bench):
    attempt(bench, "alter-verdicts", 1)


@case
def a_message_that_changes_after_its_check_is_the_one_that_was_checked(bench):
    attempt(bench, "change-after-check", 0)


@case
def requests_in_all_slots_harm_nobody_else(bench):
    attempt(bench, "post-everything", 1)


@case
def a_flood_of_denials_hides_nobody(bench):
    last = entry("Friend", "L", "friend", "Steal", "1", more=", after: [T]")
    said, audit = bench.run([VAULT, entry("Thief", "T", "thief", "flood"), last])
    print(f"# flood                {said['T'][-1]}; denied in the audit: {len(denials(audit, 'T'))}, "
          f"of the other one: {len(denials(audit, 'L'))}")
    assert said["T"] == ["refused: each of them"] and said["L"] == ["0 granted, 1 denied, 0 wrong, 0 other"], said
    assert len(denials(audit, "L")) == 1, audit[-5:]
    assert recorded(audit, "T") == 20000, recorded(audit, "T")


@case
def answers_that_change_while_they_are_judged_are_those_that_were_judged(bench):
    said, audit = bench.run([entry("Vault", "V", "vault", "flip", vault=None), entry("Friend", "F", "friend", "Show", "3000")])
    print(f"# a server that changes its answers: {said['F'][-1]}; denied in the audit: {len(denials(audit, 'V'))}")
    found = re.fullmatch(r"\d+ granted, (\d+) denied, 0 wrong, 0 other", said["F"][-1])
    assert found and recorded(audit, "V") == int(found[1]), (said["F"], recorded(audit, "V"))


@case
def replayed_answers_answer_nothing(bench):
    said, audit = bench.run([entry("Vault", "V", "vault", "replay", vault=None), entry("Friend", "F", "friend", "Show", "3000")])
    print(f"# a server that replays answers: {said['F'][-1]}; denied in the audit: {len(denials(audit, 'V'))}")
    found = re.fullmatch(r"(\d+) granted, (\d+) denied, 0 wrong, (\d+) other", said["F"][-1])
    assert found and sum(map(int, found.groups())) == 3000, said["F"]
    refused = int(found[2]) + int(found[3])
    assert recorded(audit, "V") == refused, (said["F"], recorded(audit, "V"))


@case
def two_who_work_together_pass_nothing_without_a_call(bench):
    said, _ = bench.run([entry("Vault", "V", "vault", "watch", vault=None), entry("Thief", "T", "thief", "leave-traces")],
                        mediation="always")
    print(f"# leave traces         {said['V']}")
    assert said["V"] == ["nothing came"], said


@case
def two_clients_of_one_server_share_no_opening(bench):
    """Seen from outside: only root may compare what processes that can't be looked into have open."""
    syscall, number, own = ctypes.CDLL(None).syscall, KCMP.get(os.uname().machine, -1), os.getpid()
    if os.geteuid() != 0 or bench.options or syscall(number, own, own, KCMP_FILE, 1, 1) != 0:
        print("# needs root, chambers, and a Linux that compares")
        return
    process = bench.start([VAULT, entry("Thief", "A", "thief", "hold"), entry("Thief", "B", "thief", "hold")],
                          "-v", mediation="always")
    pids, n_holding = [], 0
    while n_holding < 2:
        line = process.stdout.readline()
        n_holding += "holds" in line
        if found := re.search(r"started as process (\d+)", line):
            pids.append(int(found[1]))
    files = {pid: sorted(int(name) for name in os.listdir(f"/proc/{pid}/fd")) for pid in pids}
    common = [(a, i, b, j) for a in pids for b in pids if a < b for i in files[a] for j in files[b]
              if syscall(number, a, b, KCMP_FILE, i, j) == 0]
    compared = sum(len(files[a]) * len(files[b]) for a in pids for b in pids if a < b)
    process.terminate()
    process.communicate(timeout=DEADLINE)
    print(f"# {compared} pairs of descriptors compared")
    assert compared > 50 and not common, common


def main():
    programs = dict(zip(("caisson", "thief", "friend", "vault", "ksm.module"), map(os.path.abspath, sys.argv[1:])))
    idl, *options = sys.argv[6:]
    print(f"1..{len(CASES)}", flush=True)
    for number, test in enumerate(CASES, 1):
        word = "ok"
        with tempfile.TemporaryDirectory(prefix="caisson-attack-") as folder:
            try:
                test(Bench(programs, idl, options, folder))
            except (AssertionError, KeyError, subprocess.TimeoutExpired) as problem:
                word = "not ok"
                print(f"# {problem}")
        print(f"{word} {number} - {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
