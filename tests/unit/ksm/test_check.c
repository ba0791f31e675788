/* SPDX-License-Identifier: MIT */
/*
 * Opening a module: each table that is not sound is refused with its place; limits at, below and above.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "policy.h"

static TPolicy p;

static int setup(void **state) {
        (void)state;
        t_policy_init(&p);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        t_policy_deinit(&p);
        return 0;
}

static void opens(const KsmModule *module) {
        KsmProblem problem = {""};
        Ksm *ksm = NULL;

        if (ksm_new(module, &problem, &ksm) != 0)
                fail_msg("%s", problem.text);
        ksm_free(ksm);
}

static void refused(const KsmModule *module, const char *text) {
        KsmProblem problem = {""};
        Ksm *ksm = NULL;

        assert_int_equal(ksm_new(module, &problem, &ksm), KSM_E_MODULE);
        assert_null(ksm);
        if (!strstr(problem.text, text))
                fail_msg("'%s' instead of '%s'", problem.text, text);
}

static void another_file_or_version_is_refused(void **state) {
        KsmModule m = p.module;

        (void)state;
        m.magic++;
        refused(&m, "no security module");
        m = p.module;
        m.version++;
        refused(&m, "compile the policy again");
}

static void missing_tables_are_refused(void **state) {
        KsmModule m = p.module;

        (void)state;
        m.n_profiles = 0;
        refused(&m, "audit profile");
        m = p.module;
        m.n_decisions = 0;
        refused(&m, "no decision");
        m = p.module;
        m.n_methods = 0;
        refused(&m, "table of methods");
        m = p.module;
        m.sites = NULL;
        refused(&m, "sites");
        m = p.module;
        m.kernel_class = m.n_classes;
        refused(&m, "for the kernel");
        m = p.module;
        m.routes[KSM_SECURITY] = NULL;
        refused(&m, "event security");
}

static void counts_have_limits(void **state) {
        KsmModule m = p.module;

        (void)state;
        m.n_classes = KSM_CLASSES_MAX + 1;
        refused(&m, "4097 classes, at most 4096");
        m = p.module;
        m.n_objects = KSM_OBJECTS_MAX + 1;
        refused(&m, "1025 objects, at most 1024");
        m = p.module;
        m.n_patterns = KSM_PATTERNS_MAX + 1;
        refused(&m, "16385 patterns, at most 16384");
}

/* The module with one object changed. */
static KsmObject objects[T_N_OBJECTS];

static KsmModule with_object(TObject number, KsmObject object) {
        KsmModule m = p.module;

        memcpy(objects, p.module.objects, sizeof(objects));
        objects[number] = object;
        m.objects = objects;
        return m;
}

static KsmModule with_flow(const KsmFlow *flow) {
        return with_object(T_DOOR, (KsmObject){.name = "door", .model = KSM_MODEL_FLOW, .flow = flow});
}

static void states_of_flow_have_a_limit(void **state) {
        static const char *names[KSM_FLOW_STATES_MAX + 1];
        static uint64_t transitions[(KSM_FLOW_STATES_MAX + 1) * KSM_WORDS(KSM_FLOW_STATES_MAX + 1)];
        KsmFlow flow = {.states = names, .transitions = transitions, .n_states = KSM_FLOW_STATES_MAX - 1};
        KsmModule m = with_flow(&flow);

        (void)state;
        opens(&m);
        flow.n_states = KSM_FLOW_STATES_MAX;
        flow.initial = KSM_FLOW_STATES_MAX - 1;
        opens(&m);
        flow.n_states = KSM_FLOW_STATES_MAX + 1;
        refused(&m, "door: 1025 states");
        flow.n_states = 0;
        refused(&m, "door: 0 states");
        flow = (KsmFlow){.states = names, .transitions = transitions, .n_states = 2, .initial = 2};
        refused(&m, "door: no state 2");
        m = with_flow(NULL);
        refused(&m, "door: no configuration");
}

static KsmModule with_set(const KsmSet *set) {
        return with_object(T_SET, (KsmObject){.name = "opened", .model = KSM_MODEL_SET, .set = set});
}

