/* SPDX-License-Identifier: MIT */
/*
 * Collects the tokens of a file and balances its brackets. A bracket that closes another kind of
 * bracket, or none, is reported here, where the place that was opened is known. When some '{' is left
 * open to the end of the file, the mistake is looked for once more: then a declaration that begins in
 * the first column inside of a block says that the block should have ended before.
 */
#include "psl/lex.h"

#include <string.h>

#include "psl/build.h"
#include "psl_grammar.tab.h"
#include "psl_lexer.lex.h"

#define FIRST_TOKENS 256u

static void put_token(PslLex *lex, PslToken token) {
        if (lex->n_tokens == lex->n_slots) {
                PslToken *old = lex->tokens;

                lex->n_slots = old ? lex->n_slots * 2 : FIRST_TOKENS;
                lex->tokens = ARENA_ARRAY(lex->ctx->arena, PslToken, lex->n_slots);
                if (old)
                        memcpy(lex->tokens, old, lex->n_tokens * sizeof *old);
        }
        lex->tokens[lex->n_tokens++] = token;
}

static void read_tokens(PslLex *lex) {
        YY_BUFFER_STATE buffer;
        yyscan_t scanner;
        int kind;

        if (psl_yylex_init_extra(lex, &scanner) != 0)
                arena_out_of_memory();
        buffer = psl_yy_scan_bytes(lex->source->text, (int)lex->source->size, scanner);
        lex->begins_line = true;
        while ((kind = psl_yylex(scanner)) != 0) {
                lex->token.kind = kind;
                lex->token.begins_line = lex->begins_line;
                lex->begins_line = false;
                put_token(lex, lex->token);
        }
        psl_yy_delete_buffer(buffer, scanner);
        psl_yylex_destroy(scanner);
}

/* Brackets ------------------------------------------------------------------------------------- */

typedef struct Balance {
        PslLex *lex;        /* its tokens are being written anew */
        const PslToken *in; /* as read */
        size_t n_in;
        uint32_t *open; /* indices of the open brackets in lex->tokens */
        size_t n_open;
} Balance;

static int closer_of(int opener) {
        return opener == '(' ? ')' : opener == '[' ? ']' : opener == '{' ? '}' : 0;
}

static bool is_closer(int kind) {
        return kind == ')' || kind == ']' || kind == '}';
}

static bool is_open(const Balance *b, int closer) {
        for (size_t i = b->n_open; i > 0; i--) {
                if (closer_of(b->lex->tokens[b->open[i - 1]].kind) == closer)
                        return true;
        }
        return false;
}

/* Does every bracket close the one that was opened last? */
static bool is_balanced(Balance *b) {
        b->n_open = 0;
        for (size_t i = 0; i < b->n_in; i++) {
                int kind = b->in[i].kind;

                if (closer_of(kind))
                        b->open[b->n_open++] = (uint32_t)closer_of(kind);
                else if (is_closer(kind) && (b->n_open == 0 || b->open[--b->n_open] != (uint32_t)kind))
                        return false;
        }
        return b->n_open == 0;
}

static void close_last(Balance *b, PslToken token) {
        b->lex->tokens[b->open[--b->n_open]].match = (uint32_t)b->lex->n_tokens;
        put_token(b->lex, token);
}

/* Adds what closes the bracket opened last, before `next`. */
static void close_missing(Balance *b, const PslToken *next) {
        int opener = b->lex->tokens[b->open[b->n_open - 1]].kind;
        Span span = {next->span.begin, next->span.begin};

        close_last(b, (PslToken){.kind = closer_of(opener), .span = span});
}

static void report_unclosed(const Balance *b, size_t open, const PslToken *next) {
        PslToken *opener = &b->lex->tokens[b->open[open]];
        Diags *diags = b->lex->ctx->diags;

        opener->is_unclosed = true;
        if (b->lex->has_lost_text)
                return;
        diag_report(diags, PSL_UNCLOSED, opener->span, opener->kind);
        if (next->kind == 0)
                diag_note(diags, next->span, "the file ends here");
        else
                diag_note(diags, next->span, "it should have been closed before this");
}

static void balance_closer(Balance *b, const PslToken *token) {
        if (!is_open(b, token->kind)) {
                diag_report(b->lex->ctx->diags, PSL_CLOSES_NOTHING, token->span, token->kind);
                return;
        }
        while (closer_of(b->lex->tokens[b->open[b->n_open - 1]].kind) != token->kind) {
                report_unclosed(b, b->n_open - 1, token);
                close_missing(b, token);
        }
        close_last(b, *token);
}

static bool is_in_first_column(const PslLex *lex, const PslToken *token) {
        uint32_t at = token->span.begin - lex->source->base;

        return at == 0 || lex->source->text[at - 1] == '\n';
}

/* Only asked when the brackets of the file are wrong anyway. */
static bool begins_declaration(const Balance *b, size_t i) {
        const PslToken *token = &b->in[i];

        if (!psl_is_declaration_word(token->kind) || !is_in_first_column(b->lex, token) || i + 1 == b->n_in)
                return false;
        /* the rule, and a key of a dictionary */
        return token->kind == PSL_KW_ASSERT ? token[1].kind == PSL_TEXT : token[1].kind != '=';
}

/* What is still open before `next` is closed, with one message: the inner ones follow from the first. */
static void close_all(Balance *b, const PslToken *next) {
        if (b->n_open > 0)
                report_unclosed(b, 0, next);
        while (b->n_open > 0)
                close_missing(b, next);
}

static void balance(PslLex *lex) {
        uint32_t past = lex->source->base + lex->source->size;
        PslToken end = {.kind = 0, .span = {past, past}};
        Balance b = {.lex = lex, .in = lex->tokens, .n_in = lex->n_tokens};
        bool was_balanced;

        b.open = ARENA_ARRAY(lex->ctx->arena, uint32_t, lex->n_tokens + 1);
        was_balanced = is_balanced(&b);
        b.n_open = 0;
        lex->tokens = NULL;
        lex->n_tokens = lex->n_slots = 0;
        for (size_t i = 0; i < b.n_in; i++) {
                if (!was_balanced && begins_declaration(&b, i))
                        close_all(&b, &b.in[i]);
                if (is_closer(b.in[i].kind)) {
                        balance_closer(&b, &b.in[i]);
                        continue;
                }
                if (closer_of(b.in[i].kind))
                        b.open[b.n_open++] = (uint32_t)lex->n_tokens;
                put_token(lex, b.in[i]);
        }
        close_all(&b, &end);
        put_token(lex, end);
}

void psl_lex(PslLex *lex) {
        lex->pos = lex->source->base;
        read_tokens(lex);
        balance(lex);
}
