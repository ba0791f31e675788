/* SPDX-License-Identifier: MIT */
/*
 * nkc fmt: prints descriptions and policies in their canonical form. What it is about to print is parsed
 * again and compared with the input first, so it can never change what a description means.
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
#include "policy_input.h"
#include "psl/format.h"
#include "psl/parse.h"

enum { OPT_IN_PLACE, OPT_CHECK };

static const Opt opts[] = {
        [OPT_IN_PLACE] = {.letter = 'i', .word = "in-place", .help = "write the files, those that change"},
        [OPT_CHECK] = {.word = "check",
                .help = "print the names of files that would change, exit code 1 if any"},
};

typedef enum Mode { MODE_PRINT, MODE_IN_PLACE, MODE_CHECK } Mode;

/* One file, and what comes of it. */
typedef struct Job {
        const Ctx *ctx;
        const char *path;
        const SrcFile *source; /* NULL: it could not be read */
        Text formatted;
        bool is_bad;        /* it has errors: nothing was formatted */
        bool keeps_meaning; /* what was formatted parses to an equal tree */
} Job;

/* The formatted text as a source of its own; NULL when there is no room left. */
static const SrcFile *formatted_source(const Job *job) {
        const SrcFile *source;
        int r = src_add(
                job->ctx->sources, job->path, text_str(&job->formatted), job->formatted.size, &source);

        return r == 0 ? source : NULL;
}

static void format_description(Job *job) {
        AstFile *file = front_parse_file(job->ctx, job->path, SPAN_NONE);
        const SrcFile *again;

        job->is_bad = !file || file->is_bad;
        if (job->is_bad)
                return;
        job->source = file->source;
        front_format(file, &job->formatted);
        again = formatted_source(job);
        job->keeps_meaning = again && ast_equal(file, front_parse(job->ctx, again, file->kind));
}

static void format_policy(Job *job) {
        PslFile *file;
        const SrcFile *again;

        job->source = front_read(job->ctx, job->path, SPAN_NONE);
        job->is_bad = !job->source;
        if (job->is_bad)
                return;
        file = psl_parse(job->ctx, job->source);
        job->is_bad = file->is_bad;
        if (job->is_bad)
                return;
        psl_format(file, &job->formatted);
        again = formatted_source(job);
        job->keeps_meaning = again && psl_equal(file, psl_parse(job->ctx, again));
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

static int deliver(const Job *job, Mode mode) {
        const Text *formatted = &job->formatted;
        bool is_same = formatted->size == job->source->size &&
                       memcmp(text_str(formatted), job->source->text, formatted->size) == 0;
        int r;

        switch (mode) {
        case MODE_PRINT:
                fwrite(text_str(formatted), 1, formatted->size, stdout);
                return CMD_OK;
        case MODE_CHECK:
                if (!is_same)
                        puts(job->path);
                return is_same ? CMD_OK : CMD_INPUT;
        case MODE_IN_PLACE:
                r = write_in_place(job->path, formatted);
                if (r != 0)
                        fprintf(stderr, "nkc: error: cannot write '%s': %s\n", job->path, outdir_problem(r));
                return r != 0 ? CMD_FAILED : CMD_OK;
        }
        return CMD_OK;
}

static int finish_job(Job *job, Ctx *ctx, Mode mode) {
        if (job->is_bad)
                return cmd_finish(ctx);
        if (job->keeps_meaning)
                return deliver(job, mode);
        fprintf(stderr, "nkc: error: '%s' left as it is: formatting would change its meaning\n", job->path);
        return CMD_FAILED;
}

/* Warnings are for `nkc check`; here only errors are shown. */
static int format_file(const char *path, Mode mode) {
        Job job = {.path = path};
        Ctx ctx;
        int r;

        ctx_init(&ctx);
        job.ctx = &ctx;
        if (policy_input_is_policy(path))
                format_policy(&job);
        else
                format_description(&job);
        r = finish_job(&job, &ctx, mode);
        text_deinit(&job.formatted);
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
        .summary = "Prints descriptions and policies in their canonical form.",
        .details = "Comments stay with what they describe, and so do empty lines between groups.",
        .opts = opts,
        .n_opts = sizeof opts / sizeof opts[0],
        .run = fmt,
};
