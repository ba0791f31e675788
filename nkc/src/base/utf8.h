/* SPDX-License-Identifier: MIT */
/*
 * UTF-8, as far as messages need it: how long the character at a place is.
 */
#pragma once

#include <stddef.h>

/* Bytes of the UTF-8 sequence at `text`, 1 to 4; 0 when there is none (size is not 0). */
static inline size_t utf8_length(const char *text, size_t size) {
        unsigned char c = (unsigned char)text[0];
        size_t length = c < 0x80 ? 1 : c >= 0xF5 ? 0 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;

        if (length > size)
                return 0;
        for (size_t i = 1; i < length; i++) {
                if (((unsigned char)text[i] & 0xC0) != 0x80)
                        return 0;
        }
        return length;
}

/* Bytes to the next character; a byte that is no UTF-8 counts as one. */
static inline size_t utf8_step(const char *text, size_t size) {
        size_t length = utf8_length(text, size);

        return length > 0 ? length : 1;
}
