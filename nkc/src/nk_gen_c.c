/* SPDX-License-Identifier: MIT */
/*
 * nk-gen-c: the generator under the command line that build files of KasperskyOS solutions use. One
 * input; its header goes directly into the output folder, with a file of dependencies beside it.
 * Exit codes as documented there: 0 done, 1 nothing written, 2 wrong usage.
 */
#include "gen.h"
#include "tool.h"

static const Tool tool = {
        .name = "nk-gen-c",
        .head = "Usage: nk-gen-c [OPTION]... FILE\n"
                "Writes the C header of one .idl, .cdl or .edl file, X.idl.h, and its dependencies, "
                "X.idl.nk.d.\n"
                "With none of --types --interface --endpoints --client --server everything is produced.\n\n"
                "Options:\n",
        .opts = gen_opts,
        .n_opts = GEN_N_COMMON,
};

static int run(Gen *g, OptScan *scan) {
        int opt, r;

        while ((opt = opt_next(scan)) != OPT_END) {
                if (opt == OPT_BAD)
                        return tool_usage(&tool, text_str(&scan->problem));
                if (!gen_option(g, opt, scan->value))
                        return tool_usage(&tool, text_str(&g->problem));
        }
        if (!g->files.n)
                return tool_usage(&tool, "missing input file");
        if (g->files.n > 1)
                return tool_usage(&tool, "more than one input file; 'nkc gen' takes many");
        r = gen_run(g);
        return r == CMD_FAILED ? CMD_INPUT : r;
}

int main(int argc, char **argv) {
        Gen g = {.program = "nk-gen-c", .is_flat = true, .has_nk_rules = true};
        OptScan scan;
        int r;

        if (tool_tells(&tool, argc, argv))
                return CMD_OK;
        opt_init(&scan, gen_opts, GEN_N_COMMON, argc, argv);
        r = run(&g, &scan);
        opt_deinit(&scan);
        gen_deinit(&g);
        return r;
}
