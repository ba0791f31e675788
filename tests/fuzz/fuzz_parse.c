/* SPDX-License-Identifier: MIT */
/*
 * Descriptions from hostile files: any bytes are parsed without harm, and what parses without errors
 * formats to a text that parses to an equal tree and formats to the same bytes again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front/format.h"
#include "front/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *userdata, DiagSeverity severity, unsigned number, const char *text) {
        (void)userdata;
        (void)severity;
        (void)number;
        (void)text;
}

static _Noreturn void fail(const char *what, const Text *formatted) {
        fprintf(stderr, "%s:\n%s\n", what, text_str(formatted));
        abort();
}

static AstFile *parse(Ctx *ctx, const char *text, size_t size, AstFileKind kind) {
        const SrcFile *source;

        return src_add(ctx->sources, "input", text, size, &source) == 0 ? front_parse(ctx, source, kind)
                                                                        : NULL;
}

static void check_format(Ctx *ctx, const AstFile *file) {
        Text first = TEXT_NULL, second = TEXT_NULL;
        AstFile *again;

        front_format(file, &first);
        again = parse(ctx, text_str(&first), first.size, file->kind);
        if (!again || again->is_bad)
                fail("what was formatted does not parse", &first);
        if (!ast_equal(file, again) || file->n_comments != again->n_comments)
                fail("formatting changed the meaning or lost a comment", &first);
        front_format(again, &second);
        if (first.size != second.size || memcmp(text_str(&first), text_str(&second), first.size) != 0)
                fail("formatting twice gives something else", &first);
        text_deinit(&first);
        text_deinit(&second);
}

static void check_kind(const char *text, size_t size, AstFileKind kind) {
        AstFile *file;
        Ctx ctx;

        ctx_init(&ctx);
        file = parse(&ctx, text, size, kind);
        if (file && !file->is_bad)
                check_format(&ctx, file);
        diag_flush(ctx.diags, ignore, NULL);
        ctx_deinit(&ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const char *text = (const char *)data;

        check_kind(text, size, AST_IDL);
        check_kind(text, size, AST_CDL);
        check_kind(text, size, AST_EDL);
        return 0;
}
