/* SPDX-License-Identifier: MIT */
/*
 * Calls to the kernel process itself: answered at once or later, once each, and not to the dead.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <rtl/retcode.h>

#include "trio.h"

static void expect_status(const TrioCall *c, int32_t status) {
        assert_int_equal(c->result, 0);
        assert_int_equal(c->status, status);
}

typedef struct Own {
        Relay *relay;
        RelayRoute *route;
        ChanClient *client;
        ChanKernel end;
        ChanHeader *mem;
        RelayRoute *held_route;
        uint32_t held_slot;
        bool holds;
        uint32_t n_malformed;
        _Atomic uint32_t n_untaken; /* answers */
} Own;

static void answer_own(Own *own, RelayRoute *route, uint32_t slot) {
        struct nk_message msg = {.size = sizeof msg, .mid = 9};
        ChanOut out = {.msg = &msg, .msg_size = sizeof msg};

        assert_true(relay_answer(own->relay, route, slot, &out, rcOk));
}

static void serve_own(void *arg, RelayRoute *route, uint32_t slot, const RelayMessage *m) {
        Own *own = arg;

        own->n_malformed += m->malformed != NULL;
        if (own->holds) {
                own->held_route = route;
                own->held_slot = slot;
        } else {
                answer_own(own, route, slot);
        }
}

static void note_untaken(void *arg, uint32_t slot, bool is_answer) {
        Own *own = arg;

        assert_true(slot < CHAN_SLOTS && is_answer);
        atomic_fetch_add(&own->n_untaken, 1);
}

