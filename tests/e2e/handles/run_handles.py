#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What must not be possible with handles: a solution whose client tries it, built with the staged SDK.

Each line that the client prints is a case. The audit must name the reasons.

    run_handles.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402

REASONS = ("no such handle in the process", "the handle lacks the right", "more rights than the handle has",
           "a handle of another kind", "too many handles in the process")


def said(lines):
    return [line.split("| ", 1)[1] for line in lines if line.startswith("hand.Taker | ")]


def is_nothing_left(lines):
    left = [re.findall(r"\d+", line) for line in lines if "handles left" in line]
    return left == [["0"] * 5]


def main():
    source, build, compiler = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "handles")
        shutil.copytree(pathlib.Path(source, "tests/e2e/handles/solution"), folder)
        solution.build_solution(folder, sdk, compiler)
        code, lines = solution.run_solution(folder, sdk, "-v")
        init = folder / "build/solution/init.yaml"
        init.write_text(init.read_text().replace("- name: hand.Taker\n", "- name: hand.Taker\n  args: [free]\n"))
        free_code, free_lines = solution.run_solution(folder, sdk, "-v", "--policy=none")
    cases = said(lines)
    cases += [f"{case} (no policy)" for case in said(free_lines)]
    cases.append(f"{'ok' if free_code == 0 else 'not ok'} everything ended with 0 (no policy)")
    cases += [f"{'ok' if any(reason in line for line in lines) else 'not ok'} the audit says: {reason}"
              for reason in REASONS]
    cases.append(f"{'ok' if code == 0 else 'not ok'} everything ended with 0")
    cases += [f"{'ok' if is_nothing_left(each) else 'not ok'} nothing is left in the tables{note}"
              for each, note in ((lines, ""), (free_lines, " (no policy)"))]
    for number, case in enumerate(cases, 1):
        mark, _, name = case.rpartition("ok ")
        print(f"{mark}ok {number} - {name.replace(' ', '_')}")
    print(f"1..{len(cases)}")
    if any(case.startswith("not") for case in cases) or len(cases) < 50:
        print("\n".join(f"# {line}" for line in lines))
        sys.exit(1)


if __name__ == "__main__":
    main()
