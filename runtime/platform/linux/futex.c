/* SPDX-License-Identifier: MIT */
/*
 * The futex system calls. glibc has no wrapper; futex_waitv needs Linux 5.16, older kernels
 * make plat_futex_wait2 poll with short single waits.
 */
#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define SEC_NS 1000000000ull

/* How long a word may go unseen where the kernel can't wait on two. */
#define POLL_SLICE_NS 5000000ull

static struct timespec to_timespec(uint64_t ns) {
        return (struct timespec){.tv_sec = (time_t)(ns / SEC_NS), .tv_nsec = (long)(ns % SEC_NS)};
}

int plat_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t deadline_ns) {
        struct timespec ts = to_timespec(deadline_ns);
        struct timespec *limit = deadline_ns == PLAT_NO_DEADLINE ? NULL : &ts;

        if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, limit, NULL, FUTEX_BITSET_MATCH_ANY) == 0)
                return 0;
        return errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

static int wait_either_slice(
        _Atomic uint32_t *a, uint32_t va, _Atomic uint32_t *b, uint32_t vb, uint64_t deadline_ns) {
        uint64_t slice = plat_now_ns() + POLL_SLICE_NS;

        if (atomic_load(a) != va || atomic_load(b) != vb)
                return 0;
        if (plat_futex_wait(a, va, slice < deadline_ns ? slice : deadline_ns) != -ETIMEDOUT)
                return 0;
        return plat_now_ns() >= deadline_ns ? -ETIMEDOUT : 0;
}

int plat_futex_wait2(
        _Atomic uint32_t *a, uint32_t va, _Atomic uint32_t *b, uint32_t vb, uint64_t deadline_ns) {
        struct timespec ts = to_timespec(deadline_ns);
        struct timespec *limit = deadline_ns == PLAT_NO_DEADLINE ? NULL : &ts;
        struct futex_waitv words[2] = {
                {.val = va, .uaddr = (uintptr_t)a, .flags = FUTEX_32},
                {.val = vb, .uaddr = (uintptr_t)b, .flags = FUTEX_32},
        };

        if (syscall(SYS_futex_waitv, words, 2, 0, limit, CLOCK_MONOTONIC) >= 0)
                return 0;
        if (errno == ENOSYS)
                return wait_either_slice(a, va, b, vb, deadline_ns);
        return errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

void plat_futex_wake(_Atomic uint32_t *word, int n) {
        (void)syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}
