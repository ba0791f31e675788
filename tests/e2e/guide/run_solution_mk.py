#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""solution.mk builds what changed, and says what is wrong. Speaks TAP.

    run_solution_mk.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


class Project:
    """A copy of the echo example, built once."""

    def __init__(self, source, build, compiler, scratch):
        self.sdk = solution.staged_sdk(build)
        self.compiler = compiler
        self.folder = pathlib.Path(scratch, "echo")
        shutil.copytree(pathlib.Path(source, "examples/echo"), self.folder)
        self.make()

    def make(self, *arguments, sdk=None):
        command = ["make", f"CAISSON={sdk or self.sdk}", f"CC={self.compiler}", *arguments]
        return solution.run(command, self.folder)

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def nothing_to_do_when_nothing_changed(project):
    code, output = project.make()
    return code == 0 and "Nothing to be done" in output


def changed_interface_builds_all_programs(project):
    project.change("resources/echo/IEcho.idl", "MaxLine = 120", "MaxLine = 121")
    code, output = project.make()
    return code == 0 and "src/client.c" in output and "src/server.c" in output


def changed_source_builds_one_program(project):
    project.change("src/client.c", "Is anybody there?", "Anybody?")
    code, output = project.make()
    return code == 0 and "src/client.c" in output and "src/server.c" not in output


def changed_init_is_staged(project):
    project.change("init.yaml", "# The client", "# This client")
    code, _ = project.make()
    staged = project.folder / "build/solution/init.yaml"
    return code == 0 and "# This client" in staged.read_text(encoding="utf-8")


def line_on_standard_output_is_shown_although_the_program_is_stopped(project):
    project.change("src/server.c", "for (;;) {", 'puts("ready");\n        for (;;) {')
    code, _ = project.make()
    status, lines = solution.run_solution(project.folder, project.sdk)
    return code == 0 and status == 0 and any(line.endswith("| ready") for line in lines)


def fault_in_a_description_stops_the_build_with_its_place(project):
    project.change("resources/echo/IEcho.idl", "in string<MaxLine>", "in strin<MaxLine>")
    code, output = project.make()
    project.change("resources/echo/IEcho.idl", "in strin<MaxLine>", "in string<MaxLine>")
    return code != 0 and "IEcho.idl:" in output and project.make()[0] == 0


def changed_policy_builds_the_module_alone(project):
    project.change("security.psl", "method=Say { grant () }", "method=Say { grant ()  }")
    code, output = project.make()
    return code == 0 and "ksm.module" in output and "src/client.c" not in output


def fault_in_the_policy_stops_the_build_with_its_place(project):
    project.change("security.psl", "endpoint=wall.echo", "endpoint=wall.ekho")
    code, output = project.make()
    project.change("security.psl", "endpoint=wall.ekho", "endpoint=wall.echo")
    return code != 0 and "security.psl:" in output and project.make()[0] == 0


def policy_of_older_descriptions_is_refused(project):
    project.change("resources/echo/IEcho.idl", "Say(", "Tell(")
    project.change("security.psl", "method=Say", "method=Tell")
    project.make("build/solution/echo/IEcho.idl")
    status, lines = solution.run_solution(project.folder, project.sdk)
    project.change("resources/echo/IEcho.idl", "Tell(", "Say(")
    project.change("security.psl", "method=Tell", "method=Say")
    return status == 1 and any("NKC-630" in line for line in lines) and project.make()[0] == 0


def policy_that_fails_its_tests_fails_the_check(project):
    project.change("security.psl", "deny request src=other", "grant request src=other")
    code, output = project.make("check")
    project.change("security.psl", "grant request src=other", "deny request src=other")
    return code != 0 and "[  FAILED  ]" in output and project.make("check")[0] == 0


def module_that_others_may_write_is_refused(project):
    module = project.folder / "build/solution/ksm.module"
    module.chmod(0o775)
    status, lines = solution.run_solution(project.folder, project.sdk)
    module.chmod(0o755)
    return status == 1 and "others may write to it" in lines[0]


def missing_policy_is_explained(project):
    (project.folder / "security.psl").rename(project.folder / "kept.psl")
    code, output = project.make()
    without, lines = project.make("POLICY=none", "run")
    (project.folder / "kept.psl").rename(project.folder / "security.psl")
    return code != 0 and "no security.psl" in output and without == 0 and "NO POLICY" in lines


def missing_sdk_is_named(project):
    code, output = project.make("CAISSON=")
    return code != 0 and "no SDK" in output


def clean_removes_everything_made(project):
    code, _ = project.make("clean")
    return code == 0 and not (project.folder / "build").exists()


CASES = [
    nothing_to_do_when_nothing_changed,
    changed_interface_builds_all_programs,
    changed_source_builds_one_program,
    changed_init_is_staged,
    line_on_standard_output_is_shown_although_the_program_is_stopped,
    fault_in_a_description_stops_the_build_with_its_place,
    changed_policy_builds_the_module_alone,
    fault_in_the_policy_stops_the_build_with_its_place,
    policy_of_older_descriptions_is_refused,
    policy_that_fails_its_tests_fails_the_check,
    module_that_others_may_write_is_refused,
    missing_policy_is_explained,
    missing_sdk_is_named,
    clean_removes_everything_made,
]


def main():
    source, build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        project = Project(source, build, compiler, scratch)
        print(f"1..{len(CASES)}")
        for number, case in enumerate(CASES, 1):
            print(f"{'ok' if case(project) else 'not ok'} {number} - {case.__name__}", flush=True)


if __name__ == "__main__":
    main()
