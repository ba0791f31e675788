/* SPDX-License-Identifier: MIT */
/*
 * The canonical printer. It walks the tree and prints item by item, a line each; comments come from
 * the file's list, in step with the items: those above an item go above it, those behind it on its
 * line stay behind it, those inside of it go above it too (a parameter list with comments is broken
 * into lines instead, and each parameter keeps its own). An empty line between two items stays, more
 * become one.
 */
#include "front/format.h"

#include <string.h>

typedef struct Format {
        const AstFile *file;
        Text *out;
        size_t next;      /* first comment not printed yet */
        unsigned indent;  /* levels */
        uint32_t end;     /* global offset: how far the source is printed */
        bool is_first;    /* of its block: no empty line above */
        bool wants_blank; /* an empty line comes above the next item, whatever the source has */
} Format;

/* Source --------------------------------------------------------------------------------------- */

static const char *source_at(const Format *f, uint32_t offset) {
        return f->file->source->text + (offset - f->file->source->base);
}

static const AstComment *peek_comment(const Format *f, uint32_t before) {
        if (f->next < f->file->n_comments && f->file->comments[f->next].span.begin < before)
                return &f->file->comments[f->next];
        return NULL;
}

static unsigned lines_between(const Format *f, uint32_t begin, uint32_t end) {
        unsigned lines = 0;

        for (const char *c = source_at(f, begin); begin < end; begin++, c++)
                lines += *c == '\n';
        return lines;
}

/* Offset of the next `wanted` outside of comments; there is one, or the file would not have parsed. */
static uint32_t find_byte(const Format *f, uint32_t from, char wanted) {
        size_t comment = f->next;

        while (comment < f->file->n_comments && f->file->comments[comment].span.end <= from)
                comment++;
        while (*source_at(f, from) != wanted) {
                if (comment < f->file->n_comments && f->file->comments[comment].span.begin == from)
                        from = f->file->comments[comment++].span.end;
                else
                        from++;
        }
        return from;
}

/* Lines and comments --------------------------------------------------------------------------- */

static void put_indent(Format *f, unsigned levels) {
        text_fill(f->out, ' ', (size_t)levels * FORMAT_INDENT);
}

static size_t trimmed(const char *text, size_t size) {
        while (size > 0 && strchr(" \t\r\f\v", text[size - 1]))
                size--;
        return size;
}

static size_t leading_blanks(const char *text, size_t size) {
        size_t n = 0;

        while (n < size && (text[n] == ' ' || text[n] == '\t'))
                n++;
        return n;
}

static size_t line_size(const char *text, size_t size) {
        const char *end = memchr(text, '\n', size);

        return end ? (size_t)(end - text) : size;
}

/* True when each line but the first begins with a star: such a comment moves with the indentation. */
static bool is_starred(const char *text, size_t size) {
        size_t line = line_size(text, size);

        while (line < size) {
                text += line + 1;
                size -= line + 1;
                line = line_size(text, size);
                size_t blanks = leading_blanks(text, line);

                if (trimmed(text, line) > 0 && text[blanks] != '*')
                        return false;
        }
        return true;
}

static void put_comment(Format *f, const AstComment *comment) {
        const char *text = source_at(f, comment->span.begin);
        size_t size = comment->span.end - comment->span.begin;
        bool starred = is_starred(text, size);
        size_t line = line_size(text, size);

        text_append(f->out, text, trimmed(text, line));
        while (line < size) {
                size_t skip = 0;

                text += line + 1;
                size -= line + 1;
                line = line_size(text, size);
                text_putc(f->out, '\n');
                if (trimmed(text, line) == 0)
                        continue;
                if (starred) {
                        skip = leading_blanks(text, line);
                        put_indent(f, f->indent);
                        text_putc(f->out, ' ');
                }
                text_append(f->out, text + skip, trimmed(text, line) - skip);
        }
        f->end = comment->span.end;
        f->next++;
}

/* The empty line above what begins at `begin`, if one belongs there. */
static void put_blank(Format *f, uint32_t begin) {
        bool has_blank = begin > f->end && lines_between(f, f->end, begin) > 1;

        if (!f->is_first && (has_blank || f->wants_blank))
                text_putc(f->out, '\n');
        f->is_first = false;
        f->wants_blank = false;
}

static void put_comments_above(Format *f, uint32_t before) {
        const AstComment *comment;

        while ((comment = peek_comment(f, before))) {
                put_blank(f, comment->span.begin);
                put_indent(f, f->indent);
                put_comment(f, comment);
                text_putc(f->out, '\n');
        }
}

/* Begins the line of an item at `begin`: comments above it, then those inside of it up to `inside`. */
static void begin_item(Format *f, uint32_t begin, uint32_t inside) {
        const AstComment *comment;

        put_comments_above(f, begin);
        put_blank(f, begin);
        while ((comment = peek_comment(f, inside))) {
                put_indent(f, f->indent);
                put_comment(f, comment);
                text_putc(f->out, '\n');
        }
        put_indent(f, f->indent);
}

static bool is_only_blanks(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++) {
                if (!strchr(" \t\r,;", text[i]))
                        return false;
        }
        return true;
}

/* Ends the line of an item that ended at `end`, with the comments that stand behind it on its line. */
static void end_item(Format *f, uint32_t end) {
        const AstComment *comment;

        f->end = end;
        while ((comment = peek_comment(f, UINT32_MAX)) &&
                is_only_blanks(source_at(f, f->end), comment->span.begin - f->end)) {
                text_putc(f->out, ' ');
                put_comment(f, comment);
                if (comment->is_line)
                        break;
        }
        text_putc(f->out, '\n');
}

