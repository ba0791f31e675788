#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One solution in the style of one release of the other SDK: configured by CMake against the staged SDK, built, run by
the target `sim`; what its processes print is compared.

    run_generation.py BUILD_ROOT SOLUTION TARGET COMPILER GENERATOR
"""
import pathlib
import sys
import tempfile

import sdk
import solution


def build_others(kit, build):
    """Images for boards and policy tests, in the solutions that have them."""
    _, targets = kit.build(build, "help")
    for target in ("kos-image", "sd-image", "pal-tests"):
        if f" {target}" not in targets and f"{target}:" not in targets:
            continue
        code, output = kit.build(build, target)
        if code != 0 or (target == "pal-tests" and "[  PASSED  ]" not in output):
            sys.exit(output)


def main():
    build_root, name, target, compiler, generator = sys.argv[1:]
    kit = sdk.Sdk(solution.staged_sdk(build_root), target)
    with tempfile.TemporaryDirectory() as scratch:
        build = pathlib.Path(scratch, "build")
        code, output = kit.configure(sdk.HERE / name, build, compiler, generator)
        if code != 0:
            sys.exit(output)
        code, output = kit.build(build, "sim")
        if code != 0:
            sys.exit(output)
        solution.expect_lines(sdk.expected_lines(name), sdk.process_lines(output))
        if compiler == "-gcc":
            build_others(kit, build)


if __name__ == "__main__":
    main()
