/* SPDX-License-Identifier: MIT */
/*
 * init.yaml reader: what is accepted, and each limit from both sides. What is refused, and in
 * which words, is in tests/golden/bad-at-init.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/bounds.h"
#include "reading.h"

static Reading *read_good(const char *text) {
        Reading *r = reading_new(text, strlen(text));

        if (r->problems.n_found) {
                char *shown = reading_print(r);

                print_error("%s", shown);
                free(shown);
        }
        assert_int_equal(r->problems.n_found, 0);
        return r;
}

/* --- what is accepted --- */

static void every_key_is_read(void **state) {
        Reading *r = read_good("entities:\n"
                               "- name: demo.Client\n"
                               "  task: client1\n"
                               "  path: bin/Client\n"
                               "  args: [ \"-v\", '', x y ]\n"
                               "  env:\n"
                               "    MODE: test\n"
                               "    EMPTY:\n"
                               "  before: [ late ]\n"
                               "  after: [ early ]\n"
                               "  connections:\n"
                               "  - target: demo.Server\n"
                               "    id: server_connection\n"
                               "    deadline: 250\n");
        const SolTask *task = &r->sol.tasks[0];

        (void)state;
        assert_int_equal(r->sol.n_tasks, 1);
        assert_string_equal(task->class_name.text, "demo.Client");
        assert_string_equal(task->name.text, "client1");
        assert_string_equal(task->path.text, "bin/Client");
        assert_int_equal(task->args.n_items, 3);
        assert_string_equal(task->args.items[0].text, "-v");
        assert_string_equal(task->args.items[1].text, "");
        assert_string_equal(task->args.items[2].text, "x y");
        assert_int_equal(task->env.n_items, 2);
        assert_string_equal(task->env.items[0].text, "MODE=test");
        assert_string_equal(task->env.items[1].text, "EMPTY=");
        assert_string_equal(task->before.items[0].text, "late");
        assert_string_equal(task->after.items[0].text, "early");
        assert_int_equal(task->n_channels, 1);
        assert_string_equal(task->channels[0].target.text, "demo.Server");
        assert_string_equal(task->channels[0].id.text, "server_connection");
        assert_int_equal(task->channels[0].deadline_ms, 250);
        reading_free(r);
}

static void defaults_follow_from_the_class_name(void **state) {
        Reading *r = read_good("entities:\n- name: a.b.Client\n- name: Plain\n");

        (void)state;
        assert_string_equal(r->sol.tasks[0].name.text, "a.b.Client");
        assert_string_equal(r->sol.tasks[0].path.text, "Client");
        assert_string_equal(r->sol.tasks[1].name.text, "Plain");
        assert_string_equal(r->sol.tasks[1].path.text, "Plain");
        reading_free(r);
}

static void lists_may_be_indented_or_not(void **state) {
        static const char *const texts[] = {
                "entities:\n- name: C\n  connections:\n  - target: S\n    id: x\n",
                "entities:\n  - name: C\n    connections:\n      - target: S\n        id: x\n",
                "{entities: [{name: C, connections: [{target: S, id: x}]}]}\n",
                "entities:\r\n- name: C\r\n  connections:\r\n  - target: S\r\n    id: x\r\n",
        };

        (void)state;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                Reading *r = read_good(texts[i]);

                assert_int_equal(r->sol.n_channels, 1);
                assert_string_equal(r->sol.tasks[0].channels[0].target.text, "S");
                reading_free(r);
        }
}

static void an_id_may_name_a_macro_in_both_styles(void **state) {
        Reading *r = read_good("entities:\n"
                               "- name: C\n"
                               "  connections:\n"
                               "  - target: S\n"
                               "    id: {var: _ID, include: vfs/defs.h}\n"
                               "  - target: S\n"
                               "    id:\n"
                               "      var: _ID\n"
                               "      include: vfs/defs.h\n");

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                assert_null(r->sol.tasks[0].channels[i].id.text);
                assert_string_equal(r->sol.tasks[0].channels[i].var.text, "_ID");
                assert_string_equal(r->sol.tasks[0].channels[i].include.text, "vfs/defs.h");
        }
        reading_free(r);
}

