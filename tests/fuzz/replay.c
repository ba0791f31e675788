/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over the files it is given, and over the files of the folders it is given: the
 * corpus as an ordinary test, without a fuzzing engine.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_SIZE = 4096 };

static unsigned n_inputs;

static void die(const char *what, const char *path) {
        fprintf(stderr, "replay: %s: ", path);
        perror(what);
        exit(1);
}

/* The input is an exact heap block, so that a sanitizer sees a read beyond it. */
static void run_file(const char *path, size_t size) {
        FILE *file = fopen(path, "rb");
        uint8_t *data = malloc(size ? size : 1);

        if (!file || !data || fread(data, 1, size, file) != size)
                die("cannot read", path);
        fclose(file);
        fprintf(stderr, "replay: %s\n", path); /* the last line names the input that crashed */
        (void)LLVMFuzzerTestOneInput(data, size);
        free(data);
        n_inputs++;
}

static void run(const char *path) {
        struct stat st;
        struct dirent **entries;
        char inner[PATH_SIZE];
        int n;

        if (stat(path, &st))
                die("cannot open", path);
        if (!S_ISDIR(st.st_mode)) {
                run_file(path, (size_t)st.st_size);
                return;
        }
        n = scandir(path, &entries, NULL, alphasort);
        if (n < 0)
                die("cannot list", path);
        for (int i = 0; i < n; i++) {
                if (entries[i]->d_name[0] != '.' &&
                        snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name) < PATH_SIZE)
                        run(inner);
                free(entries[i]);
        }
        free(entries);
}

int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++)
                run(argv[i]);
        printf("%u inputs\n", n_inputs);
        return n_inputs == 0; /* a corpus that has gone missing must not pass */
}
