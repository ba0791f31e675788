/* SPDX-License-Identifier: MIT */
/*
 * Configurations of objects: types and dictionaries in the declaration, by model.
 */
#include "psl/types.h"

#include <string.h>

typedef struct Config {
        PolBuild *b;
        PolObject *object;
        const PslDecl *decl;
        const PslParam *type;   /* `type … =` */
        const PslParam *config; /* `config =` */
} Config;

static Diags *diags(const Config *c) {
        return c->b->ctx->diags;
}

static bool refuse(Config *c, Span span, const char *what, const char *wanted) {
        diag_report(diags(c), POL_CONFIG, span, what, wanted);
        c->object->is_bad = true;
        return false;
}

/* Parameters --------------------------------------------------------------------------------------- */

/* What a model has: the words of its type (two spellings at most), and whether it has a configuration. */
typedef struct Wanted {
        const char *type;
        const char *other_type;
        bool has_config;
} Wanted;

static const Wanted wanted[POL_N_MODELS] = {
        [POL_MODEL_SET] = {.type = "Entry", .has_config = true},
        [POL_MODEL_MAP] = {.type = "Value", .has_config = true},
        [POL_MODEL_FLOW] = {.type = "State", .other_type = "States", .has_config = true},
        [POL_MODEL_MIC] = {.has_config = true},
};

static bool is_type_word(const Wanted *w, const char *name) {
        return (w->type && strcmp(w->type, name) == 0) || (w->other_type && strcmp(w->other_type, name) == 0);
}

static void take_param(Config *c, const PslParam *p) {
        const Wanted *w = &wanted[c->object->model];
        Suggest g = suggest_for(p->name.text);
        const PslParam **slot = NULL;

        if (p->type && is_type_word(w, p->name.text))
                slot = &c->type;
        else if (!p->type && w->has_config && strcmp(p->name.text, "config") == 0)
                slot = &c->config;
        if (slot && !*slot) {
                *slot = p;
                return;
        }
        if (slot) {
                diag_report(diags(c), POL_KEY_TWICE, p->name.span, p->name.text);
        } else {
                if (w->type)
                        suggest_offer(&g, w->type);
                if (w->has_config)
                        suggest_offer(&g, "config");
                diag_report(diags(c), POL_UNKNOWN_PARAM, p->name.span, pol_model_name(c->object->model),
                        p->type ? "type" : "parameter", p->name.text);
                diag_suggest(diags(c), &g);
        }
        c->object->is_bad = true;
}

static void missing(Config *c, const char *what) {
        diag_report(diags(c), POL_MISSING_PARAM, c->decl->name.span, c->object->name,
                pol_model_name(c->object->model), what);
        c->object->is_bad = true;
}

/* Dictionaries --------------------------------------------------------------------------------------- */

/* The value under `key` of the configuration; NULL after a message. */
static const PslExpr *value_of(Config *c, const char *key) {
        for (const PslPair *p = c->config->value->pairs.first; p; p = p->next) {
                if (p->key && strcmp(p->key, key) == 0)
                        return pol_inner(p->value);
        }
        missing(c, key);
        return NULL;
}

static void check_keys(Config *c, const char *const *keys, size_t n) {
        const PslExpr *dict = c->config->value;

        c->object->is_bad |= pol_has_key_twice(c->b, dict);
        for (const PslPair *p = dict->pairs.first; p; p = p->next) {
                Suggest g = suggest_for(p->key ? p->key : "");
                bool is_known = false;

                for (size_t i = 0; i < n; i++) {
                        is_known |= p->key && strcmp(p->key, keys[i]) == 0;
                        suggest_offer(&g, keys[i]);
                }
                if (is_known)
                        continue;
                diag_report(diags(c), POL_UNKNOWN_PARAM, p->key_span, pol_model_name(c->object->model),
                        "parameter", p->key ? p->key : "");
                diag_suggest(diags(c), &g);
                c->object->is_bad = true;
        }
}

static uint32_t read_size(Config *c, const char *key, uint32_t max) {
        const PslExpr *e = value_of(c, key);
        const PolContext context = {.b = c->b};
        const PolExpr *n = e ? pol_want(&context, pol_check_expr(&context, e), POL_T_NUMBER) : NULL;

        if (!n || n->type == POL_T_BAD) {
                c->object->is_bad = true;
                return 0;
        }
        if (n->value < 1 || n->value > max) {
                diag_report(diags(c), POL_SIZE, e->span, key, max);
                c->object->is_bad = true;
                return 0;
        }
        return (uint32_t)n->value;
}

