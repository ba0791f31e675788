/* SPDX-License-Identifier: MIT */
/*
 * Pool: memory that lives as long as one solution description.
 *
 * Names, paths and messages are allocated while a solution is read and never freed singly.
 * Running out of memory here happens before anything has been started, so it ends the program
 * (exit status 3) instead of burdening every caller with a case that can't be handled.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef struct Pool {
        struct PoolBlock *blocks;
} Pool;

#define POOL_NULL ((Pool){.blocks = NULL})

void pool_deinit(Pool *pool);
/* Zeroed, aligned for every type; n_items * item_size must not wrap (checked). Never NULL. */
void *pool_alloc(Pool *pool, size_t n_items, size_t item_size);
char *pool_copy(Pool *pool, const char *text, size_t size); /* adds the NUL */
char *pool_printf(Pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
char *pool_vprintf(Pool *pool, const char *format, va_list args)
        __attribute__((format(printf, 2, 0), nonnull(2)));
