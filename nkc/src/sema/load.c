/* SPDX-License-Identifier: MIT */
/*
 * Files: a dotted name becomes a path, is searched along the include folders (the first that
 * exists wins), is parsed, and then everything that it names is loaded the same way. A file is
 * put on the list of fresh ones behind all that it uses. A name that is met again while its
 * file is still being loaded closes a cycle.
 */
#include "front/parse.h"
#include "passes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *sema_kind_word(AstFileKind kind) {
        static const char *const words[] = {
                [AST_IDL] = "package",
                [AST_CDL] = "component",
                [AST_EDL] = "class",
        };

        return words[kind];
}

static bool is_regular(const char *path, struct stat *st) {
        return stat(path, st) == 0 && S_ISREG(st->st_mode);
}

/* "demo.IStore" to "demo/IStore.idl". */
static const char *relative_path(Sema *s, const char *dotted, AstFileKind kind) {
        char *path = arena_printf(s->ctx->arena, "%s.%s", dotted, ast_file_kind_text(kind));

        for (size_t i = 0; dotted[i]; i++)
                if (path[i] == '.')
                        path[i] = '/';
        return path;
}

/* NULL: in none of the folders. */
static const char *search(Sema *s, const char *relative, struct stat *st) {
        for (size_t i = 0; i < s->includes->n; i++) {
                const char *path = arena_printf(s->ctx->arena, "%s/%s", s->includes->folders[i], relative);

                if (is_regular(path, st))
                        return path;
        }
        return NULL;
}

/* ---- Names of files ---------------------------------------------------------------------- */

static void check_file_name(Sema *s, const SemaFile *f) {
        const AstPath *name = &f->ast->name;

        if (strchr(name->last, '_'))
                diag_report(s->ctx->diags, UNDERSCORE, name->span, sema_kind_word(f->kind), name->last);
        else if (name->last[0] < 'A' || name->last[0] > 'Z')
                diag_report(s->ctx->diags, LOWER_CASE, name->span, sema_kind_word(f->kind), name->last);
}

/* Was found under the name it declares? */
static void check_found_name(Sema *s, SemaFile *f, Span use) {
        const AstPath *name = &f->ast->name;

        if (!name->text || name->text == f->dotted)
                return;
        diag_report(s->ctx->diags, WRONG_NAME, name->span, f->file, name->text, f->dotted);
        if (!span_is_none(use))
                diag_note(s->ctx->diags, use, "asked for here");
        f->is_bad = true;
}

static bool ends_with_path(const char *path, const char *end) {
        size_t n = strlen(path);
        size_t n_end = strlen(end);

        return n >= n_end && strcmp(path + n - n_end, end) == 0 && (n == n_end || path[n - n_end - 1] == '/');
}

/* For the file of the command line: its last part must be right, its folders should be. */
static void check_given_name(Sema *s, SemaFile *f) {
        const AstPath *name = &f->ast->name;
        char *real = realpath(f->path, NULL);
        const char *path = real ? real : f->path;
        const char *last = strrchr(f->file, '/');

        if (!ends_with_path(path, last ? last + 1 : f->file)) {
                diag_report(s->ctx->diags, WRONG_FILE, name->span, name->text, last ? last + 1 : f->file);
                f->is_bad = true;
        } else if (!ends_with_path(path, f->file)) {
                diag_report(s->ctx->diags, WRONG_FOLDER, name->span, name->text, f->file);
        }
        free(real);
}

/* ---- Loading ----------------------------------------------------------------------------- */

static void put_fresh(Sema *s, SemaFile *f) {
        if (s->n_fresh == s->fresh_capacity) {
                size_t capacity = s->fresh_capacity ? s->fresh_capacity * 2 : 16;
                SemaFile **fresh = ARENA_ARRAY(s->ctx->arena, SemaFile *, capacity);

                if (s->n_fresh > 0)
                        memcpy(fresh, s->fresh, s->n_fresh * sizeof(SemaFile *));
                s->fresh = fresh;
                s->fresh_capacity = capacity;
        }
        s->fresh[s->n_fresh++] = f;
}

static SemaFile *new_file(Sema *s, AstFileKind kind, const char *dotted, SemaFile *loader) {
        SemaFile *f = ARENA_NEW(s->ctx->arena, SemaFile);

        *f = (SemaFile){
                .kind = kind,
                .dotted = dotted,
                .loader = loader,
                .depth = loader ? loader->depth + 1 : 0,
                .nesting = 1,
        };
        map_init(&f->own, s->ctx->arena);
        map_init(&f->visible, s->ctx->arena);
        map_init(&f->reported, s->ctx->arena);
        return f;
}

static const char *inode_key(Sema *s, const struct stat *st) {
        return intern_printf(
                s->ctx->names, "%llu:%llu", (unsigned long long)st->st_dev, (unsigned long long)st->st_ino);
}

static void append_chain(Text *out, const SemaFile *from, const SemaFile *to) {
        if (from != to)
                append_chain(out, from->loader, to);
        text_printf(out, "%s -> ", from->dotted);
}

