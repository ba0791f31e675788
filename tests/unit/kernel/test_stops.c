/* SPDX-License-Identifier: MIT */
/*
 * Stops: which processes get the variable that lets them wait for a debugger.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/stops.h"

typedef struct Case {
        Pool pool;
        SolTask tasks[2];
        Solution sol;
        Stops stops;
} Case;

static Text own[] = {{.text = "MODE=test"}};

/* Two tasks of one executable; the first has a variable of its own. */
static void init(Case *c) {
        *c = (Case){.pool = POOL_NULL};
        c->tasks[0] = (SolTask){.name.text = "first", .path.text = "Client", .env = {own, 1}};
        c->tasks[1] = (SolTask){.name.text = "second", .path.text = "Client"};
        c->sol = (Solution){.tasks = c->tasks, .n_tasks = 2};
}

static bool stops(const SolTask *task) {
        for (uint32_t i = 0; i < task->env.n_items; i++)
                if (strcmp(task->env.items[i].text, "CAISSON_STOP=1") == 0)
                        return true;
        return false;
}

/* What is said when `name` is asked for, to be freed; NULL when it is taken. */
static char *said_of(Case *c, const char *name) {
        char *said = NULL;
        size_t size;
        FILE *out = open_memstream(&said, &size);
        int r;

        assert_non_null(out);
        init(c);
        assert_null(stops_add(&c->stops, name));
        r = stops_apply(&c->stops, &c->sol, &c->pool, out);
        assert_int_equal(fclose(out), 0);
        if (r == 0) {
                free(said);
                return NULL;
        }
        return said;
}

static void named_process_waits_and_keeps_its_environment(void **state) {
        Case c;

        (void)state;
        assert_null(said_of(&c, "first"));
        assert_true(stops(&c.tasks[0]));
        assert_false(stops(&c.tasks[1]));
        assert_string_equal(c.tasks[0].env.items[0].text, "MODE=test");
        pool_deinit(&c.pool);
}

static void executable_and_all_name_every_process_of_theirs(void **state) {
        static const char *const names[] = {"Client", "all"};
        Case c;

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                assert_null(said_of(&c, names[i]));
                assert_true(stops(&c.tasks[0]));
                assert_true(stops(&c.tasks[1]));
                pool_deinit(&c.pool);
        }
}

static void unknown_process_is_refused_with_the_nearest_name(void **state) {
        Case c;
        char *said = said_of(&c, "secont");

        (void)state;
        assert_non_null(said);
        assert_non_null(strstr(said, "'secont'"));
        assert_non_null(strstr(said, "did you mean 'second'"));
        free(said);
        pool_deinit(&c.pool);
}

static void most_names_are_taken_and_one_more_is_not(void **state) {
        Stops s = {.n_names = 0};

        (void)state;
        for (unsigned i = 0; i < STOPS_MAX; i++)
                assert_null(stops_add(&s, "first"));
        assert_non_null(stops_add(&s, "first"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(named_process_waits_and_keeps_its_environment),
                cmocka_unit_test(executable_and_all_name_every_process_of_theirs),
                cmocka_unit_test(unknown_process_is_refused_with_the_nearest_name),
                cmocka_unit_test(most_names_are_taken_and_one_more_is_not),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
