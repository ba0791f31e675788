/* SPDX-License-Identifier: MIT */
/*
 * Limits of what policies mean: at, below and above each; and they are those of the security module.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ksm/ksm_tables.h"
#include "nkc_policy.h"
#include "psl/policy.h"
#include "support/descriptions.h"

_Static_assert(POL_CLASSES_MAX == KSM_CLASSES_MAX, "classes");
_Static_assert(POL_OBJECTS_MAX == KSM_OBJECTS_MAX, "objects");
_Static_assert(POL_CALLS_MAX == KSM_CALLS_MAX, "calls");
_Static_assert(POL_STATES_MAX == KSM_FLOW_STATES_MAX, "states");
_Static_assert(POL_ENTRY_FIELDS_MAX == KSM_SET_FIELDS_MAX, "parts of an entry");
_Static_assert(POL_SET_SIZE_MAX == KSM_SET_SIZE_MAX, "set_size");
_Static_assert(POL_POOL_SIZE_MAX == KSM_POOL_SIZE_MAX, "pool_size");
_Static_assert(POL_POOL_BYTES_MAX == KSM_POOL_BYTES_MAX, "bytes of a pool");
_Static_assert(POL_KEYS_MAX == KSM_MAP_KEYS_MAX, "keys");
_Static_assert(POL_DEGREES_MAX == KSM_MIC_DEGREES_MAX, "degrees");
_Static_assert(POL_CATEGORIES_MAX == KSM_MIC_CATEGORIES_MAX, "categories");
_Static_assert(POL_PATTERNS_MAX == KSM_PATTERNS_MAX, "patterns");

/* The policy of one test, and the session that compiles it. */
typedef struct Limits {
        Descr d;
        Text text;
        const PolPolicy *policy;
} Limits;

static int setup(void **state) {
        static Limits l;

        l = (Limits){.text = TEXT_NULL};
        descr_init(&l.d);
        descr_put(&l.d, "demo/ICall.idl", "package demo.ICall\ninterface { Put(in string<32> text); }\n");
        descr_put(&l.d, "demo/Server.edl", "entity demo.Server\nendpoints { call : demo.ICall }\n");
        *state = &l;
        return 0;
}

static int teardown(void **state) {
        Limits *l = *state;

        text_deinit(&l->text);
        descr_deinit(&l->d);
        return 0;
}

static void begin(Limits *l) {
        text_clear(&l->text);
        text_puts(&l->text, "policy object base : Base {}\nuse EDL demo.Server\nrequest { grant () }\n");
}

/* Numbers from 0 on with something before and behind, and commas between. */
static void list(Limits *l, const char *before, const char *behind, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                text_printf(&l->text, "%s%s%u%s", i > 0 ? ", " : "", before, i, behind);
}

static bool compiles(Limits *l) {
        char path[256];

        descr_put(&l->d, "security.psl", text_str(&l->text));
        snprintf(path, sizeof path, "%s/security.psl", l->d.folder);
        l->policy = nkc_policy_compile(l->d.session, path, NULL);
        return l->policy != NULL;
}

static void is_accepted(Limits *l) {
        if (!compiles(l))
                fail_msg("%s", text_str(&l->d.said));
}

/* With that message and no other error. */
static void is_refused(Limits *l, unsigned number) {
        unsigned before = descr_count(&l->d, number);

        assert_false(compiles(l));
        if (descr_count(&l->d, number) != before + 1)
                fail_msg("%s", text_str(&l->d.said));
}

typedef void Write(Limits *l, uint32_t n);

static void has_limit(Limits *l, Write *write, uint32_t limit, unsigned number) {
        for (uint32_t n = limit - 1; n <= limit; n++) {
                begin(l);
                write(l, n);
                is_accepted(l);
        }
        begin(l);
        write(l, limit + 1);
        is_refused(l, number);
}

/* Names ----------------------------------------------------------------------------------------------- */

/* One class is there. */
static void write_classes(Limits *l, uint32_t n) {
        for (uint32_t i = 1; i < n; i++)
                text_printf(&l->text, "task class demo.C%u : demo.Server\n", i);
}

