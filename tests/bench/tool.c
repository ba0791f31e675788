/* SPDX-License-Identifier: MIT */
/*
 * Folder, files, processes: what benchmarks of compilers have in common.
 */
#include "tool.h"

#include <ftw.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static _Noreturn void die(const char *what) {
        perror(what);
        exit(3);
}

void tool_open(Tool *t) {
        const char *tmp = getenv("TMPDIR");

        (void)snprintf(t->folder, sizeof t->folder, "%s/caisson-bench-XXXXXX", tmp ? tmp : "/tmp");
        if (!mkdtemp(t->folder))
                die(t->folder);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
        (void)st;
        (void)kind;
        (void)ftw;
        (void)remove(path);
        return 0;
}

void tool_close(Tool *t) {
        (void)nftw(t->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void tool_path(const Tool *t, char path[static TOOL_PATH], const char *name) {
        if (snprintf(path, TOOL_PATH, "%s/%s", t->folder, name) >= TOOL_PATH)
                die("a path is too long");
}

FILE *tool_create(const Tool *t, const char *name) {
        char path[TOOL_PATH];
        FILE *f;

        tool_path(t, path, name);
        for (char *slash = path + strlen(t->folder) + 1; (slash = strchr(slash, '/')); slash++) {
                *slash = '\0';
                (void)mkdir(path, 0700);
                *slash = '/';
        }
        f = fopen(path, "w");
        if (!f)
                die(path);
        return f;
}

void tool_finish(FILE *f) {
        if (fclose(f) != 0)
                die("writing an input");
}

off_t tool_size(const Tool *t, const char *name) {
        struct stat st;
        char path[TOOL_PATH];

        tool_path(t, path, name);
        return stat(path, &st) < 0 ? 0 : st.st_size;
}

double tool_run(const char *const argv[]) {
        posix_spawn_file_actions_t quiet;
        uint64_t start = bench_now_ns();
        int status;
        pid_t pid;

        if (posix_spawn_file_actions_init(&quiet) != 0 ||
                posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0) != 0)
                die("posix_spawn_file_actions");
        status = posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ);
        (void)posix_spawn_file_actions_destroy(&quiet);
        if (status != 0 || waitpid(pid, &status, 0) < 0 || status != 0)
                return -1;
        return (double)(bench_now_ns() - start) / 1e9;
}

double tool_best(const Tool *t, const char *const argv[], const char *const outputs[], int runs) {
        char path[TOOL_PATH];
        double best = -1;

        for (int i = 0; i < runs; i++) {
                double seconds;

                for (size_t k = 0; outputs[k]; k++) {
                        tool_path(t, path, outputs[k]);
                        (void)unlink(path); /* a file that is there already is not written again */
                }
                seconds = tool_run(argv);
                if (seconds < 0)
                        return -1;
                if (best < 0 || seconds < best)
                        best = seconds;
        }
        return best;
}
