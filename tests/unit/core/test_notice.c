/* SPDX-License-Identifier: MIT */
/*
 * Notifications: what is told, once and in order, to whom, and that nothing is left; then long random
 * sequences against a model that keeps everything in arrays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/notice.h"

#define M_SOURCES 4

typedef struct World {
        NtcBoard *board;
        NtcShare share;
        NtcReceiver *r;
        NtcSource sources[M_SOURCES]; /* outlive the subscriptions */
        NtcTicket ticket;             /* of the last end */
        Retcode rc;
        NtcEvent events[NTC_EVENTS_MAX]; /* of the last end */
        uint32_t n_events;
        uint32_t n_ends;
} World;

static void say(void *host, const NtcEnd *end) {
        World *w = host;

        w->ticket = end->ticket;
        w->rc = end->rc;
        w->n_events = end->n_events;
        if (end->n_events)
                memcpy(w->events, end->events, end->n_events * sizeof *end->events);
        w->n_ends++;
}

static int set_up(void **state) {
        static World w;

        w = (World){.n_ends = 0};
        *state = &w;
        if (ntc_board_new(say, &w, &w.board) != 0)
                return -1;
        return ntc_new(w.board, &w.share, &w.r) == rcOk ? 0 : -1;
}

static int tear_down(void **state) {
        World *w = *state;

        ntc_free(w->r);
        if (ntc_count(w->board) != 0 || w->share.n_receivers != 0 || w->share.n_entries != 0)
                return -1;
        ntc_board_free(w->board);
        return 0;
}

/* Takes without waiting; what came is in w->events. */
static Retcode poll(World *w, uint32_t n_max) {
        w->n_events = 0;
        return ntc_wait(w->r, 7, n_max, 0, 0);
}

static void an_event_is_told_once(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 0x6, 42), rcOk);
        assert_int_equal(poll(w, 4), rcTimeout);
        ntc_raise(s, 0x3, false);
        assert_int_equal(poll(w, 4), rcOk);
        assert_int_equal(w->n_events, 1);
        assert_true(w->events[0].id == 42);
        assert_int_equal(w->events[0].mask, 0x2);
        assert_int_equal(poll(w, 4), rcTimeout);
}

static void an_event_nobody_asked_for_is_not_told(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 0x4, 42), rcOk);
        ntc_raise(s, 0x3, false);
        assert_int_equal(poll(w, 4), rcTimeout);
}

static void events_not_taken_yet_become_one_notification(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 0xff, 42), rcOk);
        ntc_raise(s, 0x1, false);
        ntc_raise(s, 0x8, false);
        assert_int_equal(poll(w, 4), rcOk);
        assert_int_equal(w->n_events, 1);
        assert_int_equal(w->events[0].mask, 0x9);
}

static void notifications_come_in_order_and_no_more_than_asked_for(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        for (uint32_t i = 0; i < 3; i++)
                assert_int_equal(ntc_subscribe(w->r, &s[i], 1, i), rcOk);
        ntc_raise(&s[2], 1, false);
        ntc_raise(&s[0], 1, false);
        ntc_raise(&s[1], 1, false);
        assert_int_equal(poll(w, 2), rcOk);
        assert_int_equal(w->n_events, 2);
        assert_true(w->events[0].id == 2 && w->events[1].id == 0);
        assert_int_equal(poll(w, 2), rcOk);
        assert_int_equal(w->n_events, 1);
        assert_true(w->events[0].id == 1);
}

static void one_source_may_have_several_subscriptions(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 1, 10), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 2, 10), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 3, 11), rcOk);
        ntc_raise(s, 3, false);
        assert_int_equal(poll(w, 9), rcOk);
        assert_int_equal(w->n_events, 3);
}

static void a_waiting_call_gets_the_next_event(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 1, 10), rcOk);
        assert_int_equal(ntc_wait(w->r, 1, 1, 0, 50), rcOk);
        assert_int_equal(ntc_wait(w->r, 2, 1, 0, 50), rcOk);
        assert_int_equal(w->n_ends, 0);
        ntc_raise(s, 1, false);
        assert_int_equal(w->n_ends, 1);
        assert_true(w->ticket == 1 && w->rc == rcOk);
        assert_int_equal(w->events[0].mask, 1);
        ntc_raise(s, 1, false);
        assert_true(w->ticket == 2 && w->n_ends == 2);
}

