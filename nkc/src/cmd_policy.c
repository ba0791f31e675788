/* SPDX-License-Identifier: MIT */
/*
 * nkc policy: its actions, and what they share.
 */
#include "cmd_policy.h"

#include <stdio.h>
#include <string.h>

static void print_message(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

void policy_cmd_init(PolicyCmd *c, const Command *self, OptScan *scan) {
        *c = (PolicyCmd){.self = self,
                .scan = scan,
                .session = nkc_session_new(print_message, NULL),
                .arena = arena_new(),
                .path = POLICY_DEFAULT};
        c->words = ARENA_ARRAY(c->arena, const char *, (size_t)scan->argc);
        c->has_sdk = sdk_find(&c->sdk, c->arena);
        policy_input_init(&c->input, c->arena, scan);
}

void policy_cmd_deinit(PolicyCmd *c) {
        policy_input_deinit(&c->input);
        c->session = nkc_session_free(c->session);
        c->arena = arena_free(c->arena);
}

int policy_cmd_next(PolicyCmd *c) {
        while ((c->last_opt = opt_next(c->scan)) != OPT_END && c->last_opt != OPT_BAD) {
                const char *value = c->scan->value;

                if (c->last_opt >= PCMD_N_OPTS)
                        return c->last_opt;
                if (c->last_opt == OPT_ARGUMENT)
                        c->words[c->n_words++] = value;
                else if (c->last_opt == PCMD_INCLUDE)
                        nkc_session_add_include(c->session, value);
                else if (c->last_opt == PCMD_POLICY)
                        c->path = value;
                else if (c->last_opt == PCMD_LENIENT)
                        c->is_lenient = true;
                else
                        policy_input_take(&c->input, c->last_opt - PCMD_PREPROCESSOR, value);
        }
        return OPT_END;
}

int policy_cmd_check(PolicyCmd *c) {
        if (c->last_opt == OPT_BAD)
                return cmd_usage(c->self, "%s", text_str(&c->scan->problem));
        if (c->has_sdk)
                nkc_session_add_include(c->session, c->sdk.include);
        return policy_input_check(&c->input, c->self);
}

int policy_cmd_check_path(PolicyCmd *c) {
        if (c->last_opt != OPT_BAD && c->n_words > 1)
                return cmd_usage(c->self, "more than one policy: '%s' and '%s'", c->words[0], c->words[1]);
        if (c->n_words == 1)
                c->path = c->words[0];
        return policy_cmd_check(c);
}

const PolPolicy *policy_cmd_read(PolicyCmd *c) {
        return nkc_policy_resolve(c->session, c->path, &c->input.options, c->is_lenient);
}

int policy_cmd_exit_code(const PolicyCmd *c) {
        if (nkc_session_io_failed(c->session))
                return CMD_FAILED;
        return nkc_session_errors(c->session) > 0 ? CMD_INPUT : CMD_OK;
}

bool policy_cmd_write(PolicyCmd *c, const char *path, const void *data, size_t size) {
        const char *slash = strrchr(path, '/');
        const char *folder = slash ? arena_copy(c->arena, path, (size_t)(slash - path + 1)) : ".";
        OutDir out = OUTDIR_NULL;
        int r = outdir_open(&out, folder);

        if (!r)
                r = outdir_write(&out, slash ? slash + 1 : path, data, size);
        if (r)
                fprintf(stderr, "nkc: error: cannot write '%s': %s\n", path, outdir_problem(r));
        outdir_close(&out);
        return r == 0;
}

bool policy_cmd_need_sdk(const PolicyCmd *c) {
        if (!c->has_sdk)
                fputs("nkc: error: no SDK beside this program: nothing can be compiled\n"
                      "help: run the nkc of an installed SDK\n",
                        stderr);
        return c->has_sdk;
}

static const Command *const actions[] = {
        &cmd_policy_compile,
        &cmd_policy_coverage,
        &cmd_policy_explain,
        &cmd_policy_suggest,
        &cmd_policy_test,
};

const Command cmd_policy = {
        .name = "policy",
        .summary = "Compiles a policy, tests it, and answers questions about it.",
        .actions = actions,
        .n_actions = sizeof actions / sizeof actions[0],
};
