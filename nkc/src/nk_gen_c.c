/* SPDX-License-Identifier: MIT */
/*
 * nk-gen-c: the generator under the command line that build files of KasperskyOS solutions use. One
 * input; its header goes directly into the output folder, with a file of dependencies beside it.
 * Exit codes as documented there: 0 done, 1 nothing written, 2 wrong usage.
 */
#include "gen.h"

#include <stdio.h>

static const char head[] =
        "Usage: nk-gen-c [OPTION]... FILE\n"
        "Writes the C header of one .idl, .cdl or .edl file, X.idl.h, and its dependencies, X.idl.nk.d.\n"
        "With none of --types --interface --endpoints --client --server everything is produced.\n\n"
        "Options:\n";

static void print_help(void) {
        Text text = TEXT_NULL;

        opt_print_help(gen_opts, GEN_N_COMMON, &text);
        printf("%s%s  %-32s%s\n  %-32s%s\n", head, text_str(&text), "-h, --help", "this text",
                "    --version", "the version");
        text_deinit(&text);
}

static bool has_word(int argc, char **argv, const char *word) {
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (!strcmp(argv[i], word))
                        return true;
        return false;
}

static int usage(const char *problem) {
        fprintf(stderr, "nk-gen-c: %s\nSee 'nk-gen-c --help'.\n", problem);
        return CMD_USAGE;
}

static int run(Gen *g, OptScan *scan) {
        int opt, r;

        while ((opt = opt_next(scan)) != OPT_END) {
                if (opt == OPT_BAD)
                        return usage(text_str(&scan->problem));
                if (!gen_option(g, opt, scan->value))
                        return usage(text_str(&g->problem));
        }
        if (!g->files.n)
                return usage("missing input file");
        if (g->files.n > 1)
                return usage("more than one input file; 'nkc gen' takes many");
        r = gen_run(g);
        return r == CMD_FAILED ? CMD_INPUT : r;
}

int main(int argc, char **argv) {
        Gen g = {.program = "nk-gen-c", .is_flat = true, .has_nk_rules = true};
        OptScan scan;
        int r;

        if (has_word(argc, argv, "--help") || has_word(argc, argv, "-h")) {
                print_help();
                return CMD_OK;
        }
        if (has_word(argc, argv, "--version")) {
                puts("nk-gen-c (caisson) " NKC_VERSION);
                return CMD_OK;
        }
        opt_init(&scan, gen_opts, GEN_N_COMMON, argc, argv);
        r = run(&g, &scan);
        opt_deinit(&scan);
        gen_deinit(&g);
        return r;
}
