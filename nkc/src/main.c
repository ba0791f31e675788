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

/* "check"; of the action "policy test" the word "test". */
static const char *word_of(const Command *c) {
        const char *blank = strrchr(c->name, ' ');

        return blank ? blank + 1 : c->name;
}

static void print_actions(const Command *c) {
        printf("Usage: nkc %s ACTION [ARGUMENT]...\n%s\n\nActions:\n", c->name, c->summary);
        for (size_t i = 0; i < c->n_actions; i++)
                printf("  %-10s %s\n", word_of(c->actions[i]), c->actions[i]->summary);
        printf("\n'nkc %s ACTION --help' tells more.\n", c->name);
}

static void print_command_help(const Command *c) {
        Text text = TEXT_NULL;

        if (c->n_actions) {
                print_actions(c);
                return;
        }
        printf("Usage: nkc %s %s\n%s\n", c->name, c->synopsis, c->summary);
        if (c->details)
                printf("\n%s\n", c->details);
        opt_print_help(c->opts, c->n_opts, &text);
        printf("\nOptions:\n%s  %-32s%s\n", text_str(&text), "-h, --help", "this text");
        text_deinit(&text);
}

static const Command *find(const Command *const *list, size_t n, const char *word) {
        for (size_t i = 0; i < n; i++) {
                if (strcmp(word_of(list[i]), word) == 0)
                        return list[i];
        }
        return NULL;
}

static int unknown(const Command *parent, const Command *const *list, size_t n, const char *word) {
        Suggest suggest = suggest_for(word);
        const char *kind = word[0] == '-' ? "option" : parent ? "action" : "command";

        for (size_t i = 0; i < n; i++)
                suggest_offer(&suggest, word_of(list[i]));
        suggest_offer(&suggest, "--help");
        if (!parent)
                suggest_offer(&suggest, "--version");
        if (suggest.best)
                return cmd_usage(parent, "unknown %s '%s'; did you mean '%s'?", kind, word, suggest.best);
        return cmd_usage(parent, "unknown %s '%s'", kind, word);
}

static bool is_help(const char *word) {
        return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Looks for --help among the options: it works whatever else is on the line, up to "--". */
static bool asks_for_help(int argc, char **argv) {
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
                if (is_help(argv[i]))
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

static int run_action(const Command *c, int argc, char **argv) {
        const Command *action;

        if (argc < 2)
                return cmd_usage(c, "which action?");
        if (is_help(argv[1])) {
                print_command_help(c);
                return CMD_OK;
        }
        action = find(c->actions, c->n_actions, argv[1]);
        return action ? run_command(action, argc - 1, argv + 1)
                      : unknown(c, c->actions, c->n_actions, argv[1]);
}

static int run(int argc, char **argv) {
        const Command *command;

        if (argc < 2)
                return cmd_usage(NULL, "which command?");
        if (is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
                print_help();
                return CMD_OK;
        }
        if (strcmp(argv[1], "--version") == 0) {
                puts("nkc " NKC_VERSION);
                return CMD_OK;
        }
        command = find(commands, N_COMMANDS, argv[1]);
        if (!command)
                return unknown(NULL, commands, N_COMMANDS, argv[1]);
        return (command->n_actions ? run_action : run_command)(command, argc - 1, argv + 1);
}

int main(int argc, char **argv) {
        int r = run(argc, argv);

        if (fflush(stdout) != 0 || ferror(stdout)) {
                perror("nkc: cannot write");
                return CMD_FAILED;
        }
        return r;
}
