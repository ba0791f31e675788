/* SPDX-License-Identifier: MIT */
/*
 * Interfaces: the three messages of each method, and what they need at most. A message is the header
 * and then the parameters of its direction in declared order; ids are places in lists.
 */
#include "internal.h"

#include <string.h>

/* The message at work, for those who may have to complain. */
typedef struct Build {
        Layout *l;
        SemaFile *file;
        const SemaMethod *method;
        const char *word; /* "request" */
} Build;

static const struct {
        const char *ending;
        const char *word;
} directions[] = {
        [AST_IN] = {"_req", "request"},
        [AST_OUT] = {"_res", "response"},
        [AST_ERROR] = {"_err", "error response"},
};

static void check_limits(const Build *b, const LayMessage *m, uint32_t arena_need) {
        uint64_t total = (uint64_t)m->size + arena_need;

        if (total <= LAY_MAX_MESSAGE)
                return;
        diag_report(b->l->ctx->diags, MESSAGE_TOO_BIG, b->method->name.span, b->word, b->method->name.text,
                arena_need == UINT32_MAX ? "more than " : "", (unsigned long long)total, LAY_MAX_MESSAGE);
        b->file->is_bad = true;
}

static bool check_parts(const Build *b, const LayField *fields, uint32_t n, uint32_t *n_capacities) {
        uint32_t n_nodes = 0;

        *n_capacities = 0;
        for (uint32_t i = 0; i < n; i++) {
                *n_capacities = lay_add(*n_capacities, fields[i].type->n_capacities);
                n_nodes = lay_add(n_nodes, fields[i].type->n_nodes);
        }
        if (*n_capacities <= LAY_MAX_PARTS && n_nodes <= LAY_MAX_PARTS)
                return true;
        diag_report(b->l->ctx->diags, MESSAGE_TOO_RICH, b->method->name.span, b->word, b->method->name.text,
                LAY_MAX_PARTS);
        b->file->is_bad = true;
        return false;
}

/* ---- Capacities -------------------------------------------------------------------------- */

static void complain(const Build *b, const char *name, const AstName *other) {
        diag_report(b->l->ctx->diags, C_NAME_TWICE, b->method->name.span, name);
        if (other)
                diag_note(b->l->ctx->diags, other->span, "'%s' makes the same name", other->text);
        else
                diag_note(b->l->ctx->diags, b->method->name.span,
                        "the capacity of a parameter, or of a part of one, has the same name");
        b->file->is_bad = true;
}

/* Two paths can be equal when names have '_' in them: a.b_c and a_b.c. */
static void check_capacities(const Build *b, const LayMessage *m) {
        size_t prefix_len = lay_file(b->l, b->file)->name.prefix_len;
        Map names;

        map_init(&names, b->l->ctx->arena);
        for (uint32_t i = 0; i < m->n_caps; i++) {
                const char *name = m->caps[i].name;
                const char *path = m->n_caps > 1 ? intern_text(b->l->ctx->names, m->caps[i].path) : NULL;

                if (strcmp(m->caps[i].path, "arena") == 0 || (path && map_put(&names, path, b->file)))
                        complain(b, name, NULL);
                if (b->file->has_method_names) {
                        const char *own = intern_text(b->l->ctx->names, name + prefix_len + 1);
                        const SemaSymbol *symbol = map_get(&b->file->own, own);

                        if (symbol)
                                complain(b, name, &symbol->name);
                }
        }
}

static void make_capacities(const Build *b, LayMessage *m, uint32_t n) {
        LayCapacities c = {
                .l = b->l,
                .owner = m->c_name,
                .into_records = true,
                .list = ARENA_ARRAY(b->l->ctx->arena, LayCapacity, n),
        };

        for (uint32_t i = 0; i < m->n_fields; i++)
                lay_capacities_add(&c, m->fields[i].name, m->fields[i].type);
        m->caps = c.list;
        m->n_caps = c.n;
        check_capacities(b, m);
}

