/* SPDX-License-Identifier: MIT */
/*
 * Text constants of C headers. A header is cleaned first (continued lines joined, comments
 * blanked), then walked line by line; only `#define` and `#include` lines matter.
 */
#include "macro.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "bounds.h"
#include "files.h"
#include "spell.h"

typedef struct Search {
        Pool *pool;
        const char *const *folders;
        size_t n_folders;
        Spell similar;
} Search;

/* --- cleaning --- */

/* Copies a literal from `at` to its closing quote or the end of the line; returns what follows. */
static const char *skip_literal(const char *at) {
        char quote = *at++;

        while (*at && *at != quote && *at != '\n')
                at += at[0] == '\\' && at[1] && at[1] != '\n' ? 2 : 1;
        return *at == quote ? at + 1 : at;
}

static const char *comment_end(const char *at) {
        const char *end;

        if (at[1] == '/') {
                end = strchr(at, '\n');
                return end ? end : at + strlen(at);
        }
        end = strstr(at + 2, "*/");
        return end ? end + 2 : at + strlen(at);
}

/* A removed line end is kept behind the line, so that line numbers stay right. */
static void blank(char *from, const char *to) {
        for (; from < to; from++)
                if (*from != '\n')
                        *from = ' ';
}

/* In place: comments become spaces (a comment over several lines may split a definition; nobody
 * writes that), a backslash at the end of a line becomes "\v", the mark of a joined line. */
static void clean(char *text) {
        char *at = text;

        while (*at) {
                const char *end = at + 1;

                if (*at == '"' || *at == '\'')
                        end = skip_literal(at);
                else if (*at == '/' && (at[1] == '/' || at[1] == '*'))
                        blank(at, end = comment_end(at));
                else if (*at == '\\' && at[1] == '\n')
                        at[0] = ' ', at[1] = '\v';
                at += end - at;
        }
}

/* --- words --- */

static const char *skip_space(const char *at) {
        while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\v')
                at++;
        return at;
}

static size_t word_size(const char *at) {
        size_t n = 0;

        while (isalnum((unsigned char)at[n]) || at[n] == '_')
                n++;
        return n;
}

/* The rest of the line behind `#<directive>`, or NULL. */
static const char *directive(const char *line, const char *name) {
        size_t size = strlen(name);

        line = skip_space(line);
        if (*line != '#')
                return NULL;
        line = skip_space(line + 1);
        if (word_size(line) != size || strncmp(line, name, size) != 0)
                return NULL;
        return skip_space(line + size);
}

/* --- definitions --- */

typedef struct Definition {
        const char *body;   /* up to the end of its line; NULL: not found */
        const char *header; /* path */
        unsigned line;
} Definition;

static int find_definition(
        Search *s, const char *header, const char *name, unsigned depth, Definition *ret_definition);

static const char *line_end(const char *at) {
        const char *end = strchr(at, '\n');

        return end ? end : at + strlen(at);
}

/* Takes a line that defines `name`; offers what it defines as a suggestion. */
static void look_at_line(Search *s, const char *line, const char *name, Definition *definition) {
        const char *word = directive(line, "define");
        size_t size = word ? word_size(word) : 0;
        char *found;

        if (size == 0)
                return;
        found = pool_copy(s->pool, word, size);
        spell_offer(&s->similar, found);
        if (strcmp(found, name) == 0)
                definition->body = word + size;
}

static void find_here(Search *s, const char *text, const char *name, Definition *definition) {
        unsigned line = 1;

        while (*text && !definition->body) {
                const char *end = line_end(text);

                look_at_line(s, text, name, definition);
                if (definition->body)
                        definition->line = line;
                for (const char *c = text; c < end; c++)
                        line += *c == '\v';
                line++;
                text = *end ? end + 1 : end;
        }
}

/* The name in `#include "x"` or `#include <x>`, or NULL. */
static const char *included_name(Search *s, const char *line) {
        const char *at = directive(line, "include");
        const char *end;

        if (!at || (*at != '"' && *at != '<'))
                return NULL;
        end = strpbrk(at + 1, *at == '<' ? ">\n" : "\"\n");
        return end && *end != '\n' ? pool_copy(s->pool, at + 1, (size_t)(end - at - 1)) : NULL;
}

