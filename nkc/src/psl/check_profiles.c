/* SPDX-License-Identifier: MIT */
/*
 * Audit profiles: level, object, conditions.
 */
#include "psl/check.h"

#include <string.h>

const PolProfile *pol_find_profile(PolBuild *b, const AstName *name) {
        const PolProfile *p = map_get(&b->profiles, name->text);
        Suggest g = suggest_for(name->text);

        if (p || b->unit->is_bad)
                return p;
        for (uint32_t i = 0; i < b->profile_list.n; i++)
                suggest_offer(&g, ((const PolProfile *)b->profile_list.items[i])->name);
        diag_report(b->ctx->diags, POL_UNKNOWN_PROFILE, name->span, name->text);
        diag_suggest(b->ctx->diags, &g);
        return NULL;
}

/* A word that stands for a bit. */
typedef struct Word {
        const char *text;
        uint8_t bit;
} Word;

static const Word kss_words[] = {{"granted", POL_KSS_GRANTED}, {"denied", POL_KSS_DENIED}};
static const Word emit_words[] = {{"match", POL_EMIT_MATCH}, {"select", POL_EMIT_SELECT}};

static uint8_t read_words(PolBuild *b, const PslExpr *e, const Word words[2], const char *what) {
        uint8_t bits = 0;

        if (e->kind != PSL_EXPR_LIST && e->kind != PSL_EXPR_BAD)
                diag_report(b->ctx->diags, POL_NOT_A_LIST, e->span, what);
        for (const PslExpr *i = e->items.first; i && e->kind == PSL_EXPR_LIST; i = i->next) {
                uint8_t bit = 0;

                for (size_t w = 0; w < 2; w++) {
                        if (i->kind == PSL_EXPR_TEXT && strcmp(i->text, words[w].text) == 0)
                                bit = words[w].bit;
                }
                if (!bit)
                        diag_report(
                                b->ctx->diags, POL_AUDIT_WORD, i->span, what, words[0].text, words[1].text);
                bits |= bit;
        }
        return bits;
}

static void read_condition(PolBuild *b, const PolObject *o, const PslPair *p, PolAuditTerm *term) {
        const PslExpr *e = pol_inner(p->value);
        const char *key = p->key ? p->key : "";

        if (strcmp(key, "kss") == 0)
                term->kss = read_words(b, e, kss_words, "kss");
        else if (strcmp(key, "emit") == 0 && o->model == POL_MODEL_REGEX)
                term->emit = read_words(b, e, emit_words, "emit");
        else if (strcmp(key, "omit") == 0 && o->model == POL_MODEL_FLOW)
                term->omit = o->is_bad ? NULL : pol_flow_states(b, o, e);
        else
                diag_report(b->ctx->diags, POL_AUDIT_CONDITION, p->key_span, key, pol_model_name(o->model));
}

static bool has_key(const PslExpr *dict, const char *key) {
        for (const PslPair *p = dict->pairs.first; p; p = p->next) {
                if (p->key && strcmp(p->key, key) == 0)
                        return true;
        }
        return false;
}

static void read_term(PolBuild *b, const PslPair *p, PolAuditLevel *level) {
        const AstName name = {.text = p->key ? p->key : "", .span = p->key_span};
        const PslExpr *e = pol_inner(p->value);
        const PolObject *o = p->key ? pol_find_object(b, &name) : NULL;
        PolAuditTerm *term = &level->terms[level->n_terms];

        if (!o)
                return;
        if (!pol_model_is_auditable(o->model)) {
                diag_report(b->ctx->diags, POL_NOT_AUDITABLE, p->key_span, o->name, pol_model_name(o->model));
                return;
        }
        if (e->kind != PSL_EXPR_DICT) {
                if (e->kind != PSL_EXPR_BAD)
                        diag_report(b->ctx->diags, POL_CONFIG, e->span, "what is audited of an object",
                                "is a dictionary");
                return;
        }
        pol_has_key_twice(b, e);
        *term = (PolAuditTerm){.object = o->index};
        level->n_terms++;
        for (const PslPair *c = e->pairs.first; c; c = c->next)
                read_condition(b, o, c, term);
        if (!has_key(e, "kss"))
                diag_report(b->ctx->diags, POL_AUDIT_NEEDS, p->key_span, o->name, "kss");
        if (o->model == POL_MODEL_REGEX && !has_key(e, "emit"))
                diag_report(b->ctx->diags, POL_AUDIT_NEEDS, p->key_span, o->name, "emit");
}

