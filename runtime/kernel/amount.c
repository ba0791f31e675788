/* SPDX-License-Identifier: MIT */
/*
 * Amounts: digits first, then what the kind allows behind them.
 */
#include "amount.h"

#include <string.h>

#define MILLI_DIGITS 3u

/* At least one digit; leaves *text behind the last one. */
static bool read_digits(const char **text, uint64_t *ret_number) {
        const char *at = *text;
        uint64_t number = 0;

        for (; *at >= '0' && *at <= '9'; at++)
                if (__builtin_mul_overflow(number, 10u, &number) ||
                        __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
                        return false;
        if (at == *text)
                return false;
        *text = at;
        *ret_number = number;
        return true;
}

bool amount_count(const char *text, uint64_t *ret_count) {
        return read_digits(&text, ret_count) && *text == '\0';
}

bool amount_size(const char *text, uint64_t *ret_bytes) {
        static const char units[] = "KMGT";
        const char *unit;
        unsigned shift;

        if (!read_digits(&text, ret_bytes))
                return false;
        if (*text == '\0')
                return true;
        unit = strchr(units, *text);
        if (!unit || text[1] != '\0')
                return false;
        shift = 10u * (unsigned)(unit - units + 1);
        if (*ret_bytes > UINT64_MAX >> shift)
                return false;
        *ret_bytes <<= shift;
        return true;
}

bool amount_share(const char *text, uint64_t *ret_milli) {
        uint64_t whole, part = 0;
        size_t n_digits = 0;

        if (!read_digits(&text, &whole))
                return false;
        if (*text == '.') {
                const char *first = ++text;

                if (!read_digits(&text, &part))
                        return false;
                n_digits = (size_t)(text - first);
        }
        if (*text != '\0' || n_digits > MILLI_DIGITS)
                return false;
        for (; n_digits < MILLI_DIGITS; n_digits++)
                part *= 10u;
        return !__builtin_mul_overflow(whole, 1000u, ret_milli) &&
               !__builtin_add_overflow(*ret_milli, part, ret_milli);
}
