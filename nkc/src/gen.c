/* SPDX-License-Identifier: MIT */
/*
 * Compiles all inputs, then prints and writes the outputs of each.
 */
#include "gen.h"

#include "layout/shape.h"
#include "out/depfile.h"
#include "out/outdir.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>

/* One input, compiled, and where its outputs go. */
typedef struct Job {
        const LayUnit *unit;
        char *header; /* below the output folder: "demo/IStore.idl.h" */
} Job;

/* What writing needs. The text is reused from file to file. */
typedef struct Writer {
        const Gen *gen;
        OutDir out;
        Text text;
        Text rules;   /* for --depfile */
        Arena *arena; /* for shapes */
} Writer;

/* ---- Names of outputs -------------------------------------------------------------------- */

/* Skips "./" and doubled slashes at the start. */
static const char *skip_dots(const char *path) {
        for (;;) {
                if (path[0] == '.' && path[1] == '/')
                        path += 2;
                else if (path[0] == '/')
                        path++;
                else
                        return path;
        }
}

/* The rest of `path` below `folder`, or NULL. Compares part by part, so "idl/" and "./idl" are one. */
static const char *below(const char *path, const char *folder) {
        if ((path[0] == '/') != (folder[0] == '/'))
                return NULL;
        for (;;) {
                size_t n;

                path = skip_dots(path);
                folder = skip_dots(folder);
                if (!*folder || !strcmp(folder, "."))
                        return path;
                n = strcspn(folder, "/");
                if (strncmp(path, folder, n) != 0 || path[n] != '/')
                        return NULL;
                path += n;
                folder += n;
        }
}

static bool ends_with_path(const char *path, const char *end) {
        size_t n = strlen(path), n_end = strlen(end);

        return n >= n_end && !strcmp(path + n - n_end, end) && (n == n_end || path[n - n_end - 1] == '/');
}

/* The path that the declared name gives, unless the file lies elsewhere under a search folder. */
static const char *relative_name(const Gen *g, const LayUnit *u) {
        const char *best = NULL;

        if (ends_with_path(u->path, u->name->file))
                return u->name->file;
        for (size_t i = 0; i < g->includes.n; i++) {
                const char *rest = below(u->path, g->includes.words[i]);

                if (rest && (!best || strlen(rest) < strlen(best)))
                        best = rest;
        }
        return best ? best : u->name->file;
}

