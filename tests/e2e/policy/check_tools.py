#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`nkc policy` and its twin `caisson policy`, as installed: compile, test, coverage, suggest.

usage: check_tools.py SOURCE_ROOT BUILD_ROOT COMPILER PAGE      Output: TAP

PAGE is the page that documents the keys of the JSON.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD, COMPILER, PAGE = (pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3],
                               pathlib.Path(sys.argv[4]))
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import solution  # noqa: E402

SDK = solution.staged_sdk(BUILD)
GRANTED = '{"decision":"granted","event":"execute","src":{"class":"Einit"},"dst":{"class":"demo.Door"},"calls":[]}'


class World:
    """A folder with copies of the policies and a folder for temporary files, which must end empty."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        shutil.copytree(HERE / "demo", self.folder / "demo")
        for path in HERE.glob("*.psl"):
            shutil.copy(path, self.folder)

    def run(self, *words, tool="nkc", stdin="", **environment):
        command = [SDK / "bin" / tool, *words] if tool != "nkc" else [SDK / "bin/nkc", "policy", *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, input=stdin, timeout=100,
                              env=os.environ | {"CC": COMPILER, "TMPDIR": str(self.temporary)} | environment)
        assert not list(self.temporary.iterdir()), f"{words}: temporary files are left"
        return done.returncode, done.stdout, done.stderr

    def ok(self, *words, **options):
        code, out, err = self.run(*words, **options)
        assert code == 0, f"{words}: exit code {code}\n{err}{out}"
        return out

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def verdicts(self, policy):
        """(event, src, dst, endpoint, method) -> verdict, of every event that some rule is bound to."""
        model = json.loads(self.ok("compile", "--json", "-I", ".", policy))
        return {tuple(e.get(k) for k in ("event", "src", "dst", "endpoint", "method")): e["verdict"]
                for e in model["events"]}

    def audit_of(self, policy):
        """The records of every event that can happen between the classes of a policy."""
        self.ok("compile", "-I", ".", "-o", "decisions.c", policy)
        includes = [f"-I{ROOT / path}" for path in ("runtime", "runtime/ksm", "sysroot/include")]
        subprocess.run([COMPILER, "-std=c11", "-D_GNU_SOURCE", *os.environ.get("CFLAGS", "").split(), *includes,
                        "decisions.c", HERE / "audit_of.c", next(SDK.glob("**/libksm.a")), "-pthread", "-o", "asker"],
                       cwd=self.folder, check=True)
        lines = subprocess.run([self.folder / "asker"], capture_output=True, text=True, check=True).stdout
        return [json.loads(line) for line in lines.splitlines()]


def key_of(record):
    return (record["event"], record["src"]["class"], record.get("dst", {}).get("class"), record.get("endpoint"),
            record.get("method"))


# test ---------------------------------------------------------------------------------------------------


def passing_tests_pass(w):
    out = w.ok("test", "-I", ".", "base.psl")
    assert out.endswith("[  PASSED  ] 5 tests.\n"), out


def a_failing_test_is_named_with_its_place(w):
    code, out, _ = w.run("test", "-I", ".", "failing.psl")
    assert code == 1 and "failing.psl:12: Failure" in out, out
    assert "[  FAILED  ] policy.1 (failing.psl:10)" in out and "PASSED" not in out, out


def a_filter_chooses_by_name(w):
    out = w.ok("test", "--filter", "operators", "-I", ".", "base.psl")
    assert re.findall(r"RUN      \] (.*)", out) == ["base.operators"], out
    code, out, _ = w.run("test", "--filter", "operatorz", "-I", ".", "base.psl")
    assert code == 2 and "no test has 'operatorz' in its name" in out, (code, out)


def tests_are_listed_without_running(w):
    assert w.ok("test", "--list", "-I", ".", "failing.psl") == "policy.1\npolicy.others still run\n"


def harnesses_get_their_protocol(w):
    code, out, _ = w.run("test", "--tap", "-I", ".", "failing.psl")
    assert code == 1 and out.startswith("1..2\n# failing.psl:12: Failure\n"), out
    assert "\nnot ok 1 - policy.1\nok 2 - policy.others still run\n" in out, out


def audit_lines_are_shown_on_demand(w):
    out = w.ok("test", "--show-audit", "--filter", "a value", "-I", ".", "gaps.psl")
    assert "denied request demo.Guard 3 -> demo.Door 2 panel.interface.Set: base.assert denied" in out, out


def without_tests_there_is_a_warning(w):
    w.write("none.psl", "use nk.base._\nuse EDL kl.core.Core\nexecute { grant () }\n")
    code, out, err = w.run("test", "none.psl")
    assert code == 0 and "'none.psl' has no tests" in err and "0 tests" in out, (code, out, err)


def an_error_in_the_policy_is_no_failed_test(w):
    w.write("bad.psl", "use nk.base._\nexecute { grnt () }\n")
    code, out, err = w.run("test", "bad.psl")
    assert code == 1 and out == "" and "bad.psl:2:11: error" in err, (code, out, err)


def what_cannot_be_compiled_is_told(w):
    for environment, part in (({"CC": "no-such-compiler"}, "cannot run 'no-such-compiler'"),
                              ({"CC": "false"}, "the C compiler 'false' failed: exit code 1"),
                              ({"CC": "sh -c true"}, "cannot run"),
                              ({"TMPDIR": "/nowhere"}, "no temporary folder: No such file or directory")):
        code, _, err = w.run("test", "-I", ".", "base.psl", **environment)
        assert code == 3 and part in err, (environment, code, err)


def words_for_the_compiler_are_limited(w):
    own, limit = 12, 256  # words of a program's command line that are not in CFLAGS
    flags = os.environ.get("CFLAGS", "")
    room = limit - own - len(flags.split()) - len(os.environ.get("LDFLAGS", "").split()) - (len(COMPILER.split()) - 1)
    for n, status in ((room - 1, 0), (room, 0), (room + 1, 3)):
        code, _, err = w.run("test", "-I", ".", "--filter", "operators", "base.psl", CFLAGS=flags + " -DX" * n)
        assert code == status and ("more than 256 words for the C compiler" in err) == (status == 3), (n, code, err)


def the_default_policy_is_security_psl(w):
    code, _, err = w.run("test")
    assert code == 3 and "security.psl" in err, (code, err)
    shutil.copy(w.folder / "gaps.psl", w.folder / "security.psl")
    w.ok("test", "-I", ".")
    w.ok("test", "-I", ".", "--policy", "security.psl")


def wrong_usage_is_told(w):
    for words, part in ((["test", "a.psl", "b.psl"], "more than one policy: 'a.psl' and 'b.psl'"),
                        (["test", "--filtre", "x"], "did you mean '--filter'?"),
                        (["test", "--filter"], "needs a value"),
                        (["suggest"], "no audit file"),
                        (["explain", "A", "B"], "explain takes SRC DST ENDPOINT.METHOD"),
                        (["explian"], "unknown action 'explian'; did you mean 'explain'?"),
                        ([], "which action?")):
        code, out, err = w.run(*words)
        assert code == 2 and part in err and out == "", (words, code, err)


def caisson_has_the_same_command(w):
    assert w.run("policy", "test", "--tap", "-I", ".", "failing.psl", tool="caisson") == \
        w.run("test", "--tap", "-I", ".", "failing.psl")
    code, out, _ = w.run("policy", "--help", tool="caisson")
    assert code == 0 and "nkc policy ACTION" in out, out


def the_older_compiler_runs_tests_too(w):
    for policy, expected in (("base.psl", 0), ("failing.psl", 1)):
        code, out, err = w.run("-I", str(SDK / "include/caisson"), "-I", ".", "--tests", "run", "-o", "out.c", policy,
                               tool="nk-psl-gen-c")
        assert code == expected and ("[  PASSED  ]" in out) == (expected == 0), (code, out, err)
        assert "int main(" in (w.folder / "out.c").read_text()


# compile ------------------------------------------------------------------------------------------------


def a_policy_becomes_c_by_the_name_of_the_output(w):
    printed = w.ok("compile", "-I", ".", "base.psl")
    w.ok("compile", "-I", ".", "-o", "base.c", "base.psl")
    assert printed == (w.folder / "base.c").read_text() and printed.startswith("/* Decision code of the policy base.psl")


def a_policy_becomes_a_module(w):
    w.ok("compile", "-I", ".", "-o", "ksm.module", "base.psl")
    first = (w.folder / "ksm.module").read_bytes()
    assert first[:4] == b"\x7fELF"
    assert "-g" in os.environ.get("CFLAGS", "") or str(w.folder).encode() not in first, "a path of this run is in it"
    before = (w.folder / "ksm.module").stat().st_mtime_ns
    w.ok("compile", "-I", ".", "-o", "ksm.module", "base.psl")
    if "-g" in os.environ.get("CFLAGS", ""):
        return  # debug data name the temporary folder
    assert (w.folder / "ksm.module").read_bytes() == first, "two runs give two modules"
    assert (w.folder / "ksm.module").stat().st_mtime_ns == before, "an unchanged module is written again"


def nothing_is_written_after_an_error(w):
    w.write("bad.psl", "use nk.base._\nexecute { grnt () }\n")
    for output in ("x.module", "x.c"):
        code, _, _ = w.run("compile", "-o", output, "bad.psl")
        assert code == 1 and not (w.folder / output).exists()
    code, _, err = w.run("compile", "-I", ".", "-o", "nowhere/x.c", "base.psl")
    assert code == 3 and "cannot write 'nowhere/x.c'" in err, (code, err)


def every_key_of_the_json_is_documented(w):
    named = set(re.findall(r"`(\w+)`", PAGE.read_text()))

    def keys(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    for words in (["compile", "--json", "rules.psl"], ["compile", "--json", "base.psl"],
                  ["coverage", "--json", "gaps.psl"],
                  ["explain", "--json", "--policy", "gaps.psl", "demo.Guard", "demo.Door", "panel.interface.Set"]):
        missing = set(keys(json.loads(w.ok(*words, "-I", ".")))) - named
        assert not missing, (words, missing)


def the_way_of_a_call_is_explained(w):
    for method, path in (("Set", "the kernel process judges request and reply"),
                         ("Open", "the kernel process refuses the request")):
        out = w.ok("explain", "--policy", "gaps.psl", "-I", ".", "demo.Guard", "demo.Door", "panel.interface." + method)
        assert f"path      {path}" in out, out
    w.write("open.psl", "use nk.base._\nuse nk.basic._\nuse EDL kl.core.Core\nuse EDL demo.Door\nuse EDL demo.Guard\n"
            "request { grant () }\nresponse { grant () }\nerror { grant () }\n"
            "request dst=demo.Door endpoint=panel.interface method=Set { assert (message.value != 1) }\n")
    ask = ["explain", "--policy", "open.psl", "-I", ".", "demo.Guard", "demo.Door"]
    assert "path      direct, client and server share memory" in w.ok(*ask, "panel.interface.List")
    assert "the reply goes straight back\n          (the request is not always granted: open.psl:9: depends on the message)" \
        in w.ok(*ask, "panel.interface.Set")
    assert json.loads(w.ok(*ask, "--json", "panel.interface.Set"))["path"] == "straight"
    w.write("open.psl", (w.folder / "open.psl").read_text() +
            "request dst=demo.Door endpoint=panel.interface { assert (src_sid != 1) }\n")
    assert "no method between the two is direct" in w.ok(*ask, "panel.interface.Set")


def names_that_do_not_exist_are_told(w):
    for words, part in ((("demo.Gard", "demo.Door", "panel.interface.Set"), "unknown class 'demo.Gard'; did you mean"),
                        (("demo.Guard", "demo.Door", "panel.interfaces.Set"), "unknown endpoint 'panel.interfaces'"),
                        (("demo.Guard", "demo.Door", "panel.interface.Sit"), "unknown method 'Sit'; did you mean 'Set'?"),
                        (("demo.Guard", "security", "Permits"), "unknown method 'Permits'")):
        code, out, err = w.run("explain", "--policy", "gaps.psl", "-I", ".", *words)
        assert code == 1 and part in err and out == "", (words, code, err)


# coverage -----------------------------------------------------------------------------------------------


def rules_without_test_are_listed(w):
    out = w.ok("coverage", "-I", ".", "gaps.psl")
    assert out.startswith("3 of 5 rules reached; not these:\n  gaps.psl:16:25: deny ()\n  gaps.psl:18:77: grant ()\n"), out


def what_never_happened_is_listed(w):
    out = w.ok("coverage", "-I", ".", "gaps.psl")
    assert "3 of 5 allowed events happened; never these:\n  execute kl.core.Core -> kl.core.Core\n" in out, out
    assert "panel.interface" not in out.split("never these:")[1], out


def audit_counts_as_well(w):
    w.write("audited.psl", 'use gaps._\naudit profile all = { 0 : { base : { kss : ["granted", "denied"] } } }\n'
            "audit default = all 0\n")
    records = w.audit_of("audited.psl")
    w.write("audit", "".join(json.dumps(r) + "\n" for r in records))
    out = w.ok("coverage", "--no-tests", "--audit", "audit", "-I", ".", "audited.psl")
    assert out.startswith("5 of 5 rules reached\n5 of 5 allowed events happened\n"), out
    report = json.loads(w.ok("coverage", "--audit", "audit", "--json", "-I", ".", "audited.psl"))
    assert report["tests"] == 1 and report["audit_records"] == len(records)
    assert [r["denied"] for r in report["rules"] if r["line"] == 16] == [1], report["rules"]
    assert all(a["granted"] for a in report["allowed"]), report["allowed"]


def audit_from_another_folder_counts(w):
    w.write("audit", json.dumps({"decision": "denied", "event": "request", "src": {"class": "demo.Guard"},
                                 "dst": {"class": "demo.Door"}, "calls": [
                                     {"object": "base", "method": "deny", "result": "denied", "file": "/a/gaps.psl", "line": 16},
                                     {"object": "base", "method": "deny", "result": "denied", "file": "xgaps.psl", "line": 16},
                                     {"object": "base", "method": "deny", "result": "odd", "file": "gaps.psl", "line": 16}]}))
    code, out, err = w.run("coverage", "--no-tests", "--json", "--audit", "audit", "-I", ".", "gaps.psl")
    assert code == 0 and [r["denied"] for r in json.loads(out)["rules"] if r["line"] == 16] == [1], out
    assert "2 calls in the audit are of no rule of 'gaps.psl'" in err, err


def failing_tests_are_told(w):
    code, out, err = w.run("coverage", "-I", ".", "failing.psl")
    assert code == 0 and "some tests fail" in err and "1 of 1 rules reached\n" in out, (code, out, err)


def without_tests_no_compiler_is_needed(w):
    out = w.ok("coverage", "--no-tests", "-I", ".", "gaps.psl", CC="false")
    assert out.startswith("0 of 5 rules reached"), out


# suggest ------------------------------------------------------------------------------------------------


def accepted(w, rules):
    """Verdicts of gaps.psl with these rules behind it."""
    w.write("more.psl", (w.folder / "gaps.psl").read_text() + rules)
    code, _, err = subprocess.run([SDK / "bin/nkc", "check", "-I", ".", "-I", SDK / "include/caisson", "more.psl"],
                                  cwd=w.folder, capture_output=True, text=True).returncode, "", ""
    assert code == 0, f"not accepted:\n{rules}{err}"
    return w.verdicts("more.psl")


def each_denied_event_is_granted_then_and_nothing_else(w):
    before = w.verdicts("gaps.psl")
    unbound = [r for r in w.audit_of("gaps.psl") if r["decision"] == "denied" and r.get("reason")]
    assert len(unbound) > 20
    chosen = [r for r in unbound if "kl.core.Core" not in json.dumps(r)] + unbound[::97]
    assert {r["event"] for r in chosen} == {"execute", "request", "response", "error", "security"}
    for record in chosen:
        w.write("audit", json.dumps(record) + "\n")
        after = accepted(w, w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit"))
        key = key_of(record)
        assert after.pop(key) in ("always", "depends"), key
        assert after == before, (key, set(after) ^ set(before))


def all_denied_events_together_are_granted_and_nothing_else(w):
    before = w.verdicts("gaps.psl")
    unbound = [r for r in w.audit_of("gaps.psl") if r["decision"] == "denied" and r.get("reason")]
    w.write("audit", "".join(json.dumps(r) + "\n" for r in unbound))
    rules = w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
    after = accepted(w, rules)
    assert set(after) == set(before) | {key_of(r) for r in unbound}
    assert all(after[k] == v for k, v in before.items())
    assert "never" not in [after[key_of(r)] for r in unbound]
    second = w.ok("suggest", "--policy", "more.psl", "-I", ".", "audit")
    assert "grant ()" not in second and second.count("The policy has a rule for it by now") == len(unbound)


def the_denied_event_is_granted_when_it_comes_again(w):
    denied = [r for r in w.audit_of("gaps.psl") if r["event"] == "security"]
    assert [r["decision"] for r in denied] == ["denied"]
    w.write("audit", json.dumps(denied[0]))
    accepted(w, w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit"))
    assert [r["decision"] for r in w.audit_of("more.psl") if r["event"] == "security"] == ["granted"]


def methods_between_two_classes_are_one_binding(w):
    record = {"decision": "denied", "event": "error", "src": {"class": "demo.Door"}, "dst": {"class": "demo.Guard"},
              "endpoint": "panel.interface", "reason": "no rule is bound", "calls": []}
    w.write("audit", "".join(json.dumps(record | {"method": m}) + "\n" for m in ("Use", "Set", "Use")))
    assert w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit") == """\
