/* SPDX-License-Identifier: MIT */
/*
 * Which results become audit: the profiles, seen at the level in force.
 */
#include "state.h"

static const KsmAuditLevel *find_level(const KsmProfile *profile, uint32_t level) {
        for (uint32_t i = 0; i < profile->n_levels; i++)
                if (profile->levels[i].level == level)
                        return profile->levels + i;
        return NULL;
}

void state_resolve_audit(Ksm *ksm) {
        const KsmModule *module = ksm->module;

        memset(ksm->terms, 0, (size_t)module->n_profiles * module->n_objects * sizeof(*ksm->terms));
        for (uint32_t p = 0; p < module->n_profiles; p++) {
                const KsmAuditLevel *level = find_level(module->profiles + p, ksm->audit_level);

                for (uint32_t i = 0; level && i < level->n_terms; i++)
                        ksm->terms[(size_t)p * module->n_objects + level->terms[i].object] = level->terms + i;
        }
}

bool state_is_audited(const Ksm *ksm, const KsmSite *site, KsmOutcome outcome, uint32_t found) {
        const KsmAuditTerm *term = ksm->terms[(size_t)site->profile * ksm->module->n_objects + site->object];

        if (!term || !(term->kss & (outcome == KSM_GRANTED ? KSM_AUDIT_GRANTED : KSM_AUDIT_DENIED)))
                return false;
        if (site->method == KSM_RE_MATCH && !(term->emit & KSM_EMIT_MATCH))
                return false;
        if (site->method == KSM_RE_SELECT && !(term->emit & KSM_EMIT_SELECT))
                return false;
        return !term->omit || found == STATE_NOWHERE || !((term->omit[found / 64] >> (found % 64)) & 1);
}

uint32_t ksm_audit_level(Ksm *ksm) {
        uint32_t level;

        pthread_mutex_lock(&ksm->lock);
        level = ksm->audit_level;
        pthread_mutex_unlock(&ksm->lock);
        return level;
}

void ksm_set_audit_level(Ksm *ksm, uint32_t level) {
        pthread_mutex_lock(&ksm->lock);
        ksm->audit_level = level;
        state_resolve_audit(ksm);
        pthread_mutex_unlock(&ksm->lock);
}
