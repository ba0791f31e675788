/* SPDX-License-Identifier: MIT */
/*
 * The canonical printer of policies. A dictionary or list whose first part stands on a line of its own
 * keeps a line for each part; any other one is printed in one line when it fits. In the same way a body of
 * one rule stays in one line, and a condition or a variant type is broken where it was broken. Comments
 * stay where lines.h puts them; those in a broken dictionary stay with its pairs.
 */
#include "psl/format.h"

#include <string.h>

#include "front/lines.h"

typedef struct Format {
        Lines lines;
        Text *out;
        bool is_flat;  /* trying to print in one line … */
        bool is_wider; /* … which did not succeed */
} Format;

static void put(Format *f, const char *text) {
        text_puts(f->out, text);
}

/* As it is written in the source. */
static void put_source(Format *f, Span span) {
        text_append(f->out, lines_source_at(&f->lines, span.begin), span.end - span.begin);
}

/* An integer with its sign, which may stand apart. */
static void put_signed(Format *f, Span span) {
        Span digits = {span.end, span.end};

        while (digits.begin > span.begin && *lines_source_at(&f->lines, digits.begin - 1) >= '0')
                digits.begin--;
        if (*lines_source_at(&f->lines, span.begin) == '-')
                put(f, "-");
        put_source(f, digits);
}

static size_t column(const Format *f) {
        size_t n = 0;

        while (n < f->out->size && f->out->data[f->out->size - 1 - n] != '\n')
                n++;
        return n;
}

static bool has_comment(const Format *f, uint32_t end) {
        return lines_peek_comment(&f->lines, end) != NULL;
}

static bool is_broken_between(const Format *f, uint32_t begin, uint32_t end) {
        return lines_between(&f->lines, begin, end) > 0;
}

/* Prints a part in one line; false (and nothing printed) when it must be broken or is too long. */
static bool put_flat(Format *f, void (*put_part)(Format *f, const void *part), const void *part) {
        size_t before = f->out->size;

        f->is_flat = true;
        f->is_wider = false;
        put_part(f, part);
        f->is_flat = false;
        if (!f->is_wider && column(f) <= PSL_FORMAT_COLUMNS)
                return true;
        f->out->size = before;
        if (f->out->data)
                f->out->data[before] = '\0';
        return false;
}

/* While trying: is there any use in going on? */
static bool gives_up(Format *f, bool is_broken) {
        if (f->is_flat && (is_broken || column(f) > PSL_FORMAT_COLUMNS))
                f->is_wider = true;
        return f->is_wider && f->is_flat;
}

static void break_line(Format *f) {
        text_putc(f->out, '\n');
        lines_put_indent(&f->lines, f->lines.indent + 1);
}

/* Types ------------------------------------------------------------------------------------------ */

static void put_type(Format *f, const PslType *t);

static void put_type_list(Format *f, const PslType *t, const char *separator) {
        for (; t; t = t->next) {
                put_type(f, t);
                if (t->next)
                        put(f, separator);
        }
}

static void put_variant(Format *f, const PslType *t) {
        for (; t; t = t->next) {
                put_type(f, t);
                if (!t->next)
                        break;
                put(f, " |");
                if (is_broken_between(f, t->span.end, t->next->span.begin))
                        break_line(f);
                else
                        put(f, " ");
        }
}

static void put_dict_type(Format *f, const PslTypeField *field) {
        put(f, "{");
        for (; field; field = field->next) {
                put(f, field->name.text);
                put(f, " : ");
                put_type(f, field->type);
                if (field->next)
                        put(f, ", ");
        }
        put(f, "}");
}

