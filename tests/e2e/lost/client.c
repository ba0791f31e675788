/* SPDX-License-Identifier: MIT */
/*
 * A client of a VFS that may die, or was never there: opens one file again and again until that fails, then
 * looks at what still works.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
        int kept = open("/kept", O_CREAT | O_RDWR, 0600), fd = kept, ends[2];
        char byte = 'x';
        struct stat st;

        printf("ready\n");
        while (fd >= 0 && (fd == kept || close(fd) == 0))
                fd = open("/file", O_CREAT | O_RDWR, 0600);
        printf("open: %s\n", strerrorname_np(errno));
        printf("stat: %s\n", stat("/file", &st) < 0 ? strerrorname_np(errno) : "?");
        if (kept >= 0)
                printf("write: %s\n", write(kept, "x", 1) < 0 ? strerrorname_np(errno) : "?");
        printf("pipe: %s\n",
                pipe(ends) == 0 && write(ends[1], "y", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'y'
                        ? "works"
                        : "?");
        return 0;
}
