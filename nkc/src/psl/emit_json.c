/* SPDX-License-Identifier: MIT */
/*
 * The policy as JSON. Keys are only added; one that changes its meaning raises MODEL_VERSION.
 */
#include "emit_json.h"

#include "base/json.h"
#include "psl/models.h"
#include "psl/path.h"

#define MODEL_VERSION 1u

/* Objects that are many stand on a line each. */
static void open_line(Json *j) {
        json_open(j, NULL, '{');
        j->is_line = true;
}

static void close_line(Json *j) {
        json_close(j, '}');
        j->is_line = false;
}

/* Classes ---------------------------------------------------------------------------------------------- */

static void put_methods(Json *j, const LayInterface *in) {
        json_open(j, "methods", '[');
        for (uint32_t i = 0; i < in->n_methods; i++)
                json_text(j, NULL, in->methods[i].name);
        json_close(j, ']');
}

static void put_endpoints(Json *j, const char *key, const PolEndpointList *list) {
        json_open(j, key, '[');
        for (uint32_t i = 0; i < list->n; i++) {
                const PolEndpoint *e = &list->items[i];

                open_line(j);
                json_number(j, "riid", e->riid);
                json_text(j, "path", e->path);
                json_text(j, "component", e->component);
                json_text(j, "interface", e->interface_name);
                put_methods(j, e->interface);
                close_line(j);
        }
        json_close(j, ']');
}

static void put_classes(Json *j, const PolPolicy *p) {
        json_open(j, "classes", '[');
        for (uint32_t i = 0; i < p->n_classes; i++) {
                json_open(j, NULL, '{');
                json_text(j, "name", p->classes[i]->name);
                json_bool(j, "kernel", i == p->kernel);
                put_endpoints(j, "endpoints", &p->classes[i]->endpoints);
                put_endpoints(j, "security", &p->classes[i]->security);
                json_close(j, '}');
        }
        json_close(j, ']');
}

/* Objects and rules ------------------------------------------------------------------------------------- */

static void put_texts(Json *j, const char *key, const char *const *texts, uint32_t n) {
        json_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++)
                json_text(j, NULL, texts[i]);
        json_close(j, ']');
}

static void put_config(Json *j, const PolObject *o) {
        if (o->model == POL_MODEL_FLOW) {
                put_texts(j, "states", o->flow->states, o->flow->n_states);
                json_text(j, "initial", o->flow->states[o->flow->initial]);
        } else if (o->model == POL_MODEL_SET) {
                json_number(j, "set_size", o->set->set_size);
                json_number(j, "pool_size", o->set->pool_size);
        } else if (o->model == POL_MODEL_MAP) {
                json_number(j, "keys", o->map->n_keys);
                json_number(j, "pool_size", o->map->pool_size);
        } else if (o->model == POL_MODEL_MIC) {
                put_texts(j, "degrees", o->mic->degrees, o->mic->n_degrees);
                put_texts(j, "categories", o->mic->categories, o->mic->n_categories);
        }
}

static void put_objects(Json *j, const PolPolicy *p) {
        json_open(j, "objects", '[');
        for (uint32_t i = 0; i < p->n_objects; i++) {
                open_line(j);
                json_text(j, "name", p->objects[i]->name);
                json_text(j, "model", pol_model_name(p->objects[i]->model));
                put_config(j, p->objects[i]);
                close_line(j);
        }
        json_close(j, ']');
}

static void put_rules(Json *j, const PolPolicy *p) {
        json_open(j, "rules", '[');
        for (uint32_t i = 0; i < p->n_sites; i++) {
                const PolSite *s = p->sites[i];

                open_line(j);
                json_number(j, "id", s->index);
                json_text(j, "file", s->file);
                json_number(j, "line", s->line);
                json_number(j, "column", s->column);
                json_text(j, "text", s->text);
                json_text(j, "object", s->object->name);
                json_text(j, "method", pol_method_name(s->method));
                json_text(j, "profile", s->profile->name);
                close_line(j);
        }
        json_close(j, ']');
}

static void put_decisions(Json *j, const PolPolicy *p) {
        json_open(j, "decisions", '[');
        for (uint32_t i = 0; i < p->n_decisions; i++) {
                const PolDecision *d = p->decisions[i];

                open_line(j);
                json_number(j, "id", d->index);
                json_text(j, "verdict", pol_verdict_text(d->verdict));
                json_text(j, "reason", d->reason);
                json_open(j, "rules", '[');
                for (uint32_t s = 0; s < d->n_sites; s++)
                        json_number(j, NULL, d->sites[s]->index);
                json_close(j, ']');
                close_line(j);
        }
        json_close(j, ']');
}

/* Events ------------------------------------------------------------------------------------------------ */

typedef struct Pair {
        PslEvent event;
        uint32_t src;
        uint32_t dst;
} Pair;

static void put_event(Json *j, const PolPolicy *p, const Pair *pair, const PolEndpoint *e, uint32_t mid) {
        const PolDecision *d = pol_decision(p, pair->event, pair->src, pair->dst, e ? e->riid : 0, mid);

        if (!d->n_sites)
                return;
        open_line(j);
        json_text(j, "event", psl_event_text(pair->event));
        json_text(j, "src", p->classes[pair->src]->name);
        if (pair->event != PSL_SECURITY)
                json_text(j, "dst", p->classes[pair->dst]->name);
        if (e) {
                json_text(j, "endpoint", e->path);
                json_text(j, "method", e->interface->methods[mid].name);
                json_number(j, "riid", e->riid);
                json_number(j, "mid", mid);
        }
        json_text(j, "verdict", pol_verdict_text(d->verdict));
        json_number(j, "decision", d->index);
        if (pair->event == PSL_REQUEST)
                json_text(j, "path", pol_path_text(pol_way(p, pair->src, pair->dst, e->riid, mid).path));
        close_line(j);
}

static void put_pair(Json *j, const PolPolicy *p, const Pair *pair) {
        const PolEndpointList *list = pol_endpoints(p, pair->event, pair->src, pair->dst);

        if (pair->event == PSL_EXECUTE)
                put_event(j, p, pair, NULL, 0);
        for (uint32_t e = 0; list && e < list->n; e++) {
                for (uint32_t m = 0; m < list->items[e].interface->n_methods; m++)
                        put_event(j, p, pair, &list->items[e], m);
        }
}

static void put_events(Json *j, const PolPolicy *p) {
        json_open(j, "events", '[');
        for (int event = 0; event < PSL_N_EVENTS; event++) {
                uint32_t n_dst = event == PSL_SECURITY ? 1 : p->n_classes;

                for (uint32_t src = 0; src < p->n_classes; src++) {
                        for (uint32_t dst = 0; dst < n_dst; dst++)
                                put_pair(j, p, &(Pair){.event = (PslEvent)event, .src = src, .dst = dst});
                }
        }
        json_close(j, ']');
}

void emit_json(Text *out, const PolPolicy *p) {
        Json json = json_begin(out);
        Json *j = &json;

        json_number(j, "model_version", MODEL_VERSION);
        json_text(j, "policy", p->path);
        put_texts(j, "files", p->deps, p->n_deps);
        json_open(j, "audit", '{');
        json_text(j, "profile", p->audit_default->name);
        json_number(j, "level", p->audit_level);
        json_close(j, '}');
        put_classes(j, p);
        put_objects(j, p);
        put_rules(j, p);
        put_decisions(j, p);
        put_events(j, p);
        json_end(j);
}