static void put_type(Format *f, const PslType *t) {
        switch (t->kind) {
        case PSL_TYPE_UNIT:
                put(f, "()");
                break;
        case PSL_TYPE_NAMED:
                put(f, t->name.text);
                break;
        case PSL_TYPE_TEXT:
                put_source(f, t->span);
                break;
        case PSL_TYPE_INTEGER:
                put_signed(f, t->span);
                break;
        case PSL_TYPE_DICT:
                put_dict_type(f, t->fields.first);
                break;
        case PSL_TYPE_TUPLE:
                put(f, "[");
                put_type_list(f, t->parts.first, ", ");
                put(f, "]");
                break;
        case PSL_TYPE_GENERIC:
                put(f, t->name.text);
                put(f, "<");
                put_type_list(f, t->parts.first, ", ");
                put(f, ">");
                break;
        case PSL_TYPE_VARIANT:
                put_variant(f, t->parts.first);
                break;
        case PSL_TYPE_BAD:
                break;
        }
}

/* Expressions ------------------------------------------------------------------------------------ */

static void put_expr(Format *f, const PslExpr *e);

static bool is_group(const PslExpr *e) {
        return e->kind == PSL_EXPR_DICT || e->kind == PSL_EXPR_LIST;
}

/* Comments in front of this go above the item that the expression belongs to. */
static uint32_t inside_of(const PslExpr *e) {
        return is_group(e) ? e->span.begin : e->span.end;
}

static void put_key(Format *f, const PslPair *pair) {
        if (pair->key_kind == PSL_KEY_INTEGER)
                put_signed(f, pair->key_span);
        else
                put_source(f, pair->key_span);
        put(f, " : ");
}

static void put_flat_group(Format *f, const void *part) {
        const PslExpr *e = part;

        put(f, e->kind == PSL_EXPR_DICT ? "{" : "[");
        for (const PslPair *pair = e->pairs.first; pair && !gives_up(f, false); pair = pair->next) {
                put_key(f, pair);
                put_expr(f, pair->value);
                put(f, pair->next ? ", " : "");
        }
        for (const PslExpr *item = e->items.first; item && !gives_up(f, false); item = item->next) {
                put_expr(f, item);
                put(f, item->next ? ", " : "");
        }
        put(f, e->kind == PSL_EXPR_DICT ? "}" : "]");
}

/* A line that ends in an opening bracket; the next lines are indented. */
static void open_group(Format *f, const char *bracket, uint32_t offset) {
        put(f, bracket);
        f->lines.indent++;
        lines_end_item(&f->lines, offset + 1);
        f->lines.is_first = true;
        f->lines.wants_blank = false;
}

static void close_group(Format *f, const char *bracket, uint32_t end) {
        lines_put_comments_above(&f->lines, end - 1);
        f->lines.indent--;
        lines_put_indent(&f->lines, f->lines.indent);
        put(f, bracket);
        f->lines.end = end;
        f->lines.is_first = false;
}

static void put_broken_group(Format *f, const PslExpr *e) {
        bool is_dict = e->kind == PSL_EXPR_DICT;

        open_group(f, is_dict ? "{" : "[", e->span.begin);
        for (const PslPair *pair = e->pairs.first; pair; pair = pair->next) {
                lines_begin_item(&f->lines, pair->span.begin, inside_of(pair->value));
                put_key(f, pair);
                put_expr(f, pair->value);
                put(f, ",");
                lines_end_item(&f->lines, pair->span.end);
        }
        for (const PslExpr *item = e->items.first; item; item = item->next) {
                lines_begin_item(&f->lines, item->span.begin, inside_of(item));
                put_expr(f, item);
                put(f, ",");
                lines_end_item(&f->lines, item->span.end);
        }
        close_group(f, is_dict ? "}" : "]", e->span.end);
}

static uint32_t first_part(const PslExpr *e) {
        return e->pairs.first   ? e->pairs.first->span.begin
               : e->items.first ? e->items.first->span.begin
                                : e->span.end;
}

static void put_group(Format *f, const PslExpr *e) {
        bool is_empty = !e->pairs.first && !e->items.first;
        bool is_broken = (!is_empty && is_broken_between(f, e->span.begin, first_part(e))) ||
                         has_comment(f, e->span.end);

        if (gives_up(f, is_broken))
                return;
        if (f->is_flat)
                put_flat_group(f, e);
        else if (is_broken || !put_flat(f, put_flat_group, e))
                put_broken_group(f, e);
}

