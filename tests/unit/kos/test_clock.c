/* SPDX-License-Identifier: MIT */
/*
 * KnSleep and KnGetMSecSinceStart. Only lower bounds: a busy machine may be late, never early.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
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

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sleep_lasts_at_least_its_time),
                cmocka_unit_test(sleep_of_nothing_returns),
                cmocka_unit_test(clock_does_not_go_back),
                cmocka_unit_test(signals_do_not_shorten_a_sleep),
        };

        return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
