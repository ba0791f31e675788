/* SPDX-License-Identifier: MIT */
/*
 * Files of two VFS programs, and what a back end lacks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_and_read(const char *path) {
        char line[32] = "";
        FILE *file = fopen(path, "w");

        if (!file || fprintf(file, "this is %s", path) < 0 || fclose(file) != 0) {
                printf("%s: %s\n", path, strerror(errno));
                return;
        }
        file = fopen(path, "r");
        if (file && fgets(line, sizeof(line), file))
                printf("%s: %s\n", path, line);
        if (file)
                fclose(file);
}

int main(void) {
        struct stat st;
        int fd;

        write_and_read("/mnt1/first");
        write_and_read("/second");
        fd = open("/mnt1/first", O_RDONLY);
        printf("opened again: %s\n", fd >= 0 ? "yes" : strerror(errno));
        printf("a member that the back end lacks: %s\n",
                stat("/second", &st) < 0 && errno == EIO ? "EIO" : "?");
        printf("what is not there: %s\n",
                open("/mnt1/second", O_RDONLY) < 0 && errno == ENOENT ? "ENOENT" : "?");
        return close(fd);
}
