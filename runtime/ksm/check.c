/* SPDX-License-Identifier: MIT */
/*
 * Are the tables of a module sound? Checked once, when the module is opened, so that decisions can
 * index them freely. This is protection against a module of another version and against mistakes of
 * the generator; a module is code, and no check makes a foreign one harmless.
 */
#include <stdarg.h>
#include <stdio.h>

#include "state.h"

typedef struct Check {
        const KsmModule *module;
        KsmProblem *problem;
        bool is_bad;
} Check;

__attribute__((format(printf, 3, 4))) static bool require(Check *check, bool holds, const char *format, ...) {
        va_list args;

        if (holds || check->is_bad)
                return !check->is_bad;
        check->is_bad = true;
        va_start(args, format);
        vsnprintf(check->problem->text, sizeof(check->problem->text), format, args);
        va_end(args);
        return false;
}

static void check_head(Check *check) {
        const KsmModule *m = check->module;

        if (!require(check, m->magic == KSM_MODULE_MAGIC, "this is no security module") ||
                !require(check, m->version == KSM_MODULE_VERSION,
                        "the security module has version %u of the contract, not %u; compile the policy "
                        "again",
                        m->version, KSM_MODULE_VERSION))
                return;
        require(check, m->name && m->n_classes <= KSM_CLASSES_MAX && (m->classes || !m->n_classes),
                "%u classes, at most %d are possible", m->n_classes, KSM_CLASSES_MAX);
        require(check, m->kernel_class == KSM_NONE || m->kernel_class < m->n_classes,
                "no class %u for the kernel", m->kernel_class);
        require(check, m->n_objects <= KSM_OBJECTS_MAX && (m->objects || !m->n_objects),
                "%u objects, at most %d are possible", m->n_objects, KSM_OBJECTS_MAX);
        require(check, m->n_patterns <= KSM_PATTERNS_MAX && (m->patterns || !m->n_patterns),
                "%u patterns, at most %d are possible", m->n_patterns, KSM_PATTERNS_MAX);
        require(check, m->sites || !m->n_sites, "there are no sites");
        require(check, m->profiles && m->n_profiles > 0, "there is no audit profile");
        require(check, m->decisions && m->n_decisions > 0, "there is no decision");
        require(check, m->methods && m->n_methods > 0, "there is no table of methods");
}

static void check_flow(Check *check, const KsmObject *object) {
        const KsmFlow *flow = object->flow;

        if (!require(check, flow && flow->states && flow->transitions, "object %s: no configuration",
                    object->name))
                return;
        require(check, flow->n_states > 0 && flow->n_states <= KSM_FLOW_STATES_MAX,
                "object %s: %u states, 1 to %d are possible", object->name, flow->n_states,
                KSM_FLOW_STATES_MAX);
        require(check, flow->initial < flow->n_states, "object %s: no state %u", object->name, flow->initial);
}

/* Tables of `bytes` bytes each. */
static void check_pool(Check *check, const KsmObject *object, uint32_t n, uint64_t bytes) {
        require(check, n <= KSM_POOL_SIZE_MAX, "object %s: pool_size %u, at most %d is possible",
                object->name, n, KSM_POOL_SIZE_MAX);
        require(check, n * bytes <= KSM_POOL_BYTES_MAX, "object %s: its pool takes more than %d bytes",
                object->name, KSM_POOL_BYTES_MAX);
}

static void check_set(Check *check, const KsmObject *object) {
        const KsmSet *set = object->set;

        if (!require(check, set && set->fields, "object %s: no configuration", object->name))
                return;
        require(check, set->n_fields > 0 && set->n_fields <= KSM_SET_FIELDS_MAX,
                "object %s: %u fields in an entry, 1 to %d are possible", object->name, set->n_fields,
                KSM_SET_FIELDS_MAX);
        require(check, set->set_size > 0 && set->set_size <= KSM_SET_SIZE_MAX,
                "object %s: set_size %u, 1 to %d are possible", object->name, set->set_size,
                KSM_SET_SIZE_MAX);
        for (uint32_t i = 0; !check->is_bad && i < set->n_fields; i++)
                require(check, set->fields[i] < KSM_N_TYPES, "object %s: no type %u", object->name,
                        set->fields[i]);
        /* A node, and two buckets at most, for each entry. */
        check_pool(check, object, set->pool_size, (uint64_t)set->set_size * (8 * set->n_fields + 40) + 64);
}

static void check_map(Check *check, const KsmObject *object) {
        const KsmMap *map = object->map;

        if (!require(check, map && (map->keys || !map->n_keys), "object %s: no configuration", object->name))
                return;
        require(check, map->n_keys <= KSM_MAP_KEYS_MAX, "object %s: %u keys, at most %d are possible",
                object->name, map->n_keys, KSM_MAP_KEYS_MAX);
        require(check, map->type < KSM_BOOLEAN, "object %s: its values are no integers", object->name);
        for (uint32_t i = 0; !check->is_bad && i < map->n_keys; i++)
                require(check, ksm_type_holds(map->type, map->keys[i].initial),
                        "object %s: the initial value of key %u does not fit its type", object->name, i);
        check_pool(check, object, map->pool_size, 16 * (uint64_t)map->n_keys + 8);
}