static void waiting_ends_on_time_and_not_before(void **state) {
        World *w = *state;

        assert_int_equal(ntc_wait(w->r, 1, 1, 0, 50), rcOk);
        assert_int_equal(ntc_wait(w->r, 2, 1, 0, 60), rcOk);
        assert_true(ntc_expire(w->board, 49) == 50);
        assert_int_equal(w->n_ends, 0);
        assert_true(ntc_expire(w->board, 50) == 60);
        assert_true(w->n_ends == 1 && w->ticket == 1 && w->rc == rcTimeout);
        assert_true(ntc_expire(w->board, 60) == NTC_NEVER);
        assert_true(w->n_ends == 2 && w->ticket == 2);
}

static void waking_ends_all_waiting_calls(void **state) {
        World *w = *state;

        assert_int_equal(ntc_wait(w->r, 1, 1, 0, 50), rcOk);
        assert_int_equal(ntc_wait(w->r, 2, 1, 0, 50), rcOk);
        ntc_wake(w->r);
        assert_true(w->n_ends == 2 && w->rc == rcAbort);
        assert_int_equal(ntc_count(w->board), 0);
}

static void a_withdrawn_call_is_told_nothing(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 1, 10), rcOk);
        assert_int_equal(ntc_wait(w->r, 1, 1, 0, 50), rcOk);
        assert_int_equal(ntc_wait(w->r, 2, 1, 0, 50), rcOk);
        ntc_withdraw(w->r, 1);
        ntc_raise(s, 1, false);
        assert_true(w->n_ends == 1 && w->ticket == 2);
}

static void an_end_is_told_after_the_object_is_gone(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 0x8, 10), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 0x1, 11), rcOk);
        ntc_source_end(s, 0x8);
        assert_null(s->first);
        memset(s, 0xee, sizeof *s);               /* its memory is somebody else's now */
        assert_int_equal(ntc_count(w->board), 1); /* the other subscription had nothing to tell */
        assert_int_equal(poll(w, 4), rcOk);
        assert_true(w->n_events == 1 && w->events[0].id == 10 && w->events[0].mask == 0x8);
        assert_int_equal(ntc_count(w->board), 0);
}

static void what_lasts_is_told_to_late_subscribers(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        ntc_raise(s, 0x2, true);
        ntc_raise(s, 0x1, false);
        assert_int_equal(ntc_subscribe(w->r, s, 0x3, 10), rcOk);
        assert_int_equal(poll(w, 4), rcOk);
        assert_int_equal(w->events[0].mask, 0x2);
}

static void unsubscribing_takes_untold_events_along(void **state) {
        World *w = *state;
        NtcSource *s = &w->sources[0], *t = &w->sources[1];

        assert_int_equal(ntc_subscribe(w->r, s, 1, 10), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 1, 11), rcOk);
        assert_int_equal(ntc_subscribe(w->r, t, 1, 10), rcOk);
        ntc_raise(s, 1, false);
        ntc_raise(t, 1, false);
        assert_int_equal(ntc_unsubscribe_id(w->r, s, 10), rcOk);
        assert_int_equal(ntc_unsubscribe_id(w->r, s, 10), rcResourceNotFound);
        assert_int_equal(ntc_unsubscribe(w->r, t), rcOk);
        assert_int_equal(ntc_unsubscribe(w->r, t), rcResourceNotFound);
        assert_int_equal(poll(w, 4), rcOk);
        assert_true(w->n_events == 1 && w->events[0].id == 11);
}

static void wrong_arguments_are_refused(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        assert_int_equal(ntc_subscribe(w->r, s, 0, 1), rcInvalidArgument);
        assert_int_equal(ntc_wait(w->r, 1, 0, 0, 50), rcInvalidArgument);
}

static void subscriptions_have_a_limit(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        for (uint32_t i = 0; i < NTC_ENTRIES_MAX; i++)
                assert_int_equal(ntc_subscribe(w->r, s, 1, i), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 1, 0), rcOutOfMemory);
        assert_int_equal(ntc_unsubscribe_id(w->r, s, 5), rcOk);
        assert_int_equal(ntc_subscribe(w->r, s, 1, 0), rcOk);
}

static void receivers_of_a_process_have_a_limit(void **state) {
        static NtcReceiver *others[NTC_RECEIVERS_MAX];
        World *w = *state;
        NtcShare neighbour = {.n_receivers = 0};
        NtcReceiver *more;

        for (uint32_t i = 1; i < NTC_RECEIVERS_MAX; i++)
                assert_int_equal(ntc_new(w->board, &w->share, &others[i]), rcOk);
        assert_int_equal(ntc_new(w->board, &w->share, &more), rcOutOfMemory);
        assert_int_equal(ntc_new(w->board, &neighbour, &more), rcOk);
        ntc_free(more);
        ntc_free(others[1]);
        assert_int_equal(ntc_new(w->board, &w->share, &others[1]), rcOk);
        for (uint32_t i = 1; i < NTC_RECEIVERS_MAX; i++)
                ntc_free(others[i]);
}

