#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Components of the SDK: a small one is added to a copy of the staged SDK, and a solution takes it. Speaks TAP.

    run_parts.py BUILD_ROOT
"""
import pathlib
import shutil
import sys
import tempfile

import sdk
import solution


def add_component(kit):
    """What the installation of a service does, by hand."""
    source = sdk.HERE / "barometer"
    sysroot = kit.prefix / "sysroot-x86_64-kos"
    include = kit.prefix / "include/caisson"
    shutil.copytree(source / "test", include / "test")
    (include / "barometer").mkdir()
    for name in ("barometer.h", "connect.yaml"):
        shutil.copy(source / name, include / "barometer" / name)
    package = sysroot / "lib/cmake/barometer"
    package.mkdir()
    shutil.copy(source / "barometer-config.cmake", package)
    (package / "provided").touch()
    gcc, ar, nk = kit.tool("x86_64-kos-gcc"), kit.tool("x86_64-kos-ar"), kit.tool("nk-gen-c")
    commands = [
        [nk, "-I", include, "-o", include / "test", include / "test/IBarometer.idl"],
        [nk, "-I", include, "-o", include / "test", include / "test/Barometer.edl"],
        [gcc, "-O1", "-o", sysroot / "bin/barometer", source / "barometer.c"],
        [gcc, "-O1", "-c", "-o", kit.prefix / "client.o", source / "client.c"],
        [ar, "rcs", sysroot / "lib/libbarometer_client.a", kit.prefix / "client.o"],
    ]
    for command in commands:
        code, output = kit.run(*command)
        if code != 0:
            sys.exit(output)


class Parts:
    def __init__(self, staged, scratch):
        prefix = pathlib.Path(shutil.copytree(staged, pathlib.Path(scratch, "sdk"), symlinks=True))
        self.kit = sdk.Sdk(prefix)
        self.scratch = pathlib.Path(scratch)
        add_component(self.kit)

    def sim(self, name, *words, source="parts"):
        build = self.scratch / name
        code, output = self.kit.configure(sdk.HERE / source, build, "", "Unix Makefiles", *words)
        if code != 0:
            return output, []
        code, output = self.kit.build(build, "sim")
        return output, solution.by_process(sdk.process_lines(output))

    def configured(self, name, text):
        """Output of configuring a project of these lines."""
        folder = self.scratch / name
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.12)\nproject(p C)\ninclude(platform)\ninitialize_platform()\n"
            f"include(platform/nk)\ninclude(platform/image)\n{text}\n", encoding="utf-8")
        return self.kit.configure(folder, folder / "build", "", "Unix Makefiles")


def expansion(parts, name, file):
    return (parts.scratch / name / "kos-qemu-image.dir" / file).read_text(encoding="utf-8")


def linked_component_gets_its_process_and_channel(parts):
    output, lines = parts.sim("linked")
    wanted = ["parts.Other | 100013 pascal, 1 arguments", "parts.Reader | 100013 pascal, 0 arguments"]
    if lines != wanted:
        print("".join(f"# {line}\n" for line in output.splitlines()))
    return lines == wanted


def macros_become_what_the_packages_say(parts):
    init = expansion(parts, "linked", "init.yaml")
    return ("- name: test.Barometer\n  path: barometer\n  args:\n  - \"13\"\n  env:\n    BAROMETER_BASE: \"100000\"\n"
            in init
            and "  path: Reader\n  connections:\n  - target: test.Barometer\n    id: test.Barometer\n" in init
            and "use EDL test.Barometer\n" in expansion(parts, "linked", "security.psl"))


def replaced_component_comes_only_as_it_is_named(parts):
    output, lines = parts.sim("by-hand", "-DPARTS_BY_HAND=1")
    wanted = ["parts.Other | 100020 pascal, 1 arguments", "parts.Reader | 100020 pascal, 0 arguments"]
    if lines != wanted:
        print("".join(f"# {line}\n" for line in output.splitlines()))
    return lines == wanted and expansion(parts, "by-hand", "init.yaml").count("name: test.Barometer") == 1


def name_server_is_taken_by_its_package(parts):
    output, lines = parts.sim("meeting", source="meeting")
    if lines != ["meeting.Meeter | here of meeting.Meeter"]:
        print("".join(f"# {line}\n" for line in output.splitlines()))
        return False
    return "- name: kl.core.NameServer\n  path: ns\n" in expansion(parts, "meeting", "init.yaml")


def missing_component_is_refused_with_those_there_are(parts):
    code, output = parts.configured("tls", "find_package(tls REQUIRED)")
    words = " ".join(output.split())
    there = sorted(p.parent.name for p in parts.kit.prefix.glob("sysroot-x86_64-kos/lib/cmake/*/provided"))
    names = ", ".join(there)
    return code != 0 and "barometer" in there and f"Caisson has no component tls; it has: {names}" in words


def image_without_an_init_description_is_refused(parts):
    code, output = parts.configured("noinit", "build_kos_qemu_image(kos-qemu-image EINIT_ENTITY E)")
    return code != 0 and "CONNECTIONS_CFG" in output


def flag_that_is_no_flag_is_refused(parts):
    code, output = parts.configured("flag", 'project_header_default("STRICT_WARNINGS=NO")')
    return code != 0 and "STRICT_WARNINGS=NO" in output


CASES = [
    linked_component_gets_its_process_and_channel,
    macros_become_what_the_packages_say,
    replaced_component_comes_only_as_it_is_named,
    name_server_is_taken_by_its_package,
    missing_component_is_refused_with_those_there_are,
    image_without_an_init_description_is_refused,
    flag_that_is_no_flag_is_refused,
]


def main():
    staged = solution.staged_sdk(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        parts = Parts(staged, scratch)
        print(f"1..{len(CASES)}")
        for number, case in enumerate(CASES, 1):
            print(f"{'ok' if case(parts) else 'not ok'} {number} - {case.__name__}", flush=True)


if __name__ == "__main__":
    main()
