/* SPDX-License-Identifier: MIT */
/*
 * Classes of the policy: their endpoints and security interfaces by number, with the components they
 * lie in, because selectors ask for those.
 */
#include "psl/check.h"

#include <string.h>

typedef struct Walk {
        PolBuild *b;
        PolEndpoint *items;
        uint32_t n;
        uint32_t n_methods;
        const char *path; /* of the component that is walked */
} Walk;

static const char *join(const Walk *w, const char *name) {
        const Ctx *ctx = w->b->ctx;

        return *w->path ? intern_printf(ctx->names, "%s.%s", w->path, name) : intern_text(ctx->names, name);
}

static void add(Walk *w, const char *path, const PolInside *inside, const LayInterface *interface) {
        PolEndpoint *e = &w->items[w->n];

        *e = (PolEndpoint){
                .path = path,
                .component = inside->component,
                .interface = interface,
                .interface_name = intern_text(w->b->ctx->names, interface->name->dotted),
                .first = w->n_methods,
                .riid = (uint16_t)w->n,
                .inside = inside,
        };
        w->n++;
        w->n_methods += interface->n_methods;
}

static const PolInside *inside_of(const Walk *w, const char *component, const PolInside *outer) {
        PolInside *inside = ARENA_NEW(w->b->ctx->arena, PolInside);

        *inside = (PolInside){.component = component, .next = outer};
        return inside;
}

static void walk_endpoints(Walk *w, const LayComponent *c, const PolInside *outer) {
        const PolInside *inside = inside_of(w, intern_text(w->b->ctx->names, c->name.dotted), outer);
        const char *path = w->path;

        for (uint32_t i = 0; i < c->n_endpoints; i++)
                add(w, join(w, c->endpoints[i].name), inside, c->endpoints[i].interface);
        for (uint32_t i = 0; i < c->n_instances; i++) {
                w->path = join(w, c->instances[i].name);
                walk_endpoints(w, c->instances[i].component, inside);
                w->path = path;
        }
}

/* Security interfaces are numbered in the order of the text: the description's own first, then those of
 * its components. */
static void walk_security(Walk *w, const SemaFile *f, const PolInside *outer) {
        const PolInside *inside = inside_of(w, f->dotted, outer);
        const LayUnit *unit = f->security ? layout_unit(w->b->layout, f->security) : NULL;
        const char *path = w->path;

        if (unit && unit->package->interface)
                add(w, path, inside, unit->package->interface);
        for (uint32_t i = 0; i < f->n_instances; i++) {
                w->path = join(w, f->instances[i].name.text);
                walk_security(w, f->instances[i].target, inside);
                w->path = path;
        }
}

static Walk walk_start(PolBuild *b, uint32_t n) {
        return (Walk){.b = b, .items = ARENA_ARRAY(b->ctx->arena, PolEndpoint, n), .path = ""};
}

static PolEndpointList finished(const Walk *w) {
        return (PolEndpointList){.items = w->items, .n = w->n, .n_methods = w->n_methods};
}

static void add_class(PolBuild *b, const PslClass *psl, uint32_t index) {
        PolClass *c = ARENA_NEW(b->ctx->arena, PolClass);
        const LayUnit *unit = layout_unit(b->layout, psl->file);
        Walk w;

        *c = (PolClass){.name = psl->name, .index = index, .unit = unit, .use = psl->use};
        b->policy->classes[index] = c;
        map_put(&b->classes, psl->name, c);
        if (strcmp(psl->name, POL_KERNEL_CLASS) == 0)
                b->policy->kernel = index;
        if (!unit)
                return;
        w = walk_start(b, unit->component->n_flat);
        walk_endpoints(&w, unit->component, NULL);
        c->endpoints = finished(&w);
        w = walk_start(b, unit->component->n_security);
        walk_security(&w, psl->file, NULL);
        c->security = finished(&w);
}

void pol_check_classes(PolBuild *b) {
        uint32_t n = (uint32_t)b->unit->n_classes;

        b->policy->kernel = POL_NONE;
        if (b->unit->n_classes > POL_CLASSES_MAX) {
                diag_report(b->ctx->diags, POL_LIMIT, b->unit->classes[POL_CLASSES_MAX]->use, "classes",
                        POL_CLASSES_MAX);
                n = POL_CLASSES_MAX;
        }
        b->policy->classes = ARENA_ARRAY(b->ctx->arena, const PolClass *, n);
        b->policy->n_classes = n;
        for (uint32_t i = 0; i < n; i++)
                add_class(b, b->unit->classes[i], i);
}
