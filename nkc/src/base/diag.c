/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics: kept in a list as they come, sorted once by place when they are handed over.
 */
#include "base/diag.h"

#include <stdlib.h>

#include "base/utf8.h"

#define EXCERPT_MAX  120u /* columns of a source line that are shown */
#define EXCERPT_LEAD 40u  /* of which before the caret, when the line is longer */

/* A note or a help line below a message. */
typedef struct Extra Extra;
struct Extra {
        Extra *next;
        const char *word; /* "note" or "help" */
        Span span;
        const char *text;
};

typedef struct Diag Diag;
struct Diag {
        Diag *next;
        unsigned number;
        unsigned sequence; /* order of reporting: keeps equal places stable */
        DiagSeverity severity;
        Span span;
        const char *text;
        Extra *first;
        Extra **end;
};

struct Diags {
        Arena *arena;
        const SrcMap *sources;
        Diag *waiting; /* newest first */
        size_t n_waiting;
        Diag *last; /* that notes belong to; NULL: it was over the limit */
        unsigned n_errors;
        unsigned n_warnings;
        bool io_failed;
        bool said_too_many_errors;
        bool said_too_many_warnings;
};

/* Registry ----------------------------------------------------------------------------------------- */

#define ERROR   DIAG_ERROR
#define WARNING DIAG_WARNING
#define X(number, severity, name, text, explanation, bad, good)                                              \
        {(number), (severity), #name, text, explanation, bad, good},
const DiagInfo diag_infos[] = {
#include "diag_registry.def"
};
#undef X
#undef ERROR
#undef WARNING

const size_t diag_n_infos = sizeof diag_infos / sizeof diag_infos[0];

const DiagInfo *diag_info(unsigned number) {
        size_t low = 0, high = diag_n_infos;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (diag_infos[middle].number == number)
                        return &diag_infos[middle];
                if (diag_infos[middle].number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

/* Collecting --------------------------------------------------------------------------------------- */

Diags *diag_new(Arena *a, const SrcMap *sources) {
        Diags *d = ARENA_NEW(a, Diags);

        d->arena = a;
        d->sources = sources;
        return d;
}

static bool count(Diags *d, DiagSeverity severity) {
        if (severity == DIAG_ERROR)
                return ++d->n_errors <= DIAG_ERRORS_MAX;
        return ++d->n_warnings <= DIAG_WARNINGS_MAX;
}

void diag_add(Diags *d, DiagId id, const char *format, Span span, ...) {
        DiagSeverity severity = diag_info(id)->severity;
        unsigned number = (unsigned)id;
        va_list args;
        Diag *diag;

        d->last = NULL;
        d->io_failed |= number >= DIAG_IO_FIRST && number <= DIAG_IO_LAST;
        if (!count(d, severity))
                return;
        diag = ARENA_NEW(d->arena, Diag);
        diag->number = number;
        diag->sequence = d->n_errors + d->n_warnings;
        diag->severity = severity;
        diag->span = span;
        diag->end = &diag->first;
        va_start(args, span);
        diag->text = arena_vprintf(d->arena, format, args);
        va_end(args);
        diag->next = d->waiting;
        d->waiting = diag;
        d->n_waiting++;
        d->last = diag;
}

static void add_extra(Diags *d, const char *word, Span span, const char *text) {
        Extra *extra = ARENA_NEW(d->arena, Extra);

        *extra = (Extra){.word = word, .span = span, .text = text};
        *d->last->end = extra;
        d->last->end = &extra->next;
}

void diag_note(Diags *d, Span span, const char *format, ...) {
        va_list args;

        if (!d->last)
                return;
        va_start(args, format);
        add_extra(d, "note", span, arena_vprintf(d->arena, format, args));
        va_end(args);
}

void diag_help(Diags *d, const char *format, ...) {
        va_list args;

        if (!d->last)
                return;
        va_start(args, format);
        add_extra(d, "help", SPAN_NONE, arena_vprintf(d->arena, format, args));
        va_end(args);
}

void diag_suggest(Diags *d, const Suggest *s) {
        if (s->best)
                diag_help(d, "did you mean '%s'?", s->best);
}

unsigned diag_errors(const Diags *d) {
        return d->n_errors;
}

unsigned diag_warnings(const Diags *d) {
        return d->n_warnings;
}

bool diag_is_full(const Diags *d) {
        return d->n_errors >= DIAG_ERRORS_MAX;
}

bool diag_io_failed(const Diags *d) {
        return d->io_failed;
}

/* Printing ----------------------------------------------------------------------------------------- */

/* One character of the input on its way to a terminal: nothing that would steer it gets through. */
static void put_character(Text *out, const char *text, size_t size) {
        size_t length = utf8_length(text, size);
        unsigned char first = (unsigned char)text[0];
        bool is_control = first < 0x20 || first == 0x7F || (first == 0xC2 && (unsigned char)text[1] < 0xA0);

        if (length == 0 || (is_control && first != '\t'))
                text_putc(out, '?');
        else
                text_append(out, text, length);
}

/* Texts may hold names of files and words of the input. */
static void put_safe(Text *out, const char *text, size_t size) {
        for (size_t i = 0; i < size; i += utf8_step(text + i, size - i))
                put_character(out, text + i, size - i);
}

static size_t skip_columns(const char *text, size_t from, size_t size, unsigned columns) {
        for (; from < size && columns > 0; columns--)
                from += utf8_step(text + from, size - from);
        return from;
}

static void put_place(Text *out, const SrcPlace *place) {
        if (!place->file)
                return;
        put_safe(out, place->file->path, strlen(place->file->path));
        text_printf(out, ":%u:%u: ", place->line, place->column);
}

/* White space below the text before the caret, then the caret and its tail. */
static void put_underline(Text *out, const char *line, size_t from, size_t caret, size_t end) {
        for (size_t i = from; i < caret; i += utf8_step(line + i, caret - i))
                text_putc(out, line[i] == '\t' ? '\t' : ' ');
        text_putc(out, '^');
        if (caret < end)
                caret += utf8_step(line + caret, end - caret);
        for (size_t i = caret; i < end; i += utf8_step(line + i, end - i))
                text_putc(out, '~');
        text_putc(out, '\n');
}

/* The line of the span, shortened around its begin when it is long, and the underline. */
static void put_excerpt(Text *out, const SrcMap *sources, Span span, unsigned column) {
        uint32_t line_begin;
        size_t size;
        const char *line = src_line(sources, span.begin, &size, &line_begin);
        size_t caret = span.begin - line_begin;
        size_t tail = span.end > span.begin ? span.end - line_begin : caret;
        size_t from = 0, end = skip_columns(line, 0, size, EXCERPT_MAX);

        if (end < size && column > EXCERPT_LEAD)
                from = skip_columns(line, 0, size, column - 1 - EXCERPT_LEAD);
        end = skip_columns(line, from, size, EXCERPT_MAX);
        if (tail > end)
                tail = end;
        if (size == 0)
                return;
        put_safe(out, line + from, end - from);
        text_putc(out, '\n');
        put_underline(out, line, from, caret, tail);
}

static void put_extra(Text *out, const SrcMap *sources, const Extra *extra) {
        SrcPlace place = src_place(sources, extra->span.begin);

        put_place(out, &place);
        text_printf(out, "%s: ", extra->word);
        put_safe(out, extra->text, strlen(extra->text));
        text_putc(out, '\n');
}

static void put_diag(Text *out, const SrcMap *sources, const Diag *diag) {
        SrcPlace place = src_place(sources, diag->span.begin);

        if (!place.file)
                text_puts(out, "nkc: ");
        put_place(out, &place);
        text_puts(out, diag->severity == DIAG_ERROR ? "error: " : "warning: ");
        put_safe(out, diag->text, strlen(diag->text));
        text_printf(out, " [NKC-%u]\n", diag->number);
        if (place.file)
                put_excerpt(out, sources, diag->span, place.column);
        for (const Extra *extra = diag->first; extra; extra = extra->next)
                put_extra(out, sources, extra);
}

static int by_place(const void *a, const void *b) {
        const Diag *left = *(Diag *const *)a, *right = *(Diag *const *)b;

        if (left->span.begin != right->span.begin)
                return left->span.begin < right->span.begin ? -1 : 1;
        return left->sequence < right->sequence ? -1 : 1;
}

static void say_too_many(Diags *d, DiagSink *sink, void *userdata) {
        if (d->n_errors > DIAG_ERRORS_MAX && !d->said_too_many_errors) {
                sink(userdata, DIAG_ERROR, 0, "nkc: error: too many errors; the rest is not shown\n");
                d->said_too_many_errors = true;
        }
        if (d->n_warnings > DIAG_WARNINGS_MAX && !d->said_too_many_warnings) {
                sink(userdata, DIAG_WARNING, 0, "nkc: warning: too many warnings; the rest is not shown\n");
                d->said_too_many_warnings = true;
        }
}

void diag_flush(Diags *d, DiagSink *sink, void *userdata) {
        Diag **sorted = ARENA_ARRAY(d->arena, Diag *, d->n_waiting);
        Text text = TEXT_NULL;
        size_t n = 0;

        for (Diag *diag = d->waiting; diag; diag = diag->next)
                sorted[n++] = diag;
        qsort(sorted, n, sizeof *sorted, by_place);
        d->waiting = NULL;
        d->n_waiting = 0;
        d->last = NULL;

        for (size_t i = 0; i < n; i++) {
                text_clear(&text);
                put_diag(&text, d->sources, sorted[i]);
                sink(userdata, sorted[i]->severity, sorted[i]->number, text_str(&text));
        }
        text_deinit(&text);
        say_too_many(d, sink, userdata);
}
