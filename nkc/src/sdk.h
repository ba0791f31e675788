/* SPDX-License-Identifier: MIT */
/*
 * Where the SDK lies that this program belongs to: found from the program's own place, so that a copied
 * SDK works. In a build folder, where nothing is installed, there is none.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

typedef struct Sdk {
        const char *include; /* descriptions, policy files and headers */
        const char *ksm;     /* headers of the security module */
        const char *library; /* libksm.a */
} Sdk;

/* False: there is no such folder. */
bool sdk_find(Sdk *sdk, Arena *a);
