/* SPDX-License-Identifier: MIT */
/*
 * The program `caisson`: finds the command that its first word names. Everything else is in the
 * commands' files.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "spell.h"

static const Command commands[] = {
        {"new", "make the skeleton of a solution", cmd_new},
        {"run", "start the processes of a solution and connect them", cmd_run},
        {"exec", "run a program of this machine on the files of a VFS", cmd_exec},
        {"check", "look for mistakes in a solution without starting it", cmd_check},
        {"policy", "compile a policy, test it, ask about it (nkc policy)", cmd_policy},
        {"gpio", "look at the pins of a running solution, set simulated ones", cmd_gpio},
        {"doctor", "see whether this machine can isolate processes", cmd_doctor},
};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out) {
        (void)fprintf(out, "Usage: caisson COMMAND [OPTIONS] [SOLUTION]\n\n");
        for (size_t i = 0; i < N_COMMANDS; i++)
                (void)fprintf(out, "  %-10s%s\n", commands[i].name, commands[i].summary);
        (void)fprintf(out, "\n`caisson COMMAND --help` has the options; `caisson --version` the version.\n");
}

static int unknown(const char *name) {
        Spell spell = spell_start(name);

        for (size_t i = 0; i < N_COMMANDS; i++)
                spell_offer(&spell, commands[i].name);
        (void)fprintf(stderr, "caisson: unknown command '%s'\n", name);
        if (spell.best)
                (void)fprintf(stderr, "help: did you mean '%s'?\n", spell.best);
        else
                (void)fprintf(stderr, "help: caisson --help\n");
        return CMD_EXIT_USAGE;
}

/* A caller may have closed 0, 1 or 2; what we open must not take their place. */
static int reserve_standard_files(void) {
        int fd;

        do
                fd = open("/dev/null", O_RDWR);
        while (fd >= 0 && fd <= STDERR_FILENO);
        if (fd < 0)
                return -1;
        (void)close(fd);
        return 0;
}

int main(int argc, char **argv) {
        if (reserve_standard_files() < 0)
                return CMD_EXIT_SYSTEM;
        if (argc < 2) {
                print_help(stderr);
                return CMD_EXIT_USAGE;
        }
        if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
                print_help(stdout);
                return CMD_EXIT_OK;
        }
        if (strcmp(argv[1], "--version") == 0) {
                (void)printf("caisson %s\n", CAISSON_VERSION);
                return CMD_EXIT_OK;
        }
        for (size_t i = 0; i < N_COMMANDS; i++)
                if (strcmp(argv[1], commands[i].name) == 0)
                        return commands[i].run(argc - 1, argv + 1);
        return unknown(argv[1]);
}
