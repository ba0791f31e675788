/* SPDX-License-Identifier: MIT */
/*
 * Base, the rule of Bool, and the branch that a choice lacks: rules without contexts.
 */
#include "state.h"

void ksm_base_grant(KsmCall *c, uint32_t site) {
        state_rule(c, site, KSM_WHY_NONE, STATE_NOWHERE);
}

void ksm_base_assert(KsmCall *c, uint32_t site, bool condition) {
        state_rule(c, site, condition ? KSM_WHY_NONE : KSM_WHY_FALSE, STATE_NOWHERE);
}

void ksm_base_deny(KsmCall *c, uint32_t site, bool condition) {
        state_rule(c, site, condition ? KSM_WHY_DENY : KSM_WHY_NONE, STATE_NOWHERE);
}

void ksm_no_branch(KsmCall *c, uint32_t site) {
        state_rule(c, site, KSM_WHY_BRANCH, STATE_NOWHERE);
}
