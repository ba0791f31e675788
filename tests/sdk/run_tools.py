#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scripts of toolchain/bin: what they add, leave out and refuse. Speaks TAP.

    run_tools.py BUILD_ROOT
"""
import pathlib
import shutil
import sys
import tempfile

import sdk
import solution

PROGRAM = '#include <rtl/retcode.h>\n#include <stdio.h>\nint main(void) { puts("runs"); return rcOk; }\n'
POLICY = "use nk.base._\nuse EDL Einit\nuse EDL kl.core.Core\nexecute { grant () }\n"


class Tools:
    def __init__(self, staged, folder):
        self.kit = sdk.Sdk(staged)
        self.folder = pathlib.Path(folder)
        self.write("main.c", PROGRAM)
        self.write("security.psl", POLICY)
        self.write("init.yaml", "entities:\n- name: Hello\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, tool, *words, **environment):
        return self.kit.run(self.kit.tool(tool), *words, folder=self.folder, **environment)


def compiler_adds_headers_and_runtime(t):
    for compiler in ("gcc", "clang"):
        if not shutil.which(compiler):
            continue
        code, output = t.run(f"aarch64-kos-{compiler}", "-o", "main", "main.c")
        if code != 0 or t.kit.run(t.folder / "main")[1] != "runs\n":
            print(f"# {output}")
            return False
    return True


def flag_of_another_cpu_is_left_out_with_one_note_a_build(t):
    (t.folder / "CMakeFiles").mkdir()
    t.write("CMakeCache.txt", "")
    outputs = [t.run("arm-kos-gcc", "-mcpu=cortex-a72", "-march=armv8-a", "-c", "main.c") for _ in range(2)]
    (t.folder / "CMakeCache.txt").unlink()
    first, second = (output for _, output in outputs)
    return all(code == 0 for code, _ in outputs) and first.count("is left out") == 2 and "is left out" not in second


def flag_of_this_cpu_is_kept(t):
    code, output = t.run("x86_64-kos-gcc", "-mtune=native", "-###", "-c", "main.c")
    return code == 0 and "left out" not in output and "mtune" in output


def warning_is_no_error_unless_asked_for(t):
    t.write("warns.c", "int f(int unused) { return g(); }\n")
    flags = ["-Wall", "-Wextra", "-Werror", "-c", "warns.c"]
    return t.run("x86_64-kos-gcc", *flags)[0] == 0 and t.run("x86_64-kos-gcc", *flags, CAISSON_WERROR="1")[0] != 0


def compiler_that_is_missing_is_named(t):
    code, output = t.run("x86_64-kos-gcc", "-c", "main.c", CAISSON_CC="no-such-cc")
    return code == 1 and "no-such-cc" in output


def cmake_is_the_one_of_the_machine(t):
    real = pathlib.Path(shutil.which("cmake")).parent
    code, output = t.run("cmake", "--version", PATH=f"{t.kit.prefix}/toolchain/bin:{t.kit.prefix}/toolchain/bin:{real}:/bin")
    (t.folder / "bin").mkdir()
    for name in ("sh", "readlink"):
        (t.folder / "bin" / name).symlink_to(shutil.which(name))
    missing, said = t.run("cmake", "--version", PATH=f"{t.kit.prefix}/toolchain/bin:{t.folder}/bin")
    return code == 0 and "cmake version" in output and missing == 127 and "no cmake" in said


def makekss_makes_a_module(t):
    code, output = t.run("makekss", "--target=aarch64-kos", "--module=-lksm_kss", "--with-nktype=psl",
                         "--with-nkflags=-I .", "--output=out.module", "security.psl")
    if code != 0:
        print(f"# {output}")
    return code == 0 and (t.folder / "out.module").read_bytes()[:4] == b"\x7fELF"


def makekss_leaves_the_old_module_when_the_policy_is_wrong(t):
    t.write("wrong.psl", "use nk.base._\nrequest src=Nobody { grant () }\n")
    t.write("kept.module", "old")
    code, output = t.run("makekss", "--output=kept.module", "wrong.psl")
    return code == 1 and "Nobody" in output and (t.folder / "kept.module").read_text(encoding="utf-8") == "old"


def makekss_carries_out_conditions(t):
    t.write("if.psl", POLICY + '{% if BOARD == "x" %}\nnonsense\n{% endif %}\n')
    return t.run("makekss", "--output=if.module", "if.psl")[0] == 0


def wrong_usage_is_told(t):
    cases = [("makekss",), ("makekss", "--nonsense", "security.psl"), ("makekss", "--with-nktype=x", "security.psl"),
             ("makekss", "--target=no-such-kos", "security.psl"), ("makekss", "--output=", "security.psl"),
             ("makekss", "--with-nkflags='-I .", "security.psl"), ("makeimg",), ("makeimg", "--img-dst=i"),
             ("makeimg", "--nonsense"), ("kos-gdb",), ("kos-gdb", "--nonsense")]
    return all(t.run(*words)[0] == 2 for words in cases) and all(
        t.run(tool, "--help")[0] == 0 for tool in ("makekss", "makeimg", "kos-gdb"))


def what_cannot_be_read_or_written_is_named_in_one_line(t):
    t.write("folder/file", "")
    t.write("empty", "")
    image = ["--with-init=init.yaml", "init.yaml"]
    cases = [("lost", "makekss", "lost"), ("folder", "makekss", "folder"),
             ("folder", "makekss", "--output=folder", "security.psl"),
             ("lost/it", "makekss", "--output=lost/it", "security.psl"),
             ("folder", "makeimg", "--img-dst=folder", *image), ("lost/i", "makeimg", "--img-dst=lost/i", *image),
             ("empty", "makeimg", "--img-dst=i", "--with-init=empty"), ("lost", "kos-gdb", "lost"),
             ("empty", "makeimg", "--img-dst=i", "--with-descriptions=empty", *image)]
    ok = True
    for name, tool, *words in cases:
        code, output = t.run(tool, *words)
        if code != 1 or output.count("\n") != 1 or f"{tool}: " not in output or name not in output:
            print(f"# {tool} {words}: {code}, {output!r}")
            ok = False
    return ok and [path.name for path in (t.folder / "folder").iterdir()] == ["file"]


def same_input_gives_the_same_image(t):
    t.run("x86_64-kos-gcc", "-o", "Hello", "main.c")
    t.write("data.txt", "data")
    t.write("idl/Hello.edl", "entity Hello\n")
    words = ["--with-init=init.yaml", "--with-descriptions=idl", "Hello", "data.txt"]
    first, second = (t.run("makeimg", f"--img-dst={name}", *words)[0] for name in ("one", "two"))
    same = (t.folder / "one").read_bytes() == (t.folder / "two").read_bytes()
    code, listing = t.kit.run("tar", "tf", t.folder / "one")
    wanted = {"init.yaml", "bin/Hello", "romfs/data.txt", "Hello.edl"}
    code, output = t.kit.run(t.kit.tool("caisson"), "run", "--policy=none", t.folder / "one")
    return (first, second, same) == (0, 0, True) and wanted <= set(listing.split()) and "Hello | runs" in output


def makeimg_refuses_what_does_not_fit(t):
    t.write("other/data.txt", "other")
    twice = t.run("makeimg", "--img-dst=i", "--with-init=init.yaml", "data.txt", "other/data.txt")
    lost = t.run("makeimg", "--img-dst=i", "--with-init=init.yaml", "lost.txt")
    no_init = t.run("makeimg", "--img-dst=i", "--with-init=lost.yaml", "data.txt")
    no_einit = t.run("makeimg", "--img-dst=i", "--with-init=/bin/false", "data.txt")
    return ([code for code, _ in (twice, lost, no_init, no_einit)] == [1, 1, 1, 1] and "two files" in twice[1]
            and "lost.txt" in lost[1] and "lost.yaml" in no_init[1] and not (t.folder / "i").exists())


def damaged_image_does_not_start(t):
    data = bytearray((t.folder / "one").read_bytes())
    data[3] ^= 1
    (t.folder / "damaged").write_bytes(data)
    code, output = t.kit.run(t.kit.tool("caisson"), "run", t.folder / "damaged")
    return code == 3 and "damaged" in output


CASES = [
    compiler_adds_headers_and_runtime,
    flag_of_another_cpu_is_left_out_with_one_note_a_build,
    flag_of_this_cpu_is_kept,
    warning_is_no_error_unless_asked_for,
    compiler_that_is_missing_is_named,
    cmake_is_the_one_of_the_machine,
    makekss_makes_a_module,
    makekss_leaves_the_old_module_when_the_policy_is_wrong,
    makekss_carries_out_conditions,
    wrong_usage_is_told,
    what_cannot_be_read_or_written_is_named_in_one_line,
    same_input_gives_the_same_image,
    makeimg_refuses_what_does_not_fit,
    damaged_image_does_not_start,
]


def main():
    staged = solution.staged_sdk(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(staged, folder)
        print(f"1..{len(CASES)}")
        for number, case in enumerate(CASES, 1):
            print(f"{'ok' if case(tools) else 'not ok'} {number} - {case.__name__}", flush=True)


if __name__ == "__main__":
    main()