static void put_binary(Format *f, const PslExpr *e) {
        bool is_broken = e->op >= PSL_OP_AND && is_broken_between(f, e->left->span.end, e->right->span.begin);

        if (gives_up(f, is_broken))
                return;
        put_expr(f, e->left);
        put(f, " ");
        put(f, psl_op_text(e->op));
        if (is_broken)
                break_line(f);
        else
                put(f, " ");
        put_expr(f, e->right);
}

static void put_call(Format *f, const PslExpr *e) {
        if (e->object.text) {
                put(f, e->object.text);
                put(f, ".");
        }
        put(f, e->name.text);
        put(f, " ");
        put_expr(f, e->left);
}

static void put_element(Format *f, const PslExpr *e) {
        put_expr(f, e->left);
        put(f, ".[");
        put_expr(f, e->right);
        put(f, "]");
}

static void put_expr(Format *f, const PslExpr *e) {
        switch (e->kind) {
        case PSL_EXPR_UNIT:
                put(f, "()");
                break;
        case PSL_EXPR_BOOLEAN:
        case PSL_EXPR_INTEGER:
        case PSL_EXPR_TEXT:
        case PSL_EXPR_REGEX:
        case PSL_EXPR_NAME:
                put_source(f, e->span);
                break;
        case PSL_EXPR_FIELD:
                put_expr(f, e->left);
                put(f, ".");
                put(f, e->name.text);
                break;
        case PSL_EXPR_ELEMENT:
                put_element(f, e);
                break;
        case PSL_EXPR_CALL:
                put_call(f, e);
                break;
        case PSL_EXPR_PAREN:
                put(f, "(");
                put_expr(f, e->left);
                put(f, ")");
                break;
        case PSL_EXPR_UNARY:
                put(f, psl_op_text(e->op));
                put_expr(f, e->left);
                break;
        case PSL_EXPR_BINARY:
                put_binary(f, e);
                break;
        case PSL_EXPR_DICT:
        case PSL_EXPR_LIST:
                put_group(f, e);
                break;
        case PSL_EXPR_BAD:
                break;
        }
}

/* Bodies ----------------------------------------------------------------------------------------- */

static void put_selectors(Format *f, const PslSelector *s) {
        for (; s; s = s->next) {
                put(f, " ");
                put(f, psl_selector_text(s->kind));
                put(f, "=");
                put(f, s->value.text);
        }
}

static void put_body(Format *f, const PslBody *body);

static void put_flat_body(Format *f, const void *part) {
        const PslBody *body = part;

        put(f, "{ ");
        put_call(f, body->first->call);
        put(f, " }");
}

static void put_branch(Format *f, const PslBranch *branch) {
        const PslStatement *only = branch->body->first;
        uint32_t inside = branch->body->span.begin;

        if (!branch->is_braced)
                inside = only->kind == PSL_RULE ? inside_of(only->call->left) : only->subject->span.end;
        lines_begin_item(&f->lines, branch->span.begin, inside);
        if (branch->label)
                put_expr(f, branch->label);
        else
                put(f, "_");
        put(f, " : ");
}

static void put_statement(Format *f, const PslStatement *s);

static void put_choice(Format *f, const PslStatement *s) {
        put(f, "choice (");
        put_expr(f, s->subject);
        put(f, ") ");
        open_group(f, "{", lines_find_byte(&f->lines, s->subject->span.end, '{'));
        for (const PslBranch *branch = s->branches.first; branch; branch = branch->next) {
                put_branch(f, branch);
                if (branch->is_braced)
                        put_body(f, branch->body);
                else
                        put_statement(f, branch->body->first);
        }
        lines_end_block(&f->lines, s->span.end);
}

