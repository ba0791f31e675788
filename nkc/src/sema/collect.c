/* SPDX-License-Identifier: MIT */
/*
 * Pass "collect": a symbol for every declaration of a package, and the table of the names that
 * its text may use: its own and those of its direct imports (imports are not handed on). The same
 * name from two places is an error, whether or not it is used.
 */
#include "passes.h"

static const SemaSymbolKind kinds[] = {
        [AST_CONST] = SEMA_SYM_CONST,
        [AST_TYPEDEF] = SEMA_SYM_ALIAS,
        [AST_STRUCT] = SEMA_SYM_STRUCT,
        [AST_UNION] = SEMA_SYM_UNION,
};

static void see_imported(Sema *s, SemaFile *f, const SemaFile *import, Span place) {
        for (uint32_t i = 0; i < import->n_symbols; i++) {
                SemaSymbol *symbol = &import->symbols[i];
                const SemaSymbol *before = map_put(&f->visible, symbol->name.text, symbol);

                if (!before || before == symbol || before->file == import)
                        continue;
                diag_report(s->ctx->diags, IMPORTED_TWICE, place, symbol->name.text, before->file->dotted,
                        import->dotted);
                diag_note(s->ctx->diags, before->name.span, "the one of '%s'", before->file->dotted);
                diag_note(s->ctx->diags, symbol->name.span, "the one of '%s'", import->dotted);
        }
}

static void see_imports(Sema *s, SemaFile *f) {
        uint32_t n = 0;

        for (const AstImport *i = f->ast->imports.first; i; i = i->next) {
                /* f->imports holds what could be loaded, each once, in the same order. */
                if (n == f->n_imports || f->imports[n]->dotted != i->path.text)
                        continue;
                see_imported(s, f, f->imports[n], i->path.span);
                f->is_incomplete |= f->imports[n]->is_incomplete;
                n++;
        }
}

static void declare(Sema *s, SemaFile *f, SemaSymbol *symbol) {
        const SemaSymbol *before = map_put(&f->own, symbol->name.text, symbol);

        if (map_get(&s->primitives, symbol->name.text)) {
                diag_report(s->ctx->diags, BUILT_IN_NAME, symbol->name.span, symbol->name.text);
                return;
        }
        if (before) {
                diag_report(s->ctx->diags, DEFINED_TWICE, symbol->name.span, symbol->name.text);
                diag_note(s->ctx->diags, before->name.span, "first defined here");
                return;
        }
        before = map_put(&f->visible, symbol->name.text, symbol);
        if (before) {
                diag_report(s->ctx->diags, HIDES_IMPORT, symbol->name.span, symbol->name.text,
                        before->file->dotted);
                diag_note(s->ctx->diags, before->name.span, "the imported one");
        }
}

void sema_collect(Sema *s, SemaFile *f) {
        uint32_t n = 0;

        if (f->kind != AST_IDL)
                return;
        see_imports(s, f);
        f->symbols = ARENA_ARRAY(s->ctx->arena, SemaSymbol, f->ast->decls.n);
        for (const AstDecl *d = f->ast->decls.first; d; d = d->next) {
                SemaSymbol *symbol = &f->symbols[n];

                *symbol = (SemaSymbol){
                        .name = d->name,
                        .kind = kinds[d->kind],
                        .is_poisoned = d->is_bad,
                        .order = n,
                        .file = f,
                        .decl = d,
                        .type = &sema_bad_type,
                };
                n++;
                f->n_symbols = n;
                declare(s, f, symbol);
        }
}
