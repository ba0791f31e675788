/* SPDX-License-Identifier: MIT */
/*
 * Packages: constants and types in the order of the file. What lies in the message itself must fit
 * into a message, whoever uses it.
 */
#include "internal.h"

#include <string.h>

static const struct {
        LayKind kind;
        const char *c_type;
        const char *macro;
} integers[] = {
        [SEMA_UINT8] = {LAY_UINT8, "nk_uint8_t", "NK_UINT8_C"},
        [SEMA_UINT16] = {LAY_UINT16, "nk_uint16_t", "NK_UINT16_C"},
        [SEMA_UINT32] = {LAY_UINT32, "nk_uint32_t", "NK_UINT32_C"},
        [SEMA_UINT64] = {LAY_UINT64, "nk_uint64_t", "NK_UINT64_C"},
        [SEMA_SINT8] = {LAY_SINT8, "nk_sint8_t", "NK_SINT8_C"},
        [SEMA_SINT16] = {LAY_SINT16, "nk_sint16_t", "NK_SINT16_C"},
        [SEMA_SINT32] = {LAY_SINT32, "nk_sint32_t", "NK_SINT32_C"},
        [SEMA_SINT64] = {LAY_SINT64, "nk_sint64_t", "NK_SINT64_C"},
};

/* The smallest SInt64 has no literal in C: the minus is an operator, and its operand does not fit. */
static const char *constant_expression(Layout *l, const SemaSymbol *symbol, const char *value) {
        const char *macro = integers[symbol->type->kind].macro;

        if (symbol->value == INT64_MIN)
                return LAY_JOIN(l, "(", macro, "(-9223372036854775807) - 1)");
        return LAY_JOIN(l, macro, "(", value, ")");
}

static LayConst make_constant(Layout *l, SemaFile *f, const SemaSymbol *symbol) {
        const char *value = symbol->value < 0
                                    ? arena_printf(l->ctx->arena, "%lld", (long long)symbol->value)
                                    : arena_printf(l->ctx->arena, "%llu", (unsigned long long)symbol->value);

        return (LayConst){
                .name = symbol->name.text,
                .c_name = LAY_JOIN(l, lay_file(l, f)->name.prefix, "_", symbol->name.text),
                .kind = integers[symbol->type->kind].kind,
                .c_type = integers[symbol->type->kind].c_type,
                .macro = integers[symbol->type->kind].macro,
                .value = value,
                .c_expr = constant_expression(l, symbol, value),
                .src = lay_source(l, f, symbol->decl->span),
                .doc = lay_doc(l, f, symbol->decl->span),
        };
}

static const LayAlias *make_alias(Layout *l, SemaFile *f, const SemaSymbol *symbol) {
        LayAlias *alias = ARENA_NEW(l->ctx->arena, LayAlias);
        const LayType *type = lay_type(l, symbol->type);
        LayCapacities c = {.l = l};
        uint32_t room = 0;

        for (const LayType *t = type; t; t = t->elem)
                room++;
        c.owner = lay_file(l, f)->name.prefix;
        c.list = ARENA_ARRAY(l->ctx->arena, LayCapacity, room);
        lay_capacities_add(&c, symbol->name.text, type);
        lay_capacities_drop_taken(&c, f);
        *alias = (LayAlias){
                .name = symbol->name.text,
                .c_name = LAY_JOIN(l, c.owner, "_", symbol->name.text),
                .type = type,
                .c_type = type->c_type,
                .c_dims = type->c_dims,
                .caps = c.list,
                .n_caps = c.n,
                .src = lay_source(l, f, symbol->decl->span),
                .doc = lay_doc(l, f, symbol->decl->span),
        };
        return alias;
}

/* A message holds the header too. */
static void check_size(Layout *l, SemaFile *f, const SemaSymbol *symbol, uint32_t size) {
        if (size <= LAY_MAX_MESSAGE - LAY_HEADER_SIZE)
                return;
        diag_report(l->ctx->diags, TYPE_TOO_BIG, symbol->name.span, symbol->name.text,
                LAY_MAX_MESSAGE - LAY_HEADER_SIZE);
        f->is_bad = true;
}

static LayDecl make_type(Layout *l, SemaFile *f, SemaSymbol *symbol) {
        LayDecl decl = {.alias = NULL};

        if (symbol->kind == SEMA_SYM_ALIAS) {
                decl.alias = make_alias(l, f, symbol);
                check_size(l, f, symbol, decl.alias->type->size);
        } else {
                decl.record = lay_record(l, symbol);
                check_size(l, f, symbol, decl.record->size);
        }
        return decl;
}

static void make_declarations(Layout *l, SemaFile *f, LayPackage *package) {
        LayConst *constants = ARENA_ARRAY(l->ctx->arena, LayConst, f->n_symbols);
        LayDecl *types = ARENA_ARRAY(l->ctx->arena, LayDecl, f->n_symbols);

        for (uint32_t i = 0; i < f->n_symbols; i++) {
                if (f->symbols[i].kind == SEMA_SYM_CONST)
                        constants[package->n_constants++] = make_constant(l, f, &f->symbols[i]);
                else
                        types[package->n_types++] = make_type(l, f, &f->symbols[i]);
        }
        package->constants = constants;
        package->types = types;
}

const LayPackage *lay_package(Layout *l, SemaFile *f) {
        LayFile *file = lay_file(l, f);
        LayPackage *package;

        if (file->package)
                return file->package;
        package = ARENA_NEW(l->ctx->arena, LayPackage);
        package->name = file->name;
        make_declarations(l, f, package);
        if (f->ast->interface)
                package->interface = lay_interface(l, f);
        file->package = package;
        return package;
}
