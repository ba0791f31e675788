/* SPDX-License-Identifier: MIT */
/*
 * Selectors: each name must exist where the others say, and together they must leave something.
 */
#include "psl/check.h"

#include <string.h>

/* Which selectors an event has. */
static const bool legal[PSL_N_EVENTS][PSL_N_SELECTORS] = {
        [PSL_EXECUTE] = {[PSL_SRC] = true, [PSL_DST] = true, [PSL_INTERFACE] = true, [PSL_METHOD] = true},
        [PSL_REQUEST] = {true, true, true, true, true, true},
        [PSL_RESPONSE] = {true, true, true, true, true, true},
        [PSL_ERROR] = {true, true, true, true, true, true},
        [PSL_SECURITY] =
                {[PSL_SRC] = true, [PSL_COMPONENT] = true, [PSL_INTERFACE] = true, [PSL_METHOD] = true},
};

PolScope *pol_scope_new(PolBuild *b, PslEvent event) {
        PolScope *s = ARENA_NEW(b->ctx->arena, PolScope);

        s->event = event;
        s->src = s->dst = POL_NONE;
        return s;
}

/* Fitting ---------------------------------------------------------------------------------------- */

uint32_t pol_scope_server(const PolScope *s) {
        return s->event == PSL_REQUEST ? s->dst : s->src;
}

const PolEndpointList *pol_class_endpoints(const PolClass *c, PslEvent event) {
        if (event == PSL_EXECUTE)
                return NULL;
        return event == PSL_SECURITY ? &c->security : &c->endpoints;
}

static bool is_inside(const PolEndpoint *e, const char *component) {
        for (const PolInside *i = e->inside; i; i = i->next) {
                if (i->component == component)
                        return true;
        }
        return false;
}

static bool endpoint_fits(const PolScope *s, const PolEndpoint *e) {
        const char *const *names = s->names;

        return (!names[PSL_ENDPOINT] || names[PSL_ENDPOINT] == e->path) &&
               (!names[PSL_INTERFACE] || names[PSL_INTERFACE] == e->interface_name) &&
               (!names[PSL_COMPONENT] || is_inside(e, names[PSL_COMPONENT]));
}

bool pol_scope_fits(const PolScope *s, const PolClass *server, const PolEndpoint *e, const LayMethod *m) {
        uint32_t wanted = pol_scope_server(s);

        return !s->is_empty && (wanted == POL_NONE || wanted == server->index) && endpoint_fits(s, e) &&
               (!m || !s->names[PSL_METHOD] || strcmp(s->names[PSL_METHOD], m->name) == 0);
}

/* Calls for every endpoint that fits, as long as `visit` returns true. */
typedef bool Visit(void *data, const PolEndpoint *e);

static void each_endpoint(const PolBuild *b, const PolScope *s, Visit *visit, void *data) {
        uint32_t server = pol_scope_server(s);
        uint32_t first = server == POL_NONE ? 0 : server;
        uint32_t end = server == POL_NONE ? b->policy->n_classes : server + 1;

        for (uint32_t c = first; c < end; c++) {
                const PolEndpointList *list = pol_class_endpoints(b->policy->classes[c], s->event);

                for (uint32_t i = 0; i < list->n; i++) {
                        if (endpoint_fits(s, &list->items[i]) && !visit(data, &list->items[i]))
                                return;
                }
        }
}

static bool stop(void *data, const PolEndpoint *e) {
        *(const PolEndpoint **)data = e;
        return false;
}

static bool has_endpoint(const PolBuild *b, const PolScope *s) {
        const PolEndpoint *found = NULL;

        each_endpoint(b, s, stop, &found);
        return found != NULL;
}

typedef struct MethodSearch {
        const char *name; /* NULL: any */
        const LayMethod *found;
        const LayMethod *other;
} MethodSearch;

static bool search_method(void *data, const PolEndpoint *e) {
        MethodSearch *m = data;

        for (uint32_t i = 0; i < e->interface->n_methods; i++) {
                const LayMethod *method = &e->interface->methods[i];

                if (m->name && strcmp(m->name, method->name) != 0)
                        continue;
                if (!m->found)
                        m->found = method;
                else if (m->found != method)
                        m->other = method;
        }
        return !m->other;
}

