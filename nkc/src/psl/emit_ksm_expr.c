/* SPDX-License-Identifier: MIT */
/*
 * Expressions and calls: a maker for each kind of expression, and for each method the letters of its
 * operands.
 */
#include "emit_ksm_expr.h"

#include "base/intern.h"
#include "c_text.h"
#include "emit_ksm.h"

/* C types of values; the others are numbers. */
static const char *type_of(const PolExpr *e) {
        if (e->type == POL_T_BOOLEAN)
                return "bool";
        if (e->type == POL_T_SCALAR)
                return "KsmScalar";
        return e->type == POL_T_TEXT || e->type == POL_T_SEQUENCE ? "KsmText" : "KsmInt";
}

void ksm_code_line(KsmCode *k, const char *format, ...) {
        va_list args;

        text_fill(k->out, ' ', k->depth * 8u);
        va_start(args, format);
        text_vprintf(k->out, format, args);
        va_end(args);
        text_putc(k->out, '\n');
}

static const char *new_name(KsmCode *k) {
        return arena_printf(k->arena, "v%u", ++k->n_values);
}

/* const TYPE vN = VALUE; and its name. */
static const char *keep(KsmCode *k, const char *type, const char *value) {
        const char *name = new_name(k);

        ksm_code_line(k, "const %s %s = %s;", type, name, value);
        return name;
}

/* The same for a list of operands. */
static const char *keep_list(KsmCode *k, const char *type, const PolExpr *const *items, uint32_t n) {
        Text list = TEXT_NULL;
        const char *name;

        for (uint32_t i = 0; i < n; i++)
                text_printf(&list, "%s%s", i ? ", " : "", ksm_expr(k, items[i]));
        name = new_name(k);
        ksm_code_line(k, "const %s %s[] = {%s};", type, name, text_str(&list));
        text_deinit(&list);
        return name;
}

static const char *take_text(KsmCode *k, Text *t) {
        const char *copy = arena_copy(k->arena, text_str(t), t->size);

        text_deinit(t);
        return copy;
}

/* Leaves --------------------------------------------------------------------------------------------- */

static const char *constant(KsmCode *k, const PolExpr *e) {
        Text t = TEXT_NULL;

        if (e->type == POL_T_BOOLEAN)
                return e->value ? "true" : "false";
        if (e->type == POL_T_TEXT) {
                text_puts(&t, "(KsmText)");
                c_text_view(&t, e->text, intern_length(e->text));
        } else {
                c_text_int(&t, e->value);
        }
        return take_text(k, &t);
}

static const char *step(KsmCode *k, const char *place, const PolStep *s) {
        const char *index = s->index ? ksm_expr(k, s->index) : NULL;

        if (s->kind == POL_STEP_MEMBER)
                return arena_printf(k->arena, "ksm_member(c, %s, %u, %u, %u, %u)", place, s->tag_offset,
                        s->tag, s->offset, s->size);
        if (s->kind == POL_STEP_ELEMENT)
                return arena_printf(
                        k->arena, "ksm_element(c, %s, %u, %u, %s)", place, s->offset, s->stride, index);
        return arena_printf(k->arena, "ksm_array_element(c, %s, %u, %u, %u, %s)", place, s->offset, s->stride,
                s->n, index);
}

/* Where the value lies: every step is a value that can fail. */
static const char *place_of(KsmCode *k, const PolPlace *place) {
        const char *name = "ksm_message(c)";

        for (const PolStep *s = place->steps; s; s = s->next)
                name = keep(k, "KsmPlace", step(k, name, s));
        return name;
}

static const char *load(KsmCode *k, const PolExpr *e) {
        const char *place = place_of(k, &e->place);
        uint32_t offset = e->place.offset;

        if (e->kind != POL_LOAD)
                return keep(k, "KsmInt",
                        arena_printf(k->arena, "ksm_load_handle(c, %s, %u).%s", place, offset,
                                e->kind == POL_HANDLE_SID ? "sid" : "rights"));
        if (e->type == POL_T_TEXT)
                return keep(k, "KsmText", arena_printf(k->arena, "ksm_load_text(c, %s, %u)", place, offset));
        if (e->type == POL_T_SEQUENCE)
                return keep(k, "KsmText", arena_printf(k->arena, "ksm_load_bytes(c, %s, %u)", place, offset));
        return keep(k, "KsmInt",
                arena_printf(k->arena, "ksm_load(c, %s, %u, %s)", place, offset, emit_ksm_number(e->number)));
}

/* Operators ------------------------------------------------------------------------------------------ */

