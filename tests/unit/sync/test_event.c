/* SPDX-License-Identifier: MIT */
/*
 * Events: who gets through, and who does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <kos/event.h>

#include "support/runner.h"

#define N_WAITERS 4
#define N_TURNS   2000

typedef struct Wait {
        KosEvent *event;
        rtl_bool reset;
        Runner thread;
} Wait;

static void wait_for_event(void *arg) {
        Wait *w = arg;

        KosEventWait(w->event, w->reset);
}

static void begin(Wait *w, KosEvent *event, rtl_bool reset) {
        *w = (Wait){.event = event, .reset = reset};
        t_start(&w->thread, wait_for_event, w);
        t_wait_blocked(&w->thread);
}

static void event_starts_clear(void **state) {
        KosEvent event;

        (void)state;
        KosEventInit(&event);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, 0), rcTimeout);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_true, 1), rcTimeout);
        KosEventDeinit(&event);
}

static void event_stays_set_until_it_is_reset(void **state) {
        KosEvent event;

        (void)state;
        KosEventInit(&event);
        KosEventSet(&event);
        KosEventSet(&event);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, 0), rcOk);
        KosEventWait(&event, rtl_false);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, INFINITE_TIMEOUT), rcOk);
        KosEventReset(&event);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, 0), rcTimeout);
        KosEventDeinit(&event);
}

static void wait_with_reset_clears_the_event(void **state) {
        KosEvent event;

        (void)state;
        KosEventInit(&event);
        KosEventSet(&event);
        KosEventSet(&event);
        KosEventWait(&event, rtl_true);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_true, 0), rcTimeout);
        KosEventSet(&event);
        assert_int_equal(KosEventWaitTimeout(&event, 7, 5), rcOk);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, 0), rcTimeout);
        KosEventDeinit(&event);
}

static void set_wakes_all_who_wait(void **state) {
        KosEvent event;
        Wait waits[N_WAITERS];

        (void)state;
        KosEventInit(&event);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waits[i], &event, rtl_false);
        KosEventSet(&event);
        for (int i = 0; i < N_WAITERS; i++)
                t_join(&waits[i].thread);
        KosEventDeinit(&event);
}

static void who_waited_gets_through_although_it_is_cleared_at_once(void **state) {
        KosEvent event;
        Wait waits[N_WAITERS];

        (void)state;
        KosEventInit(&event);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waits[i], &event, rtl_false);
        KosEventSet(&event);
        KosEventReset(&event);
        for (int i = 0; i < N_WAITERS; i++)
                t_join(&waits[i].thread);
        assert_int_equal(KosEventWaitTimeout(&event, rtl_false, 0), rcTimeout);
        KosEventDeinit(&event);
}

static int n_through(const Wait *waits) {
        int n = 0;

        for (int i = 0; i < N_WAITERS; i++)
                n += waits[i].thread.is_done;
        return n;
}

static void each_set_lets_one_of_the_resetting_through(void **state) {
        KosEvent event;
        Wait waits[N_WAITERS];

        (void)state;
        KosEventInit(&event);
        for (int i = 0; i < N_WAITERS; i++)
                begin(&waits[i], &event, rtl_true);
        for (int i = 1; i <= N_WAITERS; i++) {
                KosEventSet(&event);
                while (n_through(waits) < i)
                        (void)sched_yield();
                assert_int_equal(n_through(waits), i);
                assert_int_equal(KosEventWaitTimeout(&event, rtl_true, 0), rcTimeout);
        }
        for (int i = 0; i < N_WAITERS; i++)
                t_join(&waits[i].thread);
        KosEventDeinit(&event);
}

static void resetting_waiter_does_not_keep_the_others_back(void **state) {
        KosEvent event;
        Wait resetting, other;

        (void)state;
        KosEventInit(&event);
        begin(&resetting, &event, rtl_true);
        begin(&other, &event, rtl_false);
        KosEventSet(&event);
        t_join(&resetting.thread);
        t_join(&other.thread);
        KosEventDeinit(&event);
}

/* Two threads that hand a plain counter to each other: exclusive if an event is a turn. */
typedef struct Turn {
        KosEvent mine;
        int *counter;
} Turn;

static Turn turns[2];

static void take_turns(void *arg) {
        Turn *t = arg;
        Turn *other = t == &turns[0] ? &turns[1] : &turns[0];

        for (int i = 0; i < N_TURNS; i++) {
                KosEventWait(&t->mine, rtl_true);
                (*t->counter)++;
                KosEventSet(&other->mine);
        }
}

static void events_hand_turns_over(void **state) {
        int counter = 0;

        (void)state;
        for (int i = 0; i < 2; i++) {
                KosEventInit(&turns[i].mine);
                turns[i].counter = &counter;
        }
        KosEventSet(&turns[0].mine);
        t_run_all(2, take_turns, turns, sizeof turns[0]);
        assert_int_equal(counter, 2 * N_TURNS);
        for (int i = 0; i < 2; i++)
                KosEventDeinit(&turns[i].mine);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(event_starts_clear),
                cmocka_unit_test(event_stays_set_until_it_is_reset),
                cmocka_unit_test(wait_with_reset_clears_the_event),
                cmocka_unit_test(set_wakes_all_who_wait),
                cmocka_unit_test(who_waited_gets_through_although_it_is_cleared_at_once),
                cmocka_unit_test(each_set_lets_one_of_the_resetting_through),
                cmocka_unit_test(resetting_waiter_does_not_keep_the_others_back),
                cmocka_unit_test(events_hand_turns_over),
        };

        return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
