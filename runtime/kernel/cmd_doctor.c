/* SPDX-License-Identifier: MIT */
/*
 * `caisson doctor`: tries every layer of a chamber on this machine, before a solution needs it.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "groups.h"
#include "layers.h"
#include "options.h"

static const char *set_help(void *command, const char *value) {
        (void)value;
        *(bool *)command = true;
        return NULL;
}

static const Option list[] = {{'h', "help", NULL, "show this help", set_help}};
static const Options options = {"doctor", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf(
                "Usage: caisson doctor\n"
                "Tries each layer that isolates the processes of a solution, and says what is missing, why, "
                "and\nwhat to do. Says also which limits of processes can be had.\n\n");
        options_print(&options, stdout);
        (void)printf("\nExit status: 0 all layers are there, 1 one is missing, 2 wrong usage.\n");
}

static bool look_at(const Layer *layer) {
        int error = layer_probe(layer);

        (void)printf("%-8s %-24s keeps out %s\n", error ? "missing" : "ok", layer->name, layer->keeps);
        if (error)
                (void)printf("         %s: %s\n", strerror(error), layer->explain(error));
        return error == 0;
}

/* No layer: a solution can do without, unless it limits a share of the processor. */
static void look_at_groups(void) {
        Groups groups;
        bool is_there = groups_init(&groups, NULL);
        uint32_t missing = (GROUP_MEMORY | GROUP_PIDS | GROUP_CPU) & ~groups.controllers;

        (void)printf("%-8s %-24s %s\n", is_there && !missing ? "ok" : "partly", "limits",
                is_there && !missing ? "memory, pids, files, cpu"
                                     : "memory, pids, files; no share of the processor (cpu)");
        if (!is_there)
                (void)printf("         %s: %s\n", strerror(groups.error), groups_explain(groups.error));
        else if (missing)
                (void)printf("         control groups lack%s%s%s\n", missing & GROUP_MEMORY ? " memory" : "",
                        missing & GROUP_PIDS ? " pids" : "", missing & GROUP_CPU ? " cpu" : "");
        groups_deinit(&groups);
}

int cmd_doctor(int argc, char **argv) {
        bool wants_help = false;
        uint32_t n_missing = 0;
        size_t n_words;

        if (options_read(&options, argc, argv, &wants_help, &n_words) < 0)
                return CMD_EXIT_USAGE;
        if (wants_help) {
                print_help();
                return CMD_EXIT_OK;
        }
        if (n_words != 0) {
                (void)fprintf(stderr, "caisson doctor: it takes no solution\nhelp: caisson doctor --help\n");
                return CMD_EXIT_USAGE;
        }
        for (uint32_t i = 0; i < layer_count; i++)
                n_missing += !look_at(&layer_table[i]);
        look_at_groups();
        if (n_missing)
                (void)printf(
                        "\n%u missing: `caisson run` stops, unless --isolation=degraded or none is given\n",
                        n_missing);
        else
                (void)printf("\nall there: `caisson run` isolates every process\n");
        return n_missing ? CMD_EXIT_PROBLEMS : CMD_EXIT_OK;
}
