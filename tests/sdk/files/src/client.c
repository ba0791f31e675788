/* SPDX-License-Identifier: MIT */
/*
 * Client: reads a file of the image, writes one on the card, and one that is gone with the process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static int keep(const char *path) {
        FILE *f = fopen(path, "w");
        int is_good = f != NULL && fputs("kept\n", f) >= 0;

        if (f != NULL)
                is_good &= fclose(f) == 0;
        fprintf(stderr, "%s: %s\n", path, is_good ? "written" : strerror(errno));
        return is_good;
}

int main(void) {
        char line[80];
        struct stat st;
        FILE *hosts = fopen("/etc/hosts", "r");

        if (hosts == NULL || fgets(line, sizeof line, hosts) == NULL) {
                perror("/etc/hosts");
                return EXIT_FAILURE;
        }
        fclose(hosts);
        fprintf(stderr, "%s", line);
        keep("/etc/other");
        if (!keep("/letter to be kept.txt") || !keep("/tmp/note"))
                return EXIT_FAILURE;
        if (stat("/LETTER TO BE KEPT.TXT", &st) == 0)
                fprintf(stderr, "the card has %d bytes of it\n", (int)st.st_size);
        if (mkdir("/more", 0777) == 0 && mount("nodev", "/more", "ramfs", MS_RDONLY, "") == 0)
                keep("/more/x");
        fprintf(stderr, "unmounting: %s\n", umount("/more") == 0 ? "done" : strerror(errno));
        return EXIT_SUCCESS;
}
