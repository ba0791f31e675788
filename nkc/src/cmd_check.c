/* SPDX-License-Identifier: MIT */
/*
 * nkc check: reads descriptions with all they use and says what is wrong; writes nothing.
 */
#include "cmd_input.h"
#include "policy_input.h"

enum { OPT_LENIENT = INPUT_N_OPTS + POLICY_N_OPTS };

static const Opt opts[] = {
        INPUT_OPTS,
        POLICY_OPTS(INPUT_N_OPTS),
        [OPT_LENIENT] = {.word = "lenient-classes",
                .help = "policies: classes that are not included are left out"},
};

static void check_file(const CmdInput *in, const PolicyInput *policy, bool lenient, const char *path) {
        if (policy_input_is_policy(path))
                nkc_policy_resolve(in->session, path, &policy->options, lenient);
        else
                nkc_unit_compile(in->session, path, in->extended_errors);
}

static int check(const Command *self, OptScan *scan) {
        PolicyInput policy;
        CmdInput in;
        bool lenient = false;
        int opt, r;

        cmd_input_init(&in, scan);
        policy_input_init(&policy, in.arena, scan);
        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD) {
                cmd_input_take(&in, opt, scan->value);
                policy_input_take(&policy, opt - INPUT_N_OPTS, scan->value);
                lenient |= opt == OPT_LENIENT;
        }
        r = cmd_input_check(&in, self, opt, scan);
        if (r == CMD_OK)
                r = policy_input_check(&policy, self);
        if (r == CMD_OK) {
                for (size_t i = 0; i < in.n_files; i++)
                        check_file(&in, &policy, lenient, in.files[i]);
                r = cmd_input_exit_code(&in);
                r = policy.exit_code > r ? policy.exit_code : r;
        }
        policy_input_deinit(&policy);
        cmd_input_deinit(&in);
        return r;
}

const Command cmd_check = {
        .name = "check",
        .synopsis = "[-I DIR]... [--extended-errors] FILE...",
        .summary = "Reports errors in .idl, .cdl, .edl and .psl files.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = check,
};