static void check_mic(Check *check, const KsmObject *object) {
        const KsmMic *mic = object->mic;

        if (!require(check, mic && mic->degrees, "object %s: no configuration", object->name))
                return;
        require(check, mic->n_degrees > 0 && mic->n_degrees <= KSM_MIC_DEGREES_MAX,
                "object %s: %u degrees, 1 to %d are possible", object->name, mic->n_degrees,
                KSM_MIC_DEGREES_MAX);
        require(check, mic->n_categories <= KSM_MIC_CATEGORIES_MAX && (mic->categories || !mic->n_categories),
                "object %s: %u categories, at most %d are possible", object->name, mic->n_categories,
                KSM_MIC_CATEGORIES_MAX);
}

static void check_object(Check *check, const KsmObject *object) {
        if (!require(check, object->name && object->model < KSM_N_MODELS, "an object without name or model"))
                return;
        switch (object->model) {
        case KSM_MODEL_FLOW:
                check_flow(check, object);
                break;
        case KSM_MODEL_SET:
                check_set(check, object);
                break;
        case KSM_MODEL_MAP:
                check_map(check, object);
                break;
        case KSM_MODEL_MIC:
                check_mic(check, object);
                break;
        case KSM_MODEL_BASE:
        case KSM_MODEL_BOOL:
        case KSM_MODEL_REGEX:
        case KSM_N_MODELS:
                break;
        }
}

static void check_site(Check *check, uint32_t i) {
        const KsmSite *site = check->module->sites + i;

        if (!require(check,
                    site->file && site->text && site->object < check->module->n_objects &&
                            site->profile < check->module->n_profiles,
                    "site %u names an object or a profile that does not exist", i))
                return;
        require(check, state_model_of(site->method) == check->module->objects[site->object].model,
                "site %u: object %s has no method %u", i, check->module->objects[site->object].name,
                (unsigned)site->method);
}

static void check_profile(Check *check, const KsmProfile *profile) {
        if (!require(check, profile->name && (profile->levels || !profile->n_levels),
                    "a profile without levels"))
                return;
        for (uint32_t l = 0; l < profile->n_levels; l++)
                for (uint32_t i = 0; i < profile->levels[l].n_terms; i++)
                        require(check, profile->levels[l].terms[i].object < check->module->n_objects,
                                "profile %s names an object that does not exist", profile->name);
}

static void check_class(Check *check, const KsmClass *class, uint32_t i) {
        require(check,
                class->name && (class->endpoints || !class->n_endpoints) &&
                        (class->security || !class->n_security),
                "class %u has no name or no endpoints", i);
}

static void check_decision(Check *check, uint32_t i) {
        const KsmDecision *decision = check->module->decisions + i;

        if (!require(check, decision->n_sites <= KSM_CALLS_MAX && (decision->sites || !decision->n_sites),
                    "decision %u: %u calls, at most %d are possible", i, decision->n_sites, KSM_CALLS_MAX))
                return;
        require(check, i > 0 || !decision->run, "decision 0 has rules");
        for (uint32_t s = 0; s < decision->n_sites; s++)
                require(check, decision->sites[s] < check->module->n_sites, "decision %u: no site %u", i,
                        decision->sites[s]);
}

static void check_methods(Check *check, uint32_t i) {
        const KsmMethods *methods = check->module->methods + i;

        if (!methods->n_endpoints)
                return;
        if (!require(check, methods->first && methods->decisions, "table of methods %u is not complete", i))
                return;
        for (uint32_t e = 0; e < methods->n_endpoints; e++)
                require(check, methods->first[e] <= methods->first[e + 1],
                        "table of methods %u is not in order", i);
        for (uint32_t d = 0; !check->is_bad && d < methods->first[methods->n_endpoints]; d++)
                require(check, methods->decisions[d] < check->module->n_decisions,
                        "table of methods %u: no decision %u", i, methods->decisions[d]);
}

static void check_routes(Check *check, KsmEventKind kind) {
        const uint32_t *const *rows = check->module->routes[kind];
        uint32_t n = check->module->n_classes + 1;

        if (!require(check, rows, "no routes for the event %s", ksm_event_text(kind)))
                return;
        for (uint32_t src = 0; src < n; src++) {
                if (!require(check, rows[src], "no routes for the event %s", ksm_event_text(kind)))
                        return;
                if (src > 0 && rows[src] == rows[src - 1])
                        continue;
                for (uint32_t dst = 0; dst < n; dst++)
                        require(check, rows[src][dst] < check->module->n_methods,
                                "the routes of the event %s name a table that does not exist",
                                ksm_event_text(kind));
        }
}

int state_check_module(const KsmModule *module, KsmProblem *problem) {
        Check check = {.module = module, .problem = problem};

        check_head(&check);
        for (uint32_t i = 0; !check.is_bad && i < module->n_classes; i++)
                check_class(&check, module->classes + i, i);
        for (uint32_t i = 0; !check.is_bad && i < module->n_objects; i++)
                check_object(&check, module->objects + i);
        for (uint32_t i = 0; !check.is_bad && i < module->n_profiles; i++)
                check_profile(&check, module->profiles + i);
        for (uint32_t i = 0; !check.is_bad && i < module->n_sites; i++)
                check_site(&check, i);
        for (uint32_t i = 0; !check.is_bad && i < module->n_decisions; i++)
                check_decision(&check, i);
        for (uint32_t i = 0; !check.is_bad && i < module->n_methods; i++)
                check_methods(&check, i);
        for (KsmEventKind kind = KSM_EXECUTE; !check.is_bad && kind < KSM_N_EVENTS; kind++)
                check_routes(&check, kind);
        return check.is_bad ? KSM_E_MODULE : 0;
}
