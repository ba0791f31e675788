/* SPDX-License-Identifier: MIT */
/*
 * Makes declarations and puts them into the file.
 */
#include "psl/build.h"

PslDecl *make_decl(PslParse *p, PslDeclKind kind, Span keyword, Span span) {
        PslDecl *d = ARENA_NEW(p->ctx->arena, PslDecl);

        *d = (PslDecl){.kind = kind, .span = span, .keyword = keyword};
        return d;
}

PslDecl *make_use(PslParse *p, Span keyword, AstPath path, bool has_wild, Span span) {
        PslDecl *d = make_decl(p, PSL_USE, keyword, span);

        if (!has_wild) {
                diag_report(p->ctx->diags, PSL_USE_ENDS, path.span, path.text);
                diag_help(p->ctx->diags, "a policy file: 'use %s._'; a class: 'use EDL %s'", path.text,
                        path.text);
        }
        d->path = path;
        return d;
}

PslDecl *make_use_edl(PslParse *p, Span keyword, AstPath path, bool has_wild, Span span) {
        PslDecl *d = make_decl(p, PSL_USE_EDL, keyword, span);

        if (has_wild) {
                diag_report(p->ctx->diags, PSL_USE_EDL_ENDS, path.span, path.text);
                diag_help(p->ctx->diags, "write 'use EDL %s'", path.text);
        }
        d->path = path;
        return d;
}

PslDecl *make_object(PslParse *p, Span keyword, AstName name, AstName model, PslParamList params, Span span) {
        PslDecl *d = make_decl(p, PSL_OBJECT, keyword, span);

        if (name.text[0] < 'a' || name.text[0] > 'z')
                diag_report(p->ctx->diags, PSL_OBJECT_NAME, name.span, name.text);
        d->name = name;
        d->model = model;
        d->params = params;
        return d;
}

PslDecl *make_binding(
        PslParse *p, PslEvent event, Span keyword, PslSelectorList selectors, PslBody *body, Span span) {
        PslDecl *d = make_decl(p, PSL_BINDING, keyword, span);

        d->event = event;
        d->selectors = selectors;
        d->body = body;
        return d;
}

PslDecl *make_test_set(PslParse *p, Span keyword, AstName title, PslTests *tests, Span span) {
        PslDecl *d = make_decl(p, PSL_TESTS, keyword, span);

        tests->title = title.text;
        tests->title_span = title.span;
        if (tests->n_sequences == 0 && diag_errors(p->ctx->diags) == p->errors_seen)
                diag_report(p->ctx->diags, PSL_NO_SEQUENCE, keyword);
        d->tests = tests;
        return d;
}

/* Parameters of objects ------------------------------------------------------------------------ */

PslParam *make_param(PslParse *p, AstName name, PslType *type, PslExpr *value, Span span) {
        PslParam *param = ARENA_NEW(p->ctx->arena, PslParam);

        *param = (PslParam){.span = span, .name = name, .type = type, .value = value};
        return param;
}

void make_colon_param(PslParse *p, AstName name, Span colon) {
        diag_report(p->ctx->diags, PSL_COLON_PARAMETER, colon, name.text);
        diag_help(p->ctx->diags, "write '%s = ...'", name.text);
}

PslParamList join_param(PslParamList list, PslParam *param) {
        PSL_APPEND(&list, param);
        return list;
}

/* The file ------------------------------------------------------------------------------------- */

/* All messages of the parser that came since the last declaration are about this one or its surroundings. */
void psl_file_decl(PslParse *p, PslDecl *decl) {
        unsigned errors = diag_errors(p->ctx->diags);

        decl->is_bad = errors != p->errors_seen;
        p->errors_seen = errors;
        if (p->file->last)
                p->file->last->next = decl;
        else
                p->file->first = decl;
        p->file->last = decl;
        p->file->n_decls++;
}

void psl_file_end(PslParse *p) {
        p->file->is_bad = diag_errors(p->ctx->diags) > p->errors_before;
}
