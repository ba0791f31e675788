/* SPDX-License-Identifier: MIT */
/*
 * Addresses in trapped calls: see trap_memory.h.
 *
 * MADV_POPULATE_READ and _WRITE touch pages as the program would, and give an error in place of a signal.
 * They are as good in a signal handler as anywhere.
 */
#include "trap_memory.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>
#include <utime.h>

#include "raw.h"

#define PAGE 4096u
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* --- memory --- */

static bool touch(uintptr_t from, size_t size, int how) {
        uintptr_t first = from & ~(uintptr_t)(PAGE - 1);
        long r;

        if (size > UINTPTR_MAX - PAGE - from)
                return false;
        do
                r = raw_call(SYS_madvise, (long)first, (long)(from - first + size), how, 0, 0, 0);
        while (r == -EINTR || r == -EAGAIN);
        return r == 0;
}

/* Does this kernel know how? The stack is there. */
static bool can_look(void) {
        static _Atomic int known; /* 0: not asked, 1: yes, 2: no */
        int now = atomic_load_explicit(&known, memory_order_relaxed);

        if (now == 0) {
                now = touch((uintptr_t)&now, 1, MADV_POPULATE_READ) ? 1 : 2;
                atomic_store_explicit(&known, now, memory_order_relaxed);
        }
        return now == 1;
}

static bool is_buffer(long address, size_t size, bool is_written) {
        uintptr_t from = (uintptr_t)address;

        if (size == 0)
                return true;
        if (size > TRAP_MEMORY_MAX)
                size = TRAP_MEMORY_MAX;
        return touch(from, size, MADV_POPULATE_READ) && (!is_written || touch(from, 1, MADV_POPULATE_WRITE));
}

/* Page by page, up to its zero or the longest path. */
static bool is_text(long address) {
        uintptr_t at = (uintptr_t)address, end = at + CALL_PATH_MAX;

        if (end < at)
                return false; /* the kernel's own */
        while (at < end) {
                size_t here = PAGE - at % PAGE;

                if (here > end - at)
                        here = end - at;
                if (!touch(at, 1, MADV_POPULATE_READ))
                        return false;
                if (memchr((const void *)at, 0, here))
                        return true;
                at += here;
        }
        return true;
}

static bool is_vector(long address, long n, bool is_written) {
        const struct iovec *parts = (const struct iovec *)address;

        if (n <= 0 || n > IOV_MAX)
                return true; /* refused as a number */
        if (!is_buffer(address, (size_t)n * sizeof *parts, false))
                return false;
        for (long i = 0; i < n; i++)
                if (!is_buffer((long)parts[i].iov_base, parts[i].iov_len, is_written))
                        return false;
        return true;
}

/* --- which arguments are addresses --- */

enum {
        NOTHING,
        TEXT,
        MAYBE_TEXT,
        IN,
        OUT,
        VECTOR_IN,
        VECTOR_OUT,
        MAYBE_IN,
        FIXED_OUT,
        MAYBE_OUT,
        LOCK,
        REQUEST,
        OPERATIONS
};

#define CHECKS_MAX 4

/* size: bytes of the fixed ones; of the others the argument that has the size. */
typedef struct Check {
        unsigned char what, argument;
        unsigned short size;
} Check;

typedef struct Row {
        Check checks[CHECKS_MAX];
} Row;

#define T(argument)                                                                                          \
        { TEXT, argument, 0 }
#define MT(argument)                                                                                         \
        { MAYBE_TEXT, argument, 0 }
#define ROW(name, ...)    [SYS_##name] = {{__VA_ARGS__}}
#define ON_TWO(name, ...) ROW(name, __VA_ARGS__), ROW(l##name, __VA_ARGS__)
#define STAT_SIZE         sizeof(struct stat)
#define TIMES_SIZE        (2 * sizeof(struct timespec))

