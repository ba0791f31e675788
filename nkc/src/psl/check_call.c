/* SPDX-License-Identifier: MIT */
/*
 * Calls of rules and expressions: who is called, and each part of the argument by the signature.
 */
#include "psl/types.h"

#include <string.h>

/* One call while its argument is read. */
typedef struct Call {
        const PolContext *c;
        const PslExpr *psl;
        const PolObject *object;
        const PolMethod *method;
        PolCall *out;
        const PolExpr *cond[3]; /* bool.cond: if, then, else */
        const PolExpr *operand; /* whole argument of an operator-like method */
        bool is_bad;
} Call;

static Diags *diags(const Call *k) {
        return k->c->b->ctx->diags;
}

/* Who is called ------------------------------------------------------------------------------------ */

static const PolObject *base_object(PolBuild *b, const PslExpr *e) {
        const PolObject *o = map_get(&b->objects, intern_text(b->ctx->names, "base"));

        if (o || b->unit->is_bad)
                return o;
        diag_report(b->ctx->diags, POL_NO_BASE, e->name.span, e->name.text);
        diag_help(b->ctx->diags, "include the policy file that has the object 'base': use nk.base._");
        return NULL;
}

static bool find_callee(Call *k) {
        PolBuild *b = k->c->b;
        const PslExpr *e = k->psl;
        Suggest g = suggest_for(e->name.text);

        k->object = e->object.text ? pol_find_object(b, &e->object) : base_object(b, e);
        if (!k->object || k->object->is_bad)
                return false;
        k->method = pol_find_method(k->object->model, e->name.text);
        if (k->method)
                return true;
        pol_offer_methods(k->object->model, &g);
        diag_report(b->ctx->diags, POL_UNKNOWN_RULE, e->name.span, pol_model_name(k->object->model),
                e->name.text);
        diag_suggest(b->ctx->diags, &g);
        return false;
}

const char *pol_one_line(const PolBuild *b, Span span) {
        size_t size;
        const char *text = src_text(b->ctx->sources, span, &size);
        Text out = TEXT_NULL;
        const char *interned;

        for (size_t i = 0; i < size; i++) {
                bool is_blank = text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r';

                if (!is_blank)
                        text_putc(&out, text[i]);
                else if (out.size > 0 && out.data[out.size - 1] != ' ')
                        text_putc(&out, ' ');
        }
        size = out.size;
        if (size > POL_TEXT_SHOWN) {
                size = POL_TEXT_SHOWN;
                while (size > 0 && ((unsigned char)out.data[size] & 0xc0u) == 0x80u)
                        size--; /* not inside of a character */
        }
        interned =
                intern_printf(b->ctx->names, "%.*s%s", (int)size, text_str(&out), size < out.size ? "…" : "");
        text_deinit(&out);
        return interned;
}

static const PolSite *new_site(Call *k) {
        PolBuild *b = k->c->b;
        PolSite *site = ARENA_NEW(b->ctx->arena, PolSite);
        SrcPlace place = src_place(b->ctx->sources, k->psl->span.begin);

        *site = (PolSite){
                .index = b->sites.n,
                .method = k->method->id,
                .object = k->object,
                .profile = k->c->profile,
                .file = place.file ? place.file->path : "",
                .line = place.line,
                .column = place.column,
                .text = pol_one_line(b, k->psl->span),
                .span = k->psl->span,
        };
        pol_append(b, &b->sites, site);
        return site;
}

/* Values of fields ----------------------------------------------------------------------------------- */

static const PolExpr *check(const Call *k, const PslExpr *e) {
        return pol_check_expr(k->c, e);
}

static const PolExpr *want(const Call *k, const PslExpr *e, PolType type) {
        return pol_want(k->c, check(k, e), type);
}

static const PolExpr *read_sid(Call *k, const PslExpr *e) {
        const PolExpr *sid = want(k, e, POL_T_NUMBER);

        if (sid->type != POL_T_BAD && sid->is_constant && (sid->value <= 0 || sid->value >= UINT32_MAX)) {
                diag_report(diags(k), POL_BAD_SID, sid->span);
                return pol_bad_expr(k->c->b, sid->span);
        }
        return sid;
}

