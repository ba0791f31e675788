#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`einit`: what it writes, what the program made of it does, and what it refuses.

usage: check_einit.py SOURCE_ROOT BUILD_ROOT EINIT      Output: TAP
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD, EINIT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
sys.path.insert(0, str(ROOT / "tests" / "support"))
import solution  # noqa: E402

WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wcast-qual", "-Werror"]
INIT = """\
# Two processes.
entities:
- name: demo.Client
  args: ["-v", "two words", "say \\"??/*hi*/\\" \\\\ ü"]
  env: {MODE: test}
  connections:
  - target: server
    id: {var: SERVER_ID, include: ids.h}
  - {target: server, id: plain}
- name: demo.Server
  task: server
"""
EXPANDED = """\
entities:
- name: demo.Client
  args: ["-v", "two words", "say \\"??/*hi*/\\" \\\\ ü"]
  env: {MODE: test}
  connections:
  - target: server
    id: "the-server"
  - {target: server, id: plain}
  task: "demo.Client"
  path: "Client"
- name: demo.Server
  task: server
  path: "Server"
"""


class World:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "demo").mkdir()
        self.write("demo/Client.edl", "entity demo.Client\n")
        self.write("demo/Server.edl", "entity demo.Server\nendpoints {\n    ops : demo.Ops\n}\n")
        self.write("demo/Ops.idl", "package demo.Ops\ninterface {\n    Do();\n}\n")
        self.write("ids.h", '#define SERVER_ID "the-server"\n')
        self.write("init.yaml", INIT)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *command, **environment):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=100, env=os.environ | environment)
        return done.returncode, done.stdout, done.stderr

    def einit(self, *words):
        return self.run(EINIT, *words)

    def program(self, compiler="cc"):
        """The program made of init.yaml."""
        code, out, err = self.einit("-I", ".", "-o", "einit.c", "init.yaml")
        assert (code, out, err) == (0, "", ""), (code, out, err)
        code, out, err = self.run(compiler, *WARNINGS, "-o", "Einit", "einit.c")
        assert code == 0, err
        return self.folder / "Einit"


def names_are_resolved_and_all_keys_kept(w):
    code, out, err = w.run(w.program(), "--print")
    assert code == 0 and out == EXPANDED, out + err


def two_compilers_take_it_without_a_warning(w):
    for compiler in ("gcc", "clang"):
        if shutil.which(compiler):
            w.program(compiler)


def what_it_prints_gives_the_same_again(w):
    _, once, _ = w.run(w.program(), "--print")
    w.write("init.yaml", once)
    _, twice, _ = w.run(w.program(), "--print")
    assert once == twice


def processes_endpoints_and_channels_stand_on_top(w):
    w.program()
    text = (w.folder / "einit.c").read_text()
    assert text.startswith("/* Einit of init.yaml, written by einit. Do not edit"), text[:200]
    for line in (" *   demo.Client\n", " *       -> server, channel the-server\n", " *   server : demo.Server\n",
                 " *       0  ops : demo.Ops\n"):
        assert line in text, (line, text[:900])


def names_do_not_leave_their_comment(w):
    w.write("init.yaml", INIT.replace("task: server", 'task: "a*/b/*c??d"').replace("target: server", 'target: "a*/b/*c??d"'))
    _, out, _ = w.run(w.program(), "--print")
    assert 'task: "a*/b/*c??d"' in out
    assert " *   a* /b/ *c? ?d : demo.Server\n" in (w.folder / "einit.c").read_text()


