/* SPDX-License-Identifier: MIT */
/*
 * Driver of the passes: reads like their table of contents.
 */
#include "passes.h"

#include <assert.h>
#include <string.h>

typedef struct SemaPass {
        const char *gives;                /* what the passes behind it may rely on */
        bool (*holds)(const SemaFile *f); /* is it so? Asked in debug builds */
        void (*run)(Sema *s, SemaFile *f);
} SemaPass;

static bool has_symbols(const SemaFile *f) {
        return f->kind != AST_IDL || f->n_symbols == f->ast->decls.n;
}

static bool has_values_and_types(const SemaFile *f) {
        for (uint32_t i = 0; i < f->n_symbols; i++) {
                const SemaSymbol *symbol = &f->symbols[i];

                if (!symbol->is_defined || (symbol->type->kind == SEMA_BAD && !symbol->is_poisoned))
                        return false;
        }
        return true;
}

static bool has_parameters(const SemaFile *f) {
        for (uint32_t i = 0; i < f->n_methods; i++)
                for (int d = AST_IN; d <= AST_ERROR; d++)
                        for (uint32_t p = 0; p < f->methods[i].params[d].n; p++)
                                if (!f->methods[i].params[d].fields[p].type)
                                        return false;
        return true;
}

static bool has_targets(const SemaFile *f) {
        for (uint32_t i = 0; i < f->n_endpoints; i++) {
                const SemaFile *target = f->endpoints[i].target;

                if (target && !target->is_bad && !target->ast->interface)
                        return false;
        }
        return f->n_all_endpoints >= f->n_endpoints || f->kind == AST_IDL;
}

static bool always(const SemaFile *f) {
        (void)f;
        return true;
}

/* Before the first one, load.c has parsed the file and everything it names. */
static const SemaPass passes[] = {
        {"every declaration has a symbol, imported names are visible", has_symbols, sema_collect},
        {"every constant has a value, every type is resolved, or poisoned", has_values_and_types,
                sema_define},
        {"every parameter has a type, names are unique, limits hold", has_parameters, sema_methods},
        {"every endpoint has an interface, every instance a component", has_targets, sema_components},
        {"no two things of a package share a C name", always, sema_cnames},
};

static void put_types(Sema *s) {
        static const struct {
                const char *name;
                SemaKind kind;
        } rows[] = {
                {"UInt8", SEMA_UINT8},
                {"UInt16", SEMA_UINT16},
                {"UInt32", SEMA_UINT32},
                {"UInt64", SEMA_UINT64},
                {"SInt8", SEMA_SINT8},
                {"SInt16", SEMA_SINT16},
                {"SInt32", SEMA_SINT32},
                {"SInt64", SEMA_SINT64},
                {"Handle", SEMA_HANDLE},
        };
        static const char *const newer[] = {"UIntSize", "UIntPtr"};
        static const char *const refused[] = {"Bool", "Byte", "Float", "Double"};

        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
                map_put(&s->primitives, intern_text(s->ctx->names, rows[i].name),
                        (void *)(uintptr_t)&sema_primitives[rows[i].kind]);
        for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++)
                map_put(&s->newer, intern_text(s->ctx->names, newer[i]),
                        (void *)(uintptr_t)&sema_primitives[SEMA_UINT64]);
        for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
                map_put(&s->refused, intern_text(s->ctx->names, refused[i]), s);
}

Sema *sema_new(const Ctx *ctx, const SemaIncludes *includes, bool extended_errors) {
        Sema *s = ARENA_NEW(ctx->arena, Sema);

        *s = (Sema){.ctx = ctx, .includes = includes, .extended_errors = extended_errors};
        Map *maps[] = {&s->files[AST_IDL], &s->files[AST_CDL], &s->files[AST_EDL], &s->by_inode,
                &s->primitives, &s->newer, &s->refused, &s->c_words, &s->cpp_words};
        for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
                map_init(maps[i], ctx->arena);
        put_types(s);
        sema_put_words(s);
        return s;
}

static bool uses_bad_file(const SemaFile *f) {
        for (uint32_t i = 0; i < f->n_imports; i++)
                if (f->imports[i]->is_bad)
                        return true;
        for (uint32_t i = 0; i < f->n_endpoints; i++)
                if (!f->endpoints[i].target || f->endpoints[i].target->is_bad)
                        return true;
        for (uint32_t i = 0; i < f->n_instances; i++)
                if (!f->instances[i].target || f->instances[i].target->is_bad)
                        return true;
        return f->security && f->security->is_bad;
}

static void check_fresh(Sema *s) {
        for (size_t i = 0; i < s->n_fresh; i++) {
                SemaFile *f = s->fresh[i];

                for (size_t p = 0; p < sizeof passes / sizeof passes[0]; p++) {
                        unsigned before = diag_errors(s->ctx->diags);

                        passes[p].run(s, f);
                        assert(passes[p].holds(f));
                        if (diag_errors(s->ctx->diags) != before)
                                f->is_bad = true;
                }
                if (uses_bad_file(f))
                        f->is_bad = true;
        }
        s->n_fresh = 0;
}

SemaFile *sema_compile_path(Sema *s, const char *path) {
        SemaFile *f = sema_load_path(s, path);

        check_fresh(s);
        return f;
}

SemaFile *sema_compile_name(Sema *s, const char *dotted, AstFileKind kind, Span use) {
        SemaFile *f = sema_load_name(s, intern_text(s->ctx->names, dotted), kind, use, NULL);

        check_fresh(s);
        return f->state == SEMA_FAILED ? NULL : f;
}

const char *sema_symbol_word(const SemaSymbol *symbol) {
        static const char *const words[] = {
                [SEMA_SYM_CONST] = "constant",
                [SEMA_SYM_ALIAS] = "type",
                [SEMA_SYM_STRUCT] = "struct",
                [SEMA_SYM_UNION] = "union",
        };

        return words[symbol->kind];
}
