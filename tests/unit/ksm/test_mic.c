/* SPDX-License-Identifier: MIT */
/*
 * Mic: every rule and expression, granted and denied for each of its reasons, on a line of levels and on a
 * lattice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

#define NOBODY 60000u

static TPolicy p;

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

static const KsmLevel low = {.degree = 0}, medium = {.degree = 1}, high = {.degree = 2};
/* Of the lattice: degree and categories (net is bit 0, log bit 1). */
static const KsmLevel net_low = {.degree = 0, .categories = 1}, log_low = {.degree = 0, .categories = 2},
                      both_high = {.degree = 1, .categories = 3}, none_high = {.degree = 1, .categories = 0};

static KsmSid image, subject, other, file;

static void give(TObject object, KsmSid sid, const KsmLevel *level, const KsmLevel *level_r) {
        t_grants(&p, (TStep){.object = object,
                             .method = KSM_MIC_EXECUTE,
                             .target = sid,
                             .level = level,
                             .level_r = level_r});
}

static void make_sids(void) {
        image = p.c;
        subject = p.a;
        other = p.b;
        assert_int_equal(ksm_resource_new(p.ksm, &file), 0);
}

static TStep start(KsmSid from, KsmSid target, const KsmLevel *level, const KsmLevel *level_r) {
        return (TStep){.object = T_MIC,
                .method = KSM_MIC_EXECUTE,
                .sid = from,
                .target = target,
                .level = level,
                .level_r = level_r};
}

static TStep flow(KsmMethod method, KsmSid source, KsmSid target) {
        return (TStep){.object = T_MIC, .method = method, .sid = source, .target = target};
}

static TStep create(KsmSid source, KsmSid driver, KsmSid container, const KsmLevel *level) {
        return (TStep){.object = T_MIC,
                .method = KSM_MIC_CREATE,
                .sid = source,
                .target = file,
                .container = container,
                .driver = driver,
                .level = level};
}

static TStep delete_file(KsmSid source, KsmSid driver, KsmSid container) {
        return (TStep){.object = T_MIC,
                .method = KSM_MIC_DELETE,
                .sid = source,
                .target = file,
                .container = container,
                .driver = driver};
}

static TStep upgrade(KsmSid source, KsmSid driver, KsmSid container, const KsmLevel *level) {
        return (TStep){.object = T_MIC,
                .method = KSM_MIC_UPGRADE,
                .sid = source,
                .target = file,
                .container = container,
                .driver = driver,
                .level = level};
}

static TStep query(KsmSid sid) {
        return (TStep){.object = T_MIC, .method = KSM_MIC_QUERY_LEVEL, .sid = sid};
}

static void execute_gives_a_level(void **state) {
        (void)state;
        make_sids();
        t_grants(&p, start(KSM_SID_NONE, subject, &medium, NULL));
        t_yields(&p, query(subject), 1);
}

static void execute_takes_the_level_of_the_image(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, image, &medium, NULL);
        t_grants(&p, start(image, subject, NULL, NULL));
        t_yields(&p, query(subject), 1);
}

static void execute_needs_an_image_or_a_level(void **state) {
        (void)state;
        make_sids();
        t_denies(&p, start(KSM_SID_NONE, subject, NULL, NULL), KSM_WHY_NO_LEVEL);
}

static void execute_is_denied_above_the_image(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, image, &medium, NULL);
        t_denies(&p, start(image, subject, &high, NULL), KSM_WHY_LEVEL);
        t_grants(&p, start(image, subject, &low, NULL));
}

static void execute_is_denied_when_the_image_has_no_level(void **state) {
        (void)state;
        make_sids();
        t_denies(&p, start(image, subject, &low, NULL), KSM_WHY_NO_LEVEL);
}

