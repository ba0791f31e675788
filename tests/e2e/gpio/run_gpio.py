#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The GPIO driver and the board of the staged SDK, with clients that use all of it, fight, and lie.

Each line that they print is a case. Then the driver of a second run is killed while a client waits.

    run_gpio.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, compiler = sys.argv[1:]
    solution.run_cases(pathlib.Path(source, "tests/e2e/gpio/solution"), build, compiler,
                       ("gpio_test.Prober", "gpio_test.Rival", "gpio_test.Hostile"), 150)


if __name__ == "__main__":
    main()
