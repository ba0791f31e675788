/* SPDX-License-Identifier: MIT */
/*
 * Pass "methods": names, parameters and error mode of an interface. The MID of a method is its
 * place in the list.
 */
#include "passes.h"

#include <string.h>

/* `in`, then `out`, then `error` is the documented order; others were accepted, so only a warning. */
static void check_direction_order(Sema *s, const AstMethod *m) {
        for (const AstParam *p = m->params.first; p && p->next; p = p->next)
                if (p->next->direction < p->direction) {
                        diag_report(s->ctx->diags, DIRECTION_ORDER, p->next->span,
                                ast_direction_text(p->next->direction), ast_direction_text(p->direction));
                        return;
                }
}

/* Simplified errors: nothing, or exactly `error UInt16 status`. */
static void check_simplified(Sema *s, const SemaMethod *m) {
        const SemaParams *errors = &m->params[AST_ERROR];
        const SemaField *first = errors->fields;

        if (s->extended_errors || errors->n == 0 || first->type->kind == SEMA_BAD)
                return;
        if (errors->n == 1 && first->type->kind == SEMA_UINT16 && strcmp(first->name.text, "status") == 0)
                return;
        diag_report(s->ctx->diags, NEEDS_EXTENDED, errors->n > 1 ? errors->fields[1].span : first->span,
                m->name.text);
        diag_help(s->ctx->diags, "use --extended-errors, or declare 'error UInt16 status'");
}

static void check_handles(Sema *s, const SemaMethod *m) {
        for (int d = AST_IN; d <= AST_ERROR; d++) {
                uint32_t n = 0;

                for (uint32_t i = 0; i < m->params[d].n && n <= SEMA_MAX_HANDLES; i++)
                        n += m->params[d].fields[i].type->n_handles;
                if (n > SEMA_MAX_HANDLES)
                        diag_report(s->ctx->diags, TOO_MANY_HANDLES, m->name.span, m->name.text,
                                (int)SEMA_MAX_HANDLES, ast_direction_text((AstDirection)d));
        }
}

static void resolve_params(Sema *s, SemaFile *f, SemaMethod *m) {
        uint32_t n[3] = {0, 0, 0};
        SemaNames names;

        for (const AstParam *p = m->ast->params.first; p; p = p->next)
                n[p->direction]++;
        for (int d = AST_IN; d <= AST_ERROR; d++)
                m->params[d].fields = ARENA_ARRAY(s->ctx->arena, SemaField, n[d]);
        sema_names_init(&names, s->ctx->arena);
        for (const AstParam *p = m->ast->params.first; p; p = p->next) {
                SemaParams *list = &m->params[p->direction];
                const AstName *before = sema_names_add(&names, &p->name);

                sema_check_name(s, &p->name, SEMA_NAME_PARAMETER);
                if (before) {
                        diag_report(s->ctx->diags, PARAMETER_TWICE, p->name.span, p->name.text, m->name.text);
                        diag_note(s->ctx->diags, before->span, "first one here");
                }
                list->fields[list->n++] = (SemaField){
                        .name = p->name,
                        .type = sema_resolve_type(s, f, p->type, SEMA_ORDER_LAST),
                        .span = p->span,
                };
        }
}

static void check_method(Sema *s, SemaFile *f, SemaMethod *m) {
        sema_check_name(s, &m->name, SEMA_NAME_METHOD);
        if (m->ast->is_bad)
                return;
        check_direction_order(s, m->ast);
        resolve_params(s, f, m);
        check_simplified(s, m);
        check_handles(s, m);
}

static void check_names(Sema *s, SemaFile *f) {
        SemaNames names;

        sema_names_init(&names, s->ctx->arena);
        for (uint32_t i = 0; i < f->n_methods; i++) {
                const AstName *before = sema_names_add(&names, &f->methods[i].name);

                if (!before)
                        continue;
                diag_report(s->ctx->diags, METHOD_TWICE, f->methods[i].name.span, f->methods[i].name.text);
                diag_note(s->ctx->diags, before->span, "first one here");
        }
}

void sema_methods(Sema *s, SemaFile *f) {
        const AstInterface *interface = f->kind == AST_IDL ? f->ast->interface : NULL;

        if (!interface)
                return;
        f->methods = ARENA_ARRAY(s->ctx->arena, SemaMethod, interface->methods.n);
        for (const AstMethod *m = interface->methods.first; m; m = m->next)
                f->methods[f->n_methods++] = (SemaMethod){.name = m->name, .ast = m};
        check_names(s, f);
        if (f->n_methods > SEMA_MAX_METHODS)
                diag_report(s->ctx->diags, TOO_MANY_METHODS, interface->keyword, f->n_methods,
                        (int)SEMA_MAX_METHODS);
        for (uint32_t i = 0; i < f->n_methods && !diag_is_full(s->ctx->diags); i++)
                check_method(s, f, &f->methods[i]);
}