/* What comes behind the begin of its line; ends the line. */
static void put_statement(Format *f, const PslStatement *s) {
        switch (s->kind) {
        case PSL_USE_AUDIT:
                put(f, "audit ");
                put(f, s->profile.text);
                lines_end_item(&f->lines, s->span.end);
                break;
        case PSL_RULE:
                put_call(f, s->call);
                lines_end_item(&f->lines, s->span.end);
                break;
        case PSL_MATCH:
                put(f, "match");
                put_selectors(f, s->selectors.first);
                put(f, " ");
                put_body(f, s->body);
                break;
        case PSL_CHOICE:
                put_choice(f, s);
                break;
        }
}

static uint32_t inside_statement(const PslStatement *s) {
        switch (s->kind) {
        case PSL_RULE:
                return inside_of(s->call->left);
        case PSL_MATCH:
                return s->body->span.begin;
        case PSL_CHOICE:
                return s->subject->span.end;
        case PSL_USE_AUDIT:
                break;
        }
        return s->span.end;
}

static void put_body(Format *f, const PslBody *body) {
        const PslStatement *only = body->n == 1 ? body->first : NULL;
        bool has_comments = has_comment(f, body->span.end);

        if (body->n == 0 && !has_comments) {
                put(f, "{}");
                lines_end_item(&f->lines, body->span.end);
                return;
        }
        if (only && only->kind == PSL_RULE && !has_comments &&
                !is_broken_between(f, body->span.begin, only->span.begin) &&
                put_flat(f, put_flat_body, body)) {
                lines_end_item(&f->lines, body->span.end);
                return;
        }
        open_group(f, "{", body->span.begin);
        for (const PslStatement *s = body->first; s; s = s->next) {
                lines_begin_item(&f->lines, s->span.begin, inside_statement(s));
                put_statement(f, s);
        }
        lines_end_block(&f->lines, body->span.end);
}

/* Tests ------------------------------------------------------------------------------------------ */

static void put_target(Format *f, const PslCase *c) {
        put(f, c->from.text);
        put(f, c->form == PSL_CASE_REQUEST ? " ~> " : " <~ ");
        put(f, c->to.text);
        put(f, " : ");
        put(f, c->target.text);
}

static void put_case(Format *f, const PslCase *c) {
        lines_begin_item(&f->lines, c->span.begin, c->message ? inside_of(c->message) : c->span.end);
        if (c->expectation != PSL_EXPECT_DEFAULT) {
                put(f, psl_expectation_text(c->expectation));
                put(f, " ");
        }
        if (c->title) {
                put_source(f, c->title_span);
                put(f, " ");
        }
        if (c->form == PSL_CASE_STARTED) {
                put(f, c->variable.text);
                put(f, " <- ");
        }
        if (c->form == PSL_CASE_EVENT || c->form == PSL_CASE_STARTED) {
                put(f, psl_event_text(c->event));
                put_selectors(f, c->selectors.first);
        } else {
                put_target(f, c);
        }
        if (c->message) {
                put(f, " ");
                put_expr(f, c->message);
        }
        lines_end_item(&f->lines, c->span.end);
}

/* The word, and the title when there is one. */
static void put_titled(Format *f, const char *word, const char *title, Span span) {
        put(f, word);
        put(f, " ");
        if (title) {
                put_source(f, span);
                put(f, " ");
        }
}

static void put_test_block(Format *f, const PslBlock *block) {
        uint32_t brace =
                lines_find_byte(&f->lines, block->title ? block->title_span.end : block->keyword.end, '{');

        lines_begin_item(&f->lines, block->span.begin, brace);
        put_titled(f, psl_block_text(block->kind), block->title, block->title_span);
        if (block->n == 0 && !has_comment(f, block->span.end)) {
                put(f, "{}");
                lines_end_item(&f->lines, block->span.end);
                return;
        }
        open_group(f, "{", brace);
        for (const PslCase *c = block->first; c; c = c->next)
                put_case(f, c);
        lines_end_block(&f->lines, block->span.end);
}

