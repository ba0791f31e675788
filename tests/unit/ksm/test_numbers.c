/* SPDX-License-Identifier: MIT */
/*
 * Numbers of SIDs after the last one: which come again, and which must not, whatever a policy remembers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ksm/state.h"
#include "policy.h"

#define LAST 400u /* of the numbers that the cases with a policy have */

/* --- alone --- */

typedef struct Taken {
        KsmSid some[3];
        uint32_t n_looks;
} Taken;

static void look(void *arg, NumberMarks *marks) {
        Taken *t = arg;

        t->n_looks++;
        for (size_t i = 0; i < 3; i++)
                numbers_mark(marks, t->some[i]);
}

static KsmSid take(Numbers *n, Taken *t) {
        KsmSid number = 0;

        assert_int_equal(numbers_take(n, look, t, &number), 0);
        return number;
}

static void first_round_counts_and_looks_at_nothing(void **state) {
        Taken t = {.some = {NUMBERS_FIRST}};
        Numbers n;

        (void)state;
        numbers_init(&n, NUMBERS_FIRST, 1000);
        for (KsmSid i = NUMBERS_FIRST; i <= 1000; i++)
                assert_int_equal(take(&n, &t), i);
        assert_int_equal(t.n_looks, 0);
        numbers_deinit(&n);
}

static void later_rounds_leave_out_what_is_taken(void **state) {
        Taken t = {.some = {NUMBERS_FIRST, 7, 1000}};
        Numbers n;

        (void)state;
        numbers_init(&n, 1000, 1000);
        assert_int_equal(take(&n, &t), 1000);
        for (int round = 1; round < 4; round++) {
                for (KsmSid i = NUMBERS_FIRST + 1; i < 1000; i++)
                        if (i != 7)
                                assert_int_equal(take(&n, &t), i);
                assert_int_equal(t.n_looks, round);
        }
        numbers_deinit(&n);
}

static void each_block_is_looked_at_when_it_begins(void **state) {
        const KsmSid last = NUMBERS_FIRST + 2 * NUMBERS_BLOCK; /* one number in the third block */
        const KsmSid second = NUMBERS_FIRST + NUMBERS_BLOCK;
        Taken t = {.some = {second - 1, second, last}};
        Numbers n;

        (void)state;
        numbers_init(&n, last + 1, last);
        for (KsmSid i = NUMBERS_FIRST; i < second - 1; i++)
                assert_int_equal(take(&n, &t), i);
        assert_int_equal(t.n_looks, 1);
        t.some[0] = second + 1;
        assert_int_equal(take(&n, &t), second + 2);
        assert_int_equal(t.n_looks, 2);
        for (KsmSid i = second + 3; i < last; i++)
                assert_int_equal(take(&n, &t), i);
        assert_int_equal(take(&n, &t), NUMBERS_FIRST);
        assert_int_equal(t.n_looks, 4);
        numbers_deinit(&n);
}

static void look_all(void *arg, NumberMarks *marks) {
        (void)arg;
        memset(marks->bits, 0xff, sizeof marks->bits);
}

static void when_all_are_taken_there_is_none(void **state) {
        Taken t = {.n_looks = 0};
        KsmSid number = 0;
        Numbers n;

        (void)state;
        numbers_init(&n, 4, 10);
        n.next = 11;
        assert_int_equal(numbers_take(&n, look_all, NULL, &number), KSM_E_SIDS);
        assert_int_equal(number, 0);
        n.next = 11;
        assert_int_equal(take(&n, &t), NUMBERS_FIRST);
        numbers_deinit(&n);
}

static void greatest_number_is_that_of_32_bits_less_two(void **state) {
        Taken t = {.n_looks = 0};
        Numbers n;

        (void)state;
        numbers_init(&n, KSM_SID_LAST, KSM_SID_LAST);
        assert_int_equal(take(&n, &t), UINT32_MAX - 1);
        assert_int_equal(take(&n, &t), NUMBERS_FIRST);
        numbers_deinit(&n);
}

/* --- with a policy --- */

static TPolicy p;

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        p.ksm->numbers.last = LAST;
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

/* Makes resources that die at once, one of each number that may come again. True: this one came. */
static bool comes_again(KsmSid wanted) {
        bool came = false;
        KsmSid sid;

        p.ksm->numbers.next = LAST + 1;
        do {
                assert_int_equal(ksm_resource_new(p.ksm, &sid), 0);
                ksm_sid_dies(p.ksm, sid);
                came |= sid == wanted;
        } while (p.ksm->numbers.next <= LAST);
        return came;
}