/* Values that are numbers or Booleans of a given width. */
static const PolExpr *read_number(Call *k, const PolExpr *e, PolNumber n) {
        e = pol_want(k->c, e, n == POL_BOOLEAN ? POL_T_BOOLEAN : POL_T_NUMBER);
        if (e->type != POL_T_BAD && e->is_constant && !pol_number_holds(n, e->value)) {
                diag_report(diags(k), POL_DOES_NOT_FIT, e->span, pol_number_text(n));
                return pol_bad_expr(k->c->b, e->span);
        }
        k->is_bad |= e->type == POL_T_BAD;
        return e;
}

static void read_entry_part(Call *k, const PolExpr *e, const PolShape *shape, uint32_t *n) {
        const PolShape *part = shape->parts;

        if (e->type == POL_T_BAD) {
                k->is_bad = true;
        } else if (!shape->is_group) {
                k->out->entry[(*n)++] = read_number(k, e, shape->number);
        } else if (shape->is_tuple && e->type == POL_T_LIST && e->n_items == shape->n_parts) {
                for (uint32_t i = 0; i < e->n_items; i++, part = part->next)
                        read_entry_part(k, e->items[i], part, n);
        } else if (!shape->is_tuple && (e->type == POL_T_RECORD || e->type == POL_T_HANDLE ||
                                               (e->type == POL_T_DICT && e->n_items == shape->n_parts))) {
                for (; part; part = part->next) {
                        AstName name = {.text = part->name, .span = e->span};

                        read_entry_part(k, pol_field(k->c, e, &name), part, n);
                }
        } else {
                diag_report(diags(k), POL_BAD_ENTRY, e->span, k->object->name);
                k->is_bad = true;
        }
}

static void read_entry(Call *k, const PslExpr *e) {
        const PolSet *set = k->object->set;
        uint32_t n = 0;

        k->out->entry = ARENA_ARRAY(k->c->b->ctx->arena, const PolExpr *, set->n_fields);
        read_entry_part(k, check(k, e), set->entry, &n);
}

static void read_constant_key(Call *k, const PslExpr *e, const char *bytes) {
        const PolMap *map = k->object->map;
        Suggest g = suggest_for(bytes);

        for (uint32_t i = 0; i < map->n_keys; i++) {
                if (map->keys[i].bytes == bytes) {
                        k->out->key = i;
                        return;
                }
        }
        for (uint32_t i = 0; i < map->n_keys; i++)
                suggest_offer(&g, map->keys[i].bytes);
        diag_report(diags(k), POL_UNKNOWN_KEY, e->span, k->object->name);
        diag_suggest(diags(k), &g);
        k->is_bad = true;
}

static void read_key(Call *k, const PslExpr *e) {
        const char *bytes = pol_key_bytes(k->c->b, e);
        const PolExpr *key;

        k->out->key = POL_NONE;
        if (bytes) {
                read_constant_key(k, e, bytes);
                return;
        }
        key = check(k, e);
        if (key->type != POL_T_SEQUENCE || key->place.type->elem->kind != LAY_UINT8)
                key = pol_want(k->c, key, POL_T_TEXT);
        k->is_bad |= key->type == POL_T_BAD;
        k->out->key_expr = key;
}

static void read_level(Call *k, const PslExpr *psl, PolLevel *out, bool may_be_unit) {
        const PslExpr *e = pol_inner(psl);

        if (e->kind == PSL_EXPR_UNIT && may_be_unit) {
                out->kind = POL_LEVEL_UNIT;
        } else if (e->kind == PSL_EXPR_TEXT || e->kind == PSL_EXPR_DICT || e->kind == PSL_EXPR_LIST ||
                   e->kind == PSL_EXPR_UNIT) {
                k->is_bad |= !pol_mic_level(k->c->b, k->object, e, out);
        } else {
                out->kind = POL_LEVEL_TEXT;
                out->text = want(k, e, POL_T_TEXT);
                k->is_bad |= out->text->type == POL_T_BAD;
        }
}

/* The member of the call that a SID goes to. */
static const PolExpr **sid_slot(PolCall *call, PolSlot slot) {
        switch ((int)slot) {
        case POL_SLOT_TARGET:
                return &call->target;
        case POL_SLOT_CONTAINER:
                return &call->container;
        case POL_SLOT_DRIVER:
                return &call->driver;
        case POL_SLOT_IMAGE:
                return &call->image;
        default:
                return &call->sid;
        }
}

static void take(Call *k, const PolExpr **slot, const PolExpr *e) {
        *slot = e;
        k->is_bad |= e->type == POL_T_BAD;
}