static void classes_have_a_limit(void **state) {
        has_limit(*state, write_classes, POL_CLASSES_MAX, DIAG_POL_LIMIT);
}

/* One object is there. */
static void write_objects(Limits *l, uint32_t n) {
        for (uint32_t i = 1; i < n; i++)
                text_printf(&l->text, "policy object o%u : Base {}\n", i);
}

static void objects_have_a_limit(void **state) {
        has_limit(*state, write_objects, POL_OBJECTS_MAX, DIAG_POL_LIMIT);
}

/* One call is there. */
static void write_calls(Limits *l, uint32_t n) {
        text_puts(&l->text, "request dst=demo.Server {");
        for (uint32_t i = 1; i < n; i++)
                text_puts(&l->text, " grant ()");
        text_puts(&l->text, " }\n");
}

static void calls_of_one_event_have_a_limit(void **state) {
        has_limit(*state, write_calls, POL_CALLS_MAX, DIAG_POL_LIMIT);
}

static void write_patterns(Limits *l, uint32_t n) {
        text_puts(&l->text, "policy object re : Regex {}\n");
        for (uint32_t first = 0; first < n; first += 1000) {
                text_puts(&l->text,
                        "request dst=demo.Server method=Put { choice (re.select {text : message.text}) {");
                for (uint32_t i = first; i < first + 1000 && i < n; i++)
                        text_printf(&l->text, " \"p%u\" : { }", i);
                text_puts(&l->text, " _ : grant () } }\n");
        }
}

static void patterns_have_a_limit(void **state) {
        has_limit(*state, write_patterns, POL_PATTERNS_MAX, DIAG_POL_LIMIT);
}

static void a_pattern_written_again_counts_once(void **state) {
        Limits *l = *state;

        begin(l);
        write_patterns(l, 3);
        text_puts(&l->text,
                "request dst=demo.Server method=Put {\n"
                "choice (re.select {text : message.text}) { \"p1\" : grant () \"p3\" : grant () } }\n");
        is_accepted(l);
        assert_int_equal(l->policy->n_patterns, 4);
}

/* Configurations --------------------------------------------------------------------------------------- */

static void write_states(Limits *l, uint32_t n) {
        text_puts(&l->text, "policy object flow : Flow {\ntype State = ");
        for (uint32_t i = 0; i < n; i++)
                text_printf(&l->text, "%s\"s%u\"", i > 0 ? " | " : "", i);
        text_puts(&l->text, "\nconfig = {states : [");
        list(l, "\"s", "\"", n);
        text_printf(&l->text, "], initial : \"s%u\", transitions : {\"s0\" : [\"s%u\"]}} }\n", n - 1, n - 1);
}

static void states_have_a_limit(void **state) {
        has_limit(*state, write_states, POL_STATES_MAX, DIAG_POL_LIMIT);
}

static void write_set(Limits *l, uint32_t n_fields, uint32_t set_size, uint32_t pool_size) {
        text_puts(&l->text, "policy object set : HashSet {\ntype Entry = {");
        list(l, "f", " : UInt8", n_fields);
        text_printf(&l->text, "}\nconfig = {set_size : %u, pool_size : %u} }\n", set_size, pool_size);
}

static void write_entry(Limits *l, uint32_t n) {
        write_set(l, n, 1, 1);
}

static void parts_of_an_entry_have_a_limit(void **state) {
        has_limit(*state, write_entry, POL_ENTRY_FIELDS_MAX, DIAG_POL_LIMIT);
}

static void write_set_size(Limits *l, uint32_t n) {
        write_set(l, 1, n, 1);
}

static void entries_of_a_table_have_a_limit(void **state) {
        has_limit(*state, write_set_size, POL_SET_SIZE_MAX, DIAG_POL_SIZE);
        begin(*state);
        write_set_size(*state, 0);
        is_refused(*state, DIAG_POL_SIZE);
}

static void write_set_pool(Limits *l, uint32_t n) {
        write_set(l, 1, 1, n);
}

static void write_keys(Limits *l, uint32_t n, uint32_t pool_size) {
        text_puts(&l->text, "policy object map : StaticMap {\ntype Value = UInt8\nconfig = {keys : {");
        list(l, "\"k", "\" : 1", n);
        text_printf(&l->text, "}, pool_size : %u} }\n", pool_size);
}

