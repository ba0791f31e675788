/* SPDX-License-Identifier: MIT */
/*
 * Text to tree: sets up one parse, runs it, and hands out what came of it.
 */
#include "front/parse.h"

#include <string.h>

#include "front/build.h"
#include "grammar.tab.h"
#include "lexer.lex.h"

AstFile *front_parse(const Ctx *ctx, const SrcFile *source, AstFileKind kind) {
        AstFile *file = ARENA_NEW(ctx->arena, AstFile);
        Parse parse = {
                .ctx = ctx,
                .source = source,
                .file = file,
                .start = kind == AST_IDL ? START_IDL : START_XDL,
                .pos = source->base,
                .errors_before = diag_errors(ctx->diags),
        };
        YY_BUFFER_STATE buffer;
        yyscan_t scanner;

        file->kind = kind;
        file->source = source;
        if (front_yylex_init_extra(&parse, &scanner) != 0)
                arena_out_of_memory();
        buffer = front_yy_scan_bytes(source->text, (int)source->size, scanner);
        front_yyparse(&parse, scanner);
        front_yy_delete_buffer(buffer, scanner);
        front_yylex_destroy(scanner);
        file_end(&parse);
        return file;
}

bool front_kind_of(const char *path, AstFileKind *kind) {
        size_t length = strlen(path);

        for (AstFileKind k = AST_IDL; k <= AST_EDL; k++) {
                if (length > 4 && path[length - 4] == '.' &&
                        strcmp(path + length - 3, ast_file_kind_text(k)) == 0) {
                        *kind = k;
                        return true;
                }
        }
        return false;
}

static void report_read_error(const Ctx *ctx, int error, const char *path, Span use) {
        if (error < 0)
                diag_report(ctx->diags, CANNOT_READ, use, path, strerror(-error));
        else if (error == SRC_E_NOT_A_FILE)
                diag_report(ctx->diags, NOT_A_FILE, use, path);
        else if (error == SRC_E_TOO_BIG)
                diag_report(ctx->diags, FILE_TOO_BIG, use, path, SRC_FILE_MAX);
        else
                diag_report(ctx->diags, SOURCES_TOO_BIG, use, path);
}

const SrcFile *front_read(const Ctx *ctx, const char *path, Span use) {
        const SrcFile *source;
        int r = src_read(ctx->sources, path, &source);

        if (r == 0)
                return source;
        report_read_error(ctx, r, path, use);
        return NULL;
}

AstFile *front_parse_file(const Ctx *ctx, const char *path, Span use) {
        const SrcFile *source;
        AstFileKind kind;

        if (!front_kind_of(path, &kind)) {
                diag_report(ctx->diags, UNKNOWN_ENDING, use, path);
                return NULL;
        }
        source = front_read(ctx, path, use);
        return source ? front_parse(ctx, source, kind) : NULL;
}
