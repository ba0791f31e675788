/* SPDX-License-Identifier: MIT */
/*
 * Bindings, flattened: every run of statements with the same scope becomes a chunk. Chunks are numbered
 * in the order of the text, so the chunks that fit an event, one behind the other, are what runs.
 * A section inside of a choice gets a marker, a chunk without statements.
 */
#include "psl/check.h"

typedef struct Walk {
        PolBuild *b;
        PslEvent event;
} Walk;

static void walk_body(Walk *w, const PslBody *body, PolScope *scope, const PolProfile *profile);

static void append_node(PolNodeList *list, PolNode *node) {
        if (list->last)
                list->last->next = node;
        else
                list->first = node;
        list->last = node;
}

static PolChunk *new_chunk(Walk *w, PolScope *scope) {
        PolChunk *chunk = ARENA_NEW(w->b->ctx->arena, PolChunk);

        *chunk = (PolChunk){.index = w->b->n_chunks++, .scope = scope};
        pol_append(w->b, &w->b->chunks[w->event], chunk);
        return chunk;
}

static const PolProfile *profile_of(Walk *w, const PslBody *body, const PolProfile *outer) {
        const PslStatement *first = NULL;
        const PolProfile *profile = outer, *found;

        for (const PslStatement *s = body->first; s; s = s->next) {
                if (s->kind != PSL_USE_AUDIT)
                        continue;
                if (first) {
                        diag_report(w->b->ctx->diags, POL_AUDIT_AGAIN, s->span);
                        diag_note(w->b->ctx->diags, first->span, "the first one is here");
                        continue;
                }
                first = s;
                found = pol_find_profile(w->b, &s->profile);
                profile = found ? found : outer;
        }
        return profile;
}

/* Choices ------------------------------------------------------------------------------------------ */

static void walk_nodes(Walk *w, const PslBody *body, PolScope *scope, const PolProfile *profile,
        PolNodeList *out, bool *has_marker);

static bool read_label(Walk *w, const PolCall *subject, const PslExpr *e, PolBranch *out) {
        switch ((int)subject->method) {
        case POL_FLOW_QUERY:
                out->label = pol_flow_state(w->b, subject->object, e);
                return out->label != POL_NONE;
        case POL_RE_SELECT:
                out->label = pol_pattern(w->b, e);
                return out->label != POL_NONE;
        default:
                return pol_mic_level(w->b, subject->object, e, &out->level);
        }
}

static bool is_same_label(const PolBranch *a, const PolBranch *b) {
        return a->is_default == b->is_default && a->label == b->label && a->level.degree == b->level.degree &&
               a->level.categories == b->level.categories;
}

static void check_twice(Walk *w, const PolBranch *branches, uint32_t n) {
        for (uint32_t i = 0; i < n; i++) {
                if (!is_same_label(&branches[i], &branches[n]))
                        continue;
                diag_report(w->b->ctx->diags, POL_LABEL_TWICE, branches[n].span);
                diag_note(w->b->ctx->diags, branches[i].span, "the first one is here");
                return;
        }
}

static void read_branch(
        Walk *w, const PolCall *subject, const PslBranch *psl, PolStatement *s, PolBranch *branches) {
        PolBranch *out = &branches[s->n_branches];

        *out = (PolBranch){.is_default = !psl->label, .span = psl->label_span};
        if (subject && psl->label && !read_label(w, subject, psl->label, out))
                subject = NULL;
        s->has_default |= out->is_default;
        if (subject)
                check_twice(w, branches, s->n_branches);
        s->n_branches++;
}

