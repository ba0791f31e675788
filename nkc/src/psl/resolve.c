/* SPDX-License-Identifier: MIT */
/*
 * From chunks to decisions. A list of chunks is a node of a tree: its last chunk below the list without
 * it. So equal lists are the same node, and nothing is ever compared.
 *
 * Pairs of classes that no chunk names are never looked at: a source that is named nowhere shares the
 * row of "any other", and a row shares with it the routes to every destination that nothing of its own
 * speaks of.
 */
#include "psl/check.h"

#include <string.h>

/* A list of chunks. */
typedef struct Node {
        const struct Node *parent;
        const PolChunk *chunk;
        uint32_t id;
        uint32_t depth;
        PolDecision *decision; /* once asked for */
} Node;

/* Chunks by class: items[n_classes] has those for any. In order of the index. */
typedef struct Bucket {
        const PolChunk **items;
        uint32_t n;
} Bucket;

typedef struct Resolve {
        PolBuild *b;
        PslEvent event;
        uint32_t n;   /* classes */
        Map children; /* Node by parent and chunk */
        Map routes;   /* PolRoute by its content */
        Node root;
        uint32_t n_nodes;
        PolList decisions;
        PolList route_list;
        Bucket *by_src;     /* n + 1; the last one: those that name no source */
        Bucket *wild;       /* of those that name no source, by destination; n + 1 */
        Bucket *own;        /* of those that name the source at hand, by destination; n + 1 */
        const Node **slots; /* of one endpoint, by MID */
        Map alike; /* decisions of endpoints that the row at hand had already, by path and interface */
        bool names_component; /* some chunk of the row does, without naming a destination */
} Resolve;

/* Lists of chunks ---------------------------------------------------------------------------------- */

static const Node *child(Resolve *r, const Node *parent, const PolChunk *chunk) {
        const uint32_t key[2] = {parent->id, chunk->index};
        const char *name = intern_bytes(r->b->ctx->names, (const char *)key, sizeof key);
        Node *node = map_get(&r->children, name);

        if (node)
                return node;
        node = ARENA_NEW(r->b->ctx->arena, Node);
        *node = (Node){.parent = parent, .chunk = chunk, .id = ++r->n_nodes, .depth = parent->depth + 1};
        map_put(&r->children, name, node);
        return node;
}

/* Statements of a list ------------------------------------------------------------------------------- */

typedef struct Fill {
        Resolve *r;
        const Node *node;
} Fill;

static bool has_chunk(const Node *node, const PolChunk *chunk) {
        for (; node->chunk; node = node->parent) {
                if (node->chunk == chunk)
                        return true;
        }
        return false;
}

static void fill(const Fill *f, const PolNodeList *nodes, PolList *out);

static const PolStatement *fill_choice(const Fill *f, const PolNode *node) {
        Arena *a = f->r->b->ctx->arena;
        PolStatement *s = ARENA_NEW(a, PolStatement);
        PolBranch *branches = ARENA_ARRAY(a, PolBranch, node->statement->n_branches);

        *s = *node->statement;
        for (uint32_t i = 0; i < s->n_branches; i++) {
                PolList body = {.n = 0};

                fill(f, &node->bodies[i], &body);
                branches[i] = node->statement->branches[i];
                branches[i].body =
                        (PolStatementList){.items = (const PolStatement *const *)body.items, .n = body.n};
        }
        s->branches = branches;
        return s;
}

static void fill(const Fill *f, const PolNodeList *nodes, PolList *out) {
        for (const PolNode *n = nodes->first; n; n = n->next) {
                if (n->marker && has_chunk(f->node, n->marker))
                        fill(f, &n->body, out);
                else if (n->statement && n->bodies)
                        pol_append(f->r->b, out, fill_choice(f, n));
                else if (n->statement)
                        pol_append(f->r->b, out, n->statement);
        }
}

