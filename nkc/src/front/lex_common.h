/* SPDX-License-Identifier: MIT */
/*
 * What the lexers of descriptions and of policies have in common: digits, and how a byte that no token
 * begins with is shown.
 */
#pragma once

#include "front/ast.h"

typedef enum DigitsResult { DIGITS_OK, DIGITS_BAD, DIGITS_TOO_BIG } DigitsResult;

/* Value of a digit in any base; 255 for what is no digit. */
unsigned digit_value(char c);

/* All of the text in that base. BAD: empty, or something in it is no digit; TOO_BIG: above max. */
DigitsResult digits_read(const char *text, size_t size, unsigned base, AstInt max, AstInt *value);

#define SHOWN_SIZE 16
/* "'%'", "'ü'", "0x07". Returns `shown`. */
const char *lex_show_byte(const char *text, size_t size, char shown[static SHOWN_SIZE]);
