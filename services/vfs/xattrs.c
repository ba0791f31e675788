/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes of one file in memory: a list, because files have a handful of them.
 */
#include "xattrs.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#define NAME_BYTES_MAX 255u

struct Xattr {
        Xattr *next;
        size_t size;
        char *value; /* behind the name */
        char name[];
};

size_t xattrs_cost(const char *name, size_t size) {
        return sizeof(Xattr) + strlen(name) + 1 + size;
}

void xattrs_deinit(Xattrs *x) {
        while (x->first) {
                Xattr *gone = x->first;

                x->first = gone->next;
                free(gone);
        }
        x->n_names = x->n_bytes = 0;
}

/* The pointer that leads to it, or to NULL at the end. */
static Xattr **find(const Xattrs *x, const char *name) {
        Xattr **at = (Xattr **)(uintptr_t)&x->first;

        while (*at && strcmp((*at)->name, name) != 0)
                at = &(*at)->next;
        return at;
}

int xattrs_get(const Xattrs *x, const char *name, void *value, size_t size, size_t *ret_length) {
        const Xattr *a = *find(x, name);

        if (!a)
                return -ENODATA;
        *ret_length = a->size;
        if (size == 0)
                return 0;
        if (size < a->size)
                return -ERANGE;
        memcpy(value, a->value, a->size);
        return 0;
}

int xattrs_list(const Xattrs *x, char *list, size_t size, size_t *ret_length) {
        *ret_length = x->n_names;
        if (size == 0)
                return 0;
        if (size < x->n_names)
                return -ERANGE;
        for (const Xattr *a = x->first; a; a = a->next) {
                size_t n = strlen(a->name) + 1;

                memcpy(list, a->name, n);
                list += n;
        }
        return 0;
}

static int check(const Xattrs *x, const char *name, size_t size, int flags, bool exists) {
        size_t n = strlen(name);

        if (n == 0 || n > NAME_BYTES_MAX)
                return -ERANGE;
        if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
                return -EINVAL;
        if (size > XATTR_VALUE_MAX)
                return -E2BIG;
        if (exists && (flags & XATTR_CREATE))
                return -EEXIST;
        if (!exists && (flags & XATTR_REPLACE))
                return -ENODATA;
        return !exists && x->n_names + n + 1 > XATTR_TOTAL_MAX ? -ENOSPC : 0;
}

int xattrs_set(Xattrs *x, const char *name, const void *value, size_t size, int flags) {
        Xattr **at = find(x, name);
        int r = check(x, name, size, flags, *at != NULL);
        size_t n = strlen(name) + 1;
        Xattr *a;

        if (r < 0)
                return r;
        a = malloc(xattrs_cost(name, size));
        if (!a)
                return -ENOSPC;
        a->next = *at ? (*at)->next : NULL;
        a->size = size;
        a->value = a->name + n;
        memcpy(a->name, name, n);
        if (size)
                memcpy(a->value, value, size);
        x->n_bytes += xattrs_cost(name, size);
        if (*at) {
                x->n_bytes -= xattrs_cost(name, (*at)->size);
                free(*at);
        } else {
                x->n_names += n;
        }
        *at = a;
        return 0;
}

int xattrs_remove(Xattrs *x, const char *name) {
        Xattr **at = find(x, name);
        Xattr *gone = *at;

        if (!gone)
                return -ENODATA;
        *at = gone->next;
        x->n_names -= strlen(name) + 1;
        x->n_bytes -= xattrs_cost(name, gone->size);
        free(gone);
        return 0;
}