static void a_key_without_value_is_a_key_left_out(void **state) {
        Reading *r = read_good("entities:\n- name: C\n  connections:\n  args:\n  env: ~\n  before: null\n");

        (void)state;
        assert_int_equal(r->sol.tasks[0].n_channels, 0);
        assert_int_equal(r->sol.tasks[0].args.n_items, 0);
        assert_int_equal(r->sol.tasks[0].env.n_items, 0);
        reading_free(r);
}

static void an_alias_stands_for_its_node(void **state) {
        Reading *r = read_good("entities:\n"
                               "- {name: A, env: &common {MODE: test}}\n"
                               "- {name: B, env: *common}\n");

        (void)state;
        assert_string_equal(r->sol.tasks[1].env.items[0].text, "MODE=test");
        reading_free(r);
}

static void an_alias_to_an_enclosing_node_is_refused_like_any_wrong_type(void **state) {
        unsigned number;

        (void)state;
        assert_int_equal(reading_count("entities: &all\n- name: A\n  args: *all\n", &number), 1);
        assert_int_equal(number, PROBLEM_TYPE);
        assert_int_equal(reading_count("&top\nentities: *top\n", &number), 1);
        assert_int_equal(number, PROBLEM_TYPE);
}

static void places_count_lines_and_code_points_from_one(void **state) {
        Reading *r = read_good("entities:\n- name: C\n  task: \"gr\303\274n\"\n  path:   x\n");

        (void)state;
        assert_int_equal(r->sol.tasks[0].name.at.line, 3);
        assert_int_equal(r->sol.tasks[0].name.at.column, 9);
        assert_int_equal(r->sol.tasks[0].name.at.width, 6);
        assert_int_equal(r->sol.tasks[0].path.at.column, 11);
        reading_free(r);
}

/* --- limits --- */

/* `before` + n times `unit` + `after` has these problems. */
static void expect(const char *before, const char *unit, size_t n, const char *after, unsigned number) {
        size_t size = strlen(before) + n * strlen(unit) + strlen(after) + 1;
        char *text = malloc(size);
        unsigned got;
        size_t used = strlen(before);

        assert_non_null(text);
        memcpy(text, before, used);
        for (size_t i = 0; i < n; i++, used += strlen(unit))
                memcpy(text + used, unit, strlen(unit));
        memcpy(text + used, after, strlen(after) + 1);
        assert_int_equal(reading_count(text, &got), number ? 1 : 0);
        assert_int_equal(got, number);
        free(text);
}

static void names_are_limited(void **state) {
        static const char *const before[] = {
                "entities:\n- name: ",
                "entities:\n- name: C\n  task: ",
                "entities:\n- name: C\n  before: [ ",
                "entities:\n- name: C\n  after: [ ",
                "entities:\n- name: C\n  connections: [ { id: x, target: ",
                "entities:\n- name: C\n  connections: [ { target: x, id: ",
        };
        static const char *const after[] = {"\n", "\n", " ]\n", " ]\n", " } ]\n", " } ]\n"};

        (void)state;
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
                expect(before[i], "n", INIT_NAME_MAX - 1, after[i], 0);
                expect(before[i], "n", INIT_NAME_MAX, after[i], 0);
                expect(before[i], "n", INIT_NAME_MAX + 1, after[i], PROBLEM_TOO_LONG);
        }
}

static void paths_are_limited(void **state) {
        (void)state;
        for (size_t n = INIT_PATH_MAX - 1; n <= INIT_PATH_MAX + 1; n++)
                expect("entities:\n- name: C\n  path: ", "p", n, "\n",
                        n <= INIT_PATH_MAX ? 0 : PROBLEM_TOO_LONG);
}

static void arguments_are_limited(void **state) {
        (void)state;
        for (size_t n = INIT_ELEMENT_MAX - 1; n <= INIT_ELEMENT_MAX + 1; n++)
                expect("entities:\n- name: C\n  args: [ ", "a", n, " ]\n",
                        n <= INIT_ELEMENT_MAX ? 0 : PROBLEM_TOO_LONG);
}

static void variables_are_limited_with_their_names(void **state) {
        (void)state;
        for (size_t n = INIT_ELEMENT_MAX - 1; n <= INIT_ELEMENT_MAX + 1; n++)
                expect("entities:\n- name: C\n  env:\n    MODE: ", "v", n - strlen("MODE="), "\n",
                        n <= INIT_ELEMENT_MAX ? 0 : PROBLEM_TOO_LONG);
}

