/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions: what each sign means, what is refused and where, limits, linear time, and random
 * patterns against the C library's engine.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ksm/regex.h"
#include "policy.h"

static Regex *compile(const char *pattern, bool is_block) {
        RegexProblem problem;
        Regex *regex;

        if (regex_new(pattern, strlen(pattern), is_block, &problem, &regex) != 0)
                fail_msg("%s: byte %zu: %s", pattern, problem.offset, problem.text);
        return regex;
}

static bool matches(const char *pattern, bool is_block, const char *text) {
        Regex *regex = compile(pattern, is_block);
        bool is_match = regex_match(regex, text, strlen(text));

        assert_int_equal(regex_match(regex, text, strlen(text)), is_match);
        regex_free(regex);
        return is_match;
}

typedef struct Row {
        const char *pattern;
        const char *good[4]; /* texts that match; NULL: no more */
        const char *bad[4];
} Row;

static const Row rows[] = {
        {"", {""}, {"a"}},
        {"abc", {"abc"}, {"ab", "abcd", "xabc"}},
        {"red", {"red"}, {"red-yellow", "infrared"}}, /* the whole text */
        {"red-yellow", {"red-yellow"}, {"red"}},      /* - outside brackets is itself */
        {"^[0-9]*$", {"", "0123"}, {"a", "1a"}},      /* anchors at the ends say nothing new */
        {"^a|b$", {"a", "b"}, {"ab"}},
        {"^hello .*", {"hello ", "hello you"}, {"hello"}}, /* a space is itself in a text */
        {"a|b|", {"a", "b", ""}, {"ab"}},
        {"()", {""}, {"("}},
        {"a(b|c)d", {"abd", "acd"}, {"ad", "abcd"}},
        {"(a|b)*c", {"c", "abac"}, {"ab", "abdc"}},
        {"a*", {"", "aaa"}, {"b"}},
        {"a+", {"a", "aaa"}, {""}},
        {"a?", {"", "a"}, {"aa"}},
        {"a{3}", {"aaa"}, {"aa", "aaaa"}},
        {"a{2,}", {"aa", "aaaaa"}, {"a"}},
        {"a{1,3}b", {"ab", "aaab"}, {"b", "aaaab"}},
        {"a{0}", {""}, {"a"}},
        {"a{0,1}", {"", "a"}, {"aa"}},
        {"(ab){2}", {"abab"}, {"ab", "ababab"}},
        {"(a?){3}", {"", "a", "aaa"}, {"aaaa"}},
        {"(a*)*", {"", "aaaa"}, {"b"}},
        {"(a*)+b", {"b", "aab"}, {"a"}},
        {"(a|){2}b", {"b", "ab", "aab"}, {"aaab"}},
        {"a{2}{2}", {"aaaa"}, {"aa"}},
        {"a.c", {"abc", "a.c"}, {"ac", "abbc"}},
        {"[abc]", {"a", "c"}, {"d", "", "ab"}},
        {"[^abc]", {"d", "^"}, {"a", ""}},
        {"[a-cx]", {"b", "x"}, {"d", "-"}},
        {"[-a]", {"-", "a"}, {"b"}},
        {"[a-]", {"-", "a"}, {"b"}},
        {"[]a]", {"]", "a"}, {"["}},
        {"[^]a]", {"b"}, {"]", "a"}},
        {"[a^]", {"^", "a"}, {"b"}},
        {"[.*+?(){}|$]", {".", "*", "$", "|"}, {"a", ""}},
        {"[\\d_-]+", {"1_-"}, {"a"}},
        {"[\\]\\\\]", {"]", "\\"}, {"["}},
        {"[\\x41-\\x43]", {"A", "C"}, {"D"}},
        {"\\d\\D\\w\\W\\s\\S", {"1a_- x", "0x9!\t."}, {"aa_- x"}},
        {"\\.\\*\\(\\)\\[\\]", {".*()[]"}, {"a*()[]"}},
        {"a\\ b\\!", {"a b!"}, {"a b"}},
        {"a!b", {"a!b"}, {"ab"}},
        {"\\n\\r\\t\\f\\v", {"\n\r\t\f\v"}, {"nrtfv"}},
        {"\\x41\\x7a", {"Az"}, {"x41"}},
        {"]}", {"]}"}, {""}},
        {"\xc3\xa9*", {"", "\xc3\xa9\xc3\xa9"}, {"\xc3", "\xa9", "\xc3\xa9\xa9"}}, /* a letter of two bytes */
        {"..", {"ab", "\xc3\xa9"}, {"a"}},
        {"[^a]+", {"\xc3\xa9", "b"}, {"a"}},
        {"((((a))))", {"a"}, {""}},
        {"(a|ab)(c|bcd)d*", {"abcd", "acd", "abc"}, {"abcdbcd", "ad"}},
        {"https://[a-z]+\\.example(:[0-9]{1,5})?/", {"https://w.example/", "https://w.example:8080/"},
                {"https://w.example:808080/", "http://w.example/"}},
};

