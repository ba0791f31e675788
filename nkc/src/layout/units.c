/* SPDX-License-Identifier: MIT */
/*
 * Units: which sections a header holds, and in which order. One walk over all that the description
 * names gives the files read (each before what it uses, as they were read) and the sections (each
 * behind what it uses). Interfaces that only a `security` line or an import names are no sections.
 */
#include "internal.h"

#include <string.h>

/* Lists grow in arena memory: a unit has few of each. */
typedef struct List {
        const void **items;
        uint32_t n;
        uint32_t capacity;
} List;

typedef struct Gather {
        Layout *l;
        SemaFile *top;
        List deps;
        List packages;
        List interfaces;
        List components;
        Map prefixes; /* SemaFile by C prefix */
} Gather;

static void append(Layout *l, List *list, const void *item) {
        if (list->n == list->capacity) {
                uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
                const void **items = ARENA_ARRAY(l->ctx->arena, const void *, capacity);

                if (list->n > 0)
                        memcpy(items, list->items, list->n * sizeof(void *));
                list->items = items;
                list->capacity = capacity;
        }
        list->items[list->n++] = item;
}

Layout *layout_new(const Ctx *ctx, bool extended_errors) {
        Layout *l = ARENA_NEW(ctx->arena, Layout);

        *l = (Layout){.ctx = ctx, .extended_errors = extended_errors};
        return l;
}

LayFile *lay_file(Layout *l, SemaFile *f) {
        LayFile *file = f->layout;

        if (file)
                return file;
        file = ARENA_NEW(l->ctx->arena, LayFile);
        file->name = lay_name(l, f);
        map_init(&file->capacities, l->ctx->arena);
        f->layout = file;
        return file;
}

/* Is this the first time that the current walk comes by? */
static bool visit(Layout *l, SemaFile *f) {
        LayFile *file = lay_file(l, f);
        bool is_first = file->seen != l->walk;

        file->seen = l->walk;
        return is_first;
}

/* ---- Files read -------------------------------------------------------------------------- */

static void gather_dependency(Gather *g, SemaFile *f) {
        if (!visit(g->l, f))
                return;
        if (f != g->top)
                append(g->l, &g->deps, f->path);
        for (uint32_t i = 0; i < f->n_imports; i++)
                gather_dependency(g, f->imports[i]);
        if (f->security)
                gather_dependency(g, f->security);
        for (uint32_t i = 0; i < f->n_endpoints; i++)
                gather_dependency(g, f->endpoints[i].target);
        for (uint32_t i = 0; i < f->n_instances; i++)
                gather_dependency(g, f->instances[i].target);
}

/* ---- Sections ---------------------------------------------------------------------------- */

/* x_y.C and x.y.C make the same C names. Packages and components do not meet: their names end differently. */
static void check_prefix(Gather *g, SemaFile *f) {
        const LayName *name = &lay_file(g->l, f)->name;
        const char *key =
                intern_printf(g->l->ctx->names, "%s%s", name->prefix, f->kind == AST_IDL ? " idl" : "");
        SemaFile *other = map_put(&g->prefixes, key, f);

        if (!other)
                return;
        diag_report(
                g->l->ctx->diags, PREFIX_TWICE, f->ast->name.span, f->dotted, other->dotted, name->prefix);
        diag_note(g->l->ctx->diags, other->ast->name.span, "the other one");
        g->top->is_bad = true;
}

static void gather_package(Gather *g, SemaFile *f) {
        if (!visit(g->l, f))
                return;
        for (uint32_t i = 0; i < f->n_imports; i++)
                gather_package(g, f->imports[i]);
        check_prefix(g, f);
        append(g->l, &g->packages, lay_package(g->l, f));
        g->top->is_bad |= f->is_bad;
}

static void gather_interface(Gather *g, SemaFile *f) {
        LayFile *file = lay_file(g->l, f);

        gather_package(g, f);
        if (file->listed != g->l->walk)
                append(g->l, &g->interfaces, file->package->interface);
        file->listed = g->l->walk;
}

static void gather_component(Gather *g, SemaFile *f) {
        if (!visit(g->l, f))
                return;
        check_prefix(g, f);
        for (uint32_t i = 0; i < f->n_endpoints; i++)
                gather_interface(g, f->endpoints[i].target);
        for (uint32_t i = 0; i < f->n_instances; i++)
                gather_component(g, f->instances[i].target);
        lay_component(g->l, f);
        if (f->kind == AST_CDL)
                append(g->l, &g->components, lay_file(g->l, f)->component);
}

static void gather(Gather *g, SemaFile *f) {
        g->l->walk++;
        gather_dependency(g, f);
        g->l->walk++;
        if (f->kind != AST_IDL)
                gather_component(g, f);
        else
                gather_package(g, f);
        if (f->kind == AST_IDL && f->ast->interface)
                append(g->l, &g->interfaces, lay_file(g->l, f)->package->interface);
}

static const LayUnit *make_unit(const Gather *g) {
        static const LayUnitKind kinds[] = {
                [AST_IDL] = LAY_UNIT_IDL,
                [AST_CDL] = LAY_UNIT_CDL,
                [AST_EDL] = LAY_UNIT_EDL,
        };
        LayFile *file = lay_file(g->l, g->top);
        LayUnit *unit = ARENA_NEW(g->l->ctx->arena, LayUnit);

        *unit = (LayUnit){
                .kind = kinds[g->top->kind],
                .name = &file->name,
                .path = g->top->path,
                .extended_errors = g->l->extended_errors,
                .packages = (const LayPackage *const *)g->packages.items,
                .n_packages = g->packages.n,
                .interfaces = (const LayInterface *const *)g->interfaces.items,
                .n_interfaces = g->interfaces.n,
                .components = (const LayComponent *const *)g->components.items,
                .n_components = g->components.n,
                .package = file->package,
                .component = file->component,
                .deps = (const char *const *)g->deps.items,
                .n_deps = g->deps.n,
        };
        return unit;
}

const LayUnit *layout_unit(Layout *l, SemaFile *f) {
        LayFile *file;
        Gather g = {.l = l, .top = f};

        if (f->is_bad)
                return NULL;
        file = lay_file(l, f);
        if (file->unit)
                return file->unit;
        map_init(&g.prefixes, l->ctx->arena);
        gather(&g, f);
        if (!f->is_bad)
                file->unit = make_unit(&g);
        return file->unit;
}
