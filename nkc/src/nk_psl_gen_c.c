/* SPDX-License-Identifier: MIT */
/*
 * nk-psl-gen-c: the policy compiler under the command line that build files of KasperskyOS solutions
 * use. Exit codes as those of nk-gen-c: 0 done, 1 nothing written or a test failed, 2 wrong usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "out/outdir.h"
#include "policy_input.h"
#include "policy_program.h"
#include "psl/emit_pal.h"
#include "session.h"
#include "tool.h"

enum { OPT_INCLUDE, OPT_OUTPUT, OPT_OUT_TESTS, OPT_TESTS, OPT_AUDIT, OPT_PLATFORM, OPT_POLICY };

static const Opt opts[] = {
        [OPT_INCLUDE] = {'I', "include-dir", "DIR", "search folder, repeatable"},
        [OPT_OUTPUT] = {'o', "output", "FILE", "write the decision code; its folder must exist"},
        [OPT_OUT_TESTS] = {0, "out-tests", "FILE", "write the tests of the policy alone"},
        [OPT_TESTS] = {'t', "tests", "skip|generate|run|only",
                "tests in the output: none (the default), behind the decision code, the same and run now, or "
                "nothing else"},
        [OPT_AUDIT] = {'a', "audit", "FILE", "write a file without code: audit needs no decoder here"},
        [OPT_PLATFORM] = {0, "platform", "NAME", NULL},
        POLICY_OPTS(OPT_POLICY),
};

#define N_OPTS (sizeof opts / sizeof opts[0])

typedef enum TestMode { TESTS_SKIP, TESTS_GENERATE, TESTS_RUN, TESTS_ONLY, N_TEST_MODES } TestMode;

static const char *const test_modes[N_TEST_MODES] = {"skip", "generate", "run", "only"};

typedef struct Job {
        NkcSession *session;
        Arena *arena;
        PolicyInput policy;
        const char *input;
        const char *output;
        const char *out_tests;
        const char *audit;
        TestMode tests;
} Job;

static const Tool tool = {
        .name = "nk-psl-gen-c",
        .head = "Usage: nk-psl-gen-c [OPTION]... FILE\n"
                "Writes the C decision code of a policy, and the program of its tests.\n"
                "Without -o, --out-tests and -a the policy is only checked.\n\n"
                "Options:\n",
        .opts = opts,
        .n_opts = N_OPTS,
};

static void print_diagnostic(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

/* Writing ---------------------------------------------------------------------------------------------- */

static bool write_file(const Job *job, const char *path, const Text *text) {
        const char *slash = strrchr(path, '/');
        const char *folder = slash ? arena_copy(job->arena, path, (size_t)(slash - path + 1)) : ".";
        OutDir out = OUTDIR_NULL;
        int r = outdir_open(&out, folder);

        if (!r)
                r = outdir_write(&out, slash ? slash + 1 : path, text_str(text), text->size);
        if (r)
                fprintf(stderr, "nk-psl-gen-c: cannot write '%s': %s\n", path, outdir_problem(r));
        outdir_close(&out);
        return r == 0;
}

static bool write_code(const Job *job, const PolPolicy *policy, Text *text) {
        text_clear(text);
        if (job->tests != TESTS_ONLY)
                emit_ksm(text, job->arena, policy);
        if (job->tests != TESTS_SKIP)
                emit_pal(text, job->arena, policy);
        return write_file(job, job->output, text);
}

static bool write_tests(const Job *job, const PolPolicy *policy, Text *text) {
        text_clear(text);
        emit_pal(text, job->arena, policy);
        return write_file(job, job->out_tests, text);
}

static bool write_audit(const Job *job, Text *text) {
        text_clear(text);
        text_puts(text, "/* Audit records are text already: nothing to decode. */\n"
                        "extern const int nkx_audit_is_text;\n");
        return write_file(job, job->audit, text);
}

static int write_all(const Job *job, const PolPolicy *policy) {
        Text text = TEXT_NULL;
        bool ok = (!job->output || write_code(job, policy, &text)) &&
                  (!job->out_tests || write_tests(job, policy, &text)) &&
                  (!job->audit || write_audit(job, &text));

        text_deinit(&text);
        return ok ? CMD_OK : CMD_INPUT;
}

/* Running the tests ------------------------------------------------------------------------------------ */

static int run_tests(const Job *job, const PolPolicy *policy) {
        static const char *const no_options[] = {NULL};
        PolicyProgram program = POLICY_PROGRAM_NULL;
        Sdk sdk;
        bool ok;

        if (!sdk_find(&sdk, job->arena)) {
                fputs("nk-psl-gen-c: no SDK beside this program: tests cannot be compiled\n", stderr);
                return CMD_INPUT;
        }
        ok = policy_program_make(&program, job->arena, &sdk, policy, CC_PROGRAM) &&
             policy_program_run(&program, no_options, NULL) == 0;
        policy_program_deinit(&program);
        return ok ? CMD_OK : CMD_INPUT;
}

/* Command line ------------------------------------------------------------------------------------------ */

static bool set_tests(Job *job, const char *value) {
        for (TestMode mode = TESTS_SKIP; mode < N_TEST_MODES; mode++) {
                job->tests = mode;
                if (!strcmp(value, test_modes[mode]))
                        return true;
        }
        return false;
}

static bool take(Job *job, int opt, const char *value) {
        if (opt == OPT_INCLUDE)
                nkc_session_add_include(job->session, value);
        else if (opt == OPT_OUTPUT)
                job->output = value;
        else if (opt == OPT_OUT_TESTS)
                job->out_tests = value;
        else if (opt == OPT_AUDIT)
                job->audit = value;
        else if (opt == OPT_TESTS)
                return set_tests(job, value);
        else
                policy_input_take(&job->policy, opt - OPT_POLICY, value);
        return true;
}

static int run(Job *job, OptScan *scan) {
        const PolPolicy *policy;
        int opt, r;

        while ((opt = opt_next(scan)) != OPT_END) {
                if (opt == OPT_BAD)
                        return tool_usage(&tool, text_str(&scan->problem));
                if (opt == OPT_ARGUMENT && job->input)
                        return tool_usage(&tool, "more than one input file");
                if (opt == OPT_ARGUMENT)
                        job->input = scan->value;
                else if (!take(job, opt, scan->value))
                        return tool_usage(&tool, "--tests takes skip, generate, run or only");
        }
        if (!job->input)
                return tool_usage(&tool, "missing input file");
        r = policy_input_check(&job->policy, NULL);
        if (r != CMD_OK)
                return r == CMD_FAILED ? CMD_INPUT : r;
        policy = nkc_policy_resolve(job->session, job->input, &job->policy.options, false);
        r = policy ? write_all(job, policy) : CMD_INPUT;
        return r == CMD_OK && job->tests == TESTS_RUN ? run_tests(job, policy) : r;
}

int main(int argc, char **argv) {
        Job job = {.input = NULL};
        OptScan scan;
        int r;

        if (tool_tells(&tool, argc, argv))
                return CMD_OK;
        job.session = nkc_session_new(print_diagnostic, NULL);
        job.arena = arena_new();
        opt_init(&scan, opts, N_OPTS, argc, argv);
        policy_input_init(&job.policy, job.arena, &scan);
        r = run(&job, &scan);
        policy_input_deinit(&job.policy);
        opt_deinit(&scan);
        arena_free(job.arena);
        nkc_session_free(job.session);
        return r;
}
