/* SPDX-License-Identifier: MIT */
/*
 * Handles that a process was given before it ran, by name.
 */
#pragma once

#include <stdint.h>

#include <rtl/retcode.h>

#define GIVEN_MAX 32u /* of one process */

typedef struct GivenList {
        struct Given *first;
        uint32_t n;
} GivenList;

/* rcOk; rcAlreadyExists: something was given under that name; rcQuotaExceeded; rcOutOfMemory. */
Retcode given_check(const GivenList *list, const char *name);
Retcode given_add(GivenList *list, const char *name, uint32_t number);
/* rcOk, rcResourceNotFound. */
Retcode given_find(const GivenList *list, const char *name, uint32_t *ret_number);
/* Takes one out: its handle. 0: none is left, and 0 is no handle. */
uint32_t given_take(GivenList *list);