static void fill_list(const Fill *f, const Node *node, PolList *out) {
        const PolChunk **chunks = ARENA_ARRAY(f->r->b->ctx->arena, const PolChunk *, node->depth);

        for (const Node *n = node; n->chunk; n = n->parent)
                chunks[n->depth - 1] = n->chunk;
        for (uint32_t i = 0; i < node->depth; i++)
                fill(f, &chunks[i]->nodes, out);
}

/* Decisions -------------------------------------------------------------------------------------------- */

static PolDecision *new_decision(Resolve *r, const PolStatementList *statements) {
        PolDecision *d = ARENA_NEW(r->b->ctx->arena, PolDecision);

        *d = (PolDecision){.index = r->decisions.n, .statements = *statements};
        pol_judge(r->b, d);
        pol_append(r->b, &r->decisions, d);
        return d;
}

/* A list of chunks may have no statement in it; then it is as good as none. */
static PolDecision *decision_of(Resolve *r, const Node *constant_node) {
        Node *node = (Node *)(uintptr_t)constant_node;
        PolList out = {.n = 0};

        if (!node->decision) {
                const Fill f = {.r = r, .node = node};
                PolStatementList statements;

                fill_list(&f, node, &out);
                statements = (PolStatementList){.items = (const PolStatement *const *)out.items, .n = out.n};
                node->decision = out.n == 0 ? (PolDecision *)(uintptr_t)r->decisions.items[0]
                                            : new_decision(r, &statements);
        }
        return node->decision;
}

/* Routes ------------------------------------------------------------------------------------------------ */

static void cover(Resolve *r, const PolChunk *chunk, const PolClass *server, const PolEndpoint *e) {
        const char *wanted = chunk->scope->names[PSL_METHOD];

        if (chunk->scope->is_empty)
                return;
        if (!e) {
                r->slots[0] = child(r, r->slots[0], chunk);
                return;
        }
        if (!pol_scope_fits(chunk->scope, server, e, NULL))
                return;
        for (uint32_t m = 0; m < e->interface->n_methods; m++) {
                if (!wanted || strcmp(wanted, e->interface->methods[m].name) == 0)
                        r->slots[m] = child(r, r->slots[m], chunk);
        }
}

/* The chunks of four buckets in the order of the text. */
static void cover_all(
        Resolve *r, const Bucket *const buckets[4], const PolClass *server, const PolEndpoint *e) {
        uint32_t at[4] = {0, 0, 0, 0};

        for (;;) {
                const PolChunk *first = NULL;
                size_t from = 0;

                for (size_t i = 0; i < 4; i++) {
                        const PolChunk *chunk = at[i] < buckets[i]->n ? buckets[i]->items[at[i]] : NULL;

                        if (chunk && (!first || chunk->index < first->index)) {
                                first = chunk;
                                from = i;
                        }
                }
                if (!first)
                        return;
                cover(r, first, server, e);
                at[from]++;
        }
}

static const PolRoute *intern_route(
        Resolve *r, const PolEndpointList *list, const PolDecision **decisions, uint32_t n) {
        size_t size = sizeof list + n * sizeof *decisions;
        char *key = arena_alloc(r->b->ctx->arena, size);
        const char *name;
        PolRoute *route;

        memcpy(key, &list, sizeof list);
        if (n > 0)
                memcpy(key + sizeof list, decisions, n * sizeof *decisions);
        name = intern_bytes(r->b->ctx->names, key, size);
        route = map_get(&r->routes, name);
        if (route)
                return route;
        route = ARENA_NEW(r->b->ctx->arena, PolRoute);
        *route = (PolRoute){
                .index = r->route_list.n, .endpoints = list, .decisions = decisions, .n_decisions = n};
        pol_append(r->b, &r->route_list, route);
        map_put(&r->routes, name, route);
        return route;
}

/* Where the decisions of such an endpoint are kept for the row, or NULL. What names neither destination nor
 * component treats endpoints of the same path and interface alike. */
