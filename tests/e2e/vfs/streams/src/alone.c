/* SPDX-License-Identifier: MIT */
/*
 * Alone: linked for a VFS that it has no channel to.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int main(void) {
        (void)printf("open: %s\n", open("/kept", O_RDONLY) < 0 ? strerror(errno) : "done");
        return 0;
}
