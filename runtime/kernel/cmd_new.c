/* SPDX-License-Identifier: MIT */
/*
 * `caisson new`: makes the skeleton of a solution from the installed template, and says how to go on.
 */
#include "cmd.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "options.h"
#include "template.h"

static const char *set_help(void *command, const char *value) {
        (void)value;
        *(bool *)command = true;
        return NULL;
}

static const Option list[] = {
        {'h', "help", NULL, "show this help", set_help},
};
static const Options options = {"new", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf("Usage: caisson new NAME\n"
                     "Makes the folder NAME with a small solution: two processes, an interface, a policy "
                     "with tests.\n"
                     "The last part of NAME becomes the name of its package.\n\n");
        options_print(&options, stdout);
}

/* Prefix of the SDK that this program belongs to. */
static const char *find_prefix(Pool *pool) {
        const char *folder = files_own_folder(pool);
        char path[PATH_MAX];

        if (!folder || !realpath(pool_printf(pool, "%s/%s", folder, CAISSON_PREFIX_FROM_BIN), path))
                return NULL;
        return pool_copy(pool, path, strlen(path));
}

/* Would the shell find a `caisson` of this prefix? Then a Makefile does, too. */
static bool is_in_path(Pool *pool, const char *prefix) {
        const char *folders = getenv("PATH");
        char real[PATH_MAX];

        while (folders && *folders) {
                size_t size = strcspn(folders, ":");
                const char *file = pool_printf(pool, "%.*s/caisson", (int)size, folders);

                if (access(file, X_OK) == 0)
                        return realpath(file, real) && strncmp(real, prefix, strlen(prefix)) == 0;
                folders += size + (folders[size] == ':');
        }
        return false;
}

static void print_next(Pool *pool, const char *folder, const char *prefix) {
        const char *sdk = is_in_path(pool, prefix) ? "" : pool_printf(pool, " CAISSON=%s", prefix);

        (void)printf("%s is made. Go on there with\n\n"
                     "    make%s run      # builds it and runs it\n"
                     "    make%s check    # runs the tests of its policy\n",
                folder, sdk, sdk);
}

static int make(Pool *pool, const char *folder) {
        const char *slash = strrchr(folder, '/');
        const char *name = slash ? slash + 1 : folder;
        const char *problem = template_refuse(name);
        const char *prefix = find_prefix(pool);

        if (problem) {
                (void)fprintf(stderr, "caisson new: '%s' can't be the name: %s\n", name, problem);
                return CMD_EXIT_USAGE;
        }
        if (!prefix) {
                (void)fprintf(stderr, "caisson new: this program is not in an installed SDK\n");
                return CMD_EXIT_SYSTEM;
        }
        if (template_copy(pool, pool_printf(pool, "%s/%s/templates/solution", prefix, CAISSON_SHARE), folder,
                    name, stderr) < 0)
                return CMD_EXIT_SYSTEM;
        print_next(pool, folder, prefix);
        return CMD_EXIT_OK;
}

int cmd_new(int argc, char **argv) {
        Pool pool = POOL_NULL;
        bool wants_help = false;
        size_t n_words;
        int status;

        if (options_read(&options, argc, argv, &wants_help, &n_words) < 0)
                return CMD_EXIT_USAGE;
        if (wants_help) {
                print_help();
                return CMD_EXIT_OK;
        }
        if (n_words != 1) {
                (void)fprintf(stderr, "caisson new: name one solution\nhelp: caisson new --help\n");
                return CMD_EXIT_USAGE;
        }
        status = make(&pool, argv[1]);
        pool_deinit(&pool);
        return status;
}
