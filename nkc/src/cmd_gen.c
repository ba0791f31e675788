/* SPDX-License-Identifier: MIT */
/*
 * nkc gen: headers of many descriptions, each below the output folder under the path that its
 * package name gives.
 */
#include "gen.h"

static int gen(const Command *self, OptScan *scan) {
        Gen g = {.program = "nkc gen"};
        int opt, r;

        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD) {
                if (!gen_option(&g, opt, scan->value))
                        break;
        }
        if (opt == OPT_BAD)
                r = cmd_usage(self, "%s", text_str(&scan->problem));
        else if (opt != OPT_END)
                r = cmd_usage(self, "%s", text_str(&g.problem));
        else if (!g.files.n)
                r = cmd_usage(self, "no input file");
        else
                r = gen_run(&g);
        gen_deinit(&g);
        return r;
}

const Command cmd_gen = {
        .name = "gen",
        .synopsis = "[OPTION]... FILE...",
        .summary = "Writes the C headers of .idl, .cdl and .edl files.",
        .details =
                "The header of package a.b.C is DIR/a/b/C.idl.h, whose folders are made. A file outside of\n"
                "what its name says goes by its path below the nearest search folder. Nothing is written\n"
                "when any input has an error; a file that would not change is left alone.\n"
                "-MD writes the dependencies of each header beside it, X.idl.h.d, for make and ninja.",
        .opts = gen_opts,
        .n_opts = GEN_N_OPTS,
        .run = gen,
};
