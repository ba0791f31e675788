/* SPDX-License-Identifier: MIT */
/* Running cases, each in a directory of its own, with a line of TAP for each. */
#include "suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 64 /* of a case; what it leaves open below that is closed */

static const SuiteGroup *const groups[] = {&suite_open, &suite_io, &suite_meta, &suite_access, &suite_memory,
        &suite_mounts, &suite_list, &suite_modes, &suite_names, &suite_links, &suite_dirs, &suite_control,
        &suite_pipes, &suite_xattr, &suite_acl, &suite_stdio, &suite_streams, &suite_threads, &suite_edges,
        &suite_link_edges, &suite_closing, &suite_mount_closing};
#define N_GROUPS (sizeof(groups) / sizeof(groups[0]))

static char why[512]; /* empty: the case has not failed */

void suite_failed(const char *file, int line, const char *condition) {
        int error = errno;
        const char *base = strrchr(file, '/');

        snprintf(why, sizeof(why), "%s:%d: %s (errno %d, %s)", base ? base + 1 : file, line, condition, error,
                strerrorname_np(error) ? strerrorname_np(error) : "none");
}

void suite_unexpected(const char *file, int line, const char *call, const char *error, long long result) {
        int got = errno;
        const char *base = strrchr(file, '/');

        if (result != -1)
                snprintf(why, sizeof(why), "%s:%d: %s gives %lld instead of %s", base ? base + 1 : file, line,
                        call, result, error);
        else
                snprintf(why, sizeof(why), "%s:%d: %s fails with %s instead of %s", base ? base + 1 : file,
                        line, call, strerrorname_np(got) ? strerrorname_np(got) : "none", error);
}

bool suite_has_failed(void) {
        return why[0] != 0;
}

int suite_file(const char *path, const char *text) {
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
        size_t length = strlen(text);

        if (fd < 0 || write(fd, text, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET) != 0)
                return -1;
        return fd;
}

bool suite_holds(const char *path, const char *text) {
        char got[4096];
        size_t length = strlen(text);
        int fd = open(path, O_RDONLY);
        ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof(got));

        if (fd >= 0)
                close(fd);
        return n == (ssize_t)length && memcmp(got, text, length) == 0;
}

bool suite_exists(const char *path) {
        struct stat st;

        return lstat(path, &st) == 0;
}

long long suite_size(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 ? (long long)st.st_size : -1;
}

/* Everything in the directory; it is given away. */
static void clear(int dir_fd) {
        DIR *dir = fdopendir(dir_fd);

        for (struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
                int below;

                if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
                        unlinkat(dirfd(dir), e->d_name, 0) == 0)
                        continue;
                fchmodat(dirfd(dir), e->d_name, 0700, 0);
                below = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
                if (below >= 0)
                        clear(below);
                unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
        }
        if (dir)
                closedir(dir);
}

/* root: absolute. */
static bool enter_new(const char *root, const char *name) {
        umask(022);
        return chdir(root) == 0 && mkdir(name, 0700) == 0 && chdir(name) == 0;
}

static void leave(const char *root, const char *name) {
        int fd;

        for (fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
                close(fd);
        if (chdir(root) != 0 || chmod(name, 0700) != 0)
                return;
        fd = open(name, O_RDONLY | O_DIRECTORY);
        if (fd >= 0)
                clear(fd);
        rmdir(name);
}

static bool is_possible(const SuiteGroup *group, const char *root) {
        bool possible = true;

        if (group->is_possible) {
                possible = enter_new(root, group->name) && group->is_possible();
                leave(root, group->name);
        }
        return possible;
}

static bool is_wanted(const SuiteGroup *group, char **words) {
        if (!*words)
                return true;
        for (; *words; words++)
                if (strcmp(*words, group->name) == 0)
                        return true;
        return false;
}

/* Returns whether it passed. */
static bool run(const SuiteCase *c, const char *root, size_t number) {
        why[0] = 0;
        if (enter_new(root, c->name))
                c->run();
        else
                suite_failed(__FILE__, __LINE__, "a directory for the case");
        leave(root, c->name);
        if (why[0])
                printf("not ok %zu - %s # %s\n", number, c->name, why);
        else
                printf("ok %zu - %s\n", number, c->name);
        (void)fflush(stdout);
        return !why[0];
}

int main(int argc, char **argv) {
        bool wanted[N_GROUPS];
        size_t n_cases = 0, n_failed = 0, number = 0;

        if (argc < 2 || argv[1][0] != '/') {
                fprintf(stderr, "usage: %s DIRECTORY [GROUP…]: an absolute path of an empty directory\n",
                        argv[0]);
                return 2;
        }
        signal(SIGPIPE, SIG_IGN);
        for (size_t i = 0; i < N_GROUPS; i++) {
                wanted[i] = is_wanted(groups[i], argv + 2) && is_possible(groups[i], argv[1]);
                n_cases += wanted[i] ? groups[i]->n_cases : 0;
        }
        printf("1..%zu\n", n_cases);
        (void)fflush(stdout); /* cases write there without it */
        for (size_t i = 0; i < N_GROUPS; i++)
                for (size_t k = 0; wanted[i] && k < groups[i]->n_cases; k++)
                        n_failed += !run(&groups[i]->cases[k], argv[1], ++number);
        return fflush(stdout) != 0 || n_failed > 0;
}