/* ---- Messages ---------------------------------------------------------------------------- */

static LayMessage make_message(Build *b, AstDirection direction, const char *method_name) {
        const SemaParams *params = &b->method->params[direction];
        LayField *fields = ARENA_ARRAY(b->l->ctx->arena, LayField, params->n);
        LayMessage m = {
                .c_name = LAY_JOIN(b->l, method_name, directions[direction].ending),
                .fields = fields,
                .n_fields = params->n,
                .align = LAY_HEADER_ALIGN,
        };
        uint32_t n_capacities;

        b->word = directions[direction].word;
        for (uint32_t i = 0; i < params->n; i++) {
                const LayType *type;

                fields[i] = lay_field(b->l, b->file, &params->fields[i]);
                type = fields[i].type;
                m.arena_size = lay_add(m.arena_size, type->need[m.arena_size % 8]);
                m.n_handles += type->n_handles;
        }
        m.is_variable = m.arena_size > 0;
        m.size = lay_align_up(lay_place_fields(fields, params->n, LAY_HEADER_SIZE, &m.align), m.align);
        check_limits(b, &m, m.arena_size);
        if (check_parts(b, fields, params->n, &n_capacities) && n_capacities > 0)
                make_capacities(b, &m, n_capacities);
        return m;
}

static uint32_t larger(uint32_t a, uint32_t b) {
        return a > b ? a : b;
}

static LayMethod make_method(Layout *l, SemaFile *f, const SemaMethod *sema, uint16_t mid) {
        Build b = {.l = l, .file = f, .method = sema};
        LayMethod m = {
                .name = sema->name.text,
                .c_name = LAY_JOIN(l, lay_file(l, f)->name.prefix, "_", sema->name.text),
                .mid = mid,
                .src = lay_source(l, f, sema->ast->span),
                .doc = lay_doc(l, f, sema->ast->span),
        };

        m.req = make_message(&b, AST_IN, m.c_name);
        m.res = make_message(&b, AST_OUT, m.c_name);
        m.err = make_message(&b, AST_ERROR, m.c_name);
        m.res_size = larger(m.res.size, m.err.size);
        m.res_arena_size = larger(m.res.arena_size, m.err.arena_size);
        m.has_status = !l->extended_errors && m.err.n_fields == 1;
        return m;
}

static void add_maxima(LayInterface *i, const LayMethod *m) {
        i->req_arena_size = larger(i->req_arena_size, m->req.arena_size);
        i->res_arena_size = larger(i->res_arena_size, m->res_arena_size);
        i->arena_size = larger(i->req_arena_size, i->res_arena_size);
        i->req_handles = larger(i->req_handles, m->req.n_handles);
        i->res_handles = larger(i->res_handles, m->res.n_handles);
        i->err_handles = larger(i->err_handles, m->err.n_handles);
        i->req_size = larger(i->req_size, m->req.size);
        i->res_size = larger(i->res_size, m->res_size);
        i->has_errors |= m->err.n_fields > 0;
}

const LayInterface *lay_interface(Layout *l, SemaFile *f) {
        LayInterface *interface = ARENA_NEW(l->ctx->arena, LayInterface);
        LayMethod *methods = ARENA_ARRAY(l->ctx->arena, LayMethod, f->n_methods);

        *interface = (LayInterface){
                .name = &lay_file(l, f)->name,
                .methods = methods,
                .req_size = LAY_HEADER_SIZE,
                .res_size = LAY_HEADER_SIZE,
                .src = lay_source(l, f, f->ast->interface->keyword),
                .doc = lay_doc(l, f, f->ast->interface->span),
        };
        for (uint32_t i = 0; i < f->n_methods; i++) {
                methods[i] = make_method(l, f, &f->methods[i], (uint16_t)i);
                interface->n_methods++;
                add_maxima(interface, &methods[i]);
        }
        return interface;
}
