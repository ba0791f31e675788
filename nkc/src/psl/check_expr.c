/* SPDX-License-Identifier: MIT */
/*
 * Expressions: what each part is, and where it lies in the message.
 */
#include "psl/types.h"

#include <string.h>

const PslExpr *pol_inner(const PslExpr *e) {
        while (e->kind == PSL_EXPR_PAREN)
                e = e->left;
        return e;
}

/* Wanted types ------------------------------------------------------------------------------------ */

static const PolExpr *mismatch(const PolContext *c, const PolExpr *e, PolType wanted) {
        if (e->type == POL_T_BYTES)
                diag_report(c->b->ctx->diags, POL_BYTES_UNREADABLE, e->span);
        else
                diag_report(c->b->ctx->diags, POL_WRONG_TYPE, e->span, pol_type_text(wanted),
                        pol_type_text(e->type));
        if (e->type == POL_T_HANDLE)
                diag_help(c->b->ctx->diags, "its SID is '.handle', its permissions are '.rights'");
        return pol_bad_expr(c->b, e->span);
}

static const PolExpr *to_scalar(const PolContext *c, const PolExpr *e) {
        return pol_operation(c->b, POL_TO_SCALAR, POL_T_SCALAR, e->span, &e, 1);
}

const PolExpr *pol_want(const PolContext *c, const PolExpr *e, PolType wanted) {
        if (e->type == POL_T_BAD || e->type == wanted)
                return e;
        if (wanted == POL_T_SCALAR &&
                (e->type == POL_T_NUMBER || e->type == POL_T_BOOLEAN || e->type == POL_T_UNIT))
                return to_scalar(c, e);
        if (e->type == POL_T_SCALAR && (wanted == POL_T_NUMBER || wanted == POL_T_BOOLEAN))
                return pol_convert(
                        c->b, wanted == POL_T_NUMBER ? POL_TO_NUMBER : POL_TO_BOOLEAN, POL_S64, e, e->span);
        return mismatch(c, e, wanted);
}

/* Names and fields -------------------------------------------------------------------------------- */

static const PolExpr *leaf(const PolContext *c, PolExprKind kind, PolType type, Span span) {
        PolExpr *e = ARENA_NEW(c->b->ctx->arena, PolExpr);

        *e = (PolExpr){.kind = kind, .type = type, .span = span};
        return e;
}

static const PolExpr *check_message(const PolContext *c, Span span) {
        Diags *d = c->b->ctx->diags;
        PolScope *s = c->scope;
        const LayMethod *m;

        if (s->is_empty)
                return pol_bad_expr(c->b, span);
        m = pol_scope_method(c->b, s);
        if (s->event != PSL_EXECUTE && m)
                return leaf(c, POL_LOAD, POL_T_MESSAGE, span);
        if (s->event == PSL_EXECUTE) {
                diag_report(d, POL_NO_MESSAGE, span);
        } else if (s->is_ambiguous) {
                diag_report(d, POL_AMBIGUOUS, span);
                diag_help(d, "it can be '%s' and '%s'; name endpoint or interface, and method",
                        s->method->c_name, s->other_method->c_name);
        } else {
                diag_report(d, POL_NEVER_MATCHES, span, psl_event_text(s->event));
        }
        return pol_bad_expr(c->b, span);
}

static const PolExpr *check_name(const PolContext *c, const PslExpr *e) {
        static const char *const known[] = {"message", "src_sid", "dst_sid"};
        const char *name = e->name.text;
        Suggest g = suggest_for(name);

        for (size_t i = 0; i < 3; i++)
                suggest_offer(&g, known[i]);
        if (c->scope && strcmp(name, "message") == 0)
                return check_message(c, e->span);
        if (c->scope && strcmp(name, "src_sid") == 0)
                return leaf(c, POL_SRC_SID, POL_T_NUMBER, e->span);
        if (c->scope && strcmp(name, "dst_sid") == 0 && c->scope->event != PSL_SECURITY)
                return leaf(c, POL_DST_SID, POL_T_NUMBER, e->span);
        if (c->scope && strcmp(name, "dst_sid") == 0) {
                diag_report(c->b->ctx->diags, POL_NO_DESTINATION, e->span);
                return pol_bad_expr(c->b, e->span);
        }
        diag_report(c->b->ctx->diags, POL_UNKNOWN_NAME, e->span, name);
        diag_suggest(c->b->ctx->diags, &g);
        return pol_bad_expr(c->b, e->span);
}

