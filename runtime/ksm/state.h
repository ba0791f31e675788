/* SPDX-License-Identifier: MIT */
/*
 * The security module from inside: its parts, and what every model is built from.
 *
 * A rule is a function that gives the reason against it, or KSM_WHY_NONE; it changes memory only
 * through state_save(). The public function around it hands that reason to state_rule(), which makes
 * the record. Expressions do the same with state_expression().
 */
#pragma once

#include <assert.h>
#include <pthread.h>

#include "contexts.h"
#include "journal.h"
#include "ksm.h"
#include "numbers.h"
#include "regex.h"
#include "tables.h"

#define STATE_NOWHERE UINT32_MAX /* not in a state of an automaton */

/* Tables of one HashSet: model_set.c. */
typedef struct SetPool {
        Tables pool;
        uint32_t n_buckets; /* of a table, a power of two */
        uint32_t node_size;
        uint64_t seed[2];
} SetPool;

/* Tables of one StaticMap: model_map.c. */
typedef struct MapPool {
        Tables pool;
        uint32_t *sorted; /* indices of the keys in the order of their names */
} MapPool;

typedef struct ObjectState {
        const KsmObject *object;
        size_t context_off; /* in a SID's row */
        union {
                SetPool set;
                MapPool map;
        };
} ObjectState;

struct Ksm {
        const KsmModule *module;
        pthread_mutex_t lock;
        Journal journal;
        Contexts contexts;
        Numbers numbers;
        ObjectState *objects;
        Regex **patterns;
        const KsmAuditTerm **terms; /* [profile][object] at this level; NULL: nothing */
        uint32_t audit_level;
        bool is_marked;
        KsmSid marked_next;
};

/* What an object of a model is made of. Absent parts are NULL or 0. */
typedef struct Model {
        size_t context_size;
        int (*init)(ObjectState *object); /* 0, negative errno; deinit() follows in any case */
        void (*deinit)(ObjectState *object);
        void (*release)(ObjectState *object, void *context); /* the SID dies; the context is present */
        /* Marks every number that the context keeps and a rule could take for a SID. NULL: it keeps none. */
        void (*mark)(const ObjectState *object, const void *context, NumberMarks *marks);
        size_t (*effect_size)(const ObjectState *object, KsmMethod method); /* most that it may journal */
} Model;

extern const Model model_flow;
extern const Model model_set;
extern const Model model_map;
extern const Model model_mic;

const Model *state_model(KsmModel model);
KsmModel state_model_of(KsmMethod method); /* KSM_N_MODELS: no such method */

/* 0: the tables are sound. KSM_E_MODULE: *problem is set. */
int state_check_module(const KsmModule *module, KsmProblem *problem);

/* Terms of the profiles at ksm->audit_level. */
void state_resolve_audit(Ksm *ksm);

/* Does the profile in force ask for this result? */
bool state_is_audited(const Ksm *ksm, const KsmSite *site, KsmOutcome outcome, uint32_t found);

/* A rule has been decided. found: state of the automaton before it, or STATE_NOWHERE. */
void state_rule(KsmCall *c, uint32_t site, KsmWhy why, uint32_t found);
/* An expression has been evaluated; false: it has no value. */
bool state_expression(KsmCall *c, uint32_t site, KsmWhy why, uint32_t found);

static inline ObjectState *state_object(const KsmCall *c, uint32_t site) {
        assert(site < c->ksm->module->n_sites);
        return c->ksm->objects + c->ksm->module->sites[site].object;
}

static inline bool state_save(const KsmCall *c, void *place, size_t size) {
        return journal_save(&c->ksm->journal, place, size);
}

/* The context of the object under a SID, maybe absent; NULL: no such SID. */
static inline void *state_context(const KsmCall *c, const ObjectState *object, KsmSid sid) {
        SidRow *row = contexts_find(&c->ksm->contexts, sid);

        return row ? (uint8_t *)row->contexts + object->context_off : NULL;
}
