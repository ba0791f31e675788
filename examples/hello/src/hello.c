/* SPDX-License-Identifier: MIT */
/*
 * The smallest program of a solution: no description beyond its class, no channel.
 *
 * Text goes to stderr, because stdout belongs to a file system and this solution has none.
 */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
        fprintf(stderr, "Hello, world!\n");

        return EXIT_SUCCESS;
}
