/* SPDX-License-Identifier: MIT */
/*
 * What can be said of a decision before it is ever made, and what follows for whole classes.
 */
#include "psl/check.h"

#include <string.h>

const char *pol_verdict_text(PolVerdict v) {
        static const char *const texts[] = {
                [POL_NEVER] = "never", [POL_ALWAYS] = "always", [POL_DEPENDS] = "depends"};

        return texts[v];
}

/* Places ----------------------------------------------------------------------------------------- */

typedef struct Gather {
        PolBuild *b;
        PolList sites;
} Gather;

static void gather_call(Gather *g, const PolCall *call);

static void gather_expr(Gather *g, const PolExpr *e) {
        if (!e)
                return;
        for (const PolStep *s = e->place.steps; s; s = s->next)
                gather_expr(g, s->index);
        for (uint32_t i = 0; i < e->n_items; i++)
                gather_expr(g, e->items[i]);
        if (e->call)
                gather_call(g, e->call);
}

static void gather_call(Gather *g, const PolCall *call) {
        const PolExpr *const parts[] = {call->condition, call->sid, call->target, call->container,
                call->driver, call->image, call->level.text, call->level_r.text, call->key_expr, call->value,
                call->text};

        if (call->site)
                pol_append(g->b, &g->sites, call->site);
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
                gather_expr(g, parts[i]);
        for (uint32_t i = 0; call->entry && i < call->object->set->n_fields; i++)
                gather_expr(g, call->entry[i]);
}

static void gather_list(Gather *g, const PolStatementList *list) {
        for (uint32_t i = 0; i < list->n; i++) {
                const PolStatement *s = list->items[i];

                gather_call(g, s->call);
                for (uint32_t k = 0; k < s->n_branches; k++)
                        gather_list(g, &s->branches[k].body);
        }
}

/* Verdicts ---------------------------------------------------------------------------------------- */

/* What one rule says, as far as constants tell. */
static PolVerdict judge_rule(const PolCall *call) {
        switch ((int)call->method) {
        case POL_BASE_GRANT:
                return POL_ALWAYS;
        case POL_BASE_ASSERT:
        case POL_BOOL_ASSERT:
                if (!call->condition->is_constant)
                        return POL_DEPENDS;
                return call->condition->value ? POL_ALWAYS : POL_NEVER;
        case POL_BASE_DENY:
                if (call->condition && !call->condition->is_constant)
                        return POL_DEPENDS;
                return call->condition && !call->condition->value ? POL_ALWAYS : POL_NEVER;
        default:
                return POL_DEPENDS;
        }
}

/* Does a profile ask for granted rules of the object, at some level? */
static bool is_audited(const PolSite *site) {
        const PolProfile *p = site->profile;

        for (uint32_t i = 0; i < p->n_levels; i++) {
                for (uint32_t k = 0; k < p->levels[i].n_terms; k++) {
                        const PolAuditTerm *term = &p->levels[i].terms[k];

                        if (term->object == site->object->index && (term->kss & POL_KSS_GRANTED))
                                return true;
                }
        }
        return false;
}

static bool reads_message(const PolExpr *e) {
        return e && e->reads_message;
}

static void set(PolBuild *b, PolDecision *d, PolVerdict verdict, const PolSite *cause, const char *reason) {
        d->verdict = verdict;
        d->cause = cause;
        d->reason =
                cause ? intern_printf(b->ctx->names, "%s:%u: %s", cause->file, cause->line, reason) : reason;
}

static const char *why_depends(PolBuild *b, const PolCall *call) {
        if (call->object->model == POL_MODEL_REGEX || reads_message(call->condition))
                return "depends on the message";
        if (call->method == POL_BASE_ASSERT || call->method == POL_BASE_DENY ||
                call->method == POL_BOOL_ASSERT)
                return "depends on the state of an object, or on SIDs";
        return intern_printf(b->ctx->names, "depends on the state of '%s'", call->object->name);
}

