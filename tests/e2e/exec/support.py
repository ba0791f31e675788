# SPDX-License-Identifier: MIT
"""What the tests of `caisson exec` share: a run of it, this machine's programs, and TAP."""
import os
import shutil
import subprocess

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"


class Exec:
    """`caisson exec` with its folders."""

    def __init__(self, caisson, idl, bins, timeout):
        self.command = [caisson, "exec", "-I", idl, *(part for folder in bins for part in ("--bin", folder))]
        self.timeout = timeout

    def bytes_of(self, *words, feed=b""):
        return subprocess.run([*self.command, *words], input=feed, stdout=subprocess.PIPE, timeout=self.timeout, check=False).stdout

    def __call__(self, *words, feed=b""):
        done = subprocess.run([*self.command, *words], input=feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=self.timeout, check=False)
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def find(name):
    return shutil.which(name, path=PATH)


class Tap:
    def __init__(self):
        self.n = self.n_failed = 0

    def case(self, is_so, name, *shown):
        self.n += 1
        self.n_failed += not is_so
        print(f"{'ok' if is_so else 'not ok'} {self.n} - {name.replace(' ', '_')}")
        if not is_so:
            print("".join(f"# {line}\n" for text in shown for line in str(text).splitlines()), end="")
