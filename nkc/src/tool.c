/* SPDX-License-Identifier: MIT */
/*
 * Programs of one task: --help and --version count wherever they stand, and before any mistake.
 */
#include "tool.h"

#include <stdio.h>
#include <string.h>

#include "cmd.h"

static bool has_word(int argc, char **argv, const char *word) {
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (!strcmp(argv[i], word))
                        return true;
        return false;
}

static void print_help(const Tool *t) {
        Text text = TEXT_NULL;

        opt_print_help(t->opts, t->n_opts, &text);
        printf("%s%s  %-32s%s\n  %-32s%s\n", t->head, text_str(&text), "-h, --help", "this text",
                "    --version", "the version");
        text_deinit(&text);
}

bool tool_tells(const Tool *t, int argc, char **argv) {
        if (has_word(argc, argv, "--help") || has_word(argc, argv, "-h"))
                print_help(t);
        else if (has_word(argc, argv, "--version"))
                printf("%s (caisson) " NKC_VERSION "\n", t->name);
        else
                return false;
        return true;
}

int tool_usage(const Tool *t, const char *problem) {
        fprintf(stderr, "%s: %s\nSee '%s --help'.\n", t->name, problem, t->name);
        return CMD_USAGE;
}