/* Between two values, without effects. */
static const char *const infixes[POL_GROUP + 1] = {
        [POL_LESS] = "<",
        [POL_LESS_EQUAL] = "<=",
        [POL_GREATER] = ">",
        [POL_GREATER_EQUAL] = ">=",
        [POL_EQUAL] = "==",
        [POL_NOT_EQUAL] = "!=",
        [POL_AND] = "&&",
        [POL_OR] = "||",
};

/* Functions of one or two operands that can fail. */
static const char *const functions[POL_GROUP + 1] = {
        [POL_NEGATE] = "ksm_int_neg",
        [POL_ABS] = "ksm_int_abs",
        [POL_INVERT] = "ksm_int_invert",
        [POL_CAST] = "ksm_int_cast",
        [POL_ADD] = "ksm_int_add",
        [POL_SUBTRACT] = "ksm_int_sub",
        [POL_MULTIPLY] = "ksm_int_mul",
        [POL_BIT_AND] = "ksm_int_and",
        [POL_BIT_OR] = "ksm_int_or",
        [POL_TO_NUMBER] = "ksm_scalar_to_int",
        [POL_TO_BOOLEAN] = "ksm_scalar_to_bool",
};

static const char *apply(KsmCode *k, const PolExpr *e) {
        const char *name = functions[e->kind];
        const char *a = ksm_expr(k, e->items[0]);
        const char *b = e->n_items > 1 ? ksm_expr(k, e->items[1]) : NULL;

        if (e->kind == POL_INVERT || e->kind == POL_CAST)
                b = emit_ksm_number(e->number);
        if (b)
                return keep(k, type_of(e), arena_printf(k->arena, "%s(c, %s, %s)", name, a, b));
        return keep(k, type_of(e), arena_printf(k->arena, "%s(c, %s)", name, a));
}

static const char *compare(KsmCode *k, const PolExpr *e) {
        const char *a = ksm_expr(k, e->items[0]);
        const char *b = ksm_expr(k, e->items[1]);

        if (e->items[0]->type == POL_T_SCALAR)
                return arena_printf(
                        k->arena, "%sksm_scalar_equal(%s, %s)", e->kind == POL_EQUAL ? "" : "!", a, b);
        return arena_printf(k->arena, "(%s %s %s)", a, infixes[e->kind], b);
}

static const char *implies(KsmCode *k, const PolExpr *e) {
        const char *a = ksm_expr(k, e->items[0]);
        const char *b = ksm_expr(k, e->items[1]);

        return arena_printf(k->arena, "(!%s || %s)", a, b);
}

/* all, any, sum, product; of nothing: the neutral value. */
static const char *fold(KsmCode *k, const PolExpr *e) {
        bool is_boolean = e->kind == POL_ALL || e->kind == POL_ANY;
        const char *list;

        if (!e->n_items)
                return e->kind == POL_ALL   ? "true"
                       : e->kind == POL_ANY ? "false"
                       : e->kind == POL_SUM ? "0"
                                            : "1";
        list = keep_list(k, is_boolean ? "bool" : "KsmInt", e->items, e->n_items);
        if (is_boolean)
                return arena_printf(
                        k->arena, "ksm_%s(%s, %u)", e->kind == POL_ALL ? "all" : "any", list, e->n_items);
        return keep(k, "KsmInt",
                arena_printf(k->arena, "ksm_int_%s(c, %s, %u)", e->kind == POL_SUM ? "sum" : "product", list,
                        e->n_items));
}

static const char *cond(KsmCode *k, const PolExpr *e) {
        const char *condition = ksm_expr(k, e->items[0]);
        const char *yes = ksm_expr(k, e->items[1]);
        const char *no = ksm_expr(k, e->items[2]);

        return keep(k, type_of(e), arena_printf(k->arena, "%s ? %s : %s", condition, yes, no));
}

static const char *pick(KsmCode *k, const PolExpr *e) {
        const char *list = keep_list(k, type_of(e), e->items + 1, e->n_items - 1);
        const char *index = ksm_expr(k, e->items[0]);

        return keep(k, type_of(e),
                arena_printf(k->arena, "%s[ksm_index(c, %s, %u)]", list, index, e->n_items - 1));
}

static const char *to_scalar(KsmCode *k, const PolExpr *e) {
        if (e->items[0]->type == POL_T_UNIT)
                return "ksm_scalar_unit()";
        return arena_printf(k->arena, "ksm_scalar_%s(%s)",
                e->items[0]->type == POL_T_BOOLEAN ? "bool" : "int", ksm_expr(k, e->items[0]));
}

/* Calls ---------------------------------------------------------------------------------------------- */

/* The C function of a method, and its operands after the site, a letter each:
 * c condition  s sid  t target  o container  d driver  i image  l level  r levelR  a state  A states
 * e entry  k key  v value  x text  p pattern */