static void patterns_match_whole_texts(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (size_t k = 0; k < 4 && rows[i].good[k]; k++)
                        if (!matches(rows[i].pattern, false, rows[i].good[k]))
                                fail_msg("'%s' does not match '%s'", rows[i].pattern, rows[i].good[k]);
                for (size_t k = 0; k < 4 && rows[i].bad[k]; k++)
                        if (matches(rows[i].pattern, false, rows[i].bad[k]))
                                fail_msg("'%s' matches '%s'", rows[i].pattern, rows[i].bad[k]);
        }
}

static void white_space_means_nothing_in_a_block(void **state) {
        (void)state;
        assert_true(matches("\n  a b\n\t+ c\\ d\n", true, "abbc d"));
        assert_false(matches("a b", true, "a b"));
        assert_true(matches("a b", false, "a b"));
        assert_true(matches("[ a b ]{1, 2}", true, "ab"));
        assert_false(matches("[ a b ]", true, " "));
        assert_true(matches("\n^ab$\n", true, "ab"));
}

static void a_zero_in_the_text_matches_nothing(void **state) {
        Regex *dots = compile("a.b", false), *others = compile("a[^x]b", false);

        (void)state;
        assert_false(regex_match(dots, "a\0b", 3));
        assert_false(regex_match(others, "a\0b", 3));
        regex_free(dots);
        regex_free(others);
}

typedef struct Fault {
        const char *pattern;
        int code;
        size_t offset;
} Fault;

static const Fault faults[] = {
        {"(a", REGEX_E_SYNTAX, 0},
        {"a)", REGEX_E_SYNTAX, 1},
        {"a|)", REGEX_E_SYNTAX, 2},
        {"[a", REGEX_E_SYNTAX, 0},
        {"[", REGEX_E_SYNTAX, 0},
        {"[]", REGEX_E_SYNTAX, 0},
        {"*a", REGEX_E_SYNTAX, 0},
        {"a|*", REGEX_E_SYNTAX, 2},
        {"(?:a)", REGEX_E_SYNTAX, 1},
        {"{2}", REGEX_E_SYNTAX, 0},
        {"a{", REGEX_E_SYNTAX, 1},
        {"a{x}", REGEX_E_SYNTAX, 1},
        {"a{1", REGEX_E_SYNTAX, 1},
        {"a{3,2}", REGEX_E_SYNTAX, 1},
        {"a\\", REGEX_E_SYNTAX, 1},
        {"\\b", REGEX_E_SYNTAX, 0},
        {"\\1", REGEX_E_SYNTAX, 0},
        {"\\x4", REGEX_E_SYNTAX, 0},
        {"\\x00", REGEX_E_SYNTAX, 0},
        {"[b-a]", REGEX_E_SYNTAX, 1},
        {"[a-\\d]", REGEX_E_SYNTAX, 1},
        {"[\xc3\xa9]", REGEX_E_SYNTAX, 1},
        {"[[:alpha:]]", REGEX_E_SYNTAX, 1},
        {"a^b", REGEX_E_SYNTAX, 1},
        {"a$b", REGEX_E_SYNTAX, 1},
        {"(^a)", REGEX_E_SYNTAX, 1},
        {"a{1001}", REGEX_E_LIMIT, 1},
        {"a{99999999999}", REGEX_E_LIMIT, 1},
        {"a{1}{1}{1}{1}{1}", REGEX_E_LIMIT, 16},
};