static void read_arg(Call *k, const PolArg *arg, const PslExpr *e) {
        PolBuild *b = k->c->b;
        PolCall *out = k->out;

        switch ((int)arg->kind) {
        case POL_ARG_SID_OR_UNIT:
                if (pol_inner(e)->kind == PSL_EXPR_UNIT)
                        break;
                __attribute__((fallthrough));
        case POL_ARG_SID:
                take(k, sid_slot(out, arg->slot), read_sid(k, e));
                break;
        case POL_ARG_STATE:
                out->state = pol_flow_state(b, k->object, pol_inner(e));
                k->is_bad |= out->state == POL_NONE;
                break;
        case POL_ARG_STATES:
                out->states = pol_flow_states(b, k->object, pol_inner(e));
                k->is_bad |= out->states == NULL;
                break;
        case POL_ARG_ENTRY:
                read_entry(k, e);
                break;
        case POL_ARG_KEY:
                read_key(k, pol_inner(e));
                break;
        case POL_ARG_VALUE:
                take(k, &out->value, read_number(k, check(k, e), k->object->map->type));
                break;
        case POL_ARG_LEVEL:
        case POL_ARG_LEVEL_OR_UNIT:
                read_level(k, e, arg->slot == POL_SLOT_LEVEL ? &out->level : &out->level_r,
                        arg->kind == POL_ARG_LEVEL_OR_UNIT);
                break;
        case POL_ARG_TEXT:
                take(k, &out->text, want(k, e, POL_T_TEXT));
                break;
        case POL_ARG_PATTERN:
                out->pattern = pol_pattern(b, pol_inner(e));
                k->is_bad |= out->pattern == POL_NONE;
                break;
        default: /* bool.cond */
                take(k, &k->cond[arg->slot - POL_SLOT_IF], check(k, e));
        }
}

/* The argument as a dictionary ------------------------------------------------------------------------ */

static const PolArg *find_arg(const Call *k, const char *name) {
        for (unsigned i = 0; i < k->method->n_args; i++) {
                if (strcmp(k->method->args[i].name, name) == 0)
                        return &k->method->args[i];
        }
        return NULL;
}

static void unknown_arg(Call *k, const PslPair *p) {
        Suggest g = suggest_for(p->key ? p->key : "");

        for (unsigned i = 0; i < k->method->n_args; i++)
                suggest_offer(&g, k->method->args[i].name);
        diag_report(diags(k), POL_UNKNOWN_ARGUMENT, p->key_span, k->method->name);
        diag_suggest(diags(k), &g);
        k->is_bad = true;
}

static bool has_pair(const PslExpr *dict, const char *name) {
        for (const PslPair *p = dict->pairs.first; p; p = p->next) {
                if (p->key && strcmp(p->key, name) == 0)
                        return true;
        }
        return false;
}

static bool is_second(const PslExpr *dict, const PslPair *p) {
        for (const PslPair *o = dict->pairs.first; o != p; o = o->next) {
                if (o->key == p->key)
                        return true;
        }
        return false;
}

static void read_dict(Call *k, const PslExpr *dict) {
        for (const PslPair *p = dict->pairs.first; p; p = p->next) {
                const PolArg *arg = p->key && p->key_kind != PSL_KEY_INTEGER ? find_arg(k, p->key) : NULL;

                if (!arg) {
                        unknown_arg(k, p);
                } else if (is_second(dict, p)) {
                        diag_report(diags(k), POL_KEY_TWICE, p->key_span, p->key);
                        k->is_bad = true;
                } else {
                        read_arg(k, arg, p->value);
                }
        }
        for (unsigned i = 0; i < k->method->n_args; i++) {
                if (!has_pair(dict, k->method->args[i].name)) {
                        diag_report(diags(k), POL_MISSING_ARGUMENT, k->psl->name.span, k->method->name,
                                k->method->args[i].name, pol_arg_text(k->method->args[i].kind));
                        k->is_bad = true;
                }
        }
}

static void wrong_form(Call *k, const char *wanted) {
        diag_report(diags(k), POL_WRONG_ARGUMENT, k->psl->left->span, k->method->name, wanted);
        k->is_bad = true;
}

/* The argument as one value ---------------------------------------------------------------------------- */

