/* SPDX-License-Identifier: MIT */
/*
 * Pieces of C that code for a policy is made of: literals and comments from texts of any content.
 */
#pragma once

#include "base/text.h"
#include "front/ast.h"

/* Longest string literal that every C compiler must take; longer texts become arrays. */
#define C_TEXT_LITERAL_MAX 4000u

/* A constant of type `const char *` and of these bytes; a zero follows them. */
void c_text_string(Text *out, const char *bytes, size_t n);
void c_text_name(Text *out, const char *text);            /* the same of a terminated text; NULL: "NULL" */
void c_text_view(Text *out, const char *bytes, size_t n); /* initialiser of a KsmText, braces included */

void c_text_int(Text *out, AstInt value);                                      /* from -2^63 to 2^64 - 1 */
void c_text_word(Text *out, uint64_t value);                                   /* UINT64_C(0x2a) */
void c_text_words(Text *out, const uint64_t *words, size_t n);                 /* {…} of them */
void c_text_index(Text *out, uint32_t index, uint32_t none, const char *name); /* name when it is `none` */

/* For the inside of a block comment: on one line, and it ends nothing. */
void c_text_comment(Text *out, const char *text);

#define C_TEXT_COLUMNS 110u

/* Appends code whose lines may be of any length, with those folded that are too long: behind a comma outside
 * of texts, a comment between its words. */
void c_text_fold(Text *out, const char *code, size_t n);
