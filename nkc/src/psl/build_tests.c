/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes of policy tests.
 */
#include "psl/build.h"

/* Cases ---------------------------------------------------------------------------------------- */

PslCase *make_case(PslParse *p, PslEvent event, Span word, PslSelectorList selectors, PslExpr *message) {
        PslCase *c = ARENA_NEW(p->ctx->arena, PslCase);

        *c = (PslCase){
                .form = PSL_CASE_EVENT,
                .event = event,
                .event_span = word,
                .selectors = selectors,
                .message = message,
        };
        return c;
}

PslCase *make_started(PslParse *p, AstPath variable, PslCase *c) {
        if (variable.qualifier)
                diag_report(p->ctx->diags, PSL_DOTTED_VARIABLE, variable.span, variable.text);
        if (c->event != PSL_EXECUTE) {
                diag_report(p->ctx->diags, PSL_NOT_A_START, c->event_span, psl_event_text(c->event));
                diag_help(p->ctx->diags, "write '%s <- execute dst=CLASS'", variable.last);
        }
        c->form = PSL_CASE_STARTED;
        c->variable = (AstName){.text = variable.last, .span = variable.span};
        return c;
}

PslCase *make_short_case(PslParse *p, PslCaseForm form, Span arrow, AstPath from, AstPath to, AstPath target,
        PslExpr *message) {
        PslEvent event = form == PSL_CASE_REQUEST ? PSL_REQUEST : PSL_RESPONSE;
        PslCase *c = make_case(p, event, arrow, (PslSelectorList){.first = NULL}, message);

        if (!target.qualifier) {
                diag_report(p->ctx->diags, PSL_NO_ENDPOINT, target.span, target.text);
                diag_help(p->ctx->diags, "write the endpoint, a dot and the method");
        }
        c->form = form;
        c->from = from;
        c->to = to;
        c->target = target;
        return c;
}

PslCase *finish_case(PslCase *c, PslCaseHead head, Span span) {
        c->expectation = head.expectation;
        c->title = head.title;
        c->title_span = head.title_span;
        c->span = span;
        return c;
}

/* Blocks --------------------------------------------------------------------------------------- */

PslBlock *make_block(PslParse *p) {
        return ARENA_NEW(p->ctx->arena, PslBlock);
}

PslBlock *join_case(PslBlock *block, PslCase *c) {
        if (c)
                PSL_APPEND(block, c);
        else
                block->is_bad = true;
        return block;
}

PslBlock *finish_block(PslBlock *block, PslBlockKind kind, Span keyword, AstName title, Span span) {
        block->kind = kind;
        block->keyword = keyword;
        block->title = title.text;
        block->title_span = title.span;
        block->span = span;
        return block;
}

PslTests *make_tests(PslParse *p) {
        return ARENA_NEW(p->ctx->arena, PslTests);
}

static void note_block(PslParse *p, const PslBlock **slot, const PslBlock *block) {
        if (*slot) {
                diag_report(p->ctx->diags, PSL_BLOCK_TWICE, block->keyword, psl_block_text(block->kind));
                diag_note(p->ctx->diags, (*slot)->keyword, "the first one is here");
                return;
        }
        *slot = block;
}

PslTests *join_block(PslParse *p, PslTests *tests, PslBlock *block) {
        if (tests->last)
                tests->last->next = block;
        else
                tests->first = block;
        tests->last = block;
        if (block->kind == PSL_SETUP)
                note_block(p, &tests->setup, block);
        else if (block->kind == PSL_FINALLY)
                note_block(p, &tests->finally, block);
        else
                tests->n_sequences++;
        return tests;
}
