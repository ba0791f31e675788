/* SPDX-License-Identifier: MIT */
/*
 * Growing text buffer: doubles, so that appending is linear over all.
 */
#include "base/text.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY ((size_t)256)

void text_deinit(Text *t) {
        free(t->data);
        *t = TEXT_NULL;
}

void text_grow(Text *t, size_t extra) {
        size_t wanted;
        size_t capacity = t->capacity ? t->capacity * 2 : FIRST_CAPACITY;
        char *data;

        if (__builtin_add_overflow(t->size, extra, &wanted) || wanted > SIZE_MAX / 2)
                arena_out_of_memory();
        while (capacity <= wanted)
                capacity *= 2;
        data = realloc(t->data, capacity);
        if (!data)
                arena_out_of_memory();
        arena_advise(data, capacity);
        t->data = data;
        t->capacity = capacity;
}

void text_fill(Text *t, char c, size_t n) {
        if (t->capacity - t->size <= n)
                text_grow(t, n);
        memset(t->data + t->size, c, n);
        t->size += n;
        t->data[t->size] = '\0';
}

void text_uint(Text *t, uint64_t value) {
        char digits[20];
        size_t i = sizeof digits;

        do {
                digits[--i] = (char)('0' + value % 10);
                value /= 10;
        } while (value > 0);
        text_append(t, digits + i, sizeof digits - i);
}

void text_vprintf(Text *t, const char *format, va_list args) {
        va_list again;
        int n;

        va_copy(again, args);
        n = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (n < 0)
                arena_out_of_memory();
        if (t->capacity - t->size <= (size_t)n)
                text_grow(t, (size_t)n);
        vsnprintf(t->data + t->size, (size_t)n + 1, format, args);
        t->size += (size_t)n;
}

void text_printf(Text *t, const char *format, ...) {
        va_list args;

        va_start(args, format);
        text_vprintf(t, format, args);
        va_end(args);
}
