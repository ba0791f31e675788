/* SPDX-License-Identifier: MIT */
/*
 * Sleeping and yielding: places where a thread may be ended from outside.
 */
#include <coresrv/thread/thread_api.h>
#include <kos/thread.h>

#include <sched.h>

#include "sync/park.h"

Retcode KnSleep(rtl_uint32_t msec) {
        if (msec == 0)
                KosThreadYield();
        else
                park_nowhere(msec);
        return rcOk;
}

Retcode KosThreadSleep(rtl_uint32_t mdelay) {
        return KnSleep(mdelay);
}

void KosThreadYield(void) {
        park_check_end();
        (void)sched_yield();
}
