# SPDX-License-Identifier: MIT
"""The installed SDK as build scripts of solutions use it: SDK_PREFIX, toolchain/bin in PATH, a toolchain file."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import solution  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
NOBODY = 65534


def without_network():
    """Words before a command that take the network away from it, where the caller may do so."""
    words = ["unshare", "--net"]
    done = subprocess.run([*words, "true"], capture_output=True, check=False)
    return words if done.returncode == 0 else []


class Sdk:
    """An installed prefix. user: who runs its commands, without network; None: the caller."""

    def __init__(self, prefix, target="x86_64-kos", user=None):
        self.prefix = pathlib.Path(prefix)
        self.target = target
        self.user = user

    def environment(self):
        own = {"SDK_PREFIX": str(self.prefix), "HOME": "/nonexistent",
               "PATH": f"{self.prefix}/toolchain/bin:{os.environ['PATH']}"}
        return {key: value for key, value in os.environ.items() if key not in ("CC", "CXX", "CFLAGS")} | own

    def run(self, *words, folder=None, **environment):
        """(exit code, standard output and error together) of one command."""
        command = [str(word) for word in words]
        if self.user is not None:
            command = [*without_network(), "setpriv", f"--reuid={self.user}", f"--regid={self.user}",
                       "--clear-groups", *command]
        done = subprocess.run(command, cwd=folder, env=self.environment() | environment, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=solution.DEADLINE, check=False)
        return done.returncode, done.stdout

    def tool(self, name):
        return self.prefix / "toolchain/bin" / name

    def configure(self, source, build, compiler="", generator="Unix Makefiles", *words):
        """What the documentation tells people to call. compiler: "", "-gcc" or "-clang"."""
        return self.run(
            self.tool("cmake"), "-G", generator, "-B", build, "-S", source,
            "-D", f"CMAKE_TOOLCHAIN_FILE={self.prefix}/toolchain/share/toolchain-{self.target}{compiler}.cmake",
            "-D", f"CMAKE_FIND_ROOT_PATH={self.prefix}/sysroot-{self.target}", *words)

    def build(self, build, target):
        return self.run(self.tool("cmake"), "--build", build, "--target", target)


def process_lines(output):
    """Lines that processes of a solution printed, as "NAME | text", whatever the build said before them."""
    found = []
    for line in output.splitlines():
        match = re.search(r"([A-Za-z_][\w.]*) +\| (.*)$", line)
        if match:
            name = re.sub(r"^.*Built target [a-z]+", "", match.group(1))
            found.append(f"{name} | {match.group(2)}")
    return found


def expected_lines(name):
    return (HERE / name / "expected.txt").read_text(encoding="utf-8").splitlines()
