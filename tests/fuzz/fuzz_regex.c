/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions from hostile policies on hostile texts. Input: one byte, odd for a block; pattern;
 * a zero; text. What compiles must not depend on what was matched before: a text has the same result on
 * a used automaton, on a fresh one, and after all its own prefixes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ksm/regex.h"

#define TEXT_MAX 256u /* prefixes are tried one by one */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Regex *compile(const char *pattern, size_t size, bool is_block) {
        RegexProblem problem = {NULL, SIZE_MAX};
        Regex *regex = NULL;
        int r = regex_new(pattern, size, is_block, &problem, &regex);

        if (r > 0 && (!problem.text || problem.offset > size))
                abort();
        if ((r == 0) != (regex != NULL))
                abort();
        return regex;
}

static void compare(
        Regex *used, const char *pattern, size_t pattern_size, bool is_block, const char *text, size_t size) {
        Regex *fresh = compile(pattern, pattern_size, is_block);

        for (size_t n = 0; n < size; n++)
                regex_match(used, text, n);
        if (regex_match(used, text, size) != regex_match(fresh, text, size))
                abort();
        regex_free(fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *pattern = (const char *)data + 1;
        const char *end = size > 1 ? memchr(pattern, 0, size - 1) : NULL;
        size_t pattern_size = end ? (size_t)(end - pattern) : size > 0 ? size - 1 : 0;
        size_t text_size = end ? size - 2 - pattern_size : 0;
        Regex *regex;

        if (size == 0 || text_size > TEXT_MAX)
                return 0;
        regex = compile(pattern, pattern_size, data[0] & 1);
        if (regex)
                compare(regex, pattern, pattern_size, data[0] & 1, end ? end + 1 : "", text_size);
        regex_free(regex);
        return 0;
}
