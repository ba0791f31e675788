/* SPDX-License-Identifier: MIT */
/*
 * The passes of sema and what they share. Each pass gets one file whose imports, interfaces and
 * components went through all passes before.
 */
#pragma once

#include "sema.h"

/* load.c: finds and parses files; not a pass but what feeds them. */
SemaFile *load_path(Sema *s, const char *path);
SemaFile *load_name(Sema *s, const char *dotted, AstFileKind kind, Span use, SemaFile *loader);

/* One file each, in this order; sema.c has the table. */
void sema_collect(Sema *s, SemaFile *f);
void sema_define(Sema *s, SemaFile *f);
void sema_methods(Sema *s, SemaFile *f);
void sema_components(Sema *s, SemaFile *f);
void sema_cnames(Sema *s, SemaFile *f);

/* scope.c: names to symbols. `order` is the place of the user in its file: later declarations of the
 * same file are not visible. NULL after a message, or silently when the file is incomplete. */
SemaSymbol *scope_find_constant(Sema *s, SemaFile *f, const AstPath *path, uint32_t order);
const SemaType *scope_find_type(Sema *s, SemaFile *f, const AstPath *path, uint32_t order);

/* types.c: the type behind a piece of text; the one with kind SEMA_BAD after a message. */
const SemaType *types_resolve(Sema *s, SemaFile *f, const AstType *ast, uint32_t order);
void types_define(Sema *s, SemaFile *f, SemaSymbol *symbol);
extern const SemaType sema_bad_type;
extern const SemaType sema_primitives[]; /* by SemaKind, SEMA_UINT8 to SEMA_HANDLE */

/* constants.c */
void constants_define(Sema *s, SemaFile *f, SemaSymbol *symbol);
bool constants_evaluate(Sema *s, SemaFile *f, const AstExpr *expr, uint32_t order, AstInt *value);

#define INT128_TEXT 48 /* bytes that hold any AstInt in decimal */
const char *int128_text(AstInt value, char buffer[INT128_TEXT]);

/* names.c: rules for single names, and sets that find the second use of a name. */
typedef enum NameKind {
        NAME_FIELD,
        NAME_MEMBER,
        NAME_PARAMETER,
        NAME_METHOD,
        NAME_ENDPOINT,
        NAME_INSTANCE
} NameKind;

void names_put_words(Sema *s);
const char *name_kind_word(NameKind kind);
void name_check(
        Sema *s, const AstName *name, NameKind kind); /* words of C, '_', names that generated code uses */

#define NAME_SET_SMALL 16
typedef struct NameSet {
        const AstName *few[NAME_SET_SMALL];
        size_t n;
        Map many;
} NameSet;

void name_set_init(NameSet *set, Arena *a);
const AstName *name_set_add(NameSet *set, const AstName *name); /* NULL, or the one that was there before */