static const PolStep *append_step(const PolContext *c, const PolStep *steps, PolStep step) {
        PolStep *first = NULL, **tail = &first;

        for (const PolStep *s = steps; s; s = s->next) {
                *tail = ARENA_NEW(c->b->ctx->arena, PolStep);
                **tail = *s;
                tail = &(*tail)->next;
        }
        *tail = ARENA_NEW(c->b->ctx->arena, PolStep);
        **tail = step;
        return first;
}

static const LayField *find_field(const LayField *fields, uint32_t n, const char *name, Suggest *g) {
        for (uint32_t i = 0; i < n; i++) {
                if (strcmp(fields[i].name, name) == 0)
                        return &fields[i];
        }
        for (uint32_t i = 0; i < n; i++)
                suggest_offer(g, fields[i].name);
        return NULL;
}

static const PolExpr *no_field(const PolContext *c, const PolExpr *e, const AstName *name, const Suggest *g) {
        if (e->type == POL_T_MESSAGE)
                diag_report(c->b->ctx->diags, POL_UNKNOWN_PARAMETER, name->span, c->scope->method->c_name,
                        name->text, psl_event_text(c->scope->event));
        else
                diag_report(
                        c->b->ctx->diags, POL_UNKNOWN_FIELD, name->span, pol_type_text(e->type), name->text);
        diag_suggest(c->b->ctx->diags, g);
        return pol_bad_expr(c->b, name->span);
}

static const PolExpr *message_field(const PolContext *c, const PolExpr *e, const AstName *name, Span span) {
        const LayMessage *m = pol_message(c->scope->event, c->scope->method);
        Suggest g = suggest_for(name->text);
        const LayField *f = find_field(m->fields, m->n_fields, name->text, &g);

        if (!f)
                return no_field(c, e, name, &g);
        return pol_load(c->b, span, (PolPlace){.offset = f->offset, .type = f->type}, false);
}

static const PolExpr *record_field(const PolContext *c, const PolExpr *e, const AstName *name, Span span) {
        const LayRecord *r = e->place.type->record;
        Suggest g = suggest_for(name->text);
        const LayField *f = find_field(r->fields, r->n_fields, name->text, &g);
        PolPlace place = e->place;
        PolStep member;

        if (!f)
                return no_field(c, e, name, &g);
        place.type = f->type;
        if (!r->is_union) {
                place.offset += f->offset;
                return pol_load(c->b, span, place, e->may_fail);
        }
        member = (PolStep){.kind = POL_STEP_MEMBER,
                .offset = place.offset + f->offset,
                .size = f->size,
                .tag_offset = place.offset,
                .tag = f->tag};
        place.steps = append_step(c, place.steps, member);
        place.offset = 0;
        return pol_load(c->b, span, place, true);
}

static const PolExpr *handle_field(const PolContext *c, const PolExpr *e, const AstName *name, Span span) {
        Suggest g = suggest_for(name->text);
        bool is_sid = strcmp(name->text, "handle") == 0;
        PolExpr *part;

        suggest_offer(&g, "handle");
        suggest_offer(&g, "rights");
        if (!is_sid && strcmp(name->text, "rights") != 0)
                return no_field(c, e, name, &g);
        part = ARENA_NEW(c->b->ctx->arena, PolExpr);
        *part = *e;
        part->kind = is_sid ? POL_HANDLE_SID : POL_HANDLE_RIGHTS;
        part->type = POL_T_NUMBER;
        part->number = POL_U32;
        part->span = span;
        return part;
}

