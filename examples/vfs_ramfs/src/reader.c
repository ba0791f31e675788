/* SPDX-License-Identifier: MIT */
/*
 * Reader: waits for the poem, reads it, and tries to keep it for itself. What the policy denies looks like
 * missing rights.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void try_to(const char *what, int is_done) {
        fprintf(stderr, "%s: %s\n", what, is_done ? "done" : strerror(errno));
}

int main(void) {
        char line[80];
        struct stat st;
        FILE *poem;

        while (stat("/shelf/poem", &st) != 0)
                if (errno != ENOENT || usleep(10000) != 0)
                        return EXIT_FAILURE;
        poem = fopen("/shelf/poem", "r");
        if (poem == NULL) {
                perror("/shelf/poem");
                return EXIT_FAILURE;
        }
        while (fgets(line, sizeof line, poem) != NULL)
                fprintf(stderr, "%s", line);
        fclose(poem);

        try_to("opening it for writing", open("/shelf/poem", O_WRONLY) >= 0);
        try_to("making another one", open("/shelf/copy", O_WRONLY | O_CREAT, 0600) >= 0);
        try_to("taking it away", unlink("/shelf/poem") == 0);
        return EXIT_SUCCESS;
}
