/* SPDX-License-Identifier: MIT */
/*
 * coresrv/time/time_api.h on the clocks of the host.
 */
#include <coresrv/time/time_api.h>

#include <errno.h>
#include <time.h>

#include "rtl/rc.h"

#define NSEC_PER_SEC  1000000000l
#define NSEC_PER_MSEC 1000000l
#define MSEC_PER_SEC  1000u

static Retcode put(
        RtlTimeSpec *ret_time, clockid_t clock, int (*read)(clockid_t clock, struct timespec *ts)) {
        struct timespec ts;

        if (!ret_time)
                return rcInvalidArgument;
        if (read(clock, &ts) < 0)
                return rtl_retcode_from_errno(errno);
        *ret_time = (RtlTimeSpec){.sec = ts.tv_sec, .nsec = ts.tv_nsec};
        return rcOk;
}

Retcode KnGetSystemTime(RtlTimeSpec *time) {
        return put(time, CLOCK_REALTIME, clock_gettime);
}

Retcode KnGetSystemTimeRes(RtlTimeSpec *res) {
        return put(res, CLOCK_REALTIME, clock_getres);
}

Retcode KnGetUpTime(RtlTimeSpec *time) {
        return put(time, CLOCK_MONOTONIC, clock_gettime);
}

Retcode KnGetUpTimeRes(RtlTimeSpec *res) {
        return put(res, CLOCK_MONOTONIC, clock_getres);
}

Retcode KnSetSystemTime(RtlTimeSpec *time) {
        struct timespec ts;

        if (!time || time->sec < 0 || time->nsec < 0 || time->nsec >= NSEC_PER_SEC)
                return rcInvalidArgument;
        ts = (struct timespec){.tv_sec = (time_t)time->sec, .tv_nsec = (long)time->nsec};
        return clock_settime(CLOCK_REALTIME, &ts) < 0 ? rtl_retcode_from_errno(errno) : rcOk;
}

Retcode KnGetRtcTime(RtlRtcTime *rt) {
        struct timespec ts;
        struct tm tm;

        if (!rt)
                return rcInvalidArgument;
        (void)clock_gettime(CLOCK_REALTIME, &ts); /* can't fail with this clock */
        if (!gmtime_r(&ts.tv_sec, &tm))
                return rcFail;
        *rt = (RtlRtcTime){
                .msec = (rtl_uint32_t)(ts.tv_nsec / NSEC_PER_MSEC),
                .sec = (rtl_uint32_t)tm.tm_sec,
                .min = (rtl_uint32_t)tm.tm_min,
                .hour = (rtl_uint32_t)tm.tm_hour,
                .mday = (rtl_uint32_t)tm.tm_mday,
                .month = (rtl_uint32_t)tm.tm_mon + 1,
                .year = (rtl_uint32_t)tm.tm_year + 1900,
        };
        return rcOk;
}

rtl_size_t KnGetMSecSinceStart(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* can't fail with this clock */
        return (rtl_size_t)ts.tv_sec * MSEC_PER_SEC + (rtl_size_t)(ts.tv_nsec / NSEC_PER_MSEC);
}
