/* SPDX-License-Identifier: MIT */
/*
 * nkc policy test: compiles the tests of a policy and runs them.
 */
#include <stdio.h>

#include "cmd_policy.h"
#include "policy_program.h"

enum { OPT_FILTER = PCMD_N_OPTS, OPT_LIST, OPT_TAP, OPT_SHOW_AUDIT };

static const Opt opts[] = {
        PCMD_OPTS,
        [OPT_FILTER] = {.word = "filter",
                .value_name = "TEXT",
                .help = "only tests whose name contains TEXT"},
        [OPT_LIST] = {.word = "list", .help = "names of the tests; nothing is run"},
        [OPT_TAP] = {.word = "tap", .help = "output for test harnesses (Test Anything Protocol)"},
        [OPT_SHOW_AUDIT] = {.word = "show-audit", .help = "the audit line of every case"},
};

typedef struct Tests {
        PolicyCmd cmd;
        const char *options[8];
        size_t n_options;
} Tests;

static void pass_on(Tests *x, const char *word) {
        if (x->n_options + 1 < sizeof x->options / sizeof x->options[0])
                x->options[x->n_options++] = word;
}

/* The last of repeated options counts. */
static void take(Tests *x, int opt, const char **filter, bool given[]) {
        if (opt == OPT_FILTER)
                *filter = x->cmd.scan->value;
        else
                given[opt] = true;
}

static void read_options(Tests *x) {
        static const struct {
                int opt;
                const char *word;
        } switches[] = {{OPT_LIST, "--list"}, {OPT_TAP, "--tap"}, {OPT_SHOW_AUDIT, "--audit"}};
        bool given[OPT_SHOW_AUDIT + 1] = {false};
        const char *filter = NULL;
        int opt;

        while ((opt = policy_cmd_next(&x->cmd)) != OPT_END)
                take(x, opt, &filter, given);
        for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
                if (given[switches[i].opt])
                        pass_on(x, switches[i].word);
        }
        if (filter) {
                pass_on(x, "--filter");
                pass_on(x, filter);
        }
}

/* The program's 0 and 1 are ours; it cannot be used wrongly unless no test has such a name. */
static int exit_code(int status) {
        return status == 0 ? CMD_OK : status == 1 ? CMD_INPUT : status == 2 ? CMD_USAGE : CMD_FAILED;
}

static int run_tests(Tests *x, const PolPolicy *policy) {
        PolicyProgram program = POLICY_PROGRAM_NULL;
        int r = CMD_FAILED;

        if (policy->n_tests == 0)
                fprintf(stderr,
                        "nkc: warning: '%s' has no tests\nhelp: write 'assert \"name\" { sequence { ... } "
                        "}'\n",
                        x->cmd.path);
        if (policy_program_make(&program, x->cmd.arena, &x->cmd.sdk, policy, CC_PROGRAM))
                r = exit_code(policy_program_run(&program, x->options, NULL));
        policy_program_deinit(&program);
        return r;
}

static int test(const Command *self, OptScan *scan) {
        Tests x = {.n_options = 0};
        const PolPolicy *policy = NULL;
        int r;

        policy_cmd_init(&x.cmd, self, scan);
        read_options(&x);
        r = policy_cmd_check_path(&x.cmd);
        if (r == CMD_OK && !policy_cmd_need_sdk(&x.cmd))
                r = CMD_FAILED;
        if (r == CMD_OK) {
                policy = policy_cmd_read(&x.cmd);
                r = policy_cmd_exit_code(&x.cmd);
        }
        if (policy && r == CMD_OK)
                r = run_tests(&x, policy);
        policy_cmd_deinit(&x.cmd);
        return r;
}

const Command cmd_policy_test = {
        .name = "policy test",
        .synopsis = "[--filter TEXT] [--list] [--tap] [--show-audit] [-I DIR]... [POLICY]",
        .summary = "Runs the tests ('assert' sets) of a policy; nothing of the solution is started.",
        .details = "The C compiler is $CC (default: cc) with $CPPFLAGS, $CFLAGS, $LDFLAGS.\n"
                   "Exit codes: 0 all passed, 1 some failed or errors in the policy, 2 wrong usage, also "
                   "when no\n"
                   "test is named so, 3 cannot compile or run.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = test,
};
