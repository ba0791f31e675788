/* SPDX-License-Identifier: MIT */
/*
 * The policy of the tests: see policy.h.
 */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define N_SITES_MAX (T_PROFILES * T_N_OBJECTS * 16)
#define REPETITIONS 8 /* of each site in one event */
#define N_CLASSES   2

/* Objects -------------------------------------------------------------------------------------------- */

static const char *const door_states[] = {"open", "shut", "locked"};
static const uint64_t door_transitions[] = {
        1u << T_SHUT, 1u << T_OPEN | 1u << T_LOCKED, 1u << T_SHUT | 1u << T_LOCKED};
static const KsmFlow door = {
        .n_states = 3, .initial = T_SHUT, .states = door_states, .transitions = door_transitions};

static const KsmSet set = {
        .n_fields = 1, .set_size = 3, .pool_size = 2, .fields = (const uint8_t[]){KSM_U16}};
static const KsmSet pairs = {
        .n_fields = 2, .set_size = 2, .pool_size = 1, .fields = (const uint8_t[]){KSM_S8, KSM_BOOLEAN}};

static const KsmKey map_keys[] = {
        {.name = {.bytes = "low", .size = 3}, .initial = 0},
        {.name = {.bytes = "high", .size = 4}, .initial = 4096},
};
static const KsmMap map = {.type = KSM_U32, .n_keys = 2, .pool_size = 2, .keys = map_keys};
static const KsmKey small_keys[] = {{.name = {.bytes = "", .size = 0}, .initial = -1}};
static const KsmMap small = {.type = KSM_S8, .n_keys = 1, .pool_size = 1, .keys = small_keys};

static const char *const degrees[] = {"LOW", "MEDIUM", "HIGH"};
static const KsmMic mic = {.n_degrees = 3, .degrees = degrees};
static const char *const lattice_degrees[] = {"low", "high"};
static const char *const categories[] = {"net", "log"};
static const KsmMic lattice = {
        .n_degrees = 2, .n_categories = 2, .degrees = lattice_degrees, .categories = categories};

static const KsmObject objects[T_N_OBJECTS] = {
        [T_BASE] = {.name = "base", .model = KSM_MODEL_BASE},
        [T_BOOL] = {.name = "bool", .model = KSM_MODEL_BOOL},
        [T_DOOR] = {.name = "door", .model = KSM_MODEL_FLOW, .flow = &door},
        [T_GATE] = {.name = "gate", .model = KSM_MODEL_FLOW, .flow = &door},
        [T_SET] = {.name = "opened", .model = KSM_MODEL_SET, .set = &set},
        [T_PAIRS] = {.name = "pairs", .model = KSM_MODEL_SET, .set = &pairs},
        [T_MAP] = {.name = "limits", .model = KSM_MODEL_MAP, .map = &map},
        [T_SMALL] = {.name = "small", .model = KSM_MODEL_MAP, .map = &small},
        [T_MIC] = {.name = "mic", .model = KSM_MODEL_MIC, .mic = &mic},
        [T_LATTICE] = {.name = "lattice", .model = KSM_MODEL_MIC, .mic = &lattice},
        [T_RE] = {.name = "re", .model = KSM_MODEL_REGEX},
};

static const KsmPattern patterns[] = {
        [T_RED] = {.text = {.bytes = "red", .size = 3}},
        [T_DIGITS] = {.text = {.bytes = "[0-9]+", .size = 6}},
        [T_ANY] = {.text = {.bytes = ".*", .size = 2}},
};

/* Sites: every method of every object, with every profile --------------------------------------------- */

static KsmSite sites[N_SITES_MAX];
static uint32_t n_sites;
static uint32_t repeated_sites[N_SITES_MAX * REPETITIONS];
static unsigned profile_in_force;

static KsmModel model_of(KsmMethod method) {
        static const KsmMethod ends[] = {KSM_BASE_DENY, KSM_BOOL_ASSERT, KSM_FLOW_QUERY, KSM_SET_CONTAINS,
                KSM_MAP_GET_UNCOMMITED, KSM_MIC_QUERY_LEVEL, KSM_RE_SELECT};
        unsigned model = 0;

        while (method > ends[model])
                model++;
        return (KsmModel)model;
}

static void make_sites(void) {
        n_sites = 0;
        for (uint32_t profile = 0; profile < T_PROFILES; profile++)
                for (uint32_t object = 0; object < T_N_OBJECTS; object++)
                        for (unsigned method = 0; method < KSM_N_METHODS; method++)
                                if (model_of((KsmMethod)method) == objects[object].model)
                                        sites[n_sites++] = (KsmSite){
                                                .file = "test.psl",
                                                .line = object + 1,
                                                .column = 1,
                                                .text = "a call",
                                                .object = object,
                                                .profile = profile,
                                                .method = (KsmMethod)method,
                                        };
        for (uint32_t i = 0; i < n_sites * REPETITIONS; i++)
                repeated_sites[i] = i % n_sites;
}

