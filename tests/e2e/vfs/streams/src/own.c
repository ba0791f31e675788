/* SPDX-License-Identifier: MIT */
/*
 * Own: the VFS gives it no streams, so it has those that it was started with.
 */
#include <stdio.h>

int main(void) {
        (void)puts("its own output");
        (void)fputs("its own error\n", stderr);
        return 0;
}