static void subscriptions_of_a_process_have_a_limit(void **state) {
        enum { N = NTC_SHARE_MAX / NTC_ENTRIES_MAX };
        World *w = *state;
        NtcSource *s = w->sources;
        NtcShare neighbours = {.n_receivers = 0};
        NtcReceiver *full[N], *own, *neighbour;

        for (uint32_t k = 0; k < N; k++) {
                assert_int_equal(ntc_new(w->board, &w->share, &full[k]), rcOk);
                for (uint32_t i = 0; i < NTC_ENTRIES_MAX; i++)
                        assert_int_equal(ntc_subscribe(full[k], s, 1, i), rcOk);
        }
        assert_int_equal(ntc_new(w->board, &w->share, &own), rcOk);
        assert_int_equal(ntc_subscribe(own, s, 1, 0), rcOutOfMemory);
        assert_int_equal(ntc_new(w->board, &neighbours, &neighbour), rcOk);
        assert_int_equal(ntc_subscribe(neighbour, s, 1, 0), rcOk);
        assert_int_equal(ntc_unsubscribe_id(full[0], s, 5), rcOk);
        assert_int_equal(ntc_subscribe(own, s, 1, 0), rcOk);
        assert_int_equal(ntc_subscribe(own, s, 1, 1), rcOutOfMemory);
        ntc_free(neighbour);
        ntc_free(own);
        for (uint32_t k = 0; k < N; k++)
                ntc_free(full[k]);
}

static void waiting_calls_have_a_limit(void **state) {
        World *w = *state;

        for (NtcTicket t = 0; t < NTC_WAITERS_MAX; t++)
                assert_int_equal(ntc_wait(w->r, t, 1, 0, 50), rcOk);
        assert_int_equal(ntc_wait(w->r, 99, 1, 0, 50), rcOutOfMemory);
        ntc_withdraw(w->r, 0);
        assert_int_equal(ntc_wait(w->r, 99, 1, 0, 50), rcOk);
}

static void one_call_takes_no_more_than_the_limit(void **state) {
        World *w = *state;
        NtcSource *s = w->sources;

        for (uint32_t i = 0; i < NTC_EVENTS_MAX + 1; i++)
                assert_int_equal(ntc_subscribe(w->r, s, 1, i), rcOk);
        ntc_raise(s, 1, false);
        assert_int_equal(poll(w, UINT32_MAX), rcOk);
        assert_int_equal(w->n_events, NTC_EVENTS_MAX);
        assert_int_equal(poll(w, UINT32_MAX), rcOk);
        assert_int_equal(w->n_events, 1);
}

/* --- random sequences --- */

#define M_ENTRIES 32
#define M_STEPS   200000

typedef struct ModelEntry {
        bool is_used;
        int source; /* -1: ended */
        uint32_t mask, pending;
        uint64_t id;
        uint64_t since; /* became ready */
} ModelEntry;

typedef struct Model {
        ModelEntry entries[M_ENTRIES];
        uint64_t clock;
        uint64_t next_id; /* of subscriptions, all different */
} Model;

static uint32_t random_next(uint32_t *seed) {
        *seed = *seed * 1664525u + 1013904223u;
        return *seed >> 8;
}

static void model_raise(Model *m, int source, uint32_t mask) {
        for (int i = 0; i < M_ENTRIES; i++) {
                ModelEntry *e = &m->entries[i];

                if (!e->is_used || e->source != source || !(mask & e->mask))
                        continue;
                if (!e->pending)
                        e->since = m->clock;
                e->pending |= mask & e->mask;
        }
        m->clock++;
}

static ModelEntry *model_find(Model *m, uint64_t id) {
        for (int i = 0; i < M_ENTRIES; i++)
                if (m->entries[i].is_used && m->entries[i].id == id)
                        return &m->entries[i];
        return NULL;
}

static uint32_t model_count(const Model *m) {
        uint32_t n = 0;

        for (int i = 0; i < M_ENTRIES; i++)
                n += m->entries[i].is_used;
        return n;
}