def long_lines_are_several_strings(w):
    for size in (900, 980, 1000, 1024):
        for letter in ("x", '\\"', "ü"):
            text = letter * (size // len(letter.encode()))
            w.write("init.yaml", INIT.replace('"two words"', f'"{text}"'))
            _, out, _ = w.run(w.program(), "--print")
            assert f'"{text}"' in out, (size, letter)
    longest = max(len(line) for line in (w.folder / "einit.c").read_text().splitlines())
    assert longest <= 4 * 1000 + 16, longest


def programs_need_not_exist_yet(w):
    w.program()
    code, _, err = w.run(BUILD / "runtime/kernel/caisson", "check", "-I", ".", ".")
    assert code == 1 and "no executable 'Client'" in err, (code, err)


def the_program_starts_the_solution(w):
    sdk = solution.staged_sdk(BUILD)
    shutil.copytree(ROOT / "examples/echo", w.folder / "echo")
    solution.build_solution(w.folder / "echo", sdk, "cc")
    folder = w.folder / "echo/build/solution"
    assert w.einit("-I", str(folder), "-o", str(folder / "einit.c"), str(folder / "init.yaml"))[0] == 0
    assert w.run("cc", *WARNINGS, "-o", str(folder / "Einit"), str(folder / "einit.c"))[0] == 0
    code, out, err = w.run(folder / "Einit", *os.environ.get("EINIT_OPTIONS", "").split(), "--no-prefix",
                           PATH=f"{sdk / 'bin'}:{os.environ['PATH']}")
    assert code == 0 and 'heard "Hello, Server"' in out + err, (code, out, err)


def without_caisson_it_says_so(w):
    code, _, err = w.run(w.program(), PATH="/nowhere")
    assert code == 3 and "Einit: cannot start caisson: No such file" in err, (code, err)


def a_problem_leaves_the_old_file(w):
    w.write("einit.c", "old")
    for old, new, part in (("demo.Server", "demo.Sever", "unknown class 'demo.Sever'"),
                           ("SERVER_ID", "SEVER_ID", "did you mean 'SERVER_ID'?"),
                           ("target: server", "target: sever", "did you mean 'server'?"),
                           ("args:", "arks:", "arks"),
                           ("entities:", "entities: [", "init.yaml:")):
        w.write("init.yaml", INIT.replace(old, new, 1))
        code, out, err = w.einit("-I", ".", "-o", "einit.c", "init.yaml")
        assert code == 1 and part in err and out == "", (new, code, err)
        assert (w.folder / "einit.c").read_text() == "old"
    assert sorted(p.name for p in w.folder.iterdir()) == ["demo", "einit.c", "ids.h", "init.yaml"]


def exit_codes_are_the_documented_ones(w):
    for words, status, part in (([], 2, "name the init description"), (["init.yaml"], 2, "name the C file with -o"),
                                (["-o"], 2, "a value is missing: -o"),
                                (["-o", "x.c", "a", "b"], 2, "more than one init description: b"),
                                (["--outfile", "x"], 2, "unknown option: --outfile"),
                                (["-x"], 2, "unknown option: -x"), (["-I", "", "-o", "x.c", "i"], 2, "has no name"),
                                (["-o", "x.c", "none.yaml"], 3, "can't read none.yaml"),
                                (["-I", ".", "-o", "none/x.c", "init.yaml"], 3, "cannot write 'none/x.c'"),
                                (["-I", ".", "-o", "demo", "init.yaml"], 3, "cannot write 'demo'")):
        code, out, err = w.einit(*words)
        assert code == status and part in err and out == "", (words, code, err)
    for words in (["--help"], ["-h"], ["--version"], ["-o", "x", "--help"]):
        code, out, err = w.einit(*words)
        assert code == 0 and "einit" in out and err == "", (words, code, err)
    assert w.einit("-I.", "--out-file=einit.c", "init.yaml")[0] == 0 and (w.folder / "einit.c").exists()


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__" and name not in ("World", "main")]


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(World(folder))
                print(f"ok {number} - {test.__name__}", flush=True)
            except AssertionError as problem:
                failed += 1
                print(f"not ok {number} - {test.__name__}")
                for line in repr(problem).replace("\\n", "\n").splitlines():
                    print(f"# {line}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