static void write_map_pool(Limits *l, uint32_t n) {
        write_keys(l, 1, n);
}

static void tables_of_a_pool_have_a_limit(void **state) {
        has_limit(*state, write_set_pool, POL_POOL_SIZE_MAX, DIAG_POL_SIZE);
        has_limit(*state, write_map_pool, POL_POOL_SIZE_MAX, DIAG_POL_SIZE);
        begin(*state);
        write_set_pool(*state, 0);
        is_refused(*state, DIAG_POL_SIZE);
        begin(*state);
        write_map_pool(*state, 0);
        is_refused(*state, DIAG_POL_SIZE);
}

#define FULL_TABLES 16u
#define FULL_SIZE   349524u /* 16 tables of it are exactly as large as a pool may be */
_Static_assert(POL_SET_BYTES(FULL_SIZE, 1) * FULL_TABLES == POL_POOL_BYTES_MAX, "full");

static void write_full_set(Limits *l, uint32_t n) {
        write_set(l, 1, n, FULL_TABLES);
}

static void write_full_map(Limits *l, uint32_t n) {
        write_keys(l, n, 4096);
}

static void bytes_of_a_pool_have_a_limit(void **state) {
        has_limit(*state, write_full_set, FULL_SIZE, DIAG_POL_LIMIT);
        has_limit(*state, write_full_map, 4095, DIAG_POL_LIMIT);
}

static void write_one_map(Limits *l, uint32_t n) {
        write_keys(l, n, 1);
}

static void keys_have_a_limit(void **state) {
        has_limit(*state, write_one_map, POL_KEYS_MAX, DIAG_POL_LIMIT);
}

static void write_degrees(Limits *l, uint32_t n) {
        text_puts(&l->text, "policy object mic : Mic { config = [");
        list(l, "\"d", "\"", n);
        text_puts(&l->text, "] }\n");
}

static void degrees_have_a_limit(void **state) {
        has_limit(*state, write_degrees, POL_DEGREES_MAX, DIAG_POL_LIMIT);
}

static void write_categories(Limits *l, uint32_t n) {
        text_puts(&l->text, "policy object mic : Mic { config = {degrees : [\"low\"], categories : [");
        list(l, "\"c", "\"", n);
        text_puts(&l->text, "]} }\n");
}

static void categories_have_a_limit(void **state) {
        has_limit(*state, write_categories, POL_CATEGORIES_MAX, DIAG_POL_LIMIT);
}

/* Texts of calls ------------------------------------------------------------------------------------------
 */

/* A call of n bytes: assert (1 == 1…), spaces counted. */
static void write_call_text(Limits *l, uint32_t n) {
        text_puts(&l->text, "execute { assert (1 == 0x");
        for (uint32_t i = strlen("assert (1 == 0x1)"); i < n; i++)
                text_puts(&l->text, "0");
        text_puts(&l->text, "1) }\n");
}

static void the_text_of_a_call_is_shown_up_to_a_limit(void **state) {
        Limits *l = *state;

        for (uint32_t n = POL_TEXT_SHOWN - 1; n <= POL_TEXT_SHOWN + 1; n++) {
                bool is_cut = n > POL_TEXT_SHOWN;
                const char *shown;

                begin(l);
                write_call_text(l, n);
                is_accepted(l);
                shown = l->policy->sites[l->policy->n_sites - 1]->text;
                assert_int_equal(strstr(shown, "…") != NULL, is_cut);
                assert_int_equal(strlen(shown), is_cut ? POL_TEXT_SHOWN + strlen("…") : n);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(classes_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(objects_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(calls_of_one_event_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(patterns_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(a_pattern_written_again_counts_once, setup, teardown),
                cmocka_unit_test_setup_teardown(states_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(parts_of_an_entry_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(entries_of_a_table_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(tables_of_a_pool_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(bytes_of_a_pool_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(keys_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(degrees_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(categories_have_a_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(the_text_of_a_call_is_shown_up_to_a_limit, setup, teardown),
        };

        return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