static const PolExpr *dict_field(const PolContext *c, const PolExpr *e, const AstName *name) {
        Suggest g = suggest_for(name->text);

        for (uint32_t i = 0; i < e->n_items; i++) {
                if (strcmp(e->keys[i], name->text) == 0)
                        return e->items[i];
                suggest_offer(&g, e->keys[i]);
        }
        return no_field(c, e, name, &g);
}

const PolExpr *pol_field(const PolContext *c, const PolExpr *e, const AstName *name) {
        Span span = span_join(e->span, name->span);

        switch ((int)e->type) {
        case POL_T_BAD:
                return e;
        case POL_T_MESSAGE:
                return message_field(c, e, name, span);
        case POL_T_RECORD:
                return record_field(c, e, name, span);
        case POL_T_HANDLE:
                return handle_field(c, e, name, span);
        case POL_T_DICT:
                return dict_field(c, e, name);
        default:
                diag_report(c->b->ctx->diags, POL_NO_FIELDS, name->span, pol_type_text(e->type), name->text);
                return pol_bad_expr(c->b, span);
        }
}

/* Elements ---------------------------------------------------------------------------------------- */

static bool is_outside(const PolExpr *index, uint32_t n) {
        return index->is_constant && (index->value < 0 || index->value >= n);
}

static const PolExpr *place_element(const PolContext *c, const PolExpr *e, const PolExpr *index, Span span) {
        const LayType *elem = e->place.type->elem;
        bool is_array = e->type == POL_T_ARRAY;
        PolPlace place = e->place;
        PolStep step = {.kind = is_array ? POL_STEP_ARRAY : POL_STEP_ELEMENT,
                .offset = place.offset,
                .stride = elem->size,
                .n = e->place.type->bound,
                .index = index};

        place.type = elem;
        if (is_array && index->is_constant) {
                place.offset += (uint32_t)index->value * elem->size;
                return pol_load(c->b, span, place, e->may_fail);
        }
        place.steps = append_step(c, place.steps, step);
        place.offset = 0;
        return pol_load(c->b, span, place, true);
}

static const PolExpr *list_element(const PolContext *c, const PolExpr *e, const PolExpr *index, Span span) {
        const PolExpr **items;

        if (index->is_constant)
                return e->items[(uint32_t)index->value];
        items = ARENA_ARRAY(c->b->ctx->arena, const PolExpr *, (size_t)e->n_items + 1);
        items[0] = index;
        for (uint32_t i = 0; i < e->n_items; i++) {
                items[i + 1] = e->items[i];
                if (e->items[i]->type != e->items[0]->type)
                        items[i + 1] = mismatch(c, e->items[i], e->items[0]->type);
        }
        return pol_operation(c->b, POL_PICK, e->items[0]->type, span, items, e->n_items + 1);
}

static const PolExpr *check_element(const PolContext *c, const PslExpr *psl) {
        const PolExpr *e = pol_check_expr(c, psl->left);
        const PolExpr *index = pol_want(c, pol_check_expr(c, psl->right), POL_T_NUMBER);
        bool is_place = e->type == POL_T_SEQUENCE || e->type == POL_T_ARRAY;
        uint32_t n = is_place ? e->place.type->bound : e->n_items;

        if (e->type == POL_T_BAD || index->type == POL_T_BAD)
                return pol_bad_expr(c->b, psl->span);
        if (!is_place && e->type != POL_T_LIST) {
                diag_report(c->b->ctx->diags, POL_NO_ELEMENTS, e->span, pol_type_text(e->type));
                return pol_bad_expr(c->b, psl->span);
        }
        if (n == 0 || is_outside(index, n)) {
                diag_report(c->b->ctx->diags, POL_INDEX, index->span, n);
                return pol_bad_expr(c->b, psl->span);
        }
        return is_place ? place_element(c, e, index, psl->span) : list_element(c, e, index, psl->span);
}

/* Operators --------------------------------------------------------------------------------------- */

/* The type whose bits `~` turns over: of what was read or cast; 64 bits for what was computed, without a
 * sign unless it is a constant below zero. */