/* What was told agrees with the model: nothing older is left out, and all that was ready came. */
static void check_taken(World *w, Model *m, uint32_t n_max) {
        uint64_t last = 0;
        uint32_t n_ready = 0;

        for (int i = 0; i < M_ENTRIES; i++)
                n_ready += m->entries[i].is_used && m->entries[i].pending;
        assert_int_equal(w->n_events, n_ready < n_max ? n_ready : n_max);
        for (uint32_t i = 0; i < w->n_events; i++) {
                ModelEntry *e = model_find(m, w->events[i].id);

                assert_non_null(e);
                assert_int_equal(e->pending, w->events[i].mask);
                assert_true(e->since >= last);
                last = e->since;
                e->pending = 0;
                if (e->source < 0)
                        e->is_used = false;
        }
        for (int i = 0; i < M_ENTRIES; i++)
                assert_true(!m->entries[i].is_used || !m->entries[i].pending || m->entries[i].since >= last);
}

static void step_subscribe(World *w, Model *m, NtcSource *sources, uint32_t dice) {
        int source = (int)(dice % M_SOURCES);
        uint32_t mask = 1 + dice / M_SOURCES % 7;

        for (int i = 0; i < M_ENTRIES; i++) {
                if (m->entries[i].is_used)
                        continue;
                m->entries[i] =
                        (ModelEntry){.is_used = true, .source = source, .mask = mask, .id = m->next_id};
                assert_int_equal(ntc_subscribe(w->r, &sources[source], mask, m->next_id++), rcOk);
                return;
        }
}

static void step_unsubscribe(World *w, Model *m, NtcSource *sources, uint32_t dice) {
        ModelEntry *e = &m->entries[dice % M_ENTRIES];

        if (!e->is_used || e->source < 0)
                return;
        assert_int_equal(ntc_unsubscribe_id(w->r, &sources[e->source], e->id), rcOk);
        e->is_used = false;
}

static void step_end(Model *m, NtcSource *sources, uint32_t dice) {
        int source = (int)(dice % M_SOURCES);

        ntc_source_end(&sources[source], 4);
        model_raise(m, source, 4);
        for (int i = 0; i < M_ENTRIES; i++) {
                ModelEntry *e = &m->entries[i];

                if (!e->is_used || e->source != source)
                        continue;
                e->source = -1;
                e->is_used = e->pending != 0;
        }
}

static void random_sequences_agree_with_the_model(void **state) {
        World *w = *state;
        NtcSource *sources = w->sources;
        Model m = {.next_id = 1};
        uint32_t seed = 20260101;

        for (int i = 0; i < M_STEPS; i++) {
                uint32_t dice = random_next(&seed), n_max = 1 + dice % 5;

                switch (random_next(&seed) % 8) {
                case 0:
                case 1:
                        step_subscribe(w, &m, sources, dice);
                        break;
                case 2:
                        step_unsubscribe(w, &m, sources, dice);
                        break;
                case 3:
                        if (dice % 16 == 0)
                                step_end(&m, sources, dice / 16);
                        break;
                case 4:
                case 5:
                        ntc_raise(&sources[dice % M_SOURCES], 1 + dice / 8 % 7, false);
                        model_raise(&m, (int)(dice % M_SOURCES), 1 + dice / 8 % 7);
                        break;
                default:
                        (void)poll(w, n_max);
                        check_taken(w, &m, n_max);
                }
                assert_int_equal(ntc_count(w->board), model_count(&m));
        }
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(an_event_is_told_once),
                CASE(an_event_nobody_asked_for_is_not_told),
                CASE(events_not_taken_yet_become_one_notification),
                CASE(notifications_come_in_order_and_no_more_than_asked_for),
                CASE(one_source_may_have_several_subscriptions),
                CASE(a_waiting_call_gets_the_next_event),
                CASE(waiting_ends_on_time_and_not_before),
                CASE(waking_ends_all_waiting_calls),
                CASE(a_withdrawn_call_is_told_nothing),
                CASE(an_end_is_told_after_the_object_is_gone),
                CASE(what_lasts_is_told_to_late_subscribers),
                CASE(unsubscribing_takes_untold_events_along),
                CASE(wrong_arguments_are_refused),
                CASE(subscriptions_have_a_limit),
                CASE(receivers_of_a_process_have_a_limit),
                CASE(subscriptions_of_a_process_have_a_limit),
                CASE(waiting_calls_have_a_limit),
                CASE(one_call_takes_no_more_than_the_limit),
                CASE(random_sequences_agree_with_the_model),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
