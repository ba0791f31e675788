/* SPDX-License-Identifier: MIT */
/*
 * What the lexer's pieces of text mean: names, integers, comments, and the messages about bytes
 * that mean nothing.
 */
#include <string.h>

#include "front/build.h"
#include "front/lex_common.h"

#define FIRST_COMMENTS 32u

#define INTEGER_MAX (((AstInt)1 << 126) - 1 + ((AstInt)1 << 126))

AstName lex_name(Parse *p, const char *text, size_t size, Span span) {
        if (text[0] == '_')
                diag_report(p->ctx->diags, NAME_BEGINS, span, (int)size, text);
        if (size > AST_NAME_MAX) {
                diag_report(p->ctx->diags, NAME_TOO_LONG, span, (unsigned)size, AST_NAME_MAX);
                size = AST_NAME_MAX;
        }
        return (AstName){intern_bytes(p->ctx->names, text, size), span};
}

/* The base that the first characters ask for; *skip gets their number. */
static unsigned integer_base(const char *text, size_t size, size_t *skip) {
        *skip = 0;
        if (size < 2 || text[0] != '0')
                return 10;
        *skip = 2;
        if (text[1] == 'x' || text[1] == 'X')
                return 16;
        if (text[1] == 'o' || text[1] == 'O')
                return 8;
        *skip = 0;
        return 10;
}

static bool is_all_digits(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (digit_value(text[i]) > 9)
                        return false;
        }
        return true;
}

static void report_leading_zero(const Parse *p, const char *text, size_t size, Span span) {
        size_t zeros = 0;
        bool is_octal = true;

        for (size_t i = 0; i < size; i++)
                is_octal = is_octal && text[i] < '8';
        while (zeros + 1 < size && text[zeros] == '0')
                zeros++;
        diag_report(p->ctx->diags, LEADING_ZERO, span, (int)size, text);
        if (!is_octal)
                return;
        diag_help(p->ctx->diags, "octal is 0o%.*s, decimal is %.*s", (int)(size - zeros), text + zeros,
                (int)(size - zeros), text + zeros);
}

AstExpr *lex_integer(Parse *p, const char *text, size_t size, Span span) {
        size_t skip;
        unsigned base = integer_base(text, size, &skip);
        bool leading_zero = base == 10 && size > 1 && text[0] == '0' && is_all_digits(text, size);
        AstExpr *expr = build_bad_expr(p, span);
        DigitsResult result = digits_read(text + skip, size - skip, base, INTEGER_MAX, &expr->value);

        if (leading_zero)
                report_leading_zero(p, text, size, span);
        else if (result == DIGITS_BAD)
                diag_report(p->ctx->diags, BAD_NUMBER, span, (int)size, text);
        else if (result == DIGITS_TOO_BIG)
                diag_report(p->ctx->diags, NUMBER_TOO_BIG, span, (int)size, text);
        else
                expr->kind = AST_EXPR_INTEGER;
        return expr;
}

void lex_comment(Parse *p, Span span, bool is_line) {
        if (p->n_comments == p->n_comment_slots) {
                AstComment *old = p->comments;

                p->n_comment_slots = old ? p->n_comment_slots * 2 : FIRST_COMMENTS;
                p->comments = ARENA_ARRAY(p->ctx->arena, AstComment, p->n_comment_slots);
                if (old)
                        memcpy(p->comments, old, p->n_comments * sizeof *old);
        }
        p->comments[p->n_comments++] = (AstComment){.span = span, .is_line = is_line};
}

/* One message a statement: what the parser could say now would follow from this. */
static void silence(Parse *p) {
        p->is_silent = true;
}

void lex_open_comment(Parse *p, Span span) {
        diag_report(p->ctx->diags, OPEN_COMMENT, span);
        silence(p);
}

void lex_text_literal(Parse *p, Span span) {
        diag_report(p->ctx->diags, TEXT_LITERAL, span);
        silence(p);
}

void lex_shift_in_list(Parse *p, Span span) {
        diag_report(p->ctx->diags, SHIFT_IN_LIST, span);
        diag_help(p->ctx->diags,
                "a shift stands in parentheses, 'bytes<(64 >> 1)>'; an element type is followed "
                "by a size, 'array<bytes<4>, 8>'");
        silence(p);
}

static const char *bad_byte_help(char c) {
        if (c == '[' || c == ']')
                return "an array is written array<T, N>";
        if (c == '#')
                return "there is no preprocessor; constants come by 'const' and 'import'";
        return NULL;
}

void lex_bad_bytes(Parse *p, const char *text, size_t size, Span span) {
        char shown[SHOWN_SIZE];

        if (p->is_silent)
                return;
        diag_report(p->ctx->diags, BAD_BYTE, span, lex_show_byte(text, size, shown));
        if (bad_byte_help(text[0]))
                diag_help(p->ctx->diags, "%s", bad_byte_help(text[0]));
        silence(p);
}
