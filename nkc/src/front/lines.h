/* SPDX-License-Identifier: MIT */
/*
 * Lines of a canonical printer: what is printed item by item, a line each. Comments come from the file's
 * list, in step with the items: those above an item go above it, those behind it on its line stay behind
 * it, those inside of it go above it too. An empty line between two items stays, more become one.
 */
#pragma once

#include "base/text.h"
#include "front/ast.h"

#define LINES_INDENT 4u

typedef struct Lines {
        const SrcFile *source;
        const AstComment *comments;
        size_t n_comments;
        Text *out;
        size_t next;      /* first comment not printed yet */
        unsigned indent;  /* levels */
        uint32_t end;     /* global offset: how far the source is printed */
        bool is_first;    /* of its block: no empty line above */
        bool wants_blank; /* an empty line comes above the next item, whatever the source has */
} Lines;

static inline Lines lines_of(
        const SrcFile *source, const AstComment *comments, size_t n_comments, Text *out) {
        return (Lines){
                .source = source,
                .comments = comments,
                .n_comments = n_comments,
                .out = out,
                .end = source->base,
                .is_first = true,
        };
}

const char *lines_source_at(const Lines *l, uint32_t offset);
unsigned lines_between(const Lines *l, uint32_t begin, uint32_t end); /* line ends between two offsets */

/* Offset of the next `wanted` outside of comments; there is one, or the file would not have parsed. */
uint32_t lines_find_byte(const Lines *l, uint32_t from, char wanted);

/* The next comment that is not printed and begins before the offset, or NULL. */
const AstComment *lines_peek_comment(const Lines *l, uint32_t before);

void lines_put_indent(Lines *l, unsigned levels);
void lines_put_comments_above(Lines *l, uint32_t before);

/* Begins the line of an item at `begin`: comments above it, then those inside of it up to `inside`. */
void lines_begin_item(Lines *l, uint32_t begin, uint32_t inside);

/* Ends the line of an item that ended at `end`, with the comments that stand behind it on its line. */
void lines_end_item(Lines *l, uint32_t end);

/* '{' with the rest of its line, and the line of '}', which ends at `end`. */
void lines_begin_block(Lines *l, uint32_t brace);
void lines_end_block(Lines *l, uint32_t end);
