/* SPDX-License-Identifier: MIT */
/*
 * Interned names: equal text is one pointer, however many names there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/intern.h"

static void equal_text_is_the_same_pointer(void **state) {
        Arena *a = arena_new();
        Intern *in = intern_new(a);
        char other[] = "demo.IThing and more";

        (void)state;
        assert_ptr_equal(intern_text(in, "demo.IThing"), intern_bytes(in, other, 11));
        assert_ptr_equal(intern_printf(in, "demo.%s", "IThing"), intern_text(in, "demo.IThing"));
        assert_ptr_not_equal(intern_text(in, "demo.IThing"), intern_text(in, "demo.IThin"));
        arena_free(a);
}

static void names_know_their_length(void **state) {
        Arena *a = arena_new();
        Intern *in = intern_new(a);

        (void)state;
        assert_int_equal(intern_length(intern_text(in, "")), 0);
        assert_int_equal(intern_length(intern_bytes(in, "a\0b", 3)), 3);
        assert_ptr_not_equal(intern_bytes(in, "a\0b", 3), intern_bytes(in, "a\0c", 3));
        arena_free(a);
}

static void names_survive_growth(void **state) {
        Arena *a = arena_new();
        Intern *in = intern_new(a);
        static const char *names[20000];

        (void)state;
        for (int i = 0; i < 20000; i++)
                names[i] = intern_printf(in, "name%d", i);
        for (int i = 0; i < 20000; i++)
                assert_ptr_equal(intern_printf(in, "name%d", i), names[i]);
        assert_string_equal(names[12345], "name12345");
        arena_free(a);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(equal_text_is_the_same_pointer),
                cmocka_unit_test(names_know_their_length),
                cmocka_unit_test(names_survive_growth),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
