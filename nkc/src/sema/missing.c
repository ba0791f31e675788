/* SPDX-License-Identifier: MIT */
/*
 * The message about a description that is in none of the folders: where it was looked for, and which
 * name may have been meant. Offered are the files beside the missing one; when its folder is missing,
 * files of that name in the folders beside that one.
 */
#include "passes.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The name at work. */
typedef struct Missing {
        Sema *s;
        Suggest *suggest;
        const char *ending; /* ".idl" */
} Missing;

static bool exists(const char *path, mode_t type) {
        struct stat st;

        return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

static void offer_file(const Missing *m, const char *space, const char *name) {
        size_t length = strlen(name);
        size_t ending = strlen(m->ending);

        if (length > ending && strcmp(name + length - ending, m->ending) == 0)
                suggest_offer(m->suggest,
                        arena_printf(m->s->ctx->arena, "%s%.*s", space, (int)(length - ending), name));
}

/* `rest` is what follows the misspelled folder, dots and all. */
static void offer_other_folder(
        const Missing *m, const char *folder, const char *space, const char *name, const char *rest) {
        char *path = arena_printf(m->s->ctx->arena, "%s/%s/%s%s", folder, name, rest, m->ending);

        for (size_t i = strlen(folder) + strlen(name) + 2; path[i + strlen(m->ending)]; i++)
                if (path[i] == '.')
                        path[i] = '/';
        if (name[0] != '.' && exists(path, S_IFREG))
                suggest_offer(m->suggest, arena_printf(m->s->ctx->arena, "%s%s.%s", space, name, rest));
}

/* Sorted, so that of equally close names always the same one is offered. */
static void offer_entries(const Missing *m, const char *folder, const char *space, const char *rest) {
        struct dirent **entries;
        int n = scandir(folder, &entries, NULL, alphasort);

        for (int i = 0; i < n; i++) {
                if (rest)
                        offer_other_folder(m, folder, space, entries[i]->d_name, rest);
                else
                        offer_file(m, space, entries[i]->d_name);
                free(entries[i]);
        }
        if (n >= 0)
                free(entries);
}

static void offer_below(const Missing *m, const char *folder, const char *dotted) {
        Arena *a = m->s->ctx->arena;
        const char *part = dotted;

        for (const char *dot = strchr(part, '.'); dot; dot = strchr(part, '.')) {
                const char *inner = arena_printf(a, "%s/%.*s", folder, (int)(dot - part), part);

                if (!exists(inner, S_IFDIR)) {
                        offer_entries(m, folder, arena_copy(a, dotted, (size_t)(part - dotted)), dot + 1);
                        return;
                }
                folder = inner;
                part = dot + 1;
        }
        offer_entries(m, folder, arena_copy(a, dotted, (size_t)(part - dotted)), NULL);
}

void sema_report_missing(Sema *s, const SemaFile *f, Span use) {
        Suggest g = suggest_for(f->dotted);
        Missing m = {.s = s, .suggest = &g, .ending = strrchr(f->file, '.')};
        Text folders = TEXT_NULL;

        if (diag_is_full(s->ctx->diags))
                return;
        diag_report(s->ctx->diags, NOT_FOUND, use, sema_kind_word(f->kind), f->dotted);
        for (size_t i = 0; i < s->includes->n; i++) {
                text_printf(&folders, "%s%s", i ? ", " : "", s->includes->folders[i]);
                offer_below(&m, s->includes->folders[i], f->dotted);
        }
        if (s->includes->n == 0)
                diag_help(s->ctx->diags, "no folder to search in was given; use -I DIR");
        else
                diag_help(s->ctx->diags, "no '%s' in %s", f->file, text_str(&folders));
        diag_suggest(s->ctx->diags, &g);
        text_deinit(&folders);
}
