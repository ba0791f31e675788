/* SPDX-License-Identifier: MIT */
/*
 * Several threads at once: decisions do not mix, while SIDs come and go and the audit level changes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

#define N_THREADS 4
#define N_ROUNDS  20000

static TPolicy p;
static pthread_barrier_t start;

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

/* A table of three entries with two inside: with another decision in between, `add` finds it full. */
static void add_look_remove(KsmCall *c) {
        const KsmInt entry[1] = {3};

        ksm_set_add(c, t_site(T_SET, KSM_SET_ADD), c->dst_sid, entry);
        ksm_base_assert(c, t_site(T_BASE, KSM_BASE_ASSERT),
                ksm_set_contains(c, t_site(T_SET, KSM_SET_CONTAINS), c->dst_sid, entry));
        ksm_set_remove(c, t_site(T_SET, KSM_SET_REMOVE), c->dst_sid, entry);
        ksm_base_assert(c, t_site(T_BASE, KSM_BASE_ASSERT),
                !ksm_set_contains(c, t_site(T_SET, KSM_SET_CONTAINS), c->dst_sid, entry));
}

static void *decide(void *ret_granted) {
        KsmEvent event = {.kind = KSM_REQUEST, .src = p.a, .dst = p.b};
        unsigned *n_granted = ret_granted;
        KsmRecord record;

        if (ksm_record_init(&record, p.ksm) != 0)
                return NULL;
        pthread_barrier_wait(&start);
        for (int i = 0; i < N_ROUNDS; i++) {
                KsmSid sid;

                *n_granted += ksm_decide(p.ksm, &event, &record);
                ksm_set_audit_level(p.ksm, (uint32_t)i % 4);
                if (ksm_resource_new(p.ksm, &sid) == 0)
                        ksm_sid_dies(p.ksm, sid);
        }
        ksm_record_deinit(&record);
        return NULL;
}

static void decisions_are_one_after_the_other(void **state) {
        unsigned n_granted[N_THREADS] = {0};
        pthread_t threads[N_THREADS];

        (void)state;
        t_grants(&p, (TStep){.object = T_SET, .method = KSM_SET_INIT, .sid = p.b});
        t_grants(&p, (TStep){.object = T_SET, .method = KSM_SET_ADD, .sid = p.b, .entry = {1}});
        t_grants(&p, (TStep){.object = T_SET, .method = KSM_SET_ADD, .sid = p.b, .entry = {2}});
        t_set_body(add_look_remove);
        pthread_barrier_init(&start, NULL, N_THREADS);
        for (int i = 0; i < N_THREADS; i++)
                assert_int_equal(pthread_create(threads + i, NULL, decide, n_granted + i), 0);
        for (int i = 0; i < N_THREADS; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(n_granted[i], N_ROUNDS);
        }
        pthread_barrier_destroy(&start);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(decisions_are_one_after_the_other, setup, teardown),
        };

        return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
