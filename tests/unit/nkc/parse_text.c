/* SPDX-License-Identifier: MIT */
/*
 * Parses texts in tests: a context of its own for each, the messages as they are printed.
 */
#include "parse_text.h"

#include <string.h>

static void keep(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        Parsed *p = userdata;

        (void)severity;
        (void)number;
        text_puts(&p->messages, text);
}

void parse_text(Parsed *p, AstFileKind kind, const char *text, size_t size) {
        const SrcFile *source;
        char path[] = "t.???";

        *p = (Parsed){.messages = TEXT_NULL};
        memcpy(path + 2, ast_file_kind_text(kind), 3);
        ctx_init(&p->ctx);
        if (src_add(p->ctx.sources, path, text, size, &source) != 0)
                return;
        p->file = front_parse(&p->ctx, source, kind);
        diag_flush(p->ctx.diags, keep, p);
        p->n_errors = diag_errors(p->ctx.diags);
        p->n_warnings = diag_warnings(p->ctx.diags);
}

void parse_idl(Parsed *p, const char *text) {
        parse_text(p, AST_IDL, text, strlen(text));
}

void parse_cdl(Parsed *p, const char *text) {
        parse_text(p, AST_CDL, text, strlen(text));
}

void parse_free(Parsed *p) {
        text_deinit(&p->messages);
        ctx_deinit(&p->ctx);
}

static void put_integer(Text *out, AstInt value) {
        if (value >= 10)
                put_integer(out, value / 10);
        text_putc(out, (char)('0' + (int)(value % 10)));
}

void put_grouped(Text *out, const AstExpr *e) {
        switch (e->kind) {
        case AST_EXPR_BAD:
                text_puts(out, "BAD");
                break;
        case AST_EXPR_INTEGER:
                put_integer(out, e->value);
                break;
        case AST_EXPR_NAME:
                text_puts(out, e->name.text);
                break;
        case AST_EXPR_PAREN:
                put_grouped(out, e->left);
                break;
        case AST_EXPR_UNARY:
                text_printf(out, "(%s", ast_op_text(e->op));
                put_grouped(out, e->left);
                text_putc(out, ')');
                break;
        case AST_EXPR_BINARY:
                text_putc(out, '(');
                put_grouped(out, e->left);
                text_printf(out, " %s ", ast_op_text(e->op));
                put_grouped(out, e->right);
                text_putc(out, ')');
                break;
        }
}
