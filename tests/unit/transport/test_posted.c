/* SPDX-License-Identifier: MIT */
/*
 * Calls that nobody waits for: their slots, their order, who is woken, and ends that lie about them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#include "transport/chan.h"
#include "transport/chan_mem.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

enum { POSTED = 1, CALLED = 2 }; /* methods */

typedef struct Pair {
        Listener *listener;
        ChanClient *client;
        ChanHeader *mem;
        int bell; /* read to know whether it has rung */
} Pair;

static int status, status_ro, ear;

static void connect_to(Pair *p) {
        int mem, bell;

        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(chan_bell_create(&bell), 0);
        assert_int_equal(chan_mem_map(mem, &p->mem), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        p->bell = dup(bell);
        assert_int_equal(listener_add(p->listener, dup(mem), NULL), 0);
        assert_int_equal(chan_client_new(mem, bell, dup(status_ro), 0, NULL, 0, &p->client), 0);
}

static int setup(void **state) {
        Pair *p = calloc(1, sizeof *p);

        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(listener_new(status, 0, ear, &p->listener), 0);
        connect_to(p);
        *state = p;
        return 0;
}

static void disconnect(Pair *p) {
        chan_client_free(p->client);
        chan_mem_unmap(p->mem);
        (void)close(p->bell);
}

static int teardown(void **state) {
        Pair *p = *state;

        disconnect(p);
        listener_free(p->listener);
        (void)close(status);
        (void)close(status_ro);
        free(p);
        return 0;
}

static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
static const ChanWait at_once = {.timeout_ms = 0};
static const ChanWait soon = {.timeout_ms = 1};

/* --- the two sides --- */

static int post(ChanClient *c, ChanTicket *ret_ticket) {
        struct nk_message req = {.size = HEAD, .iid = 5, .mid = POSTED};

        return chan_post(c, &(ChanOut){.msg = &req, .msg_size = HEAD}, ret_ticket);
}

static ChanTicket posted(ChanClient *c) {
        ChanTicket ticket;

        assert_int_equal(post(c, &ticket), 0);
        return ticket;
}

static int take_answer(ChanClient *c, const ChanTicket *ticket, const ChanWait *wait) {
        struct nk_message res = {0};
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        int32_t outcome = -1;
        int r = chan_post_take(c, ticket, &in, wait, &outcome);

        if (r == 0)
                assert_int_equal(outcome, rcOk);
        return r;
}

typedef struct Caller {
        pthread_t thread;
        ChanClient *client;
        int result;
} Caller;

static void *call(void *arg) {
        Caller *c = arg;
        struct nk_message req = {.size = HEAD, .mid = CALLED}, res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        int32_t outcome;

        c->result = chan_call(c->client, &(ChanOut){.msg = &req, .msg_size = HEAD}, &in, &forever, &outcome);
        return NULL;
}

static void start(Caller *c) {
        assert_int_equal(pthread_create(&c->thread, NULL, call, c), 0);
}

static void join(Caller *c) {
        assert_int_equal(pthread_join(c->thread, NULL), 0);
}

/* Until the call in that slot is posted, and whoever makes it sleeps: then it has rung, if it does. */
static void await_sleeper(Pair *p, uint32_t slot) {
        while (!(atomic_load(&chan_slot(p->mem, slot)->state) & CHAN_SLEEPS))
                (void)sched_yield();
}

static int receive(Listener *l, const ChanWait *wait, ChanRequest *ret_request) {
        struct nk_message msg;
        ChanIn in = {.msg = &msg, .msg_max = HEAD};
        int r = listener_recv(l, &in, wait, ret_request);

        return r ? -r : msg.mid;
}

static void answer(Listener *l, ChanRequest *request) {
        struct nk_message msg = {.size = HEAD};

        (void)listener_reply(l, request, &(ChanOut){.msg = &msg, .msg_size = HEAD}, rcOk);
}

static void serve(Listener *l, int want) {
        ChanRequest request;

        assert_int_equal(receive(l, &forever, &request), want);
        answer(l, &request);
}

/* --- one call --- */

static void answer_is_taken_when_it_is_there(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        ChanRequest request;

        assert_int_equal(take_answer(p->client, &ticket, &at_once), CHAN_E_TIMEOUT);
        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), CHAN_E_TIMEOUT);
        answer(p->listener, &request);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), 0);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), CHAN_E_STATE);
}

static void status_of_a_refusal_is_taken(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        struct nk_message res;
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        ChanRequest request;
        int32_t outcome = 0;

        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        (void)listener_reply(p->listener, &request, NULL, rcFail);
        assert_int_equal(chan_post_take(p->client, &ticket, &in, &at_once, &outcome), 0);
        assert_int_equal(outcome, rcFail);
}