uint32_t t_site(TObject object, KsmMethod method) {
        for (uint32_t i = 0; i < n_sites; i++)
                if (sites[i].object == object && sites[i].method == method &&
                        sites[i].profile == profile_in_force)
                        return i;
        fail_msg("%s has no method %s", objects[object].name, ksm_method_text(method));
        return 0;
}

void t_use_profile(unsigned profile) {
        profile_in_force = profile;
}

/* Audit ------------------------------------------------------------------------------------------------ */

static const uint64_t omit_shut[] = {1u << T_SHUT};
static const KsmAuditTerm terms_1[] = {{.object = T_BASE, .kss = KSM_AUDIT_DENIED}};
static const KsmAuditTerm terms_2[] = {
        {.object = T_BASE, .kss = KSM_AUDIT_GRANTED | KSM_AUDIT_DENIED},
        {.object = T_DOOR, .kss = KSM_AUDIT_GRANTED | KSM_AUDIT_DENIED, .omit = omit_shut},
        {.object = T_GATE, .kss = KSM_AUDIT_DENIED},
        {.object = T_RE, .kss = KSM_AUDIT_GRANTED, .emit = KSM_EMIT_MATCH},
};
static const KsmAuditTerm terms_3[] = {{.object = T_RE, .kss = KSM_AUDIT_GRANTED, .emit = KSM_EMIT_SELECT}};
static const KsmAuditLevel watch_levels[] = {
        {.level = 0, .n_terms = 0},
        {.level = 1, .n_terms = 1, .terms = terms_1},
        {.level = 2, .n_terms = 4, .terms = terms_2},
        {.level = 3, .n_terms = 1, .terms = terms_3},
};
static const KsmProfile profiles[T_PROFILES] = {
        [T_PROFILE_EMPTY] = {.name = "empty"},
        [T_PROFILE_WATCH] = {.name = "watch", .n_levels = 4, .levels = watch_levels},
};

/* Rules ------------------------------------------------------------------------------------------------- */

static const TStep *script;
static size_t script_size;
static void (*script_body)(KsmCall *c);

static void keep(const TStep *step, KsmInt value) {
        if (step->ret)
                *step->ret = value;
}

static KsmText text_of(const TStep *step) {
        return (KsmText){.bytes = step->text, .size = (uint32_t)strlen(step->text)};
}

static void run_flow(KsmCall *c, uint32_t site, const TStep *s) {
        if (s->method == KSM_FLOW_INIT)
                ksm_flow_init(c, site, s->sid);
        else if (s->method == KSM_FLOW_FINI)
                ksm_flow_fini(c, site, s->sid);
        else if (s->method == KSM_FLOW_ENTER)
                ksm_flow_enter(c, site, s->sid, s->index);
        else if (s->method == KSM_FLOW_ALLOW)
                ksm_flow_allow(c, site, s->sid, s->states);
        else
                keep(s, ksm_flow_query(c, site, s->sid));
}

static void run_set(KsmCall *c, uint32_t site, const TStep *s) {
        if (s->method == KSM_SET_INIT)
                ksm_set_init(c, site, s->sid);
        else if (s->method == KSM_SET_FINI)
                ksm_set_fini(c, site, s->sid);
        else if (s->method == KSM_SET_ADD)
                ksm_set_add(c, site, s->sid, s->entry);
        else if (s->method == KSM_SET_REMOVE)
                ksm_set_remove(c, site, s->sid, s->entry);
        else
                keep(s, ksm_set_contains(c, site, s->sid, s->entry));
}

static void run_map(KsmCall *c, uint32_t site, const TStep *s) {
        uint32_t key = s->text ? ksm_map_key(c, site, text_of(s)) : s->index;

        if (s->method == KSM_MAP_INIT)
                ksm_map_init(c, site, s->sid);
        else if (s->method == KSM_MAP_FINI)
                ksm_map_fini(c, site, s->sid);
        else if (s->method == KSM_MAP_SET)
                ksm_map_set(c, site, s->sid, key, s->value);
        else if (s->method == KSM_MAP_COMMIT)
                ksm_map_commit(c, site, s->sid);
        else if (s->method == KSM_MAP_ROLLBACK)
                ksm_map_rollback(c, site, s->sid);
        else if (s->method == KSM_MAP_GET)
                keep(s, ksm_map_get(c, site, s->sid, key));
        else
                keep(s, ksm_map_get_uncommited(c, site, s->sid, key));
}

