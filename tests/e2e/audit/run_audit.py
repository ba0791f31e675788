#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reading of the audit by a process: a solution with one that may and one that must not, and floods.

Each line that a process prints is a case.

    run_audit.py SOURCE_ROOT BUILD_ROOT COMPILER
"""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import solution  # noqa: E402


def main():
    source, build, compiler = sys.argv[1:]
    sdk = solution.staged_sdk(build)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "audit")
        shutil.copytree(pathlib.Path(source, "tests/e2e/audit/solution"), folder)
        solution.build_solution(folder, sdk, compiler)
        audit = pathlib.Path(scratch, "records")
        code, lines = solution.run_solution(folder, sdk, "--audit", str(audit))
        written = audit.read_text(encoding="utf-8").count('"task":"watch.Stranger"')
    cases = [line.split("| ", 1)[1] for line in lines if line.startswith("watch.")]
    cases.append(f"{'ok' if written == 601 else 'not ok'} the file has lost nothing by it")
    cases.append(f"{'ok' if code == 0 else 'not ok'} everything ended with 0")
    for number, case in enumerate(cases, 1):
        mark, _, name = case.rpartition("ok ")
        print(f"{mark}ok {number} - {name.replace(' ', '_')}")
    print(f"1..{len(cases)}")
    if any(case.startswith("not") for case in cases) or len(cases) != 18:
        print("\n".join(f"# {line}" for line in lines))
        sys.exit(1)


if __name__ == "__main__":
    main()