static int find_in_includes(
        Search *s, const char *text, const char *name, unsigned depth, Definition *definition) {
        for (const char *at = text; *at && !definition->body;) {
                const char *header = included_name(s, at);
                const char *end = line_end(at);

                /* A header that isn't along the folders is the C library's business. */
                if (header && depth < MACRO_DEPTH_MAX) {
                        int r = find_definition(s, header, name, depth + 1, definition);

                        if (r < 0)
                                return r;
                }
                at = *end ? end + 1 : end;
        }
        return 0;
}

static int find_definition(
        Search *s, const char *header, const char *name, unsigned depth, Definition *definition) {
        const char *path = files_find(s->pool, s->folders, s->n_folders, header);
        size_t size;
        char *text;
        int r;

        if (!path)
                return MACRO_E_HEADER;
        r = files_read(s->pool, path, MACRO_FILE_MAX, &text, &size);
        if (r < 0)
                return r == -EFBIG ? MACRO_E_HEADER : r;
        clean(text);
        definition->header = path;
        find_here(s, text, name, definition);
        if (definition->body)
                return 0;
        r = find_in_includes(s, text, name, depth, definition);
        if (r == 0 && !definition->body)
                definition->header = path;
        return r;
}

/* --- values --- */

static int expand(
        Search *s, const char *header, const char *name, unsigned depth, const char **value, Macro *macro);

/* Appends a literal without its quotes; escapes stand for the character behind the backslash. */
static const char *append_literal(Search *s, const char *at, const char **value) {
        const char *end = skip_literal(at);
        char *text = pool_copy(s->pool, at + 1, (size_t)(end - at - 1));
        char *to = text;

        for (const char *from = text; *from && *from != '"'; from++) {
                if (*from == '\\' && from[1])
                        from++;
                *to++ = *from;
        }
        *to = '\0';
        *value = pool_printf(s->pool, "%s%s", *value, text);
        return end;
}

static int expand_body(
        Search *s, const char *header, const char *body, unsigned depth, const char **value, Macro *macro) {
        const char *at = skip_space(body);
        bool has_text = false;

        for (; *at && *at != '\n'; at = skip_space(at)) {
                size_t size = word_size(at);

                if (*at == '"') {
                        at = append_literal(s, at, value);
                } else if (size && !isdigit((unsigned char)*at)) {
                        int r = expand(s, header, pool_copy(s->pool, at, size), depth + 1, value, macro);

                        if (r)
                                return r == MACRO_E_UNKNOWN ? MACRO_E_NOT_TEXT : r;
                        at += size;
                } else if (*at == '(' || *at == ')') {
                        at++;
                        continue;
                } else {
                        return MACRO_E_NOT_TEXT;
                }
                has_text = true;
        }
        return has_text ? 0 : MACRO_E_NOT_TEXT;
}

static int expand(
        Search *s, const char *header, const char *name, unsigned depth, const char **value, Macro *macro) {
        Definition definition = {.body = NULL};
        int r;

        if (depth > MACRO_DEPTH_MAX)
                return MACRO_E_NOT_TEXT;
        r = find_definition(s, header, name, 0, &definition);
        if (depth == 0) {
                macro->header = definition.header;
                macro->line = definition.line;
        }
        if (r)
                return r;
        if (!definition.body)
                return MACRO_E_UNKNOWN;
        return expand_body(s, header, definition.body, depth, value, macro);
}

int macro_resolve(Pool *pool, const char *const *folders, size_t n_folders, const char *header,
        const char *name, Macro *ret_macro) {
        Search s = {.pool = pool, .folders = folders, .n_folders = n_folders, .similar = spell_start(name)};
        const char *value = "";
        int r;

        *ret_macro = (Macro){.value = NULL};
        r = expand(&s, header, name, 0, &value, ret_macro);
        if (r == 0)
                ret_macro->value = value;
        if (r == MACRO_E_UNKNOWN)
                ret_macro->nearest = s.similar.best;
        return r;
}
