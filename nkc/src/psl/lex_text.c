/* SPDX-License-Identifier: MIT */
/*
 * What the lexer's pieces of text mean: names, integers, texts, regex blocks, comments, and the messages
 * about bytes that mean nothing.
 */
#include <string.h>

#include "base/utf8.h"
#include "front/lex_common.h"
#include "psl/lex.h"
#include "psl_grammar.tab.h"

#define FIRST_COMMENTS 32u
#define REGEX_MARK     8u /* bytes of ```regex */
#define REGEX_END      3u /* bytes of ``` */

void psl_lex_advance(PslLex *lex, uint32_t size) {
        lex->token = (PslToken){.span = {lex->pos, lex->pos + size}};
        lex->pos += size;
}

void psl_lex_name(PslLex *lex, const char *text, size_t size) {
        if (size > AST_NAME_MAX) {
                diag_report(lex->ctx->diags, NAME_TOO_LONG, lex->token.span, (unsigned)size, AST_NAME_MAX);
                size = AST_NAME_MAX;
        }
        lex->token.text = intern_bytes(lex->ctx->names, text, size);
}

/* Integers ------------------------------------------------------------------------------------- */

int psl_lex_integer(PslLex *lex, const char *text, size_t size) {
        bool is_hex = size > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
        size_t skip = is_hex ? 2 : 0;
        AstInt value;
        DigitsResult result =
                digits_read(text + skip, size - skip, is_hex ? 16 : 10, (AstInt)UINT64_MAX, &value);

        lex->token.integer = (uint64_t)value;
        if (!is_hex && size > 1 && text[0] == '0')
                result = DIGITS_BAD;
        if (result == DIGITS_BAD)
                diag_report(lex->ctx->diags, PSL_NUMBER, lex->token.span, (int)size, text);
        else if (result == DIGITS_TOO_BIG)
                diag_report(lex->ctx->diags, PSL_NUMBER_TOO_BIG, lex->token.span, (int)size, text);
        return result == DIGITS_OK ? PSL_INTEGER : PSL_BAD;
}

/* Texts ---------------------------------------------------------------------------------------- */

/* The byte that an escape stands for; *used gets the length of what is behind the backslash. -1: unknown. */
static int escaped_byte(const char *text, size_t size, size_t *used) {
        *used = 1;
        switch (text[0]) {
        case '\\':
        case '"':
                return text[0];
        case 'n':
                return '\n';
        case 'r':
                return '\r';
        case 't':
                return '\t';
        case 'x':
                if (size < 3 || digit_value(text[1]) > 15 || digit_value(text[2]) > 15)
                        return -1;
                *used = 3;
                return (int)(digit_value(text[1]) * 16 + digit_value(text[2]));
        default:
                return -1;
        }
}

/* Kept as it is written: in a regular expression that is what its author meant. */
static void report_escape(PslLex *lex, uint32_t offset, const char *text, size_t size) {
        size_t length = utf8_step(text, size);
        Span span = {lex->token.span.begin + offset, lex->token.span.begin + offset + 1 + (uint32_t)length};

        diag_report(lex->ctx->diags, PSL_ESCAPE, span, (int)length, text);
        diag_help(lex->ctx->diags, "a backslash is written twice: '\\\\%.*s'", (int)length, text);
}

static size_t resolve_escapes(PslLex *lex, const char *text, size_t size, char *out) {
        size_t n = 0;

        for (size_t i = 1; i + 1 < size; i++) {
                size_t used = 0;
                int byte;

                if (text[i] != '\\') {
                        out[n++] = text[i];
                        continue;
                }
                byte = escaped_byte(text + i + 1, size - i - 2, &used);
                if (byte < 0) {
                        report_escape(lex, (uint32_t)i, text + i + 1, size - i - 2);
                        out[n++] = '\\';
                        continue;
                }
                out[n++] = (char)byte;
                i += used;
        }
        return n;
}

