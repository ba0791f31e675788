/* SPDX-License-Identifier: MIT */
/*
 * Flow: one finite automaton a SID. The context is the number of the state plus one, so automata need
 * no memory of their own and there can be one for every SID.
 */
#include "state.h"

static bool is_in(const uint64_t *set, uint32_t state) {
        return (set[state / 64] >> (state % 64)) & 1;
}

/* The automaton's cell, and the state it is in; NULL with the reason when there is none. */
static uint32_t *automaton(KsmCall *c, uint32_t site, KsmSid sid, KsmWhy *why, uint32_t *found) {
        uint32_t *cell = state_context(c, state_object(c, site), sid);

        *found = cell && *cell ? *cell - 1 : STATE_NOWHERE;
        *why = !cell ? KSM_WHY_SID : !*cell ? KSM_WHY_NO_CONTEXT : KSM_WHY_NONE;
        return *why ? NULL : cell;
}

static KsmWhy put(KsmCall *c, uint32_t *cell, uint32_t value) {
        if (!state_save(c, cell, sizeof(*cell)))
                return KSM_WHY_LIMIT;
        *cell = value;
        return KSM_WHY_NONE;
}

void ksm_flow_init(KsmCall *c, uint32_t site, KsmSid sid) {
        ObjectState *object = state_object(c, site);
        uint32_t *cell = state_context(c, object, sid);
        KsmWhy why = !cell ? KSM_WHY_SID : *cell ? KSM_WHY_HAS_CONTEXT : KSM_WHY_NONE;

        if (!why && !c->is_broken)
                why = put(c, cell, object->object->flow->initial + 1);
        state_rule(c, site, why, STATE_NOWHERE);
}

void ksm_flow_fini(KsmCall *c, uint32_t site, KsmSid sid) {
        KsmWhy why;
        uint32_t found;
        uint32_t *cell = automaton(c, site, sid, &why, &found);

        if (cell && !c->is_broken)
                why = put(c, cell, 0);
        state_rule(c, site, why, found);
}

static KsmWhy enter(KsmCall *c, const KsmFlow *flow, uint32_t *cell, uint32_t state) {
        const uint64_t *row = flow->transitions + (size_t)(*cell - 1) * KSM_WORDS(flow->n_states);

        if (state >= flow->n_states || !is_in(row, state))
                return KSM_WHY_TRANSITION;
        return put(c, cell, state + 1);
}

void ksm_flow_enter(KsmCall *c, uint32_t site, KsmSid sid, uint32_t state) {
        KsmWhy why;
        uint32_t found;
        uint32_t *cell = automaton(c, site, sid, &why, &found);

        if (cell && !c->is_broken)
                why = enter(c, state_object(c, site)->object->flow, cell, state);
        state_rule(c, site, why, found);
}

void ksm_flow_allow(KsmCall *c, uint32_t site, KsmSid sid, const uint64_t *states) {
        KsmWhy why;
        uint32_t found;

        if (automaton(c, site, sid, &why, &found) && !is_in(states, found))
                why = KSM_WHY_STATE;
        state_rule(c, site, why, found);
}

int ksm_flow_query(KsmCall *c, uint32_t site, KsmSid sid) {
        KsmWhy why;
        uint32_t found;

        automaton(c, site, sid, &why, &found);
        return state_expression(c, site, why, found) ? (int)found : KSM_UNKNOWN;
}

static size_t effect_size(const ObjectState *object, KsmMethod method) {
        bool is_change = method == KSM_FLOW_INIT || method == KSM_FLOW_FINI || method == KSM_FLOW_ENTER;

        (void)object;
        return is_change ? journal_cost(sizeof(uint32_t)) : 0;
}

const Model model_flow = {
        .context_size = sizeof(uint32_t),
        .effect_size = effect_size,
};
