/* SPDX-License-Identifier: MIT */
/*
 * Points in time. The functions that fill them are in <coresrv/time/time_api.h>.
 *
 * Source: RtlTimeSpec and its members sec and nsec are documented, their types and RtlRtcTime are our
 * choice.
 */
#ifndef RTL_RTC_H
#define RTL_RTC_H

#include <rtl/types.h>

/* Seconds and nanoseconds since 1970-01-01 00:00 UTC, or since the system started. */
typedef struct RtlTimeSpec {
        rtl_int64_t sec;
        rtl_int64_t nsec; /* 0 .. 999999999 */
} RtlTimeSpec;

/* Calendar time of the hardware clock, UTC. */
typedef struct RtlRtcTime {
        rtl_uint32_t msec;  /* 0 .. 999 */
        rtl_uint32_t sec;   /* 0 .. 60 */
        rtl_uint32_t min;   /* 0 .. 59 */
        rtl_uint32_t hour;  /* 0 .. 23 */
        rtl_uint32_t mday;  /* 1 .. 31 */
        rtl_uint32_t month; /* 1 .. 12 */
        rtl_uint32_t year;  /* 1970 .. */
} RtlRtcTime;

#endif
