/* SPDX-License-Identifier: MIT */
/*
 * nkc policy compile: a policy as C, as the module that the kernel process loads, or as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "cmd_policy.h"
#include "policy_program.h"
#include "psl/emit_json.h"
#include "psl/emit_pal.h"

enum { OPT_OUTPUT = PCMD_N_OPTS, OPT_JSON, OPT_TESTS };

static const Opt opts[] = {
        PCMD_OPTS,
        [OPT_OUTPUT] = {.letter = 'o',
                .word = "output",
                .value_name = "FILE",
                .help = "FILE.c: C; any other name: the module, made by $CC"},
        [OPT_TESTS] = {.word = "tests", .help = "the tests as C instead"},
        [OPT_JSON] = {.word = "json", .help = "JSON instead (docs/reference/policy-json.md)"},
};

typedef struct Compile {
        PolicyCmd cmd;
        const char *output; /* NULL: standard output */
        bool is_json;
        bool is_tests;
} Compile;

static bool ends_in(const char *text, const char *end) {
        size_t n = strlen(text), m = strlen(end);

        return n > m && strcmp(text + n - m, end) == 0;
}

static bool is_module(const Compile *x) {
        return x->output && !x->is_json && !x->is_tests && !ends_in(x->output, ".c");
}

static bool write_text(Compile *x, const PolPolicy *policy) {
        Text text = TEXT_NULL;
        bool ok = true;

        if (x->is_json)
                emit_json(&text, policy);
        else if (x->is_tests)
                emit_pal(&text, x->cmd.arena, policy);
        else
                emit_ksm(&text, x->cmd.arena, policy);
        if (x->output)
                ok = policy_cmd_write(&x->cmd, x->output, text_str(&text), text.size);
        else
                fputs(text_str(&text), stdout);
        text_deinit(&text);
        return ok;
}

static bool write_module(Compile *x, const PolPolicy *policy) {
        PolicyProgram program = POLICY_PROGRAM_NULL;
        size_t size;
        bool ok = policy_cmd_need_sdk(&x->cmd) &&
                  policy_program_make(&program, x->cmd.arena, &x->cmd.sdk, policy, CC_MODULE);

        if (ok) {
                const char *bytes = policy_program_read(&program, &size);

                ok = bytes && policy_cmd_write(&x->cmd, x->output, bytes, size);
        }
        policy_program_deinit(&program);
        return ok;
}

static int compile(const Command *self, OptScan *scan) {
        Compile x = {.output = NULL};
        const PolPolicy *policy = NULL;
        int opt, r;

        policy_cmd_init(&x.cmd, self, scan);
        while ((opt = policy_cmd_next(&x.cmd)) != OPT_END) {
                x.is_json |= opt == OPT_JSON;
                x.is_tests |= opt == OPT_TESTS;
                if (opt == OPT_OUTPUT)
                        x.output = scan->value;
        }
        r = x.is_json && x.is_tests ? cmd_usage(self, "only one of --json and --tests")
                                    : policy_cmd_check_path(&x.cmd);
        if (r == CMD_OK) {
                policy = policy_cmd_read(&x.cmd);
                r = policy_cmd_exit_code(&x.cmd);
        }
        if (policy && r == CMD_OK && !(is_module(&x) ? write_module : write_text)(&x, policy))
                r = CMD_FAILED;
        policy_cmd_deinit(&x.cmd);
        return r;
}

const Command cmd_policy_compile = {
        .name = "policy compile",
        .synopsis = "[-o FILE] [--json | --tests] [-I DIR]... [POLICY]",
        .summary = "Writes a policy as C, as module of the security module, or as JSON.",
        .details = "Without -o it prints. The C compiler is $CC (default: cc) with $CPPFLAGS, $CFLAGS, "
                   "$LDFLAGS.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = compile,
};
