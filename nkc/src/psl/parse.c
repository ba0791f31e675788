/* SPDX-License-Identifier: MIT */
/*
 * PSL text to tree: sets up one parse, runs it, and hands out what came of it.
 */
#include "psl/parse.h"

#include "psl/build.h"
#include "psl_grammar.tab.h"

PslFile *psl_parse(const Ctx *ctx, const SrcFile *source) {
        PslFile *file = ARENA_NEW(ctx->arena, PslFile);
        PslParse parse = {
                .ctx = ctx,
                .source = source,
                .file = file,
                .errors_before = diag_errors(ctx->diags),
        };
        PslLex lex = {.ctx = ctx, .source = source};

        file->source = source;
        psl_lex(&lex);
        file->comments = lex.comments;
        file->n_comments = lex.n_comments;
        parse.tokens = lex.tokens;
        parse.has_lost_text = lex.has_lost_text;
        parse.errors_seen = diag_errors(ctx->diags);
        psl_yyparse(&parse);
        psl_file_end(&parse);
        return file;
}
