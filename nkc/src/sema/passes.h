/* SPDX-License-Identifier: MIT */
/*
 * The passes of sema and what they share. Each pass gets one file whose imports, interfaces and
 * components went through all passes before.
 */
#pragma once

#include "sema.h"

/* load.c: finds and parses files; not a pass but what feeds them. */
SemaFile *sema_load_path(Sema *s, const char *path);
SemaFile *sema_load_name(Sema *s, const char *dotted, AstFileKind kind, Span use, SemaFile *loader);

/* missing.c: says that f->dotted was not found. */
void sema_report_missing(Sema *s, const SemaFile *f, Span use);
const char *sema_kind_word(AstFileKind kind); /* "package", for messages */

/* One file each, in this order; sema.c has the table. */
void sema_collect(Sema *s, SemaFile *f);
void sema_define(Sema *s, SemaFile *f);
void sema_methods(Sema *s, SemaFile *f);
void sema_components(Sema *s, SemaFile *f);
void sema_cnames(Sema *s, SemaFile *f);

/* scope.c: names to symbols. `order` is the place of the user in its file: later declarations of the
 * same file are not visible. NULL after a message, or silently when the file is incomplete. */
SemaSymbol *sema_find_constant(Sema *s, SemaFile *f, const AstPath *path, uint32_t order);
const SemaType *sema_find_type(Sema *s, SemaFile *f, const AstPath *path, uint32_t order);

/* types.c: the type behind a piece of text; the one with kind SEMA_BAD after a message. */
const SemaType *sema_resolve_type(Sema *s, SemaFile *f, const AstType *ast, uint32_t order);
void sema_define_type(Sema *s, SemaFile *f, SemaSymbol *symbol);
extern const SemaType sema_bad_type;
extern const SemaType sema_primitives[]; /* by SemaKind, SEMA_UINT8 to SEMA_HANDLE */

/* constants.c */
void sema_define_constant(Sema *s, SemaFile *f, SemaSymbol *symbol);
bool sema_evaluate(Sema *s, SemaFile *f, const AstExpr *expr, uint32_t order, AstInt *value);

#define SEMA_INT_TEXT 48 /* bytes that hold any AstInt in decimal */
const char *sema_int_text(AstInt value, char buffer[SEMA_INT_TEXT]);

/* names.c: rules for single names, and sets that find the second use of a name. */
typedef enum SemaNameKind {
        SEMA_NAME_FIELD,
        SEMA_NAME_MEMBER,
        SEMA_NAME_PARAMETER,
        SEMA_NAME_METHOD,
        SEMA_NAME_ENDPOINT,
        SEMA_NAME_INSTANCE
} SemaNameKind;

void sema_put_words(Sema *s);
void sema_check_name(Sema *s, const AstName *name,
        SemaNameKind kind); /* words of C, '_', names that generated code uses */

#define SEMA_NAMES_FEW 16
typedef struct SemaNames {
        const AstName *few[SEMA_NAMES_FEW];
        size_t n;
        Map many;
} SemaNames;

void sema_names_init(SemaNames *set, Arena *a);
const AstName *sema_names_add(
        SemaNames *set, const AstName *name); /* NULL, or the one that was there before */
