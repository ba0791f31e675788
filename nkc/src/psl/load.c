/* SPDX-License-Identifier: MIT */
/*
 * Loads a policy: parses the top file, and follows what it includes where it is included. A file is
 * known by device and inode, and is marked before its own `use` are followed: that is all that circles
 * need.
 */
#include "psl/load.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "front/parse.h"
#include "psl/parse.h"

#define ENDING ".psl"

/* Growing arrays of pointers. */
typedef struct PointerList {
        const void **items;
        size_t n;
        size_t capacity;
} PointerList;

typedef struct Load {
        Sema *sema;
        const Ctx *ctx;
        const PslOptions *options;
        PslDefines defines;
        PslUnit *unit;
        Map known; /* files that were opened, or could not be found, by key; the value is of no interest */
        PointerList files;
        PointerList decls;
        PointerList classes;
        const char *top_folder;
        unsigned depth;
} Load;

static void append(Load *l, PointerList *list, const void *item) {
        if (list->n == list->capacity) {
                size_t capacity = list->capacity ? list->capacity * 2 : 64;
                const void **items = ARENA_ARRAY(l->ctx->arena, const void *, capacity);

                if (list->n > 0)
                        memcpy(items, list->items, list->n * sizeof *items);
                list->items = items;
                list->capacity = capacity;
        }
        list->items[list->n++] = item;
}

/* Finding files ---------------------------------------------------------------------------------- */

static const char *folder_of(const Ctx *ctx, const char *path) {
        const char *slash = strrchr(path, '/');

        if (!slash)
                return ".";
        return slash == path ? "/" : arena_copy(ctx->arena, path, (size_t)(slash - path));
}

/* "nk.base" to "nk/base". */
static const char *relative_path(const Ctx *ctx, const char *dotted) {
        char *path = arena_copy(ctx->arena, dotted, strlen(dotted));

        for (char *c = path; *c; c++) {
                if (*c == '.')
                        *c = '/';
        }
        return path;
}

/* The folders in which a file looks for others, in order. */
typedef struct Folders {
        const SemaIncludes *includes;
        const char *own[2]; /* of the file that asks, of the top file when it is another one */
        size_t n;
} Folders;

static Folders folders_for(const Load *l, const PslFile *asking) {
        Folders f = {.includes = l->sema->includes,
                .own = {folder_of(l->ctx, asking->source->path), l->top_folder}};

        f.n = f.includes->n + (strcmp(f.own[0], f.own[1]) == 0 ? 1 : 2);
        return f;
}

static const char *folder_at(const Folders *f, size_t i) {
        return i < f->includes->n ? f->includes->folders[i] : f->own[i - f->includes->n];
}

static const char *in_folder(const Ctx *ctx, const char *folder, const char *name) {
        if (strcmp(folder, ".") == 0)
                return name;
        return arena_printf(ctx->arena, "%s/%s", folder, name);
}

/* NULL: in none of the folders. */
static const char *find_file(const Load *l, const Folders *f, const char *dotted) {
        const char *name = arena_printf(l->ctx->arena, "%s" ENDING, relative_path(l->ctx, dotted));
        struct stat st;

        for (size_t i = 0; i < f->n; i++) {
                const char *path = in_folder(l->ctx, folder_at(f, i), name);

                if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
                        return path;
        }
        return NULL;
}

/* Offers the policy files beside the one that is missing. */
static void offer_folder(const Load *l, Suggest *g, const char *folder, const AstPath *path) {
        const char *below = path->qualifier ? relative_path(l->ctx, path->qualifier) : ".";
        const char *space = path->qualifier ? path->qualifier : "";
        DIR *dir = opendir(arena_printf(l->ctx->arena, "%s/%s", folder, below));

        for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
                size_t length = strlen(e->d_name), ending = strlen(ENDING);

                if (length > ending && strcmp(e->d_name + length - ending, ENDING) == 0)
                        suggest_offer(g, arena_printf(l->ctx->arena, "%s%s%.*s", space, *space ? "." : "",
                                                 (int)(length - ending), e->d_name));
        }
        if (dir)
                closedir(dir);
}

static void report_missing(const Load *l, const Folders *f, const AstPath *path) {
        Suggest g = suggest_for(path->text);
        Text searched = TEXT_NULL;

        diag_report(l->ctx->diags, PSL_NOT_FOUND, path->span, path->text);
        for (size_t i = 0; i < f->n; i++) {
                text_printf(&searched, "%s%s", i ? ", " : "", folder_at(f, i));
                offer_folder(l, &g, folder_at(f, i), path);
        }
        diag_help(l->ctx->diags, "no '%s" ENDING "' in %s", relative_path(l->ctx, path->text),
                text_str(&searched));
        diag_suggest(l->ctx->diags, &g);
        text_deinit(&searched);
}

/* True the first time it is asked for that key. */
static bool is_new(Load *l, const char *key) {
        return map_put(&l->known, key, l) == NULL;
}

