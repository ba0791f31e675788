/* SPDX-License-Identifier: MIT */
/*
 * Command-line options and suggestions. What is wrong goes to stderr, which is not looked at here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/options.h"
#include "kernel/spell.h"

typedef struct Got {
        char values[64]; /* of --include, each behind a space */
        int n_keeps;
} Got;

static const char *set_include(void *command, const char *value) {
        Got *got = command;
        size_t used = strlen(got->values);

        if (strcmp(value, "bad") == 0)
                return "is bad";
        (void)snprintf(got->values + used, sizeof got->values - used, " %s", value);
        return NULL;
}

static const char *set_keep(void *command, const char *value) {
        assert_null(value);
        ((Got *)command)->n_keeps++;
        return NULL;
}

static const Option list[] = {
        {'I', "include", "DIR", "a folder", set_include},
        {0, "keep", NULL, "go on", set_keep},
};
static const Options options = {"run", list, 2};

/* Words are separated by spaces; the program's name is put before them. */
static int read_line(const char *line, Got *got, char *words, size_t size) {
        char copy[128], *argv[16] = {"run"}, *rest = NULL;
        size_t n_words;
        int argc = 1, r;

        (void)snprintf(copy, sizeof copy, "%s", line);
        for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
                argv[argc++] = word;
        *got = (Got){.n_keeps = 0};
        r = options_read(&options, argc, argv, got, &n_words);
        words[0] = '\0';
        for (size_t i = 1; r == 0 && i <= n_words; i++)
                (void)snprintf(words + strlen(words), size - strlen(words), " %s", argv[i]);
        return r;
}

static void options_and_words_may_be_mixed(void **state) {
        static const struct {
                const char *line, *values, *words;
                int n_keeps;
        } rows[] = {
                {"", "", "", 0},
                {"-I a sol", " a", " sol", 0},
                {"-Ia sol", " a", " sol", 0},
                {"--include a sol", " a", " sol", 0},
                {"--include=a sol", " a", " sol", 0},
                {"--include= sol", " ", " sol", 0},
                {"sol --keep -I a -I b", " a b", " sol", 1},
                {"--keep -- --keep -I", "", " --keep -I", 1},
                {"-", "", " -", 0},
                {"one two", "", " one two", 0},
        };
        char words[64];
        Got got;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                assert_int_equal(read_line(rows[i].line, &got, words, sizeof words), 0);
                assert_string_equal(got.values, rows[i].values);
                assert_string_equal(words, rows[i].words);
                assert_int_equal(got.n_keeps, rows[i].n_keeps);
        }
}

static void wrong_options_are_refused(void **state) {
        static const char *const lines[] = {"--kepe", "--kee", "-k", "-x", "--keep=yes", "--include", "-I",
                "--include bad", "-Ibad", "--=x"};
        char words[64];
        Got got;

        (void)state;
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                assert_int_equal(read_line(lines[i], &got, words, sizeof words), -1);
}

static const char *suggest(const char *word, const char *const *candidates, size_t n) {
        Spell s = spell_start(word);

        for (size_t i = 0; i < n; i++)
                spell_offer(&s, candidates[i]);
        return s.best;
}

static void the_nearest_word_is_suggested(void **state) {
        static const char *const words[] = {"target", "id", "deadline", "connections"};

        (void)state;
        assert_string_equal(suggest("tagret", words, 4), "target");
        assert_string_equal(suggest("conection", words, 4), "connections");
        assert_string_equal(suggest("di", words, 4), "id");
        assert_string_equal(suggest("dead-line", words, 4), "deadline");
}

static void far_empty_and_long_words_get_no_suggestion(void **state) {
        static const char *const words[] = {"target", "id"};
        char longest[SPELL_WORD_MAX + 2];

        (void)state;
        assert_null(suggest("priority", words, 2));
        assert_null(suggest("", words, 2));
        assert_null(suggest("target", words, 2)); /* that is no mistake */
        memset(longest, 'a', sizeof longest);
        longest[SPELL_WORD_MAX + 1] = '\0';
        for (size_t n = SPELL_WORD_MAX - 1; n <= SPELL_WORD_MAX + 1; n++) {
                char word[SPELL_WORD_MAX + 2], other[SPELL_WORD_MAX + 2];
                const char *candidate = other;

                (void)snprintf(word, sizeof word, "%.*s", (int)n, longest);
                (void)snprintf(other, sizeof other, "b%.*s", (int)n - 1, longest);
                if (n <= SPELL_WORD_MAX)
                        assert_non_null(suggest(word, &candidate, 1));
                else
                        assert_null(suggest(word, &candidate, 1));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(options_and_words_may_be_mixed),
                cmocka_unit_test(wrong_options_are_refused),
                cmocka_unit_test(the_nearest_word_is_suggested),
                cmocka_unit_test(far_empty_and_long_words_get_no_suggestion),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
