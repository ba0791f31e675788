/* SPDX-License-Identifier: MIT */
/*
 * Client: what a VFS does, and what it lets nobody do.
 */
#include <stdlib.h>

#include "cases.h"

int main(void) {
        Raw raw;

        raw_begin(&raw, CHANNEL);
        files_cases(&raw);
        waits_cases(&raw);
        forks_cases(&raw);
        hostile_cases(&raw);
        limits_cases(&raw);
        raw_end(&raw);
        return EXIT_SUCCESS;
}
