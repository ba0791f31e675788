/* SPDX-License-Identifier: MIT */
/*
 * Parses policies in tests: a context of its own for each, the messages as they are printed.
 */
#include "parse_policy.h"

#include <string.h>

static void keep(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        ParsedPolicy *p = userdata;

        (void)severity;
        (void)number;
        text_puts(&p->messages, text);
}

void policy_parse(ParsedPolicy *p, const char *text) {
        const SrcFile *source;

        *p = (ParsedPolicy){.messages = TEXT_NULL};
        ctx_init(&p->ctx);
        if (src_add(p->ctx.sources, "t.psl", text, strlen(text), &source) != 0)
                return;
        p->file = psl_parse(&p->ctx, source);
        diag_flush(p->ctx.diags, keep, p);
        p->n_errors = diag_errors(p->ctx.diags);
        p->n_warnings = diag_warnings(p->ctx.diags);
}

void policy_free(ParsedPolicy *p) {
        text_deinit(&p->messages);
        ctx_deinit(&p->ctx);
}

static void put_dict(Text *out, const PslPair *pair) {
        text_putc(out, '{');
        for (; pair; pair = pair->next) {
                if (pair->key)
                        text_printf(out, "%s:", pair->key);
                else
                        text_printf(out, "%lld:", (long long)pair->integer);
                policy_put_grouped(out, pair->value);
                text_puts(out, pair->next ? "," : "");
        }
        text_putc(out, '}');
}

static void put_list(Text *out, const PslExpr *item) {
        text_putc(out, '[');
        for (; item; item = item->next) {
                policy_put_grouped(out, item);
                text_puts(out, item->next ? "," : "");
        }
        text_putc(out, ']');
}

static void put_call(Text *out, const PslExpr *e) {
        text_printf(out, "(%s%s%s ", e->object.text ? e->object.text : "", e->object.text ? "." : "",
                e->name.text);
        policy_put_grouped(out, e->left);
        text_putc(out, ')');
}

static void put_part(Text *out, const PslExpr *e) {
        text_putc(out, '(');
        policy_put_grouped(out, e->left);
        if (e->kind == PSL_EXPR_FIELD) {
                text_printf(out, ".%s", e->name.text);
        } else {
                text_puts(out, ".[");
                policy_put_grouped(out, e->right);
                text_putc(out, ']');
        }
        text_putc(out, ')');
}

static void put_operator(Text *out, const PslExpr *e) {
        text_putc(out, '(');
        if (e->kind == PSL_EXPR_BINARY) {
                policy_put_grouped(out, e->left);
                text_printf(out, " %s ", psl_op_text(e->op));
                policy_put_grouped(out, e->right);
        } else {
                text_puts(out, psl_op_text(e->op));
                policy_put_grouped(out, e->left);
        }
        text_putc(out, ')');
}

void policy_put_grouped(Text *out, const PslExpr *e) {
        switch (e->kind) {
        case PSL_EXPR_BAD:
                text_puts(out, "BAD");
                break;
        case PSL_EXPR_UNIT:
                text_puts(out, "()");
                break;
        case PSL_EXPR_BOOLEAN:
                text_puts(out, e->value ? "true" : "false");
                break;
        case PSL_EXPR_INTEGER:
                text_uint(out, (uint64_t)e->value);
                break;
        case PSL_EXPR_TEXT:
                text_printf(out, "'%s'", e->text);
                break;
        case PSL_EXPR_REGEX:
                text_printf(out, "/%s/", e->text);
                break;
        case PSL_EXPR_NAME:
                text_puts(out, e->name.text);
                break;
        case PSL_EXPR_FIELD:
        case PSL_EXPR_ELEMENT:
                put_part(out, e);
                break;
        case PSL_EXPR_CALL:
                put_call(out, e);
                break;
        case PSL_EXPR_PAREN:
                policy_put_grouped(out, e->left);
                break;
        case PSL_EXPR_UNARY:
        case PSL_EXPR_BINARY:
                put_operator(out, e);
                break;
        case PSL_EXPR_DICT:
                put_dict(out, e->pairs.first);
                break;
        case PSL_EXPR_LIST:
                put_list(out, e->items.first);
                break;
        }
}
