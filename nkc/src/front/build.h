/* SPDX-License-Identifier: MIT */
/*
 * What the lexer, the grammar and the node builders share: the state of one parse. The grammar only
 * names the parts it found; the builders make the nodes and report what is wrong with their shape.
 */
#pragma once

#include "front/parse.h"

/* How far an IDL file has come: its parts have an order. */
typedef enum ParseStage { STAGE_HEAD, STAGE_IMPORTS, STAGE_DEFINITIONS, STAGE_END } ParseStage;

typedef struct Parse {
        const Ctx *ctx;
        const SrcFile *source;
        AstFile *file;
        ParseStage stage;

        /* Lexer */
        int start;         /* token that selects the grammar; 0 once it was handed out */
        uint32_t pos;      /* global offset of the next byte */
        unsigned n_angles; /* '<' that are open */
        unsigned n_parens; /* '(' that are open since the last '<' */
        Span current;      /* the token read last, and the one before it */
        Span previous;
        AstName last_name; /* the token read last, when it is a word; else text is NULL */
        bool was_typedef;  /* the token read last is "typedef"; behind_typedef: the one before it was */
        bool behind_typedef;
        AstName name_at_end; /* a name right before the last ';', if it can be that of a typedef */
        Span open_brace;     /* the last '{' while its block is open */
        AstComment *comments;
        size_t n_comments;
        size_t n_comment_slots;

        /* A message was given for this statement: syntax errors that follow from it stay silent. */
        bool is_silent;
        bool ends_statement;    /* the last token ended the statement */
        unsigned errors_before; /* errors of the run when this parse began */
} Parse;

/* Lexer helpers (lex_text.c): what a piece of text means, and what is wrong with it. */
AstName lex_name(Parse *p, const char *text, size_t size, Span span);
AstExpr *lex_integer(Parse *p, const char *text, size_t size, Span span);
void lex_comment(Parse *p, Span span, bool is_line);
void lex_open_comment(Parse *p, Span span);
void lex_text_literal(Parse *p, Span span);
void lex_bad_bytes(Parse *p, const char *text, size_t size, Span span);
void lex_shift_in_list(Parse *p, Span span);

/* Nodes (build.c) */
AstPath build_path(Parse *p, AstName name);
AstPath build_longer_path(Parse *p, AstPath path, AstName name);

AstExpr *build_bad_expr(Parse *p, Span span);
AstExpr *build_name_expr(Parse *p, AstPath name);
AstExpr *build_paren(Parse *p, AstExpr *inner, Span span);
AstExpr *build_unary(Parse *p, AstOp op, AstExpr *operand, Span span);
AstExpr *build_binary(Parse *p, AstOp op, AstExpr *left, AstExpr *right);

AstType *build_named_type(Parse *p, AstPath name);
AstType *build_sized_type(Parse *p, AstTypeKind kind, AstType *element, AstExpr *size, Span span);
AstType *build_handle_type(Parse *p, AstPath target, Span span);
AstType *build_inner_type(Parse *p, const char *word, Span span);
AstType *build_tagged_type(Parse *p, const char *word, AstName name, Span keyword);

AstField *build_field(Parse *p, AstType *type, AstName name, Span span);
AstParam *build_param(Parse *p, AstDirection direction, AstType *type, AstName name, Span span);
AstParam *build_aimless_param(Parse *p, AstType *type, AstName name, Span span);
void build_initial_value(Parse *p, AstName name, Span value);
AstDecl *build_const(Parse *p, AstType *type, AstName name, AstExpr *value, Span span);
AstDecl *build_typedef(Parse *p, AstType *type, AstName name, Span span);
AstDecl *build_record(Parse *p, AstDeclKind kind, AstName name, AstFieldList fields, Span span);
AstDecl *build_bad_decl(Parse *p, AstDeclKind kind, AstName name, Span span);
AstMethod *build_method(Parse *p, AstName name, AstParamList params, Span span);
AstMethod *build_bad_method(Parse *p, AstName name, Span span);
void build_return_type(Parse *p, AstType *type, AstName name);
AstInterface *build_interface(Parse *p, AstMethodList methods, Span keyword, Span span);
AstBinding *build_binding(Parse *p, AstName name, AstPath target, Span span);

AstFieldList add_field(AstFieldList list, AstField *field); /* NULL: it could not be parsed */
AstParamList add_param(AstParamList list, AstParam *param);
AstMethodList add_method(AstMethodList list, AstMethod *method); /* NULL: nothing is left of it */
AstBindingList add_binding(AstBindingList list, AstBinding *binding);

/* Parts of the file (build_file.c) */
void file_head(Parse *p, AstHeadKind kind, AstPath name, Span keyword, Span span);
void file_import(Parse *p, AstPath path, Span span);
void file_decl(Parse *p, AstDecl *decl); /* NULL: nothing is left of it */
void file_interface(Parse *p, AstInterface *interface);
void file_named_interface(Parse *p, AstName name);
void file_inherits(Parse *p, Span base);
void file_security(Parse *p, AstPath interface, Span keyword, Span span);
void file_block(
        Parse *p, AstSectionKind kind, AstSectionForm form, AstBindingList bindings, Span keyword, Span span);
void file_bare_binding(Parse *p, AstBinding *binding);
void file_stray(Parse *p, Span semicolon);
void file_separator(Parse *p, const char *text, Span span);
void file_end(Parse *p); /* after the last token: what only the whole file can tell */

static inline bool parse_has_errors(const Parse *p) {
        return diag_errors(p->ctx->diags) > p->errors_before;
}
