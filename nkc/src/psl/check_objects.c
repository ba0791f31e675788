/* SPDX-License-Identifier: MIT */
/*
 * Objects of security models: their names, and constants of their types in the text.
 */
#include "psl/types.h"

#include <string.h>

const PolObject *pol_find_object(PolBuild *b, const AstName *name) {
        const PolObject *o = map_get(&b->objects, name->text);
        Suggest g = suggest_for(name->text);

        if (o || b->unit->is_bad)
                return o;
        for (uint32_t i = 0; i < b->object_list.n; i++)
                suggest_offer(&g, ((const PolObject *)b->object_list.items[i])->name);
        diag_report(b->ctx->diags, POL_UNKNOWN_OBJECT, name->span, name->text);
        diag_suggest(b->ctx->diags, &g);
        return NULL;
}

static void add_object(PolBuild *b, const PslDecl *d) {
        PolObject *o = ARENA_NEW(b->ctx->arena, PolObject);
        PolObject *before = map_get(&b->objects, d->name.text);
        Suggest g = suggest_for(d->model.text);

        if (before) {
                diag_report(b->ctx->diags, POL_OBJECT_TWICE, d->name.span, d->name.text);
                diag_note(b->ctx->diags, before->span, "the first one is here");
                return;
        }
        *o = (PolObject){.name = d->name.text, .span = d->name.span, .index = b->object_list.n};
        o->is_bad = d->is_bad || !d->model.text;
        map_put(&b->objects, d->name.text, o);
        if (!o->is_bad && !pol_find_model(d->model.text, &o->model)) {
                pol_offer_models(&g);
                diag_report(b->ctx->diags, POL_UNKNOWN_MODEL, d->model.span, d->model.text);
                diag_suggest(b->ctx->diags, &g);
                o->is_bad = true;
        }
        pol_append(b, &b->object_list, o);
        if (!o->is_bad)
                pol_check_config(b, o, d);
}

void pol_check_objects(PolBuild *b) {
        for (size_t i = 0; i < b->unit->n_decls; i++) {
                const PslDecl *d = b->unit->decls[i];

                if (d->kind != PSL_OBJECT)
                        continue;
                if (b->object_list.n == POL_OBJECTS_MAX) {
                        diag_report(b->ctx->diags, POL_LIMIT, d->name.span, "objects", POL_OBJECTS_MAX);
                        return;
                }
                add_object(b, d);
        }
}

bool pol_has_key_twice(PolBuild *b, const PslExpr *dict) {
        bool is_twice = false;
        Map seen;

        map_init(&seen, b->ctx->arena);
        for (const PslPair *p = dict->pairs.first; p; p = p->next) {
                if (!p->key || !map_put(&seen, p->key, b))
                        continue;
                diag_report(b->ctx->diags, POL_KEY_TWICE, p->key_span, p->key);
                is_twice = true;
        }
        return is_twice;
}

/* Names in a configuration: looked up often, suggested once. */
static uint32_t index_of(const char *const *names, uint32_t n, const char *name) {
        for (uint32_t i = 0; i < n; i++) {
                if (names[i] == name)
                        return i;
        }
        return POL_NONE;
}

static Suggest suggest_from(const char *const *names, uint32_t n, const char *wanted) {
        Suggest g = suggest_for(wanted);

        for (uint32_t i = 0; i < n; i++)
                suggest_offer(&g, names[i]);
        return g;
}

/* States of Flow ---------------------------------------------------------------------------------- */

uint32_t pol_flow_state(PolBuild *b, const PolObject *object, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        const PolFlow *flow = object->flow;
        uint32_t state;
        Suggest g;

        if (e->kind == PSL_EXPR_BAD)
                return POL_NONE;
        if (e->kind != PSL_EXPR_TEXT) {
                diag_report(b->ctx->diags, POL_NOT_CONSTANT_TEXT, e->span, "a state");
                return POL_NONE;
        }
        state = index_of(flow->states, flow->n_states, e->text);
        if (state != POL_NONE)
                return state;
        g = suggest_from(flow->states, flow->n_states, e->text);
        diag_report(b->ctx->diags, POL_UNKNOWN_STATE, e->span, object->name, e->text);
        diag_suggest(b->ctx->diags, &g);
        return POL_NONE;
}

uint64_t *pol_flow_states(PolBuild *b, const PolObject *object, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        uint64_t *set = ARENA_ARRAY(b->ctx->arena, uint64_t, POL_WORDS(object->flow->n_states));
        bool is_bad = false;

        if (e->kind == PSL_EXPR_BAD)
                return NULL;
        if (e->kind != PSL_EXPR_LIST) {
                diag_report(b->ctx->diags, POL_NOT_A_LIST, e->span, "states");
                return NULL;
        }
        for (const PslExpr *i = e->items.first; i; i = i->next) {
                uint32_t state = pol_flow_state(b, object, i);

                is_bad |= state == POL_NONE;
                if (state != POL_NONE)
                        set[state / 64] |= (uint64_t)1 << state % 64;
        }
        return is_bad ? NULL : set;
}

/* Keys of StaticMap --------------------------------------------------------------------------------- */

