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
static const KsmLevel levels[3] = {{.degree = 0}, {.degree = 1}, {.degree = 2}};

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

static const KsmLevel *any_level(void) {
        uint32_t i = t_random(&seed, 4);

        return i < 3 ? levels + i : NULL;
}

#define N_KINDS 6

/* Any method of the object number k below. */
static TStep any_step(uint32_t k) {
        static const struct {
                TObject object;
                KsmMethod first;
                KsmMethod last;
        } kinds[N_KINDS] = {
                {T_DOOR, KSM_FLOW_INIT, KSM_FLOW_QUERY},
                {T_GATE, KSM_FLOW_INIT, KSM_FLOW_QUERY},
                {T_SET, KSM_SET_INIT, KSM_SET_CONTAINS},
                {T_MAP, KSM_MAP_INIT, KSM_MAP_GET_UNCOMMITED},
                {T_MIC, KSM_MIC_CREATE, KSM_MIC_QUERY_LEVEL},
                {T_BASE, KSM_BASE_GRANT, KSM_BASE_GRANT},
        };
        TStep step = {
                .object = kinds[k].object,
                .method = (KsmMethod)(kinds[k].first + t_random(&seed, kinds[k].last - kinds[k].first + 1)),
                .sid = any_sid(),
                .target = any_sid(),
                .driver = any_sid(),
                .container = t_random(&seed, 2) ? any_sid() : KSM_SID_NONE,
                .index = t_random(&seed, 4) % 3,
                .states = state_sets + t_random(&seed, 8),
                .entry = {t_random(&seed, 5)},
                .value = (KsmInt)t_random(&seed, 1000) - 20,
                .level = any_level(),
                .level_r = any_level(),
        };

        if (t_random(&seed, 40) == 0)
                step.entry[0] = 70000;
        if (step.method == KSM_MIC_EXECUTE && t_random(&seed, 2))
                step.sid = KSM_SID_NONE;
        if (step.method == KSM_MIC_UPGRADE && !step.level)
                step.level = levels;
        return step;
}

/* Runs the event in the plain world: results and values of its steps, and whether it is granted. */
static bool expect(const TStep *steps, size_t n, bool *results, KsmInt *values) {
        RefWorld before = world;
        bool is_granted = true;
        size_t n_rules = 0;
        bool is_broken = false;

        for (size_t i = 0; i < n; i++) {
                bool is_rule = steps[i].method != KSM_FLOW_QUERY && steps[i].method != KSM_SET_CONTAINS &&
                               steps[i].method != KSM_MAP_GET && steps[i].method != KSM_MAP_GET_UNCOMMITED &&
                               steps[i].method != KSM_MIC_QUERY_LEVEL;

                values[i] = 0;
                results[i] = !is_broken && ref_step(&world, steps + i, values + i);
                is_granted &= results[i];
                is_broken = !is_rule && !results[i]; /* until the next rule, which consumes it */
                n_rules += is_rule;
        }
        is_granted &= n_rules > 0;
        if (!is_granted)
                world = before;
        return is_granted;
}

static void compare_event(unsigned number) {
        TStep steps[MOST];
        KsmInt found[MOST], values[MOST];
        bool results[MOST];
        size_t n = 1 + t_random(&seed, MOST);
        uint32_t favourite = t_random(&seed, 2 * N_KINDS); /* half the events are about one object alone */
        bool expected;

        for (size_t i = 0; i < n; i++) {
                steps[i] = any_step(favourite < N_KINDS ? favourite : t_random(&seed, N_KINDS));
                steps[i].ret = found + i;
                found[i] = 0;
        }
        expected = expect(steps, n, results, values);
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
