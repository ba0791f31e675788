/* SPDX-License-Identifier: MIT */
/*
 * Verdicts of a slot's last answers, for a server's thread that looks late: each stays its own, whatever
 * calls follow in the slot.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <rtl/retcode.h>

#include "trio.h"

static Trio trio;

static void hand_over(TrioCall *c, TrioServed *s) {
        trio_call_start(c);
        do
                trio_settle(&trio);
        while (trio_take(&trio, 0, s) != 0);
}

static void answer_judged(TrioServed *s, int want) {
        TrioAnswer a = {.trio = &trio, .served = s};

        trio_answer_start(&a);
        while (!a.is_done)
                (void)relay_turn(trio.relay);
        assert_int_equal(trio_answer_join(&a), want);
}

/* As a server's thread reads it that looks late. */
static bool was_denied(Trio *t, uint32_t turn) {
        uint64_t verdicts = atomic_load(&chan_slot(t->to_server, 0)->verdicts);

        return verdicts >> ((uint32_t)(verdicts >> 32) - turn) & 1;
}

static uint32_t judged_turn(Trio *t, bool is_denied) {
        TrioCall c = trio_put(t, 1);
        TrioServed s;
        uint32_t turn;

        t->deny_response = is_denied;
        hand_over(&c, &s);
        turn = s.request.turn;
        answer_judged(&s, is_denied ? CHAN_E_DENIED : 0);
        trio_call_join(&c);
        return turn;
}

static void call_straight(Trio *t) {
        uint8_t *way = (uint8_t *)t->verdicts->first + t->verdicts->first[KEEPER_STORE_IID] + KEEPER_PUT_MID;
        TrioCall c = trio_put(t, 1);
        TrioServed s;

        *way = CHAN_WAY_STRAIGHT;
        hand_over(&c, &s);
        assert_int_equal(trio_answer(t, &s), 0);
        trio_call_join(&c);
        assert_int_equal(c.status, rcOk);
        *way = CHAN_WAY_JUDGED;
}

static void call_and_take_back(Trio *t) {
        TrioCall c = trio_put(t, 1);

        trio_call_start(&c);
        while (!(atomic_load(chan_judged(t->from_client)) & 1))
                (void)sched_yield();
        atomic_fetch_or(chan_notes(t->from_client), 1);
        trio_settle(t);
        trio_call_join(&c);
        assert_int_equal(c.status, rcIpcInterrupt);
}

static void verdict_of_an_answer_stays_its_own_whatever_call_follows(void **state) {
        static void (*const others[])(Trio * t) = {call_straight, call_and_take_back};

        (void)state;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
                Trio *t = &trio;
                uint32_t denied, granted;

                trio_open(t, CHAN_WAY_JUDGED, CHAN_WAY_DIRECT);
                denied = judged_turn(t, true);
                others[i](t);
                granted = judged_turn(t, false);
                assert_true(was_denied(t, denied));
                assert_false(was_denied(t, granted));
                others[i](t);
                (void)judged_turn(t, true);
                assert_true(was_denied(t, denied));
                assert_false(was_denied(t, granted));
                trio_close(t);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(verdict_of_an_answer_stays_its_own_whatever_call_follows),
        };

        return cmocka_run_group_tests_name("relay verdicts", tests, NULL, NULL);
}