static PolNode *walk_choice(Walk *w, const PslStatement *psl, PolScope *scope, const PolProfile *profile) {
        const PolContext c = {.b = w->b, .scope = scope, .profile = profile};
        Arena *a = w->b->ctx->arena;
        PolStatement *s = ARENA_NEW(a, PolStatement);
        PolBranch *branches = ARENA_ARRAY(a, PolBranch, psl->branches.n);
        PolNode *node = ARENA_NEW(a, PolNode);

        *s = (PolStatement){.kind = POL_STATEMENT_CHOICE, .span = psl->span, .branches = branches};
        *node = (PolNode){.statement = s, .bodies = ARENA_ARRAY(a, PolNodeList, psl->branches.n)};
        s->call = psl->subject ? pol_check_selector(&c, psl->subject) : NULL;
        for (const PslBranch *p = psl->branches.first; p; p = p->next) {
                PolNodeList *body = &node->bodies[s->n_branches];

                read_branch(w, s->call, p, s, branches);
                walk_nodes(w, p->body, scope, profile, body, &node->has_marker);
        }
        if (!s->has_default && !psl->is_bad)
                diag_report(w->b->ctx->diags, POL_NO_DEFAULT, psl->keyword);
        return s->call ? node : NULL;
}

/* Statements ------------------------------------------------------------------------------------------ */

static PolNode *walk_rule(Walk *w, const PslStatement *psl, PolScope *scope, const PolProfile *profile) {
        const PolContext c = {.b = w->b, .scope = scope, .profile = profile};
        const PolCall *call = psl->call ? pol_check_rule(&c, psl->call) : NULL;
        PolStatement *s;
        PolNode *node;

        if (!call)
                return NULL;
        s = ARENA_NEW(w->b->ctx->arena, PolStatement);
        *s = (PolStatement){.kind = POL_STATEMENT_RULE, .span = psl->span, .call = call};
        node = ARENA_NEW(w->b->ctx->arena, PolNode);
        node->statement = s;
        return node;
}

static PolNode *walk_inner_match(
        Walk *w, const PslStatement *psl, PolScope *scope, const PolProfile *profile) {
        PolScope *inner = pol_scope_narrow(w->b, scope, &psl->selectors);
        PolNode *node = ARENA_NEW(w->b->ctx->arena, PolNode);
        bool below = false;

        node->marker = new_chunk(w, inner);
        node->has_marker = true;
        walk_nodes(w, psl->body, inner, profile, &node->body, &below);
        return node;
}

/* The body of a branch. */
static void walk_nodes(Walk *w, const PslBody *body, PolScope *scope, const PolProfile *outer,
        PolNodeList *out, bool *has_marker) {
        const PolProfile *profile = body ? profile_of(w, body, outer) : outer;

        for (const PslStatement *s = body ? body->first : NULL; s; s = s->next) {
                PolNode *node = NULL;

                if (s->kind == PSL_RULE)
                        node = walk_rule(w, s, scope, profile);
                else if (s->kind == PSL_CHOICE)
                        node = walk_choice(w, s, scope, profile);
                else if (s->kind == PSL_MATCH && s->body)
                        node = walk_inner_match(w, s, scope, profile);
                if (!node)
                        continue;
                *has_marker |= node->has_marker;
                append_node(out, node);
        }
}

/* The body of a binding or of a section outside of choices. */
static void walk_body(Walk *w, const PslBody *body, PolScope *scope, const PolProfile *outer) {
        const PolProfile *profile = profile_of(w, body, outer);
        PolChunk *chunk = NULL;

        for (const PslStatement *s = body->first; s; s = s->next) {
                PolNode *node;

                if (s->kind == PSL_MATCH && s->body) {
                        walk_body(w, s->body, pol_scope_narrow(w->b, scope, &s->selectors), profile);
                        chunk = NULL;
                }
                if (s->kind != PSL_RULE && s->kind != PSL_CHOICE)
                        continue;
                if (!chunk)
                        chunk = new_chunk(w, scope);
                node = s->kind == PSL_RULE ? walk_rule(w, s, scope, profile)
                                           : walk_choice(w, s, scope, profile);
                if (node)
                        append_node(&chunk->nodes, node);
        }
}

void pol_check_bindings(PolBuild *b) {
        for (size_t i = 0; i < b->unit->n_decls; i++) {
                const PslDecl *d = b->unit->decls[i];
                Walk w = {.b = b, .event = d->event};

                if (d->kind != PSL_BINDING || !d->body)
                        continue;
                walk_body(&w, d->body, pol_scope_narrow(b, pol_scope_new(b, d->event), &d->selectors),
                        b->policy->audit_default);
        }
}
