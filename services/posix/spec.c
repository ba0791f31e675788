/* SPDX-License-Identifier: MIT */
/*
 * The choice of a back end as text: see spec.h.
 */
#include "spec.h"

#include <stdbool.h>
#include <string.h>

/* The characters up to the first one of `ends`; false: none, or too many. */
static bool take(const char **at, const char *ends, char ret[SPEC_NAME_MAX]) {
        size_t n = strcspn(*at, ends);

        if (n == 0 || n >= SPEC_NAME_MAX)
                return false;
        memcpy(ret, *at, n);
        ret[n] = '\0';
        *at += n;
        return true;
}

const char *spec_parse(const char *text, Spec *ret_spec) {
        Spec spec = {.modifier = ""};

        if (!take(&text, "{}:,", spec.name))
                return "it begins with the name of a back end, of at most 63 bytes";
        if (*text == '{') {
                text++;
                if (!take(&text, "{}", spec.modifier) || *text++ != '}')
                        return "the modifier needs its closing brace, and at most 63 bytes";
        }
        if (*text++ != ':')
                return "a colon is missing behind the name";
        if (strlen(text) >= SPEC_CONFIG_MAX)
                return "what is behind the colon is too long";
        spec.config = text;
        *ret_spec = spec;
        return NULL;
}