static void lists_are_limited(void **state) {
        (void)state;
        for (size_t n = INIT_LIST_MAX - 1; n <= INIT_LIST_MAX + 1; n++) {
                unsigned number = n <= INIT_LIST_MAX ? 0 : PROBLEM_TOO_MANY;

                expect("entities:\n- name: C\n  args: [ ", "a, ", n, "]\n", number);
                expect("entities:\n- name: C\n  before: [ ", "a, ", n, "]\n", number);
                expect("entities:\n- name: C\n  after: [ ", "a, ", n, "]\n", number);
        }
}

static void variables_are_counted(void **state) {
        (void)state;
        for (size_t n = INIT_LIST_MAX - 1; n <= INIT_LIST_MAX + 1; n++) {
                char *text = malloc(64 + n * 16);
                size_t used = (size_t)snprintf(text, 64, "entities:\n- name: C\n  env:\n");
                unsigned number;

                for (size_t i = 0; i < n; i++)
                        used += (size_t)snprintf(text + used, 16, "    V%zu: x\n", i);
                assert_int_equal(reading_count(text, &number), n <= INIT_LIST_MAX ? 0 : 1);
                assert_int_equal(number, n <= INIT_LIST_MAX ? 0 : PROBLEM_TOO_MANY);
                free(text);
        }
}

static void processes_are_limited(void **state) {
        (void)state;
        for (size_t n = INIT_TASKS_MAX - 1; n <= INIT_TASKS_MAX + 1; n++)
                expect("entities:\n", "- name: C\n", n, "", n <= INIT_TASKS_MAX ? 0 : PROBLEM_TOO_MANY);
}

static void channels_of_a_solution_are_limited(void **state) {
        (void)state;
        for (size_t n = INIT_CHANNELS_MAX - 1; n <= INIT_CHANNELS_MAX + 1; n++) {
                unsigned number = n <= INIT_CHANNELS_MAX ? 0 : PROBLEM_TOO_MANY;

                expect("entities:\n- name: C\n  connections:\n", "  - { target: S, id: x }\n", n, "", number);
                expect("entities:\n- name: D\n  connections:\n  - { target: S, id: x }\n"
                       "- name: C\n  connections:\n",
                        "  - { target: S, id: x }\n", n - 1, "", number);
        }
}

static void a_deadline_is_a_number_of_milliseconds_within_a_day(void **state) {
        static const struct {
                const char *text;
                unsigned number;
        } rows[] = {
                {"0", PROBLEM_BAD_NUMBER},
                {"1", 0},
                {"86399999", 0},
                {"86400000", 0},
                {"86400001", PROBLEM_BAD_NUMBER},
                {"18446744073709551617", PROBLEM_BAD_NUMBER}, /* 2^64 + 1 */
                {"-1", PROBLEM_BAD_NUMBER},
                {"1.5", PROBLEM_BAD_NUMBER},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                expect("entities:\n- name: C\n  connections: [ { target: S, id: x, deadline: ", rows[i].text,
                        1, " } ]\n", rows[i].number);
}

static void limits_have_bounds(void **state) {
        static const struct {
                const char *key, *good[3], *bad[4];
        } rows[] = {
                {"memory", {"1M", "1048576", "1T"}, {"1023K", "1048575", "1025G", "64MB"}},
                {"shared", {"4K", "4096", "1T"}, {"3K", "4095", "1025G", "64MB"}},
                {"pids", {"1", "2", "32768"}, {"0", "32769", "-1", "1K"}},
                {"files", {"4", "5", "65536"}, {"3", "65537", "", "many"}},
                {"cpu", {"0.01", "1", "1024"}, {"0.009", "1024.001", "0", "50%"}},
        };
        char line[128];

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                (void)snprintf(line, sizeof line, "entities:\n- name: C\n  limits: { %s: '", rows[i].key);
                for (size_t j = 0; j < 3; j++)
                        expect(line, rows[i].good[j], 1, "' }\n", 0);
                for (size_t j = 0; j < 4; j++)
                        expect(line, rows[i].bad[j], 1, "' }\n",
                                rows[i].bad[j][0] ? PROBLEM_BAD_NUMBER : PROBLEM_BAD_TEXT);
        }
}