static void open_own(Own *own) {
        static const RelayJudge judge = {.withdrawn = note_untaken};
        int status, status_ro, ear, bell, leg;
        RelayPlan plan = {.server_fd = -1,
                .direct_fd = -1,
                .status_fd = -1,
                .judge = &judge,
                .serve = serve_own,
                .arg = own};

        *own = (Own){.relay = NULL};
        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(chan_bell_create(&bell), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        assert_int_equal(chan_kernel_open(&own->end, bell, status_ro), 0);
        assert_int_equal(relay_new(status, ear, &own->relay), 0);
        assert_int_equal(chan_mem_create(&leg), 0);
        assert_int_equal(chan_mem_map(leg, &own->mem), 0);
        plan.client_fd = leg;
        plan.shape = keeper_shape();
        assert_int_equal(relay_add(own->relay, &plan, &own->route), 0);
        assert_int_equal(chan_client_open(&(ChanClientPlan){.mem_fd = -1,
                                                  .bell_fd = -1,
                                                  .status_fd = -1,
                                                  .judged_fd = leg,
                                                  .kernel = &own->end},
                                 &own->client),
                0);
        assert_int_equal(relay_start(own->relay), 0);
}

static void close_own(Own *own) {
        chan_client_free(own->client);
        relay_free(own->relay);
        chan_mem_unmap(own->mem);
        chan_kernel_close(&own->end);
}

static TrioCall drop(Trio *t, const Own *own) {
        TrioCall c = trio_put(t, 0);

        t->client = own->client;
        c.mid = KEEPER_DROP_MID;
        return c;
}

/* Requests are taken under the lock: what was taken is held then. */
static bool is_held(Own *own) {
        bool is;

        relay_lock(own->relay);
        is = own->held_route != NULL;
        relay_unlock(own->relay);
        return is;
}

static void start_held_call(Own *own, TrioCall *c) {
        own->holds = true;
        trio_call_start(c);
        while (!is_held(own))
                (void)sched_yield();
}

static void call_to_the_kernel_process_is_answered_at_once_or_later(void **state) {
        Trio t = {.client = NULL};
        TrioCall c;
        Own own;

        (void)state;
        open_own(&own);
        c = drop(&t, &own);
        trio_call(&c);
        expect_status(&c, rcOk);
        assert_int_equal(c.res.base_.mid, 9);

        start_held_call(&own, &c);
        answer_own(&own, own.held_route, own.held_slot);
        trio_call_join(&c);
        expect_status(&c, rcOk);
        assert_false(relay_answer(own.relay, own.route, own.held_slot, NULL, rcFail)); /* once */
        assert_false(relay_answer(own.relay, own.route, CHAN_SLOTS, NULL, rcFail));
        close_own(&own);
}

static void answer_to_a_dead_caller_is_dropped(void **state) {
        Trio t = {.client = NULL};
        TrioCall c;
        Own own;

        (void)state;
        open_own(&own);
        c = drop(&t, &own);
        start_held_call(&own, &c);
        relay_end(own.relay, own.route, CHAN_CLIENT_GONE);
        assert_false(relay_answer(own.relay, own.route, own.held_slot, NULL, rcOk));
        trio_call_join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        close_own(&own);
}

/* When a later call was answered, all that was told before has been heard, or is when the lock is free. */
static uint32_t count_untaken(Own *own, TrioCall *next) {
        uint32_t n;

        trio_call(next);
        expect_status(next, rcOk);
        relay_lock(own->relay);
        n = own->n_untaken;
        relay_unlock(own->relay);
        return n;
}

static void answer_to_who_waits_no_more_is_not_given(void **state) {
        Trio t = {.client = NULL};
        TrioCall c;
        Own own;

        (void)state;
        open_own(&own);
        c = drop(&t, &own);
        own.holds = true;
        c.wait.timeout_ms = 50;
        do {
                trio_call(&c); /* once more, if the time was over before anybody looked */
                assert_int_equal(c.result, CHAN_E_TIMEOUT);
        } while (!is_held(&own));
        relay_lock(own.relay);
        own.holds = false;
        relay_unlock(own.relay);
        c.wait.timeout_ms = CHAN_FOREVER;
        assert_int_equal(count_untaken(&own, &c), 0);
        assert_false(relay_answer(own.relay, own.route, own.held_slot, NULL, rcOk));
        for (uint32_t i = 0; i < 2 * CHAN_SLOTS; i++) /* its slot comes back */
                assert_int_equal(count_untaken(&own, &c), 0);
        close_own(&own);
}

/* The caller has no room for it. */
static void answer_that_its_caller_does_not_take_is_told_of(void **state) {
        Trio t = {.client = NULL};
        struct nk_message req, res;
        const ChanOut out = {.msg = &req, .msg_size = sizeof req};
        ChanIn in = {.msg = &res, .msg_max = sizeof res - 1};
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        TrioCall c;
        int32_t status;
        Own own;

        (void)state;
        open_own(&own);
        c = drop(&t, &own);
        nk_message_make_req(&req, sizeof req);
        nkx_message_set_method_id(&req, c.iid, c.mid);
        for (uint32_t n = 1; n <= 3; n++) {
                assert_int_not_equal(chan_call(own.client, &out, &in, &wait, &status), 0);
                assert_int_equal(count_untaken(&own, &c), n);
                assert_int_equal(count_untaken(&own, &c), n); /* it is told of once */
        }
        close_own(&own);
}

static void malformed_call_to_the_kernel_process_is_named_so(void **state) {
        Trio t = {.client = NULL};
        TrioCall c;
        Own own;

        (void)state;
        open_own(&own);
        c = drop(&t, &own);
        c.mid = 77;
        trio_call(&c);
        assert_int_equal(own.n_malformed, 1);
        close_own(&own);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(call_to_the_kernel_process_is_answered_at_once_or_later),
                cmocka_unit_test(answer_to_a_dead_caller_is_dropped),
                cmocka_unit_test(answer_to_who_waits_no_more_is_not_given),
                cmocka_unit_test(answer_that_its_caller_does_not_take_is_told_of),
                cmocka_unit_test(malformed_call_to_the_kernel_process_is_named_so),
        };

        return cmocka_run_group_tests_name("relay_served", tests, NULL, NULL);
}