static const Row rows[CALL_NUMBERS_MAX] = {
        ROW(open, T(0)),
        ROW(openat, T(1)),
        ROW(creat, T(0)),
        ROW(fcntl, {LOCK, 2, sizeof(struct flock)}),
        ROW(ioctl, {REQUEST, 2, 0}),
        ROW(read, {OUT, 1, 2}),
        ROW(write, {IN, 1, 2}),
        ROW(pread64, {OUT, 1, 2}),
        ROW(pwrite64, {IN, 1, 2}),
        ROW(readv, {VECTOR_OUT, 1, 2}),
        ROW(writev, {VECTOR_IN, 1, 2}),
        ROW(preadv, {VECTOR_OUT, 1, 2}),
        ROW(pwritev, {VECTOR_IN, 1, 2}),
        ROW(preadv2, {VECTOR_OUT, 1, 2}),
        ROW(pwritev2, {VECTOR_IN, 1, 2}),
        ROW(sendfile, {MAYBE_OUT, 2, sizeof(off_t)}),
        ROW(getdents64, {OUT, 1, 2}),
        ROW(stat, T(0), {FIXED_OUT, 1, STAT_SIZE}),
        ROW(lstat, T(0), {FIXED_OUT, 1, STAT_SIZE}),
        ROW(fstat, {FIXED_OUT, 1, STAT_SIZE}),
        ROW(newfstatat, MT(1), {FIXED_OUT, 2, STAT_SIZE}),
        ROW(statx, MT(1), {FIXED_OUT, 4, sizeof(struct statx)}),
        ROW(statfs, T(0), {FIXED_OUT, 1, sizeof(struct statfs)}),
        ROW(fstatfs, {FIXED_OUT, 1, sizeof(struct statfs)}),
        ROW(access, T(0)),
        ROW(faccessat, T(1)),
        ROW(faccessat2, T(1)),
        ROW(readlink, T(0), {OUT, 1, 2}),
        ROW(readlinkat, T(1), {OUT, 2, 3}),
        ROW(mkdir, T(0)),
        ROW(mkdirat, T(1)),
        ROW(rmdir, T(0)),
        ROW(unlink, T(0)),
        ROW(unlinkat, T(1)),
        ROW(rename, T(0), T(1)),
        ROW(renameat, T(1), T(3)),
        ROW(renameat2, T(1), T(3)),
        ROW(link, T(0), T(1)),
        ROW(linkat, T(1), T(3)),
        ROW(symlink, T(0), T(1)),
        ROW(symlinkat, T(0), T(2)),
        ROW(chmod, T(0)),
        ROW(fchmodat, T(1)),
        [CALL_FCHMODAT2] = {{T(1)}},
        ROW(chown, T(0)),
        ROW(lchown, T(0)),
        ROW(fchownat, T(1)),
        ROW(truncate, T(0)),
        ROW(mknod, T(0)),
        ROW(mknodat, T(1)),
        ROW(utime, T(0), {MAYBE_IN, 1, sizeof(struct utimbuf)}),
        ROW(utimes, T(0), {MAYBE_IN, 1, TIMES_SIZE}),
        ROW(futimesat, MT(1), {MAYBE_IN, 2, TIMES_SIZE}),
        ROW(utimensat, MT(1), {MAYBE_IN, 2, TIMES_SIZE}),
        ROW(chdir, T(0)),
        ROW(chroot, T(0)),
        ROW(getcwd, {OUT, 0, 1}),
        ROW(mount, MT(0), T(1), T(2), MT(4)),
        ROW(umount2, T(0)),
        ON_TWO(getxattr, T(0), T(1), {OUT, 2, 3}),
        ROW(fgetxattr, T(1), {OUT, 2, 3}),
        ROW(listxattr, T(0), {OUT, 1, 2}),
        ROW(llistxattr, T(0), {OUT, 1, 2}),
        ROW(flistxattr, {OUT, 1, 2}),
        ON_TWO(setxattr, T(0), T(1), {IN, 2, 3}),
        ROW(fsetxattr, T(1), {IN, 2, 3}),
        ON_TWO(removexattr, T(0), T(1)),
        ROW(fremovexattr, T(1)),
        ROW(semop, {OPERATIONS, 1, 2}),
        ROW(semtimedop, {OPERATIONS, 1, 2}, {MAYBE_IN, 3, sizeof(struct timespec)}),
};