static bool is_level(AstInt n) {
        return n >= 0 && n <= UINT32_MAX;
}

static void wrong_level(PolBuild *b, Span span) {
        diag_report(b->ctx->diags, POL_CONFIG, span, "a level of audit", "is a number from 0 to 4294967295");
}

static void read_level(PolBuild *b, const PslPair *p, PolProfile *profile) {
        PolAuditLevel *level = &profile->levels[profile->n_levels];
        const PslExpr *e = pol_inner(p->value);

        if (p->key_kind != PSL_KEY_INTEGER || !is_level(p->integer)) {
                wrong_level(b, p->key_span);
                return;
        }
        if (e->kind != PSL_EXPR_DICT) {
                if (e->kind != PSL_EXPR_BAD)
                        diag_report(b->ctx->diags, POL_CONFIG, e->span, "a level of audit",
                                "is a dictionary of objects");
                return;
        }
        for (uint32_t i = 0; i < profile->n_levels; i++) {
                if (profile->levels[i].level == (uint32_t)p->integer)
                        diag_report(b->ctx->diags, POL_KEY_TWICE, p->key_span,
                                intern_printf(b->ctx->names, "%u", (unsigned)p->integer));
        }
        *level = (PolAuditLevel){.level = (uint32_t)p->integer};
        level->terms = ARENA_ARRAY(b->ctx->arena, PolAuditTerm, e->pairs.n);
        profile->n_levels++;
        pol_has_key_twice(b, e);
        for (const PslPair *t = e->pairs.first; t; t = t->next)
                read_term(b, t, level);
}

static PolProfile *new_profile(PolBuild *b, const char *name, Span span) {
        PolProfile *profile = ARENA_NEW(b->ctx->arena, PolProfile);

        *profile = (PolProfile){.name = name, .index = b->profile_list.n, .span = span};
        pol_append(b, &b->profile_list, profile);
        map_put(&b->profiles, name, profile);
        return profile;
}

static void add_profile(PolBuild *b, const PslDecl *d) {
        const PolProfile *before = map_get(&b->profiles, d->name.text);
        PolProfile *profile;

        if (before) {
                diag_report(b->ctx->diags, POL_PROFILE_TWICE, d->name.span, d->name.text);
                diag_note(b->ctx->diags, before->span, "the first one is here");
                return;
        }
        profile = new_profile(b, d->name.text, d->name.span);
        if (d->is_bad || !d->value || d->value->kind != PSL_EXPR_DICT)
                return;
        profile->levels = ARENA_ARRAY(b->ctx->arena, PolAuditLevel, d->value->pairs.n);
        for (const PslPair *p = d->value->pairs.first; p; p = p->next)
                read_level(b, p, profile);
}

void pol_check_profiles(PolBuild *b) {
        const char *empty = intern_text(b->ctx->names, POL_EMPTY_PROFILE);
        const PslDecl *chosen = b->unit->audit_default;

        for (size_t i = 0; i < b->unit->n_decls; i++) {
                if (b->unit->decls[i]->kind == PSL_PROFILE)
                        add_profile(b, b->unit->decls[i]);
        }
        if (!map_get(&b->profiles, empty))
                new_profile(b, empty, SPAN_NONE);
        b->policy->audit_default = map_get(&b->profiles, empty);
        if (chosen && pol_find_profile(b, &chosen->name))
                b->policy->audit_default = map_get(&b->profiles, chosen->name.text);
        if (!chosen || !chosen->value || chosen->value->kind != PSL_EXPR_INTEGER)
                return;
        if (is_level(chosen->value->value))
                b->policy->audit_level = (uint32_t)chosen->value->value;
        else
                wrong_level(b, chosen->value->span);
}