static void run_mic_flow(KsmCall *c, uint32_t site, const TStep *s) {
        static const KsmLevel labels[] = {{.degree = 0}, {.degree = 1}, {.degree = 2}};

        if (s->method == KSM_MIC_CALL)
                ksm_mic_call(c, site, s->sid, s->target);
        else if (s->method == KSM_MIC_INVOKE)
                ksm_mic_invoke(c, site, s->sid, s->target);
        else if (s->method == KSM_MIC_READ)
                ksm_mic_read(c, site, s->sid, s->target);
        else if (s->method == KSM_MIC_WRITE)
                ksm_mic_write(c, site, s->sid, s->target);
        else
                keep(s, ksm_mic_query_level(c, site, s->sid, labels, 3));
}

static void run_mic(KsmCall *c, uint32_t site, const TStep *s) {
        if (s->method == KSM_MIC_CREATE)
                ksm_mic_create(c, site, s->sid, s->target, s->container, s->driver, s->level);
        else if (s->method == KSM_MIC_DELETE)
                ksm_mic_delete(c, site, s->sid, s->target, s->container, s->driver);
        else if (s->method == KSM_MIC_EXECUTE)
                ksm_mic_execute(c, site, s->sid, s->target, s->level, s->level_r);
        else if (s->method == KSM_MIC_UPGRADE)
                ksm_mic_upgrade(c, site, s->sid, s->target, s->container, s->driver, s->level);
        else
                run_mic_flow(c, site, s);
}

static void run_base(KsmCall *c, uint32_t site, const TStep *s) {
        if (s->method == KSM_BASE_GRANT)
                ksm_base_grant(c, site);
        else if (s->method == KSM_BASE_DENY)
                ksm_base_deny(c, site, s->condition);
        else
                ksm_base_assert(c, site, s->condition);
}

static void run_regex(KsmCall *c, uint32_t site, const TStep *s) {
        static const uint32_t labels[] = {T_RED, T_DIGITS};

        if (s->method == KSM_RE_MATCH)
                keep(s, ksm_re_match(c, site, text_of(s), s->index));
        else
                keep(s, ksm_re_select(c, site, text_of(s), labels, 2));
}

static void (*const runners[KSM_N_MODELS])(KsmCall *, uint32_t, const TStep *) = {
        [KSM_MODEL_BASE] = run_base,
        [KSM_MODEL_BOOL] = run_base,
        [KSM_MODEL_FLOW] = run_flow,
        [KSM_MODEL_SET] = run_set,
        [KSM_MODEL_MAP] = run_map,
        [KSM_MODEL_MIC] = run_mic,
        [KSM_MODEL_REGEX] = run_regex,
};

static void run_script(KsmCall *c) {
        if (script_body) {
                script_body(c);
                return;
        }
        for (size_t i = 0; i < script_size; i++) {
                const TStep *step = script + i;

                if (step->is_broken)
                        ksm_fail(c, KSM_WHY_INDEX);
                runners[objects[step->object].model](c, t_site(step->object, step->method), step);
        }
}

/* Module --------------------------------------------------------------------------------------------------
 */

static const char *const method_names[] = {"Open", "Close"};
static const KsmEndpoint endpoints[] = {
        {.name = "ctl.door", .iface = "test.IDoor", .methods = method_names, .n_methods = 2}};
static const KsmEndpoint security[] = {
        {.name = "", .iface = "test.IAsk", .methods = method_names, .n_methods = 1}};
static const KsmClass classes[N_CLASSES] = {
        {.name = "test.A", .security = security, .n_security = 1},
        {.name = "test.B", .endpoints = endpoints, .n_endpoints = 1},
};

static KsmDecision decisions[] = {
        {.verdict = KSM_NEVER, .reason = "no rule is bound"},
        {.run = run_script, .verdict = KSM_DEPENDS, .reason = "the test decides", .sites = repeated_sites},
};
static const uint32_t no_rows[N_CLASSES + 1] = {0, 0, 0};
static const uint32_t all_rows[N_CLASSES + 1] = {1, 1, 1};
static const uint32_t *const no_routes[N_CLASSES + 1] = {no_rows, no_rows, no_rows};
static const uint32_t *const all_routes[N_CLASSES + 1] = {all_rows, all_rows, all_rows};
static const KsmMethods methods[] = {
        {.n_endpoints = 0},
        {.n_endpoints = 1, .first = (const uint32_t[]){0, 2}, .decisions = (const uint32_t[]){1, 1}},
};

