/* SPDX-License-Identifier: MIT */
/*
 * What the lexer's pieces of text mean: names, integers, comments, and the messages about bytes
 * that mean nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "front/build.h"

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

/* Value of a digit in any base; 255 for what is no digit. */
static unsigned digit_value(char c) {
        if (c >= '0' && c <= '9')
                return (unsigned)(c - '0');
        if (c >= 'a' && c <= 'f')
                return (unsigned)(c - 'a') + 10;
        if (c >= 'A' && c <= 'F')
                return (unsigned)(c - 'A') + 10;
        return 255;
}

typedef enum IntegerProblem { INTEGER_OK, INTEGER_BAD, INTEGER_TOO_BIG } IntegerProblem;

static IntegerProblem read_digits(const char *text, size_t size, unsigned base, AstInt *value) {
        IntegerProblem problem = INTEGER_OK;

        *value = 0;
        for (size_t i = 0; i < size; i++) {
                unsigned digit = digit_value(text[i]);

                if (digit >= base)
                        return INTEGER_BAD;
                if (*value > (INTEGER_MAX - (AstInt)digit) / (AstInt)base)
                        problem = INTEGER_TOO_BIG;
                else if (problem == INTEGER_OK)
                        *value = *value * (AstInt)base + (AstInt)digit;
        }
        return size > 0 ? problem : INTEGER_BAD;
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
        IntegerProblem problem = read_digits(text + skip, size - skip, base, &expr->value);

        if (leading_zero)
                report_leading_zero(p, text, size, span);
        else if (problem == INTEGER_BAD)
                diag_report(p->ctx->diags, BAD_NUMBER, span, (int)size, text);
        else if (problem == INTEGER_TOO_BIG)
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
        unsigned char c = (unsigned char)text[0];
        size_t length = utf8_length(text, size);
        char shown[16];

        if (p->is_silent)
                return;
        if (length > 1)
                snprintf(shown, sizeof shown, "'%.*s'", (int)length, text);
        else if (c > 0x20 && c < 0x7F)
                snprintf(shown, sizeof shown, "'%c'", c);
        else
                snprintf(shown, sizeof shown, "0x%02X", c);
        diag_report(p->ctx->diags, BAD_BYTE, span, shown);
        if (bad_byte_help(text[0]))
                diag_help(p->ctx->diags, "%s", bad_byte_help(text[0]));
        silence(p);
}
