/* SPDX-License-Identifier: MIT */
/*
 * Rules and expressions of the security models, as generated code calls them. Part of ksm_module.h.
 *
 * `site` is an index into the module's sites: the place in the text, and with it object, method and
 * audit profile. A rule function records its result and denies the event by itself; generated code
 * goes on with the next rule. When an operand failed, the rule does nothing, is recorded as failed,
 * and the next rule starts afresh. Effects of a rule are seen by the later ones of the same event and
 * stay only if the event is granted.
 *
 * An expression function records its result too; when it fails, so does the rule around it.
 * Each comment names the failure beside those of every rule with a SID: KSM_WHY_SID.
 */
#pragma once

#include "ksm_message.h"

/* Results of the expressions that only `choice` may use: the index of a label, or one of these. */
#define KSM_NO_LABEL (-1) /* none of the labels: the branch `_`, or ksm_no_branch() */
#define KSM_UNKNOWN  (-2) /* the expression failed, the event is denied: no branch */

/*
 *     switch (ksm_flow_query(c, 7, sid)) {
 *     case 0: …rules… break;
 *     case KSM_UNKNOWN: break;
 *     default: ksm_no_branch(c, 7); break;
 *     }
 * site: that of the choice's expression. Counts as a rule that denies: KSM_WHY_BRANCH.
 */
void ksm_no_branch(KsmCall *c, uint32_t site);

/* Base, and the rule of Bool ----------------------------------------------------------------------- */

void ksm_base_grant(KsmCall *c, uint32_t site);
void ksm_base_assert(KsmCall *c, uint32_t site, bool condition); /* also bool.assert: KSM_WHY_FALSE */
void ksm_base_deny(KsmCall *c, uint32_t site, bool condition);   /* deny (): true. KSM_WHY_DENY */

/* Flow: state is an index into the object's states --------------------------------------------------- */

void ksm_flow_init(KsmCall *c, uint32_t site, KsmSid sid);                  /* HAS_CONTEXT */
void ksm_flow_fini(KsmCall *c, uint32_t site, KsmSid sid);                  /* NO_CONTEXT */
void ksm_flow_enter(KsmCall *c, uint32_t site, KsmSid sid, uint32_t state); /* NO_CONTEXT, TRANSITION */
/* states: bit i % 64 of word i / 64 for state i, as many words as the object's states need.
 * NO_CONTEXT, STATE */
void ksm_flow_allow(KsmCall *c, uint32_t site, KsmSid sid, const uint64_t *states);
/* The current state's index, KSM_UNKNOWN. NO_CONTEXT */
int ksm_flow_query(KsmCall *c, uint32_t site, KsmSid sid);

/* HashSet: entry holds one value a field of the object's entries, flattened in order ----------------- */

void ksm_set_init(KsmCall *c, uint32_t site, KsmSid sid); /* HAS_CONTEXT, POOL */
void ksm_set_fini(KsmCall *c, uint32_t site, KsmSid sid); /* NO_CONTEXT */
/* Granted when present already. NO_CONTEXT, FULL, TYPE (a value outside its field's type) */
void ksm_set_add(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry);
/* Granted when absent. NO_CONTEXT, TYPE */
void ksm_set_remove(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry);
/* NO_CONTEXT, TYPE */
bool ksm_set_contains(KsmCall *c, uint32_t site, KsmSid sid, const KsmInt *entry);

/* StaticMap: key is an index into the object's keys --------------------------------------------------- */

#define KSM_NO_KEY UINT32_MAX
/* Index of a key that is no constant; KSM_NO_KEY: unknown. site: of the rule it is for. */
uint32_t ksm_map_key(KsmCall *c, uint32_t site, KsmText key);

void ksm_map_init(KsmCall *c, uint32_t site, KsmSid sid); /* HAS_CONTEXT, POOL */
void ksm_map_fini(KsmCall *c, uint32_t site, KsmSid sid); /* NO_CONTEXT */
void ksm_map_set(
        KsmCall *c, uint32_t site, KsmSid sid, uint32_t key, KsmInt value); /* NO_CONTEXT, KEY, TYPE */
void ksm_map_commit(KsmCall *c, uint32_t site, KsmSid sid);                 /* NO_CONTEXT */
void ksm_map_rollback(KsmCall *c, uint32_t site, KsmSid sid);               /* NO_CONTEXT */
KsmInt ksm_map_get(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key);    /* NO_CONTEXT, KEY */
KsmInt ksm_map_get_uncommited(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key); /* NO_CONTEXT, KEY */

/* Mic: NULL for a level, KSM_SID_NONE for a container or image stand for `()` -------------------------- */

/* level NULL: the greatest lower bound of source, driver and container. LEVEL, NO_LEVEL, HAS_LEVEL */
void ksm_mic_create(KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver,
        const KsmLevel *level);
/* LEVEL, NO_LEVEL */
void ksm_mic_delete(KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver);
/* level NULL: the image's; level_r NULL: equal to level. LEVEL, NO_LEVEL (also: neither image nor level),
 * HAS_LEVEL */
void ksm_mic_execute(KsmCall *c, uint32_t site, KsmSid image, KsmSid target, const KsmLevel *level,
        const KsmLevel *level_r);
/* LEVEL, NO_LEVEL */
void ksm_mic_upgrade(KsmCall *c, uint32_t site, KsmSid source, KsmSid target, KsmSid container, KsmSid driver,
        const KsmLevel *level);
void ksm_mic_call(KsmCall *c, uint32_t site, KsmSid source, KsmSid target);   /* LEVEL, NO_LEVEL */
void ksm_mic_invoke(KsmCall *c, uint32_t site, KsmSid source, KsmSid target); /* LEVEL, NO_LEVEL */
void ksm_mic_read(KsmCall *c, uint32_t site, KsmSid source, KsmSid target);   /* LEVEL, NO_LEVEL */
void ksm_mic_write(KsmCall *c, uint32_t site, KsmSid source, KsmSid target);  /* LEVEL, NO_LEVEL */
/* Index of the first label equal to the level of source; KSM_NO_LABEL, KSM_UNKNOWN. NO_LEVEL */
int ksm_mic_query_level(KsmCall *c, uint32_t site, KsmSid source, const KsmLevel *labels, uint32_t n);
/* The level that a text names which is no constant: that degree, no categories. Failure: TYPE */
KsmLevel ksm_mic_level(KsmCall *c, uint32_t site, KsmText degree);

/* Regex: patterns are indices into the module's patterns ------------------------------------------------ */

bool ksm_re_match(KsmCall *c, uint32_t site, KsmText text, uint32_t pattern);
/* Index into patterns of the first that matches; KSM_NO_LABEL, KSM_UNKNOWN. */
int ksm_re_select(KsmCall *c, uint32_t site, KsmText text, const uint32_t *patterns, uint32_t n);
