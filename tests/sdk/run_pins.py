#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""find_package(gpio) and find_package(bsp) of the staged SDK: an image with both drivers is built and run. Speaks TAP.

    run_pins.py BUILD_ROOT
"""
import pathlib
import sys
import tempfile

import sdk
import solution

WANTED = ["pins.Client | pin 9 rises", "pins.Client | i2c1 is raspberry_pi4b.p2-3"]


def main():
    kit = sdk.Sdk(solution.staged_sdk(sys.argv[1]))
    failed = False
    print("1..2")
    with tempfile.TemporaryDirectory() as scratch:
        build = pathlib.Path(scratch, "build")
        code, output = kit.configure(sdk.HERE / "pins", build)
        lines = []
        if code == 0:
            code, output = kit.build(build, "sim")
            lines = sdk.process_lines(output)
        for number, (name, passed) in enumerate((("an_image_with_both_drivers_runs", lines == WANTED),
                                                 ("so_does_one_for_hardware", False)), 1):
            if number == 2 and code == 0:
                code, output = kit.build(build, "kos-image")
                image = next(build.rglob("kos-image"), None)
                if code == 0 and image:
                    code, output = kit.run(kit.tool("caisson"), "run", image)
                passed = code == 0 and sdk.process_lines(output) == WANTED
            if not passed:
                failed = True
                print("".join(f"# {line}\n" for line in output.splitlines()), end="")
            print(f"{'ok' if passed else 'not ok'} {number} - {name}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
