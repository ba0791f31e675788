/* SPDX-License-Identifier: MIT */
/*
 * The calling thread's time slice. glibc has no wrappers for the two system calls.
 */
#include "slice.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* First version of the kernel's struct sched_attr. */
typedef struct SchedAttr {
        uint32_t size;
        uint32_t policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime; /* of ordinary threads: the slice */
        uint64_t deadline;
        uint64_t period;
} SchedAttr;

_Static_assert(sizeof(SchedAttr) == 48, "SCHED_ATTR_SIZE_VER0");

static int get(SchedAttr *attr) {
        return (int)syscall(SYS_sched_getattr, 0, attr, sizeof *attr, 0);
}

uint64_t plat_slice_get(void) {
        SchedAttr attr = {.size = sizeof attr};

        return get(&attr) == 0 && attr.policy == SCHED_OTHER ? attr.runtime : 0;
}

void plat_slice_set(uint64_t ns) {
        SchedAttr attr = {.size = sizeof attr};

        if (get(&attr) < 0 || attr.policy != SCHED_OTHER)
                return;
        attr.runtime = ns;
        (void)syscall(SYS_sched_setattr, 0, &attr, 0);
}