static void faults_are_told_with_their_place(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
                const Fault *fault = faults + i;
                RegexProblem problem = {NULL, 999};
                Regex *regex = NULL;
                int r = regex_new(fault->pattern, strlen(fault->pattern), false, &problem, &regex);

                if (r != fault->code || problem.offset != fault->offset)
                        fail_msg("'%s': %d at %zu: %s", fault->pattern, r, problem.offset,
                                problem.text ? problem.text : "");
                assert_non_null(problem.text);
                assert_null(regex);
        }
}

static void a_pattern_holds_no_zero(void **state) {
        RegexProblem problem;
        Regex *regex;

        (void)state;
        assert_int_equal(regex_new("a\0b", 3, false, &problem, &regex), REGEX_E_SYNTAX);
        assert_int_equal(problem.offset, 1);
        assert_int_equal(regex_new("[\0]", 3, false, &problem, &regex), REGEX_E_SYNTAX);
        assert_int_equal(regex_new("\\\0", 2, false, &problem, &regex), REGEX_E_SYNTAX);
}

static int try_groups(unsigned n) {
        char pattern[2 * (REGEX_DEPTH_MAX + 2) + 1] = "";
        RegexProblem problem;
        Regex *regex = NULL;
        int r;

        memset(pattern, '(', n);
        memset(pattern + n, ')', n);
        r = regex_new(pattern, 2 * n, false, &problem, &regex);
        regex_free(regex);
        return r;
}

static void groups_nest_up_to_their_limit(void **state) {
        (void)state;
        assert_int_equal(try_groups(REGEX_DEPTH_MAX - 1), 0);
        assert_int_equal(try_groups(REGEX_DEPTH_MAX), 0);
        assert_int_equal(try_groups(REGEX_DEPTH_MAX + 1), REGEX_E_LIMIT);
}

/* (a{32}){n} with `more` letters behind. */
static int try_positions(unsigned n) {
        char pattern[64];
        RegexProblem problem;
        Regex *regex = NULL;
        int r;

        snprintf(pattern, sizeof(pattern), "(a{32}){%u}a{%u}", n / 32, n % 32);
        r = regex_new(pattern, strlen(pattern), false, &problem, &regex);
        if (r == 0) {
                char *text = malloc(n + 1);

                memset(text, 'a', n + 1);
                assert_true(regex_match(regex, text, n));
                assert_false(regex_match(regex, text, n - 1));
                assert_false(regex_match(regex, text, n + 1));
                free(text);
        }
        regex_free(regex);
        return r;
}

static void positions_have_a_limit(void **state) {
        (void)state;
        assert_int_equal(try_positions(REGEX_POSITIONS_MAX - 1), 0);
        assert_int_equal(try_positions(REGEX_POSITIONS_MAX), 0);
        assert_int_equal(try_positions(REGEX_POSITIONS_MAX + 1), REGEX_E_LIMIT);
}

static void repetitions_without_letters_cost_nothing(void **state) {
        (void)state;
        assert_true(matches("((((){1000}){1000}){1000}){1000}a", false, "a"));
}

static void repetitions_have_a_limit(void **state) {
        (void)state;
        assert_false(matches("a{999}", false, "a"));
        assert_false(matches("a{1000}", false, "a"));
}

/* Backtracking engines need 2^n steps for this; the steps here are the bytes of the text. */
static void the_classic_trap_takes_no_time(void **state) {
        char pattern[2 * 64 * 2 + 1] = "", text[65] = "";

        (void)state;
        for (int i = 0; i < 64; i++)
                memcpy(pattern + 2 * i, "a?", 2);
        memset(pattern + 128, 'a', 64);
        memset(text, 'a', 64);
        assert_true(matches(pattern, false, text));
        assert_false(matches("(a*)*(a*)*(a|a)*b", false, text));
}

