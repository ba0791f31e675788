/* SPDX-License-Identifier: MIT */
/*
 * From a module's tables to a security module that runs: contexts, pools, patterns, room for effects.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "state.h"

#define PATTERN_SHOWN 40 /* bytes of a pattern in a message */

static size_t align8(size_t size) {
        return (size + 7) & ~(size_t)7;
}

/* Objects, and where each has its context in a row. */
static int init_objects(Ksm *ksm, size_t *ret_contexts_size) {
        const KsmModule *module = ksm->module;
        size_t size = 0;

        ksm->objects = calloc(module->n_objects + 1, sizeof(*ksm->objects));
        if (!ksm->objects)
                return -ENOMEM;
        for (uint32_t i = 0; i < module->n_objects; i++) {
                const Model *model = state_model(module->objects[i].model);

                ksm->objects[i] = (ObjectState){.object = module->objects + i, .context_off = size};
                size += align8(model->context_size);
        }
        for (uint32_t i = 0; i < module->n_objects; i++) {
                const Model *model = state_model(module->objects[i].model);
                int r = model->init ? model->init(ksm->objects + i) : 0;

                if (r < 0)
                        return r;
        }
        *ret_contexts_size = size;
        return 0;
}

static int init_patterns(Ksm *ksm, KsmProblem *problem) {
        const KsmModule *module = ksm->module;

        ksm->patterns = calloc(module->n_patterns + 1, sizeof(Regex *));
        if (!ksm->patterns)
                return -ENOMEM;
        for (uint32_t i = 0; i < module->n_patterns; i++) {
                const KsmPattern *p = module->patterns + i;
                RegexProblem fault;
                int r = regex_new(p->text.bytes, p->text.size, p->is_block, &fault, ksm->patterns + i);

                if (r > 0) {
                        int shown = p->text.size < PATTERN_SHOWN ? (int)p->text.size : PATTERN_SHOWN;

                        snprintf(problem->text, sizeof(problem->text), "pattern %u, `%.*s`, byte %zu: %s", i,
                                shown, p->text.bytes, fault.offset, fault.text);
                        return KSM_E_MODULE;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Most that one event can journal. */
static size_t effects_of(const Ksm *ksm, const KsmDecision *decision) {
        size_t size = 0;

        for (uint32_t i = 0; i < decision->n_sites; i++) {
                const KsmSite *site = ksm->module->sites + decision->sites[i];
                const ObjectState *object = ksm->objects + site->object;
                const Model *model = state_model(object->object->model);

                size += model->effect_size ? model->effect_size(object, site->method) : 0;
        }
        return size;
}

static int init_journal(Ksm *ksm, KsmProblem *problem) {
        size_t most = 0;

        for (uint32_t i = 0; i < ksm->module->n_decisions; i++) {
                size_t size = effects_of(ksm, ksm->module->decisions + i);

                most = size > most ? size : most;
        }
        if (most > JOURNAL_BYTES_MAX) {
                snprintf(problem->text, sizeof(problem->text),
                        "one event may change %zu bytes of contexts, more than %d", most, JOURNAL_BYTES_MAX);
                return KSM_E_MODULE;
        }
        return journal_init(&ksm->journal, most);
}

static int init_audit(Ksm *ksm) {
        const KsmModule *module = ksm->module;

        ksm->terms = calloc((size_t)module->n_profiles * module->n_objects + 1, sizeof(*ksm->terms));
        if (!ksm->terms)
                return -ENOMEM;
        ksm->audit_level = module->audit_level;
        state_resolve_audit(ksm);
        return 0;
}

static int init(Ksm *ksm, KsmProblem *problem) {
        size_t contexts_size;
        int r = init_objects(ksm, &contexts_size);

        if (r == 0)
                r = init_patterns(ksm, problem);
        if (r == 0)
                r = init_journal(ksm, problem);
        if (r == 0)
                r = init_audit(ksm);
        if (r == 0)
                r = contexts_init(&ksm->contexts, contexts_size);
        if (r == 0)
                r = contexts_reserve(&ksm->contexts);
        if (r == 0)
                (void)contexts_add(&ksm->contexts, KSM_SID_KERNEL, ksm->module->kernel_class);
        return r;
}

int ksm_new(const KsmModule *module, KsmProblem *problem, Ksm **ret_ksm) {
        Ksm *ksm;
        int r = state_check_module(module, problem);

        if (r != 0)
                return r;
        ksm = calloc(1, sizeof(*ksm));
        if (!ksm)
                return -ENOMEM;
        ksm->module = module;
        numbers_init(&ksm->numbers, NUMBERS_FIRST, KSM_SID_LAST);
        pthread_mutex_init(&ksm->lock, NULL);
        r = init(ksm, problem);
        if (r != 0) {
                ksm_free(ksm);
                return r;
        }
        *ret_ksm = ksm;
        return 0;
}

int ksm_new_without_policy(Ksm **ret_ksm) {
        static const KsmProfile profile = {.name = "empty"};
        static const KsmDecision none = {.verdict = KSM_NEVER};
        static const KsmMethods methods = {.n_endpoints = 0};
        static const uint32_t to_nobody = 0;
        static const uint32_t *const from_nobody = &to_nobody;
        static const KsmModule module = {
                .magic = KSM_MODULE_MAGIC,
                .version = KSM_MODULE_VERSION,
                .name = "none",
                .kernel_class = KSM_NONE,
                .n_profiles = 1,
                .profiles = &profile,
                .n_decisions = 1,
                .decisions = &none,
                .n_methods = 1,
                .methods = &methods,
                .routes = {&from_nobody, &from_nobody, &from_nobody, &from_nobody, &from_nobody},
        };
        KsmProblem problem;

        return ksm_new(&module, &problem, ret_ksm);
}

static void free_objects(Ksm *ksm) {
        for (uint32_t i = 0; ksm->objects && i < ksm->module->n_objects; i++) {
                const Model *model = state_model(ksm->module->objects[i].model);

                if (model->deinit)
                        model->deinit(ksm->objects + i);
        }
        free(ksm->objects);
}

Ksm *ksm_free(Ksm *ksm) {
        if (!ksm)
                return NULL;
        free_objects(ksm);
        for (uint32_t i = 0; ksm->patterns && i < ksm->module->n_patterns; i++)
                regex_free(ksm->patterns[i]);
        free(ksm->patterns);
        free(ksm->terms);
        journal_deinit(&ksm->journal);
        contexts_deinit(&ksm->contexts);
        numbers_deinit(&ksm->numbers);
        pthread_mutex_destroy(&ksm->lock);
        free(ksm);
        return NULL;
}

const KsmModule *ksm_get_module(const Ksm *ksm) {
        return ksm->module;
}

uint32_t ksm_class_find(const KsmModule *module, const char *name) {
        for (uint32_t i = 0; i < module->n_classes; i++)
                if (strcmp(module->classes[i].name, name) == 0)
                        return i;
        return KSM_NONE;
}

/* Every site may run once, and a choice records one denial beside its expression. */
int ksm_record_init(KsmRecord *record, const Ksm *ksm) {
        uint32_t most = 0;

        for (uint32_t i = 0; i < ksm->module->n_decisions; i++) {
                uint32_t n = ksm->module->decisions[i].n_sites;

                most = n > most ? n : most;
        }
        *record = (KsmRecord){.room = 2 * most};
        record->results = calloc(2 * (size_t)most + 1, sizeof(*record->results));
        return record->results ? 0 : -ENOMEM;
}

void ksm_record_deinit(KsmRecord *record) {
        free(record->results);
        *record = (KsmRecord){.results = NULL};
}
