/* SPDX-License-Identifier: MIT */
/*
 * Blocks of shared memory. A block is our own opening of a memory file that has no other: so a write lease on
 * it is to be had exactly when nobody else has the file open or mapped (since Linux 5.3). Where there are no
 * leases, blocks count as open.
 *
 * Each process gets an opening of its own: offset and flags of a common one would be a channel between a
 * reader and a writer that the policy did not see.
 */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static int reopen(int fd, int mode) {
        char path[64];
        int again;

        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        again = open(path, mode | O_CLOEXEC);
        return again < 0 ? -errno : again;
}

/* Before Linux 6.3 a memory file can't say that it is no program; a chamber has nothing to execute it with.
 */
static int new_file(void) {
        int fd = memfd_create("caisson-memory", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

        if (fd < 0 && errno == EINVAL)
                fd = memfd_create("caisson-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        return fd < 0 ? -errno : fd;
}

static int make(uint64_t size, int *ret_block) {
        int fd = new_file();
        int r;

        if (fd < 0)
                return fd;
        if (ftruncate(fd, (off_t)size) < 0 ||
                fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                r = -errno;
        else
                r = reopen(fd, O_RDWR); /* the first opening is not counted by leases */
        (void)close(fd);
        if (r < 0)
                return r;
        *ret_block = r;
        return 0;
}

static void drop(int fd) {
        (void)close(fd);
}

static int open_block(int block, bool is_writable, int *ret_fd) {
        int r = reopen(block, is_writable ? O_RDWR : O_RDONLY);

        if (r < 0)
                return r;
        *ret_fd = r;
        return 0;
}

static bool is_open(int block) {
        if (fcntl(block, F_SETLEASE, F_WRLCK) < 0)
                return true;
        (void)fcntl(block, F_SETLEASE, F_UNLCK);
        return false;
}

const MdlHost memory_host = {
        .make = make,
        .free = drop,
        .open = open_block,
        .close = drop,
        .is_open = is_open,
};