/* More sets of positions than the cache holds: it is emptied and goes on. */
static void a_cache_too_small_changes_nothing(void **state) {
        Regex *regex = compile("(a|b)*a(a|b){12}", false);
        uint64_t seed = 7;
        char text[4000];

        (void)state;
        for (size_t i = 0; i < sizeof(text); i++)
                text[i] = t_random(&seed, 2) ? 'a' : 'b';
        for (size_t n = 13; n < sizeof(text); n++)
                assert_int_equal(regex_match(regex, text, n), text[n - 13] == 'a');
        regex_free(regex);
}

/* Random patterns over a and b, which the C library reads in the same way. */
typedef struct Writer {
        char text[400];
        size_t size;
        uint64_t *seed;
} Writer;

static void put(Writer *w, const char *text) {
        size_t n = strlen(text);

        if (w->size + n + 8 < sizeof(w->text)) {
                memcpy(w->text + w->size, text, n + 1);
                w->size += n;
        }
}

static void write_choice(Writer *w, unsigned depth);

static void write_atom(Writer *w, unsigned depth) {
        static const char *const atoms[] = {"a", "b", ".", "[ab]", "[^a]", "b", "a"};

        if (depth > 0 && t_random(w->seed, 3) == 0) {
                put(w, "(");
                write_choice(w, depth - 1);
                put(w, ")");
        } else {
                put(w, atoms[t_random(w->seed, 7)]);
        }
}

static void write_choice(Writer *w, unsigned depth) {
        static const char *const times[] = {"", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "{0,2}"};

        for (unsigned i = 0, n = 1 + t_random(w->seed, 2); i < n; i++) {
                if (i > 0)
                        put(w, "|");
                for (unsigned k = 0, m = 1 + t_random(w->seed, 3); k < m; k++) {
                        write_atom(w, depth);
                        put(w, times[t_random(w->seed, 10)]);
                }
        }
}

static void compare_on_texts(Regex *ours, const regex_t *theirs, const char *pattern) {
        for (unsigned length = 0; length <= 6; length++) {
                for (unsigned bits = 0; bits < 1u << length; bits++) {
                        char text[8] = "";

                        for (unsigned i = 0; i < length; i++)
                                text[i] = (bits >> i) & 1 ? 'a' : 'b';
                        if (regex_match(ours, text, length) != (regexec(theirs, text, 0, NULL, 0) == 0))
                                fail_msg("'%s' on '%s'", pattern, text);
                }
        }
}

static void random_patterns_agree_with_the_c_library(void **state) {
        uint64_t seed = t_seed(20240501);

        (void)state;
        for (int i = 0; i < 300; i++) {
                Writer w = {.seed = &seed};
                char anchored[420];
                regex_t theirs;
                Regex *ours;

                write_choice(&w, 2);
                snprintf(anchored, sizeof(anchored), "^(%s)$", w.text);
                assert_int_equal(regcomp(&theirs, anchored, REG_EXTENDED | REG_NOSUB), 0);
                ours = compile(w.text, false);
                compare_on_texts(ours, &theirs, w.text);
                regex_free(ours);
                regfree(&theirs);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(patterns_match_whole_texts),
                cmocka_unit_test(white_space_means_nothing_in_a_block),
                cmocka_unit_test(a_zero_in_the_text_matches_nothing),
                cmocka_unit_test(faults_are_told_with_their_place),
                cmocka_unit_test(a_pattern_holds_no_zero),
                cmocka_unit_test(groups_nest_up_to_their_limit),
                cmocka_unit_test(positions_have_a_limit),
                cmocka_unit_test(repetitions_without_letters_cost_nothing),
                cmocka_unit_test(repetitions_have_a_limit),
                cmocka_unit_test(the_classic_trap_takes_no_time),
                cmocka_unit_test(a_cache_too_small_changes_nothing),
                cmocka_unit_test(random_patterns_agree_with_the_c_library),
        };

        return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
