#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The closing line of `make test` counts what happened."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).resolve().parents[1] / "support/summary.py"


class Summary(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, build, *tests):
        logs = pathlib.Path(self.folder.name, build, "meson-logs")
        logs.mkdir(parents=True)
        lines = [json.dumps({"name": f"t{i}", "result": r, "stdout": o}) for i, (r, o) in enumerate(tests)]
        (logs / "testlog.json").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def expect(self, code, closing, *arguments):
        command = [sys.executable, str(SUMMARY), *arguments]
        done = subprocess.run(command, cwd=self.folder.name, capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout.splitlines()[-1], closing, done.stdout + done.stderr)
        self.assertEqual(done.returncode, code)

    def test_cases_of_tap_count_and_other_tests_are_one(self):
        self.put("a", ("OK", "1..2\nok 1 - x\nok 2 - y\n"), ("OK", "ok then\n"))
        self.expect(0, "3 passed, 0 failed", "a")

    def test_runs_are_added_up(self):
        self.put("a", ("OK", ""))
        self.put("b", ("OK", ""), ("SKIP", ""))
        self.expect(0, "2 passed, 0 failed, 1 skipped", "a", "b")

    def test_a_failed_case_counts_beside_its_good_ones(self):
        self.put("a", ("FAIL", "1..3\nok 1\nnot ok 2\nok 3 # SKIP no\n"))
        self.expect(1, "1 passed, 1 failed, 1 skipped", "a")

    def test_a_crash_after_good_cases_is_a_failure(self):
        self.put("a", ("ERROR", "1..3\nok 1\n"))
        self.expect(1, "1 passed, 1 failed", "a")

    def test_a_time_out_is_a_failure(self):
        self.put("a", ("TIMEOUT", ""))
        self.expect(1, "0 passed, 1 failed", "a")

    def test_a_run_without_log_is_a_failure(self):
        self.put("a", ("OK", ""))
        self.expect(1, "1 passed, 1 failed", "a", "b")

    def test_a_build_that_failed_is_a_failure_whatever_its_old_log_says(self):
        self.put("a", ("OK", ""))
        self.put("b", ("OK", ""))
        self.expect(1, "1 passed, 1 failed", "--failed-steps", " b", "a", "b")

    def test_a_run_of_no_tests_is_a_failure(self):
        self.put("a")
        self.expect(1, "0 passed, 1 failed", "a")


if __name__ == "__main__":
    unittest.main(verbosity=0)
