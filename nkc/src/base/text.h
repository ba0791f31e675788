/* SPDX-License-Identifier: MIT */
/*
 * Growing text buffer on the heap. `data` is NUL-terminated after every call, and NULL only
 * while nothing was ever written (text_str() then gives ""). Out of memory ends the process.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Text {
        char *data;
        size_t size;     /* without the NUL */
        size_t capacity; /* bytes allocated; size < capacity once allocated */
} Text;

#define TEXT_NULL ((Text){.data = NULL})

void text_deinit(Text *t); /* leaves TEXT_NULL */
void text_grow(Text *t, size_t extra);

static inline const char *text_str(const Text *t) {
        return t->data ? t->data : "";
}

static inline void text_clear(Text *t) {
        t->size = 0;
        if (t->data)
                t->data[0] = '\0';
}

static inline void text_append(Text *t, const char *bytes, size_t size) {
        if (t->capacity - t->size <= size)
                text_grow(t, size);
        memcpy(t->data + t->size, bytes, size);
        t->size += size;
        t->data[t->size] = '\0';
}

static inline void text_puts(Text *t, const char *s) {
        text_append(t, s, strlen(s));
}

static inline void text_putc(Text *t, char c) {
        text_append(t, &c, 1);
}

void text_fill(Text *t, char c, size_t n);
void text_uint(Text *t, uint64_t value); /* decimal */
void text_printf(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(Text *t, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
