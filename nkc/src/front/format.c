/* SPDX-License-Identifier: MIT */
/*
 * The canonical printer. It walks the tree and prints item by item, a line each; comments stay where
 * lines.h puts them, but a parameter list with comments is broken into lines, and each parameter keeps its
 * own.
 */
#include "front/format.h"

#include "front/lines.h"

typedef Lines Format;

/* Types and expressions ------------------------------------------------------------------------ */

static void put_expr(Format *f, const AstExpr *e) {
        switch (e->kind) {
        case AST_EXPR_INTEGER:
                text_append(f->out, lines_source_at(f, e->span.begin), e->span.end - e->span.begin);
                break;
        case AST_EXPR_NAME:
                text_puts(f->out, e->name.text);
                break;
        case AST_EXPR_PAREN:
                text_putc(f->out, '(');
                put_expr(f, e->left);
                text_putc(f->out, ')');
                break;
        case AST_EXPR_UNARY:
                text_puts(f->out, ast_op_text(e->op));
                put_expr(f, e->left);
                break;
        case AST_EXPR_BINARY:
                put_expr(f, e->left);
                text_putc(f->out, ' ');
                text_puts(f->out, ast_op_text(e->op));
                text_putc(f->out, ' ');
                put_expr(f, e->right);
                break;
        case AST_EXPR_BAD:
                break;
        }
}

static void put_type(Format *f, const AstType *t) {
        static const char *const words[] = {
                [AST_TYPE_BAD] = "",
                [AST_TYPE_NAMED] = "",
                [AST_TYPE_STRING] = "string<",
                [AST_TYPE_BYTES] = "bytes<",
                [AST_TYPE_ARRAY] = "array<",
                [AST_TYPE_SEQUENCE] = "sequence<",
                [AST_TYPE_HANDLE] = "handle<",
        };

        text_puts(f->out, words[t->kind]);
        if (t->name.text)
                text_puts(f->out, t->name.text);
        if (t->element) {
                put_type(f, t->element);
                text_puts(f->out, ", ");
        }
        if (t->size)
                put_expr(f, t->size);
        if (words[t->kind][0])
                text_putc(f->out, '>');
}

static void put_typed_name(Format *f, const AstType *type, AstName name) {
        put_type(f, type);
        text_putc(f->out, ' ');
        text_puts(f->out, name.text);
}

/* Definitions ---------------------------------------------------------------------------------- */

static void put_fields(Format *f, const AstField *field) {
        for (; field; field = field->next) {
                lines_begin_item(f, field->span.begin, field->span.end);
                put_typed_name(f, field->type, field->name);
                text_putc(f->out, ';');
                lines_end_item(f, field->span.end);
        }
}

static void put_record(Format *f, const AstDecl *d) {
        uint32_t brace = lines_find_byte(f, d->name.span.end, '{');

        f->wants_blank = true;
        lines_begin_item(f, d->span.begin, brace);
        text_printf(f->out, "%s %s ", d->kind == AST_STRUCT ? "struct" : "union", d->name.text);
        lines_begin_block(f, brace);
        put_fields(f, d->fields.first);
        lines_end_block(f, d->span.end);
        f->wants_blank = true;
}

static void put_decl(Format *f, const AstDecl *d) {
        if (d->kind == AST_STRUCT || d->kind == AST_UNION) {
                put_record(f, d);
                return;
        }
        lines_begin_item(f, d->span.begin, d->span.end);
        text_puts(f->out, d->kind == AST_CONST ? "const " : "typedef ");
        put_typed_name(f, d->type, d->name);
        if (d->value) {
                text_puts(f->out, " = ");
                put_expr(f, d->value);
        }
        text_putc(f->out, ';');
        lines_end_item(f, d->span.end);
}

/* Methods -------------------------------------------------------------------------------------- */

static void put_param(Format *f, const AstParam *param) {
        text_puts(f->out, ast_direction_text(param->direction));
        text_putc(f->out, ' ');
        put_typed_name(f, param->type, param->name);
}

