/* SPDX-License-Identifier: MIT */
/*
 * Random events of every model, against the models as plainly as possible: the same results, the same
 * values, and the same contexts afterwards, because all later results depend on them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reference.h"

#define N_EVENTS 20000
#define MOST     5 /* steps of an event */

static TPolicy p;
static RefWorld world;
static uint64_t seed;

static const uint64_t state_sets[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        ref_init(&world);
        world.sids[KSM_SID_KERNEL].is_alive = true;
        world.sids[p.a].is_alive = world.sids[p.b].is_alive = world.sids[p.c].is_alive = true;
        seed = t_seed(20240502);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

static KsmSid any_sid(void) {
        return t_random(&seed, 30) == 0 ? t_random(&seed, REF_SIDS) : 1 + t_random(&seed, 5);
}

static const KsmLevel *any_level(TObject object) {
        return ref_levels[object == T_LATTICE][t_random(&seed, REF_LEVELS)];
}

static const char *any_text(TObject object) {
        bool may_lack = object != T_RE; /* keys may come by number too */

        return may_lack && t_random(&seed, 2) ? NULL : ref_texts[t_random(&seed, REF_TEXTS)];
}

/* Any method of the object number k of ref_kinds. */
static TStep any_step(uint32_t k) {
        const RefKind *kind = ref_kinds + k;
        TStep step = {
                .object = kind->object,
                .method = (KsmMethod)(kind->first + t_random(&seed, kind->last - kind->first + 1)),
                .sid = any_sid(),
                .target = any_sid(),
                .driver = any_sid(),
                .container = t_random(&seed, 2) ? any_sid() : KSM_SID_NONE,
                .index = t_random(&seed, 4) % 3,
                .states = state_sets + t_random(&seed, 8),
                .entry = {(KsmInt)t_random(&seed, 5) - (kind->object == T_PAIRS), t_random(&seed, 2)},
                .value = (KsmInt)t_random(&seed, 1000) - 20,
                .condition = t_random(&seed, 4) != 0,
                .level = any_level(kind->object),
                .level_r = any_level(kind->object),
                .text = any_text(kind->object),
                .is_broken = t_random(&seed, 60) == 0,
        };

        if (t_random(&seed, 40) == 0)
                step.entry[0] = 70000;
        if (step.method == KSM_BASE_DENY)
                step.condition = !step.condition;
        if (step.method == KSM_MIC_EXECUTE && t_random(&seed, 2))
                step.sid = KSM_SID_NONE;
        if (step.method == KSM_MIC_UPGRADE && !step.level)
                step.level = ref_levels[kind->object == T_LATTICE][0];
        return step;
}

static void compare_event(unsigned number) {
        TStep steps[MOST];
        KsmInt found[MOST], values[MOST];
        bool results[MOST];
        size_t n = 1 + t_random(&seed, MOST);
        uint32_t favourite =
                t_random(&seed, 2 * T_N_OBJECTS); /* half the events are about one object alone */
        bool expected;

        for (size_t i = 0; i < n; i++) {
                steps[i] = any_step(favourite < T_N_OBJECTS ? favourite : t_random(&seed, T_N_OBJECTS));
                steps[i].ret = found + i;
                found[i] = 0;
        }
        expected = ref_event(&world, steps, n, results, values);
        if (t_run(&p, steps, n) != expected)
                fail_msg("event %u: %s", number, expected ? "is not granted" : "is granted");
        for (size_t i = 0; i < n; i++) {
                bool is_granted = p.record.results[i].outcome == KSM_GRANTED;

                if (is_granted != results[i])
                        fail_msg("event %u, step %zu, method %s of object %d: %s", number, i,
                                ksm_method_text(steps[i].method), steps[i].object,
                                ksm_why_text((KsmWhy)p.record.results[i].why));
                if (is_granted && !p.record.results[i].is_rule && found[i] != values[i])
                        fail_msg("event %u, step %zu: another value", number, i);
        }
}

static void random_events_have_the_results_of_the_plain_models(void **state) {
        (void)state;
        for (unsigned i = 0; i < N_EVENTS; i++)
                compare_event(i);
}

static void random_deaths_leave_what_the_plain_models_leave(void **state) {
        KsmSid newest = p.c;

        (void)state;
        while (newest + 1 < REF_SIDS) {
                KsmSid dying = 2 + t_random(&seed, newest - 1);

                for (unsigned i = 0; i < 500; i++)
                        compare_event(i);
                if (dying != p.a && dying != p.b) { /* these two are in every event */
                        ksm_sid_dies(p.ksm, dying);
                        ref_die(&world, dying);
                }
                assert_int_equal(ksm_resource_new(p.ksm, &newest), 0);
                world.sids[newest].is_alive = true;
        }
}

static void random_events_between_mark_and_return_leave_no_trace(void **state) {
        RefWorld before;

        (void)state;
        for (unsigned i = 0; i < 300; i++)
                compare_event(i);
        before = world;
        ksm_mark(p.ksm);
        for (unsigned round = 0; round < 20; round++) {
                for (unsigned i = 0; i < 100; i++)
                        compare_event(i);
                ksm_return(p.ksm);
                world = before;
        }
        for (unsigned i = 0; i < 300; i++)
                compare_event(i);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        random_events_have_the_results_of_the_plain_models, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        random_deaths_leave_what_the_plain_models_leave, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        random_events_between_mark_and_return_leave_no_trace, setup, teardown),
        };

        return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
