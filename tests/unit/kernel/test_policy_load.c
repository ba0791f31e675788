/* SPDX-License-Identifier: MIT */
/*
 * Which files are taken for a policy, and which policies for a solution. The modules are made up as tables
 * and compared with the classes of tests/golden/bad-at-init; the file is the module of an e2e test.
 *
 * test_policy_load FOLDER MODULE
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <nkc.h>

#include "kernel/cmd.h"
#include "kernel/load.h"
#include "kernel/policy_load.h"

static char *module_file;
static char folder[] = "/tmp/caisson-policy-XXXXXX";
static char path[64];

static int setup(void **state) {
        (void)state;
        if (!mkdtemp(folder))
                return -1;
        (void)snprintf(path, sizeof path, "%s/ksm.module", folder);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        (void)unlink(path);
        return rmdir(folder);
}

/* --- files --- */

static void copy_module(size_t size_max, mode_t mode) {
        char *data = malloc(size_max);
        FILE *from = fopen(module_file, "rb");
        FILE *to;
        size_t n;

        assert_non_null(data);
        assert_non_null(from);
        n = fread(data, 1, size_max, from);
        (void)fclose(from);
        (void)unlink(path);
        to = fopen(path, "wb");
        assert_non_null(to);
        assert_int_equal(fwrite(data, 1, n, to), n);
        assert_int_equal(fclose(to), 0);
        assert_int_equal(chmod(path, mode), 0);
        free(data);
}

static int open_it(KsmProblem *problem) {
        const KsmModule *module = NULL;
        int r = policy_open(path, problem, &module);

        assert_true((r == 0) == (module != NULL));
        return r;
}

static void a_module_that_only_its_owner_writes_is_taken(void **state) {
        KsmProblem problem;

        (void)state;
        copy_module(POLICY_FILE_MAX, 0755);
        assert_int_equal(open_it(&problem), 0);
        copy_module(POLICY_FILE_MAX, 0400);
        assert_int_equal(open_it(&problem), 0);
}

static void a_module_that_others_may_write_is_refused(void **state) {
        KsmProblem problem;

        (void)state;
        copy_module(POLICY_FILE_MAX, 0775);
        assert_int_equal(open_it(&problem), POLICY_E_OPEN);
        copy_module(POLICY_FILE_MAX, 0757);
        assert_int_equal(open_it(&problem), POLICY_E_OPEN);
}

static void somebody_elses_module_is_refused(void **state) {
        KsmProblem problem;

        (void)state;
        copy_module(POLICY_FILE_MAX, 0755);
        assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
        assert_int_equal(open_it(&problem), POLICY_E_OWNER);
}

static void no_link_folder_or_device_is_taken(void **state) {
        KsmProblem problem;

        (void)state;
        (void)unlink(path);
        assert_int_equal(open_it(&problem), POLICY_E_MISSING);
        assert_int_equal(symlink(module_file, path), 0);
        assert_int_equal(open_it(&problem), POLICY_E_LINK);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0755), 0);
        assert_int_equal(open_it(&problem), POLICY_E_FILE);
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(open_it(&problem), POLICY_E_FILE);
        assert_int_equal(unlink(path), 0);
}

static void what_is_no_module_is_refused_with_a_reason(void **state) {
        KsmProblem problem;

        (void)state;
        copy_module(0, 0644); /* empty */
        assert_int_equal(open_it(&problem), POLICY_E_MODULE);
        assert_true(problem.text[0]);
        copy_module(3000, 0644); /* half of one */
        problem.text[0] = '\0';
        assert_int_equal(open_it(&problem), POLICY_E_MODULE);
        assert_true(problem.text[0]);
}

static void a_module_has_a_largest_size(void **state) {
        KsmProblem problem;

        (void)state;
        copy_module(POLICY_FILE_MAX, 0644);
        assert_int_equal(truncate(path, POLICY_FILE_MAX), 0);
        assert_int_equal(open_it(&problem), 0); /* a tail of zeros does no harm */
        assert_int_equal(truncate(path, (off_t)POLICY_FILE_MAX + 1), 0);
        assert_int_equal(open_it(&problem), POLICY_E_SIZE);
}

/* --- solutions --- */

static const char *const methods[] = {"Say"};

typedef struct Case {
        Load load;
        KsmEndpoint endpoints[2];
        KsmClass classes[2];
        KsmModule module;
        char init[64]; /* problems are shown with it */
        char *said;
        size_t said_size;
        FILE *out;
} Case;