/* A list of different texts. */
static const char **read_texts(Config *c, const PslExpr *e, const char *what, uint32_t max, uint32_t *n) {
        const char **texts;
        Map seen;

        *n = 0;
        if (!e || e->kind == PSL_EXPR_BAD)
                return NULL;
        if (e->kind != PSL_EXPR_LIST) {
                diag_report(diags(c), POL_NOT_A_LIST, e->span, what);
                c->object->is_bad = true;
                return NULL;
        }
        if (e->items.n > max) {
                diag_report(diags(c), POL_LIMIT, e->span, what, max);
                c->object->is_bad = true;
                return NULL;
        }
        map_init(&seen, c->b->ctx->arena);
        texts = ARENA_ARRAY(c->b->ctx->arena, const char *, e->items.n);
        for (const PslExpr *i = e->items.first; i; i = i->next) {
                const PslExpr *text = pol_inner(i);

                if (text->kind != PSL_EXPR_TEXT)
                        refuse(c, text->span, what, "are texts");
                else if (map_put(&seen, text->text, c))
                        refuse(c, text->span, what, "are different");
                else
                        texts[(*n)++] = text->text;
        }
        return texts;
}

/* HashSet ---------------------------------------------------------------------------------------------- */

typedef struct ShapeRead {
        Config *c;
        PolNumber fields[POL_ENTRY_FIELDS_MAX];
        uint32_t n;
} ShapeRead;

static PolShape *read_shape(ShapeRead *r, const PslType *t);

static PolShape *read_parts(ShapeRead *r, const PslType *t) {
        PolShape *group = ARENA_NEW(r->c->b->ctx->arena, PolShape), **tail = &group->parts;
        const PslTypeField *field = t->fields.first;
        const PslType *part = t->kind == PSL_TYPE_DICT ? (field ? field->type : NULL) : t->parts.first;

        group->is_group = true;
        group->is_tuple = t->kind == PSL_TYPE_TUPLE;
        while (part) {
                PolShape *shape = read_shape(r, part);

                if (!shape)
                        return NULL;
                shape->name = field ? field->name.text : NULL;
                *tail = shape;
                tail = &shape->next;
                group->n_parts++;
                field = field ? field->next : NULL;
                part = group->is_tuple ? part->next : (field ? field->type : NULL);
        }
        return group;
}

static PolShape *read_shape(ShapeRead *r, const PslType *t) {
        PolShape *shape;

        if (t->kind == PSL_TYPE_BAD) {
                r->c->object->is_bad = true;
                return NULL;
        }
        if (t->kind == PSL_TYPE_DICT || t->kind == PSL_TYPE_TUPLE)
                return read_parts(r, t);
        shape = ARENA_NEW(r->c->b->ctx->arena, PolShape);
        if (t->kind == PSL_TYPE_NAMED &&
                (strcmp(t->name.text, "Sid") == 0 || strcmp(t->name.text, "Handle") == 0))
                shape->number = POL_U32;
        else if (t->kind != PSL_TYPE_NAMED || !pol_number_named(t->name.text, &shape->number)) {
                refuse(r->c, t->span, "the type Entry",
                        "is made of integer types and Boolean, and of dictionaries and tuples of them");
                return NULL;
        }
        if (r->n == POL_ENTRY_FIELDS_MAX) {
                diag_report(diags(r->c), POL_LIMIT, t->span, "parts of an entry", POL_ENTRY_FIELDS_MAX);
                r->c->object->is_bad = true;
                return NULL;
        }
        r->fields[r->n++] = shape->number;
        return shape;
}

static void check_pool(Config *c, uint64_t bytes, uint32_t pool_size) {
        if (bytes * pool_size <= POL_POOL_BYTES_MAX)
                return;
        diag_report(diags(c), POL_LIMIT, c->config->span, "bytes in all tables", POL_POOL_BYTES_MAX);
        c->object->is_bad = true;
}

static void read_set(Config *c) {
        static const char *const keys[] = {"set_size", "pool_size"};
        PolSet *set = ARENA_NEW(c->b->ctx->arena, PolSet);
        ShapeRead r = {.c = c};
        PolNumber *fields;

        check_keys(c, keys, 2);
        set->entry = read_shape(&r, c->type->type);
        fields = ARENA_ARRAY(c->b->ctx->arena, PolNumber, r.n);
        memcpy(fields, r.fields, r.n * sizeof *fields);
        set->fields = fields;
        set->n_fields = r.n;
        set->set_size = read_size(c, "set_size", POL_SET_SIZE_MAX);
        set->pool_size = read_size(c, "pool_size", POL_POOL_SIZE_MAX);
        if (set->entry && r.n == 0)
                refuse(c, c->type->span, "the type Entry", "has at least one part");
        check_pool(c, POL_SET_BYTES(set->set_size, r.n), set->pool_size);
        c->object->set = set;
}

