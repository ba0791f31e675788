/* SPDX-License-Identifier: MIT */
/*
 * Pass "cnames": C has one space for the names that a package P makes: P_<type>, P_<constant>,
 * P_<union>_<member>_tag, P_<method>…, and the fixed names of the interface. Methods have no '_' in
 * their names, so only a name whose part before the first '_' is a method, or a fixed name, can
 * meet one of the interface. The names of capacities (P_M_req_<path>_size) are compared where
 * they are made, in the layout stage.
 */
#include "passes.h"

#include <string.h>

static const char *const interface_names[] = {"ops", "proxy", "proxy_init", "req", "res", "mid_max",
        "arena_size", "req_arena_size", "res_arena_size", "req_handles", "res_handles", "err_handles",
        "interface_dispatch"};

static const char *const method_endings[] = {"req", "res", "err", "fn", "proxy", "mid", "req_arena_size",
        "res_arena_size", "req_handles", "res_handles", "err_handles"};

/* The complete C name, for messages. */
static const char *c_name(Sema *s, const SemaFile *f, const char *name) {
        char *text = arena_printf(s->ctx->arena, "%s_%s", f->dotted, name);

        for (char *c = text; *c; c++)
                if (*c == '.')
                        *c = '_';
        return text;
}

static bool is_one_of(const char *const *list, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(list[i], name) == 0)
                        return true;
        return false;
}

static bool is_interface_name(const char *name) {
        return is_one_of(interface_names, sizeof interface_names / sizeof interface_names[0], name);
}

/* The method that `name` collides with, or NULL. */
static const SemaMethod *colliding_method(Sema *s, SemaFile *f, const Map *methods, const char *name) {
        const char *mark = strchr(name, '_');
        size_t length = mark ? (size_t)(mark - name) : strlen(name);
        const SemaMethod *m = map_get(methods, intern_bytes(s->ctx->names, name, length));

        if (!m || !mark ||
                is_one_of(method_endings, sizeof method_endings / sizeof method_endings[0], mark + 1))
                return m;
        f->has_method_names = true;
        return NULL;
}

static void check_name(Sema *s, SemaFile *f, const Map *methods, const char *name, Span span) {
        const SemaMethod *m;

        if (!f->ast->interface)
                return;
        if (is_interface_name(name)) {
                diag_report(s->ctx->diags, C_NAME_TWICE, span, c_name(s, f, name));
                diag_note(s->ctx->diags, f->ast->interface->keyword, "the interface makes the same name");
                return;
        }
        m = colliding_method(s, f, methods, name);
        if (!m)
                return;
        diag_report(s->ctx->diags, C_NAME_TWICE, span, c_name(s, f, name));
        diag_note(s->ctx->diags, m->name.span, "method '%s' makes the same name", m->name.text);
}

static void check_tags(Sema *s, SemaFile *f, const Map *methods, Map *tags, const SemaSymbol *u) {
        for (uint32_t i = 0; i < u->n_fields; i++) {
                const AstName *member = &u->fields[i].name;
                const char *tag = intern_printf(s->ctx->names, "%s_%s_tag", u->name.text, member->text);
                const SemaSymbol *symbol = map_get(&f->own, tag);
                const AstName *before = map_put(tags, tag, (void *)(uintptr_t)member);

                check_name(s, f, methods, tag, member->span);
                if (symbol)
                        before = &symbol->name;
                if (!before || before->text == member->text)
                        continue;
                diag_report(s->ctx->diags, C_NAME_TWICE, member->span, c_name(s, f, tag));
                diag_note(s->ctx->diags, before->span, "'%s' makes the same name", before->text);
        }
}

static void check_methods(Sema *s, SemaFile *f, Map *methods) {
        for (uint32_t i = 0; i < f->n_methods; i++) {
                SemaMethod *m = &f->methods[i];

                map_put(methods, m->name.text, m);
                if (!is_interface_name(m->name.text))
                        continue;
                diag_report(s->ctx->diags, C_NAME_TWICE, m->name.span, c_name(s, f, m->name.text));
                diag_note(s->ctx->diags, f->ast->interface->keyword, "the interface makes the same name");
        }
}

void sema_cnames(Sema *s, SemaFile *f) {
        Map methods;
        Map tags;

        map_init(&methods, s->ctx->arena);
        map_init(&tags, s->ctx->arena);
        check_methods(s, f, &methods);
        for (uint32_t i = 0; i < f->n_symbols; i++) {
                check_name(s, f, &methods, f->symbols[i].name.text, f->symbols[i].name.span);
                if (f->symbols[i].kind == SEMA_SYM_UNION)
                        check_tags(s, f, &methods, &tags, &f->symbols[i]);
        }
}
