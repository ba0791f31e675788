/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes of type expressions.
 */
#include "psl/build.h"

/* As with expressions: what would be too high is bad and has no parts. */
static PslType *new_type(PslParse *p, PslTypeKind kind, uint32_t below, Span span) {
        PslType *t = ARENA_NEW(p->ctx->arena, PslType);

        t->kind = kind;
        t->height = below + 1;
        t->span = span;
        if (t->height <= PSL_TYPE_DEPTH)
                return t;
        diag_report(p->ctx->diags, TYPE_TOO_DEEP, span, (unsigned)PSL_TYPE_DEPTH);
        t->kind = PSL_TYPE_BAD;
        t->height = 1;
        return t;
}

PslType *make_type(PslParse *p, PslTypeKind kind, Span span) {
        return new_type(p, kind, 0, span);
}

PslType *make_named_type(PslParse *p, AstName name) {
        PslType *t = new_type(p, PSL_TYPE_NAMED, 0, name.span);

        t->name = name;
        return t;
}

PslType *make_text_type(PslParse *p, AstName text) {
        PslType *t = new_type(p, PSL_TYPE_TEXT, 0, text.span);

        t->text = text.text;
        return t;
}

PslType *make_integer_type(PslParse *p, AstInt value, Span span) {
        PslType *t = new_type(p, PSL_TYPE_INTEGER, 0, span);

        t->value = value;
        return t;
}

PslType *make_dict_type(PslParse *p, PslTypeFieldList fields, Span span) {
        uint32_t below = 0;
        PslType *t;

        for (const PslTypeField *field = fields.first; field; field = field->next)
                below = field->type->height > below ? field->type->height : below;
        t = new_type(p, PSL_TYPE_DICT, below, span);
        if (t->kind != PSL_TYPE_BAD)
                t->fields = fields;
        return t;
}

PslType *make_parts_type(PslParse *p, PslTypeKind kind, AstName name, PslTypeList parts, Span span) {
        uint32_t below = 0;
        PslType *t;

        for (const PslType *part = parts.first; part; part = part->next)
                below = part->height > below ? part->height : below;
        t = new_type(p, kind, below, span);
        if (t->kind == PSL_TYPE_BAD)
                return t;
        t->name = name;
        t->parts = parts;
        return t;
}

/* `type | next`: all alternatives are parts of one node. */
PslType *make_variant(PslParse *p, PslType *type, PslType *next) {
        PslTypeList parts =
                type->kind == PSL_TYPE_VARIANT ? type->parts : join_type((PslTypeList){.first = NULL}, type);

        if (type->kind != PSL_TYPE_VARIANT || next->height >= type->height)
                return make_parts_type(p, PSL_TYPE_VARIANT, (AstName){.text = NULL}, join_type(parts, next),
                        span_join(type->span, next->span));
        type->parts = join_type(parts, next);
        type->span = span_join(type->span, next->span);
        return type;
}

PslTypeField *make_type_field(PslParse *p, AstName name, PslType *type, Span span) {
        PslTypeField *field = ARENA_NEW(p->ctx->arena, PslTypeField);

        *field = (PslTypeField){.span = span, .name = name, .type = type};
        return field;
}

PslTypeFieldList join_type_field(PslTypeFieldList list, PslTypeField *field) {
        PSL_APPEND(&list, field);
        return list;
}

PslTypeList join_type(PslTypeList list, PslType *type) {
        PSL_APPEND(&list, type);
        return list;
}
