/* SPDX-License-Identifier: MIT */
/*
 * Client: reads a file that the solution was built with, and finds out what it can't do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static void try_to(const char *what, int is_done) {
        fprintf(stderr, "%s: %s\n", what, is_done ? "done" : strerror(errno));
}

int main(void) {
        FILE *hosts = fopen("/etc/hosts", "r");
        char line[80];

        if (hosts == NULL || fgets(line, sizeof line, hosts) == NULL)
                return EXIT_FAILURE;
        fclose(hosts);
        fprintf(stderr, "%s", line);
        try_to("writing to it", fopen("/etc/hosts", "w") != NULL);
        try_to("a file beside it", fopen("/etc/other", "w") != NULL);
        try_to("a file in memory", fopen("/var/other", "w") != NULL);
        try_to("mounting", mount("nodev", "/var", "ramfs", 0, "") == 0);
        return EXIT_SUCCESS;
}