/* `f` names `again`, which is still being loaded. */
static void report_cycle(Sema *s, SemaFile *f, SemaFile *again, Span use) {
        Text chain = TEXT_NULL;

        append_chain(&chain, f, again);
        text_puts(&chain, again->dotted);
        if (f->kind == AST_IDL)
                diag_report(s->ctx->diags, IMPORT_CYCLE, use, text_str(&chain));
        else
                diag_report(s->ctx->diags, COMPONENT_CYCLE, use, text_str(&chain));
        text_deinit(&chain);
}

/* NULL after a message, or silently when the message was given before. */
static SemaFile *load_used(Sema *s, SemaFile *f, const AstPath *path, AstFileKind kind) {
        SemaFile *used = sema_load_name(s, path->text, kind, path->span, f);

        if (used->state == SEMA_LOADING) {
                report_cycle(s, f, used, path->span);
                return NULL;
        }
        return used->state == SEMA_LOADED ? used : NULL;
}

static bool is_imported(const SemaFile *f, const SemaFile *import) {
        for (uint32_t i = 0; i < f->n_imports; i++)
                if (f->imports[i] == import)
                        return true;
        return false;
}

static void load_imports(Sema *s, SemaFile *f) {
        f->imports = ARENA_ARRAY(s->ctx->arena, SemaFile *, f->ast->imports.n);
        for (const AstImport *i = f->ast->imports.first; i; i = i->next) {
                SemaFile *import = load_used(s, f, &i->path, AST_IDL);

                if (!import)
                        f->is_bad = f->is_incomplete = true;
                else if (!is_imported(f, import))
                        f->imports[f->n_imports++] = import;
        }
}

static SemaEntry *load_entries(
        Sema *s, SemaFile *f, const AstSection *section, AstFileKind kind, uint32_t *n) {
        SemaEntry *entries;

        if (!section)
                return NULL;
        entries = ARENA_ARRAY(s->ctx->arena, SemaEntry, section->bindings.n);
        for (const AstBinding *b = section->bindings.first; b; b = b->next)
                entries[(*n)++] = (SemaEntry){
                        .name = b->name,
                        .target = load_used(s, f, &b->target, kind),
                        .ast = b,
                };
        return entries;
}

static void load_uses(Sema *s, SemaFile *f) {
        if (f->kind == AST_IDL) {
                load_imports(s, f);
                return;
        }
        if (f->ast->security) {
                f->security = load_used(s, f, &f->ast->security->security, AST_IDL);
                f->is_bad |= !f->security;
        }
        f->endpoints = load_entries(s, f, f->ast->endpoints, AST_IDL, &f->n_endpoints);
        f->instances = load_entries(s, f, f->ast->components, AST_CDL, &f->n_instances);
}

/* The tree is there; go on with what it names. */
static void load_rest(Sema *s, SemaFile *f, Span use) {
        f->is_bad = f->is_incomplete = f->ast->is_bad;
        if (f->depth >= SEMA_MAX_IMPORT_DEPTH) {
                diag_report(s->ctx->diags, CHAIN_TOO_LONG, use, (int)SEMA_MAX_IMPORT_DEPTH);
                f->is_bad = f->is_incomplete = true;
        } else {
                load_uses(s, f);
        }
        f->state = SEMA_LOADED;
        put_fresh(s, f);
}

SemaFile *sema_load_name(Sema *s, const char *dotted, AstFileKind kind, Span use, SemaFile *loader) {
        SemaFile *f = map_get(&s->files[kind], dotted);
        struct stat st;

        if (f)
                return f;
        f = new_file(s, kind, dotted, loader);
        f->file = relative_path(s, dotted, kind);
        map_put(&s->files[kind], dotted, f);
        f->path = search(s, f->file, &st);
        if (!f->path)
                sema_report_missing(s, f, use);
        else
                f->ast = front_parse_file(s->ctx, f->path, use);
        if (!f->ast) {
                f->state = SEMA_FAILED;
                f->is_bad = true;
                return f;
        }
        map_put(&s->by_inode, inode_key(s, &st), f);
        check_found_name(s, f, use);
        if (f->ast->name.text)
                check_file_name(s, f);
        load_rest(s, f, use);
        return f;
}

/* A second file that declares a name which is taken is compiled all the same, but nobody finds it. */
SemaFile *sema_load_path(Sema *s, const char *path) {
        struct stat st;
        const char *key = is_regular(path, &st) ? inode_key(s, &st) : NULL;
        SemaFile *f = key ? map_get(&s->by_inode, key) : NULL;
        AstFile *ast;

        if (f)
                return f;
        ast = front_parse_file(s->ctx, path, SPAN_NONE);
        if (!ast || !ast->name.text)
                return NULL;
        f = new_file(s, ast->kind, ast->name.text, NULL);
        f->path = arena_copy(s->ctx->arena, path, strlen(path));
        f->file = relative_path(s, f->dotted, f->kind);
        f->ast = ast;
        if (key)
                map_put(&s->by_inode, key, f);
        map_put(&s->files[f->kind], f->dotted, f);
        check_given_name(s, f);
        check_file_name(s, f);
        load_rest(s, f, SPAN_NONE);
        return f;
}
