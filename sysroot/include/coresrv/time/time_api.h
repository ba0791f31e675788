/* SPDX-License-Identifier: MIT */
/*
 * Time: the system's calendar, how long the system has run, and the hardware clock.
 *
 * The kernel is the host's: all processes see the same times. None of the functions blocks; all may be
 * called from any thread.
 * Source: functions documented; codes and which clock of the host stands for what are our choice.
 */
#ifndef CORESRV_TIME_TIME_API_H
#define CORESRV_TIME_TIME_API_H

#include <coresrv/time/timeout.h>
#include <rtl/retcode.h>
#include <rtl/rtc.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Time since 1970-01-01 00:00 UTC. It jumps when somebody sets it.
 * time:  out.
 * Returns rcOk; rcInvalidArgument: null. */
Retcode KnGetSystemTime(RtlTimeSpec *time);

/* Sets that time, for the whole host.
 * time:  sec >= 0, nsec 0 .. 999999999; borrowed.
 * Returns rcOk; rcInvalidArgument: null or out of range; rcSecurityDisallow: the process may not, as in every
 * chamber. */
Retcode KnSetSystemTime(RtlTimeSpec *time);

/* Steps in which that time is counted; in nsec (documented). Parameter and results as KnGetSystemTime. */
Retcode KnGetSystemTimeRes(RtlTimeSpec *res);

/* Time since the start of the system; it never jumps. Parameter and results as KnGetSystemTime. */
Retcode KnGetUpTime(RtlTimeSpec *time);

/* Steps in which that time is counted. Parameter and results as KnGetSystemTime. */
Retcode KnGetUpTimeRes(RtlTimeSpec *res);

/* Calendar time of the hardware clock. The host keeps that clock to itself: it is the system time, in UTC.
 * rt:  out.
 * Returns rcOk; rcInvalidArgument: null; rcFail: a year that nobody can write down. */
Retcode KnGetRtcTime(RtlRtcTime *rt);

/* The time of KnGetUpTime in milliseconds. Can't fail (documented). */
rtl_size_t KnGetMSecSinceStart(void);

#ifdef __cplusplus
}
#endif

#endif