static void execute_is_denied_when_level_r_exceeds_level(void **state) {
        (void)state;
        make_sids();
        t_denies(&p, start(KSM_SID_NONE, subject, &medium, &high), KSM_WHY_LEVEL);
        t_grants(&p, start(KSM_SID_NONE, subject, &medium, &low));
}

static void execute_is_denied_a_second_time(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &low, NULL);
        t_denies(&p, start(KSM_SID_NONE, subject, &low, NULL), KSM_WHY_HAS_LEVEL);
}

static void execute_needs_sids(void **state) {
        (void)state;
        make_sids();
        t_denies(&p, start(KSM_SID_NONE, NOBODY, &low, NULL), KSM_WHY_SID);
        t_denies(&p, start(NOBODY, subject, &low, NULL), KSM_WHY_SID);
}

static void execute_is_denied_at_a_level_incomparable_with_the_image(void **state) {
        TStep step;

        (void)state;
        make_sids();
        give(T_LATTICE, image, &net_low, NULL);
        step = start(image, subject, &log_low, NULL);
        step.object = T_LATTICE;
        t_denies(&p, step, KSM_WHY_LEVEL);
        step = start(KSM_SID_NONE, subject, &both_high, &none_high);
        step.object = T_LATTICE;
        t_grants(&p, step);
        step = start(KSM_SID_NONE, other, &net_low, &log_low);
        step.object = T_LATTICE;
        t_denies(&p, step, KSM_WHY_LEVEL);
}

static void create_gives_a_level_below_all_three(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &medium, NULL);
        give(T_MIC, other, &high, NULL);
        give(T_MIC, image, &medium, NULL);
        t_denies(&p, create(subject, other, image, &high), KSM_WHY_LEVEL);
        t_grants(&p, create(subject, other, image, &medium));
        t_yields(&p, query(file), 1);
}

static void create_is_bounded_by_source_driver_and_container_each(void **state) {
        KsmSid bottom;

        (void)state;
        make_sids();
        assert_int_equal(ksm_resource_new(p.ksm, &bottom), 0);
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        give(T_MIC, bottom, &low, NULL);
        t_denies(&p, create(bottom, other, KSM_SID_NONE, &medium), KSM_WHY_LEVEL);
        t_denies(&p, create(subject, bottom, KSM_SID_NONE, &medium), KSM_WHY_LEVEL);
        t_denies(&p, create(subject, other, bottom, &medium), KSM_WHY_LEVEL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &medium));
}

static void create_without_level_takes_the_greatest_lower_bound(void **state) {
        TStep step;

        (void)state;
        make_sids();
        give(T_MIC, subject, &medium, NULL);
        give(T_MIC, other, &high, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, NULL));
        t_yields(&p, query(file), 1);
        give(T_LATTICE, subject, &none_high, NULL);
        give(T_LATTICE, other, &net_low, NULL);
        step = create(subject, other, KSM_SID_NONE, NULL);
        step.object = T_LATTICE;
        t_grants(&p, step);
        step = query(file);
        step.object = T_LATTICE;
        t_yields(&p, step, 0);
}

static void create_needs_levels_and_a_new_target(void **state) {
        (void)state;
        make_sids();
        t_denies(&p, create(subject, other, KSM_SID_NONE, &low), KSM_WHY_NO_LEVEL);
        give(T_MIC, subject, &low, NULL);
        t_denies(&p, create(subject, other, KSM_SID_NONE, &low), KSM_WHY_NO_LEVEL);
        give(T_MIC, other, &low, NULL);
        t_denies(&p, create(subject, other, image, &low), KSM_WHY_NO_LEVEL);
        t_denies(&p, create(subject, NOBODY, KSM_SID_NONE, &low), KSM_WHY_SID);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        t_denies(&p, create(subject, other, KSM_SID_NONE, &low), KSM_WHY_HAS_LEVEL);
}

static void delete_takes_the_level_away(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &medium, NULL);
        give(T_MIC, other, &high, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        t_grants(&p, delete_file(subject, other, KSM_SID_NONE));
        t_fails(&p, query(file), KSM_WHY_NO_LEVEL);
}