/* StaticMap -------------------------------------------------------------------------------------------- */

static void read_key(Config *c, PolMap *map, const PslPair *p, Map *seen) {
        const PolContext context = {.b = c->b};
        const PolExpr *value = pol_want(&context, pol_check_expr(&context, p->value), POL_T_NUMBER);

        if (p->key_kind != PSL_KEY_TEXT) {
                refuse(c, p->key_span, "a key", "is a text");
                return;
        }
        if (map_put(seen, p->key, c)) {
                diag_report(diags(c), POL_KEY_TWICE, p->key_span, p->key);
                c->object->is_bad = true;
        }
        if (value->type == POL_T_BAD) {
                c->object->is_bad = true;
        } else if (!pol_number_holds(map->type, value->value)) {
                diag_report(diags(c), POL_DOES_NOT_FIT, p->value->span, pol_number_text(map->type));
                c->object->is_bad = true;
        }
        map->keys[map->n_keys++] = (PolKey){.bytes = p->key, .initial = value->value, .span = p->key_span};
}

static void read_keys(Config *c, PolMap *map) {
        const PslExpr *e = value_of(c, "keys");
        Map seen;

        map_init(&seen, c->b->ctx->arena);
        if (!e || e->kind == PSL_EXPR_BAD)
                return;
        if (e->kind != PSL_EXPR_DICT || e->pairs.n == 0) {
                refuse(c, e->span, "'keys'", "is a dictionary of at least one key with its default");
                return;
        }
        if (e->pairs.n > POL_KEYS_MAX) {
                diag_report(diags(c), POL_LIMIT, e->span, "keys", POL_KEYS_MAX);
                c->object->is_bad = true;
                return;
        }
        map->keys = ARENA_ARRAY(c->b->ctx->arena, PolKey, e->pairs.n);
        for (const PslPair *p = e->pairs.first; p; p = p->next)
                read_key(c, map, p, &seen);
}

static void read_map(Config *c) {
        static const char *const keys[] = {"keys", "pool_size"};
        PolMap *map = ARENA_NEW(c->b->ctx->arena, PolMap);
        const PslType *t = c->type->type;

        check_keys(c, keys, 2);
        if (t->kind != PSL_TYPE_NAMED || !pol_number_named(t->name.text, &map->type) ||
                map->type == POL_BOOLEAN)
                refuse(c, t->span, "the type Value", "is an integer type");
        read_keys(c, map);
        map->pool_size = read_size(c, "pool_size", POL_POOL_SIZE_MAX);
        check_pool(c, POL_MAP_BYTES(map->n_keys), map->pool_size);
        c->object->map = map;
}

/* Flow --------------------------------------------------------------------------------------------------- */

static bool differ(Config *c, Span span, const char *state, const char *where) {
        diag_report(diags(c), POL_STATES_DIFFER, span, state, where);
        c->object->is_bad = true;
        return false;
}

/* The states of the type, all of which are in the list; false after a message. */
static bool read_state_type(Config *c, const Map *listed, Map *typed) {
        const PslType *t = c->type->type;
        bool is_variant = t->kind == PSL_TYPE_VARIANT;

        for (const PslType *p = is_variant ? t->parts.first : t; p; p = is_variant ? p->next : NULL) {
                if (p->kind != PSL_TYPE_TEXT)
                        return refuse(c, p->span, "the type State", "is a variant of texts");
                if (!map_get(listed, p->text))
                        return differ(c, p->span, p->text, "'states'");
                map_put(typed, p->text, c);
        }
        return true;
}

/* The type and the list name the same states. */
static void compare_states(Config *c, const PolFlow *flow) {
        Map listed, typed;

        map_init(&listed, c->b->ctx->arena);
        map_init(&typed, c->b->ctx->arena);
        for (uint32_t i = 0; i < flow->n_states; i++)
                map_put(&listed, flow->states[i], c);
        if (!read_state_type(c, &listed, &typed))
                return;
        for (uint32_t i = 0; i < flow->n_states && !c->object->is_bad; i++) {
                if (!map_get(&typed, flow->states[i]))
                        differ(c, c->type->span, flow->states[i], "the type");
        }
}