static void message_above_the_limit_is_not_posted(void **state) {
        Pair *p = *state;
        struct nk_message req = {.size = HEAD};
        ChanOut out = {.msg = &req, .msg_size = HEAD, .arena_size = CHAN_MESSAGE_MAX - HEAD + 1};
        ChanTicket ticket;

        assert_int_equal(chan_post(p->client, &out, &ticket), CHAN_E_TOO_BIG);
}

typedef struct Serving {
        pthread_t thread;
        Listener *listener;
        int want;
        ChanSlot *sleeper; /* whom to wait for first */
} Serving;

static void *serve_one(void *arg) {
        Serving *s = arg;

        while (s->sleeper && !(atomic_load(&s->sleeper->state) & CHAN_SLEEPS))
                (void)sched_yield();
        serve(s->listener, s->want);
        return NULL;
}

static void start_serving(Serving *s) {
        assert_int_equal(pthread_create(&s->thread, NULL, serve_one, s), 0);
}

static void end_serving(Serving *s) {
        assert_int_equal(pthread_join(s->thread, NULL), 0);
}

static void answer_can_be_waited_for_after_all(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        Serving s = {.listener = p->listener, .want = POSTED, .sleeper = chan_slot(p->mem, 0)};

        start_serving(&s);
        assert_int_equal(take_answer(p->client, &ticket, &forever), 0);
        end_serving(&s);
}

static void wait_that_ends_early_leaves_the_ticket(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        ChanSync *sync;

        assert_int_equal(chan_sync_new(&sync), 0);
        chan_sync_set(sync);
        assert_int_equal(take_answer(p->client, &ticket, &soon), CHAN_E_TIMEOUT);
        assert_int_equal(
                take_answer(p->client, &ticket, &(ChanWait){.timeout_ms = CHAN_FOREVER, .sync = sync}),
                CHAN_E_INTERRUPTED);
        serve(p->listener, POSTED);
        assert_int_equal(take_answer(p->client, &ticket, &soon), 0);
        chan_sync_free(sync);
}

/* --- limits --- */

static void only_so_many_are_under_way(void **state) {
        Pair *p = *state;
        ChanTicket tickets[CHAN_POSTS_MAX], more;

        for (uint32_t round = 0; round < 3; round++) {
                for (uint32_t i = 0; i < CHAN_POSTS_MAX; i++)
                        tickets[i] = posted(p->client);
                assert_int_equal(post(p->client, &more), CHAN_E_STATE);
                for (uint32_t i = 0; i < CHAN_POSTS_MAX; i++)
                        serve(p->listener, POSTED);
                assert_int_equal(post(p->client, &more), CHAN_E_STATE); /* answered is not taken */
                for (uint32_t i = 0; i < CHAN_POSTS_MAX; i++)
                        assert_int_equal(take_answer(p->client, &tickets[i], &at_once), 0);
        }
}

static void nothing_is_posted_when_all_slots_carry_calls(void **state) {
        Pair *p = *state;
        Caller callers[CHAN_SLOTS];
        ChanTicket ticket;

        for (uint32_t i = 0; i < CHAN_SLOTS; i++) {
                callers[i] = (Caller){.client = p->client};
                start(&callers[i]);
        }
        while (atomic_load(chan_pending(p->mem)) != CHAN_ALL_SLOTS)
                (void)sched_yield();
        assert_int_equal(post(p->client, &ticket), CHAN_E_STATE);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                serve(p->listener, CALLED);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                join(&callers[i]);
        ticket = posted(p->client);
        serve(p->listener, POSTED);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), 0);
}

static void tickets_of_others_are_refused(void **state) {
        Pair *p = *state, other = {.listener = p->listener};
        ChanTicket ticket, forged;

        connect_to(&other);
        ticket = posted(p->client);
        (void)posted(other.client);
        assert_int_equal(take_answer(other.client, &ticket, &at_once), CHAN_E_STATE);
        forged = ticket;
        forged.slot = CHAN_SLOTS;
        assert_int_equal(take_answer(p->client, &forged, &at_once), CHAN_E_STATE);
        forged.slot = CHAN_SLOTS - 1;
        assert_int_equal(take_answer(p->client, &forged, &at_once), CHAN_E_STATE);
        forged = ticket;
        forged.number = 0;
        assert_int_equal(take_answer(p->client, &forged, &at_once), CHAN_E_STATE);
        serve(p->listener, POSTED);
        serve(p->listener, POSTED);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), 0);
        disconnect(&other);
}