static void parameters_of_hash_set_have_limits(void **state) {
        static const uint8_t fields[KSM_SET_FIELDS_MAX + 1];
        static const uint8_t unknown[] = {KSM_N_TYPES};
        const KsmSet good = {.n_fields = KSM_SET_FIELDS_MAX, .set_size = 1, .pool_size = 1, .fields = fields};
        KsmSet set = good;
        KsmModule m = with_set(&set);

        (void)state;
        opens(&m);
        set.n_fields = KSM_SET_FIELDS_MAX - 1;
        opens(&m);
        set.n_fields = KSM_SET_FIELDS_MAX + 1;
        refused(&m, "opened: 33 fields");
        set.n_fields = 0;
        refused(&m, "opened: 0 fields");
        set = good;
        set.n_fields = 1;
        set.set_size = KSM_SET_SIZE_MAX;
        opens(&m);
        set.set_size = KSM_SET_SIZE_MAX + 1;
        refused(&m, "set_size 1048577");
        set.set_size = 0;
        refused(&m, "set_size 0");
        set = good;
        set.fields = unknown;
        set.n_fields = 1;
        refused(&m, "no type 9");
}

static void pools_have_limits(void **state) {
        static const uint8_t fields[1];
        KsmSet set = {.n_fields = 1, .set_size = 1, .pool_size = KSM_POOL_SIZE_MAX, .fields = fields};
        KsmModule m = with_set(&set);

        (void)state;
        opens(&m);
        set.pool_size = KSM_POOL_SIZE_MAX + 1;
        refused(&m, "pool_size 65537");
        set.pool_size = 0;
        opens(&m);
        set.set_size = KSM_SET_SIZE_MAX; /* 48 bytes for each entry, as the check counts them */
        set.pool_size = 5;
        opens(&m);
        set.pool_size = 6;
        refused(&m, "its pool takes more than 268435456 bytes");
}

static KsmModule with_map(const KsmMap *map) {
        return with_object(T_MAP, (KsmObject){.name = "limits", .model = KSM_MODEL_MAP, .map = map});
}

static void keys_and_values_of_static_map_are_checked(void **state) {
        static KsmKey keys[KSM_MAP_KEYS_MAX + 1];
        KsmMap map = {.type = KSM_S8, .n_keys = KSM_MAP_KEYS_MAX, .pool_size = 1, .keys = keys};
        KsmModule m = with_map(&map);

        (void)state;
        opens(&m);
        map.n_keys = KSM_MAP_KEYS_MAX - 1;
        opens(&m);
        map.n_keys = KSM_MAP_KEYS_MAX + 1;
        refused(&m, "limits: 4097 keys");
        map.n_keys = 2;
        keys[1].initial = 127;
        opens(&m);
        keys[1].initial = 128;
        refused(&m, "key 1 does not fit");
        keys[1].initial = 0;
        map.type = KSM_BOOLEAN;
        refused(&m, "no integers");
}

static KsmModule with_mic(const KsmMic *mic) {
        return with_object(T_MIC, (KsmObject){.name = "mic", .model = KSM_MODEL_MIC, .mic = mic});
}

static void levels_of_mic_have_limits(void **state) {
        static const char *names[KSM_MIC_DEGREES_MAX];
        KsmMic mic = {.n_degrees = KSM_MIC_DEGREES_MAX,
                .n_categories = KSM_MIC_CATEGORIES_MAX,
                .degrees = names,
                .categories = names};
        KsmModule m = with_mic(&mic);

        (void)state;
        opens(&m);
        mic.n_categories = KSM_MIC_CATEGORIES_MAX + 1;
        refused(&m, "mic: 65 categories");
        mic.n_categories = 0;
        mic.n_degrees = KSM_MIC_DEGREES_MAX + 1;
        refused(&m, "mic: 65537 degrees");
        mic.n_degrees = 0;
        refused(&m, "mic: 0 degrees");
}

static void a_site_must_call_a_method_of_its_object(void **state) {
        KsmSite *sites = calloc(p.module.n_sites, sizeof(*sites));
        KsmModule m = p.module;

        (void)state;
        memcpy(sites, m.sites, m.n_sites * sizeof(*sites));
        m.sites = sites;
        sites[0].method = KSM_FLOW_INIT;
        refused(&m, "site 0: object base has no method");
        sites[0] = p.module.sites[0];
        sites[1].method = KSM_N_METHODS;
        refused(&m, "site 1");
        sites[1] = p.module.sites[1];
        sites[2].object = T_N_OBJECTS;
        refused(&m, "site 2");
        sites[2] = p.module.sites[2];
        sites[2].profile = T_PROFILES;
        refused(&m, "site 2");
        free(sites);
}

static void a_profile_must_name_objects(void **state) {
        static const KsmAuditTerm term = {.object = T_N_OBJECTS};
        static const KsmAuditLevel level = {.n_terms = 1, .terms = &term};
        KsmProfile profiles[T_PROFILES] = {
                {.name = "empty"}, {.name = "bad", .n_levels = 1, .levels = &level}};
        KsmModule m = p.module;

        (void)state;
        m.profiles = profiles;
        refused(&m, "profile bad");
}

