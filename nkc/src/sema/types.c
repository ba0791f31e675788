/* SPDX-License-Identifier: MIT */
/*
 * Types: from what is written to what it means, with the rules of the language for bounds,
 * nesting and the place of handles. Sizes are no concern of this file; the layout stage has them.
 */
#include "passes.h"

const SemaType sema_bad_type = {.kind = SEMA_BAD, .depth = 1};

const SemaType sema_primitives[] = {
        [SEMA_UINT8] = {.kind = SEMA_UINT8, .depth = 1},
        [SEMA_UINT16] = {.kind = SEMA_UINT16, .depth = 1},
        [SEMA_UINT32] = {.kind = SEMA_UINT32, .depth = 1},
        [SEMA_UINT64] = {.kind = SEMA_UINT64, .depth = 1},
        [SEMA_SINT8] = {.kind = SEMA_SINT8, .depth = 1},
        [SEMA_SINT16] = {.kind = SEMA_SINT16, .depth = 1},
        [SEMA_SINT32] = {.kind = SEMA_SINT32, .depth = 1},
        [SEMA_SINT64] = {.kind = SEMA_SINT64, .depth = 1},
        [SEMA_HANDLE] = {.kind = SEMA_HANDLE, .depth = 1, .n_handles = 1},
};

static const SemaKind bounded_kinds[] = {
        [AST_TYPE_STRING] = SEMA_STRING,
        [AST_TYPE_BYTES] = SEMA_BYTES,
        [AST_TYPE_ARRAY] = SEMA_ARRAY,
        [AST_TYPE_SEQUENCE] = SEMA_SEQUENCE,
};

static const char *const bounded_words[] = {
        [AST_TYPE_STRING] = "string",
        [AST_TYPE_BYTES] = "bytes",
        [AST_TYPE_ARRAY] = "array",
        [AST_TYPE_SEQUENCE] = "sequence",
};

/* 0 after a message. */
static uint32_t resolve_bound(Sema *s, SemaFile *f, const AstType *ast, uint32_t order) {
        char text[SEMA_INT_TEXT];
        AstInt value;

        if (!sema_evaluate(s, f, ast->size, order, &value))
                return 0;
        if (value >= 1 && value <= SEMA_MAX_BOUND)
                return (uint32_t)value;
        if (value == 0)
                diag_report(s->ctx->diags, BOUND_ZERO, ast->size->span, bounded_words[ast->kind]);
        else
                diag_report(s->ctx->diags, BOUND_RANGE, ast->size->span, bounded_words[ast->kind],
                        sema_int_text(value, text), (int)SEMA_MAX_BOUND);
        return 0;
}

static uint32_t add_handles(uint32_t n, uint64_t more) {
        uint64_t sum = n + more;

        return sum > SEMA_MAX_HANDLES ? SEMA_MAX_HANDLES + 1 : (uint32_t)sum;
}

static const SemaType *resolve_bounded(Sema *s, SemaFile *f, const AstType *ast, uint32_t order) {
        const SemaType *elem = ast->element ? sema_resolve_type(s, f, ast->element, order) : NULL;
        uint32_t bound = resolve_bound(s, f, ast, order);
        SemaType *type;

        if (bound == 0 || (elem && elem->kind == SEMA_BAD))
                return &sema_bad_type;
        if (ast->kind == AST_TYPE_SEQUENCE && elem->n_handles > 0) {
                diag_report(s->ctx->diags, HANDLE_PLACE, ast->element->span, "sequence");
                return &sema_bad_type;
        }
        type = ARENA_NEW(s->ctx->arena, SemaType);
        *type = (SemaType){
                .kind = bounded_kinds[ast->kind],
                .bound = bound,
                .depth = elem ? elem->depth + 1 : 1,
                .n_handles = elem ? add_handles(0, (uint64_t)elem->n_handles * bound) : 0,
                .elem = elem,
        };
        return type;
}

const SemaType *sema_resolve_type(Sema *s, SemaFile *f, const AstType *ast, uint32_t order) {
        const SemaType *type;

        switch (ast->kind) {
        case AST_TYPE_BAD:
                return &sema_bad_type;
        case AST_TYPE_HANDLE:
                return &sema_primitives[SEMA_HANDLE];
        case AST_TYPE_NAMED:
                return sema_find_type(s, f, &ast->name, order);
        case AST_TYPE_STRING:
        case AST_TYPE_BYTES:
        case AST_TYPE_ARRAY:
        case AST_TYPE_SEQUENCE:
                type = resolve_bounded(s, f, ast, order);
                if (type->depth <= SEMA_MAX_DEPTH)
                        return type;
                diag_report(s->ctx->diags, NESTED_TOO_DEEP, ast->span, (int)SEMA_MAX_DEPTH);
                return &sema_bad_type;
        }
        return &sema_bad_type;
}

static bool define_field(Sema *s, SemaFile *f, SemaSymbol *symbol, const AstField *ast, SemaField *field) {
        bool is_union = symbol->kind == SEMA_SYM_UNION;

        *field = (SemaField){
                .name = ast->name,
                .type = sema_resolve_type(s, f, ast->type, symbol->order),
                .span = ast->span,
        };
        sema_check_name(s, &field->name, is_union ? SEMA_NAME_MEMBER : SEMA_NAME_FIELD);
        if (is_union && field->type->n_handles > 0) {
                diag_report(s->ctx->diags, HANDLE_PLACE, ast->type->span, "union");
                return false;
        }
        return field->type->kind != SEMA_BAD;
}

static void define_record(Sema *s, SemaFile *f, SemaSymbol *symbol) {
        SemaType *type = ARENA_NEW(s->ctx->arena, SemaType);
        SemaNames names;

        *type = (SemaType){
                .kind = symbol->kind == SEMA_SYM_UNION ? SEMA_UNION : SEMA_STRUCT,
                .depth = 1,
                .record = symbol,
        };
        sema_names_init(&names, s->ctx->arena);
        symbol->fields = ARENA_ARRAY(s->ctx->arena, SemaField, symbol->decl->fields.n);
        for (const AstField *a = symbol->decl->fields.first; a; a = a->next) {
                SemaField *field = &symbol->fields[symbol->n_fields++];
                const AstName *before = sema_names_add(&names, &a->name);

                symbol->is_poisoned |= !define_field(s, f, symbol, a, field);
                if (before) {
                        diag_report(s->ctx->diags, FIELD_TWICE, a->name.span, a->name.text,
                                sema_symbol_word(symbol), symbol->name.text);
                        diag_note(s->ctx->diags, before->span, "first one here");
                }
                if (type->depth < field->type->depth + 1)
                        type->depth = field->type->depth + 1;
                type->n_handles = add_handles(type->n_handles, field->type->n_handles);
        }
        symbol->type = type;
        if (type->depth > SEMA_MAX_DEPTH) {
                diag_report(s->ctx->diags, NESTED_TOO_DEEP, symbol->name.span, (int)SEMA_MAX_DEPTH);
                symbol->is_poisoned = true;
        }
}

void sema_define_type(Sema *s, SemaFile *f, SemaSymbol *symbol) {
        if (symbol->kind != SEMA_SYM_ALIAS) {
                define_record(s, f, symbol);
                return;
        }
        symbol->type = sema_resolve_type(s, f, symbol->decl->type, symbol->order);
        symbol->is_poisoned = symbol->type->kind == SEMA_BAD;
}
