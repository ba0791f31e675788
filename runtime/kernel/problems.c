/* SPDX-License-Identifier: MIT */
/*
 * Problems: collecting, sorting and the printed form.
 *
 *      init.yaml:7:13: error: no process is called 'sever' [NKC-613]
 *          - target: sever
 *                    ^~~~~
 *      help: did you mean 'server'?
 */
#include "problems.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define EXCERPT_MAX  120u /* columns of a line that are shown */
#define EXCERPT_LEAD 40u  /* of which before the caret, when the line is longer */

void problems_init(Problems *p, Pool *pool, const char *path) {
        *p = (Problems){.pool = pool, .path = path, .source = ""};
}

Problem *problem_add(Problems *p, unsigned number, Pos at, const char *format, ...) {
        Problem *problem = &p->list[p->n_found < PROBLEMS_MAX ? p->n_found : PROBLEMS_MAX];
        va_list args;

        va_start(args, format);
        *problem = (Problem){
                .number = number, .index = p->n_found, .at = at, .text = pool_vprintf(p->pool, format, args)};
        va_end(args);
        problem->last_note = &problem->notes;
        p->n_found++;
        return problem;
}

static void add_note(Problems *p, Problem *problem, const char *word, Pos at, const char *text) {
        ProblemNote *note = pool_alloc(p->pool, 1, sizeof *note);

        *note = (ProblemNote){.word = word, .at = at, .text = text};
        *problem->last_note = note;
        problem->last_note = &note->next;
}

void problem_note(Problems *p, Problem *problem, const char *format, ...) {
        va_list args;

        va_start(args, format);
        add_note(p, problem, "note", (Pos){.line = 0}, pool_vprintf(p->pool, format, args));
        va_end(args);
}

void problem_help(Problems *p, Problem *problem, const char *format, ...) {
        va_list args;

        va_start(args, format);
        add_note(p, problem, "help", (Pos){.line = 0}, pool_vprintf(p->pool, format, args));
        va_end(args);
}

void problem_note_at(Problems *p, Problem *problem, Pos at, const char *format, ...) {
        va_list args;

        va_start(args, format);
        add_note(p, problem, "note", at, pool_vprintf(p->pool, format, args));
        va_end(args);
}

/* The text of a line, without its end; size 0 when there is no such line. */
static const char *find_line(const Problems *p, uint32_t line, size_t *ret_size) {
        const char *at = p->source, *end = p->source + p->source_size, *stop;

        for (uint32_t i = 1; i < line && at < end; i++) {
                stop = memchr(at, '\n', (size_t)(end - at));
                at = stop ? stop + 1 : end;
        }
        stop = memchr(at, '\n', (size_t)(end - at));
        *ret_size = (size_t)((stop ? stop : end) - at);
        if (*ret_size && at[*ret_size - 1] == '\r')
                (*ret_size)--;
        return at;
}

static bool is_continuation(char c) {
        return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the UTF-8 character at the beginning; 0 when there is none. */
static size_t character_size(const char *text, size_t size) {
        unsigned char first = (unsigned char)text[0];
        size_t n = first < 0x80   ? 1
                   : first < 0xc2 ? 0
                   : first < 0xe0 ? 2
                   : first < 0xf0 ? 3
                   : first < 0xf5 ? 4
                                  : 0;

        if (n > size)
                return 0;
        for (size_t i = 1; i < n; i++)
                if (!is_continuation(text[i]))
                        return 0;
        return n;
}

static bool is_control(const char *text) {
        unsigned char first = (unsigned char)text[0];

        return (first < 0x20 && first != '\t') || first == 0x7f ||
               (first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* Texts come from the file: nothing that would steer the terminal reaches it, and no byte that is no text. */
static void print_text(const char *text, size_t size, FILE *out) {
        for (size_t i = 0, n; i < size; i += n ? n : 1) {
                n = character_size(text + i, size - i);
                if (n && !is_control(text + i))
                        fwrite(text + i, 1, n, out);
                else
                        fputc('?', out);
        }
}

static size_t skip_columns(const char *line, size_t size, size_t from, uint32_t columns) {
        for (; from < size && columns; columns--)
                for (from++; from < size && is_continuation(line[from]);)
                        from++;
        return from;
}

static void print_underline(
        const char *line, size_t size, size_t from, size_t caret, uint32_t width, FILE *out) {
        size_t end = skip_columns(line, size, caret, width);

        for (size_t i = from; i < caret; i++)
                if (!is_continuation(line[i]))
                        fputc(line[i] == '\t' ? '\t' : ' ', out);
        fputc('^', out);
        for (size_t i = caret + 1; i < end; i++)
                if (!is_continuation(line[i]))
                        fputc('~', out);
        fputc('\n', out);
}

/* The line of the place, shortened around it when it is long, and the underline. */
static void print_excerpt(const Problems *p, Pos at, FILE *out) {
        size_t size, from = 0, end;
        const char *line = find_line(p, at.line, &size);

        if (skip_columns(line, size, 0, EXCERPT_MAX) < size && at.column > EXCERPT_LEAD)
                from = skip_columns(line, size, 0, at.column - 1 - EXCERPT_LEAD);
        end = skip_columns(line, size, from, EXCERPT_MAX);
        print_text(line + from, end - from, out);
        fputc('\n', out);
        print_underline(line, end, from, skip_columns(line, end, 0, at.column - 1), at.width, out);
}

static void print_note(const Problems *p, const ProblemNote *note, FILE *out) {
        if (note->at.line)
                fprintf(out, "%s:%u:%u: ", p->path, note->at.line, note->at.column);
        fprintf(out, "%s: ", note->word);
        print_text(note->text, strlen(note->text), out);
        fputc('\n', out);
}

static void print_problem(const Problems *p, const Problem *problem, FILE *out) {
        fputs(p->path, out);
        if (problem->at.line)
                fprintf(out, ":%u:%u", problem->at.line, problem->at.column);
        fputs(": error: ", out);
        print_text(problem->text, strlen(problem->text), out);
        fprintf(out, " [NKC-%u]\n", problem->number);
        if (problem->at.line)
                print_excerpt(p, problem->at, out);
        for (const ProblemNote *note = problem->notes; note; note = note->next)
                print_note(p, note, out);
}

static int compare(const void *a, const void *b) {
        const Problem *x = a, *y = b;

        if (x->at.line != y->at.line)
                return x->at.line < y->at.line ? -1 : 1;
        if (x->at.column != y->at.column)
                return x->at.column < y->at.column ? -1 : 1;
        return x->index < y->index ? -1 : x->index > y->index;
}

void problems_print(Problems *p, FILE *out) {
        size_t n_shown = p->n_found < PROBLEMS_MAX ? p->n_found : PROBLEMS_MAX;

        /* Notes hang on the problem they were added to; moving it is fine once nobody adds more. */
        qsort(p->list, n_shown, sizeof p->list[0], compare);
        for (size_t i = 0; i < n_shown; i++)
                print_problem(p, &p->list[i], out);
        if (p->n_found > n_shown)
                fprintf(out, "%s: and %zu more\n", p->path, p->n_found - n_shown);
        if (p->n_found)
                fprintf(out, "%zu error%s, nothing was started\n", p->n_found, p->n_found == 1 ? "" : "s");
}