static PolNumber width_of(const PolExpr *e) {
        switch ((int)e->kind) {
        case POL_CONST:
        case POL_LOAD:
        case POL_HANDLE_SID:
        case POL_HANDLE_RIGHTS:
        case POL_CAST:
        case POL_INVERT:
        case POL_CALL:
                return e->number;
        case POL_SRC_SID:
        case POL_DST_SID:
                return POL_U32;
        default:
                return POL_U64;
        }
}

static const PolExpr *check_unary(const PolContext *c, const PslExpr *psl) {
        const PolExpr *e = pol_check_expr(c, psl->left);

        if (psl->op == PSL_OP_NOT) {
                e = pol_want(c, e, POL_T_BOOLEAN);
                return pol_operation(c->b, POL_NOT, POL_T_BOOLEAN, psl->span, &e, 1);
        }
        e = pol_want(c, e, POL_T_NUMBER);
        if (psl->op == PSL_OP_NEGATE)
                return pol_operation(c->b, POL_NEGATE, POL_T_NUMBER, psl->span, &e, 1);
        return pol_convert(c->b, POL_INVERT, width_of(e), e, psl->span);
}

typedef struct Binary {
        PolExprKind kind;
        PolType operands;
        PolType result;
} Binary;

static const Binary binaries[] = {
        [PSL_OP_MULTIPLY] = {POL_MULTIPLY, POL_T_NUMBER, POL_T_NUMBER},
        [PSL_OP_ADD] = {POL_ADD, POL_T_NUMBER, POL_T_NUMBER},
        [PSL_OP_SUBTRACT] = {POL_SUBTRACT, POL_T_NUMBER, POL_T_NUMBER},
        [PSL_OP_BIT_AND] = {POL_BIT_AND, POL_T_NUMBER, POL_T_NUMBER},
        [PSL_OP_BIT_OR] = {POL_BIT_OR, POL_T_NUMBER, POL_T_NUMBER},
        [PSL_OP_EQUAL] = {POL_EQUAL, POL_T_SCALAR, POL_T_BOOLEAN},
        [PSL_OP_NOT_EQUAL] = {POL_NOT_EQUAL, POL_T_SCALAR, POL_T_BOOLEAN},
        [PSL_OP_LESS] = {POL_LESS, POL_T_NUMBER, POL_T_BOOLEAN},
        [PSL_OP_LESS_EQUAL] = {POL_LESS_EQUAL, POL_T_NUMBER, POL_T_BOOLEAN},
        [PSL_OP_GREATER] = {POL_GREATER, POL_T_NUMBER, POL_T_BOOLEAN},
        [PSL_OP_GREATER_EQUAL] = {POL_GREATER_EQUAL, POL_T_NUMBER, POL_T_BOOLEAN},
        [PSL_OP_AND] = {POL_AND, POL_T_BOOLEAN, POL_T_BOOLEAN},
        [PSL_OP_OR] = {POL_OR, POL_T_BOOLEAN, POL_T_BOOLEAN},
        [PSL_OP_IMPLIES] = {POL_IMPLIES, POL_T_BOOLEAN, POL_T_BOOLEAN},
};

static bool is_scalar(PolType t) {
        return t == POL_T_NUMBER || t == POL_T_BOOLEAN || t == POL_T_UNIT || t == POL_T_SCALAR;
}

static const PolExpr *check_equal(
        const PolContext *c, const PslExpr *psl, const Binary *op, const PolExpr *items[2]) {
        PolType left = items[0]->type, right = items[1]->type;

        if (left == POL_T_TEXT && right == POL_T_TEXT) {
                diag_report(c->b->ctx->diags, POL_TEXT_EQUAL, psl->op_span, psl_op_text(psl->op));
                diag_help(
                        c->b->ctx->diags, "use re.match {text : …, pattern : …} of the policy file nk.regex");
                return pol_bad_expr(c->b, psl->span);
        }
        if (is_scalar(left) && is_scalar(right) && left != right && left != POL_T_SCALAR &&
                right != POL_T_SCALAR)
                diag_report(c->b->ctx->diags, POL_NEVER_EQUAL, psl->op_span, pol_type_text(left),
                        pol_type_text(right));
        if (left != right || left == POL_T_UNIT || (left != POL_T_NUMBER && left != POL_T_BOOLEAN)) {
                items[0] = pol_want(c, items[0], POL_T_SCALAR);
                items[1] = pol_want(c, items[1], POL_T_SCALAR);
        }
        return pol_operation(c->b, op->kind, op->result, psl->span, items, 2);
}

