/* SPDX-License-Identifier: MIT */
/*
 * Client: counts its runs in a file of the card, and keeps a draft of the line in a file that is gone with
 * the VFS program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUNS  "/Runs of this program.txt"
#define DRAFT "/tmp/draft"

static int fail(const char *what) {
        perror(what);
        return EXIT_FAILURE;
}

static int count_lines(const char *path) {
        FILE *file = fopen(path, "r");
        int n = 0, c;

        if (file == NULL)
                return 0;
        while ((c = fgetc(file)) != EOF)
                n += c == '\n';
        fclose(file);
        return n;
}

/* The line reaches the card before this returns. */
static int append(const char *path, const char *line) {
        FILE *file = fopen(path, "a");
        int is_written;

        if (file == NULL)
                return -1;
        is_written = fputs(line, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
        return fclose(file) == 0 && is_written ? 0 : -1;
}

static int print(const char *path) {
        char line[80];
        FILE *file = fopen(path, "r");

        if (file == NULL)
                return -1;
        while (fgets(line, sizeof line, file) != NULL)
                fprintf(stderr, "%s", line);
        return fclose(file);
}

int main(void) {
        char line[32];
        struct stat st;

        fprintf(stderr, "a draft of another run: %s\n", stat(DRAFT, &st) == 0 ? "there" : strerror(errno));
        snprintf(line, sizeof line, "run %d\n", count_lines(RUNS) + 1);
        if (append(DRAFT, line) != 0)
                return fail(DRAFT);
        if (append(RUNS, line) != 0)
                return fail(RUNS);
        if (print(RUNS) != 0)
                return fail(RUNS);
        if (rename(DRAFT, "/draft") != 0)
                fprintf(stderr, "from memory to the card: %s\n", strerror(errno));
        if (symlink(RUNS, "/runs") != 0)
                fprintf(stderr, "a link on a card: %s\n", strerror(errno));
        return EXIT_SUCCESS;
}
