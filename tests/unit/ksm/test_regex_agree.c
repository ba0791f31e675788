/* SPDX-License-Identifier: MIT */
/*
 * What the policy compiler takes for a regular expression, the security module compiles: tables and random
 * texts through both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ksm/regex.h"
#include "policy.h"
#include "psl/check.h"

static bool compiles(const char *text, size_t size, bool is_block) {
        RegexProblem problem;
        Regex *regex = NULL;
        int r = regex_new(text, size, is_block, &problem, &regex);

        assert_true(r >= 0);
        regex_free(regex);
        return r == 0;
}

static bool is_accepted(const char *text, size_t size, bool is_block) {
        PolRegexProblem problem = {.text = NULL};

        return pol_regex_check(text, size, is_block, &problem);
}

static void ordinary_patterns_pass_both(void **state) {
        static const char *const patterns[] = {"", "red", "red-yellow", "[0-9]*", "^[0-9]*$", "a|b|c",
                "(a|b)+c?", "a{2}", "a{2,}", "a{2,5}", "[^a-z_-]", "[]a]", "\\d+\\.\\d+", "a\\ b\\!",
                "^hello .*", "\\x41[\\x41-\\x5a]", "\xc3\xa9*", "((a))", "[\\d\\s]", "()", "(a|)", "a{1000}",
                "(a{32}){64}"};

        (void)state;
        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
                if (!is_accepted(patterns[i], strlen(patterns[i]), false))
                        fail_msg("nkc refuses '%s'", patterns[i]);
                assert_true(compiles(patterns[i], strlen(patterns[i]), false));
        }
        assert_true(is_accepted("\n ^ [ a - c ] * \n $ \n", 21, true));
        assert_true(compiles("\n ^ [ a - c ] * \n $ \n", 21, true));
}

static void patterns_that_are_too_much_fail_both(void **state) {
        static const char *const patterns[] = {"(a{32}){64}a", "a{1001}", "\\b", "[[:alpha:]]", "[\xc3\xa9]",
                "\\x00", "a^", "(^a)", "(a$)", "[b-a]", "\xc3\xa9{1000}a{49}"};

        (void)state;
        for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
                if (is_accepted(patterns[i], strlen(patterns[i]), false))
                        fail_msg("nkc accepts '%s'", patterns[i]);
                assert_false(compiles(patterns[i], strlen(patterns[i]), false));
        }
}

static void what_is_accepted_compiles(void **state) {
        static const char signs[] = "ab(()))[[]]]{}{}{}*+?|^$\\\\\\--,,1203 xdn:.!\n\xc3\xa9_[[:^]";
        uint64_t seed = t_seed(20240503);
        unsigned n_accepted = 0;

        (void)state;
        for (int i = 0; i < 200000; i++) {
                size_t size = t_random(&seed, 14);
                bool is_block = t_random(&seed, 2);
                char text[16];

                for (size_t k = 0; k < size; k++)
                        text[k] = signs[t_random(&seed, sizeof(signs))]; /* with the zero */
                if (!is_accepted(text, size, is_block))
                        continue;
                n_accepted++;
                if (!compiles(text, size, is_block))
                        fail_msg("'%.*s', block %d", (int)size, text, is_block);
        }
        assert_true(n_accepted > 1000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ordinary_patterns_pass_both),
                cmocka_unit_test(patterns_that_are_too_much_fail_both),
                cmocka_unit_test(what_is_accepted_compiles),
        };

        return cmocka_run_group_tests_name("regex_agree", tests, NULL, NULL);
}
