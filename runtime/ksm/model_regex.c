/* SPDX-License-Identifier: MIT */
/*
 * Regex: texts against the patterns of the module. No contexts; the patterns are compiled when the
 * module is opened.
 */
#include "state.h"

static bool matches(const KsmCall *c, KsmText text, uint32_t pattern) {
        return regex_match(c->ksm->patterns[pattern], text.bytes, text.size);
}

bool ksm_re_match(KsmCall *c, uint32_t site, KsmText text, uint32_t pattern) {
        return state_expression(c, site, KSM_WHY_NONE, STATE_NOWHERE) && matches(c, text, pattern);
}

int ksm_re_select(KsmCall *c, uint32_t site, KsmText text, const uint32_t *patterns, uint32_t n) {
        if (!state_expression(c, site, KSM_WHY_NONE, STATE_NOWHERE))
                return KSM_UNKNOWN;
        for (uint32_t i = 0; i < n; i++)
                if (matches(c, text, patterns[i]))
                        return (int)i;
        return KSM_NO_LABEL;
}
