/* SPDX-License-Identifier: MIT */
/*
 * The tokens of one file, all at once: so the parser sees only balanced brackets, and recovery after an
 * error can step over whole groups.
 */
#pragma once

#include "psl/ast.h"

typedef struct PslToken {
        int kind; /* 0: end of the file, the last one */
        Span span;
        uint32_t match;   /* '(' '[' '{': index of the token that closes it */
        bool is_unclosed; /* the bracket that closes it was missing, which was reported */
        bool begins_line; /* nothing but white space and comments before it on its line */
        union {
                const char *text; /* words, texts, regex blocks: interned */
                uint64_t integer;
        };
} PslToken;

/* What the lexer knows while it runs. */
typedef struct PslLex {
        const Ctx *ctx;
        const SrcFile *source;
        uint32_t pos; /* global offset of the next byte */
        bool begins_line;
        bool has_told_semicolon; /* one message a file is enough */
        bool has_told_directive;
        bool has_lost_text; /* a text, block or comment without an end took brackets with it */
        PslToken token;     /* being made */
        PslToken *tokens;
        size_t n_tokens;
        size_t n_slots;
        AstComment *comments;
        size_t n_comments;
        size_t n_comment_slots;
} PslLex;

/* Reads the whole source. Afterwards the brackets are balanced: what was missing or too much has been
 * reported, and was added (with the empty span of the place) or dropped. */
void psl_lex(PslLex *lex);

/* Called by the lexer's rules (psl_lex_text.c). Those that return a token kind filled in lex->token. */
void psl_lex_advance(PslLex *lex, uint32_t size);
void psl_lex_name(PslLex *lex, const char *text, size_t size);
int psl_lex_integer(PslLex *lex, const char *text, size_t size);
int psl_lex_text(PslLex *lex, const char *text, size_t size);
int psl_lex_open_text(PslLex *lex);
int psl_lex_regex(PslLex *lex, const char *text, size_t size);
void psl_lex_comment(PslLex *lex, bool is_line);
void psl_lex_open_comment(PslLex *lex);
void psl_lex_open_regex(PslLex *lex);
void psl_lex_semicolon(PslLex *lex);
void psl_lex_directive(PslLex *lex);
void psl_lex_macro(PslLex *lex, const char *text, size_t size);
int psl_lex_bad_bytes(PslLex *lex, const char *text, size_t size);