static void delete_is_denied_above_source_or_driver(void **state) {
        KsmSid bottom;

        (void)state;
        make_sids();
        assert_int_equal(ksm_resource_new(p.ksm, &bottom), 0);
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        give(T_MIC, bottom, &low, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &medium));
        t_denies(&p, delete_file(bottom, other, KSM_SID_NONE), KSM_WHY_LEVEL);
        t_denies(&p, delete_file(subject, bottom, KSM_SID_NONE), KSM_WHY_LEVEL);
        t_grants(&p, delete_file(subject, other, bottom));
}

static void delete_needs_levels(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        t_denies(&p, delete_file(subject, other, KSM_SID_NONE), KSM_WHY_NO_LEVEL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &medium));
        t_denies(&p, delete_file(subject, other, image), KSM_WHY_NO_LEVEL);
        t_denies(&p, delete_file(image, other, KSM_SID_NONE), KSM_WHY_NO_LEVEL);
        t_denies(&p, delete_file(subject, image, KSM_SID_NONE), KSM_WHY_NO_LEVEL);
        t_denies(&p, delete_file(subject, NOBODY, KSM_SID_NONE), KSM_WHY_SID);
}

static void upgrade_raises_the_level(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        t_grants(&p, upgrade(subject, other, KSM_SID_NONE, &medium));
        t_yields(&p, query(file), 1);
        t_denies(&p, upgrade(subject, other, KSM_SID_NONE, &medium), KSM_WHY_LEVEL);
        t_denies(&p, upgrade(subject, other, KSM_SID_NONE, &low), KSM_WHY_LEVEL);
}

static void upgrade_is_bounded_by_source_driver_and_container_each(void **state) {
        KsmSid middle;

        (void)state;
        make_sids();
        assert_int_equal(ksm_resource_new(p.ksm, &middle), 0);
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        give(T_MIC, middle, &medium, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        t_denies(&p, upgrade(middle, other, KSM_SID_NONE, &high), KSM_WHY_LEVEL);
        t_denies(&p, upgrade(subject, middle, KSM_SID_NONE, &high), KSM_WHY_LEVEL);
        t_denies(&p, upgrade(subject, other, middle, &high), KSM_WHY_LEVEL);
        t_grants(&p, upgrade(middle, middle, middle, &medium));
}

static void upgrade_is_denied_for_a_target_above_the_source(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &low, NULL);
        give(T_MIC, other, &high, NULL);
        t_grants(&p, create(other, other, KSM_SID_NONE, &medium));
        t_denies(&p, upgrade(subject, other, KSM_SID_NONE, &high), KSM_WHY_LEVEL);
}

static void upgrade_keeps_a_lower_level_r(void **state) {
        TStep raise;

        (void)state;
        make_sids();
        give(T_MIC, other, &high, NULL);
        give(T_MIC, file, &low, NULL);
        give(T_MIC, subject, &medium, &low);
        give(T_MIC, image, &medium, NULL);
        raise = upgrade(other, other, KSM_SID_NONE, &high);
        raise.target = subject;
        t_grants(&p, raise);
        raise.target = image;
        t_grants(&p, raise);
        t_grants(&p, flow(KSM_MIC_CALL, subject, file));
        t_denies(&p, flow(KSM_MIC_CALL, image, file), KSM_WHY_LEVEL);
}