static const PolCall *find_verdict(const PolStatementList *list, PolVerdict wanted) {
        for (uint32_t i = 0; i < list->n; i++) {
                const PolStatement *s = list->items[i];
                PolVerdict verdict = s->kind == POL_STATEMENT_RULE ? judge_rule(s->call) : POL_DEPENDS;

                if (verdict == wanted)
                        return s->call;
        }
        return NULL;
}

static const PolSite *find_audited(const PolDecision *d) {
        for (uint32_t i = 0; i < d->n_sites; i++) {
                if (is_audited(d->sites[i]))
                        return d->sites[i];
        }
        return NULL;
}

void pol_judge(PolBuild *b, PolDecision *d) {
        Gather g = {.b = b};
        const PolCall *call;
        const PolSite *audited;

        gather_list(&g, &d->statements);
        d->sites = (const PolSite *const *)g.sites.items;
        d->n_sites = g.sites.n;
        if (d->n_sites > POL_CALLS_MAX)
                diag_report(b->ctx->diags, POL_LIMIT, d->sites[POL_CALLS_MAX]->span, "calls for one event",
                        POL_CALLS_MAX);
        if (d->statements.n == 0) {
                set(b, d, POL_NEVER, NULL, "no rule is bound to it");
                return;
        }
        call = find_verdict(&d->statements, POL_NEVER);
        if (call) {
                set(b, d, POL_NEVER, call->site, "always denies");
                return;
        }
        call = find_verdict(&d->statements, POL_DEPENDS);
        if (call) {
                set(b, d, POL_DEPENDS, call->site, why_depends(b, call));
                return;
        }
        audited = find_audited(d);
        if (audited)
                set(b, d, POL_DEPENDS, audited,
                        intern_printf(b->ctx->names, "audited by the profile '%s'", audited->profile->name));
        else
                set(b, d, POL_ALWAYS, d->sites[0], "always grants, and so does every other rule");
}

/* Calls nobody may make ---------------------------------------------------------------------------- */

/* Can a class call some method of the endpoint? Only different rows are looked at. */
static void mark_callable(const PolPolicy *p, uint32_t dst, bool *callable) {
        const PolRoute *const *before = NULL;

        for (uint32_t src = 0; src < p->n_classes; src++) {
                const PolRoute *const *row = p->rows[PSL_REQUEST][src];

                if (row == before)
                        continue;
                before = row;
                for (uint32_t m = 0; m < row[dst]->n_decisions; m++)
                        callable[m] |= row[dst]->decisions[m]->verdict != POL_NEVER;
        }
}

static void warn_endpoint(PolBuild *b, const PolClass *c, const PolEndpoint *e, const bool *callable) {
        Text names = TEXT_NULL;
        uint32_t n = 0;

        for (uint32_t m = 0; m < e->interface->n_methods; m++) {
                if (callable[e->first + m])
                        continue;
                text_printf(&names, "%s%s", n ? ", " : "", e->interface->methods[m].name);
                n++;
        }
        if (n > 0) {
                diag_report(b->ctx->diags, POL_NOBODY, c->use, e->path, c->name);
                if (n < e->interface->n_methods)
                        diag_help(b->ctx->diags, "these methods: %s", text_str(&names));
        }
        text_deinit(&names);
}

/* A program of the SDK can do more than a solution needs of it, and ought to be let. */
static bool is_ready(const PolClass *c) {
        return strncmp(c->name, "kl.", 3) == 0;
}

void pol_warn_unreachable(PolBuild *b) {
        const PolPolicy *p = b->policy;

        for (uint32_t i = 0; i < p->n_classes; i++) {
                const PolClass *c = p->classes[i];
                bool *callable = ARENA_ARRAY(b->ctx->arena, bool, c->endpoints.n_methods);

                if (i == p->kernel || is_ready(c))
                        continue;
                mark_callable(p, i, callable);
                for (uint32_t e = 0; e < c->endpoints.n; e++)
                        warn_endpoint(b, c, &c->endpoints.items[e], callable);
        }
}