static void begin_block(Format *f, uint32_t brace) {
        text_puts(f->out, "{");
        f->indent++;
        end_item(f, brace + 1);
        f->is_first = true;
        f->wants_blank = false;
}

static void end_block(Format *f, uint32_t end) {
        put_comments_above(f, end - 1);
        f->indent--;
        put_indent(f, f->indent);
        text_putc(f->out, '}');
        end_item(f, end);
        f->is_first = false;
        f->wants_blank = false;
}

/* Types and expressions ------------------------------------------------------------------------ */

static void put_expr(Format *f, const AstExpr *e) {
        switch (e->kind) {
        case AST_EXPR_INTEGER:
                text_append(f->out, source_at(f, e->span.begin), e->span.end - e->span.begin);
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
                begin_item(f, field->span.begin, field->span.end);
                put_typed_name(f, field->type, field->name);
                text_putc(f->out, ';');
                end_item(f, field->span.end);
        }
}

static void put_record(Format *f, const AstDecl *d) {
        uint32_t brace = find_byte(f, d->name.span.end, '{');

        f->wants_blank = true;
        begin_item(f, d->span.begin, brace);
        text_printf(f->out, "%s %s ", d->kind == AST_STRUCT ? "struct" : "union", d->name.text);
        begin_block(f, brace);
        put_fields(f, d->fields.first);
        end_block(f, d->span.end);
        f->wants_blank = true;
}

static void put_decl(Format *f, const AstDecl *d) {
        if (d->kind == AST_STRUCT || d->kind == AST_UNION) {
                put_record(f, d);
                return;
        }
        begin_item(f, d->span.begin, d->span.end);
        text_puts(f->out, d->kind == AST_CONST ? "const " : "typedef ");
        put_typed_name(f, d->type, d->name);
        if (d->value) {
                text_puts(f->out, " = ");
                put_expr(f, d->value);
        }
        text_putc(f->out, ';');
        end_item(f, d->span.end);
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
        size_t width = (size_t)f->indent * FORMAT_INDENT;

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
        end_item(f, paren + 1);
        f->is_first = true;
        for (const AstParam *param = m->params.first; param; param = param->next) {
                begin_item(f, param->span.begin, param->span.end);
                put_param(f, param);
                if (param->next)
                        text_putc(f->out, ',');
                end_item(f, param->span.end);
        }
        put_comments_above(f, m->span.end);
        f->indent--;
        put_indent(f, f->indent);
        text_puts(f->out, ");");
}

static void put_method(Format *f, const AstMethod *m) {
        uint32_t paren = find_byte(f, m->name.span.end, '(');

        begin_item(f, m->span.begin, paren);
        if (peek_comment(f, m->span.end) || !put_method_line(f, m))
                put_method_broken(f, m, paren);
        end_item(f, m->span.end);
}

static void put_interface(Format *f, const AstInterface *interface) {
        uint32_t brace;

        if (!interface)
                return;
        brace = find_byte(f, interface->keyword.end, '{');
        f->wants_blank = true;
        begin_item(f, interface->span.begin, brace);
        text_puts(f->out, "interface ");
        begin_block(f, brace);
        for (const AstMethod *m = interface->methods.first; m; m = m->next)
                put_method(f, m);
        end_block(f, interface->span.end);
}

/* Components and classes ----------------------------------------------------------------------- */

static void put_bindings(Format *f, const AstBinding *b) {
        for (; b; b = b->next) {
                begin_item(f, b->span.begin, b->span.end);
                text_printf(f->out, "%s : %s", b->name.text, b->target.text);
                end_item(f, b->span.end);
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
                begin_item(f, s->span.begin, s->span.end);
                text_printf(f->out, "security %s", s->security.text);
                end_item(f, s->span.end);
                return;
        }
        if (s->form == AST_FORM_BARE) {
                put_bindings(f, s->bindings.first);
                return;
        }
        brace = find_byte(f, s->keyword.end, '{');
        begin_item(f, s->span.begin, brace);
        text_printf(f->out, "%s ", block_word(s));
        begin_block(f, brace);
        put_bindings(f, s->bindings.first);
        end_block(f, s->span.end);
}

/* The file ------------------------------------------------------------------------------------- */

static void put_head(Format *f) {
        begin_item(f, f->file->head_span.begin, f->file->head_span.end);
        text_printf(f->out, "%s %s", ast_head_text(f->file->head), f->file->name.text);
        end_item(f, f->file->head_span.end);
}

static void put_imports(Format *f) {
        f->wants_blank = true;
        for (const AstImport *import = f->file->imports.first; import; import = import->next) {
                begin_item(f, import->span.begin, import->span.end);
                text_printf(f->out, "import %s", import->path.text);
                end_item(f, import->span.end);
        }
        f->wants_blank = true;
}

void front_format(const AstFile *file, Text *out) {
        Format f = {.file = file, .out = out, .end = file->source->base, .is_first = true};

        put_head(&f);
        put_imports(&f);
        for (const AstDecl *d = file->decls.first; d; d = d->next)
                put_decl(&f, d);
        put_interface(&f, file->interface);
        for (const AstSection *s = file->sections.first; s; s = s->next)
                put_section(&f, s);
        put_comments_above(&f, UINT32_MAX);
}