static void read_transitions(Config *c, PolFlow *flow) {
        const PslExpr *e = value_of(c, "transitions");
        uint32_t words = POL_WORDS(flow->n_states);

        if (!e || e->kind == PSL_EXPR_BAD || c->object->is_bad)
                return;
        if (e->kind != PSL_EXPR_DICT) {
                refuse(c, e->span, "'transitions'", "is a dictionary from a state to a list of states");
                return;
        }
        c->object->is_bad |= pol_has_key_twice(c->b, e);
        for (const PslPair *p = e->pairs.first; p; p = p->next) {
                const PslExpr key = {
                        .kind = PSL_EXPR_TEXT, .span = p->key_span, .text = p->key ? p->key : ""};
                uint32_t from = pol_flow_state(c->b, c->object, &key);
                const uint64_t *to = pol_flow_states(c->b, c->object, p->value);

                c->object->is_bad |= from == POL_NONE || !to;
                for (uint32_t i = 0; from != POL_NONE && to && i < words; i++)
                        flow->transitions[(size_t)from * words + i] |= to[i];
        }
}

static void read_flow(Config *c) {
        static const char *const keys[] = {"states", "initial", "transitions"};
        PolFlow *flow = ARENA_NEW(c->b->ctx->arena, PolFlow);
        const PslExpr *initial;

        check_keys(c, keys, 3);
        flow->states = read_texts(c, value_of(c, "states"), "states", POL_STATES_MAX, &flow->n_states);
        c->object->flow = flow;
        if (flow->n_states == 0 && !c->object->is_bad)
                refuse(c, c->config->span, "'states'", "has at least one state");
        if (c->object->is_bad)
                return;
        flow->transitions =
                ARENA_ARRAY(c->b->ctx->arena, uint64_t, (size_t)flow->n_states * POL_WORDS(flow->n_states));
        compare_states(c, flow);
        initial = value_of(c, "initial");
        if (initial)
                flow->initial = pol_flow_state(c->b, c->object, initial);
        c->object->is_bad |= flow->initial == POL_NONE;
        read_transitions(c, flow);
}

/* Mic ---------------------------------------------------------------------------------------------------- */

static void read_mic(Config *c) {
        static const char *const keys[] = {"degrees", "categories"};
        PolMic *mic = ARENA_NEW(c->b->ctx->arena, PolMic);
        const PslExpr *e = pol_inner(c->config->value);

        c->object->mic = mic;
        if (e->kind == PSL_EXPR_LIST) {
                mic->degrees = read_texts(c, e, "degrees", POL_DEGREES_MAX, &mic->n_degrees);
        } else if (e->kind == PSL_EXPR_DICT) {
                check_keys(c, keys, 2);
                mic->degrees =
                        read_texts(c, value_of(c, "degrees"), "degrees", POL_DEGREES_MAX, &mic->n_degrees);
                mic->categories = read_texts(
                        c, value_of(c, "categories"), "categories", POL_CATEGORIES_MAX, &mic->n_categories);
        } else {
                refuse(c, e->span, "the configuration of Mic",
                        "is a list of levels, or a dictionary of "
                        "'degrees' and 'categories'");
                return;
        }
        if (mic->n_degrees == 0 && !c->object->is_bad)
                refuse(c, e->span, "the configuration of Mic", "has at least one level");
}

/* All ---------------------------------------------------------------------------------------------------- */

void pol_check_config(PolBuild *b, PolObject *object, const PslDecl *d) {
        Config c = {.b = b, .object = object, .decl = d};
        const Wanted *w = &wanted[object->model];

        for (const PslParam *p = d->params.first; p; p = p->next)
                take_param(&c, p);
        if (w->type && !c.type)
                missing(&c, intern_printf(b->ctx->names, "type %s", w->type));
        if (w->has_config && !c.config)
                missing(&c, "config");
        if (object->is_bad || !w->has_config)
                return;
        if (object->model == POL_MODEL_MIC) {
                read_mic(&c);
                return;
        }
        if (c.config->value->kind != PSL_EXPR_DICT) {
                refuse(&c, c.config->value->span, "'config'", "is a dictionary");
                return;
        }
        if (object->model == POL_MODEL_SET)
                read_set(&c);
        else if (object->model == POL_MODEL_MAP)
                read_map(&c);
        else
                read_flow(&c);
}