static void a_pattern_must_compile(void **state) {
        KsmPattern patterns[3];
        KsmModule m = p.module;

        (void)state;
        memcpy(patterns, m.patterns, sizeof(patterns));
        patterns[1].text = KSM_TEXT("a(b");
        m.patterns = patterns;
        refused(&m, "pattern 1, `a(b`, byte 1: a group is not closed");
}

static void nothing(KsmCall *c) {
        (void)c;
}

static void decisions_must_name_sites(void **state) {
        static uint32_t sites[KSM_CALLS_MAX + 1];
        KsmDecision decisions[2] = {
                {.run = NULL}, {.run = nothing, .sites = sites, .n_sites = KSM_CALLS_MAX}};
        KsmModule m = p.module;

        (void)state;
        m.decisions = decisions;
        opens(&m);
        decisions[1].n_sites = KSM_CALLS_MAX + 1;
        refused(&m, "decision 1: 4097 calls");
        decisions[1].n_sites = 1;
        sites[0] = m.n_sites;
        refused(&m, "decision 1: no site");
        sites[0] = 0;
        decisions[0].run = nothing;
        refused(&m, "decision 0 has rules");
}

static void routes_must_end_in_tables(void **state) {
        static const uint32_t row[] = {0, 2, 0};
        static const uint32_t *const rows[] = {row, row, row};
        static const uint32_t *const short_rows[] = {row, NULL, row};
        KsmModule m = p.module;

        (void)state;
        m.routes[KSM_EXECUTE] = rows;
        refused(&m, "routes of the event execute");
        m.routes[KSM_EXECUTE] = short_rows;
        refused(&m, "event execute");
}

static void tables_of_methods_must_end_in_decisions(void **state) {
        static const uint32_t first[] = {0, 2, 1}, decisions[] = {1, 2};
        KsmMethods methods[2] = {
                {.n_endpoints = 0}, {.n_endpoints = 1, .first = first, .decisions = decisions}};
        KsmModule m = p.module;

        (void)state;
        m.methods = methods;
        refused(&m, "table of methods 1: no decision 2");
        methods[1].n_endpoints = 2;
        refused(&m, "table of methods 1 is not in order");
        methods[1].first = NULL;
        refused(&m, "table of methods 1 is not complete");
}

static void effects_of_one_event_have_a_limit(void **state) {
        static KsmKey keys[KSM_MAP_KEYS_MAX];
        static uint32_t sites[KSM_CALLS_MAX];
        KsmMap map = {.type = KSM_U32, .n_keys = KSM_MAP_KEYS_MAX, .pool_size = 1, .keys = keys};
        KsmDecision decisions[2] = {
                {.run = NULL}, {.run = nothing, .sites = sites, .n_sites = KSM_CALLS_MAX}};
        KsmModule m = with_map(&map);

        (void)state;
        for (size_t i = 0; i < KSM_CALLS_MAX; i++)
                sites[i] = t_site(T_MAP, KSM_MAP_INIT);
        m.decisions = decisions;
        refused(&m, "one event may change");
        decisions[1].n_sites = 1000;
        opens(&m);
}

static void a_file_that_is_no_module_is_refused(void **state) {
        const KsmModule *module = NULL;
        KsmProblem problem = {""};

        (void)state;
        assert_int_equal(ksm_module_load("/nowhere/ksm.module", &problem, &module), KSM_E_MODULE);
        assert_non_null(strstr(problem.text, "/nowhere/ksm.module"));
        assert_int_equal(ksm_module_load("libpthread.so.0", &problem, &module), KSM_E_MODULE);
        assert_non_null(strstr(problem.text, "ksm_module"));
        assert_null(module);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(another_file_or_version_is_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(missing_tables_are_refused, setup, teardown),
                cmocka_unit_test_setup_teardown(counts_have_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(states_of_flow_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(parameters_of_hash_set_have_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(pools_have_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(keys_and_values_of_static_map_are_checked, setup, teardown),
                cmocka_unit_test_setup_teardown(levels_of_mic_have_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(a_site_must_call_a_method_of_its_object, setup, teardown),
                cmocka_unit_test_setup_teardown(a_profile_must_name_objects, setup, teardown),
                cmocka_unit_test_setup_teardown(a_pattern_must_compile, setup, teardown),
                cmocka_unit_test_setup_teardown(decisions_must_name_sites, setup, teardown),
                cmocka_unit_test_setup_teardown(routes_must_end_in_tables, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_of_methods_must_end_in_decisions, setup, teardown),
                cmocka_unit_test_setup_teardown(effects_of_one_event_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_that_is_no_module_is_refused, setup, teardown),
        };

        return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