static void a_process_has_at_most_sixteen_files(void **state) {
        (void)state;
        for (size_t n = INIT_GRANTS_MAX - 1; n <= INIT_GRANTS_MAX + 1; n++) {
                char text[1024] = "entities:\n- name: C\n  grants:\n";

                for (size_t i = 0; i < n; i++)
                        (void)snprintf(
                                text + strlen(text), sizeof text - strlen(text), "  - { file: f%zu }\n", i);
                expect(text, "", 1, "", n <= INIT_GRANTS_MAX ? 0 : PROBLEM_TOO_MANY);
        }
}

static void limits_grants_and_network_are_read(void **state) {
        static const char text[] =
                "entities:\n- name: C\n  limits: { memory: 64M, shared: 8K, pids: 8, files: 16, cpu: 0.5 }\n"
                "  grants: [ { file: a/b.img, mode: rw }, { file: c, mode: ro, name: d } ]\n"
                "  network: host\n- name: D\n";
        Reading *r = reading_new(text, strlen(text));
        const SolTask *task = r->sol.tasks;

        (void)state;
        assert_int_equal(r->problems.n_found, 0);
        assert_int_equal(task->limits.shared, 8192);
        assert_true(task->limits.memory == 64u << 20 && task->limits.pids == 8);
        assert_true(task->limits.files == 16 && task->limits.cpu == 500);
        assert_int_equal(task->n_grants, 2);
        assert_string_equal(task->grants[0].name.text, "b.img");
        assert_string_equal(task->grants[1].name.text, "d");
        assert_true(task->grants[0].is_writable && !task->grants[1].is_writable);
        assert_true(task->has_network);
        assert_true(!task[1].has_network && task[1].n_grants == 0 && task[1].limits.memory == 0);
        reading_free(r);
}

static void the_file_is_limited(void **state) {
        static const char text[] = "entities:\n- name: C\n#";

        (void)state;
        for (size_t n = INIT_FILE_MAX - 1; n <= INIT_FILE_MAX + 1; n++)
                expect(text, " ", n - strlen(text), "", n <= INIT_FILE_MAX ? 0 : PROBLEM_FILE_TOO_LARGE);
}

/* --- problems --- */

static void all_problems_are_counted_and_a_hundred_shown(void **state) {
        char *text = calloc(1, 64 + (PROBLEMS_MAX + 5) * 16);
        size_t used = (size_t)snprintf(text, 64, "entities:\n");
        Reading *r;
        char *shown;

        (void)state;
        for (size_t i = 0; i < PROBLEMS_MAX + 5; i++)
                used += (size_t)snprintf(text + used, 16, "- task: t\n");
        r = reading_new(text, used);
        assert_int_equal(r->problems.n_found, PROBLEMS_MAX + 5);
        shown = reading_print(r);
        assert_non_null(strstr(shown, "init.yaml: and 5 more\n105 errors, nothing was started\n"));
        free(shown);
        reading_free(r);
        free(text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_key_is_read),
                cmocka_unit_test(defaults_follow_from_the_class_name),
                cmocka_unit_test(lists_may_be_indented_or_not),
                cmocka_unit_test(an_id_may_name_a_macro_in_both_styles),
                cmocka_unit_test(a_key_without_value_is_a_key_left_out),
                cmocka_unit_test(an_alias_stands_for_its_node),
                cmocka_unit_test(an_alias_to_an_enclosing_node_is_refused_like_any_wrong_type),
                cmocka_unit_test(places_count_lines_and_code_points_from_one),
                cmocka_unit_test(names_are_limited),
                cmocka_unit_test(paths_are_limited),
                cmocka_unit_test(arguments_are_limited),
                cmocka_unit_test(variables_are_limited_with_their_names),
                cmocka_unit_test(lists_are_limited),
                cmocka_unit_test(variables_are_counted),
                cmocka_unit_test(processes_are_limited),
                cmocka_unit_test(channels_of_a_solution_are_limited),
                cmocka_unit_test(a_deadline_is_a_number_of_milliseconds_within_a_day),
                cmocka_unit_test(limits_have_bounds),
                cmocka_unit_test(a_process_has_at_most_sixteen_files),
                cmocka_unit_test(limits_grants_and_network_are_read),
                cmocka_unit_test(the_file_is_limited),
                cmocka_unit_test(all_problems_are_counted_and_a_hundred_shown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