typedef struct CallForm {
        const char *function;
        const char *operands;
        const char *result; /* NULL: a rule, or the subject of a choice */
} CallForm;

static const CallForm forms[POL_N_METHODS] = {
        [POL_BASE_GRANT] = {"ksm_base_grant", "", NULL},
        [POL_BASE_ASSERT] = {"ksm_base_assert", "c", NULL},
        [POL_BASE_DENY] = {"ksm_base_deny", "c", NULL},
        [POL_BOOL_ASSERT] = {"ksm_base_assert", "c", NULL},
        [POL_RE_MATCH] = {"ksm_re_match", "xp", "bool"},
        [POL_RE_SELECT] = {"ksm_re_select", "x", NULL},
        [POL_SET_INIT] = {"ksm_set_init", "s", NULL},
        [POL_SET_FINI] = {"ksm_set_fini", "s", NULL},
        [POL_SET_ADD] = {"ksm_set_add", "se", NULL},
        [POL_SET_REMOVE] = {"ksm_set_remove", "se", NULL},
        [POL_SET_CONTAINS] = {"ksm_set_contains", "se", "bool"},
        [POL_MAP_INIT] = {"ksm_map_init", "s", NULL},
        [POL_MAP_FINI] = {"ksm_map_fini", "s", NULL},
        [POL_MAP_SET] = {"ksm_map_set", "skv", NULL},
        [POL_MAP_COMMIT] = {"ksm_map_commit", "s", NULL},
        [POL_MAP_ROLLBACK] = {"ksm_map_rollback", "s", NULL},
        [POL_MAP_GET] = {"ksm_map_get", "sk", "KsmInt"},
        [POL_MAP_GET_UNCOMMITED] = {"ksm_map_get_uncommited", "sk", "KsmInt"},
        [POL_FLOW_INIT] = {"ksm_flow_init", "s", NULL},
        [POL_FLOW_FINI] = {"ksm_flow_fini", "s", NULL},
        [POL_FLOW_ENTER] = {"ksm_flow_enter", "sa", NULL},
        [POL_FLOW_ALLOW] = {"ksm_flow_allow", "sA", NULL},
        [POL_FLOW_QUERY] = {"ksm_flow_query", "s", NULL},
        [POL_MIC_CREATE] = {"ksm_mic_create", "stodl", NULL},
        [POL_MIC_DELETE] = {"ksm_mic_delete", "stod", NULL},
        [POL_MIC_EXECUTE] = {"ksm_mic_execute", "itlr", NULL},
        [POL_MIC_UPGRADE] = {"ksm_mic_upgrade", "stodl", NULL},
        [POL_MIC_CALL] = {"ksm_mic_call", "st", NULL},
        [POL_MIC_INVOKE] = {"ksm_mic_invoke", "st", NULL},
        [POL_MIC_READ] = {"ksm_mic_read", "st", NULL},
        [POL_MIC_WRITE] = {"ksm_mic_write", "st", NULL},
        [POL_MIC_QUERY_LEVEL] = {"ksm_mic_query_level", "s", NULL},
};

/* A SID. `()` is written KSM_SID_NONE, so a number must never be taken for it. */
static const char *sid_of(KsmCode *k, const PolExpr *e) {
        if (!e)
                return "KSM_SID_NONE";
        if (e->kind == POL_SRC_SID)
                return "c->src_sid";
        if (e->kind == POL_DST_SID)
                return "c->dst_sid";
        return keep(k, "KsmSid", arena_printf(k->arena, "ksm_int_sid(c, %s)", ksm_expr(k, e)));
}

static const char *level_of(KsmCode *k, const PolCall *call, const PolLevel *level) {
        Text t = TEXT_NULL;

        if (level->kind == POL_LEVEL_UNIT)
                return "NULL";
        if (level->kind == POL_LEVEL_TEXT)
                return arena_printf(k->arena, "&%s",
                        keep(k, "KsmLevel",
                                arena_printf(k->arena, "ksm_mic_level(c, %u, %s)", call->site->index,
                                        ksm_expr(k, level->text))));
        text_puts(&t, "&(KsmLevel){.categories = ");
        c_text_word(&t, level->categories);
        text_printf(&t, ", .degree = %u}", level->degree);
        return take_text(k, &t);
}

static const char *states_of(KsmCode *k, const PolCall *call) {
        const char *name = new_name(k);
        Text t = TEXT_NULL;

        c_text_words(&t, call->states, POL_WORDS(call->object->flow->n_states));
        ksm_code_line(k, "static const uint64_t %s[] = %s;", name, text_str(&t));
        text_deinit(&t);
        return name;
}

static const char *key_of(KsmCode *k, const PolCall *call) {
        if (!call->key_expr)
                return arena_printf(k->arena, "%u", call->key);
        return keep(k, "uint32_t",
                arena_printf(
                        k->arena, "ksm_map_key(c, %u, %s)", call->site->index, ksm_expr(k, call->key_expr)));
}

