/* SPDX-License-Identifier: MIT */
/*
 * The passes in their order, and look-ups in what they make.
 */
#include "psl/compile.h"

#include <string.h>

void pol_append(const PolBuild *b, PolList *list, const void *item) {
        if (list->n == list->capacity) {
                uint32_t capacity = list->capacity ? list->capacity * 2 : 8;
                const void **items = ARENA_ARRAY(b->ctx->arena, const void *, capacity);

                if (list->n > 0)
                        memcpy(items, list->items, list->n * sizeof *items);
                list->items = items;
                list->capacity = capacity;
        }
        list->items[list->n++] = item;
}

const LayMessage *pol_message(PslEvent event, const LayMethod *method) {
        switch ((int)event) {
        case PSL_RESPONSE:
                return &method->res;
        case PSL_ERROR:
                return &method->err;
        default:
                return &method->req;
        }
}

const PolEndpointList *pol_endpoints(const PolPolicy *p, PslEvent event, uint32_t src, uint32_t dst) {
        uint32_t server = event == PSL_REQUEST ? dst : src;

        if (event == PSL_EXECUTE || server >= p->n_classes)
                return NULL;
        return pol_class_endpoints(p->classes[server], event);
}

const PolDecision *pol_decision(
        const PolPolicy *p, PslEvent event, uint32_t src, uint32_t dst, uint32_t riid, uint32_t mid) {
        uint32_t from = src < p->n_classes ? src : p->n_classes;
        uint32_t to = dst < p->n_classes && event != PSL_SECURITY ? dst : p->n_classes;
        const PolRoute *route = p->rows[event][from][to];

        if (event == PSL_EXECUTE)
                return route->decisions[0];
        if (!route->endpoints || riid >= route->endpoints->n ||
                mid >= route->endpoints->items[riid].interface->n_methods)
                return p->decisions[0];
        return route->decisions[route->endpoints->items[riid].first + mid];
}

uint32_t pol_find_class(const PolPolicy *p, const char *name) {
        for (uint32_t i = 0; i < p->n_classes; i++) {
                if (strcmp(p->classes[i]->name, name) == 0)
                        return i;
        }
        return POL_NONE;
}

static void check_execute_interface(PolBuild *b) {
        const PslDecl *d = b->unit->execute;

        if (d && !d->is_bad && d->path.text && strcmp(d->path.text, POL_EXECUTE) != 0)
                diag_report(b->ctx->diags, POL_EXECUTE_INTERFACE, d->path.span, d->path.text);
}

static void keep_lists(PolBuild *b) {
        PolPolicy *p = b->policy;
        PolPattern *patterns = ARENA_ARRAY(b->ctx->arena, PolPattern, b->pattern_list.n);

        for (uint32_t i = 0; i < b->pattern_list.n; i++)
                patterns[i] = *(const PolPattern *)b->pattern_list.items[i];
        p->objects = (const PolObject **)b->object_list.items;
        p->n_objects = b->object_list.n;
        p->profiles = (const PolProfile **)b->profile_list.items;
        p->n_profiles = b->profile_list.n;
        p->patterns = patterns;
        p->n_patterns = b->pattern_list.n;
        p->sites = (const PolSite **)b->sites.items;
        p->n_sites = b->sites.n;
}

static void keep_deps(PolBuild *b) {
        PolList deps = {.n = 0};

        for (size_t i = 0; i < b->unit->n_files; i++)
                pol_append(b, &deps, b->unit->files[i]->source->path);
        for (uint32_t i = 0; i < b->policy->n_classes; i++) {
                const LayUnit *unit = b->policy->classes[i]->unit;

                pol_append(b, &deps, unit->path);
                for (uint32_t k = 0; k < unit->n_deps; k++)
                        pol_append(b, &deps, unit->deps[k]);
        }
        b->policy->deps = (const char *const *)deps.items;
        b->policy->n_deps = deps.n;
}

static void init(PolBuild *b) {
        Map *const maps[] = {&b->classes, &b->objects, &b->profiles, &b->patterns};

        for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
                map_init(maps[i], b->ctx->arena);
        b->policy = ARENA_NEW(b->ctx->arena, PolPolicy);
        b->policy->path = b->unit->files[0]->source->path;
}

const PolPolicy *pol_compile(Layout *layout, const Ctx *ctx, const PslUnit *unit, bool lenient_classes) {
        PolBuild b = {.ctx = ctx, .layout = layout, .unit = unit, .lenient_classes = lenient_classes};
        unsigned errors = diag_errors(ctx->diags);

        init(&b);
        check_execute_interface(&b);
        pol_check_classes(&b);
        pol_check_objects(&b);
        pol_check_profiles(&b);
        pol_check_bindings(&b);
        pol_resolve_tests(&b);
        if (unit->is_bad || diag_errors(ctx->diags) != errors)
                return NULL;
        keep_lists(&b);
        keep_deps(&b);
        pol_resolve(&b);
        pol_warn_unreachable(&b);
        return diag_errors(ctx->diags) == errors ? b.policy : NULL;
}