static const PolExpr *read_list(Call *k, const PslExpr *e, PolType item_type) {
        const PolExpr *list = check(k, e);

        if (list->type == POL_T_BAD)
                return list;
        if (list->type != POL_T_LIST)
                return pol_want(k->c, list, POL_T_LIST);
        for (uint32_t i = 0; i < list->n_items; i++)
                list->items[i] = pol_want(k->c, list->items[i], item_type);
        return list;
}

/* Has a constant of it no sign? */
static bool is_unsigned(const PolExpr *e) {
        return e->type == POL_T_NUMBER && !e->is_constant && e->kind == POL_LOAD &&
               !pol_number_is_signed(e->number);
}

static void read_whole(Call *k, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);

        switch ((int)k->method->whole) {
        case POL_ARG_UNIT:
                if (e->kind != PSL_EXPR_UNIT)
                        wrong_form(k, "()");
                break;
        case POL_ARG_BOOLEAN_OR_UNIT:
                if (e->kind == PSL_EXPR_UNIT)
                        break;
                __attribute__((fallthrough));
        case POL_ARG_BOOLEAN:
                take(k, &k->out->condition, want(k, e, POL_T_BOOLEAN));
                break;
        case POL_ARG_BOOLEANS:
                take(k, &k->operand, read_list(k, e, POL_T_BOOLEAN));
                break;
        case POL_ARG_NUMBERS:
                take(k, &k->operand, read_list(k, e, POL_T_NUMBER));
                break;
        case POL_ARG_EMPTY:
                take(k, &k->operand, check(k, e));
                break;
        default:
                take(k, &k->operand, want(k, e, POL_T_NUMBER));
                if (k->method->whole == POL_ARG_SIGNED && !k->is_bad && is_unsigned(k->operand)) {
                        diag_report(diags(k), POL_WRONG_TYPE, k->operand->span, "a signed number",
                                pol_number_text(k->operand->number));
                        k->is_bad = true;
                }
        }
}

static void read_argument(Call *k) {
        const PslExpr *e = pol_inner(k->psl->left);

        k->out = ARENA_NEW(k->c->b->ctx->arena, PolCall);
        *k->out =
                (PolCall){.method = k->method->id, .object = k->object, .key = POL_NONE, .pattern = POL_NONE};
        if (pol_model_is_auditable(k->object->model) || k->method->kind != POL_EXPRESSION)
                k->out->site = new_site(k);
        if (e->kind == PSL_EXPR_BAD)
                k->is_bad = true;
        else if (k->method->n_args == 0)
                read_whole(k, k->psl->left);
        else if (e->kind == PSL_EXPR_DICT)
                read_dict(k, e);
        else
                wrong_form(k, "a dictionary");
}

/* Results ------------------------------------------------------------------------------------------------ */

static const PolExpr *call_expr(Call *k, PolType type, PolNumber number) {
        PolExpr *e = ARENA_NEW(k->c->b->ctx->arena, PolExpr);

        *e = (PolExpr){.kind = POL_CALL,
                .type = type,
                .span = k->psl->span,
                .number = number,
                .call = k->out,
                .may_fail = true};
        return e;
}

static const PolExpr *cond_expr(Call *k) {
        const PolBuild *b = k->c->b;
        const PolExpr *items[3] = {pol_want(k->c, k->cond[0], POL_T_BOOLEAN), k->cond[1], k->cond[2]};
        PolType type = items[1]->type;

        if (items[1]->type != items[2]->type || (type != POL_T_NUMBER && type != POL_T_BOOLEAN)) {
                type = POL_T_SCALAR;
                items[1] = pol_want(k->c, items[1], type);
                items[2] = pol_want(k->c, items[2], type);
        }
        return pol_operation(b, POL_COND, type, k->psl->span, items, 3);
}

static const PolExpr *empty_expr(Call *k) {
        const PolBuild *b = k->c->b;
        const PolExpr *e = k->operand;

        switch ((int)e->type) {
        case POL_T_UNIT:
                return pol_const_boolean(b, k->psl->span, true);
        case POL_T_TEXT:
        case POL_T_SEQUENCE:
                return pol_operation(b, POL_IS_EMPTY, POL_T_BOOLEAN, k->psl->span, &e, 1);
        case POL_T_LIST:
        case POL_T_DICT:
                return pol_const_boolean(b, k->psl->span, e->n_items == 0);
        default:
                diag_report(diags(k), POL_WRONG_TYPE, e->span, pol_arg_text(POL_ARG_EMPTY),
                        pol_type_text(e->type));
                return pol_bad_expr(b, k->psl->span);
        }
}

