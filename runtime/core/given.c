/* SPDX-License-Identifier: MIT */
/*
 * Handles by name: a short list.
 */
#include "given.h"

#include <stdlib.h>
#include <string.h>

typedef struct Given {
        struct Given *next;
        uint32_t number;
        char name[];
} Given;

Retcode given_find(const GivenList *list, const char *name, uint32_t *ret_number) {
        for (const Given *g = list->first; g; g = g->next) {
                if (strcmp(g->name, name) != 0)
                        continue;
                *ret_number = g->number;
                return rcOk;
        }
        return rcResourceNotFound;
}

Retcode given_check(const GivenList *list, const char *name) {
        uint32_t number;

        if (given_find(list, name, &number) == rcOk)
                return rcAlreadyExists;
        return list->n < GIVEN_MAX ? rcOk : rcQuotaExceeded;
}

Retcode given_add(GivenList *list, const char *name, uint32_t number) {
        size_t size = strlen(name) + 1;
        Retcode rc = given_check(list, name);
        Given *g;

        if (rc != rcOk)
                return rc;
        g = calloc(1, sizeof(*g) + size);
        if (!g)
                return rcOutOfMemory;
        memcpy(g->name, name, size);
        g->number = number;
        g->next = list->first;
        list->first = g;
        list->n++;
        return rcOk;
}

uint32_t given_take(GivenList *list) {
        Given *g = list->first;
        uint32_t number;

        if (!g)
                return 0;
        number = g->number;
        list->first = g->next;
        list->n--;
        free(g);
        return number;
}
