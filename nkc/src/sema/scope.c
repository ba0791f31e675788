/* SPDX-License-Identifier: MIT */
/*
 * Names to symbols. A plain name is looked up among the own and imported names, a.b.C.Name in
 * the own or an imported package a.b.C. An unknown name is reported once a file.
 */
#include "passes.h"

#include <string.h>

static void offer_symbols(Suggest *g, const SemaFile *f, bool is_constant) {
        for (uint32_t i = 0; i < f->n_symbols; i++)
                if ((f->symbols[i].kind == SEMA_SYM_CONST) == is_constant)
                        suggest_offer(g, f->symbols[i].name.text);
}

/* Imports are not handed on: who expects that should learn what to import. */
static bool help_import(Sema *s, const SemaFile *f, const char *wanted) {
        for (uint32_t i = 0; i < f->n_imports; i++) {
                const SemaFile *import = f->imports[i];

                for (uint32_t j = 0; j < import->n_imports; j++) {
                        if (!map_get(&import->imports[j]->own, wanted))
                                continue;
                        diag_help(s->ctx->diags,
                                "'%s' is defined in '%s', which '%s' imports; import it here too", wanted,
                                import->imports[j]->dotted, import->dotted);
                        return true;
                }
        }
        return false;
}

/* Walks lists, never the map, so that of equally close names always the same one is shown. */
static void suggest_symbol(
        Sema *s, const SemaFile *f, const char *wanted, bool is_constant, bool with_primitives) {
        static const char *const built_in[] = {"UInt8", "UInt16", "UInt32", "UInt64", "SInt8", "SInt16",
                "SInt32", "SInt64", "Handle", "string", "bytes", "array", "sequence"};
        Suggest g = suggest_for(wanted);

        if (diag_is_full(s->ctx->diags) || help_import(s, f, wanted))
                return;
        offer_symbols(&g, f, is_constant);
        for (uint32_t i = 0; i < f->n_imports; i++)
                offer_symbols(&g, f->imports[i], is_constant);
        for (size_t i = 0; with_primitives && i < sizeof built_in / sizeof built_in[0]; i++)
                suggest_offer(&g, built_in[i]);
        diag_suggest(s->ctx->diags, &g);
}

static void suggest_package(Sema *s, const SemaFile *f, const char *wanted) {
        Suggest g = suggest_for(wanted);

        suggest_offer(&g, f->dotted);
        for (uint32_t i = 0; i < f->n_imports; i++)
                suggest_offer(&g, f->imports[i]->dotted);
        diag_suggest(s->ctx->diags, &g);
}

/* An unknown name is reported once a file. */
static bool is_first_report(SemaFile *f, const char *name) {
        return !map_put(&f->reported, name, f);
}

/* The package that the qualifier names; NULL after a message (or silence). */
static SemaFile *find_package(Sema *s, SemaFile *f, const AstPath *path) {
        if (path->qualifier == f->dotted)
                return f;
        for (uint32_t i = 0; i < f->n_imports; i++)
                if (f->imports[i]->dotted == path->qualifier)
                        return f->imports[i];
        if (f->is_incomplete || !is_first_report(f, path->qualifier))
                return NULL;
        diag_report(s->ctx->diags, NOT_IMPORTED, path->span, path->qualifier);
        suggest_package(s, f, path->qualifier);
        return NULL;
}

/* Silent. *known: is there no need to complain about a NULL? */
static SemaSymbol *find(Sema *s, SemaFile *f, const AstPath *path, SemaFile **package, bool *known) {
        *package = path->qualifier ? find_package(s, f, path) : f;
        if (!*package || (*package)->is_incomplete)
                *known = true;
        if (!*package)
                return NULL;
        return map_get(path->qualifier ? &(*package)->own : &f->visible, path->last);
}