/* Proposed by 'nkc policy suggest': 3 denials, 2 different. Read each rule before you take it. */

error src=demo.Door dst=demo.Guard {
    /* 2 denials, the first at audit:1. Admits also: every process of these classes, whatever happened
       before. */
    match endpoint=panel.interface method=Use { grant () }
    /* 1 denial, at audit:2. Admits also: every process of these classes, whatever happened before. */
    match endpoint=panel.interface method=Set { grant () }
}
"""


def what_a_rule_would_admit_besides_is_said(w):
    record = {"decision": "denied", "event": "request", "src": {"class": "demo.Guard"}, "dst": {"class": "demo.Door"},
              "endpoint": "panel.interface", "method": "Use", "reason": "no rule is bound", "calls": []}
    w.write("audit", json.dumps(record))
    out = w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
    assert "every value of file (a handle), key; every process" in " ".join(out.split()), out
    assert max(map(len, out.splitlines())) <= 110, out
    for event in ("response", "error"):
        assert f"/* Not granted yet: {event} src=demo.Door dst=demo.Guard endpoint=panel.interface method=Use */" in out, out


def rules_that_deny_are_named_and_not_outvoted(w):
    record = {"decision": "denied", "event": "request", "src": {"class": "demo.Guard"}, "dst": {"class": "demo.Door"},
              "endpoint": "panel.interface", "method": "Open", "calls": [
                  {"object": "base", "method": "deny", "result": "denied", "why": "always denied", "file": "gaps.psl",
                   "line": 16}]}
    w.write("audit", (json.dumps(record) + "\n") * 2)
    out = w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
    assert "grant ()" not in out and "2 denials, the first at audit:1" in out, out
    assert "narrow:\n       gaps.psl:16: base.deny: always denied */" in out, out


def what_no_policy_can_admit_is_said(w):
    base = {"decision": "denied", "event": "request", "src": {"class": "demo.Guard"}, "dst": {"class": "demo.Door"},
            "endpoint": "panel.interface", "method": "Set", "calls": []}
    for change, part in (({"reason": "the arena is */ too small"}, "No policy can admit it: the arena is * / too small"),
                         ({"src": {"class": "demo.Nobody"}}, "A class of it is not in the policy"),
                         ({"src": {"class": "?"}}, "A class of it is not in the policy"),
                         ({"method": "Sit"}, "There is no such endpoint or method"),
                         ({"endpoint": None, "riid": 70000, "mid": -1}, "There is no such endpoint or method")):
        w.write("audit", json.dumps(base | change))
        out = w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
        assert part in out and "grant ()" not in out, (change, out)
        accepted(w, out)


def granted_events_ask_for_nothing(w):
    out = w.ok("suggest", "--policy", "gaps.psl", "-I", ".", "-", stdin=GRANTED)
    assert out == "/* Proposed by 'nkc policy suggest': 0 denials, 0 different. Read each rule before you take it. */\n"


def lines_that_are_no_records_are_told_and_the_others_count(w):
    denied = GRANTED.replace("granted", "denied")
    rows = (("[1]", "audit:1:1: error: an audit record is a JSON object"),
            ('{"event":"reqest","decision":"denied"}', 'audit:2:1: error: "event" is none of'),
            (denied.replace("denied", "perhaps"), 'audit:3:1: error: "decision" is neither'),
            (denied.replace('"dst"', '"dts"'), 'audit:4:1: error: "src" or "dst" has no "class"'),
            (denied[:40], "audit:5:41: error: the text ends too early"),
            ("\0", "audit:6:1: error: no value begins like this"),
            ("[" * 100, "audit:7:65: error: too many objects and arrays inside of each other"))
    w.write("audit", "".join(line + "\n" for line, _ in rows) + '\n  \n{"dropped":4}\n' + denied)
    code, out, err = w.run("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
    assert code == 1, (code, err)
    for _, message in rows:
        assert message in err, (message, err)
    assert "execute src=Einit dst=demo.Door { grant () }" in out and "audit:11" in out, out


def many_bad_lines_are_not_all_shown(w):
    for n, extra in ((20, 0), (21, 1), (500, 1)):
        w.write("audit", "x\n" * n)
        code, _, err = w.run("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
        assert code == 1, code
        assert len([line for line in err.splitlines() if line.startswith("audit:")]) == min(n, 20) + extra, (n, err)


def lines_may_be_as_long_as_the_limit(w):
    denied = GRANTED.replace("granted", "denied")
    for size, good in ((65535, True), (65536, True), (65537, False), (2000000, False)):
        w.write("audit", denied[:-1] + ',"x":"' + "y" * (size - len(denied) - 7) + '"}\n' + denied + "\n")
        code, out, err = w.run("suggest", "--policy", "gaps.psl", "-I", ".", "audit")
        assert (code == 0) == good and ("2 denials" if good else "1 denial,") in out, (size, code, err)
        assert good or "audit:1:65537: error: the line is too long" in err, err


def an_audit_that_cannot_be_read_is_told(w):
    for path in ("none", "demo"):
        for words in (["suggest", "--policy", "gaps.psl", path], ["coverage", "--no-tests", "gaps.psl", "--audit", path]):
            code, out, err = w.run(*words, "-I", ".")
            assert code == 3 and f"cannot read '{path}'" in err and out == "", (words, code, out, err)


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__" and
         name not in ("World", "key_of", "accepted", "main")]


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(World(folder))
                print(f"ok {number} - {test.__name__}", flush=True)
            except (AssertionError, subprocess.SubprocessError, ValueError) as problem:
                failed += 1
                print(f"not ok {number} - {test.__name__}")
                for line in repr(problem).replace("\\n", "\n").splitlines() or ["?"]:
                    print(f"# {line}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
