/* SPDX-License-Identifier: MIT */
/*
 * Policy tests: every sequence becomes one list of cases, with classes, methods and values of
 * parameters by number. A class that is named stands for any process of it; a variable for the process
 * that a case before has started.
 */
#include "psl/types.h"

#include <string.h>

typedef struct Variable {
        uint32_t index;
        uint32_t class;
} Variable;

typedef struct Tests {
        PolBuild *b;
        PolList tests;
        Map variables; /* of the test at hand; Variable by name */
        PolList names;
        PolList cases;
        bool is_frame_bad; /* setup or finally have errors, which were reported */
} Tests;

/* Parties --------------------------------------------------------------------------------------------- */

static PolParty find_party(Tests *t, const AstPath *path) {
        const Variable *v = map_get(&t->variables, path->text);
        const PolClass *c = map_get(&t->b->classes, path->text);
        Suggest g = suggest_for(path->text);

        if (v)
                return (PolParty){.class = v->class, .variable = v->index};
        if (c)
                return (PolParty){.class = c->index, .variable = POL_NONE};
        for (uint32_t i = 0; i < t->b->policy->n_classes; i++)
                suggest_offer(&g, t->b->policy->classes[i]->name);
        for (uint32_t i = 0; i < t->names.n; i++)
                suggest_offer(&g, t->names.items[i]);
        if (!t->b->unit->is_bad) {
                diag_report(t->b->ctx->diags, POL_UNKNOWN_PARTY, path->span, path->text);
                diag_suggest(t->b->ctx->diags, &g);
        }
        return (PolParty){.class = POL_NONE, .variable = POL_NONE};
}

/* What a case says, whatever its form. */
typedef struct Named {
        const AstPath *by[PSL_N_SELECTORS];
        AstPath endpoint; /* of the short forms */
        AstPath method;
} Named;

static void read_names(Tests *t, const PslCase *psl, Named *out) {
        memset(out, 0, sizeof *out);
        if (psl->form == PSL_CASE_REQUEST || psl->form == PSL_CASE_RESPONSE) {
                out->endpoint = psl->target;
                out->endpoint.text = psl->target.qualifier;
                out->method = psl->target;
                out->method.text = psl->target.last;
                out->by[PSL_SRC] = &psl->from;
                out->by[PSL_DST] = &psl->to;
                out->by[PSL_ENDPOINT] = &out->endpoint;
                out->by[PSL_METHOD] = &out->method;
                return;
        }
        for (const PslSelector *s = psl->selectors.first; s; s = s->next) {
                if (out->by[s->kind])
                        diag_report(
                                t->b->ctx->diags, POL_SELECTOR_TWICE, s->span, psl_selector_text(s->kind));
                out->by[s->kind] = &s->value;
        }
}

/* Values ------------------------------------------------------------------------------------------------ */

static const PolValue *read_value(Tests *t, const LayType *type, const PslExpr *psl);

static const PolValue *wrong_value(Tests *t, const LayType *type, const PslExpr *e) {
        if (e->kind != PSL_EXPR_BAD)
                diag_report(t->b->ctx->diags, POL_TEST_VALUE, e->span, type->idl);
        return NULL;
}

static const PolValue *read_integer(Tests *t, PolValue *v, const PslExpr *psl) {
        const PolContext c = {.b = t->b};
        const PolExpr *e = pol_check_expr(&c, psl);
        PolNumber n = POL_U64;

        if (e->type == POL_T_BAD)
                return NULL;
        if (e->type != POL_T_NUMBER)
                return wrong_value(t, v->type, psl);
        pol_number_of(v->type->kind, &n);
        if (!pol_number_holds(n, e->value)) {
                diag_report(t->b->ctx->diags, POL_DOES_NOT_FIT, e->span, pol_number_text(n));
                return NULL;
        }
        v->number = e->value;
        return v;
}

static bool read_sid(Tests *t, PolValue *v, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        const Variable *var = e->kind == PSL_EXPR_NAME ? map_get(&t->variables, e->name.text) : NULL;

        v->variable = var ? var->index : POL_NONE;
        if (e->kind == PSL_EXPR_INTEGER && e->value < UINT32_MAX)
                v->sid = (uint32_t)e->value;
        else if (!var)
                return wrong_value(t, v->type, e) != NULL;
        return true;
}

static const PolValue *read_handle(Tests *t, PolValue *v, const PslExpr *e) {
        v->variable = POL_NONE;
        if (e->kind != PSL_EXPR_DICT)
                return read_sid(t, v, e) ? v : NULL;
        for (const PslPair *p = e->pairs.first; p; p = p->next) {
                const PslExpr *part = pol_inner(p->value);

                if (p->key && strcmp(p->key, "handle") == 0) {
                        if (!read_sid(t, v, part))
                                return NULL;
                } else if (p->key && strcmp(p->key, "rights") == 0 && part->kind == PSL_EXPR_INTEGER &&
                           part->value <= UINT32_MAX) {
                        v->number = part->value;
                } else {
                        return wrong_value(t, v->type, p->value);
                }
        }
        return v;
}

