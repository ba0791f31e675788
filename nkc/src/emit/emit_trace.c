/* SPDX-License-Identifier: MIT */
/*
 * Filter of traced methods: a comma-separated list of names, compared word by word.
 */
#include "emit_trace.h"

/* Is `word` (size bytes) the method's name, alone or behind its interface's? */
static bool names_method(const char *word, size_t size, const LayInterface *i, const LayMethod *m) {
        const char *dotted = i->name->dotted;
        size_t n_dotted = strlen(dotted), n_name = strlen(m->name);

        if (size == n_dotted + 1 + n_name && !memcmp(word, dotted, n_dotted) && word[n_dotted] == '.')
                return !memcmp(word + n_dotted + 1, m->name, n_name);
        return size == n_name && !memcmp(word, m->name, n_name);
}

bool emit_is_traced(EmitTrace trace, const EmitOptions *o, const LayInterface *i, const LayMethod *m) {
        const char *word = o->trace_methods;

        if (trace == EMIT_TRACE_NONE || !word)
                return trace != EMIT_TRACE_NONE;
        for (;;) {
                const char *comma = strchr(word, ',');

                if (names_method(word, comma ? (size_t)(comma - word) : strlen(word), i, m))
                        return true;
                if (!comma)
                        return false;
                word = comma + 1;
        }
}
