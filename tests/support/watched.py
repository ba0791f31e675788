# SPDX-License-Identifier: MIT
"""A command that runs while a test looks at it, and tests of such runs. No case leaves a run behind."""
import pathlib
import re
import subprocess
import tempfile
import threading
import traceback

PATIENCE_S = 20  # for one that is asked to end


class Watched:
    """A running command, its lines read as they come. It is ended after deadline_s, so that nobody waits for ever."""

    running = []

    def __init__(self, command, deadline_s, env=None):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
        self.lines, self.is_late = [], False
        self.timer = threading.Timer(deadline_s, self.end_late)
        self.timer.daemon = True
        self.timer.start()
        Watched.running.append(self)

    def expect(self, pattern):
        """The match in the next line that has one, waited for."""
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if found := re.search(pattern, self.lines[-1]):
                return found
        raise AssertionError(f"{pattern!r} never came{' in time' * self.is_late}, only {self.lines[-30:]}")

    def wait(self):
        self.lines += [line.rstrip("\n") for line in self.process.stdout]
        code = self.process.wait()
        assert not self.is_late, f"it did not end in time, {self.lines[-30:]}"
        return code

    def stop(self):
        self.process.terminate()
        return self.wait()

    def end_late(self):
        self.is_late = True
        self.end()

    def end(self):
        """Asked first: a kernel process that is killed can't end its processes."""
        self.timer.cancel()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @classmethod
    def end_all(cls):
        for run in cls.running:
            run.end()
            run.process.stdout.close()
        cls.running.clear()


def speak_tap(cases, *first):
    """Runs the cases, pairs of a function and a word: function(*first, folder, word), the folder empty and for it alone.
    What it returns, or why it fails, is shown."""
    print(f"1..{len(cases)}", flush=True)
    for number, (test, word) in enumerate(cases, 1):
        mark, outcome = "ok", ""
        with tempfile.TemporaryDirectory(prefix="caisson-watched-") as folder:
            try:
                outcome = test(*first, pathlib.Path(folder), word) or ""
            except (AssertionError, OSError, subprocess.SubprocessError) as problem:
                at = traceback.extract_tb(problem.__traceback__)[1]  # in the test itself
                mark, outcome = "not ok", f"line {at.lineno}: {problem}"
            finally:
                Watched.end_all()
        shown = f"{test.__name__}, {word}: {outcome}"
        print("".join(f"# {line}\n" for line in shown.splitlines()), end="")
        print(f"{mark} {number} - {test.__name__} {word}", flush=True)