static uint32_t find_field(Tests *t, const LayField *fields, uint32_t n, const PslPair *p) {
        Suggest g = suggest_for(p->key ? p->key : "");

        for (uint32_t i = 0; i < n; i++) {
                if (p->key && strcmp(fields[i].name, p->key) == 0)
                        return i;
                suggest_offer(&g, fields[i].name);
        }
        diag_report(t->b->ctx->diags, POL_TEST_FIELD, p->key_span, p->key ? p->key : "");
        diag_suggest(t->b->ctx->diags, &g);
        return POL_NONE;
}

/* One value for each field; NULL where left out. */
static const PolValue **read_fields(Tests *t, const LayField *fields, uint32_t n, const PslExpr *dict) {
        const PolValue **values = ARENA_ARRAY(t->b->ctx->arena, const PolValue *, n);

        for (const PslPair *p = dict ? dict->pairs.first : NULL; p; p = p->next) {
                uint32_t i = find_field(t, fields, n, p);

                if (i == POL_NONE)
                        continue;
                if (values[i])
                        diag_report(t->b->ctx->diags, POL_KEY_TWICE, p->key_span, p->key);
                values[i] = read_value(t, fields[i].type, p->value);
        }
        return values;
}

static const PolValue *read_union(Tests *t, PolValue *v, const PslExpr *e) {
        const LayRecord *r = v->type->record;
        uint32_t i;

        if (e->pairs.n != 1)
                return wrong_value(t, v->type, e);
        i = find_field(t, r->fields, r->n_fields, e->pairs.first);
        if (i == POL_NONE)
                return NULL;
        v->tag = r->fields[i].tag;
        v->items = ARENA_ARRAY(t->b->ctx->arena, const PolValue *, 1);
        v->items[0] = read_value(t, r->fields[i].type, e->pairs.first->value);
        v->n_items = 1;
        return v;
}

static const PolValue *read_elements(Tests *t, PolValue *v, const PslExpr *e) {
        if (e->items.n > v->type->bound) {
                diag_report(t->b->ctx->diags, POL_TEST_LONG, e->span, v->type->idl);
                return NULL;
        }
        v->items = ARENA_ARRAY(t->b->ctx->arena, const PolValue *, e->items.n);
        for (const PslExpr *i = e->items.first; i; i = i->next)
                v->items[v->n_items++] = read_value(t, v->type->elem, i);
        return v;
}

static const PolValue *read_text(Tests *t, PolValue *v, const PslExpr *e) {
        if (intern_length(e->text) > v->type->bound) {
                diag_report(t->b->ctx->diags, POL_TEST_LONG, e->span, v->type->idl);
                return NULL;
        }
        v->text = e->text;
        return v;
}

static const PolValue *read_value(Tests *t, const LayType *type, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        PolValue *v = ARENA_NEW(t->b->ctx->arena, PolValue);
        PslExprKind wanted = PSL_EXPR_BAD;

        *v = (PolValue){.type = type, .variable = POL_NONE};
        switch ((int)type->kind) {
        case LAY_HANDLE:
                return read_handle(t, v, e);
        case LAY_STRING:
        case LAY_BYTES:
                wanted = PSL_EXPR_TEXT;
                break;
        case LAY_SEQUENCE:
        case LAY_ARRAY:
                wanted = PSL_EXPR_LIST;
                break;
        case LAY_STRUCT:
        case LAY_UNION:
                wanted = PSL_EXPR_DICT;
                break;
        default:
                return read_integer(t, v, e);
        }
        if (e->kind != wanted || e->kind == PSL_EXPR_BAD)
                return wrong_value(t, type, e);
        if (wanted == PSL_EXPR_TEXT)
                return read_text(t, v, e);
        if (wanted == PSL_EXPR_LIST)
                return read_elements(t, v, e);
        if (type->kind == LAY_UNION)
                return read_union(t, v, e);
        v->items = read_fields(t, type->record->fields, type->record->n_fields, e);
        v->n_items = type->record->n_fields;
        return v;
}

/* Cases -------------------------------------------------------------------------------------------------- */

/* The selectors of a case as a scope, with variables replaced by their classes. */
static bool find_method(Tests *t, const PslCase *psl, const Named *named, PolCase *out) {
        PslSelector selectors[PSL_N_SELECTORS];
        PslSelectorList list = {.n = 0};
        PolScope *scope = pol_scope_new(t->b, psl->event);
        uint32_t server;
        const LayMethod *m;

        scope->src = out->src.class;
        scope->dst = psl->event == PSL_SECURITY ? POL_NONE : out->dst.class;
        for (unsigned k = PSL_COMPONENT; k < PSL_N_SELECTORS; k++) {
                if (!named->by[k])
                        continue;
                selectors[list.n] = (PslSelector){
                        .kind = (PslSelectorKind)k, .span = named->by[k]->span, .value = *named->by[k]};
                if (list.last)
                        list.last->next = &selectors[list.n];
                else
                        list.first = &selectors[0];
                list.last = &selectors[list.n++];
        }
        scope = pol_scope_narrow(t->b, scope, &list);
        if (scope->is_empty || psl->event == PSL_EXECUTE)
                return !scope->is_empty;
        server = pol_scope_server(scope);
        m = server == POL_NONE ? NULL : pol_scope_method(t->b, scope);
        if (!m) {
                diag_report(t->b->ctx->diags, POL_TEST_METHOD, psl->span);
                return false;
        }
        out->mid = m->mid;
        out->message = pol_message(psl->event, m);
        for (uint32_t i = 0; i < pol_class_endpoints(t->b->policy->classes[server], psl->event)->n; i++) {
                const PolEndpoint *e =
                        &pol_class_endpoints(t->b->policy->classes[server], psl->event)->items[i];

                if (pol_scope_fits(scope, t->b->policy->classes[server], e, m) &&
                        m->mid < e->interface->n_methods && &e->interface->methods[m->mid] == m) {
                        out->riid = e->riid;
                        return true;
                }
        }
        return false;
}

