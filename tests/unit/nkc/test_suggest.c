/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": which of the offered names is close enough to be suggested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/suggest.h"

static void the_closest_name_is_suggested(void **state) {
        static const struct {
                const char *wanted;
                const char *offered[4];
                const char *best; /* NULL: none */
        } rows[] = {
                {"UInt23", {"UInt8", "UInt32", "SInt32"}, "UInt32"}, /* neighbours swapped */
                {"strcut", {"union", "struct", "const"}, "struct"},
                {"uint8", {"UInt16", "UInt8"}, "UInt8"}, /* case costs little */
                {"Pin", {"Ping", "Pong"}, "Ping"},       /* one letter short */
                {"Pinng", {"Ping", "Pong"}, "Ping"},     /* one too many */
                {"Pang", {"Ping", "Pong"}, "Ping"},      /* the first of equals */
                {"Colour", {"Point", "Line"}, NULL},     /* nothing is close */
                {"ab", {"ac"}, NULL},                    /* short names must be the same letters */
                {"ab", {"AB"}, "AB"},
                {"same", {"same"}, NULL}, /* itself is no suggestion */
                {"", {"a"}, NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                Suggest s = suggest_for(rows[i].wanted);

                for (size_t j = 0; j < 4 && rows[i].offered[j]; j++)
                        suggest_offer(&s, rows[i].offered[j]);
                if (rows[i].best)
                        assert_non_null(s.best);
                else
                        assert_null(s.best);
                if (rows[i].best)
                        assert_string_equal(s.best, rows[i].best);
        }
}

static const char *suggested_for_length(size_t length) {
        static char wanted[SUGGEST_NAME_MAX + 2], offered[SUGGEST_NAME_MAX + 2];
        Suggest s;

        memset(wanted, 'a', sizeof wanted);
        memset(offered, 'a', sizeof offered);
        wanted[length] = offered[length] = '\0';
        offered[0] = 'b';
        s = suggest_for(wanted);
        suggest_offer(&s, offered);
        return s.best;
}

static void long_names_are_not_compared(void **state) {
        (void)state;
        assert_non_null(suggested_for_length(SUGGEST_NAME_MAX - 1));
        assert_non_null(suggested_for_length(SUGGEST_NAME_MAX));
        assert_null(suggested_for_length(SUGGEST_NAME_MAX + 1));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_closest_name_is_suggested),
                cmocka_unit_test(long_names_are_not_compared),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