const LayMethod *pol_scope_method(PolBuild *b, PolScope *s) {
        MethodSearch m = {.name = s->names[PSL_METHOD]};

        if (!s->is_message_known && s->event != PSL_EXECUTE) {
                each_endpoint(b, s, search_method, &m);
                s->method = m.other ? NULL : m.found;
                s->other_method = m.other;
                s->is_ambiguous = m.other != NULL;
                if (m.other)
                        s->method = m.found;
        }
        s->is_message_known = true;
        return s->is_ambiguous ? NULL : s->method;
}

/* Messages --------------------------------------------------------------------------------------- */

typedef struct Offer {
        Suggest suggest;
        PslSelectorKind kind;
} Offer;

static bool offer(void *data, const PolEndpoint *e) {
        Offer *o = data;

        switch ((int)o->kind) {
        case PSL_ENDPOINT:
                suggest_offer(&o->suggest, e->path);
                break;
        case PSL_INTERFACE:
                suggest_offer(&o->suggest, e->interface_name);
                break;
        case PSL_COMPONENT:
                for (const PolInside *i = e->inside; i; i = i->next)
                        suggest_offer(&o->suggest, i->component);
                break;
        default:
                for (uint32_t i = 0; i < e->interface->n_methods; i++)
                        suggest_offer(&o->suggest, e->interface->methods[i].name);
        }
        return true;
}

static void suggest_for_scope(PolBuild *b, const PolScope *s, const PslSelector *sel) {
        PolScope wider = *s;
        Offer o = {.suggest = suggest_for(sel->value.text), .kind = sel->kind};

        if (s->event == PSL_EXECUTE)
                return;
        wider.names[sel->kind] = NULL;
        each_endpoint(b, &wider, offer, &o);
        diag_suggest(b->ctx->diags, &o.suggest);
}

static const char *where(const PolBuild *b, const PolScope *s) {
        uint32_t server = pol_scope_server(s);

        if (server == POL_NONE)
                return "the policy";
        return intern_printf(b->ctx->names, "class '%s'", b->policy->classes[server]->name);
}

static void report_unknown(PolBuild *b, PolScope *s, const PslSelector *sel) {
        uint32_t server = pol_scope_server(s);
        Diags *d = b->ctx->diags;
        const char *name = sel->value.text;

        s->is_empty = true;
        if (server != POL_NONE && !b->policy->classes[server]->unit)
                return; /* its description has errors */
        switch ((int)sel->kind) {
        case PSL_ENDPOINT:
                diag_report(d, POL_UNKNOWN_ENDPOINT, sel->value.span, where(b, s), name);
                break;
        case PSL_COMPONENT:
                diag_report(d, POL_UNKNOWN_COMPONENT, sel->value.span, where(b, s), name);
                break;
        case PSL_INTERFACE:
                diag_report(d, POL_UNKNOWN_INTERFACE, sel->value.span, where(b, s), name);
                break;
        default:
                if (server != POL_NONE && server == b->policy->kernel)
                        diag_report(d, POL_UNKNOWN_KERNEL_METHOD, sel->value.span, name);
                else
                        diag_report(d, POL_UNKNOWN_METHOD, sel->value.span, where(b, s), name);
        }
        suggest_for_scope(b, s, sel);
}

static void report_class(PolBuild *b, const PslSelector *sel) {
        const char *name = sel->value.text;
        Suggest g = suggest_for(name);

        if (b->unit->is_bad)
                return; /* names may be missing */
        for (uint32_t i = 0; i < b->policy->n_classes; i++)
                suggest_offer(&g, b->policy->classes[i]->name);
        if (b->lenient_classes)
                diag_report(b->ctx->diags, POL_CLASS_LEFT_OUT, sel->value.span, name);
        else
                diag_report(b->ctx->diags, POL_UNKNOWN_CLASS, sel->value.span, name);
        if (g.best)
                diag_suggest(b->ctx->diags, &g);
        else
                diag_help(b->ctx->diags, "include it with 'use EDL %s'", name);
}

/* Narrowing --------------------------------------------------------------------------------------- */

static bool is_known(PolBuild *b, PolScope *s, const PslSelector *sel) {
        MethodSearch m = {.name = sel->value.text};

        if (s->event == PSL_EXECUTE)
                return strcmp(sel->value.text, sel->kind == PSL_METHOD ? POL_MAIN : POL_EXECUTE) == 0;
        if (sel->kind != PSL_METHOD)
                return has_endpoint(b, s);
        each_endpoint(b, s, search_method, &m);
        return m.found != NULL;
}

