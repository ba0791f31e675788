/* SPDX-License-Identifier: MIT */
/*
 * Numbers that variables of the environment say.
 */
#pragma once

#include <stdint.h>

typedef struct EnvNum {
        const char *name; /* of the variable */
        uint32_t least, most, usual;
} EnvNum;

/* text: the variable's value, decimal digits and nothing else. `usual` without one (NULL), and with what is
 * no such number, which is said on standard error. */
uint32_t envnum_of(const EnvNum *what, const char *text);
