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
