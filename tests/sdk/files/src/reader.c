/* SPDX-License-Identifier: MIT */
/*
 * Reader: writes a file and reads it again, and one that may be there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *path) {
        char line[80] = "";
        FILE *f = fopen(path, "r");

        if (f == NULL)
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
        else if (fgets(line, sizeof line, f) != NULL)
                fprintf(stderr, "%s: %s", path, line);
        if (f != NULL)
                fclose(f);
}

int main(void) {
        FILE *f = fopen("/page", "w");

        if (f == NULL || fputs("read again\n", f) < 0 || fclose(f) != 0)
                perror("/page");
        show("/page");
        show("/etc/hosts");
        return EXIT_SUCCESS;
}
