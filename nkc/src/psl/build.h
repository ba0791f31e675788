/* SPDX-License-Identifier: MIT */
/*
 * What the grammar, the node builders and the messages share: the state of one parse. The grammar only
 * names the parts it found; the builders make the nodes and report what is wrong with their shape.
 */
#pragma once

#include "psl/lex.h"
#include "psl/parse.h"

typedef struct PslParse {
        const Ctx *ctx;
        const SrcFile *source;
        PslFile *file;

        /* Tokens */
        const PslToken *tokens;
        uint32_t next;      /* index of the token that comes next */
        uint32_t current;   /* of the one that was handed out last */
        unsigned depth;     /* brackets around the next token */
        uint32_t resume;    /* before this token parsing does not go on: each place serves once */
        bool has_lost_text; /* of the lexer: the end of the file says nothing */
        bool is_recovering; /* an error was reported; tokens are skipped until a place to go on */

        unsigned errors_before; /* errors of the run when this file began */
        unsigned errors_seen;   /* errors of the run when the last declaration ended */
} PslParse;

/* Does a declaration begin with it? By token kind. */
bool psl_is_declaration_word(int kind);

/* What stands in front of a test case. */
typedef struct PslCaseHead {
        PslExpectation expectation;
        Span title_span;
        const char *title;
} PslCaseHead;

/* Expressions (make_expr.c) */
PslExpr *make_bad(PslParse *p, Span span);
PslExpr *make_leaf(PslParse *p, PslExprKind kind, Span span); /* UNIT */
PslExpr *make_boolean(PslParse *p, bool value, Span span);
PslExpr *make_integer(PslParse *p, uint64_t value, Span span);
PslExpr *make_text(PslParse *p, PslExprKind kind, AstName text); /* TEXT, REGEX */
PslExpr *make_variable(PslParse *p, AstName name);
PslExpr *make_field(PslParse *p, PslExpr *of, AstName name);
PslExpr *make_element(PslParse *p, PslExpr *of, PslExpr *index, Span span);
PslExpr *make_call(PslParse *p, AstName object, AstName name, PslExpr *argument);
PslExpr *make_paren(PslParse *p, PslExpr *inner, Span span);
PslExpr *make_unary(PslParse *p, PslOp op, Span op_span, PslExpr *operand);
PslExpr *make_binary(PslParse *p, PslOp op, Span op_span, PslExpr *left, PslExpr *right);
PslExpr *make_comparison(PslParse *p, PslOp op, Span op_span, PslExpr *left, PslExpr *right);
PslExpr *make_dict(PslParse *p, PslPairList pairs, Span span);
PslExpr *make_list(PslParse *p, PslExprList items, Span span);
PslPair *make_name_pair(PslParse *p, PslKeyKind kind, AstName key, PslExpr *value);
PslPair *make_integer_pair(PslParse *p, AstInt key, Span key_span, PslExpr *value);
void make_equals_pair(PslParse *p, Span equals); /* the pair was written with '=' */
PslPairList join_pair(PslPairList list, PslPair *pair);
PslExprList join_item(PslExprList list, PslExpr *item);

/* Type expressions (make_type.c) */
PslType *make_type(PslParse *p, PslTypeKind kind, Span span); /* BAD, UNIT */
PslType *make_named_type(PslParse *p, AstName name);
PslType *make_text_type(PslParse *p, AstName text);
PslType *make_integer_type(PslParse *p, AstInt value, Span span);
PslType *make_dict_type(PslParse *p, PslTypeFieldList fields, Span span);
PslType *make_parts_type(PslParse *p, PslTypeKind kind, AstName name, PslTypeList parts, Span span);
PslType *make_variant(PslParse *p, PslType *type, PslType *next);
PslTypeField *make_type_field(PslParse *p, AstName name, PslType *type, Span span);
PslTypeFieldList join_type_field(PslTypeFieldList list, PslTypeField *field);
PslTypeList join_type(PslTypeList list, PslType *type);

/* Bodies (make_body.c) */
AstPath make_path(AstName name);
AstPath make_longer_path(PslParse *p, AstPath path, AstName name);
PslSelector *make_selector(PslParse *p, PslSelectorKind kind, Span keyword, AstPath value);
PslSelectorList join_selector(PslSelectorList list, PslSelector *selector);
PslBody *make_body(PslParse *p);
PslBody *join_statement(PslBody *body, PslStatement *statement); /* NULL: something is missing */
PslBody *finish_body(PslParse *p, PslBody *body, Span span);
PslStatement *make_use_audit(PslParse *p, Span keyword, AstName profile);
PslStatement *make_rule(PslParse *p, PslExpr *call);
PslStatement *make_match(PslParse *p, Span keyword, PslSelectorList selectors, PslBody *body);
PslStatement *make_choice(
        PslParse *p, Span keyword, PslExpr *subject, PslBranchList branches, bool is_bad, Span span);
PslBranch *make_branch(PslParse *p, PslExpr *label, Span label_span, PslBody *body);
PslBranch *make_single_branch(PslParse *p, PslExpr *label, Span label_span, PslStatement *statement);
PslBranchList join_branch(PslBranchList list, PslBranch *branch);

/* Tests (make_tests.c) */
PslCase *make_case(PslParse *p, PslEvent event, Span word, PslSelectorList selectors, PslExpr *message);
PslCase *make_started(PslParse *p, AstPath variable, PslCase *c);
PslCase *make_short_case(PslParse *p, PslCaseForm form, Span arrow, AstPath from, AstPath to, AstPath target,
        PslExpr *message);
PslCase *finish_case(PslCase *c, PslCaseHead head, Span span);
PslBlock *make_block(PslParse *p);
PslBlock *join_case(PslBlock *block, PslCase *c); /* NULL: something is missing */
PslBlock *finish_block(PslBlock *block, PslBlockKind kind, Span keyword, AstName title, Span span);
PslTests *make_tests(PslParse *p);
PslTests *join_block(PslParse *p, PslTests *tests, PslBlock *block);

/* Declarations (make_file.c) */
PslDecl *make_decl(PslParse *p, PslDeclKind kind, Span keyword, Span span);
PslDecl *make_use(PslParse *p, Span keyword, AstPath path, bool has_wild, Span span);
PslDecl *make_use_edl(PslParse *p, Span keyword, AstPath path, bool has_wild, Span span);
PslDecl *make_object(PslParse *p, Span keyword, AstName name, AstName model, PslParamList params, Span span);
PslDecl *make_binding(
        PslParse *p, PslEvent event, Span keyword, PslSelectorList selectors, PslBody *body, Span span);
PslDecl *make_test_set(PslParse *p, Span keyword, AstName title, PslTests *tests, Span span);
PslParam *make_param(PslParse *p, AstName name, PslType *type, PslExpr *value, Span span);
void make_colon_param(PslParse *p, AstName name, Span colon); /* the parameter was written with ':' */
PslParamList join_param(PslParamList list, PslParam *param);
void psl_file_decl(PslParse *p, PslDecl *decl);
void psl_file_end(PslParse *p); /* after the last token */

#define PSL_APPEND(list, node)                                                                               \
        do {                                                                                                 \
                if ((list)->last)                                                                            \
                        (list)->last->next = (node);                                                         \
                else                                                                                         \
                        (list)->first = (node);                                                              \
                (list)->last = (node);                                                                       \
                (list)->n++;                                                                                 \
        } while (0)