static const char *alike_key(Resolve *r, const Bucket *const buckets[4], const PolEndpoint *e) {
        const void *const key[2] = {e->path, e->interface};

        if (r->event != PSL_REQUEST || r->names_component || buckets[0]->n > 0 || buckets[2]->n > 0)
                return NULL;
        return intern_bytes(r->b->ctx->names, (const char *)key, sizeof key);
}

static void decide_endpoint(Resolve *r, const Bucket *const buckets[4], const PolClass *server,
        const PolEndpoint *e, const PolDecision **out) {
        const char *key = alike_key(r, buckets, e);
        uint32_t n = e->interface->n_methods;
        const PolDecision **before = key ? map_get(&r->alike, key) : NULL;

        if (before && n > 0)
                memcpy(out, before, n * sizeof *out);
        if (before)
                return;
        for (uint32_t m = 0; m < n; m++)
                r->slots[m] = &r->root;
        cover_all(r, buckets, server, e);
        for (uint32_t m = 0; m < n; m++)
                out[m] = decision_of(r, r->slots[m]);
        if (key)
                map_put(&r->alike, key, out);
}

static const PolDecision *decide_start(Resolve *r, const Bucket *const buckets[4]) {
        r->slots[0] = &r->root;
        cover_all(r, buckets, NULL, NULL);
        return decision_of(r, r->slots[0]);
}

static const PolRoute *make_route(Resolve *r, uint32_t src, uint32_t dst) {
        static const Bucket none = {.n = 0};
        const Bucket *const buckets[4] = {dst < r->n ? &r->wild[dst] : &none, &r->wild[r->n],
                dst < r->n ? &r->own[dst] : &none, &r->own[r->n]};
        const PolEndpointList *list = pol_endpoints(r->b->policy, r->event, src, dst);
        uint32_t server = r->event == PSL_REQUEST ? dst : src;
        const PolDecision **decisions;
        uint32_t n = list ? list->n_methods : 1;

        if (r->event != PSL_EXECUTE && (!list || n == 0))
                return r->route_list.items[0];
        decisions = ARENA_ARRAY(r->b->ctx->arena, const PolDecision *, n);
        for (uint32_t i = 0; list && i < list->n; i++)
                decide_endpoint(r, buckets, r->b->policy->classes[server], &list->items[i],
                        &decisions[list->items[i].first]);
        if (!list)
                decisions[0] = decide_start(r, buckets);
        return intern_route(r, list, decisions, n);
}

/* Rows ----------------------------------------------------------------------------------------------------
 */

static uint32_t side_or_last(const Resolve *r, uint32_t side) {
        return side == POL_NONE ? r->n : side;
}

/* Sorts chunks into n + 1 buckets by the class that `by_dst` picks. */
static Bucket *sort(Resolve *r, const PolChunk *const *chunks, uint32_t n_chunks, bool by_dst) {
        Arena *a = r->b->ctx->arena;
        Bucket *buckets = ARENA_ARRAY(a, Bucket, (size_t)r->n + 1);

        for (uint32_t i = 0; i < n_chunks; i++)
                buckets[side_or_last(r, by_dst ? chunks[i]->scope->dst : chunks[i]->scope->src)].n++;
        for (uint32_t i = 0; i <= r->n; i++) {
                buckets[i].items = ARENA_ARRAY(a, const PolChunk *, buckets[i].n);
                buckets[i].n = 0;
        }
        for (uint32_t i = 0; i < n_chunks; i++) {
                Bucket *bucket =
                        &buckets[side_or_last(r, by_dst ? chunks[i]->scope->dst : chunks[i]->scope->src)];

                bucket->items[bucket->n++] = chunks[i];
        }
        return buckets;
}

/* Do the endpoints of an event belong to its source? Then no two sources share a route. */
static bool serves_from_source(PslEvent event) {
        return event == PSL_RESPONSE || event == PSL_ERROR || event == PSL_SECURITY;
}

