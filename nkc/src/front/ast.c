/* SPDX-License-Identifier: MIT */
/*
 * Questions about a tree: spellings, equality, the comments that belong to a node.
 */
#include "front/ast.h"

const char *ast_op_text(AstOp op) {
        static const char *const texts[] = {
                [AST_OP_NONE] = "",
                [AST_OP_NEGATE] = "-",
                [AST_OP_PLUS] = "+",
                [AST_OP_INVERT] = "~",
                [AST_OP_POWER] = "**",
                [AST_OP_MULTIPLY] = "*",
                [AST_OP_DIVIDE] = "/",
                [AST_OP_REMAINDER] = "%",
                [AST_OP_ADD] = "+",
                [AST_OP_SUBTRACT] = "-",
                [AST_OP_SHIFT_LEFT] = "<<",
                [AST_OP_SHIFT_RIGHT] = ">>",
                [AST_OP_AND] = "&",
                [AST_OP_XOR] = "^",
                [AST_OP_OR] = "|",
        };

        return texts[op];
}

const char *ast_direction_text(AstDirection direction) {
        static const char *const texts[] = {[AST_IN] = "in", [AST_OUT] = "out", [AST_ERROR] = "error"};

        return texts[direction];
}

const char *ast_file_kind_text(AstFileKind kind) {
        static const char *const texts[] = {[AST_IDL] = "idl", [AST_CDL] = "cdl", [AST_EDL] = "edl"};

        return texts[kind];
}

const char *ast_head_text(AstHeadKind head) {
        static const char *const texts[] = {
                [AST_HEAD_NONE] = "",
                [AST_PACKAGE] = "package",
                [AST_COMPONENT] = "component",
                [AST_ENTITY] = "entity",
                [AST_TASK_CLASS] = "task class",
        };

        return texts[head];
}

/* Comments ------------------------------------------------------------------------------------- */

/* Number of comments that end at or before the offset: they are in order. */
static size_t comments_before(const AstFile *file, uint32_t offset) {
        size_t low = 0, high = file->n_comments;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (file->comments[middle].span.end <= offset)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* True when only white space lies between the two offsets; *lines gets the number of line ends. */
static bool is_blank_between(const SrcFile *source, uint32_t begin, uint32_t end, unsigned *lines) {
        const char *text = source->text + (begin - source->base);

        *lines = 0;
        for (uint32_t i = 0; i < end - begin; i++) {
                if (text[i] == '\n')
                        ++*lines;
                else if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
                        return false;
        }
        return true;
}

static bool stands_first_in_line(const SrcFile *source, uint32_t offset) {
        const char *text = source->text;
        uint32_t i = offset - source->base;

        while (i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t'))
                i--;
        return i == 0 || text[i - 1] == '\n';
}

size_t ast_doc(const AstFile *file, uint32_t offset, const AstComment **first) {
        size_t end = comments_before(file, offset), begin = end;
        uint32_t below = offset;
        unsigned lines;

        while (begin > 0) {
                Span span = file->comments[begin - 1].span;

                if (!is_blank_between(file->source, span.end, below, &lines) || lines > 1 ||
                        !stands_first_in_line(file->source, span.begin))
                        break;
                below = span.begin;
                begin--;
        }
        *first = file->comments + begin;
        return end - begin;
}

const AstComment *ast_doc_behind(const AstFile *file, uint32_t end) {
        size_t i = comments_before(file, end);
        const char *text = file->source->text;
        uint32_t local = end - file->source->base;
        unsigned lines;

        while (local < file->source->size && (text[local] == ',' || text[local] == ';' || text[local] == ' '))
                local++;
        if (i == file->n_comments || file->comments[i].span.begin < file->source->base + local ||
                !is_blank_between(
                        file->source, file->source->base + local, file->comments[i].span.begin, &lines) ||
                lines > 0)
                return NULL;
        return &file->comments[i];
}

/* Equality: recursion is bounded by AST_EXPR_DEPTH and AST_TYPE_DEPTH. --------------------------- */

static bool equal_expr(const AstExpr *a, const AstExpr *b) {
        if (!a || !b)
                return a == b;
        return a->kind == b->kind && a->op == b->op && a->value == b->value && a->name.text == b->name.text &&
               equal_expr(a->left, b->left) && equal_expr(a->right, b->right);
}

static bool equal_type(const AstType *a, const AstType *b) {
        if (!a || !b)
                return a == b;
        return a->kind == b->kind && a->name.text == b->name.text && equal_type(a->element, b->element) &&
               equal_expr(a->size, b->size);
}

static bool equal_fields(const AstField *a, const AstField *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->name.text != b->name.text || !equal_type(a->type, b->type))
                        return false;
        }
        return a == b;
}

static bool equal_decls(const AstDecl *a, const AstDecl *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->kind != b->kind || a->is_bad != b->is_bad || a->name.text != b->name.text ||
                        !equal_type(a->type, b->type) || !equal_expr(a->value, b->value) ||
                        !equal_fields(a->fields.first, b->fields.first))
                        return false;
        }
        return a == b;
}

static bool equal_params(const AstParam *a, const AstParam *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->direction != b->direction || a->name.text != b->name.text ||
                        !equal_type(a->type, b->type))
                        return false;
        }
        return a == b;
}

static bool equal_interfaces(const AstInterface *a, const AstInterface *b) {
        const AstMethod *left, *right;

        if (!a || !b)
                return a == b;
        left = a->methods.first;
        right = b->methods.first;
        for (; left && right; left = left->next, right = right->next) {
                if (left->name.text != right->name.text || left->is_bad != right->is_bad ||
                        !equal_params(left->params.first, right->params.first))
                        return false;
        }
        return left == right;
}

static bool equal_imports(const AstImport *a, const AstImport *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->path.text != b->path.text)
                        return false;
        }
        return a == b;
}

static bool equal_bindings(const AstBinding *a, const AstBinding *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->name.text != b->name.text || a->target.text != b->target.text)
                        return false;
        }
        return a == b;
}

static bool equal_sections(const AstSection *a, const AstSection *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->kind != b->kind || a->form != b->form || a->security.text != b->security.text ||
                        !equal_bindings(a->bindings.first, b->bindings.first))
                        return false;
        }
        return a == b;
}

bool ast_equal(const AstFile *a, const AstFile *b) {
        return a->kind == b->kind && a->head == b->head && a->name.text == b->name.text &&
               equal_imports(a->imports.first, b->imports.first) &&
               equal_decls(a->decls.first, b->decls.first) && equal_interfaces(a->interface, b->interface) &&
               equal_sections(a->sections.first, b->sections.first);
}
