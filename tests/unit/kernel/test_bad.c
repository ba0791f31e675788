/* SPDX-License-Identifier: MIT */
/*
 * Wrong init files: every NAME.yaml of tests/golden/bad-at-init gives exactly the text of
 * NAME.txt. Adding a case is adding two files. With UPDATE_GOLDEN in the environment the texts are written
 * instead.
 *
 * test_bad FOLDER
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/cmd.h"
#include "kernel/load.h"

#define CASES_MAX 500

static char *check(const char *file, int *ret_status) {
        Load load = LOAD_NULL;
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        assert_null(load_add_folder(&load.includes, "edl"));
        assert_null(load_add_folder(&load.bins, "bin"));
        *ret_status = load_solution(&load, file, out);
        load_deinit(&load);
        (void)fclose(out);
        return text;
}

static char *read_text(const char *path) {
        char *text = calloc(1, 65536);
        FILE *file = fopen(path, "r");

        assert_non_null(text);
        if (file) {
                (void)!fread(text, 1, 65535, file);
                (void)fclose(file);
        }
        return text;
}

static void write_text(const char *path, const char *text) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        (void)fputs(text, file);
        (void)fclose(file);
}

/* *state: the name without its ending. */
static void gives_its_text(void **state) {
        char init[300], golden[300];
        char *got, *wanted;
        int status;

        (void)snprintf(init, sizeof init, "%s.yaml", (char *)*state);
        (void)snprintf(golden, sizeof golden, "%s.txt", (char *)*state);
        got = check(init, &status);
        if (getenv("UPDATE_GOLDEN"))
                write_text(golden, got);
        wanted = read_text(golden);
        assert_string_equal(got, wanted);
        assert_int_equal(status, CMD_EXIT_PROBLEMS);
        free(wanted);
        free(got);
}

static int by_name(const void *a, const void *b) {
        return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static size_t collect(struct CMUnitTest *tests) {
        DIR *dir = opendir(".");
        const struct dirent *entry;
        size_t n = 0;

        while (dir && n < CASES_MAX && (entry = readdir(dir))) {
                const char *dot = strrchr(entry->d_name, '.');
                char *name;

                if (!dot || strcmp(dot, ".yaml") != 0)
                        continue;
                name = strndup(entry->d_name, (size_t)(dot - entry->d_name));
                tests[n++] =
                        (struct CMUnitTest){.name = name, .test_func = gives_its_text, .initial_state = name};
        }
        if (dir)
                (void)closedir(dir);
        qsort(tests, n, sizeof *tests, by_name);
        return n;
}

int main(int argc, char **argv) {
        static struct CMUnitTest tests[CASES_MAX];
        size_t n;
        int r;

        if (argc != 2 || chdir(argv[1]) < 0)
                return EXIT_FAILURE;
        n = collect(tests);
        if (n == 0)
                return EXIT_FAILURE;
        r = _cmocka_run_group_tests("bad", tests, n, NULL, NULL);
        for (size_t i = 0; i < n; i++)
                free(tests[i].initial_state);
        return r;
}