static int take_text(PslLex *lex, const char *text, size_t size) {
        if (size > PSL_TEXT_MAX) {
                diag_report(lex->ctx->diags, PSL_TEXT_TOO_LONG, lex->token.span, size, PSL_TEXT_MAX);
                return PSL_BAD;
        }
        lex->token.text = intern_bytes(lex->ctx->names, text, size);
        return PSL_TEXT;
}

int psl_lex_text(PslLex *lex, const char *text, size_t size) {
        char *out = arena_alloc(lex->ctx->arena, size);

        return take_text(lex, out, resolve_escapes(lex, text, size, out));
}

int psl_lex_open_text(PslLex *lex) {
        diag_report(lex->ctx->diags, PSL_TEXT_OPEN, lex->token.span);
        lex->has_lost_text = true;
        return PSL_BAD;
}

/* The rest of the first line and the blanks before the closing mark are no part of it. */
int psl_lex_regex(PslLex *lex, const char *text, size_t size) {
        const char *begin = text + REGEX_MARK, *end = text + size - REGEX_END;

        lex->begins_line = false;
        while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
                end--;
        while (begin < end && (*begin == ' ' || *begin == '\t'))
                begin++;
        if (end > begin && end[-1] == '\n')
                end--;
        if (end > begin && end[-1] == '\r')
                end--;
        if (begin < end && *begin == '\r')
                begin++;
        if (begin < end && *begin == '\n')
                begin++;
        return take_text(lex, begin, (size_t)(end - begin)) == PSL_TEXT ? PSL_REGEX : PSL_BAD;
}

void psl_lex_open_regex(PslLex *lex) {
        diag_report(lex->ctx->diags, PSL_REGEX_OPEN, lex->token.span);
        lex->has_lost_text = true;
}

/* Comments, and what means nothing ---------------------------------------------------------------- */

void psl_lex_comment(PslLex *lex, bool is_line) {
        if (lex->n_comments == lex->n_comment_slots) {
                AstComment *old = lex->comments;

                lex->n_comment_slots = old ? lex->n_comment_slots * 2 : FIRST_COMMENTS;
                lex->comments = ARENA_ARRAY(lex->ctx->arena, AstComment, lex->n_comment_slots);
                if (old)
                        memcpy(lex->comments, old, lex->n_comments * sizeof *old);
        }
        lex->comments[lex->n_comments++] = (AstComment){.span = lex->token.span, .is_line = is_line};
}

void psl_lex_open_comment(PslLex *lex) {
        diag_report(lex->ctx->diags, OPEN_COMMENT, lex->token.span);
        lex->has_lost_text = true;
}

void psl_lex_semicolon(PslLex *lex) {
        if (!lex->has_told_semicolon)
                diag_report(lex->ctx->diags, PSL_SEMICOLON, lex->token.span);
        lex->has_told_semicolon = true;
}

void psl_lex_directive(PslLex *lex) {
        if (!lex->has_told_directive) {
                diag_report(lex->ctx->diags, PSL_PREPROCESSOR_OFF, lex->token.span);
                diag_help(lex->ctx->diags, "use --enable-preprocessor");
        }
        lex->has_told_directive = true;
}

void psl_lex_macro(PslLex *lex, const char *text, size_t size) {
        diag_report(lex->ctx->diags, PSL_MACRO, lex->token.span, (int)size, text);
        diag_help(lex->ctx->diags, "templates (.psl.in) are expanded by the build before they are compiled");
}

static const char *bad_byte_help(char c) {
        switch (c) {
        case '%':
                return "there is no remainder";
        case '/':
                return "there is no division";
        case '#':
                return "a comment begins with '//'";
        case '\'':
                return "a text is written in double quotes";
        default:
                return NULL;
        }
}

int psl_lex_bad_bytes(PslLex *lex, const char *text, size_t size) {
        char shown[SHOWN_SIZE];

        diag_report(lex->ctx->diags, PSL_BYTE, lex->token.span, lex_show_byte(text, size, shown));
        if (bad_byte_help(text[0]))
                diag_help(lex->ctx->diags, "%s", bad_byte_help(text[0]));
        return PSL_BAD;
}