static const PolExpr *check_binary(const PolContext *c, const PslExpr *psl) {
        const Binary *op = &binaries[psl->op];
        const PolExpr *items[2] = {pol_check_expr(c, psl->left), pol_check_expr(c, psl->right)};

        if (items[0]->type == POL_T_BAD || items[1]->type == POL_T_BAD)
                return pol_bad_expr(c->b, psl->span);
        if (op->operands == POL_T_SCALAR)
                return check_equal(c, psl, op, items);
        items[0] = pol_want(c, items[0], op->operands);
        items[1] = pol_want(c, items[1], op->operands);
        return pol_operation(c->b, op->kind, op->result, psl->span, items, 2);
}

/* Literals ---------------------------------------------------------------------------------------- */

static const PolExpr *check_list(const PolContext *c, const PslExpr *psl) {
        const PolExpr **items = ARENA_ARRAY(c->b->ctx->arena, const PolExpr *, psl->items.n);
        uint32_t n = 0;

        for (const PslExpr *i = psl->items.first; i; i = i->next)
                items[n++] = pol_check_expr(c, i);
        return pol_operation(c->b, POL_GROUP, POL_T_LIST, psl->span, items, n);
}

static const PolExpr *check_dict(const PolContext *c, const PslExpr *psl) {
        const PolExpr **items = ARENA_ARRAY(c->b->ctx->arena, const PolExpr *, psl->pairs.n);
        const char **keys = ARENA_ARRAY(c->b->ctx->arena, const char *, psl->pairs.n);
        const PolExpr *group;
        PolExpr *named;
        uint32_t n = 0;

        for (const PslPair *p = psl->pairs.first; p; p = p->next) {
                keys[n] = p->key ? p->key : "";
                items[n++] = pol_check_expr(c, p->value);
        }
        group = pol_operation(c->b, POL_GROUP, POL_T_DICT, psl->span, items, n);
        if (group->type == POL_T_BAD)
                return group;
        named = ARENA_NEW(c->b->ctx->arena, PolExpr);
        *named = *group;
        named->keys = keys;
        return named;
}

const PolExpr *pol_check_expr(const PolContext *c, const PslExpr *e) {
        switch (e->kind) {
        case PSL_EXPR_BAD:
                return pol_bad_expr(c->b, e->span);
        case PSL_EXPR_UNIT:
                return pol_const_unit(c->b, e->span);
        case PSL_EXPR_BOOLEAN:
                return pol_const_boolean(c->b, e->span, e->value != 0);
        case PSL_EXPR_INTEGER:
                return pol_const_number(c->b, e->span, e->value);
        case PSL_EXPR_TEXT:
        case PSL_EXPR_REGEX:
                return pol_const_text(c->b, e->span, e->text);
        case PSL_EXPR_NAME:
                return check_name(c, e);
        case PSL_EXPR_FIELD:
                return pol_field(c, pol_check_expr(c, e->left), &e->name);
        case PSL_EXPR_ELEMENT:
                return check_element(c, e);
        case PSL_EXPR_CALL:
                return pol_check_call_expr(c, e);
        case PSL_EXPR_PAREN:
                return pol_check_expr(c, e->left);
        case PSL_EXPR_UNARY:
                return check_unary(c, e);
        case PSL_EXPR_BINARY:
                return check_binary(c, e);
        case PSL_EXPR_DICT:
                return check_dict(c, e);
        case PSL_EXPR_LIST:
                return check_list(c, e);
        }
        return pol_bad_expr(c->b, e->span);
}
