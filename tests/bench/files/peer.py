# SPDX-License-Identifier: MIT
"""The FUSE server of this folder as a peer, and where programs run."""
import os
import subprocess
import tempfile
import time


def pinned(cpus):
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


class Fuse:
    """Mounted for the time of a `with`, which gives its folder."""

    def __init__(self, program, cpus):
        self.program, self.cpus = program, cpus

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="caisson-fuse-")
        device = os.stat(self.folder).st_dev
        self.server = subprocess.Popen(
            [self.program, self.folder], preexec_fn=pinned(self.cpus))
        while os.stat(self.folder).st_dev == device and self.server.poll() is None:
            time.sleep(0.01)
        return self.folder

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        os.rmdir(self.folder)
