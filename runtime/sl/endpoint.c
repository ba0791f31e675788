/* SPDX-License-Identifier: MIT */
/*
 * Endpoint names: see endpoint.h.
 */
#include "endpoint.h"

#include <string.h>

#include "nk/shape.h"

static const char *text(const ShapeTable *t, uint32_t off) {
        return (const char *)t + off;
}

static const ShapeEndpoint *endpoints(const ShapeTable *t) {
        return (const ShapeEndpoint *)(const void *)((const char *)t + t->endpoints_off);
}

static nk_iid_t find_path(const ShapeTable *t, const char *name) {
        const ShapeEndpoint *e = endpoints(t);

        for (uint32_t i = 0; i < t->n_endpoints && i < INVALID_RIID; i++)
                if (strcmp(text(t, e[i].path_off), name) == 0)
                        return (nk_iid_t)i;
        return INVALID_RIID;
}

static nk_iid_t find_class(const ShapeTable *t, const char *name) {
        const ShapeEndpoint *e = endpoints(t);

        for (uint32_t i = 0; i < t->n_endpoints && i < INVALID_RIID; i++)
                if (strcmp(text(t, e[i].class_off), name) == 0)
                        return (nk_iid_t)i;
        return INVALID_RIID;
}

static nk_iid_t find_either(const ShapeTable *t, const char *name) {
        nk_iid_t iid = find_path(t, name);

        return iid == INVALID_RIID ? find_class(t, name) : iid;
}

/* `name` without a leading "<class>."; NULL when it does not begin so. */
static const char *without_class(const ShapeTable *t, const char *name) {
        const char *class_name = text(t, t->class_off);
        size_t n = strlen(class_name);

        return strncmp(name, class_name, n) == 0 && name[n] == '.' ? name + n + 1 : NULL;
}

nk_iid_t endpoint_find(const ShapeTable *shape, const char *name) {
        nk_iid_t iid = find_either(shape, name);
        const char *rest = without_class(shape, name);

        if (iid == INVALID_RIID && rest)
                iid = find_either(shape, rest);
        return iid;
}