void t_policy_init(TPolicy *p) {
        KsmProblem problem;

        make_sites();
        decisions[1].n_sites = n_sites * REPETITIONS;
        *p = (TPolicy){
                .module = {.magic = KSM_MODULE_MAGIC,
                        .version = KSM_MODULE_VERSION,
                        .name = "test.psl",
                        .n_classes = N_CLASSES,
                        .classes = classes,
                        .kernel_class = KSM_NONE,
                        .n_objects = T_N_OBJECTS,
                        .objects = objects,
                        .n_patterns = 3,
                        .patterns = patterns,
                        .n_sites = n_sites,
                        .sites = sites,
                        .n_profiles = T_PROFILES,
                        .profiles = profiles,
                        .audit_level = 1,
                        .n_decisions = 2,
                        .decisions = decisions,
                        .n_methods = 2,
                        .methods = methods,
                        .routes = {all_routes, all_routes, all_routes, no_routes, all_routes}},
        };
        t_use_profile(T_PROFILE_EMPTY);
        if (ksm_new(&p->module, &problem, &p->ksm) != 0)
                fail_msg("%s", problem.text);
        assert_int_equal(ksm_record_init(&p->record, p->ksm), 0);
        assert_int_equal(ksm_subject_new(p->ksm, 0, &p->a), 0);
        assert_int_equal(ksm_subject_new(p->ksm, 1, &p->b), 0);
        assert_int_equal(ksm_resource_new(p->ksm, &p->c), 0);
}

void t_policy_deinit(TPolicy *p) {
        ksm_record_deinit(&p->record);
        p->ksm = ksm_free(p->ksm);
}

/* Events ------------------------------------------------------------------------------------------------ */

bool t_decide(TPolicy *p, const KsmEvent *event, const TStep *steps, size_t n) {
        script = steps;
        script_size = n;
        script_body = NULL;
        return ksm_decide(p->ksm, event, &p->record);
}

bool t_run(TPolicy *p, const TStep *steps, size_t n) {
        return t_decide(p, &(KsmEvent){.kind = KSM_REQUEST, .src = p->a, .dst = p->b}, steps, n);
}

bool t_run_body(TPolicy *p, void (*body)(KsmCall *c), const void *message, uint32_t size, const void *arena,
        uint32_t arena_size) {
        KsmEvent event = {.kind = KSM_REQUEST,
                .src = p->a,
                .dst = p->b,
                .message = message,
                .arena = arena,
                .message_size = size,
                .arena_size = arena_size};

        script_body = body;
        return ksm_decide(p->ksm, &event, &p->record);
}

void t_set_body(void (*body)(KsmCall *c)) {
        script_body = body;
}

static void check(TPolicy *p, KsmOutcome outcome, KsmWhy why) {
        const KsmResult *result = p->record.results;

        assert_true(p->record.n_results > 0);
        if (result->outcome != outcome || result->why != why)
                fail_msg("%s (%s) instead of %s (%s)", ksm_outcome_text((KsmOutcome)result->outcome),
                        ksm_why_text((KsmWhy)result->why), ksm_outcome_text(outcome), ksm_why_text(why));
}

void t_grants(TPolicy *p, TStep step) {
        bool is_granted = t_run(p, &step, 1);

        check(p, KSM_GRANTED, KSM_WHY_NONE);
        assert_true(is_granted);
}

void t_denies(TPolicy *p, TStep step, KsmWhy why) {
        bool is_granted = t_run(p, &step, 1);

        check(p, KSM_DENIED, why);
        assert_false(is_granted);
}

static bool run_inside_rule(TPolicy *p, TStep step) {
        const TStep steps[] = {step, {.object = T_BASE, .method = KSM_BASE_GRANT}};

        return t_run(p, steps, 2);
}

void t_yields(TPolicy *p, TStep step, KsmInt value) {
        KsmInt found = -1000;
        bool is_granted;

        step.ret = &found;
        is_granted = run_inside_rule(p, step);
        check(p, KSM_GRANTED, KSM_WHY_NONE);
        assert_true(is_granted);
        assert_true(found == value);
}

void t_fails(TPolicy *p, TStep step, KsmWhy why) {
        bool is_granted = run_inside_rule(p, step);

        check(p, KSM_FAILED, why);
        assert_false(is_granted);
        assert_int_equal(p->record.results[1].outcome, KSM_FAILED);
        assert_int_equal(p->record.results[1].why, why);
}

/* Random ------------------------------------------------------------------------------------------------- */

uint64_t t_seed(uint64_t fallback) {
        const char *text = getenv("T_SEED");
        uint64_t seed = text ? strtoull(text, NULL, 0) : fallback;

        print_message("# seed %llu; set it with T_SEED\n", (unsigned long long)seed);
        return seed ? seed : 1;
}

uint32_t t_random(uint64_t *state, uint32_t below) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return (uint32_t)((*state >> 33) % below);
}
