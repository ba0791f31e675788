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

static void open_own(Own *own) {
        int status, status_ro, ear, bell, leg;
        RelayPlan plan = {.server_fd = -1, .direct_fd = -1, .status_fd = -1, .serve = serve_own, .arg = own};

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

        own.holds = true;
        trio_call_start(&c);
        while (!own.held_route)
                (void)sched_yield();
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
        own.holds = true;
        c = drop(&t, &own);
        trio_call_start(&c);
        while (!own.held_route)
                (void)sched_yield();
        relay_end(own.relay, own.route, CHAN_CLIENT_GONE);
        assert_false(relay_answer(own.relay, own.route, own.held_slot, NULL, rcOk));
        trio_call_join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
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
                cmocka_unit_test(malformed_call_to_the_kernel_process_is_named_so),
        };

        return cmocka_run_group_tests_name("relay_served", tests, NULL, NULL);
}
