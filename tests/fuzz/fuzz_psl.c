/* SPDX-License-Identifier: MIT */
/*
 * Policies from hostile files: any bytes are parsed without harm, and what parses without errors formats
 * to a text that parses to an equal tree and formats to the same bytes again. The preprocessor gets the
 * same bytes, and what it leaves is parsed too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "psl/format.h"
#include "psl/parse.h"
#include "psl/preprocess.h"

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

static PslFile *parse(Ctx *ctx, const char *text, size_t size) {
        const SrcFile *source;

        return src_add(ctx->sources, "input.psl", text, size, &source) == 0 ? psl_parse(ctx, source) : NULL;
}

static void check_format(Ctx *ctx, const PslFile *file) {
        Text first = TEXT_NULL, second = TEXT_NULL;
        PslFile *again;

        psl_format(file, &first);
        again = parse(ctx, text_str(&first), first.size);
        if (!again || again->is_bad)
                fail("what was formatted does not parse", &first);
        if (!psl_equal(file, again) || file->n_comments != again->n_comments)
                fail("formatting changed the meaning or lost a comment", &first);
        psl_format(again, &second);
        if (first.size != second.size || memcmp(text_str(&first), text_str(&second), first.size) != 0)
                fail("formatting twice gives something else", &first);
        text_deinit(&first);
        text_deinit(&second);
}

static void check_text(const char *text, size_t size) {
        const PslFile *file;
        Ctx ctx;

        ctx_init(&ctx);
        file = parse(&ctx, text, size);
        if (file && !file->is_bad)
                check_format(&ctx, file);
        diag_flush(ctx.diags, ignore, NULL);
        ctx_deinit(&ctx);
}

/* What is left has the same size, and line ends where they were. */
static void check_preprocessed(const char *text, size_t size) {
        const SrcFile *source;
        PslDefines defines;
        const char *left;
        Ctx ctx;

        ctx_init(&ctx);
        psl_defines_init(&defines, ctx.arena);
        psl_define(&defines, ctx.names, "NET=on");
        if (src_add(ctx.sources, "input.psl", text, size, &source) == 0) {
                left = psl_preprocess(&ctx, source, &defines);
                for (size_t i = 0; i < source->size; i++) {
                        if (left[i] != source->text[i] && left[i] != ' ')
                                abort();
                }
                check_text(left, source->size);
        }
        diag_flush(ctx.diags, ignore, NULL);
        ctx_deinit(&ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        check_text((const char *)data, size);
        check_preprocessed((const char *)data, size);
        return 0;
}
