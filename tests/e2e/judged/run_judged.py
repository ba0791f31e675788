#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a policy denies doesn't happen, and is told: to the caller, to the server, in the audit. Speaks TAP.

    run_judged.py CAISSON NK_PSL_GEN_C ACTOR COMPILER SOURCE_ROOT [OPTION...]

Every process is the program actor.c. A case may change a rule of security.psl, which is compiled for it.
OPTION: for `caisson run`.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
IDL = HERE / "idl"
POLICY = (HERE / "security.psl").read_text(encoding="utf-8")
DEADLINE = 120
CASES = []
SERVER = "- {name: judged.Target, task: T, path: actor}\n"


def case(function):
    CASES.append(function)
    return function


def client(task, *acts):
    words = ", ".join(f'"{act}"' for act in acts)
    return f"- {{name: judged.Client, task: {task}, path: actor, args: [{words}], connections: [{{target: T, id: t}}]}}\n"


class Bench:
    """A folder with the program and a policy, and runs of solutions in it."""

    def __init__(self, tools, folder, options):
        self.caisson, self.compiler, self.actor, self.cc, self.root = tools
        self.folder, self.options = pathlib.Path(folder), options
        self.audit = self.folder / "audit"
        os.symlink(self.actor, self.folder / "actor")

    def build(self, *changes):
        """security.psl with (old, new) put in, as ksm.module."""
        text = POLICY
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        source, code = self.folder / "security.psl", self.folder / "ksm.c"
        source.write_text(text, encoding="utf-8")
        subprocess.run([self.compiler, "-I", IDL, "-I", f"{self.root}/idl", "-o", code, source], check=True,
                       stderr=subprocess.DEVNULL)
        includes = [f"-I{self.root}/{name}" for name in ("runtime", "runtime/ksm", "sysroot/include")]
        module = self.folder / "ksm.module"
        subprocess.run([self.cc, "-std=gnu11", *includes, "-fPIC", "-shared", "-o", module, code], check=True)
        module.chmod(0o755)

    def run(self, *entries, options=(), head=""):
        """(exit code, lines) of `caisson run`, which ends by itself."""
        (self.folder / "init.yaml").write_text(head + "entities:\n" + "".join(entries), encoding="utf-8")
        done = subprocess.run(
            [self.caisson, "run", "-I", IDL, *self.options, *options, self.folder], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE, check=False)
        return done.returncode, [n for n in done.stdout.splitlines() if not n.startswith("caisson: no isolation")]

    def audited(self, *entries, options=(), head=""):
        """The same with the records of the audit."""
        code, lines = self.run(*entries, options=["--audit", str(self.audit), *options], head=head)
        return code, lines, [json.loads(line) for line in self.audit.read_text(encoding="utf-8").splitlines()]


def said(lines, task):
    return [line.split("| ", 1)[1] for line in lines if line.startswith(f"{task} ") and "| " in line]


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


# --- messages ---


@case
def a_denied_request_never_reaches_the_server(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Put=5", "Put=100", "Put=6"), SERVER)
    equal((code, said(lines, "A")), (0, ["Put: 5", "Put: error 1", "Put: 6"]))
    equal(said(lines, "T"), ["received Put 5", "received Put 6"])
    equal(len(records), 1)
    assert any("caisson: denied request judged.Client" in line and "security.psl:" in line for line in lines), lines


@case
def the_record_of_a_denial_says_who_what_and_which_rule(bench):
    bench.build()
    _, _, (record,) = bench.audited(client("A", "Put=100"), SERVER)
    equal([record[key] for key in ("decision", "event", "endpoint", "method", "task")],
          ["denied", "request", "target", "Put", "A"])
    equal([record["src"]["class"], record["dst"]["class"]], ["judged.Client", "judged.Target"])
    (call,) = record["calls"]
    line = next(n for n, text in enumerate(POLICY.splitlines(), 1) if "method=Put { assert (message.value" in text)
    equal([call["object"], call["method"], call["result"], call["line"]], ["base", "assert", "denied", line])
    assert call["file"].endswith("security.psl"), call
    assert record["time"].endswith("Z") and "permissive" not in record, record


@case
def a_malformed_request_reaches_no_rule_and_no_server(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "torn"), client("B", "Put=6"), SERVER)
    equal((code, said(lines, "A"), said(lines, "B")), (0, ["torn: rcInvalidArgument"], ["Put: 6"]))
    equal(said(lines, "T"), ["received Put 6"])
    (record,) = records
    equal([record[key] for key in ("decision", "event", "endpoint", "method", "task")],
          ["denied", "request", "target", "Put", "A"])
    equal((record["reason"], record["calls"]), ("the constant part has the wrong size", []))


