/* SPDX-License-Identifier: MIT */
/*
 * nkc fmt: prints descriptions in their canonical form. What it is about to print is parsed again
 * and compared with the input first, so it can never change what a description means.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "front/format.h"
#include "front/parse.h"
#include "out/outdir.h"

enum { OPT_IN_PLACE, OPT_CHECK };

static const Opt opts[] = {
        [OPT_IN_PLACE] = {.letter = 'i', .word = "in-place", .help = "write the files, those that change"},
        [OPT_CHECK] = {.word = "check",
                .help = "print the names of files that would change, exit code 1 if any"},
};

typedef enum Mode { MODE_PRINT, MODE_IN_PLACE, MODE_CHECK } Mode;

static bool means_the_same(const Ctx *ctx, const AstFile *file, const Text *formatted) {
        const SrcFile *source;

        if (src_add(ctx->sources, file->source->path, text_str(formatted), formatted->size, &source) != 0)
                return false;
        return ast_equal(file, front_parse(ctx, source, file->kind));
}

/* Through a symbolic link, not over it. Returns 0, OUTDIR_E_… or -errno. */
static int write_in_place(const char *path, const Text *formatted) {
        char resolved[PATH_MAX];
        OutDir folder = OUTDIR_NULL;
        char *last;
        int r;

        if (!realpath(path, resolved))
                return -errno;
        last = strrchr(resolved, '/');
        *last++ = '\0';
        r = outdir_open(&folder, resolved[0] ? resolved : "/");
        if (r == 0)
                r = outdir_write(&folder, last, text_str(formatted), formatted->size);
        outdir_close(&folder);
        return r;
}

static int deliver(const AstFile *file, const char *path, const Text *formatted, Mode mode) {
        bool is_same = formatted->size == file->source->size &&
                       memcmp(text_str(formatted), file->source->text, formatted->size) == 0;
        int r;

        switch (mode) {
        case MODE_PRINT:
                fwrite(text_str(formatted), 1, formatted->size, stdout);
                return CMD_OK;
        case MODE_CHECK:
                if (!is_same)
                        puts(path);
                return is_same ? CMD_OK : CMD_INPUT;
        case MODE_IN_PLACE:
                r = write_in_place(path, formatted);
                if (r != 0)
                        fprintf(stderr, "nkc: error: cannot write '%s': %s\n", path, outdir_problem(r));
                return r != 0 ? CMD_FAILED : CMD_OK;
        }
        return CMD_OK;
}

/* Warnings are for `nkc check`; here only errors are shown. */
static int format_file(const char *path, Mode mode) {
        Text formatted = TEXT_NULL;
        AstFile *file;
        Ctx ctx;
        int r;

        ctx_init(&ctx);
        file = front_parse_file(&ctx, path, SPAN_NONE);
        if (!file || file->is_bad) {
                r = cmd_finish(&ctx);
        } else {
                front_format(file, &formatted);
                if (means_the_same(&ctx, file, &formatted)) {
                        r = deliver(file, path, &formatted, mode);
                } else {
                        fprintf(stderr,
                                "nkc: error: '%s' left as it is: formatting would change its meaning\n",
                                path);
                        r = CMD_FAILED;
                }
        }
        text_deinit(&formatted);
        ctx_deinit(&ctx);
        return r;
}

static int read_options(const Command *self, OptScan *scan, Mode *mode, unsigned *n_files) {
        int opt;

        while ((opt = opt_next(scan)) != OPT_END) {
                if (opt == OPT_BAD)
                        return cmd_usage(self, "%s", text_str(&scan->problem));
                if (opt == OPT_ARGUMENT)
                        ++*n_files;
                else if (*mode != MODE_PRINT)
                        return cmd_usage(self, "only one of --in-place and --check");
                else
                        *mode = opt == OPT_CHECK ? MODE_CHECK : MODE_IN_PLACE;
        }
        return *n_files > 0 ? CMD_OK : cmd_usage(self, "no input file");
}

static int fmt(const Command *self, OptScan *scan) {
        OptScan files = *scan;
        Mode mode = MODE_PRINT;
        unsigned n_files = 0;
        int worst = read_options(self, scan, &mode, &n_files);
        int opt;

        if (worst != CMD_OK)
                return worst;
        while ((opt = opt_next(&files)) != OPT_END) {
                int r = opt == OPT_ARGUMENT ? format_file(files.value, mode) : CMD_OK;

                worst = r > worst ? r : worst;
        }
        return worst;
}

const Command cmd_fmt = {
        .name = "fmt",
        .synopsis = "[-i | --check] FILE...",
        .summary = "Prints descriptions in their canonical form.",
        .details = "Comments stay with what they describe, and so do empty lines between groups.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = fmt,
};
