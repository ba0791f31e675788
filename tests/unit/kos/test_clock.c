/* SPDX-License-Identifier: MIT */
/*
 * Sleeping, and the clocks. Only lower bounds: a busy machine may be late, never early.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/time_api.h>

#include "support/caller.h"

static void sleep_lasts_at_least_its_time(void **state) {
        rtl_size_t before = KnGetMSecSinceStart();

        (void)state;
        assert_int_equal(KnSleep(20), rcOk);
        assert_true(KnGetMSecSinceStart() - before >= 19); /* whole milliseconds, cut off twice */
}

static void sleep_of_nothing_returns(void **state) {
        (void)state;
        assert_int_equal(KnSleep(0), rcOk);
}

static void clock_does_not_go_back(void **state) {
        rtl_size_t last = KnGetMSecSinceStart();

        (void)state;
        assert_true(last > 0);
        for (int i = 0; i < 10000; i++) {
                rtl_size_t now = KnGetMSecSinceStart();

                assert_true(now >= last);
                last = now;
        }
}

typedef struct Sleeper {
        _Atomic int tid;
        rtl_size_t slept;
} Sleeper;

static void *sleep_a_while(void *arg) {
        Sleeper *s = arg;
        rtl_size_t before = KnGetMSecSinceStart();

        s->tid = gettid();
        (void)KnSleep(50);
        s->slept = KnGetMSecSinceStart() - before;
        return NULL;
}

static void ignore(int number) {
        (void)number;
}

static void signals_do_not_shorten_a_sleep(void **state) {
        struct sigaction action = {.sa_handler = ignore};
        Sleeper s = {.tid = 0};
        pthread_t thread;

        (void)state;
        assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
        assert_int_equal(pthread_create(&thread, NULL, sleep_a_while, &s), 0);
        t_wait_asleep(&s.tid);
        assert_int_equal(pthread_kill(thread, SIGUSR1), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(s.slept >= 49);
}

static void up_time_is_the_same_clock_finer(void **state) {
        RtlTimeSpec time, res;
        rtl_size_t before = KnGetMSecSinceStart();

        (void)state;
        assert_int_equal(KnGetUpTime(&time), rcOk);
        assert_true((rtl_size_t)(time.sec * 1000 + time.nsec / 1000000) >= before);
        assert_true((rtl_size_t)(time.sec * 1000 + time.nsec / 1000000) <= KnGetMSecSinceStart());
        assert_true(time.nsec >= 0 && time.nsec < 1000000000);
        assert_int_equal(KnGetUpTimeRes(&res), rcOk);
        assert_true(res.sec == 0 && res.nsec > 0);
}

static void system_time_is_that_of_the_host(void **state) {
        time_t before = time(NULL);
        RtlTimeSpec now, res;

        (void)state;
        assert_int_equal(KnGetSystemTime(&now), rcOk);
        assert_true(now.sec >= before && now.sec <= time(NULL) + 1);
        assert_true(now.nsec >= 0 && now.nsec < 1000000000);
        assert_int_equal(KnGetSystemTimeRes(&res), rcOk);
        assert_true(res.sec == 0 && res.nsec > 0);
}

static void rtc_time_is_the_calendar_in_utc(void **state) {
        time_t before = time(NULL);
        RtlRtcTime rt;
        struct tm tm;

        (void)state;
        assert_int_equal(KnGetRtcTime(&rt), rcOk);
        tm = (struct tm){.tm_sec = (int)rt.sec,
                .tm_min = (int)rt.min,
                .tm_hour = (int)rt.hour,
                .tm_mday = (int)rt.mday,
                .tm_mon = (int)rt.month - 1,
                .tm_year = (int)rt.year - 1900};
        assert_true(timegm(&tm) >= before && timegm(&tm) <= time(NULL));
        assert_true(rt.msec < 1000);
}

static void clocks_refuse_no_place_for_the_time(void **state) {
        (void)state;
        assert_int_equal(KnGetSystemTime(NULL), rcInvalidArgument);
        assert_int_equal(KnGetSystemTimeRes(NULL), rcInvalidArgument);
        assert_int_equal(KnGetUpTime(NULL), rcInvalidArgument);
        assert_int_equal(KnGetUpTimeRes(NULL), rcInvalidArgument);
        assert_int_equal(KnGetRtcTime(NULL), rcInvalidArgument);
        assert_int_equal(KnSetSystemTime(NULL), rcInvalidArgument);
}

/* Only what is refused: as root the host's clock would be set. */
static void times_that_are_none_are_not_set(void **state) {
        RtlTimeSpec wrong[] = {{-1, 0}, {0, -1}, {0, 1000000000}, {INT64_MIN, 0}};

        (void)state;
        for (size_t i = 0; i < rtl_countof(wrong); i++)
                assert_int_equal(KnSetSystemTime(&wrong[i]), rcInvalidArgument);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sleep_lasts_at_least_its_time),
                cmocka_unit_test(sleep_of_nothing_returns),
                cmocka_unit_test(clock_does_not_go_back),
                cmocka_unit_test(signals_do_not_shorten_a_sleep),
                cmocka_unit_test(up_time_is_the_same_clock_finer),
                cmocka_unit_test(system_time_is_that_of_the_host),
                cmocka_unit_test(rtc_time_is_the_calendar_in_utc),
                cmocka_unit_test(clocks_refuse_no_place_for_the_time),
                cmocka_unit_test(times_that_are_none_are_not_set),
        };

        return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
