/* SPDX-License-Identifier: MIT */
/*
 * Numbers are checked as a whole: a value with anything behind its digits is none. See envnum.h.
 */
#include "envnum.h"

#include <stdio.h>
#include <stdlib.h>

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
