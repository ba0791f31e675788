/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes of one file in memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define XATTR_VALUE_MAX 65536u /* bytes of one value */
#define XATTR_TOTAL_MAX 65536u /* bytes of all names of a file, with their zeros: what listxattr can say */

typedef struct Xattr Xattr;
typedef struct Xattrs {
        Xattr *first;
        size_t n_names; /* bytes of all names */
        size_t n_bytes; /* of memory, of all */
} Xattrs;

/* Bytes of memory for one. */
size_t xattrs_cost(const char *name, size_t size);

void xattrs_deinit(Xattrs *x);
/* All return 0 or a negative errno, as the system calls of these names do. size 0: only *ret_length. */
int xattrs_get(const Xattrs *x, const char *name, void *value, size_t size, size_t *ret_length);
int xattrs_list(const Xattrs *x, char *list, size_t size, size_t *ret_length);
int xattrs_set(Xattrs *x, const char *name, const void *value, size_t size, int flags);
int xattrs_remove(Xattrs *x, const char *name);
