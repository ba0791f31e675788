/* SPDX-License-Identifier: MIT */
/*
 * Text constants of C headers, read from headers that each case writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/bounds.h"
#include "kernel/macro.h"

static char folder[] = "/tmp/caisson-macro-XXXXXX";
static Pool pool;

static int setup(void **state) {
        (void)state;
        return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state) {
        (void)state;
        pool_deinit(&pool);
        return rmdir(folder);
}

static const char *path_of(const char *name) {
        return pool_printf(&pool, "%s/%s", folder, name);
}

static void write_header(const char *name, const char *text) {
        FILE *file = fopen(path_of(name), "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
}

static int resolve(const char *name, Macro *macro) {
        const char *folders[] = {folder};

        return macro_resolve(&pool, folders, 1, "a.h", name, macro);
}

/* X of this header has this value; NULL: it is no text. */
static void expect(const char *header, const char *value) {
        Macro macro;
        int r;

        write_header("a.h", header);
        r = resolve("X", &macro);
        (void)unlink(path_of("a.h"));
        if (!value) {
                assert_int_equal(r, MACRO_E_NOT_TEXT);
                return;
        }
        assert_int_equal(r, 0);
        assert_string_equal(macro.value, value);
}

static void a_text_constant_is_found_in_every_spelling(void **state) {
        (void)state;
        expect("#define X \"a b\"", "a b");
        expect("#define X \"a\"\n", "a");
        expect("  #  define\tX   \"a\"  // comment \"b\"\n", "a");
        expect("#define X /* before */ \"a\" /* behind */\n", "a");
        expect("#define X \\\n    \"a\" \\\n    \"b\"\n", "ab");
        expect("#define X (\"a\" \"b\")\r\n", "ab");
        expect("#define X \"a\\\"b\\\\c\"\n", "a\"b\\c");
        expect("#define X \"//a\"\n", "//a");
        expect("#define XX \"no\"\n#define X \"yes\"\n", "yes");
        expect("/* #define X \"no\"\n*/\n// #define X \"no\"\n#define X \"yes\"\n", "yes");
}

static void a_macro_may_stand_for_another(void **state) {
        (void)state;
        expect("#define X Y\n#define Y \"a\"\n", "a");
        expect("#define Y \"a\"\n#define X Y \"-\" Y\n", "a-a");
}

static void the_first_definition_counts(void **state) {
        (void)state;
        expect("#ifndef X\n#define X \"first\"\n#endif\n#undef X\n#define X \"second\"\n", "first");
}

static void what_is_no_text_is_refused(void **state) {
        (void)state;
        expect("#define X\n", NULL);
        expect("#define X 12\n", NULL);
        expect("#define X 'a'\n", NULL);
        expect("#define X UNKNOWN\n", NULL);
        expect("#define X \"a\" + 1\n", NULL);
        expect("#define X X\n", NULL);
        expect("#define X Y\n#define Y X\n", NULL);
}

static void names_that_are_not_defined_are_reported_with_a_similar_one(void **state) {
        Macro macro;

        (void)state;
        write_header("a.h", "#define SERVER_ID \"a\"\n");
        assert_int_equal(resolve("SERVER_DI", &macro), MACRO_E_UNKNOWN);
        assert_string_equal(macro.nearest, "SERVER_ID");
        assert_int_equal(resolve("LAMP", &macro), MACRO_E_UNKNOWN);
        assert_null(macro.nearest);
        (void)unlink(path_of("a.h"));
}

static void a_missing_header_is_reported(void **state) {
        Macro macro;

        (void)state;
        assert_int_equal(resolve("X", &macro), MACRO_E_HEADER);
}

static void included_headers_are_read_and_unknown_ones_left_out(void **state) {
        Macro macro;

        (void)state;
        write_header("a.h", "#include <stdint.h>\n#include \"b.h\"\n#define X Y\n");
        write_header("b.h", "#include <a.h>\n#define Y \"from b\"\n");
        assert_int_equal(resolve("X", &macro), 0);
        assert_string_equal(macro.value, "from b");
        assert_int_equal(resolve("Y", &macro), 0);
        assert_int_equal(macro.line, 2);
        assert_int_equal(resolve("Z", &macro), MACRO_E_UNKNOWN);
        (void)unlink(path_of("a.h"));
        (void)unlink(path_of("b.h"));
}

static void the_place_counts_joined_lines_and_comments(void **state) {
        Macro macro;

        (void)state;
        write_header("a.h", "/* one\n   two */\n#define A 1 \\\n   2\n#define X \"a\"\n");
        assert_int_equal(resolve("X", &macro), 0);
        assert_int_equal(macro.line, 5);
        (void)unlink(path_of("a.h"));
}

/* M0 stands for M1, … for M<n>, which is a text. */
static void write_chain(unsigned n) {
        FILE *file = fopen(path_of("a.h"), "w");

        assert_non_null(file);
        for (unsigned i = 0; i < n; i++)
                (void)fprintf(file, "#define M%u M%u\n", i, i + 1);
        (void)fprintf(file, "#define M%u \"end\"\n", n);
        assert_int_equal(fclose(file), 0);
}

static void chains_of_macros_are_limited(void **state) {
        (void)state;
        for (unsigned n = MACRO_DEPTH_MAX - 1; n <= MACRO_DEPTH_MAX + 1; n++) {
                Macro macro;

                write_chain(n);
                assert_int_equal(resolve("M0", &macro), n <= MACRO_DEPTH_MAX ? 0 : MACRO_E_NOT_TEXT);
        }
        (void)unlink(path_of("a.h"));
}

static void headers_are_limited(void **state) {
        (void)state;
        for (size_t size = MACRO_FILE_MAX - 1; size <= MACRO_FILE_MAX + 1; size++) {
                FILE *file = fopen(path_of("a.h"), "w");
                Macro macro;

                assert_non_null(file);
                (void)fprintf(
                        file, "#define X \"a\"\n//%*s", (int)(size - strlen("#define X \"a\"\n//")), "");
                assert_int_equal(fclose(file), 0);
                assert_int_equal(resolve("X", &macro), size <= MACRO_FILE_MAX ? 0 : MACRO_E_HEADER);
        }
        (void)unlink(path_of("a.h"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_text_constant_is_found_in_every_spelling),
                cmocka_unit_test(a_macro_may_stand_for_another),
                cmocka_unit_test(the_first_definition_counts),
                cmocka_unit_test(what_is_no_text_is_refused),
                cmocka_unit_test(names_that_are_not_defined_are_reported_with_a_similar_one),
                cmocka_unit_test(a_missing_header_is_reported),
                cmocka_unit_test(included_headers_are_read_and_unknown_ones_left_out),
                cmocka_unit_test(the_place_counts_joined_lines_and_comments),
                cmocka_unit_test(chains_of_macros_are_limited),
                cmocka_unit_test(headers_are_limited),
        };

        return cmocka_run_group_tests(tests, setup, teardown);
}
