/* SPDX-License-Identifier: MIT */
/*
 * nkc check: reads descriptions with all they use and says what is wrong; writes nothing.
 */
#include "cmd_input.h"

static const Opt opts[] = {INPUT_OPTS};

static int check(const Command *self, OptScan *scan) {
        CmdInput in;
        int opt, r;

        cmd_input_init(&in, scan);
        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD)
                cmd_input_take(&in, opt, scan->value);
        r = cmd_input_check(&in, self, opt, scan);
        if (r == CMD_OK) {
                for (size_t i = 0; i < in.n_files; i++)
                        nkc_unit_compile(in.session, in.files[i], in.extended_errors);
                r = cmd_input_exit_code(&in);
        }
        cmd_input_deinit(&in);
        return r;
}

const Command cmd_check = {
        .name = "check",
        .synopsis = "[-I DIR]... [--extended-errors] FILE...",
        .summary = "Reports errors in .idl, .cdl and .edl files.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = check,
};
