/* SPDX-License-Identifier: MIT */
/*
 * Numbers that variables of the environment say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct EnvNum {
        const char *name; /* of the variable */
        uint32_t least, most, usual;
} EnvNum;

/* text: the variable's value, decimal digits and nothing else. `usual` without one (NULL), and with what is
 * no such number, which is said on standard error. */
uint32_t envnum_of(const EnvNum *what, const char *text);

/* Bytes: a number from 1 on, with k, m or g behind it. False: it is none, or too large. */
bool envnum_parse_size(const char *text, uint64_t *ret);
/* The same as envnum_of() does it, of the variable `name`. */
uint64_t envnum_size_of(const char *name, const char *text, uint64_t usual);