static const char *operand(KsmCode *k, const PolCall *call, char letter) {
        switch (letter) {
        case 'c':
                return call->condition ? ksm_expr(k, call->condition) : "true";
        case 's':
                return sid_of(k, call->sid);
        case 't':
                return sid_of(k, call->target);
        case 'o':
                return sid_of(k, call->container);
        case 'd':
                return sid_of(k, call->driver);
        case 'i':
                return sid_of(k, call->image);
        case 'l':
                return level_of(k, call, &call->level);
        case 'r':
                return level_of(k, call, &call->level_r);
        case 'a':
                return arena_printf(k->arena, "%u", call->state);
        case 'A':
                return states_of(k, call);
        case 'e':
                return keep_list(k, "KsmInt", call->entry, call->object->set->n_fields);
        case 'k':
                return key_of(k, call);
        case 'v':
                return ksm_expr(k, call->value);
        case 'x':
                return ksm_expr(k, call->text);
        default:
                return arena_printf(k->arena, "%u", call->pattern);
        }
}

/* "ksm_flow_enter(c, 3, c->dst_sid, 1", without its end. */
static const char *open_call(KsmCode *k, const PolCall *call) {
        const CallForm *form = &forms[call->method];
        const char *text = arena_printf(k->arena, "%s(c, %u", form->function, call->site->index);

        for (const char *p = form->operands; *p; p++)
                text = arena_printf(k->arena, "%s, %s", text, operand(k, call, *p));
        return text;
}

void ksm_call_rule(KsmCode *k, const PolCall *call) {
        ksm_code_line(k, "%s);", open_call(k, call));
}

const char *ksm_call_subject(KsmCode *k, const PolCall *call) {
        return open_call(k, call);
}

static const char *expression_call(KsmCode *k, const PolExpr *e) {
        const PolCall *call = e->call;

        return keep(k, forms[call->method].result, arena_printf(k->arena, "%s)", open_call(k, call)));
}

/* All ------------------------------------------------------------------------------------------------- */

static const char *negate(KsmCode *k, const PolExpr *e) {
        return arena_printf(k->arena, "!%s", ksm_expr(k, e->items[0]));
}

static const char *is_empty(KsmCode *k, const PolExpr *e) {
        return arena_printf(k->arena, "(%s.size == 0)", ksm_expr(k, e->items[0]));
}

static const char *source(KsmCode *k, const PolExpr *e) {
        (void)e;
        return keep(k, "KsmInt", "c->src_sid");
}

static const char *destination(KsmCode *k, const PolExpr *e) {
        (void)e;
        return keep(k, "KsmInt", "c->dst_sid");
}

/* By kind. Lists, dictionaries and parts of a message are no operands: NULL. */
static const char *(*const makers[POL_GROUP + 1])(KsmCode *k, const PolExpr *e) = {
        [POL_CONST] = constant,
        [POL_SRC_SID] = source,
        [POL_DST_SID] = destination,
        [POL_LOAD] = load,
        [POL_HANDLE_SID] = load,
        [POL_HANDLE_RIGHTS] = load,
        [POL_NOT] = negate,
        [POL_NEGATE] = apply,
        [POL_ABS] = apply,
        [POL_INVERT] = apply,
        [POL_CAST] = apply,
        [POL_ADD] = apply,
        [POL_SUBTRACT] = apply,
        [POL_MULTIPLY] = apply,
        [POL_BIT_AND] = apply,
        [POL_BIT_OR] = apply,
        [POL_LESS] = compare,
        [POL_LESS_EQUAL] = compare,
        [POL_GREATER] = compare,
        [POL_GREATER_EQUAL] = compare,
        [POL_EQUAL] = compare,
        [POL_NOT_EQUAL] = compare,
        [POL_AND] = compare,
        [POL_OR] = compare,
        [POL_IMPLIES] = implies,
        [POL_ALL] = fold,
        [POL_ANY] = fold,
        [POL_SUM] = fold,
        [POL_PRODUCT] = fold,
        [POL_COND] = cond,
        [POL_PICK] = pick,
        [POL_TO_SCALAR] = to_scalar,
        [POL_TO_NUMBER] = apply,
        [POL_TO_BOOLEAN] = apply,
        [POL_IS_EMPTY] = is_empty,
        [POL_CALL] = expression_call,
};

const char *ksm_expr(KsmCode *k, const PolExpr *e) {
        const char *text = makers[e->kind](k, e);

        return e->kind != POL_CONST && strlen(text) > KSM_EXPR_INLINE_MAX ? keep(k, type_of(e), text) : text;
}
