/* SPDX-License-Identifier: MIT */
/*
 * Pass "components": what endpoints, instances and the security line of a CDL or EDL name, and
 * how much it comes to. The numbers of endpoints are given out by the layout stage.
 */
#include "passes.h"

static void check_unique(Sema *s, SemaNames *names, const SemaEntry *entry) {
        const AstName *before = sema_names_add(names, &entry->name);

        if (!before)
                return;
        diag_report(s->ctx->diags, ENTRY_TWICE, entry->name.span, entry->name.text);
        diag_note(s->ctx->diags, before->span, "first one here");
}

/* Endpoints and instances are members of one C struct, so they share their names. */
static void check_names(Sema *s, SemaFile *f) {
        SemaNames names;

        sema_names_init(&names, s->ctx->arena);
        for (uint32_t i = 0; i < f->n_endpoints; i++) {
                sema_check_name(s, &f->endpoints[i].name, SEMA_NAME_ENDPOINT);
                check_unique(s, &names, &f->endpoints[i]);
        }
        for (uint32_t i = 0; i < f->n_instances; i++) {
                sema_check_name(s, &f->instances[i].name, SEMA_NAME_INSTANCE);
                check_unique(s, &names, &f->instances[i]);
        }
}

static bool has_interface(Sema *s, const SemaFile *package, Span use) {
        if (package->ast->interface || package->is_bad)
                return true;
        diag_report(s->ctx->diags, NO_INTERFACE, use, package->dotted);
        return false;
}

/* A security interface only asks; the answer is the verdict. */
static void check_security(Sema *s, SemaFile *f) {
        Span use;

        if (!f->security)
                return;
        use = f->ast->security->security.span;
        if (!has_interface(s, f->security, use))
                return;
        for (uint32_t i = 0; i < f->security->n_methods; i++) {
                const SemaMethod *m = &f->security->methods[i];

                if (m->params[AST_OUT].n + m->params[AST_ERROR].n == 0)
                        continue;
                diag_report(s->ctx->diags, SECURITY_NOT_IN, use, f->security->dotted, m->name.text);
                diag_note(s->ctx->diags, m->name.span, "the method");
                return;
        }
}

static uint32_t add(uint32_t a, uint32_t b, uint32_t limit) {
        return a + b > limit ? limit + 1 : a + b;
}

static void count(SemaFile *f) {
        f->n_all_endpoints = add(f->n_endpoints, 0, SEMA_MAX_ENDPOINTS);
        f->n_all_instances = add(f->n_instances, 0, SEMA_MAX_INSTANCES);
        for (uint32_t i = 0; i < f->n_instances; i++) {
                const SemaFile *c = f->instances[i].target;

                if (!c)
                        continue;
                f->n_all_endpoints = add(f->n_all_endpoints, c->n_all_endpoints, SEMA_MAX_ENDPOINTS);
                f->n_all_instances = add(f->n_all_instances, c->n_all_instances, SEMA_MAX_INSTANCES);
                if (f->nesting < c->nesting + 1)
                        f->nesting = c->nesting + 1;
        }
}

static void check_limits(Sema *s, const SemaFile *f) {
        Diags *d = s->ctx->diags;
        Span name = f->ast->name.span;

        if (f->n_all_endpoints > SEMA_MAX_ENDPOINTS)
                diag_report(d, TOO_MANY_ENDPOINTS, name, f->dotted, (int)SEMA_MAX_ENDPOINTS);
        if (f->n_all_instances > SEMA_MAX_INSTANCES)
                diag_report(d, TOO_MANY_INSTANCES, name, f->dotted, (int)SEMA_MAX_INSTANCES);
        if (f->nesting > SEMA_MAX_NESTING)
                diag_report(d, COMPONENTS_TOO_DEEP, name, f->dotted, (int)SEMA_MAX_NESTING);
}

/* Classes and components share one set of names in a solution. */
static void check_class_name(Sema *s, SemaFile *f) {
        const SemaFile *other = map_get(&s->files[f->kind == AST_EDL ? AST_CDL : AST_EDL], f->dotted);

        if (!other || other == f || other->state == SEMA_FAILED || other->is_clash_reported)
                return;
        f->is_clash_reported = true;
        diag_report(s->ctx->diags, CLASS_AND_COMPONENT, f->ast->name.span, f->dotted);
        diag_note(s->ctx->diags, other->ast->name.span, "the other one");
}

void sema_components(Sema *s, SemaFile *f) {
        if (f->kind == AST_IDL)
                return;
        check_names(s, f);
        for (uint32_t i = 0; i < f->n_endpoints; i++) {
                SemaEntry *e = &f->endpoints[i];

                if (e->target && !has_interface(s, e->target, e->ast->target.span))
                        e->target = NULL;
        }
        check_security(s, f);
        count(f);
        check_limits(s, f);
        check_class_name(s, f);
}