/* May the symbol be used at this place? */
static bool check_order(
        Sema *s, const SemaFile *f, const SemaSymbol *symbol, const AstPath *path, uint32_t order) {
        if (symbol->file != f || symbol->order < order)
                return true;
        if (symbol->order == order && symbol->kind != SEMA_SYM_CONST) {
                diag_report(s->ctx->diags, CONTAINS_ITSELF, path->span, sema_symbol_word(symbol),
                        symbol->name.text);
                return false;
        }
        diag_report(s->ctx->diags, USED_TOO_EARLY, path->span, symbol->name.text);
        diag_note(s->ctx->diags, symbol->name.span, "defined here");
        return false;
}

SemaSymbol *sema_find_constant(Sema *s, SemaFile *f, const AstPath *path, uint32_t order) {
        bool known = false;
        SemaFile *package;
        SemaSymbol *symbol = find(s, f, path, &package, &known);

        if (!symbol) {
                if (!known && is_first_report(f, path->text)) {
                        diag_report(s->ctx->diags, UNKNOWN_CONSTANT, path->span, path->text);
                        suggest_symbol(s, package, path->last, true, false);
                }
                return NULL;
        }
        if (symbol->kind != SEMA_SYM_CONST) {
                diag_report(s->ctx->diags, NOT_A_CONSTANT, path->span, sema_symbol_word(symbol), path->text);
                diag_note(s->ctx->diags, symbol->name.span, "defined here");
                return NULL;
        }
        if (!check_order(s, f, symbol, path, order) || symbol->is_poisoned)
                return NULL;
        return symbol;
}

/* "string name": the word alone is an ordinary name; what was meant has more to it. */
static void explain_bare_word(Sema *s, const char *name) {
        static const struct {
                const char *word;
                const char *help;
        } words[] = {
                {"string", "a string has a size: string<N>"},
                {"bytes", "bytes have a size: bytes<N>"},
                {"array", "an array has an element type and a size: array<T, N>"},
                {"sequence", "a sequence has an element type and a size: sequence<T, N>"},
                {"handle", "a handle is 'Handle', or 'handle<I>' since version 1.4"},
        };

        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                if (strcmp(words[i].word, name) == 0)
                        diag_help(s->ctx->diags, "%s", words[i].help);
}

/* A name that is no symbol: built in, of a later version, of other tools, or unknown. */
static const SemaType *find_built_in(Sema *s, SemaFile *f, const AstPath *path) {
        const SemaType *type = map_get(&s->primitives, path->text);

        if (type)
                return type;
        type = map_get(&s->newer, path->text);
        if (type) {
                diag_report(s->ctx->diags, NEWER, path->span, path->text);
                return type;
        }
        if (f->is_incomplete || !is_first_report(f, path->text))
                return &sema_bad_type;
        if (map_get(&s->refused, path->text)) {
                diag_report(s->ctx->diags, NO_SUCH_BUILT_IN, path->span, path->text);
        } else {
                diag_report(s->ctx->diags, UNKNOWN_TYPE, path->span, path->text);
                suggest_symbol(s, f, path->text, false, true);
                explain_bare_word(s, path->text);
        }
        return &sema_bad_type;
}

const SemaType *sema_find_type(Sema *s, SemaFile *f, const AstPath *path, uint32_t order) {
        bool known = false;
        SemaFile *package;
        const SemaSymbol *symbol = find(s, f, path, &package, &known);

        if (!symbol && !path->qualifier)
                return find_built_in(s, f, path);
        if (!symbol) {
                if (!known && is_first_report(f, path->text)) {
                        diag_report(s->ctx->diags, UNKNOWN_TYPE, path->span, path->text);
                        suggest_symbol(s, package, path->last, false, false);
                }
                return &sema_bad_type;
        }
        if (symbol->kind == SEMA_SYM_CONST) {
                diag_report(s->ctx->diags, NOT_A_TYPE, path->span, path->text);
                diag_note(s->ctx->diags, symbol->name.span, "defined here");
                return &sema_bad_type;
        }
        if (!check_order(s, f, symbol, path, order) || symbol->is_poisoned)
                return &sema_bad_type;
        return symbol->type;
}
