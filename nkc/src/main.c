/* SPDX-License-Identifier: MIT */
/*
 * nkc: the compiler's command line. Finds the command and runs it; each command is a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const Command *const commands[] = {
        &cmd_check,
        &cmd_dump,
        &cmd_explain,
        &cmd_fmt,
        &cmd_gen,
        &cmd_policy,
        &cmd_skeleton,
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void print_help(void) {
        puts("Usage: nkc COMMAND [ARGUMENT]...\n"
             "Compiler for the descriptions of components, IDL, CDL and EDL, and for policies, PSL.\n\n"
             "Commands:");
        for (size_t i = 0; i < N_COMMANDS; i++) {
                if (!commands[i]->is_hidden)
                        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
        }
        puts("\n'nkc COMMAND --help' tells more. 'nkc --version' prints the version.\n"
             "Exit codes: 0 done, 1 errors in the input, 2 wrong usage, 3 cannot read or write.");
}

static void print_command_help(const Command *c) {
        Text text = TEXT_NULL;

        printf("Usage: nkc %s %s\n%s\n", c->name, c->synopsis, c->summary);
        if (c->details)
                printf("\n%s\n", c->details);
        opt_print_help(c->opts, c->n_opts, &text);
        printf("\nOptions:\n%s  %-32s%s\n", text_str(&text), "-h, --help", "this text");
        text_deinit(&text);
}

static const Command *find_command(const char *name) {
        for (size_t i = 0; i < N_COMMANDS; i++) {
                if (strcmp(commands[i]->name, name) == 0)
                        return commands[i];
        }
        return NULL;
}

static int unknown_command(const char *name) {
        Suggest suggest = suggest_for(name);
        const char *kind = name[0] == '-' ? "option" : "command";

        for (size_t i = 0; i < N_COMMANDS; i++)
                suggest_offer(&suggest, commands[i]->name);
        suggest_offer(&suggest, "--help");
        suggest_offer(&suggest, "--version");
        if (suggest.best)
                return cmd_usage(NULL, "unknown %s '%s'; did you mean '%s'?", kind, name, suggest.best);
        return cmd_usage(NULL, "unknown %s '%s'", kind, name);
}

/* Looks for --help among the options: it works whatever else is on the line, up to "--". */
static bool asks_for_help(int argc, char **argv) {
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
                if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
                        return true;
        }
        return false;
}

static int run_command(const Command *c, int argc, char **argv) {
        OptScan scan;
        int r;

        if (asks_for_help(argc, argv)) {
                print_command_help(c);
                return CMD_OK;
        }
        opt_init(&scan, c->opts, c->n_opts, argc, argv);
        r = c->run(c, &scan);
        opt_deinit(&scan);
        return r;
}

static int run(int argc, char **argv) {
        const Command *command;

        if (argc < 2)
                return cmd_usage(NULL, "which command?");
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
                print_help();
                return CMD_OK;
        }
        if (strcmp(argv[1], "--version") == 0) {
                puts("nkc " NKC_VERSION);
                return CMD_OK;
        }
        command = find_command(argv[1]);
        return command ? run_command(command, argc - 1, argv + 1) : unknown_command(argv[1]);
}

int main(int argc, char **argv) {
        int r = run(argc, argv);

        if (fflush(stdout) != 0 || ferror(stdout)) {
                perror("nkc: cannot write");
                return CMD_FAILED;
        }
        return r;
}
