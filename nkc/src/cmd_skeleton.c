/* SPDX-License-Identifier: MIT */
/*
 * nkc skeleton: C sources to start from, a server and a client of a class or of one interface. They
 * are written once; a file that is there with other content is its owner's and is left alone.
 */
#include "base/text.h"
#include "cmd.h"
#include "emit/skeleton.h"
#include "out/outdir.h"
#include "session.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

enum { OPT_INCLUDE, OPT_OUTPUT, OPT_CLIENT, OPT_SERVER, OPT_EXTENDED, OPT_STDOUT, N_OPTS };

static const Opt opts[N_OPTS] = {
        [OPT_INCLUDE] = {'I', "include", "DIR", "search folder, repeatable"},
        [OPT_OUTPUT] = {'o', "output", "DIR", "output folder, must exist; default: the current one"},
        [OPT_CLIENT] = {0, "client", NULL, "only the client"},
        [OPT_SERVER] = {0, "server", NULL, "only the server"},
        [OPT_EXTENDED] = {0, "extended-errors", NULL, "any number of error parameters of any type"},
        [OPT_STDOUT] = {0, "stdout", NULL, "print the sources, write no file"},
};

typedef struct Skeleton {
        NkcSession *session;
        const char *file;
        const char *folder;
        bool client, server;
        bool extended_errors;
        bool to_stdout;
} Skeleton;

typedef void Writer(Text *out, const LayUnit *unit);

/* "keeper_server.c", in the folder or to standard output. */
static int write_source(const Skeleton *s, const LayUnit *unit, const char *kind, const Text *source) {
        Text name = TEXT_NULL;
        OutDir out = OUTDIR_NULL;
        int r;

        for (const char *p = unit->name->last; *p; p++)
                text_putc(&name, (char)tolower((unsigned char)*p));
        text_printf(&name, "_%s.c", kind);
        r = outdir_open(&out, s->folder);
        if (!r)
                r = outdir_create(&out, name.data, source->data, source->size);
        outdir_close(&out);
        if (r == -EEXIST)
                fprintf(stderr, "nkc skeleton: '%s/%s' is there already and was changed; remove it first\n",
                        s->folder, name.data);
        else if (r)
                fprintf(stderr, "nkc skeleton: cannot write '%s/%s': %s\n", s->folder, name.data,
                        outdir_problem(r));
        else
                printf("%s/%s\n", s->folder, name.data);
        text_deinit(&name);
        return r ? CMD_FAILED : CMD_OK;
}

static int write_one(const Skeleton *s, const LayUnit *unit, const char *kind, Writer *print) {
        Text source = TEXT_NULL;
        int r = CMD_OK;

        print(&source, unit);
        if (s->to_stdout)
                fputs(source.data, stdout);
        else
                r = write_source(s, unit, kind, &source);
        text_deinit(&source);
        return r;
}

static int write_both(const Skeleton *s, const LayUnit *unit) {
        int r = CMD_OK;

        if (s->server || !s->client)
                r = write_one(s, unit, "server", skeleton_server);
        if (r == CMD_OK && (s->client || !s->server))
                r = write_one(s, unit, "client", skeleton_client);
        return r;
}

static void print_diagnostic(void *userdata, NkcSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        fputs(text, stderr);
}

static int run(const Skeleton *s) {
        const LayUnit *unit = nkc_unit_compile(s->session, s->file, s->extended_errors);

        if (!unit)
                return CMD_INPUT;
        if (!skeleton_is_possible(unit)) {
                fprintf(stderr,
                        "nkc skeleton: '%s' has nothing to serve: give an .idl with an interface, or an "
                        ".edl with endpoints\n",
                        s->file);
                return CMD_INPUT;
        }
        return write_both(s, unit);
}

/* False: *problem says what is wrong. */
static bool take(Skeleton *s, int opt, const char *value, const char **problem) {
        switch (opt) {
        case OPT_ARGUMENT:
                *problem = s->file ? "one input file at a time" : NULL;
                s->file = value;
                return !*problem;
        case OPT_INCLUDE:
                nkc_session_add_include(s->session, value);
                return true;
        case OPT_OUTPUT:
                s->folder = value;
                return true;
        case OPT_CLIENT:
                s->client = true;
                return true;
        case OPT_SERVER:
                s->server = true;
                return true;
        case OPT_EXTENDED:
                s->extended_errors = true;
                return true;
        default:
                s->to_stdout = true;
                return true;
        }
}

static int skeleton(const Command *self, OptScan *scan) {
        Skeleton s = {.session = nkc_session_new(print_diagnostic, NULL), .folder = "."};
        const char *problem = NULL;
        int opt, r;

        while ((opt = opt_next(scan)) != OPT_END && opt != OPT_BAD) {
                if (!take(&s, opt, scan->value, &problem))
                        break;
        }
        if (opt == OPT_BAD)
                r = cmd_usage(self, "%s", text_str(&scan->problem));
        else if (problem || !s.file)
                r = cmd_usage(self, "%s", problem ? problem : "no input file");
        else
                r = run(&s);
        nkc_session_free(s.session);
        return r;
}

const Command cmd_skeleton = {
        .name = "skeleton",
        .synopsis = "[OPTION]... FILE",
        .summary = "Writes a server and a client to start from.",
        .details =
                "FILE is the .edl of the server's class, or the .idl of one interface. The programs compile\n"
                "and run unchanged: the server answers with empty values, the client calls each method\n"
                "once. The name of their connection is a macro at the top. Nothing of yours is replaced.",
        .opts = opts,
        .n_opts = N_OPTS,
        .run = skeleton,
};
