/* SPDX-License-Identifier: MIT */
/*
 * Numbers are checked as a whole: a value with anything behind its digits is none. See envnum.h.
 */
#include "envnum.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t envnum_of(const EnvNum *what, const char *text) {
        char *end = NULL;
        unsigned long n = text && *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;

        if (end && *end == '\0' && n >= what->least && n <= what->most)
                return (uint32_t)n;
        if (text)
                (void)fprintf(stderr, "vfs: %s='%s' is not %u .. %u: %u is used\n", what->name, text,
                        what->least, what->most, what->usual);
        return what->usual;
}

bool envnum_parse_size(const char *text, uint64_t *ret) {
        static const char units[] = "kmg";
        const char *unit;
        uint64_t n;
        char *end;

        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        n = strtoull(text, &end, 10);
        if (errno != 0 || n == 0)
                return false;
        if (*end != '\0') {
                unit = strchr(units, *end | 0x20);
                if (!unit || end[1] != '\0' || n > UINT64_MAX >> (10 * (unit - units + 1)))
                        return false;
                n <<= 10 * (unit - units + 1);
        }
        *ret = n;
        return true;
}

uint64_t envnum_size_of(const char *name, const char *text, uint64_t usual) {
        uint64_t n;

        if (!text)
                return usual;
        if (envnum_parse_size(text, &n))
                return n;
        (void)fprintf(stderr,
                "vfs: %s='%s' is not a number of bytes, with k, m or g behind it: %" PRIu64 " is used\n",
                name, text, usual);
        return usual;
}