const char *pol_key_bytes(PolBuild *b, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        const char *key;
        Text bytes = TEXT_NULL;

        if (e->kind == PSL_EXPR_TEXT)
                return e->text;
        if (e->kind != PSL_EXPR_LIST)
                return NULL;
        for (const PslExpr *i = e->items.first; i; i = i->next) {
                if (i->kind != PSL_EXPR_INTEGER || i->value > 255) {
                        text_deinit(&bytes);
                        return NULL;
                }
                text_putc(&bytes, (char)(unsigned char)i->value);
        }
        key = intern_bytes(b->ctx->names, text_str(&bytes), bytes.size);
        text_deinit(&bytes);
        return key;
}

/* Levels of Mic -------------------------------------------------------------------------------------- */

static bool find_name(PolBuild *b, const PolObject *object, const PslExpr *e, const char **names, uint32_t n,
        uint32_t *out) {
        Suggest g;

        if (e->kind != PSL_EXPR_TEXT) {
                diag_report(b->ctx->diags, POL_NOT_CONSTANT_TEXT, e->span, "part of a level");
                return false;
        }
        *out = index_of(names, n, e->text);
        if (*out != POL_NONE)
                return true;
        g = suggest_from(names, n, e->text);
        diag_report(b->ctx->diags, POL_UNKNOWN_LEVEL, e->span, object->name, e->text);
        diag_suggest(b->ctx->diags, &g);
        return false;
}

static bool read_categories(PolBuild *b, const PolObject *object, const PslExpr *psl, PolLevel *out) {
        const PslExpr *e = pol_inner(psl);
        uint32_t category;

        if (e->kind == PSL_EXPR_UNIT)
                return true;
        if (e->kind != PSL_EXPR_LIST) {
                diag_report(b->ctx->diags, POL_NOT_A_LIST, e->span, "categories");
                return false;
        }
        for (const PslExpr *i = e->items.first; i; i = i->next) {
                if (!find_name(b, object, pol_inner(i), object->mic->categories, object->mic->n_categories,
                            &category))
                        return false;
                out->categories |= (uint64_t)1 << category;
        }
        return true;
}

static bool read_part(PolBuild *b, const PolObject *object, const PslPair *p, PolLevel *out) {
        const PslExpr *e = pol_inner(p->value);

        if (p->key && strcmp(p->key, "categories") == 0)
                return read_categories(b, object, e, out);
        if (p->key && strcmp(p->key, "degree") == 0)
                return e->kind == PSL_EXPR_UNIT ||
                       find_name(b, object, e, object->mic->degrees, object->mic->n_degrees, &out->degree);
        diag_report(b->ctx->diags, POL_CONFIG, p->key_span, "a level", "has a 'degree' and 'categories'");
        return false;
}

bool pol_mic_level(PolBuild *b, const PolObject *object, const PslExpr *psl, PolLevel *out) {
        const PslExpr *e = pol_inner(psl);

        *out = (PolLevel){.kind = POL_LEVEL_CONST};
        if (e->kind == PSL_EXPR_TEXT)
                return find_name(b, object, e, object->mic->degrees, object->mic->n_degrees, &out->degree);
        if (e->kind != PSL_EXPR_DICT) {
                diag_report(b->ctx->diags, POL_CONFIG, e->span, "a level",
                        "is a text or a dictionary {degree : …, categories : …}");
                return false;
        }
        if (pol_has_key_twice(b, e))
                return false;
        for (const PslPair *p = e->pairs.first; p; p = p->next) {
                if (!read_part(b, object, p, out))
                        return false;
        }
        return true;
}

/* Patterns ---------------------------------------------------------------------------------------------- */

static void check_pattern(PolBuild *b, const PslExpr *e) {
        PolRegexProblem problem = {.text = NULL};

        if (!pol_regex_check(e->text, intern_length(e->text), e->kind == PSL_EXPR_REGEX, &problem))
                diag_report(b->ctx->diags, POL_BAD_REGEX, e->span, problem.text, (unsigned)problem.at + 1);
        else if (problem.text)
                diag_report(b->ctx->diags, POL_REGEX_BANG, e->span);
}

uint32_t pol_pattern(PolBuild *b, const PslExpr *e) {
        PolPattern *pattern;
        const char *key;

        if (e->kind == PSL_EXPR_BAD)
                return POL_NONE;
        if (e->kind != PSL_EXPR_TEXT && e->kind != PSL_EXPR_REGEX) {
                diag_report(b->ctx->diags, POL_NOT_CONSTANT_TEXT, e->span, "a regular expression");
                return POL_NONE;
        }
        check_pattern(b, e);
        key = e->kind == PSL_EXPR_TEXT ? e->text : intern_printf(b->ctx->names, "%s\n```", e->text);
        if (map_get(&b->patterns, key))
                return (uint32_t)((uintptr_t)map_get(&b->patterns, key) - 1);
        if (b->pattern_list.n == POL_PATTERNS_MAX) {
                diag_report(b->ctx->diags, POL_LIMIT, e->span, "regular expressions", POL_PATTERNS_MAX);
                return POL_NONE;
        }
        pattern = ARENA_NEW(b->ctx->arena, PolPattern);
        *pattern = (PolPattern){.text = e->text, .is_block = e->kind == PSL_EXPR_REGEX};
        pol_append(b, &b->pattern_list, pattern);
        map_put(&b->patterns, key, (void *)(uintptr_t)b->pattern_list.n);
        return b->pattern_list.n - 1;
}