static const PolExpr *over_list(Call *k, PolExprKind kind, PolType type) {
        return pol_operation(k->c->b, kind, type, k->psl->span, k->operand->items, k->operand->n_items);
}

static const PolExpr *make_expr(Call *k) {
        switch ((int)k->method->id) {
        case POL_PRED_EMPTY:
                return empty_expr(k);
        case POL_BOOL_ALL:
                return over_list(k, POL_ALL, POL_T_BOOLEAN);
        case POL_BOOL_ANY:
                return over_list(k, POL_ANY, POL_T_BOOLEAN);
        case POL_BOOL_COND:
                return cond_expr(k);
        case POL_MATH_NEG:
                return pol_operation(k->c->b, POL_NEGATE, POL_T_NUMBER, k->psl->span, &k->operand, 1);
        case POL_MATH_ABS:
                return pol_operation(k->c->b, POL_ABS, POL_T_NUMBER, k->psl->span, &k->operand, 1);
        case POL_MATH_SUM:
                return over_list(k, POL_SUM, POL_T_NUMBER);
        case POL_MATH_PRODUCT:
                return over_list(k, POL_PRODUCT, POL_T_NUMBER);
        case POL_MATH_CAST:
                return pol_convert(k->c->b, POL_CAST, k->method->number, k->operand, k->psl->span);
        case POL_MAP_GET:
        case POL_MAP_GET_UNCOMMITED:
                return call_expr(k, POL_T_NUMBER, k->object->map->type);
        default:
                return call_expr(k, POL_T_BOOLEAN, POL_BOOLEAN);
        }
}

/* Is a constant configuration no place for calls? Then it was said. */
static bool is_misplaced(Call *k) {
        if (k->c->scope)
                return false;
        diag_report(diags(k), POL_NOT_CONSTANT, k->psl->span);
        return true;
}

const PolExpr *pol_check_call_expr(const PolContext *c, const PslExpr *e) {
        Call k = {.c = c, .psl = e};

        if (is_misplaced(&k) || !find_callee(&k))
                return pol_bad_expr(c->b, e->span);
        if (k.method->kind == POL_RULE)
                diag_report(c->b->ctx->diags, POL_RULE_AS_EXPRESSION, e->name.span, k.object->name,
                        k.method->name);
        if (k.method->kind == POL_SELECTOR)
                diag_report(
                        c->b->ctx->diags, POL_ONLY_IN_CHOICE, e->name.span, k.object->name, k.method->name);
        if (k.method->kind != POL_EXPRESSION)
                return pol_bad_expr(c->b, e->span);
        read_argument(&k);
        return k.is_bad ? pol_bad_expr(c->b, e->span) : make_expr(&k);
}

const PolCall *pol_check_rule(const PolContext *c, const PslExpr *e) {
        Call k = {.c = c, .psl = e};

        if (e->kind != PSL_EXPR_CALL || !find_callee(&k))
                return NULL;
        if (k.method->kind != POL_RULE) {
                diag_report(c->b->ctx->diags, POL_EXPRESSION_AS_RULE, e->name.span, k.object->name,
                        k.method->name);
                if (k.method->kind == POL_SELECTOR)
                        diag_help(c->b->ctx->diags, "write choice (%s.%s …) { … }", k.object->name,
                                k.method->name);
                else
                        diag_help(c->b->ctx->diags, "write assert (%s.%s …)", k.object->name, k.method->name);
                return NULL;
        }
        read_argument(&k);
        return k.is_bad ? NULL : k.out;
}

const PolCall *pol_check_selector(const PolContext *c, const PslExpr *psl) {
        const PslExpr *e = pol_inner(psl);
        Call k = {.c = c, .psl = e};

        if (e->kind == PSL_EXPR_BAD)
                return NULL;
        if (e->kind == PSL_EXPR_CALL && !find_callee(&k))
                return NULL;
        if (e->kind != PSL_EXPR_CALL || k.method->kind != POL_SELECTOR) {
                diag_report(c->b->ctx->diags, POL_BAD_SUBJECT, e->span);
                diag_help(c->b->ctx->diags,
                        "a choice is made by select of Regex, query of Flow or query_level of Mic");
                return NULL;
        }
        read_argument(&k);
        return k.is_bad ? NULL : k.out;
}
