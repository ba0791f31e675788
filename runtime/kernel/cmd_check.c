/* SPDX-License-Identifier: MIT */
/*
 * `caisson check`: everything that `run` looks at before it starts anything, and nothing else.
 */
#include "cmd.h"

#include "load.h"
#include "options.h"
#include "policy_load.h"

typedef struct Check {
        Load load;
        const char *policy;
        bool wants_help;
} Check;

static const char *set_include(void *command, const char *value) {
        return load_add_folder(&((Check *)command)->load.includes, value);
}

static const char *set_bin(void *command, const char *value) {
        return load_add_folder(&((Check *)command)->load.bins, value);
}

static const char *set_policy(void *command, const char *value) {
        ((Check *)command)->policy = value;
        return value[0] ? NULL : "a file, or none";
}

static const char *set_help(void *command, const char *value) {
        (void)value;
        ((Check *)command)->wants_help = true;
        return NULL;
}

static const Option list[] = {
        {'I', "include", "DIR", "folder of descriptions and headers; repeatable", set_include},
        {0, "bin", "DIR", "folder of executables; repeatable", set_bin},
        {0, "policy", "FILE", "policy module (default: ksm.module beside init.yaml); none: no policy",
                set_policy},
        {'h', "help", NULL, "show this help", set_help},
};
static const Options options = {"check", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf(
                "Usage: caisson check [OPTIONS] SOLUTION\n"
                "Checks a solution and its policy without starting it: a folder with an init.yaml, that\n"
                "file, or an image.\n\n");
        options_print(&options, stdout);
        (void)printf("\nExit status: 0 nothing wrong, 1 problems, 2 wrong usage, 3 can't read.\n");
}

int cmd_check(int argc, char **argv) {
        Check check = {.load = LOAD_NULL};
        Ksm *ksm = NULL;
        size_t n_words;
        int status;

        if (options_read(&options, argc, argv, &check, &n_words) < 0)
                return CMD_EXIT_USAGE;
        if (check.wants_help) {
                print_help();
                return CMD_EXIT_OK;
        }
        if (n_words != 1) {
                (void)fprintf(stderr, "caisson check: name one solution\nhelp: caisson check --help\n");
                return CMD_EXIT_USAGE;
        }
        status = load_solution(&check.load, argv[1], stderr);
        if (status == CMD_EXIT_OK)
                status = policy_load(&check.load, check.policy, stderr, &ksm);
        if (status == CMD_EXIT_OK)
                (void)printf("%s: %u process%s, %u channel%s, nothing wrong\n", argv[1],
                        check.load.solution.n_tasks, check.load.solution.n_tasks == 1 ? "" : "es",
                        check.load.solution.n_channels, check.load.solution.n_channels == 1 ? "" : "s");
        ksm_free(ksm);
        load_deinit(&check.load);
        return status;
}
