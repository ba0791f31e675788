/* SPDX-License-Identifier: MIT */
/*
 * The options of both generators, and what each changes in a Gen.
 */
#include "gen.h"

#include "base/suggest.h"

#include <stdlib.h>

enum {
        OPT_INCLUDE,
        OPT_OUTPUT,
        OPT_TYPES,
        OPT_INTERFACE,
        OPT_ENDPOINTS,
        OPT_CLIENT,
        OPT_SERVER,
        OPT_EXTENDED,
        OPT_SIMPLIFIED,
        OPT_TRACE_CLIENT,
        OPT_TRACE_SERVER,
        OPT_TRACE_FILTER,
        OPT_PLATFORM,
        OPT_WARN,
        OPT_LOG_LEVEL,
        OPT_REFLECTION,
        OPT_TESTS,
        OPT_ALIGNMENT,
        OPT_STDOUT,
        OPT_SHAPE,
        OPT_RULES,
        OPT_RULES_FILE,
};

_Static_assert(OPT_ALIGNMENT + 1 == GEN_N_COMMON && OPT_RULES_FILE + 1 == GEN_N_OPTS, "options of gen.h");

const Opt gen_opts[GEN_N_OPTS] = {
        [OPT_INCLUDE] = {'I', "include", "DIR", "search folder, repeatable"},
        [OPT_OUTPUT] = {'o', "output", "DIR", "output folder, must exist; default: the current one"},
        [OPT_TYPES] = {0, "types", NULL, "only constants and types"},
        [OPT_INTERFACE] = {0, "interface", NULL, "only interfaces: ids, sizes, messages, with their types"},
        [OPT_ENDPOINTS] = {0, "endpoints", NULL, "only endpoint numbers of components and classes"},
        [OPT_CLIENT] = {0, "client", NULL, "only client code, with what it needs"},
        [OPT_SERVER] = {0, "server", NULL, "only server code, with what it needs"},
        [OPT_EXTENDED] = {0, "extended-errors", NULL, "any number of error parameters of any type"},
        [OPT_SIMPLIFIED] = {0, "deprecated-no-extended-errors", NULL,
                "at most one error parameter, UInt16 status (the default)"},
        [OPT_TRACE_CLIENT] = {0, "trace-client-ipc", "headers|dump", "clients print each exchange"},
        [OPT_TRACE_SERVER] = {0, "trace-server-ipc", "headers|dump", "servers print each exchange"},
        [OPT_TRACE_FILTER] = {0, "ipc-trace-method-filter", "METHOD,...", "print only these methods"},
        [OPT_PLATFORM] = {'P', NULL, "FILE", NULL},
        [OPT_WARN] = {'W', NULL, "FLAGS", NULL},
        [OPT_LOG_LEVEL] = {0, "log-level", "LEVEL", NULL},
        [OPT_REFLECTION] = {0, "component-refl", NULL, NULL},
        [OPT_TESTS] = {0, "tests", NULL, NULL},
        [OPT_ALIGNMENT] = {0, "enforce-alignment-check", NULL, NULL},
        [OPT_STDOUT] = {0, "stdout", NULL, "print the headers, write no file"},
        [OPT_SHAPE] = {0, "shape", NULL, "also write the verification table, X.edl.shape"},
        [OPT_RULES] = {'M', NULL, "D", NULL},
        [OPT_RULES_FILE] = {0, "depfile", "FILE", "write the dependencies of all headers into one file"},
};

static void add_word(GenWords *w, const char *word) {
        const char **words = realloc(w->words, (w->n + 1) * sizeof(*words));

        if (!words)
                arena_out_of_memory();
        w->words = words;
        w->words[w->n++] = word;
}

void gen_deinit(Gen *g) {
        free(g->includes.words);
        free(g->files.words);
        text_deinit(&g->problem);
}

static bool set_trace(Gen *g, EmitTrace *trace, int opt, const char *value) {
        Suggest s = suggest_for(value);

        if (!strcmp(value, "headers") || !strcmp(value, "dump")) {
                *trace = value[0] == 'h' ? EMIT_TRACE_HEADERS : EMIT_TRACE_DUMP;
                return true;
        }
        suggest_offer(&s, "headers");
        suggest_offer(&s, "dump");
        text_printf(&g->problem, "--%s takes headers or dump, not '%s'", gen_opts[opt].word, value);
        if (s.best)
                text_printf(&g->problem, "; did you mean '%s'?", s.best);
        return false;
}

static bool set_once(Gen *g, const char **where, char letter, const char *value) {
        if (*where && strcmp(*where, value) != 0) {
                text_printf(&g->problem, "-%c is given twice: '%s' and '%s'", letter, *where, value);
                return false;
        }
        *where = value;
        return true;
}

/* -MD, as compilers spell it. */
static bool set_rules(Gen *g, const char *value) {
        g->has_rules = !strcmp(value, "D");
        if (!g->has_rules)
                text_printf(&g->problem, "unknown option '-M%s'; did you mean '-MD'?", value);
        return g->has_rules;
}

bool gen_option(Gen *g, int opt, const char *value) {
        static const unsigned sections[] = {
                [OPT_TYPES] = EMIT_TYPES,
                [OPT_INTERFACE] = EMIT_INTERFACE,
                [OPT_ENDPOINTS] = EMIT_ENDPOINTS,
                [OPT_CLIENT] = EMIT_CLIENT,
                [OPT_SERVER] = EMIT_SERVER,
        };

        switch (opt) {
        case OPT_ARGUMENT:
                add_word(&g->files, value);
                return true;
        case OPT_INCLUDE:
                add_word(&g->includes, value);
                return true;
        case OPT_OUTPUT:
                return set_once(g, &g->folder, 'o', value);
        case OPT_TYPES:
        case OPT_INTERFACE:
        case OPT_ENDPOINTS:
        case OPT_CLIENT:
        case OPT_SERVER:
                g->emit.sections |= sections[opt];
                return true;
        case OPT_EXTENDED:
        case OPT_SIMPLIFIED:
                g->extended_errors = opt == OPT_EXTENDED;
                return true;
        case OPT_TRACE_CLIENT:
                return set_trace(g, &g->emit.trace_client, opt, value);
        case OPT_TRACE_SERVER:
                return set_trace(g, &g->emit.trace_server, opt, value);
        case OPT_TRACE_FILTER:
                g->emit.trace_methods = value;
                return true;
        case OPT_STDOUT:
                g->to_stdout = true;
                return true;
        case OPT_SHAPE:
                g->has_shape = true;
                return true;
        case OPT_RULES:
                return set_rules(g, value);
        case OPT_RULES_FILE:
                g->rules = value;
                return true;
        default:
                return true; /* -P, -W and the like: accepted, without effect */
        }
}
