/* SPDX-License-Identifier: MIT */
/*
 * Dependency rules as make and ninja read them.
 */
#include "out/depfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void prerequisites_stand_one_a_line(void **state) {
        static const char *const needs[] = {"idl/a/B.idl", "idl/C.idl"};
        Text out = TEXT_NULL;

        (void)state;
        depfile_rule(&out, "out/X.idl.h", needs, 2);
        assert_string_equal(text_str(&out), "out/X.idl.h: \\\n  idl/a/B.idl \\\n  idl/C.idl\n");
        text_deinit(&out);
}

static void a_rule_without_prerequisites_is_one_line(void **state) {
        Text out = TEXT_NULL;

        (void)state;
        depfile_rule(&out, "X.idl.h", NULL, 0);
        assert_string_equal(text_str(&out), "X.idl.h:\n");
        text_deinit(&out);
}

static void spaces_dollars_and_hashes_are_escaped(void **state) {
        static const char *const needs[] = {"my $dir/#1 \\x.idl"};
        Text out = TEXT_NULL;

        (void)state;
        depfile_rule(&out, "a b", needs, 1);
        assert_string_equal(text_str(&out), "a\\ b: \\\n  my\\ $$dir/\\#1\\ \\\\x.idl\n");
        text_deinit(&out);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(prerequisites_stand_one_a_line),
                cmocka_unit_test(a_rule_without_prerequisites_is_one_line),
                cmocka_unit_test(spaces_dollars_and_hashes_are_escaped),
        };

        return cmocka_run_group_tests_name("depfile", tests, NULL, NULL);
}
