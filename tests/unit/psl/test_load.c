/* SPDX-License-Identifier: MIT */
/*
 * Loading of policies: what is included when, where files are looked for, which classes are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "support/descriptions.h"

static int setup(void **state) {
        static Descr d;

        descr_init(&d);
        *state = &d;
        return 0;
}

static int teardown(void **state) {
        descr_deinit(*state);
        return 0;
}

static const PslUnit *load(Descr *d, const char *name) {
        char path[256];

        snprintf(path, sizeof path, "%s/%s", d->folder, name);
        return nkc_policy_read(d->session, path, NULL);
}

/* The unit's objects by name, in order: "a b c". */
static void assert_objects(const PslUnit *unit, const char *expected) {
        Text names = TEXT_NULL;

        for (size_t i = 0; i < unit->n_decls; i++)
                text_printf(&names, "%s%s", i ? " " : "", unit->decls[i]->name.text);
        assert_string_equal(text_str(&names), expected);
        text_deinit(&names);
}

static void a_file_stands_where_it_is_included_first(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(
                d, "top.psl", "policy object a : Base {} use x.low._ policy object d : Base {} use x.low._");
        descr_put(d, "x/low.psl", "policy object b : Base {} use x.deep._ policy object c : Base {}");
        descr_put(d, "x/deep.psl", "policy object e : Base {}");
        unit = load(d, "top.psl");
        assert_non_null(unit);
        assert_false(unit->is_bad);
        assert_objects(unit, "a b e c d");
        assert_int_equal(unit->n_files, 3);
        assert_int_equal(d->n_messages, 0);
}

static void files_that_include_each_other_are_harmless(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "top.psl", "use low._ policy object a : Base {} use top._");
        descr_put(d, "low.psl", "use top._ use low._ policy object b : Base {}");
        unit = load(d, "top.psl");
        assert_false(unit->is_bad);
        assert_objects(unit, "b a");
}

static void a_file_has_many_names_but_is_included_once(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "x/top.psl", "use x.low._ use low._ use x.low._");
        descr_put(d, "x/low.psl", "policy object a : Base {}");
        unit = load(d, "x/top.psl");
        assert_false(unit->is_bad);
        assert_objects(unit, "a");
}

static void include_folders_come_before_the_own_folder(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "low.psl", "policy object a : Base {}");
        descr_put(d, "x/top.psl", "use low._ use y.other._");
        descr_put(d, "x/low.psl", "policy object b : Base {}");
        descr_put(d, "x/y/other.psl", "use near._ use far._");
        descr_put(d, "x/y/near.psl", "policy object c : Base {}");
        descr_put(d, "x/near.psl", "policy object d : Base {}");
        descr_put(d, "x/far.psl", "policy object e : Base {}");
        unit = load(d, "x/top.psl");
        assert_false(unit->is_bad);
        assert_objects(unit, "a c e");
}

static void a_missing_file_is_told_once(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "top.psl", "use x.low._ use x.lwo._ use x.lwo._ policy object a : Base {}");
        descr_put(d, "x/low.psl", "use x.lwo._");
        unit = load(d, "top.psl");
        assert_true(unit->is_bad);
        assert_objects(unit, "a");
        assert_int_equal(d->n_messages, 1);
        assert_int_equal(descr_count(d, DIAG_PSL_NOT_FOUND), 1);
        assert_non_null(strstr(text_str(&d->said), "did you mean 'x.low'?"));
        assert_non_null(strstr(text_str(&d->said), d->folder));
}

static void no_top_file_no_unit(void **state) {
        Descr *d = *state;

        assert_null(load(d, "nothing.psl"));
        assert_true(nkc_session_io_failed(d->session));
}

static void errors_of_all_files_are_told_in_one_run(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "top.psl", "request { grant }\nuse low._\nuse EDL Bad");
        descr_put(d, "low.psl", "response { deny }\nuse nothing._");
        descr_put(d, "Bad.edl", "entity Bad\nendpoints { x : INothing }\n");
        unit = load(d, "top.psl");
        assert_true(unit->is_bad);
        assert_int_equal(d->n_messages, 4);
}

/* Classes ---------------------------------------------------------------------------------------- */

static const PslClass *find(const PslUnit *unit, const char *name) {
        for (size_t i = 0; i < unit->n_classes; i++) {
                if (strcmp(unit->classes[i]->name, name) == 0) {
                        assert_ptr_equal(psl_find_class(unit, unit->classes[i]->name), unit->classes[i]);
                        return unit->classes[i];
                }
        }
        return NULL;
}

