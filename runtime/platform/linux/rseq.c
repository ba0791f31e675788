/* SPDX-License-Identifier: MIT */
/*
 * Ending what glibc registered: see rseq.h.
 */
#include "rseq.h"

#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LEAVE      1u  /* RSEQ_FLAG_UNREGISTER of linux/rseq.h, whose names collide with those of glibc */
#define SIZE_FIRST 32u /* of the first version; glibc 2.40 and later say how much of it Linux fills in */

static bool leave(unsigned size) {
        char *area = (char *)__builtin_thread_pointer() + __rseq_offset;

        return syscall(SYS_rseq, area, size, LEAVE, RSEQ_SIG) == 0;
}

bool plat_leave_rseq(void) {
        return __rseq_size > 0 && (leave(SIZE_FIRST) || leave(__rseq_size));
}