static void put_tests(Format *f, const PslDecl *d) {
        const PslTests *tests = d->tests;
        uint32_t brace =
                lines_find_byte(&f->lines, tests->title ? tests->title_span.end : d->keyword.end, '{');

        lines_begin_item(&f->lines, d->span.begin, brace);
        put_titled(f, "assert", tests->title, tests->title_span);
        open_group(f, "{", brace);
        for (const PslBlock *block = tests->first; block; block = block->next)
                put_test_block(f, block);
        lines_end_block(&f->lines, d->span.end);
}

/* Declarations ----------------------------------------------------------------------------------- */

static void put_param(Format *f, const PslParam *param) {
        lines_begin_item(
                &f->lines, param->span.begin, param->value ? inside_of(param->value) : param->span.end);
        if (param->type)
                put(f, "type ");
        put(f, param->name.text);
        put(f, " = ");
        if (param->type)
                put_type(f, param->type);
        else
                put_expr(f, param->value);
        lines_end_item(&f->lines, param->span.end);
}

static void put_object(Format *f, const PslDecl *d) {
        uint32_t brace = lines_find_byte(&f->lines, d->model.span.end, '{');

        lines_begin_item(&f->lines, d->span.begin, brace);
        text_printf(f->out, "policy object %s : %s ", d->name.text, d->model.text);
        if (d->params.n == 0 && !has_comment(f, d->span.end)) {
                put(f, "{}");
                lines_end_item(&f->lines, d->span.end);
                return;
        }
        open_group(f, "{", brace);
        for (const PslParam *param = d->params.first; param; param = param->next)
                put_param(f, param);
        lines_end_block(&f->lines, d->span.end);
}

static void put_binding(Format *f, const PslDecl *d) {
        lines_begin_item(&f->lines, d->span.begin, d->body->span.begin);
        put(f, psl_event_text(d->event));
        put_selectors(f, d->selectors.first);
        put(f, " ");
        put_body(f, d->body);
}

/* A declaration without a block, apart from the dictionary of a profile. */
static void put_line(Format *f, const PslDecl *d, const char *text) {
        lines_begin_item(
                &f->lines, d->span.begin, d->kind == PSL_PROFILE ? inside_of(d->value) : d->span.end);
        put(f, text);
        if (d->kind == PSL_TASK_CLASS)
                text_printf(f->out, "%s : ", d->class.text);
        put(f, d->name.text ? d->name.text : d->path.text);
        if (d->kind == PSL_USE)
                put(f, "._");
        if (d->value) {
                put(f, d->kind == PSL_PROFILE ? " = " : " ");
                put_expr(f, d->value);
        }
        lines_end_item(&f->lines, d->span.end);
}

static void put_decl(Format *f, const PslDecl *d) {
        switch (d->kind) {
        case PSL_EXECUTE_INTERFACE:
                put_line(f, d, "execute: ");
                break;
        case PSL_AUDIT_DEFAULT:
                put_line(f, d, "audit default = ");
                break;
        case PSL_USE:
                put_line(f, d, "use ");
                break;
        case PSL_USE_EDL:
                put_line(f, d, "use EDL ");
                break;
        case PSL_TASK_CLASS:
                put_line(f, d, "task class ");
                break;
        case PSL_PROFILE:
                put_line(f, d, "audit profile ");
                break;
        case PSL_OBJECT:
                put_object(f, d);
                break;
        case PSL_BINDING:
                put_binding(f, d);
                break;
        case PSL_TESTS:
                put_tests(f, d);
                break;
        }
}

void psl_format(const PslFile *file, Text *out) {
        Format f = {.lines = lines_of(file->source, file->comments, file->n_comments, out), .out = out};

        for (const PslDecl *d = file->first; d; d = d->next)
                put_decl(&f, d);
        lines_put_comments_above(&f.lines, UINT32_MAX);
}
