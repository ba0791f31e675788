#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Headers that nkc makes of the examples: each alone, and all of an example together in both orders, as
C11 and as C++17, without a warning. Speaks TAP, one case a header, language and compiler.

    check_headers.py SOURCE_ROOT BUILD_ROOT EXAMPLE COMPILER_C COMPILER_CXX
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only"]


def compile_text(compiler, language, folders, text):
    standard = {"c": "-std=c11", "c++": "-std=c++17"}[language]
    includes = [f"-I{folder}" for folder in folders]
    command = [compiler, "-x", language, standard, *WARNINGS, *includes, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def includes_of(headers):
    return "".join(f"#include <{h}>\n" for h in headers)


def main():
    source, build, example, compiler_c, compiler_cxx = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    resources = pathlib.Path(source, "examples", example, "resources")
    descriptions = sorted(p for p in resources.glob("**/*.?dl"))
    with tempfile.TemporaryDirectory() as generated:
        folders = [generated, str(sdk / "include/caisson")]
        command = [sdk / "bin/nkc", "gen", "-I", resources, "-I", folders[1], "-o", generated, *descriptions]
        subprocess.run(command, check=True)
        headers = [f"{p.relative_to(resources)}.h" for p in descriptions]
        texts = {h: includes_of([h]) for h in headers}
        texts["all together"] = includes_of(headers)
        texts["all together, backwards"] = includes_of(reversed(headers))
        cases = [(n, l, c) for n in texts for l, c in (("c", compiler_c), ("c++", compiler_cxx))]
        print(f"1..{len(cases)}")
        for number, (name, language, compiler) in enumerate(cases, 1):
            done = compile_text(compiler, language, folders, texts[name] + "extern int nothing;\n")
            result = "ok" if done.returncode == 0 and not done.stderr else "not ok"
            print(f"{result} {number} - {name} as {language} with {compiler}")
            print("".join(f"# {line}\n" for line in done.stderr.splitlines()), end="")


if __name__ == "__main__":
    main()
