/* SPDX-License-Identifier: MIT */
/*
 * Questions about a tree: spellings, equality.
 */
#include "psl/ast.h"

const char *psl_op_text(PslOp op) {
        static const char *const texts[] = {
                [PSL_OP_NONE] = "",
                [PSL_OP_NOT] = "!",
                [PSL_OP_NEGATE] = "-",
                [PSL_OP_INVERT] = "~",
                [PSL_OP_MULTIPLY] = "*",
                [PSL_OP_ADD] = "+",
                [PSL_OP_SUBTRACT] = "-",
                [PSL_OP_BIT_AND] = "&",
                [PSL_OP_BIT_OR] = "|",
                [PSL_OP_EQUAL] = "==",
                [PSL_OP_NOT_EQUAL] = "!=",
                [PSL_OP_LESS] = "<",
                [PSL_OP_LESS_EQUAL] = "<=",
                [PSL_OP_GREATER] = ">",
                [PSL_OP_GREATER_EQUAL] = ">=",
                [PSL_OP_AND] = "&&",
                [PSL_OP_OR] = "||",
                [PSL_OP_IMPLIES] = "==>",
        };

        return texts[op];
}

const char *psl_event_text(PslEvent event) {
        static const char *const texts[PSL_N_EVENTS] = {
                [PSL_EXECUTE] = "execute",
                [PSL_REQUEST] = "request",
                [PSL_RESPONSE] = "response",
                [PSL_ERROR] = "error",
                [PSL_SECURITY] = "security",
        };

        return texts[event];
}

const char *psl_selector_text(PslSelectorKind kind) {
        static const char *const texts[PSL_N_SELECTORS] = {
                [PSL_SRC] = "src",
                [PSL_DST] = "dst",
                [PSL_COMPONENT] = "component",
                [PSL_ENDPOINT] = "endpoint",
                [PSL_INTERFACE] = "interface",
                [PSL_METHOD] = "method",
        };

        return texts[kind];
}

const char *psl_expectation_text(PslExpectation expectation) {
        static const char *const texts[] = {
                [PSL_EXPECT_DEFAULT] = "",
                [PSL_EXPECT_GRANT] = "grant",
                [PSL_EXPECT_DENY] = "deny",
                [PSL_EXPECT_ANY] = "any",
        };

        return texts[expectation];
}

const char *psl_block_text(PslBlockKind kind) {
        static const char *const texts[] = {
                [PSL_SETUP] = "setup",
                [PSL_SEQUENCE] = "sequence",
                [PSL_FINALLY] = "finally",
        };

        return texts[kind];
}

/* Equality: recursion is bounded by the heights. ------------------------------------------------- */

static bool equal_exprs(const PslExpr *a, const PslExpr *b);

static bool equal_pairs(const PslPair *a, const PslPair *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->key_kind != b->key_kind || a->key != b->key || a->integer != b->integer ||
                        !equal_exprs(a->value, b->value))
                        return false;
        }
        return a == b;
}

static bool equal_expr(const PslExpr *a, const PslExpr *b) {
        return a->kind == b->kind && a->op == b->op && a->value == b->value && a->text == b->text &&
               a->object.text == b->object.text && a->name.text == b->name.text &&
               equal_exprs(a->left, b->left) && equal_exprs(a->right, b->right) &&
               equal_pairs(a->pairs.first, b->pairs.first) && equal_exprs(a->items.first, b->items.first);
}

static bool equal_exprs(const PslExpr *a, const PslExpr *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (!equal_expr(a, b))
                        return false;
        }
        return a == b;
}

static bool equal_types(const PslType *a, const PslType *b);

static bool equal_fields(const PslTypeField *a, const PslTypeField *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->name.text != b->name.text || !equal_types(a->type, b->type))
                        return false;
        }
        return a == b;
}

static bool equal_types(const PslType *a, const PslType *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->kind != b->kind || a->name.text != b->name.text || a->text != b->text ||
                        a->value != b->value || !equal_fields(a->fields.first, b->fields.first) ||
                        !equal_types(a->parts.first, b->parts.first))
                        return false;
        }
        return a == b;
}

static bool equal_selectors(const PslSelector *a, const PslSelector *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->kind != b->kind || a->value.text != b->value.text)
                        return false;
        }
        return a == b;
}

/* Bodies ----------------------------------------------------------------------------------------- */

static bool equal_bodies(const PslBody *a, const PslBody *b);

static bool equal_branches(const PslBranch *a, const PslBranch *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->is_braced != b->is_braced || !equal_exprs(a->label, b->label) ||
                        !equal_bodies(a->body, b->body))
                        return false;
        }
        return a == b;
}

static bool equal_statements(const PslStatement *a, const PslStatement *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->kind != b->kind || a->profile.text != b->profile.text ||
                        !equal_exprs(a->call, b->call) || !equal_exprs(a->subject, b->subject) ||
                        !equal_selectors(a->selectors.first, b->selectors.first) ||
                        !equal_bodies(a->body, b->body) ||
                        !equal_branches(a->branches.first, b->branches.first))
                        return false;
        }
        return a == b;
}

static bool equal_bodies(const PslBody *a, const PslBody *b) {
        if (!a || !b)
                return a == b;
        return a->is_bad == b->is_bad && equal_statements(a->first, b->first);
}

/* Tests ------------------------------------------------------------------------------------------ */

static bool equal_cases(const PslCase *a, const PslCase *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->form != b->form || a->expectation != b->expectation || a->event != b->event ||
                        a->title != b->title || a->variable.text != b->variable.text ||
                        !equal_selectors(a->selectors.first, b->selectors.first) ||
                        a->from.text != b->from.text || a->to.text != b->to.text ||
                        a->target.text != b->target.text || !equal_exprs(a->message, b->message))
                        return false;
        }
        return a == b;
}

static bool equal_tests(const PslTests *a, const PslTests *b) {
        const PslBlock *left, *right;

        if (!a || !b)
                return a == b;
        left = a->first;
        right = b->first;
        for (; left && right; left = left->next, right = right->next) {
                if (left->kind != right->kind || left->title != right->title ||
                        !equal_cases(left->first, right->first))
                        return false;
        }
        return left == right && a->title == b->title;
}

/* Declarations ----------------------------------------------------------------------------------- */

static bool equal_params(const PslParam *a, const PslParam *b) {
        for (; a && b; a = a->next, b = b->next) {
                if (a->name.text != b->name.text || !equal_types(a->type, b->type) ||
                        !equal_exprs(a->value, b->value))
                        return false;
        }
        return a == b;
}

static bool equal_decl(const PslDecl *a, const PslDecl *b) {
        return a->kind == b->kind && a->is_bad == b->is_bad && a->name.text == b->name.text &&
               a->path.text == b->path.text && a->class.text == b->class.text &&
               a->model.text == b->model.text && a->event == b->event && equal_exprs(a->value, b->value) &&
               equal_tests(a->tests, b->tests) && equal_params(a->params.first, b->params.first) &&
               equal_selectors(a->selectors.first, b->selectors.first) && equal_bodies(a->body, b->body);
}

bool psl_equal(const PslFile *a, const PslFile *b) {
        const PslDecl *left = a->first, *right = b->first;

        for (; left && right; left = left->next, right = right->next) {
                if (!equal_decl(left, right))
                        return false;
        }
        return left == right;
}