static void bind_variable(Tests *t, const AstName *name, PolCase *c) {
        Variable *v = ARENA_NEW(t->b->ctx->arena, Variable);

        *v = (Variable){.index = t->names.n, .class = c->dst.class};
        if (map_put(&t->variables, name->text, v)) {
                diag_report(t->b->ctx->diags, POL_VARIABLE_TWICE, name->span, name->text);
                return;
        }
        pol_append(t->b, &t->names, name->text);
        c->variable = v->index;
}

static PolParty party_or_none(Tests *t, const AstPath *path) {
        return path ? find_party(t, path) : (PolParty){.class = POL_NONE, .variable = POL_NONE};
}

static void read_case(Tests *t, const PslCase *psl) {
        PolCase *c = ARENA_NEW(t->b->ctx->arena, PolCase);
        SrcPlace place = src_place(t->b->ctx->sources, psl->span.begin);
        unsigned errors = diag_errors(t->b->ctx->diags);
        const PslExpr *message = psl->message && psl->message->kind == PSL_EXPR_DICT ? psl->message : NULL;
        Named named;

        read_names(t, psl, &named);
        *c = (PolCase){.expectation = psl->expectation,
                .event = psl->event,
                .variable = POL_NONE,
                .title = psl->title,
                .file = place.file ? place.file->path : "",
                .line = place.line,
                .text = pol_one_line(t->b, psl->span)};
        c->src = party_or_none(t, named.by[PSL_SRC]);
        if (!named.by[PSL_SRC] && psl->event == PSL_EXECUTE)
                c->src.class = t->b->policy->kernel;
        c->dst = party_or_none(t, named.by[PSL_DST]);
        if (errors == diag_errors(t->b->ctx->diags) && find_method(t, psl, &named, c))
                c->values = read_fields(t, c->message ? c->message->fields : NULL,
                        c->message ? c->message->n_fields : 0, message);
        if (psl->form == PSL_CASE_STARTED && psl->variable.text)
                bind_variable(t, &psl->variable, c);
        pol_append(t->b, &t->cases, c);
}

static void read_block(Tests *t, const PslBlock *block) {
        for (const PslCase *c = block ? block->first : NULL; c; c = c->next)
                read_case(t, c);
}

/* Setup and finally belong to every sequence, but their errors are told once. */
static void read_frame(Tests *t, const PslBlock *block) {
        unsigned errors = diag_errors(t->b->ctx->diags);

        read_block(t, block);
        t->is_frame_bad |= diag_errors(t->b->ctx->diags) != errors;
}

static void read_sequence(Tests *t, const PslTests *set, const PslBlock *sequence) {
        PolTest *test = ARENA_NEW(t->b->ctx->arena, PolTest);
        SrcPlace place = src_place(t->b->ctx->sources, sequence->span.begin);

        map_init(&t->variables, t->b->ctx->arena);
        t->names = t->cases = (PolList){.n = 0};
        read_frame(t, set->setup);
        read_block(t, sequence);
        *test = (PolTest){.set = set->title,
                .title = sequence->title,
                .file = place.file ? place.file->path : "",
                .line = place.line,
                .first_finally = t->cases.n};
        read_frame(t, set->finally);
        test->variables = (const char **)t->names.items;
        test->n_variables = t->names.n;
        test->cases = (const PolCase **)t->cases.items;
        test->n_cases = t->cases.n;
        pol_append(t->b, &t->tests, test);
}

void pol_resolve_tests(PolBuild *b) {
        Tests t = {.b = b};

        for (size_t i = 0; i < b->unit->n_decls; i++) {
                const PslTests *set = b->unit->decls[i]->kind == PSL_TESTS ? b->unit->decls[i]->tests : NULL;

                t.is_frame_bad = false;
                for (const PslBlock *s = set ? set->first : NULL; s && !t.is_frame_bad; s = s->next) {
                        if (s->kind == PSL_SEQUENCE && !s->is_bad)
                                read_sequence(&t, set, s);
                }
        }
        b->policy->tests = (const PolTest **)t.tests.items;
        b->policy->n_tests = t.tests.n;
}