/* --- order --- */

static void later_calls_are_received_after_the_answer(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        Caller c = {.client = p->client};
        ChanRequest request;

        start(&c);
        await_sleeper(p, 1);
        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        for (int i = 0; i < 100; i++) {
                ChanRequest none;

                assert_int_equal(receive(p->listener, &soon, &none), -CHAN_E_TIMEOUT);
        }
        answer(p->listener, &request);
        serve(p->listener, CALLED);
        join(&c);
        assert_int_equal(c.result, 0);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), 0);
}

static void what_nobody_waits_for_is_received_first(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client};
        ChanTicket ticket;

        start(&c);
        await_sleeper(p, 0);
        ticket = posted(p->client);
        assert_int_equal(ticket.slot, 1);
        serve(p->listener, POSTED);
        serve(p->listener, CALLED);
        join(&c);
}

static void others_of_the_kind_are_received_meanwhile(void **state) {
        Pair *p = *state;
        ChanRequest first, second;

        (void)posted(p->client);
        (void)posted(p->client);
        assert_int_equal(receive(p->listener, &forever, &first), POSTED);
        assert_int_equal(receive(p->listener, &forever, &second), POSTED);
        answer(p->listener, &first);
        answer(p->listener, &second);
}

static void other_channels_go_on_meanwhile(void **state) {
        Pair *p = *state, other = {.listener = p->listener};
        Caller c;
        ChanRequest request;

        connect_to(&other);
        (void)posted(p->client);
        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        c = (Caller){.client = other.client};
        start(&c);
        serve(p->listener, CALLED);
        join(&c);
        answer(p->listener, &request);
        disconnect(&other);
}

/* --- who is woken --- */

static bool has_rung(Pair *p) {
        eventfd_t n;

        return eventfd_read(p->bell, &n) == 0;
}

static void await_wish(void) {
        StatusEntry *entries;

        assert_int_equal(chan_status_map(status, false, &entries), 0);
        while (!atomic_load(&entries->bell_wanted))
                (void)sched_yield();
        chan_status_unmap(entries);
}

/* It would sleep for ever else; but for its last look, which may come after the post and before the bell. */
static void server_that_sleeps_is_rung(void **state) {
        Pair *p = *state;
        Serving s = {.listener = p->listener, .want = POSTED};

        start_serving(&s);
        await_wish();
        assert_false(has_rung(p));
        (void)posted(p->client);
        end_serving(&s);
}

/* One thread holds the request that nobody waits for, another sleeps, and a call comes. */
typedef struct Behind {
        Serving sleeper;
        Caller caller;
        ChanRequest request;
        ChanTicket ticket;
} Behind;

static void come_behind(Pair *p, Behind *b) {
        *b = (Behind){.sleeper = {.listener = p->listener, .want = CALLED}, .caller = {.client = p->client}};
        b->ticket = posted(p->client);
        assert_int_equal(receive(p->listener, &forever, &b->request), POSTED);
        start_serving(&b->sleeper);
        await_wish();
        (void)has_rung(p);
        start(&b->caller);
        await_sleeper(p, 1);
}

static void nobody_is_woken_for_a_call_that_must_wait_anyway(void **state) {
        Pair *p = *state;
        Behind b;

        come_behind(p, &b);
        assert_false(has_rung(p));
        answer(p->listener, &b.request); /* wakes the other thread: this one may not come back */
        end_serving(&b.sleeper);
        join(&b.caller);
        assert_int_equal(take_answer(p->client, &b.ticket, &at_once), 0);
}

static void who_promises_to_come_back_serves_it_himself(void **state) {
        Pair *p = *state;
        Behind b;

        listener_promise(p->listener);
        come_behind(p, &b);
        answer(p->listener, &b.request);
        serve(p->listener, CALLED);
        join(&b.caller);
        listener_promise(NULL);
        start(&b.caller); /* for the thread that has slept on */
        end_serving(&b.sleeper);
        join(&b.caller);
}

static void promise_that_is_taken_back_wakes_another(void **state) {
        Pair *p = *state;
        Behind b;

        listener_promise(p->listener);
        come_behind(p, &b);
        answer(p->listener, &b.request);
        listener_promise(NULL);
        end_serving(&b.sleeper);
        join(&b.caller);
}