static bool is_of_locks(int command) {
        return command == F_GETLK || command == F_SETLK || command == F_SETLKW || command == F_OFD_GETLK ||
               command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

/* Bytes at the argument of an ioctl() that the VFS answers; what another file makes of it is the kernel's
 * affair. The argument of FICLONE is a descriptor, and says that it is an address. */
static size_t request_size(const CallArgs *args) {
        unsigned request = (unsigned)args->a[1];

        if (request == FICLONE || !fdt_is_virtual(args->a[0]))
                return 0;
        return request == FIONREAD || request == FIONBIO ? sizeof(int) : _IOC_SIZE(request);
}

static bool is_request_written(const CallArgs *args) {
        unsigned request = (unsigned)args->a[1];

        return request == FIONREAD || (_IOC_DIR(request) & _IOC_READ);
}

static bool is_there(const CallArgs *args, const Check *check) {
        const long address = args->a[check->argument];
        const long size =
                check->size <= 5 ? args->a[check->size] : 0; /* of those that have it in an argument */

        switch (check->what) {
        case TEXT:
                return is_text(address);
        case MAYBE_TEXT:
                return !address || is_text(address);
        case IN:
        case OUT:
                return size < 0 || is_buffer(address, (size_t)size, check->what == OUT);
        case VECTOR_IN:
        case VECTOR_OUT:
                return is_vector(address, size, check->what == VECTOR_OUT);
        case FIXED_OUT:
                return is_buffer(address, check->size, true);
        case MAYBE_IN:
        case MAYBE_OUT:
                return !address || is_buffer(address, check->size, check->what == MAYBE_OUT);
        case OPERATIONS: /* of semaphores; too many are refused as a number */
                return size <= 0 || size > USHRT_MAX ||
                       is_buffer(address, (size_t)size * sizeof(struct sembuf), false);
        case LOCK:
                return !is_of_locks((int)args->a[1]) || is_buffer(address, check->size, true);
        case REQUEST:
                return is_buffer(address, request_size(args), is_request_written(args));
        default:
                return true;
        }
}

bool trap_memory_is_there(const CallArgs *args) {
        const Check *checks;

        if (args->number < 0 || args->number >= (long)CALL_NUMBERS_MAX)
                return true;
        checks = rows[args->number].checks;
        if (checks[0].what == NOTHING || !can_look())
                return true;
        for (size_t i = 0; i < CHECKS_MAX; i++)
                if (!is_there(args, &checks[i]))
                        return false;
        return true;
}

/* --- addresses below all memory --- */

/* Has the call anything to read or write there? */
static bool is_wanted(const CallArgs *args, const Check *check) {
        switch (check->what) {
        case TEXT:
        case FIXED_OUT:
                return true;
        case MAYBE_TEXT:
        case MAYBE_IN:
        case MAYBE_OUT:
                return args->a[check->argument] != 0;
        case LOCK:
                return is_of_locks((int)args->a[1]);
        case REQUEST:
                return request_size(args) > 0;
        case NOTHING:
                return false;
        default:
                return args->a[check->size] > 0;
        }
}

/* Whose file it is matters only where a descriptor comes first: the kernel looks at that before. */
static bool is_for_kernel(const CallArgs *args, const Check *checks) {
        return checks[0].what != TEXT && checks[0].what != MAYBE_TEXT && !fdt_is_virtual(args->a[0]);
}

bool trap_memory_is_low(const CallArgs *args) {
        const Check *checks = rows[args->number].checks;

        for (size_t i = 0; i < CHECKS_MAX && checks[i].what != NOTHING; i++)
                if ((uintptr_t)args->a[checks[i].argument] < PAGE && is_wanted(args, &checks[i]))
                        return !is_for_kernel(args, checks);
        return false;
}
