/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics. Every message has a permanent number, a severity and a text, all written once in
 * diag_registry.def. Passes report into one Diags, go on, and look at diag_errors() when they
 * must know; what depends on a thing that already failed stays silent. Messages are kept, put in
 * the order of the text by diag_flush(), and printed as
 *
 *      path:line:col: error: unknown type 'UInt23' [NKC-201]
 *              Ping(in UInt23 value);
 *                      ^~~~~~
 *      path:line:col: note: first defined here
 *      help: did you mean 'UInt32'?
 */
#pragma once

#include "arena.h"
#include "srcmap.h"
#include "suggest.h"
#include "text.h"

#include <stdbool.h>

#define DIAG_ERRORS_MAX   20u  /* errors kept in a run; then the passes should stop, see diag_is_full() */
#define DIAG_WARNINGS_MAX 100u /* warnings kept in a run; the rest is counted only */

/* Numbers that mean "could not read or write": exit code 3 instead of 1. */
enum { DIAG_IO_FIRST = 501, DIAG_IO_LAST = 509 };

typedef enum DiagSeverity { DIAG_WARNING, DIAG_ERROR } DiagSeverity;

/* DIAG_UNKNOWN_TYPE = 201, … */
typedef enum DiagId {
#define X(number, severity, name, text, explanation, bad, good) DIAG_##name = (number),
#include "diag_registry.def"
#undef X
} DiagId;

/* The texts as named arrays, so that the compiler checks the arguments of every report. */
#define X(number, severity, name, text, explanation, bad, good)                                              \
        static const char diag_text_##name[] __attribute__((unused)) = text;
#include "diag_registry.def"
#undef X

/* One row of the registry, for `nkc explain` and the reference page. */
typedef struct DiagInfo {
        unsigned number;
        DiagSeverity severity;
        const char *name;        /* "UNKNOWN_TYPE" */
        const char *text;        /* printf template */
        const char *explanation; /* one paragraph */
        const char *bad;         /* an input that gives it, or "" */
        const char *good;        /* the same, mended, or "" */
} DiagInfo;

extern const DiagInfo diag_infos[]; /* by rising number */
extern const size_t diag_n_infos;
const DiagInfo *diag_info(unsigned number); /* NULL: no such number */

typedef struct Diags Diags;

Diags *diag_new(Arena *a, const SrcMap *sources);

/* diag_report(d, UNKNOWN_TYPE, span, "UInt23"): name without DIAG_, place, then what its text asks for.
 * SPAN_NONE for what has no place in a file (the command line). */
#define diag_report(d, name, ...) diag_add((d), DIAG_##name, diag_text_##name, __VA_ARGS__)
void diag_add(Diags *d, DiagId id, const char *format, Span span, ...) __attribute__((format(printf, 3, 5)));

/* Both belong to the message reported last, and vanish with it when it was over the limit. */
void diag_note(Diags *d, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_help(Diags *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_suggest(Diags *d, const Suggest *s); /* "help: did you mean 'X'?" when there is a best one */

unsigned diag_errors(const Diags *d); /* errors reported so far, also those over the limit */
unsigned diag_warnings(const Diags *d);
bool diag_is_full(const Diags *d);   /* DIAG_ERRORS_MAX reached: no later error will be shown */
bool diag_io_failed(const Diags *d); /* one of 501 to 509 was reported: exit code 3 */

/* Gets one complete message. `text` ends in a newline and lives for the call. */
typedef void DiagSink(void *userdata, DiagSeverity severity, unsigned number, const char *text);

/* Hands over all messages not yet handed over, by place in the text (messages without place first),
 * then, once, "too many errors" or warnings when a limit cut some off (number 0). */
void diag_flush(Diags *d, DiagSink *sink, void *userdata);
