# SPDX-License-Identifier: MIT
"""Stressors of stress-ng (0.15), of its class `filesystem`: what becomes of each in a chamber, as the guide's table has it."""

# Each has workers that are processes, and looks at what it did.
WORK = ("access chattr chdir chmod dentry dir dirdeep dirmany dup eventfd fallocate fcntl file-ioctl filename flock fpunch fstat getdent "
        "hdd inode-flags io iomix lease link locka lockf lockofd mknod open rename symlink touch utime xattr").split()

# What a FAT hasn't: modes, links, attributes, fine times.
NOT_ON_FAT = "access link symlink utime xattr".split()

# It says so itself and does nothing: exit status 0.
NOT_SUPPORTED = "binderfs dnotify fanotify fiemap sync-file verity".split()

# Exit status, and a part of what it says.
REFUSED = {
    "bind-mount": (1, "No stress workers invoked"),
    "chown": (2, "chown: lchown"),
    "copy-file": (2, "copy_file_range failed"),
    "fsize": (2, "(fsize) terminated with an error"),
    "handle": (2, "/proc/self/mountinfo"),
    "inotify": (2, "(inotify) terminated with an error"),
    "ioprio": (2, "ioprio_get"),
    "procfs": (3, "(procfs) aborted early"),
}
SIZES = ("--hdd-bytes", "4m", "--fallocate-bytes", "2m", "--iomix-bytes", "2m")


def groups(names):
    """Workers make processes too, up to 18 of one. Where there can be no more, stress-ng kills whoever it may when its time is
    over, itself as well; so all groups stay far below the 63 that a family can have beside its first process."""
    return [names[i::3] for i in range(3)]


def command(names, workers, seconds):
    return ("stress-ng", "--temp-path", "/", "--verify", "-t", str(seconds), *SIZES,
            *(word for name in names for word in (f"--{name}", str(workers))))
