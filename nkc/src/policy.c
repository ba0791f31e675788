/* SPDX-License-Identifier: MIT */
/*
 * What libnkc answers about policies, in terms of the resolved policy.
 */
#include "nkc_policy.h"

#include <string.h>

#include "session.h"

const NkcPolicy *nkc_policy_compile(NkcSession *s, const char *path, const NkcPolicyOptions *options) {
        static const NkcPolicyOptions none = {.n_defines = 0};
        PslOptions psl = {.has_preprocessor = false};

        if (!options)
                options = &none;
        psl.has_preprocessor = options->preprocess;
        psl.definitions = options->defines;
        psl.n_definitions = options->n_defines;
        return nkc_policy_resolve(s, path, &psl, options->lenient_classes);
}

/* The answer --------------------------------------------------------------------------------------- */

static PslEvent psl_event(NkcEvent event) {
        return (PslEvent)event; /* both lists have the same order */
}

static NkcVerdict nkc_verdict(PolVerdict verdict) {
        return (NkcVerdict)verdict;
}

static void answer(NkcSession *s, const PolDecision *d, NkcDecision *out) {
        NkcRule *rules = ARENA_ARRAY(nkc_session_arena(s), NkcRule, d->n_sites);

        for (uint32_t i = 0; i < d->n_sites; i++)
                rules[i] = (NkcRule){.file = d->sites[i]->file,
                        .line = d->sites[i]->line,
                        .column = d->sites[i]->column,
                        .text = d->sites[i]->text};
        *out = (NkcDecision){.verdict = nkc_verdict(d->verdict),
                .reason = d->reason,
                .rules = rules,
                .n_rules = d->n_sites};
}

uint32_t nkc_policy_class(const NkcPolicy *policy, const char *name) {
        return pol_find_class(policy, name);
}

NkcVerdict nkc_policy_verdict(
        const NkcPolicy *policy, NkcEvent event, uint32_t src, uint32_t dst, uint16_t riid, uint16_t mid) {
        return nkc_verdict(pol_decision(policy, psl_event(event), src, dst, riid, mid)->verdict);
}

/* The question -------------------------------------------------------------------------------------- */

typedef struct Look {
        NkcSession *s;
        const NkcPolicy *policy;
        const NkcQuestion *q;
        const char *problem;
} Look;

static bool refuse(Look *l, const char *what, const char *name, const Suggest *g) {
        l->problem = arena_printf(nkc_session_arena(l->s), "unknown %s '%s'%s%s%s", what, name,
                g->best ? "; did you mean '" : "", g->best ? g->best : "", g->best ? "'?" : "");
        return false;
}

static bool find_class(Look *l, const char *name, uint32_t *out) {
        Suggest g = suggest_for(name);

        *out = pol_find_class(l->policy, name);
        if (*out != POL_NONE)
                return true;
        for (uint32_t i = 0; i < l->policy->n_classes; i++)
                suggest_offer(&g, l->policy->classes[i]->name);
        return refuse(l, "class", name, &g);
}

static bool find_endpoint(Look *l, const PolEndpointList *list, const PolEndpoint **out) {
        const char *name = l->q->endpoint ? l->q->endpoint : "";
        Suggest g = suggest_for(name);

        for (uint32_t i = 0; list && i < list->n; i++) {
                *out = &list->items[i];
                if (strcmp(list->items[i].path, name) == 0)
                        return true;
                suggest_offer(&g, list->items[i].path);
        }
        return refuse(l, "endpoint", name, &g);
}

static bool find_method(Look *l, const PolEndpoint *e, uint32_t *mid) {
        const char *name = l->q->method ? l->q->method : "";
        Suggest g = suggest_for(name);

        for (*mid = 0; *mid < e->interface->n_methods; ++*mid) {
                if (strcmp(e->interface->methods[*mid].name, name) == 0)
                        return true;
                suggest_offer(&g, e->interface->methods[*mid].name);
        }
        return refuse(l, "method", name, &g);
}

static bool decide(Look *l, const PolDecision **out) {
        PslEvent event = psl_event(l->q->event);
        const PolEndpoint *e = NULL;
        uint32_t src, dst = POL_NONE, mid = 0;

        if (!find_class(l, l->q->src, &src) || (event != PSL_SECURITY && !find_class(l, l->q->dst, &dst)))
                return false;
        if (event != PSL_EXECUTE && (!find_endpoint(l, pol_endpoints(l->policy, event, src, dst), &e) ||
                                            !find_method(l, e, &mid)))
                return false;
        *out = pol_decision(l->policy, event, src, dst, e ? e->riid : 0, mid);
        return true;
}

bool nkc_policy_decide(NkcSession *s, const NkcPolicy *policy, const NkcQuestion *question, NkcDecision *out,
        const char **problem) {
        Look l = {.s = s, .policy = policy, .q = question};
        const PolDecision *d;
        bool is_known = decide(&l, &d);

        if (is_known)
                answer(s, d, out);
        *problem = l.problem;
        return is_known;
}
