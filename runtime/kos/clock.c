/* SPDX-License-Identifier: MIT */
/*
 * KnSleep and KnGetMSecSinceStart, on the host's monotonic clock.
 */
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/time_api.h>

#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_MSEC 1000000l
#define NSEC_PER_SEC  1000000000l
#define MSEC_PER_SEC  1000u

static struct timespec now(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* can't fail with this clock */
        return ts;
}

static struct timespec later(rtl_uint32_t msec) {
        struct timespec ts = now();

        ts.tv_sec += (time_t)(msec / MSEC_PER_SEC);
        ts.tv_nsec += (long)(msec % MSEC_PER_SEC) * NSEC_PER_MSEC;
        if (ts.tv_nsec >= NSEC_PER_SEC) {
                ts.tv_sec++;
                ts.tv_nsec -= NSEC_PER_SEC;
        }
        return ts;
}

Retcode KnSleep(rtl_uint32_t msec) {
        struct timespec until = later(msec);

        if (msec == 0) {
                (void)sched_yield();
                return rcOk;
        }
        while (msec == INFINITE_TIMEOUT)
                (void)pause();
        /* To a point in time, so that a signal in between does not lengthen it. */
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
                continue;
        return rcOk;
}

rtl_size_t KnGetMSecSinceStart(void) {
        struct timespec ts = now();

        return (rtl_size_t)ts.tv_sec * MSEC_PER_SEC + (rtl_size_t)(ts.tv_nsec / NSEC_PER_MSEC);
}