static const char *last_part(const char *path) {
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

/* Heap: name with suffix. */
static char *with_suffix(const char *name, const char *suffix) {
        size_t n = strlen(name), n_suffix = strlen(suffix);
        char *joined = malloc(n + n_suffix + 1);

        if (!joined)
                arena_out_of_memory();
        memcpy(joined, name, n);
        memcpy(joined + n, suffix, n_suffix + 1);
        return joined;
}

/* ---- Writing ----------------------------------------------------------------------------- */

static bool write_file(Writer *w, const char *name, const void *data, size_t size) {
        int r = outdir_write(&w->out, name, data, size);

        if (r)
                fprintf(stderr, "%s: cannot write '%s' in '%s': %s\n", w->gen->program, name, w->gen->folder,
                        outdir_problem(r));
        return r == 0;
}

/* The same with another ending instead of the header's ".h". */
static bool write_beside(Writer *w, const char *header, const char *ending, const void *data, size_t size) {
        char *stem = with_suffix(header, "");
        char *name;
        bool ok;

        stem[strlen(stem) - 2] = '\0';
        name = with_suffix(stem, ending);
        ok = write_file(w, name, data, size);
        free(name);
        free(stem);
        return ok;
}

/* A rule whose target is the header as it is named on the command line: folder and name. */
static void put_rule(Writer *w, Text *rules, const Job *job) {
        const LayUnit *u = job->unit;
        const char **needs = malloc((u->n_deps + 1) * sizeof(*needs));
        Text target = TEXT_NULL;

        if (!needs)
                arena_out_of_memory();
        needs[0] = u->path;
        for (uint32_t i = 0; i < u->n_deps; i++)
                needs[i + 1] = u->deps[i];
        if (strcmp(w->gen->folder, ".") != 0)
                text_printf(&target, "%s/", w->gen->folder);
        text_puts(&target, job->header);
        depfile_rule(rules, text_str(&target), needs, u->n_deps + 1);
        text_deinit(&target);
        free(needs);
}

/* nk-gen-c's file has a rule for a .c that is never made, because build files read both. */
static bool write_nk_rules(Writer *w, const Job *job) {
        const LayUnit *u = job->unit;
        char *c_name = with_suffix(job->header, "");
        Text rules = TEXT_NULL;
        bool ok;

        c_name[strlen(c_name) - 1] = 'c';
        depfile_rule(&rules, c_name, u->deps, u->n_deps);
        text_putc(&rules, '\n');
        depfile_rule(&rules, job->header, u->deps, u->n_deps);
        ok = write_beside(w, job->header, ".nk.d", rules.data, rules.size);
        text_deinit(&rules);
        free(c_name);
        return ok;
}

static bool write_rules(Writer *w, const Job *job) {
        Text rules = TEXT_NULL;
        bool ok = true;

        if (w->gen->has_nk_rules)
                ok = write_nk_rules(w, job);
        if (w->gen->has_rules) {
                put_rule(w, &rules, job);
                ok &= write_beside(w, job->header, ".h.d", rules.data, rules.size);
        }
        if (w->gen->rules)
                put_rule(w, &w->rules, job);
        text_deinit(&rules);
        return ok;
}

static bool write_shape(Writer *w, const Job *job) {
        size_t size;
        const void *shape = shape_write(w->arena, job->unit->component, &size);

        if (!shape)
                fprintf(stderr, "%s: the verification table of '%s' is larger than %zu bytes\n",
                        w->gen->program, job->unit->path, SHAPE_SIZE_MAX);
        return shape && write_beside(w, job->header, ".shape", shape, size);
}

static bool write_job(Writer *w, const Job *job) {
        text_clear(&w->text);
        emit_header(&w->text, job->unit, &w->gen->emit);
        if (!write_file(w, job->header, w->text.data, w->text.size))
                return false;
        if (w->gen->has_shape && job->unit->kind == LAY_UNIT_EDL && !write_shape(w, job))
                return false;
        return write_rules(w, job);
}

/* --depfile names a file of its own, anywhere. */
static bool write_depfile(Writer *w) {
        const char *path = w->gen->rules;
        char *folder = with_suffix(path, "");
        OutDir out = OUTDIR_NULL;
        int r;

        folder[last_part(path) - path] = '\0';
        r = outdir_open(&out, folder[0] ? folder : ".");
        if (!r)
                r = outdir_write(&out, last_part(path), text_str(&w->rules), w->rules.size);
        if (r)
                fprintf(stderr, "%s: cannot write '%s': %s\n", w->gen->program, path, outdir_problem(r));
        outdir_close(&out);
        free(folder);
        return r == 0;
}

static int write_all(const Gen *g, const Job *jobs) {
        Writer w = {.gen = g, .out = OUTDIR_NULL};
        bool ok = true;
        int r = outdir_open(&w.out, g->folder);

        if (r) {
                fprintf(stderr, "%s: output folder '%s': %s; make it first\n", g->program, g->folder,
                        outdir_problem(r));
                return CMD_FAILED;
        }
        w.arena = arena_new();
        for (size_t i = 0; ok && i < g->files.n; i++)
                ok = write_job(&w, &jobs[i]);
        if (ok && g->rules)
                ok = write_depfile(&w);
        arena_free(w.arena);
        text_deinit(&w.text);
        text_deinit(&w.rules);
        outdir_close(&w.out);
        return ok ? CMD_OK : CMD_FAILED;
}

static int print_all(const Gen *g, const Job *jobs) {
        Text text = TEXT_NULL;

        for (size_t i = 0; i < g->files.n; i++)
                emit_header(&text, jobs[i].unit, &g->emit);
        fwrite(text.data, 1, text.size, stdout);
        text_deinit(&text);
        return CMD_OK;
}

/* ---- The run ----------------------------------------------------------------------------- */

static void print_diagnostic(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        Gen *g = userdata;

        (void)severity;
        g->cannot_read |= number >= DIAG_IO_FIRST && number <= DIAG_IO_LAST;
        fputs(text, stderr);
}

static int compile_all(const Gen *g, NkcSession *s, Job *jobs) {
        int r = CMD_OK;

        for (size_t i = 0; i < g->files.n; i++) {
                jobs[i].unit = nkc_unit_compile(s, g->files.words[i], g->extended_errors);
                if (!jobs[i].unit) {
                        r = g->cannot_read ? CMD_FAILED : CMD_INPUT;
                        continue;
                }
                jobs[i].header = with_suffix(
                        g->is_flat ? last_part(g->files.words[i]) : relative_name(g, jobs[i].unit), ".h");
        }
        return r;
}

static int by_header(const void *a, const void *b) {
        return strcmp(((const Job *)a)->header, ((const Job *)b)->header);
}

/* Two inputs with one output would overwrite each other; one input named twice is fine. Sorts the jobs by
 * output. */
static bool are_distinct(const Gen *g, Job *jobs) {
        qsort(jobs, g->files.n, sizeof(*jobs), by_header);
        for (size_t i = 1; i < g->files.n; i++) {
                if (by_header(&jobs[i - 1], &jobs[i]) || jobs[i - 1].unit == jobs[i].unit)
                        continue;
                fprintf(stderr, "%s: '%s' and '%s' would both be written to '%s'\n", g->program,
                        jobs[i - 1].unit->path, jobs[i].unit->path, jobs[i].header);
                return false;
        }
        return true;
}

int gen_run(Gen *g) {
        NkcSession *s = nkc_session_new(print_diagnostic, g);
        Job *jobs = calloc(g->files.n + 1, sizeof(*jobs));
        int r;

        if (!jobs)
                arena_out_of_memory();
        if (!g->folder)
                g->folder = ".";
        for (size_t i = 0; i < g->includes.n; i++)
                nkc_session_add_include(s, g->includes.words[i]);
        r = compile_all(g, s, jobs);
        if (r == CMD_OK && g->to_stdout)
                r = print_all(g, jobs);
        else if (r == CMD_OK)
                r = are_distinct(g, jobs) ? write_all(g, jobs) : CMD_USAGE;
        for (size_t i = 0; i < g->files.n; i++)
                free(jobs[i].header);
        free(jobs);
        nkc_session_free(s);
        return r;
}