static void set_class(PolBuild *b, PolScope *s, const PslSelector *sel) {
        const PolClass *c = map_get(&b->classes, sel->value.text);
        uint32_t *side = sel->kind == PSL_SRC ? &s->src : &s->dst;

        if (!c) {
                report_class(b, sel);
                s->is_empty = true;
                return;
        }
        *side = c->index;
}

/* False: it was reported. */
static bool check_place(PolBuild *b, PolScope *s, const PslSelectorList *list, const PslSelector *sel) {
        const char *outer = s->names[sel->kind];

        if (!legal[s->event][sel->kind]) {
                diag_report(b->ctx->diags, POL_SELECTOR_EVENT, sel->span, psl_event_text(s->event),
                        psl_selector_text(sel->kind));
                return false;
        }
        for (const PslSelector *o = list->first; o != sel; o = o->next) {
                if (o->kind == sel->kind) {
                        diag_report(
                                b->ctx->diags, POL_SELECTOR_TWICE, sel->span, psl_selector_text(sel->kind));
                        return false;
                }
        }
        if (outer && outer != sel->value.text) {
                diag_report(b->ctx->diags, POL_CONTRADICTION, sel->span, psl_selector_text(sel->kind),
                        sel->value.text, outer);
                diag_note(b->ctx->diags, s->spans[sel->kind], "the section around it is for '%s'", outer);
                return false;
        }
        return true;
}

/* Classes first: they say where the other names are looked up. */
static void take(PolBuild *b, PolScope *s, const PslSelectorList *list, bool classes) {
        for (const PslSelector *sel = list->first; sel; sel = sel->next) {
                if ((sel->kind == PSL_SRC || sel->kind == PSL_DST) != classes)
                        continue;
                if (!check_place(b, s, list, sel)) {
                        s->is_empty = true;
                        continue;
                }
                if (s->names[sel->kind])
                        continue;
                s->spans[sel->kind] = sel->span;
                if (classes)
                        set_class(b, s, sel);
                s->names[sel->kind] = sel->value.text;
        }
}

static const PslSelectorKind widest_first[] = {PSL_COMPONENT, PSL_INTERFACE, PSL_ENDPOINT, PSL_METHOD};

/* Each alone, so that the message is about the one that is wrong; then all together. */
static void check_names(PolBuild *b, PolScope *s, const PslSelectorList *list) {
        for (size_t i = 0; i < 4; i++) {
                for (const PslSelector *sel = list->first; sel; sel = sel->next) {
                        PolScope alone = {.event = s->event, .src = s->src, .dst = s->dst};

                        if (sel->kind != widest_first[i] || s->is_empty)
                                continue;
                        alone.names[sel->kind] = sel->value.text;
                        if (sel->kind == PSL_METHOD)
                                alone = *s;
                        if (!is_known(b, &alone, sel)) {
                                report_unknown(b, &alone, sel);
                                s->is_empty = true;
                        }
                }
        }
}

static void check_together(PolBuild *b, PolScope *s, const PslSelectorList *list) {
        MethodSearch m = {.name = s->names[PSL_METHOD]};
        bool narrows = m.name || s->names[PSL_ENDPOINT] || s->names[PSL_INTERFACE] || s->names[PSL_COMPONENT];

        if (s->is_empty || s->event == PSL_EXECUTE || (!narrows && s->event != PSL_SECURITY))
                return;
        each_endpoint(b, s, search_method, &m);
        if (m.found)
                return;
        s->is_empty = true;
        if (!b->unit->is_bad)
                diag_report(b->ctx->diags, POL_NEVER_MATCHES, span_join(list->first->span, list->last->span),
                        psl_event_text(s->event));
}

PolScope *pol_scope_narrow(PolBuild *b, const PolScope *outer, const PslSelectorList *selectors) {
        PolScope *s = ARENA_NEW(b->ctx->arena, PolScope);

        *s = *outer;
        s->is_message_known = s->is_ambiguous = false;
        s->method = s->other_method = NULL;
        if (!selectors->first)
                return s;
        take(b, s, selectors, true);
        take(b, s, selectors, false);
        check_names(b, s, selectors);
        check_together(b, s, selectors);
        return s;
}
