/* SPDX-License-Identifier: MIT */
/*
 * Source map: every input file lies at its own place of one global offset space, so a Span alone
 * names the file and the place in it, through imports too. Line and column are worked out only
 * when a message is printed; columns count code points from 1.
 */
#pragma once

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SRC_FILE_MAX  ((size_t)16 * 1024 * 1024) /* bytes of one input file */
#define SRC_SPACE_MAX ((size_t)UINT32_MAX - 1)   /* bytes of all files of a session, plus one for each file */

/* Half-open range of the global offset space. { 0, 0 } is "no place": offset 0 belongs to no file. */
typedef struct Span {
        uint32_t begin;
        uint32_t end;
} Span;

#define SPAN_NONE ((Span){0, 0})

typedef struct SrcFile {
        const char *path; /* as given or as found; printed in messages; NUL-terminated */
        const char *text; /* without a byte-order mark; NUL behind the last byte (bytes inside may be NUL) */
        uint32_t size;
        uint32_t base; /* global offset of text[0]; base + size is the place "end of file" */
} SrcFile;

typedef struct SrcPlace {
        const SrcFile *file; /* NULL for SPAN_NONE */
        unsigned line;       /* from 1 */
        unsigned column;     /* code points, from 1 */
} SrcPlace;

typedef struct SrcMap SrcMap;

enum { SRC_E_TOO_BIG = 1, SRC_E_FULL = 2, SRC_E_NOT_A_FILE = 3 };

SrcMap *src_new(Arena *a, size_t space); /* room for all files: SRC_SPACE_MAX, or less */

/* Adds a text from memory; path and text are copied. Returns 0, SRC_E_TOO_BIG (more than SRC_FILE_MAX
 * bytes) or SRC_E_FULL (offset space used up); *out is written on success only. */
int src_add(SrcMap *m, const char *path, const char *text, size_t size, const SrcFile **out);

/* Reads a regular file (or "-": standard input, printed as "<stdin>"). Returns as src_add(),
 * SRC_E_NOT_A_FILE (a folder, a device), or a negative errno. */
int src_read(SrcMap *m, const char *path, const SrcFile **out);

const SrcFile *src_file(const SrcMap *m, uint32_t offset); /* NULL for an offset outside of all files */
SrcPlace src_place(const SrcMap *m, uint32_t offset);
unsigned src_line_number(const SrcMap *m, uint32_t offset); /* src_place().line, which costs less alone */

/* The bytes of a span; *size gets their number. A span must not leave its file. */
const char *src_text(const SrcMap *m, Span span, size_t *size);

/* The line around an offset, without its line end. */
const char *src_line(const SrcMap *m, uint32_t offset, size_t *size, uint32_t *line_begin);

static inline Span span_join(Span a, Span b) {
        return (Span){a.begin, b.end};
}

static inline bool span_is_none(Span s) {
        return s.begin == 0;
}