static const char *file_key(const Load *l, const char *path) {
        struct stat st;

        if (stat(path, &st) != 0)
                return intern_text(l->ctx->names, path);
        return intern_printf(
                l->ctx->names, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

/* Reading one ------------------------------------------------------------------------------------ */

static const SrcFile *preprocessed(const Load *l, const SrcFile *source) {
        SrcFile *copy;

        if (!l->options || !l->options->has_preprocessor)
                return source;
        copy = ARENA_NEW(l->ctx->arena, SrcFile);
        *copy = *source;
        copy->text = psl_preprocess(l->ctx, source, &l->defines);
        if (l->options->dump)
                l->options->dump(l->options->userdata, copy);
        return copy;
}

static void load_file(Load *l, const char *path, Span use);

/* Duplicates ------------------------------------------------------------------------------------- */

static void note_execute(Load *l, const PslDecl *d) {
        const PslDecl *before = l->unit->execute;

        if (before && before->path.text != d->path.text) {
                diag_report(l->ctx->diags, PSL_EXECUTE_TWICE, d->path.span, d->path.text);
                diag_note(l->ctx->diags, before->path.span, "the first one is here");
        }
        if (!before)
                l->unit->execute = d;
}

static void note_audit_default(Load *l, const PslDecl *d) {
        const PslDecl *before = l->unit->audit_default;

        if (before && (before->name.text != d->name.text || before->value->value != d->value->value)) {
                diag_report(l->ctx->diags, PSL_AUDIT_TWICE, d->span);
                diag_note(l->ctx->diags, before->span, "the first one is here");
        }
        if (!before)
                l->unit->audit_default = d;
}

/* Classes ---------------------------------------------------------------------------------------- */

static void add_class(Load *l, const AstPath *name, const AstPath *link) {
        PslClass *class = map_get(&l->unit->class_by_name, name->text);

        if (class && class->link != link->text) {
                diag_report(l->ctx->diags, PSL_CLASS_TWICE, name->span, name->text, class->link, link->text);
                diag_note(l->ctx->diags, class->use, "the first one is here");
        }
        if (class)
                return;
        class = ARENA_NEW(l->ctx->arena, PslClass);
        *class = (PslClass){.name = name->text, .link = link->text, .use = name->span};
        class->file = sema_compile_name(l->sema, link->text, AST_EDL, link->span);
        if (!class->file || class->file->is_bad)
                l->unit->is_bad = true;
        map_put(&l->unit->class_by_name, name->text, class);
        append(l, &l->classes, class);
}

/* Inclusion -------------------------------------------------------------------------------------- */

static void include(Load *l, const PslFile *file, const PslDecl *use) {
        Folders folders = folders_for(l, file);
        const char *path = find_file(l, &folders, use->path.text);

        if (path) {
                load_file(l, path, use->path.span);
                return;
        }
        l->unit->is_bad = true;
        if (is_new(l, intern_printf(l->ctx->names, "missing %s", use->path.text)))
                report_missing(l, &folders, &use->path);
}

static void load_decl(Load *l, const PslFile *file, const PslDecl *d) {
        switch (d->kind) {
        case PSL_USE:
                include(l, file, d);
                break;
        case PSL_USE_EDL:
                add_class(l, &d->path, &d->path);
                break;
        case PSL_TASK_CLASS:
                add_class(l, &d->class, &d->path);
                break;
        case PSL_EXECUTE_INTERFACE:
                note_execute(l, d);
                break;
        case PSL_AUDIT_DEFAULT:
                note_audit_default(l, d);
                break;
        case PSL_OBJECT:
        case PSL_PROFILE:
        case PSL_BINDING:
        case PSL_TESTS:
                append(l, &l->decls, d);
                break;
        }
}

static void load_decls(Load *l, const PslFile *file) {
        l->depth++;
        for (const PslDecl *d = file->first; d; d = d->next)
                load_decl(l, file, d);
        l->depth--;
}

static void load_file(Load *l, const char *path, Span use) {
        const SrcFile *source;
        const PslFile *file;

        if (!is_new(l, file_key(l, path)))
                return;
        if (l->depth == PSL_INCLUDE_DEPTH) {
                diag_report(l->ctx->diags, PSL_CHAIN_TOO_LONG, use, PSL_INCLUDE_DEPTH);
                l->unit->is_bad = true;
                return;
        }
        source = front_read(l->ctx, path, use);
        if (!source) {
                l->unit->is_bad = true;
                return;
        }
        file = psl_parse(l->ctx, preprocessed(l, source));
        l->unit->is_bad |= file->is_bad;
        append(l, &l->files, file);
        load_decls(l, file);
}

/* The lists become arrays of what is in them. */
static void put_lists(const Load *l) {
        PslUnit *unit = l->unit;

        unit->files = ARENA_ARRAY(l->ctx->arena, const PslFile *, l->files.n);
        unit->decls = ARENA_ARRAY(l->ctx->arena, const PslDecl *, l->decls.n);
        unit->classes = ARENA_ARRAY(l->ctx->arena, const PslClass *, l->classes.n);
        for (size_t i = 0; i < l->files.n; i++)
                unit->files[unit->n_files++] = l->files.items[i];
        for (size_t i = 0; i < l->decls.n; i++)
                unit->decls[unit->n_decls++] = l->decls.items[i];
        for (size_t i = 0; i < l->classes.n; i++)
                unit->classes[unit->n_classes++] = l->classes.items[i];
}

const PslUnit *psl_load(Sema *sema, const char *path, const PslOptions *options) {
        const Ctx *ctx = sema->ctx;
        PslUnit *unit = ARENA_NEW(ctx->arena, PslUnit);
        unsigned errors_before = diag_errors(ctx->diags);
        Load l = {.sema = sema,
                .ctx = ctx,
                .options = options,
                .unit = unit,
                .top_folder = folder_of(ctx, path)};

        map_init(&l.known, ctx->arena);
        map_init(&unit->class_by_name, ctx->arena);
        psl_defines_init(&l.defines, ctx->arena);
        for (size_t i = 0; options && i < options->n_definitions; i++)
                psl_define(&l.defines, ctx->names, options->definitions[i]);
        load_file(&l, path, SPAN_NONE);
        unit->is_bad |= diag_errors(ctx->diags) != errors_before;
        put_lists(&l);
        return unit->n_files > 0 ? unit : NULL;
}

const PslClass *psl_find_class(const PslUnit *unit, const char *name) {
        return map_get(&unit->class_by_name, name);
}