static void number_of_the_living_does_not_come_again(void **state) {
        KsmSid sid;

        (void)state;
        assert_int_equal(ksm_resource_new(p.ksm, &sid), 0);
        assert_false(comes_again(sid));
        assert_false(comes_again(p.a));
        ksm_sid_dies(p.ksm, sid);
        assert_true(comes_again(sid));
}

static void number_that_a_set_remembers_does_not_come_again(void **state) {
        TStep step = {.object = T_SET, .method = KSM_SET_INIT, .sid = p.a, .entry = {300}};

        (void)state;
        assert_true(comes_again(300));
        t_grants(&p, step);
        step.method = KSM_SET_ADD;
        t_grants(&p, step);
        assert_false(comes_again(300));
        assert_true(comes_again(299));
        step.method = KSM_SET_REMOVE;
        t_grants(&p, step);
        assert_true(comes_again(300));
}

/* What was in a table before it was cleared is not remembered. */
static void number_of_a_forgotten_set_comes_again(void **state) {
        TStep step = {.object = T_SET, .method = KSM_SET_INIT, .sid = p.a, .entry = {300}};

        (void)state;
        t_grants(&p, step);
        step.method = KSM_SET_ADD;
        t_grants(&p, step);
        step.method = KSM_SET_FINI;
        t_grants(&p, step);
        assert_true(comes_again(300));
        step.method = KSM_SET_INIT;
        t_grants(&p, step);
        assert_true(comes_again(300));
}

static void number_that_a_map_remembers_does_not_come_again(void **state) {
        TStep step = {.object = T_MAP, .method = KSM_MAP_INIT, .sid = p.b, .index = T_HIGH, .value = 310};

        (void)state;
        t_grants(&p, step);
        assert_true(comes_again(310));
        step.method = KSM_MAP_SET;
        t_grants(&p, step);
        assert_false(comes_again(310)); /* it may be committed yet */
        step.method = KSM_MAP_ROLLBACK;
        t_grants(&p, step);
        assert_true(comes_again(310));
}

static void context_of_an_earlier_life_is_gone(void **state) {
        TStep step = {.object = T_DOOR, .method = KSM_FLOW_INIT};
        KsmSid sid;

        (void)state;
        assert_int_equal(ksm_resource_new(p.ksm, &sid), 0);
        step.sid = sid;
        t_grants(&p, step);
        ksm_sid_dies(p.ksm, sid);
        p.ksm->numbers.next = LAST + 1;
        do
                assert_int_equal(ksm_resource_new(p.ksm, &step.sid), 0);
        while (step.sid != sid);
        t_grants(&p, step);
}

static void without_a_policy_there_are_sids_and_no_rules(void **state) {
        KsmEvent event = {.kind = KSM_REQUEST, .src = KSM_SID_KERNEL, .dst = KSM_SID_KERNEL};
        KsmRecord record;
        KsmSid one, two;
        Ksm *ksm;

        (void)state;
        assert_int_equal(ksm_new_without_policy(&ksm), 0);
        assert_int_equal(ksm_record_init(&record, ksm), 0);
        assert_int_equal(ksm_resource_new(ksm, &one), 0);
        assert_int_equal(ksm_resource_new(ksm, &two), 0);
        assert_int_not_equal(one, two);
        assert_false(ksm_decide(ksm, &event, &record));
        ksm_sid_dies(ksm, one);
        ksm_record_deinit(&record);
        ksm_free(ksm);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(first_round_counts_and_looks_at_nothing),
                cmocka_unit_test(later_rounds_leave_out_what_is_taken),
                cmocka_unit_test(each_block_is_looked_at_when_it_begins),
                cmocka_unit_test(when_all_are_taken_there_is_none),
                cmocka_unit_test(greatest_number_is_that_of_32_bits_less_two),
                CASE(number_of_the_living_does_not_come_again),
                CASE(number_that_a_set_remembers_does_not_come_again),
                CASE(number_of_a_forgotten_set_comes_again),
                CASE(number_that_a_map_remembers_does_not_come_again),
                CASE(context_of_an_earlier_life_is_gone),
                cmocka_unit_test(without_a_policy_there_are_sids_and_no_rules),
        };

        return cmocka_run_group_tests_name("ksm numbers", tests, NULL, NULL);
}