static void upgrade_needs_levels(void **state) {
        (void)state;
        make_sids();
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        t_denies(&p, upgrade(subject, other, KSM_SID_NONE, &high), KSM_WHY_NO_LEVEL);
        t_denies(&p, upgrade(NOBODY, other, KSM_SID_NONE, &high), KSM_WHY_NO_LEVEL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        t_denies(&p, upgrade(NOBODY, other, KSM_SID_NONE, &high), KSM_WHY_SID);
        t_denies(&p, upgrade(image, other, KSM_SID_NONE, &high), KSM_WHY_NO_LEVEL);
        t_denies(&p, upgrade(subject, image, KSM_SID_NONE, &high), KSM_WHY_NO_LEVEL);
        t_denies(&p, upgrade(subject, other, image, &high), KSM_WHY_NO_LEVEL);
}

/* Data go to `subject`. */
static void check_receiving(KsmMethod method) {
        make_sids();
        give(T_MIC, subject, &medium, NULL);
        give(T_MIC, other, &low, NULL);
        t_denies(&p, flow(method, subject, other), KSM_WHY_LEVEL);
        t_grants(&p, flow(method, other, subject));
        t_grants(&p, flow(method, other, other));
        t_denies(&p, flow(method, subject, file), KSM_WHY_NO_LEVEL);
        t_denies(&p, flow(method, file, subject), KSM_WHY_NO_LEVEL);
        t_denies(&p, flow(method, subject, NOBODY), KSM_WHY_SID);
        give(T_MIC, file, &high, &low);
        t_grants(&p, flow(method, file, other));
}

/* Data go from `subject`. */
static void check_sending(KsmMethod method) {
        make_sids();
        give(T_MIC, subject, &medium, &low);
        give(T_MIC, other, &low, NULL);
        t_grants(&p, flow(method, subject, other));
        t_grants(&p, flow(method, subject, subject));
        t_denies(&p, flow(method, other, subject), KSM_WHY_LEVEL);
        t_denies(&p, flow(method, subject, file), KSM_WHY_NO_LEVEL);
        t_denies(&p, flow(method, file, subject), KSM_WHY_NO_LEVEL);
        t_denies(&p, flow(method, NOBODY, subject), KSM_WHY_SID);
}

static void call_admits_data_from_above_or_from_level_r_on(void **state) {
        (void)state;
        check_receiving(KSM_MIC_CALL);
}

static void read_admits_data_from_above_or_from_level_r_on(void **state) {
        (void)state;
        check_receiving(KSM_MIC_READ);
}

static void invoke_sends_data_down_only(void **state) {
        (void)state;
        check_sending(KSM_MIC_INVOKE);
}

static void write_sends_data_down_only(void **state) {
        (void)state;
        check_sending(KSM_MIC_WRITE);
}

static void data_do_not_flow_between_incomparable_levels(void **state) {
        static const KsmMethod methods[] = {KSM_MIC_CALL, KSM_MIC_READ, KSM_MIC_INVOKE, KSM_MIC_WRITE};

        (void)state;
        make_sids();
        give(T_LATTICE, subject, &net_low, NULL);
        give(T_LATTICE, other, &log_low, NULL);
        for (size_t i = 0; i < 4; i++) {
                TStep step = flow(methods[i], subject, other);

                step.object = T_LATTICE;
                t_denies(&p, step, KSM_WHY_LEVEL);
        }
}

static void query_level_fails_without_level_or_sid(void **state) {
        (void)state;
        make_sids();
        t_fails(&p, query(subject), KSM_WHY_NO_LEVEL);
        t_fails(&p, query(NOBODY), KSM_WHY_SID);
}

static void query_level_tells_when_no_label_fits(void **state) {
        TStep step;

        (void)state;
        make_sids();
        give(T_LATTICE, subject, &both_high, NULL);
        step = query(subject);
        step.object = T_LATTICE;
        t_yields(&p, step, KSM_NO_LABEL);
}

static KsmText name_of_level;
static KsmLevel level_named;

static void name_level(KsmCall *c) {
        level_named = ksm_mic_level(c, t_site(T_MIC, KSM_MIC_EXECUTE), name_of_level);
        ksm_base_grant(c, t_site(T_BASE, KSM_BASE_GRANT));
}

static void a_text_names_a_degree(void **state) {
        (void)state;
        name_of_level = KSM_TEXT("HIGH");
        assert_true(t_run_body(&p, name_level, NULL, 0, NULL, 0));
        assert_int_equal(level_named.degree, 2);
        name_of_level = KSM_TEXT("HIG");
        assert_false(t_run_body(&p, name_level, NULL, 0, NULL, 0));
        assert_int_equal(p.record.results[0].why, KSM_WHY_TYPE);
}

static void a_failed_operand_changes_no_level(void **state) {
        static const KsmMethod methods[] = {KSM_MIC_CREATE, KSM_MIC_DELETE, KSM_MIC_UPGRADE, KSM_MIC_EXECUTE};

        (void)state;
        make_sids();
        give(T_MIC, subject, &high, NULL);
        give(T_MIC, other, &high, NULL);
        t_grants(&p, create(subject, other, KSM_SID_NONE, &low));
        for (size_t i = 0; i < 4; i++) {
                TStep broken = upgrade(subject, other, KSM_SID_NONE, &medium);

                broken.method = methods[i];
                broken.is_broken = true;
                assert_false(t_run(&p, &broken, 1));
                assert_int_equal(p.record.results[0].outcome, KSM_FAILED);
        }
        t_yields(&p, query(file), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(execute_gives_a_level, setup, teardown),
                cmocka_unit_test_setup_teardown(execute_takes_the_level_of_the_image, setup, teardown),
                cmocka_unit_test_setup_teardown(execute_needs_an_image_or_a_level, setup, teardown),
                cmocka_unit_test_setup_teardown(execute_is_denied_above_the_image, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        execute_is_denied_when_the_image_has_no_level, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        execute_is_denied_when_level_r_exceeds_level, setup, teardown),
                cmocka_unit_test_setup_teardown(execute_is_denied_a_second_time, setup, teardown),
                cmocka_unit_test_setup_teardown(execute_needs_sids, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        execute_is_denied_at_a_level_incomparable_with_the_image, setup, teardown),
                cmocka_unit_test_setup_teardown(create_gives_a_level_below_all_three, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        create_is_bounded_by_source_driver_and_container_each, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        create_without_level_takes_the_greatest_lower_bound, setup, teardown),
                cmocka_unit_test_setup_teardown(create_needs_levels_and_a_new_target, setup, teardown),
                cmocka_unit_test_setup_teardown(delete_takes_the_level_away, setup, teardown),
                cmocka_unit_test_setup_teardown(delete_is_denied_above_source_or_driver, setup, teardown),
                cmocka_unit_test_setup_teardown(delete_needs_levels, setup, teardown),
                cmocka_unit_test_setup_teardown(upgrade_raises_the_level, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        upgrade_is_bounded_by_source_driver_and_container_each, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        upgrade_is_denied_for_a_target_above_the_source, setup, teardown),
                cmocka_unit_test_setup_teardown(upgrade_keeps_a_lower_level_r, setup, teardown),
                cmocka_unit_test_setup_teardown(upgrade_needs_levels, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        call_admits_data_from_above_or_from_level_r_on, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        read_admits_data_from_above_or_from_level_r_on, setup, teardown),
                cmocka_unit_test_setup_teardown(invoke_sends_data_down_only, setup, teardown),
                cmocka_unit_test_setup_teardown(write_sends_data_down_only, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        data_do_not_flow_between_incomparable_levels, setup, teardown),
                cmocka_unit_test_setup_teardown(query_level_fails_without_level_or_sid, setup, teardown),
                cmocka_unit_test_setup_teardown(query_level_tells_when_no_label_fits, setup, teardown),
                cmocka_unit_test_setup_teardown(a_text_names_a_degree, setup, teardown),
                cmocka_unit_test_setup_teardown(a_failed_operand_changes_no_level, setup, teardown),
        };

        return cmocka_run_group_tests_name("mic", tests, NULL, NULL);
}