static void it_is_not_shown_as_a_thread_that_waits(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);
        ChanRequest request;
        uint32_t thread;

        assert_int_equal(chan_mem_peek(p->mem, 0, &thread), CHAN_PHASE_NONE);
        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        assert_int_equal(chan_mem_peek(p->mem, 0, &thread), CHAN_PHASE_NONE);
        assert_int_not_equal(thread, 0);
        answer(p->listener, &request);
        assert_int_equal(take_answer(p->client, &ticket, &at_once), 0);
}

/* --- ends --- */

static void closing_the_client_ends_it(void **state) {
        Pair *p = *state;
        ChanTicket first = posted(p->client), second = posted(p->client), none;
        ChanRequest request;

        assert_int_equal(receive(p->listener, &forever, &request), POSTED);
        chan_client_close(p->client);
        assert_int_equal(take_answer(p->client, &first, &forever), CHAN_E_CLOSED);
        assert_int_equal(take_answer(p->client, &second, &forever), CHAN_E_CLOSED);
        assert_int_equal(take_answer(p->client, &second, &forever), CHAN_E_STATE);
        assert_int_equal(post(p->client, &none), CHAN_E_CLOSED);
        answer(p->listener, &request);
}

static void end_of_the_server_ends_it(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client), none;

        chan_mem_close(p->mem, CHAN_SERVER_GONE, -1);
        assert_int_equal(take_answer(p->client, &ticket, &forever), CHAN_E_CLOSED);
        assert_int_equal(post(p->client, &none), CHAN_E_CLOSED);
}

static void answer_given_before_the_end_is_taken(void **state) {
        Pair *p = *state;
        ChanTicket ticket = posted(p->client);

        serve(p->listener, POSTED);
        chan_mem_close(p->mem, CHAN_SERVER_GONE, -1);
        assert_int_equal(take_answer(p->client, &ticket, &forever), 0);
}

/* --- hostile ends --- */

static void server_that_lies_about_sizes_costs_no_slot(void **state) {
        Pair *p = *state;

        for (uint32_t i = 0; i < 2 * CHAN_SLOTS; i++) {
                ChanTicket ticket = posted(p->client);
                ChanSlot *slot = chan_slot(p->mem, ticket.slot);
                ChanRequest request;

                assert_int_equal(receive(p->listener, &forever, &request), POSTED);
                answer(p->listener, &request);
                slot->msg_size = slot->arena_size = UINT32_MAX;
                assert_int_equal(take_answer(p->client, &ticket, &at_once), CHAN_E_MALFORMED);
        }
}

static void server_that_answers_twice_answers_one_call(void **state) {
        Pair *p = *state;
        ChanTicket first = posted(p->client), second;

        serve(p->listener, POSTED);
        atomic_store(&chan_slot(p->mem, first.slot)->state, CHAN_REPLY);
        assert_int_equal(take_answer(p->client, &first, &at_once), 0);
        atomic_store(&chan_slot(p->mem, first.slot)->state, CHAN_REPLY);
        second = posted(p->client);
        assert_int_equal(second.slot, first.slot);
        assert_int_equal(take_answer(p->client, &first, &at_once), CHAN_E_STATE);
        assert_int_equal(take_answer(p->client, &second, &at_once), CHAN_E_TIMEOUT);
        serve(p->listener, POSTED);
        assert_int_equal(take_answer(p->client, &second, &at_once), 0);
}

/* Both halves of the word, none with a request behind it: the honest calls that follow are served in order.
 */
static void client_that_sets_every_bit_upsets_no_count(void **state) {
        Pair *p = *state, other = {.listener = p->listener};
        ChanRequest request;
        ChanTicket ticket;
        Caller c;

        connect_to(&other);
        for (int i = 0; i < 10; i++) {
                atomic_store(chan_pending(other.mem), UINT32_MAX);
                assert_int_equal(receive(p->listener, &soon, &request), -CHAN_E_TIMEOUT);
                atomic_store(chan_pending(other.mem), ~CHAN_ALL_SLOTS); /* nobody waits for nothing */
                assert_int_equal(receive(p->listener, &soon, &request), -CHAN_E_TIMEOUT);
        }
        atomic_store(chan_pending(other.mem), 0);
        ticket = posted(other.client);
        c = (Caller){.client = other.client};
        start(&c);
        serve(p->listener, POSTED);
        serve(p->listener, CALLED);
        join(&c);
        assert_int_equal(take_answer(other.client, &ticket, &at_once), 0);
        disconnect(&other);
}

/* --- many threads --- */

#define CLIENTS 4
#define SERVERS 3
#define ROUNDS  5000u

typedef struct Crowd {
        Pair *pair;
        _Atomic uint32_t n_served[CLIENTS]; /* what nobody waits for: the number of the last */
        _Atomic uint32_t n_disorders;
} Crowd;

