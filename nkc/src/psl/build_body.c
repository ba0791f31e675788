/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes of bindings: dotted names, selectors, statements, branches.
 */
#include <string.h>

#include "psl/build.h"

/* Dotted names --------------------------------------------------------------------------------- */

AstPath make_path(AstName name) {
        return (AstPath){.text = name.text, .last = name.text, .span = name.span};
}

AstPath make_longer_path(PslParse *p, AstPath path, AstName name) {
        size_t head = intern_length(path.text), tail = intern_length(name.text);
        char text[AST_PATH_MAX + 1];

        path.span = span_join(path.span, name.span);
        if (head + 1 + tail > AST_PATH_MAX) {
                diag_report(p->ctx->diags, NAME_TOO_LONG, path.span, (unsigned)(head + 1 + tail),
                        (unsigned)AST_PATH_MAX);
                return path;
        }
        memcpy(text, path.text, head);
        text[head] = '.';
        memcpy(text + head + 1, name.text, tail);
        path.qualifier = path.text;
        path.last = name.text;
        path.text = intern_bytes(p->ctx->names, text, head + 1 + tail);
        return path;
}

/* Selectors ------------------------------------------------------------------------------------ */

PslSelector *make_selector(PslParse *p, PslSelectorKind kind, Span keyword, AstPath value) {
        PslSelector *s = ARENA_NEW(p->ctx->arena, PslSelector);

        *s = (PslSelector){
                .kind = kind, .span = span_join(keyword, value.span), .keyword = keyword, .value = value};
        return s;
}

PslSelectorList join_selector(PslSelectorList list, PslSelector *selector) {
        PSL_APPEND(&list, selector);
        return list;
}

/* Bodies --------------------------------------------------------------------------------------- */

PslBody *make_body(PslParse *p) {
        PslBody *body = ARENA_NEW(p->ctx->arena, PslBody);

        body->height = 1;
        return body;
}

static uint32_t statement_height(const PslStatement *s) {
        uint32_t height = s->body ? s->body->height : 0;

        for (const PslBranch *branch = s->branches.first; branch; branch = branch->next)
                height = branch->body->height > height ? branch->body->height : height;
        return height;
}

PslBody *join_statement(PslBody *body, PslStatement *statement) {
        uint32_t below;

        if (!statement) {
                body->is_bad = true;
                return body;
        }
        below = statement_height(statement);
        if (below + 1 > body->height)
                body->height = below + 1;
        PSL_APPEND(body, statement);
        return body;
}

/* What is too high loses its statements. */
PslBody *finish_body(PslParse *p, PslBody *body, Span span) {
        body->span = span;
        if (body->height <= PSL_BODY_DEPTH)
                return body;
        diag_report(p->ctx->diags, PSL_BODY_TOO_DEEP, span, (unsigned)PSL_BODY_DEPTH);
        *body = (PslBody){.height = 1, .is_bad = true, .span = span};
        return body;
}

static PslStatement *new_statement(PslParse *p, PslStatementKind kind, Span keyword, Span span) {
        PslStatement *s = ARENA_NEW(p->ctx->arena, PslStatement);

        *s = (PslStatement){.kind = kind, .span = span, .keyword = keyword};
        return s;
}

PslStatement *make_use_audit(PslParse *p, Span keyword, AstName profile) {
        PslStatement *s = new_statement(p, PSL_USE_AUDIT, keyword, span_join(keyword, profile.span));

        s->profile = profile;
        return s;
}

PslStatement *make_rule(PslParse *p, PslExpr *call) {
        PslStatement *s = new_statement(p, PSL_RULE, SPAN_NONE, call->span);

        s->call = call;
        return s;
}

PslStatement *make_match(PslParse *p, Span keyword, PslSelectorList selectors, PslBody *body) {
        PslStatement *s = new_statement(p, PSL_MATCH, keyword, span_join(keyword, body->span));

        s->selectors = selectors;
        s->body = body;
        return s;
}

PslStatement *make_choice(
        PslParse *p, Span keyword, PslExpr *subject, PslBranchList branches, bool is_bad, Span span) {
        PslStatement *s = new_statement(p, PSL_CHOICE, keyword, span);

        s->is_bad = is_bad || subject->kind == PSL_EXPR_BAD;
        s->subject = subject;
        s->branches = branches;
        return s;
}

/* Branches ------------------------------------------------------------------------------------- */

/* `_` is no node: its label has a place only. */
PslBranch *make_branch(PslParse *p, PslExpr *label, Span label_span, PslBody *body) {
        PslBranch *branch = ARENA_NEW(p->ctx->arena, PslBranch);

        *branch = (PslBranch){
                .span = span_join(label_span, body->span),
                .label_span = label_span,
                .label = label,
                .body = body,
                .is_braced = true,
        };
        return branch;
}

PslBranch *make_single_branch(PslParse *p, PslExpr *label, Span label_span, PslStatement *statement) {
        PslBody *body = finish_body(p, join_statement(make_body(p), statement), statement->span);
        PslBranch *branch = make_branch(p, label, label_span, body);

        branch->is_braced = false;
        return branch;
}

PslBranchList join_branch(PslBranchList list, PslBranch *branch) {
        PSL_APPEND(&list, branch);
        return list;
}
