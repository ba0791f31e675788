/* SPDX-License-Identifier: MIT */
/*
 * Memory and text of the runtime library: the functions of the C library under their rtl_ names,
 * with the same parameters, results and undefined cases. None blocks; all are safe for threads.
 *
 * Source: rtl_memset is observed in public programs; the others are our choice.
 */
#ifndef RTL_STRING_H
#define RTL_STRING_H

#include <string.h>

#include <rtl/types.h>

/* Sets `size` bytes to `value` (its low 8 bits). Returns dst. */
static inline void *rtl_memset(void *dst, int value, rtl_size_t size) {
        return memset(dst, value, size);
}

/* Copies `size` bytes; the two places must not overlap. Returns dst. */
static inline void *rtl_memcpy(void *dst, const void *src, rtl_size_t size) {
        return memcpy(dst, src, size);
}

/* The same for places that may overlap. */
static inline void *rtl_memmove(void *dst, const void *src, rtl_size_t size) {
        return memmove(dst, src, size);
}

/* Compares `size` bytes as unsigned ones: < 0, 0 or > 0. */
static inline int rtl_memcmp(const void *a, const void *b, rtl_size_t size) {
        return memcmp(a, b, size);
}

/* Bytes of a NUL-terminated text without the NUL. */
static inline rtl_size_t rtl_strlen(const char *text) {
        return strlen(text);
}

/* Finds the first byte of that value; NULL: there is none. */
static inline const void *rtl_memchr(const void *memory, int value, rtl_size_t size) {
        return memchr(memory, value, size);
}

/* The same, but at most `size`, and no byte behind those is read. */
static inline rtl_size_t rtl_strnlen(const char *text, rtl_size_t size) {
        const char *end = (const char *)memchr(text, '\0', size);

        return end ? (rtl_size_t)(end - text) : size;
}

/* Finds the first, the last place of a character; NULL: there is none. */
static inline const char *rtl_strchr(const char *text, int c) {
        return strchr(text, c);
}

static inline const char *rtl_strrchr(const char *text, int c) {
        return strrchr(text, c);
}

/* Finds the first place of one text in another; NULL: there is none. */
static inline const char *rtl_strstr(const char *text, const char *part) {
        return strstr(text, part);
}

/* Compares two NUL-terminated texts by their bytes: < 0, 0 or > 0. */
static inline int rtl_strcmp(const char *a, const char *b) {
        return strcmp(a, b);
}

/* The same for at most `size` bytes of each. */
static inline int rtl_strncmp(const char *a, const char *b, rtl_size_t size) {
        return strncmp(a, b, size);
}

#endif