/* A solution with a client and a server, and the module that fits it. */
static Case *begin(void) {
        Case *c = calloc(1, sizeof *c);
        FILE *file;
        const NkcClass *server;

        assert_non_null(c);
        (void)snprintf(c->init, sizeof c->init, "%s/init.yaml", folder);
        file = fopen(c->init, "w");
        assert_non_null(file);
        (void)fputs("entities:\n- {name: demo.Client}\n- {name: demo.Server}\n", file);
        (void)fclose(file);
        assert_null(load_add_folder(&c->load.includes, "edl"));
        assert_null(load_add_folder(&c->load.bins, "bin"));
        c->out = open_memstream(&c->said, &c->said_size);
        assert_int_equal(load_solution(&c->load, c->init, c->out), CMD_EXIT_OK);
        (void)unlink(c->init);
        server = c->load.solution.tasks[1].class;
        for (size_t i = 0; i < server->n_endpoints && i < 2; i++)
                c->endpoints[i] = (KsmEndpoint){.name = server->endpoints[i].path_name,
                        .iface = server->endpoints[i].interface_name,
                        .methods = methods,
                        .n_methods = server->endpoints[i].n_methods,
                        .fingerprint = server->endpoints[i].fingerprint};
        c->classes[0] = (KsmClass){.name = "demo.Client"};
        c->classes[1] = (KsmClass){.name = "demo.Server",
                .endpoints = c->endpoints,
                .n_endpoints = (uint32_t)server->n_endpoints};
        c->module = (KsmModule){.classes = c->classes, .n_classes = 2, .name = "security.psl"};
        return c;
}

/* Number of the only problem, 0: none; its text must contain `part`. */
static unsigned check(Case *c, const char *part) {
        Problems *p = c->load.problems;
        unsigned number;

        policy_check(&c->module, &c->load.solution, p);
        assert_true(p->n_found <= 1);
        number = p->n_found ? p->list[0].number : 0;
        problems_print(p, c->out);
        (void)fclose(c->out);
        assert_true(!part || strstr(c->said, part));
        free(c->said);
        load_deinit(&c->load);
        free(c);
        return number;
}

static void the_policy_of_the_solution_fits(void **state) {
        (void)state;
        assert_int_equal(check(begin(), NULL), 0);
}

static void a_class_that_the_policy_does_not_know_is_named(void **state) {
        Case *c = begin();

        (void)state;
        c->module.n_classes = 1;
        assert_int_equal(check(c, "the policy doesn't know class 'demo.Server'"), PROBLEM_POLICY_CLASS);
}

static void a_policy_of_other_descriptions_is_stale(void **state) {
        Case *c = begin();

        (void)state;
        c->endpoints[0].name = "other";
        assert_int_equal(check(c, "endpoint 0 is"), PROBLEM_POLICY_STALE);
        c = begin();
        c->classes[0].n_security = 1;
        assert_int_equal(check(c, "0 security interfaces, 1 in the policy"), PROBLEM_POLICY_STALE);
        c = begin();
        c->endpoints[0].iface = "Other";
        assert_int_equal(check(c, "has interface"), PROBLEM_POLICY_STALE);
        c = begin();
        c->endpoints[0].n_methods++;
        assert_int_equal(check(c, "methods"), PROBLEM_POLICY_STALE);
        c = begin();
        c->classes[1].n_endpoints++;
        assert_int_equal(check(c, "endpoints"), PROBLEM_POLICY_STALE);
}

static void methods_count_by_name(void **state) {
        static const char *const others[] = {"Tell"};
        Case *c = begin();

        (void)state;
        c->endpoints[0].methods = others;
        assert_int_equal(check(c, "method 0"), PROBLEM_POLICY_STALE);
}

static void messages_count_by_their_layout(void **state) {
        Case *c = begin();

        (void)state;
        c->endpoints[0].fingerprint ^= 1;
        assert_int_equal(check(c, "the messages of interface"), PROBLEM_POLICY_STALE);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_module_that_only_its_owner_writes_is_taken),
                cmocka_unit_test(a_module_that_others_may_write_is_refused),
                cmocka_unit_test(no_link_folder_or_device_is_taken),
                cmocka_unit_test(what_is_no_module_is_refused_with_a_reason),
                cmocka_unit_test(a_module_has_a_largest_size),
                cmocka_unit_test(the_policy_of_the_solution_fits),
                cmocka_unit_test(a_class_that_the_policy_does_not_know_is_named),
                cmocka_unit_test(a_policy_of_other_descriptions_is_stale),
                cmocka_unit_test(methods_count_by_name), cmocka_unit_test(messages_count_by_their_layout),
                cmocka_unit_test(somebody_elses_module_is_refused), /* the last: only root gives files away */
        };
        size_t n_tests = sizeof tests / sizeof *tests - (geteuid() != 0);

        if (argc != 3 || !(module_file = realpath(argv[2], NULL)) || chdir(argv[1]) < 0)
                return EXIT_FAILURE;
        return _cmocka_run_group_tests("policy_load", tests, n_tests, setup, teardown);
}