static bool names_component(const Bucket *bucket) {
        for (uint32_t i = 0; i < bucket->n; i++) {
                if (bucket->items[i]->scope->names[PSL_COMPONENT])
                        return true;
        }
        return false;
}

static const PolRoute *const *make_row(Resolve *r, uint32_t src, const PolRoute *const *other) {
        const PolRoute **row = ARENA_ARRAY(r->b->ctx->arena, const PolRoute *, (size_t)r->n + 1);
        bool by_source = serves_from_source(r->event);

        map_init(&r->alike, r->b->ctx->arena);
        r->names_component = names_component(&r->wild[r->n]) || names_component(&r->own[r->n]);
        row[r->n] = make_route(r, src, r->n);
        for (uint32_t dst = 0; dst < r->n; dst++) {
                bool is_own = r->own[dst].n > 0 || r->own[r->n].n > 0;

                if (r->event == PSL_SECURITY || (by_source && r->own[dst].n == 0 && r->wild[dst].n == 0))
                        row[dst] = row[r->n];
                else if (!by_source && !is_own && other)
                        row[dst] = other[dst];
                else
                        row[dst] = make_route(r, src, dst);
        }
        return row;
}

static void make_rows(Resolve *r) {
        const PolRoute *const **rows =
                ARENA_ARRAY(r->b->ctx->arena, const PolRoute *const *, (size_t)r->n + 1);
        const PolList *chunks = &r->b->chunks[r->event];
        Bucket *none = ARENA_ARRAY(r->b->ctx->arena, Bucket, (size_t)r->n + 1);

        r->by_src = sort(r, (const PolChunk *const *)chunks->items, chunks->n, false);
        r->wild = sort(r, r->by_src[r->n].items, r->by_src[r->n].n, true);
        r->own = none;
        rows[r->n] = make_row(r, r->n, NULL);
        for (uint32_t src = 0; src < r->n; src++) {
                const Bucket *own = &r->by_src[src];

                if (own->n == 0 && !serves_from_source(r->event)) {
                        rows[src] = rows[r->n];
                        continue;
                }
                r->own = own->n > 0 ? sort(r, own->items, own->n, true) : none;
                rows[src] = make_row(r, src, rows[r->n]);
        }
        r->b->policy->rows[r->event] = (const PolRoute *const *const *)rows;
}

static uint32_t most_methods_of(const PolEndpointList *list, uint32_t n) {
        for (uint32_t i = 0; i < list->n; i++) {
                if (list->items[i].interface->n_methods > n)
                        n = list->items[i].interface->n_methods;
        }
        return n;
}

/* Of one endpoint; at least 1. */
static uint32_t most_methods(const PolPolicy *p) {
        uint32_t n = 1;

        for (uint32_t i = 0; i < p->n_classes; i++)
                n = most_methods_of(&p->classes[i]->security, most_methods_of(&p->classes[i]->endpoints, n));
        return n;
}

void pol_resolve(PolBuild *b) {
        static const PolStatementList empty = {.n = 0};
        Resolve r = {.b = b, .n = b->policy->n_classes};
        PolPolicy *p = b->policy;

        map_init(&r.children, b->ctx->arena);
        map_init(&r.routes, b->ctx->arena);
        r.slots = ARENA_ARRAY(b->ctx->arena, const Node *, most_methods(b->policy));
        r.root.decision = new_decision(&r, &empty);
        intern_route(&r, NULL, NULL, 0);
        for (unsigned event = 0; event < PSL_N_EVENTS; event++) {
                r.event = (PslEvent)event;
                make_rows(&r);
        }
        p->decisions = (const PolDecision **)r.decisions.items;
        p->n_decisions = r.decisions.n;
        p->routes = (const PolRoute **)r.route_list.items;
        p->n_routes = r.route_list.n;
}