typedef struct CrowdMember {
        pthread_t thread;
        Crowd *crowd;
        uint32_t number;
} CrowdMember;

/* The message's numbers: mid: what, iid: who; the arena: which. */
static void *serve_crowd(void *arg) {
        Crowd *crowd = ((CrowdMember *)arg)->crowd;
        Listener *l = crowd->pair->listener;
        ChanRequest request;
        struct nk_message msg;
        uint32_t which;
        ChanIn in = {.msg = &msg, .msg_max = HEAD, .arena = &which, .arena_max = sizeof which};

        if (((CrowdMember *)arg)->number % 2)
                listener_promise(l);
        while (listener_recv(l, &in, &forever, &request) == 0) {
                if (msg.mid == POSTED)
                        atomic_store(&crowd->n_served[msg.iid], which);
                else if (atomic_load(&crowd->n_served[msg.iid]) != which)
                        atomic_fetch_add(&crowd->n_disorders, 1);
                answer(l, &request);
        }
        listener_promise(NULL);
        return NULL;
}

static void *call_in_crowd(void *arg) {
        CrowdMember *m = arg;
        ChanClient *client = m->crowd->pair->client;
        struct nk_message req = {.size = HEAD, .iid = (nk_iid_t)m->number}, res;

        for (uint32_t i = 1; i <= ROUNDS; i++) {
                ChanOut out = {.msg = &req, .msg_size = HEAD, .arena = &i, .arena_size = sizeof i};
                ChanIn in = {.msg = &res, .msg_max = HEAD};
                ChanTicket ticket;
                int32_t outcome;
                bool is_posted;

                req.mid = POSTED;
                is_posted = chan_post(client, &out, &ticket) == 0;
                if (!is_posted)
                        assert_int_equal(chan_call(client, &out, &in, &forever, &outcome), 0);
                req.mid = CALLED;
                assert_int_equal(chan_call(client, &out, &in, &forever, &outcome), 0);
                if (is_posted)
                        assert_int_equal(take_answer(client, &ticket, &at_once), 0);
        }
        return NULL;
}

static void each_of_many_threads_finds_its_own_order(void **state) {
        Crowd crowd = {.pair = *state};
        CrowdMember servers[SERVERS], clients[CLIENTS];

        for (uint32_t i = 0; i < SERVERS; i++) {
                servers[i] = (CrowdMember){.crowd = &crowd, .number = i};
                assert_int_equal(pthread_create(&servers[i].thread, NULL, serve_crowd, &servers[i]), 0);
        }
        for (uint32_t i = 0; i < CLIENTS; i++) {
                clients[i] = (CrowdMember){.crowd = &crowd, .number = i};
                assert_int_equal(pthread_create(&clients[i].thread, NULL, call_in_crowd, &clients[i]), 0);
        }
        for (uint32_t i = 0; i < CLIENTS; i++)
                assert_int_equal(pthread_join(clients[i].thread, NULL), 0);
        listener_close(crowd.pair->listener);
        for (uint32_t i = 0; i < SERVERS; i++)
                assert_int_equal(pthread_join(servers[i].thread, NULL), 0);
        assert_int_equal(crowd.n_disorders, 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                CASE(answer_is_taken_when_it_is_there),
                CASE(status_of_a_refusal_is_taken),
                CASE(message_above_the_limit_is_not_posted),
                CASE(answer_can_be_waited_for_after_all),
                CASE(wait_that_ends_early_leaves_the_ticket),
                CASE(only_so_many_are_under_way),
                CASE(nothing_is_posted_when_all_slots_carry_calls),
                CASE(tickets_of_others_are_refused),
                CASE(later_calls_are_received_after_the_answer),
                CASE(what_nobody_waits_for_is_received_first),
                CASE(others_of_the_kind_are_received_meanwhile),
                CASE(other_channels_go_on_meanwhile),
                CASE(server_that_sleeps_is_rung),
                CASE(nobody_is_woken_for_a_call_that_must_wait_anyway),
                CASE(who_promises_to_come_back_serves_it_himself),
                CASE(promise_that_is_taken_back_wakes_another),
                CASE(it_is_not_shown_as_a_thread_that_waits),
                CASE(closing_the_client_ends_it),
                CASE(end_of_the_server_ends_it),
                CASE(answer_given_before_the_end_is_taken),
                CASE(server_that_lies_about_sizes_costs_no_slot),
                CASE(server_that_answers_twice_answers_one_call),
                CASE(client_that_sets_every_bit_upsets_no_count),
                CASE(each_of_many_threads_finds_its_own_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
