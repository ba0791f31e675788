/* SPDX-License-Identifier: MIT */
/*
 * Loading whole solutions that are right, and the limits that show only with classes and files.
 * The descriptions and executables are those of tests/golden/bad-at-init.
 *
 * test_load FOLDER
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <nkc.h>

#include "kernel/cmd.h"
#include "kernel/load.h"
#include "transport/chan_layout.h"

static char file[] = "/tmp/caisson-load-XXXXXX";

static int setup(void **state) {
        int fd = mkstemp(file);

        (void)state;
        return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state) {
        (void)state;
        return unlink(file);
}

/* Loads `text`; what is wrong is printed into *ret_said, to be freed. */
static int load_text(Load *load, const char *text, char **ret_said) {
        FILE *init = fopen(file, "w");
        size_t size;
        FILE *out;
        int status;

        assert_non_null(init);
        assert_true(fputs(text, init) >= 0);
        assert_int_equal(fclose(init), 0);
        *load = LOAD_NULL;
        assert_null(load_add_folder(&load->includes, "edl"));
        assert_null(load_add_folder(&load->bins, "bin"));
        out = open_memstream(ret_said, &size);
        assert_non_null(out);
        status = load_solution(load, file, out);
        (void)fclose(out);
        return status;
}

static void load_good(Load *load, const char *text) {
        char *said;
        int status = load_text(load, text, &said);

        assert_string_equal(said, "");
        assert_int_equal(status, CMD_EXIT_OK);
        free(said);
}

static void everything_is_found(void **state) {
        Load load;
        const Solution *s = &load.solution;

        (void)state;
        load_good(&load, "entities:\n"
                         "- name: demo.Client\n"
                         "  connections:\n"
                         "  - {target: one, id: echo}\n"
                         "  - {target: one, id: {var: ECHO_CHANNEL, include: names.h}}\n"
                         "  - {target: two, id: {var: FAR_CHANNEL, include: names.h}}\n"
                         "- {name: demo.Server, task: one}\n"
                         "- {name: demo.Server, task: two, path: Client}\n");
        assert_string_equal(s->tasks[0].class->name, "demo.Client");
        assert_true(solution_is_client(&s->tasks[0]));
        assert_false(solution_is_client(&s->tasks[1]));
        assert_ptr_equal(s->tasks[1].class, s->tasks[2].class);
        assert_string_equal(s->tasks[0].executable, "bin/Client");
        assert_string_equal(s->tasks[2].executable, "bin/Client");
        assert_string_equal(s->tasks[0].channels[1].id.text, "echo_channel");
        assert_string_equal(s->tasks[0].channels[2].id.text, "far_channel");
        assert_int_equal(s->tasks[0].channels[1].server, 1);
        assert_int_equal(s->tasks[0].channels[1].listener, 1);
        assert_int_equal(s->tasks[0].channels[2].listener, 0);
        assert_int_equal(s->tasks[1].n_listeners, 2);
        assert_int_equal(s->order[0], 1);
        assert_int_equal(s->order[2], 0);
        load_deinit(&load);
}

static void clients_may_share_a_channel_name(void **state) {
        Load load;

        (void)state;
        load_good(&load, "entities:\n"
                         "- {name: demo.Client, task: A, connections: [ {target: demo.Server, id: echo} ]}\n"
                         "- {name: demo.Client, task: B, connections: [ {target: demo.Server, id: echo} ]}\n"
                         "- {name: demo.Server}\n");
        assert_int_equal(load.solution.tasks[2].n_listeners, 1);
        assert_int_equal(load.solution.tasks[0].channels[0].listener, 0);
        assert_int_equal(load.solution.tasks[1].channels[0].listener, 0);
        load_deinit(&load);
}

static void channel_names_at_one_server_are_limited(void **state) {
        (void)state;
        for (unsigned n = CHAN_LISTENERS_MAX - 1; n <= CHAN_LISTENERS_MAX + 1; n++) {
                char text[8192], *said;
                size_t used = (size_t)snprintf(text, sizeof text,
                        "entities:\n- {name: demo.Server}\n- name: demo.Client\n  connections:\n");
                Load load;
                int status;

                for (unsigned i = 0; i < n; i++)
                        used += (size_t)snprintf(
                                text + used, sizeof text - used, "  - {target: demo.Server, id: c%u}\n", i);
                status = load_text(&load, text, &said);
                assert_int_equal(status, n <= CHAN_LISTENERS_MAX ? CMD_EXIT_OK : CMD_EXIT_PROBLEMS);
                if (n > CHAN_LISTENERS_MAX)
                        assert_non_null(strstr(said, "more than 64 channel names [NKC-610]"));
                free(said);
                load_deinit(&load);
        }
}

static void a_file_above_the_limit_is_refused_unread(void **state) {
        size_t size = 3u << 20;
        char *text = malloc(size), *said;
        Load load;

        (void)state;
        assert_non_null(text);
        memset(text, '#', size - 1);
        text[size - 1] = '\0';
        assert_int_equal(load_text(&load, text, &said), CMD_EXIT_PROBLEMS);
        assert_non_null(strstr(said, "[NKC-602]"));
        free(said);
        free(text);
        load_deinit(&load);
}

static void folders_are_limited(void **state) {
        LoadFolders folders = {.n_given = 0};
        size_t n = 0;

        (void)state;
        assert_non_null(load_add_folder(&folders, ""));
        while (!load_add_folder(&folders, "x"))
                n++;
        assert_int_equal(n, folders.n_given);
        assert_true(n < LOAD_FOLDERS_MAX && n > LOAD_FOLDERS_MAX - 10);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(everything_is_found),
                cmocka_unit_test(clients_may_share_a_channel_name),
                cmocka_unit_test(channel_names_at_one_server_are_limited),
                cmocka_unit_test(a_file_above_the_limit_is_refused_unread),
                cmocka_unit_test(folders_are_limited),
        };

        if (argc != 2 || chdir(argv[1]) < 0)
                return EXIT_FAILURE;
        return cmocka_run_group_tests(tests, setup, teardown);
}