/* Writes the whole method in one line; false (and nothing written) when it is too long for that. */
static bool put_method_line(Format *f, const AstMethod *m) {
        size_t before = f->out->size;
        size_t width = (size_t)f->indent * LINES_INDENT;

        text_puts(f->out, m->name.text);
        text_putc(f->out, '(');
        for (const AstParam *param = m->params.first; param; param = param->next) {
                put_param(f, param);
                if (param->next)
                        text_puts(f->out, ", ");
        }
        text_puts(f->out, ");");
        if (width + f->out->size - before <= FORMAT_COLUMNS || !m->params.first)
                return true;
        f->out->size = before;
        f->out->data[before] = '\0';
        return false;
}

static void put_method_broken(Format *f, const AstMethod *m, uint32_t paren) {
        text_puts(f->out, m->name.text);
        text_putc(f->out, '(');
        f->indent++;
        lines_end_item(f, paren + 1);
        f->is_first = true;
        for (const AstParam *param = m->params.first; param; param = param->next) {
                lines_begin_item(f, param->span.begin, param->span.end);
                put_param(f, param);
                if (param->next)
                        text_putc(f->out, ',');
                lines_end_item(f, param->span.end);
        }
        lines_put_comments_above(f, m->span.end);
        f->indent--;
        lines_put_indent(f, f->indent);
        text_puts(f->out, ");");
}

static void put_method(Format *f, const AstMethod *m) {
        uint32_t paren = lines_find_byte(f, m->name.span.end, '(');

        lines_begin_item(f, m->span.begin, paren);
        if (lines_peek_comment(f, m->span.end) || !put_method_line(f, m))
                put_method_broken(f, m, paren);
        lines_end_item(f, m->span.end);
}

static void put_interface(Format *f, const AstInterface *interface) {
        uint32_t brace;

        if (!interface)
                return;
        brace = lines_find_byte(f, interface->keyword.end, '{');
        f->wants_blank = true;
        lines_begin_item(f, interface->span.begin, brace);
        text_puts(f->out, "interface ");
        lines_begin_block(f, brace);
        for (const AstMethod *m = interface->methods.first; m; m = m->next)
                put_method(f, m);
        lines_end_block(f, interface->span.end);
}

/* Components and classes ----------------------------------------------------------------------- */

static void put_bindings(Format *f, const AstBinding *b) {
        for (; b; b = b->next) {
                lines_begin_item(f, b->span.begin, b->span.end);
                text_printf(f->out, "%s : %s", b->name.text, b->target.text);
                lines_end_item(f, b->span.end);
        }
}

static const char *block_word(const AstSection *s) {
        if (s->form == AST_FORM_INTERFACES)
                return "interfaces";
        return s->kind == AST_ENDPOINTS ? "endpoints" : "components";
}

static void put_section(Format *f, const AstSection *s) {
        uint32_t brace;

        f->wants_blank = true;
        if (s->kind == AST_SECURITY) {
                lines_begin_item(f, s->span.begin, s->span.end);
                text_printf(f->out, "security %s", s->security.text);
                lines_end_item(f, s->span.end);
                return;
        }
        if (s->form == AST_FORM_BARE) {
                put_bindings(f, s->bindings.first);
                return;
        }
        brace = lines_find_byte(f, s->keyword.end, '{');
        lines_begin_item(f, s->span.begin, brace);
        text_printf(f->out, "%s ", block_word(s));
        lines_begin_block(f, brace);
        put_bindings(f, s->bindings.first);
        lines_end_block(f, s->span.end);
}

/* The file ------------------------------------------------------------------------------------- */

static void put_head(Format *f, const AstFile *file) {
        lines_begin_item(f, file->head_span.begin, file->head_span.end);
        text_printf(f->out, "%s %s", ast_head_text(file->head), file->name.text);
        lines_end_item(f, file->head_span.end);
}

static void put_imports(Format *f, const AstFile *file) {
        f->wants_blank = true;
        for (const AstImport *import = file->imports.first; import; import = import->next) {
                lines_begin_item(f, import->span.begin, import->span.end);
                text_printf(f->out, "import %s", import->path.text);
                lines_end_item(f, import->span.end);
        }
        f->wants_blank = true;
}

void front_format(const AstFile *file, Text *out) {
        Format f = lines_of(file->source, file->comments, file->n_comments, out);

        put_head(&f, file);
        put_imports(&f, file);
        for (const AstDecl *d = file->decls.first; d; d = d->next)
                put_decl(&f, d);
        put_interface(&f, file->interface);
        for (const AstSection *s = file->sections.first; s; s = s->next)
                put_section(&f, s);
        lines_put_comments_above(&f, UINT32_MAX);
}
