/* SPDX-License-Identifier: MIT */
/*
 * The program `einit`: an init description as C, under the command line that build files of KasperskyOS
 * solutions use.
 *
 * There Einit is the first process and starts the others. Here the kernel process does that, so what is
 * left for the C file is the checked description itself, and a main() that hands it over.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "cmd.h"
#include "einit_write.h"
#include "files.h"
#include "load.h"

typedef struct Einit {
        Load load;
        const char *output;
        const char *input;
} Einit;

static const struct option options[] = {
        {"include", required_argument, NULL, 'I'},
        {"out-file", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
};

static void print_help(void) {
        (void)printf("Usage: einit -I PATH... -o PATH FILE\n"
                     "Writes an init description as C: checked, with every name resolved. The program that "
                     "is made of\n"
                     "it starts the solution with `caisson run`.\n\n"
                     "  -I PATH                folder of descriptions and headers, repeatable\n"
                     "  -o, --out-file PATH    the C file\n"
                     "  -h, --help             this text\n"
                     "      --version          the version\n\n"
                     "Exit status: 0 done, 1 problems in the description, 2 wrong usage, 3 cannot read or "
                     "write.\n");
}

static int usage(const char *problem, const char *detail) {
        (void)fprintf(stderr, "einit: %s%s\nhelp: einit --help\n", problem, detail);
        return CMD_EXIT_USAGE;
}

/* --- writing --- */

static int write_file(const Einit *e, const char *path, const char *text, size_t size) {
        FILE *out = fopen(path, "we");
        int r = 0;

        if (!out)
                return -errno;
        r = einit_write(out, &e->load.solution, e->input, text, size);
        if (fclose(out) != 0 && r == 0)
                r = -errno;
        return r;
}

/* Under another name first: a reader sees the old file or the new one. */
static int publish(const Einit *e, const char *text, size_t size) {
        char path[PATH_MAX];
        int r;

        if (snprintf(path, sizeof path, "%s.%ld", e->output, (long)getpid()) >= (int)sizeof path)
                return -ENAMETOOLONG;
        r = write_file(e, path, text, size);
        if (r == 0 && rename(path, e->output) < 0)
                r = -errno;
        if (r < 0)
                (void)unlink(path);
        return r;
}

static int make(Einit *e) {
        const char *text;
        char *source;
        size_t size;
        int r;

        e->load.ignores_programs = true;
        r = load_solution(&e->load, e->input, stderr);
        if (r != CMD_EXIT_OK)
                return r;
        if (files_read(&e->load.pool, e->input, INIT_FILE_MAX, &source, &size) < 0 ||
                !(text = einit_expand(&e->load.solution, source, size, &e->load.pool, &size))) {
                (void)fprintf(stderr, "einit: cannot read %s again\n", e->input);
                return CMD_EXIT_SYSTEM;
        }
        r = publish(e, text, size);
        if (r == 0)
                return CMD_EXIT_OK;
        (void)fprintf(stderr, "einit: cannot write '%s': %s\n", e->output, strerror(-r));
        return CMD_EXIT_SYSTEM;
}

/* --- command line --- */

/* -1: go on; otherwise the exit status. */
static int read_option(Einit *e, int option, const char *word) {
        const char *problem = NULL;

        switch (option) {
        case 'I':
                problem = load_add_folder(&e->load.includes, optarg);
                break;
        case 'o':
                e->output = optarg;
                break;
        case 'h':
                print_help();
                return CMD_EXIT_OK;
        case 'v':
                (void)printf("einit (caisson) %s\n", CAISSON_VERSION);
                return CMD_EXIT_OK;
        case ':':
                return usage("a value is missing: ", word);
        default:
                return usage("unknown option: ", word);
        }
        return problem ? usage("-I: ", problem) : -1;
}

static int read_options(Einit *e, int argc, char **argv) {
        int option;

        opterr = 0;
        while ((option = getopt_long(argc, argv, ":I:o:h", options, NULL)) != -1) {
                int r = read_option(e, option, argv[optind - 1]);

                if (r >= 0)
                        return r;
        }
        if (optind == argc)
                return usage("name the init description", "");
        if (optind + 1 < argc)
                return usage("more than one init description: ", argv[optind + 1]);
        e->input = argv[optind];
        return e->output ? -1 : usage("name the C file with -o", "");
}

int main(int argc, char **argv) {
        Einit e = {.load = LOAD_NULL};
        int r = read_options(&e, argc, argv);

        if (r < 0)
                r = make(&e);
        load_deinit(&e.load);
        return r;
}