@case
def a_denied_response_is_told_to_both_and_the_server_goes_on(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Put=60", "Put=7"), SERVER)
    equal((code, said(lines, "A")), (0, ["Put: error 1", "Put: 7"]))
    equal(said(lines, "T"), ["received Put 60", "reply failed: 1", "received Put 7"])
    equal([(r["event"], r["task"]) for r in records], [("response", "T")])


@case
def every_reply_gets_its_own_verdict_however_soon_the_next_call_comes(bench):
    bench.build()
    _, lines = bench.run(client("A", "Put=60*3000", "Put=40*3000"), SERVER)
    equal(said(lines, "A"), ["Put: error 1", "Put: 40"])
    replies = [line for line in said(lines, "T") if line.startswith("reply")]
    equal((len(replies), set(replies)), (3000, {"reply failed: 1"}))


@case
def errors_are_judged_by_rules_of_their_own(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Fails=7", "Fails=8", "Free=1"), SERVER)
    equal((code, said(lines, "A")), (0, ["Fails: status 7", "Fails: error 1", "Free: 1"]))
    equal([r["event"] for r in records], ["error"])


@case
def what_is_always_denied_is_denied_and_recorded(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Closed=1", "Free=2"), SERVER)
    equal((code, said(lines, "A"), said(lines, "T")), (0, ["Closed: error 1", "Free: 2"], ["received Free 2"]))
    equal([r["method"] for r in records], ["Closed"])


@case
def a_profile_records_what_is_granted(bench):
    bench.build()
    _, lines, records = bench.audited(client("A", "Told=1", "Free=2"), SERVER)
    equal(said(lines, "A"), ["Told: 1", "Free: 2"])
    equal([(r["decision"], r["method"]) for r in records], [("granted", "Told")])


@case
def the_security_interface_is_judged(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Permit=1", "Permit=2", "Permit=1"), SERVER)
    equal((code, said(lines, "A")), (0, ["Permit: 0", "Permit: error 1", "Permit: 0"]))
    equal([(r["event"], r["method"]) for r in records], [("security", "Permit")])


# --- starts ---


@case
def a_denied_start_starts_nothing(bench):
    bench.build(("match dst=judged.Client { grant () }", "match dst=judged.Client { deny () }"))
    code, lines, records = bench.audited(client("A", "Free=1"), SERVER)
    equal(code, 5)
    equal(len(lines), 1)
    assert "A can't be started, the policy denies it" in lines[0] and "security.psl:" in lines[0], lines
    equal([(r["event"], r["decision"]) for r in records], [("execute", "denied")])


@case
def a_denied_kernel_or_einit_starts_nothing(bench):
    bench.build(("match dst=Einit { grant () }", ""))
    code, lines = bench.run(client("A", "Free=1"), SERVER)
    equal(code, 5)
    assert "the kernel or of Einit" in lines[0] and "no rule is bound" in lines[0], lines


# --- the whole solution ---


@case
def mediation_always_leaves_nothing_direct(bench):
    bench.build()
    acts = ("Free=1", "Put=2", "Closed=3", "Fails=7")
    for head, direct in (("", "1 are direct"), ("mediation: policy\n", "1 are direct"),
                         ("mediation: always\n", "0 are direct")):
        code, lines = bench.run(client("A", *acts), SERVER, options=["-v"], head=head)
        equal((code, said(lines, "A")), (0, ["Free: 1", "Put: 2", "Closed: error 1", "Fails: status 7"]))
        assert any(f"of the methods of all channels {direct}" in line for line in lines), lines


METHODS = ("Put", "Free", "Fails", "Closed", "Told", "Use", "Give")


def explained(bench):
    """How many methods take which way, as the policy compiler explains it."""
    ways = []
    for method in METHODS:
        done = subprocess.run([pathlib.Path(bench.compiler).with_name("nkc"), "policy", "explain", "--json", "-I", IDL,
                               "-I", f"{bench.root}/idl", "--policy", bench.folder / "security.psl", "judged.Client",
                               "judged.Target", f"target.{method}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        ways.append(json.loads(done.stdout)["path"])
    return [ways.count(way) for way in ("direct", "use", "straight", "judged", "refused")]


@case
def the_compiler_explains_the_ways_that_calls_take(bench):
    free = "request src=judged.Client dst=judged.Target endpoint=target {"
    for changes in ((), ((free, free + " match method=Free { assert (message.value != 1) }"),),
                    (("    match method=Closed { deny () }\n", "    match method=Closed { grant () }\n"),),
                    ((free + "\n", free + "\n    match method=Use { assert (message.object.handle != 1) }\n"),),
                    (("match method=Fails { assert (message.status == 7) }", "match method=Fails { grant () }"),)):
        bench.build(*changes)
        _, lines = bench.run(client("A", "Put=1"), SERVER, options=["-v"])
        (line,) = [line for line in lines if "of the methods of all channels" in line]
        n_direct, n_use, n_straight, n_both, n_denied = map(int, re.findall(r"\d+", line.split("policy:")[1]))
        direct, use, straight, judged, refused = explained(bench)
        equal((n_direct, n_use, n_denied, n_straight + n_both),
              (direct, use, refused, straight + judged + refused))
        if direct + use == 0:
            equal((n_straight, straight), (0, 0))


@case
def a_wrong_mediation_is_refused_with_a_hint(bench):
    bench.build()
    code, lines = bench.run(client("A", "Free=1"), SERVER, head="mediation: allways\n")
    equal(code, 1)
    assert any("did you mean 'always'?" in line for line in lines), lines


@case
def a_permissive_run_does_what_is_denied_and_says_so(bench):
    bench.build()
    code, lines, records = bench.audited(client("A", "Put=100", "Put=101", "Closed=1", "Permit=2"), SERVER,
                                         options=["--permissive"])
    equal((code, said(lines, "A")), (0, ["Put: 100", "Put: 101", "Closed: 1", "Permit: 0"]))
    own = [line for line in lines if line.startswith("caisson: ")]
    assert own[0].startswith("caisson: PERMISSIVE") and own[-1].startswith("caisson: PERMISSIVE"), own
    equal(sum("permitted all the same" in line and "request" in line and "Put" in line for line in own), 1)
    assert any("permitted 2 times: " in line and "request" in line and "Put" in line for line in own), own
    assert any("permitted once: " in line and "request" in line and "Closed" in line for line in own), own
    equal({record["permissive"] for record in records}, {True})
    equal({record["decision"] for record in records}, {"denied"})


@case
def a_permissive_run_starts_what_may_not_start(bench):
    bench.build(("match dst=judged.Client { grant () }", ""))
    code, lines = bench.run(client("A", "Free=1"), SERVER, options=["--permissive"])
    equal((code, said(lines, "A")), (0, ["Free: 1"]))
    assert any("permitted all the same" in line and "execute" in line for line in lines), lines


@case
def without_a_policy_nothing_starts_unless_it_is_said(bench):
    code, lines = bench.run(client("A", "Closed=1"), SERVER)
    equal(code, 1)
    assert lines[0] == f"caisson: no policy: there is no {bench.folder}/ksm.module" and "--policy=none" in lines[2], lines
    code, lines = bench.run(client("A", "Closed=1", "Permit=2"), SERVER, options=["--policy=none"])
    equal((code, said(lines, "A")), (0, ["Closed: 1", "Permit: 0"]))
    assert lines[0].startswith("caisson: NO POLICY"), lines
    for option in ("--permissive", "--audit=x"):
        code, lines = bench.run(client("A", "Free=1"), SERVER, options=["--policy=none", option])
        equal(code, 2)


@case
def another_policy_can_be_named(bench):
    bench.build()
    (bench.folder / "ksm.module").rename(bench.folder / "other.module")
    code, lines = bench.run(client("A", "Free=1"), SERVER, options=["--policy", str(bench.folder / "other.module")])
    equal((code, said(lines, "A")), (0, ["Free: 1"]))


@case
def a_policy_that_lacks_a_class_is_refused_at_its_place(bench):
    bench.build(("use EDL judged.Target\n", ""), ("    match dst=judged.Target { grant () }\n", ""),
                (POLICY[POLICY.index("request src="):POLICY.index("security src=")], ""))
    code, lines = bench.run(client("A", "Free=1"), SERVER)
    equal(code, 1)
    text = "\n".join(lines)
    assert "init.yaml:3:" in text and "the policy doesn't know class 'judged.Target'" in text, lines


# --- audit ---


@case
def the_audit_file_is_private_and_no_link_is_followed(bench):
    bench.build()
    bench.audited(client("A", "Closed=1"), SERVER)
    equal(bench.audit.stat().st_mode & 0o777, 0o600)
    bench.audit.rename(bench.folder / "target")
    os.symlink(bench.folder / "target", bench.audit)
    code, lines = bench.run(client("A", "Closed=1"), SERVER, options=["--audit", str(bench.audit)])
    equal(code, 3)
    assert "symbolic link" in lines[0], lines


@case
def a_flood_ends_at_the_limit_and_hides_nobody(bench):
    bench.build()
    flood = 20000
    code, lines, records = bench.audited(client("A", f"Closed=1*{flood}"), client("B", "Free=1*500", "Put=100", "Put=1"),
                                         SERVER, options=["--audit-limit", "200K"])
    equal((code, said(lines, "A"), said(lines, "B")), (0, ["Closed: error 1"], ["Free: 1", "Put: error 1", "Put: 1"]))
    assert bench.audit.stat().st_size <= 200 * 1024
    equal(sum(r.get("method") == "Put" and r["task"] == "B" for r in records), 1)
    left = [r for r in records if r.get("audit") == "unwritten" and r["task"] == "A"]
    written = sum(r.get("event") == "request" and r["task"] == "A" for r in records)
    assert len(left) == 1 and written + left[0]["count"] <= flood, (left, written)
    shown = [line for line in lines if line.startswith("caisson: denied")]
    assert len(shown) < 100, len(shown)
    assert any("not shown" in line for line in lines), lines[-5:]


@case
def a_device_is_no_audit_file(bench):
    bench.build()
    code, lines = bench.run(client("A", "Free=1"), SERVER, options=["--audit", "/dev/null"])
    equal(code, 3)
    assert "no regular file" in lines[0], lines


@case
def the_policy_is_checked_without_a_start(bench):
    bench.build()
    (bench.folder / "init.yaml").write_text("entities:\n" + client("A", "Free=1") + SERVER, encoding="utf-8")
    words = [bench.caisson, "check", "-I", str(IDL), str(bench.folder)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    equal((done.returncode, done.stdout.endswith("nothing wrong\n")), (0, True))
    (bench.folder / "ksm.module").write_bytes(b"#!/bin/sh\n")
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    equal((done.returncode, "no whole shared object" in done.stdout), (1, True))


def main():
    *tools, = (os.path.abspath(word) if "/" in word else word for word in sys.argv[1:6])
    print(f"1..{len(CASES)}", flush=True)
    for number, test in enumerate(CASES, 1):
        word = "ok"
        with tempfile.TemporaryDirectory(prefix="caisson-judged-") as folder:
            try:
                test(Bench(tools, folder, sys.argv[6:]))
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as problem:
                word = "not ok"
                print("".join(f"# {line}\n" for line in str(problem).splitlines()), end="")
        print(f"{word} {number} - {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
