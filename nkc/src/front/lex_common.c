/* SPDX-License-Identifier: MIT */
/*
 * Digits, and bytes that begin no token.
 */
#include "front/lex_common.h"

#include <stdio.h>

#include "base/utf8.h"

unsigned digit_value(char c) {
        if (c >= '0' && c <= '9')
                return (unsigned)(c - '0');
        if (c >= 'a' && c <= 'f')
                return (unsigned)(c - 'a') + 10;
        if (c >= 'A' && c <= 'F')
                return (unsigned)(c - 'A') + 10;
        return 255;
}

DigitsResult digits_read(const char *text, size_t size, unsigned base, AstInt max, AstInt *value) {
        DigitsResult result = DIGITS_OK;

        *value = 0;
        for (size_t i = 0; i < size; i++) {
                unsigned digit = digit_value(text[i]);

                if (digit >= base)
                        return DIGITS_BAD;
                if (*value > (max - (AstInt)digit) / (AstInt)base)
                        result = DIGITS_TOO_BIG;
                else if (result == DIGITS_OK)
                        *value = *value * (AstInt)base + (AstInt)digit;
        }
        return size > 0 ? result : DIGITS_BAD;
}

const char *lex_show_byte(const char *text, size_t size, char shown[static SHOWN_SIZE]) {
        unsigned char c = (unsigned char)text[0];
        size_t length = utf8_length(text, size);

        if (length > 1)
                snprintf(shown, SHOWN_SIZE, "'%.*s'", (int)length, text);
        else if (c > 0x20 && c < 0x7F)
                snprintf(shown, SHOWN_SIZE, "'%c'", c);
        else
                snprintf(shown, SHOWN_SIZE, "0x%02X", c);
        return shown;
}
