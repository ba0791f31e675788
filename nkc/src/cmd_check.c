/* SPDX-License-Identifier: MIT */
/*
 * nkc check: reads descriptions and says what is wrong with them; writes nothing.
 */
#include "cmd.h"
#include "front/parse.h"

static const Opt opts[] = {
        {.letter = 'I', .word = "include", .value_name = "DIR", .help = "search folder, repeatable"},
};

static int check(const Command *self, OptScan *scan) {
        unsigned n_files = 0;
        Ctx ctx;
        int opt, r;

        ctx_init(&ctx);
        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD) {
                if (opt == OPT_ARGUMENT) {
                        front_parse_file(&ctx, scan->value, SPAN_NONE);
                        n_files++;
                }
        }
        if (opt == OPT_BAD)
                r = cmd_usage(self, "%s", text_str(&scan->problem));
        else if (n_files == 0)
                r = cmd_usage(self, "no input file");
        else
                r = cmd_finish(&ctx);
        ctx_deinit(&ctx);
        return r;
}

const Command cmd_check = {
        .name = "check",
        .synopsis = "[-I DIR]... FILE...",
        .summary = "Reports errors in .idl, .cdl and .edl files.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = check,
};
