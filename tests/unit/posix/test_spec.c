/* SPDX-License-Identifier: MIT */
/*
 * The text that chooses a back end: its parts, and each way to be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "spec.h"

static void name_and_config_are_taken(void **state) {
        Spec spec;

        (void)state;
        assert_null(spec_parse("custom_client:VFS1,VFS2", &spec));
        assert_string_equal(spec.name, "custom_client");
        assert_string_equal(spec.modifier, "");
        assert_string_equal(spec.config, "VFS1,VFS2");
}

static void config_may_be_empty_and_have_colons(void **state) {
        Spec spec;

        (void)state;
        assert_null(spec_parse("local:", &spec));
        assert_string_equal(spec.config, "");
        assert_null(spec_parse("own:a:b", &spec));
        assert_string_equal(spec.config, "a:b");
}

static void modifier_is_in_braces(void **state) {
        Spec spec;

        (void)state;
        assert_null(spec_parse("client{fs->net}:kl.VfsSdCardFs", &spec));
        assert_string_equal(spec.name, "client");
        assert_string_equal(spec.modifier, "fs->net");
        assert_string_equal(spec.config, "kl.VfsSdCardFs");
}

static void wrong_texts_are_told(void **state) {
        static const char *const wrong[] = {
                "", ":", "client", "{x}:a", "client{}:a", "client{x:a", "client{x}a", "a}b:c", "a,b:c"};
        Spec spec;

        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_non_null(spec_parse(wrong[i], &spec));
}

static void names_have_a_limit(void **state) {
        char text[SPEC_NAME_MAX + 2];
        Spec spec;

        (void)state;
        memset(text, 'n', sizeof text);
        text[SPEC_NAME_MAX - 1] = ':';
        text[SPEC_NAME_MAX] = '\0';
        assert_null(spec_parse(text, &spec));
        text[SPEC_NAME_MAX - 1] = 'n';
        text[SPEC_NAME_MAX] = ':';
        text[SPEC_NAME_MAX + 1] = '\0';
        assert_non_null(spec_parse(text, &spec));
}

static void configs_have_a_limit(void **state) {
        char text[2 + SPEC_CONFIG_MAX + 1] = "c:";
        Spec spec;

        (void)state;
        memset(text + 2, 'x', SPEC_CONFIG_MAX);
        text[2 + SPEC_CONFIG_MAX - 1] = '\0';
        assert_null(spec_parse(text, &spec));
        text[2 + SPEC_CONFIG_MAX - 1] = 'x';
        text[2 + SPEC_CONFIG_MAX] = '\0';
        assert_non_null(spec_parse(text, &spec));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(name_and_config_are_taken),
                cmocka_unit_test(config_may_be_empty_and_have_colons),
                cmocka_unit_test(modifier_is_in_braces),
                cmocka_unit_test(wrong_texts_are_told),
                cmocka_unit_test(names_have_a_limit),
                cmocka_unit_test(configs_have_a_limit),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