static void a_class_is_known_once_with_all_it_uses(void **state) {
        Descr *d = *state;
        const PslUnit *unit;
        const PslClass *class;

        descr_put(d, "demo/IDoor.idl", "package demo.IDoor\ninterface { Open(); }\n");
        descr_put(d, "demo/CDoor.cdl", "component demo.CDoor\nendpoints { door : demo.IDoor }\n");
        descr_put(d, "demo/House.edl", "entity demo.House\ncomponents { front : demo.CDoor }\n");
        descr_put(d, "top.psl", "use EDL demo.House use low._");
        descr_put(d, "low.psl", "use EDL demo.House");
        unit = load(d, "top.psl");
        assert_false(unit->is_bad);
        assert_int_equal(unit->n_classes, 1);
        class = find(unit, "demo.House");
        assert_non_null(class);
        assert_string_equal(
                class->file->instances[0].target->endpoints[0].target->methods[0].name.text, "Open");
        assert_int_equal(class->use.end - class->use.begin, strlen("demo.House"));
}

static void one_description_may_have_several_class_names(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "Twin.edl", "entity Twin\n");
        descr_put(d, "top.psl",
                "task class One : Twin task class x.Two : Twin use EDL Twin task class One : Twin");
        unit = load(d, "top.psl");
        assert_false(unit->is_bad);
        assert_int_equal(unit->n_classes, 3);
        assert_ptr_equal(find(unit, "One")->file, find(unit, "Twin")->file);
        assert_ptr_equal(find(unit, "x.Two")->file, find(unit, "Twin")->file);
        assert_string_equal(find(unit, "x.Two")->link, "Twin");
}

static void a_class_name_belongs_to_one_description(void **state) {
        Descr *d = *state;

        descr_put(d, "A.edl", "entity A\n");
        descr_put(d, "B.edl", "entity B\n");
        descr_put(d, "top.psl", "use EDL A task class A : B");
        assert_true(load(d, "top.psl")->is_bad);
        assert_int_equal(descr_count(d, DIAG_PSL_CLASS_TWICE), 1);
}

/* Repeats ---------------------------------------------------------------------------------------- */

static void equal_repeats_are_fine(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "top.psl", "execute: kl.core.Execute audit default = p 1 use low._");
        descr_put(d, "low.psl", "execute: kl.core.Execute audit default = p 0x1 audit profile p = {}");
        unit = load(d, "top.psl");
        assert_false(unit->is_bad);
        assert_string_equal(unit->execute->path.text, "kl.core.Execute");
        assert_string_equal(unit->audit_default->name.text, "p");
        assert_int_equal(unit->n_decls, 1);
}

static void without_them_there_are_defaults(void **state) {
        Descr *d = *state;
        const PslUnit *unit;

        descr_put(d, "top.psl", "");
        unit = load(d, "top.psl");
        assert_false(unit->is_bad);
        assert_null(unit->execute);
        assert_null(unit->audit_default);
        assert_int_equal(unit->n_decls + unit->n_classes, 0);
}

/* The limit -------------------------------------------------------------------------------------- */

/* A chain of n files, the top one included. */
static bool is_chain_fine(Descr *d, unsigned n) {
        char name[32], text[64];

        for (unsigned i = 1; i <= n; i++) {
                snprintf(name, sizeof name, "f%u.psl", i);
                snprintf(text, sizeof text, i < n ? "use f%u._" : "use f1._", i + 1);
                descr_put(d, name, text);
        }
        return !load(d, "f1.psl")->is_bad;
}

static void chains_may_be_that_long(void **state) {
        Descr *d = *state;

        assert_true(is_chain_fine(d, PSL_INCLUDE_DEPTH - 1));
        assert_true(is_chain_fine(d, PSL_INCLUDE_DEPTH));
        assert_int_equal(descr_count(d, DIAG_PSL_CHAIN_TOO_LONG), 0);
        assert_false(is_chain_fine(d, PSL_INCLUDE_DEPTH + 1));
        assert_int_equal(descr_count(d, DIAG_PSL_CHAIN_TOO_LONG), 1);
        assert_int_equal(d->n_messages, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_file_stands_where_it_is_included_first, setup, teardown),
                cmocka_unit_test_setup_teardown(files_that_include_each_other_are_harmless, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_has_many_names_but_is_included_once, setup, teardown),
                cmocka_unit_test_setup_teardown(include_folders_come_before_the_own_folder, setup, teardown),
                cmocka_unit_test_setup_teardown(a_missing_file_is_told_once, setup, teardown),
                cmocka_unit_test_setup_teardown(no_top_file_no_unit, setup, teardown),
                cmocka_unit_test_setup_teardown(errors_of_all_files_are_told_in_one_run, setup, teardown),
                cmocka_unit_test_setup_teardown(a_class_is_known_once_with_all_it_uses, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        one_description_may_have_several_class_names, setup, teardown),
                cmocka_unit_test_setup_teardown(a_class_name_belongs_to_one_description, setup, teardown),
                cmocka_unit_test_setup_teardown(equal_repeats_are_fine, setup, teardown),
                cmocka_unit_test_setup_teardown(without_them_there_are_defaults, setup, teardown),
                cmocka_unit_test_setup_teardown(chains_may_be_that_long, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
