/* SPDX-License-Identifier: MIT */
/*
 * Run folder: see rundir.h. Sockets are named through the folder's descriptor, so that no path is too long
 * for one.
 */
#include "rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bounds.h"

#define BACKLOG   4
#define NAME_SIZE 80u /* of a socket, with its number and more */

bool rundir_is_name(const char *name) {
        static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
        size_t size = strspn(name, good);

        return size > 0 && size <= INIT_CONTROL_MAX && name[size] == '\0';
}

bool rundir_path(char path[RUNDIR_PATH_MAX]) {
        const char *base = getenv("XDG_RUNTIME_DIR");
        int n = base && base[0] == '/' ? snprintf(path, RUNDIR_PATH_MAX, "%s/caisson", base)
                                       : snprintf(path, RUNDIR_PATH_MAX, "/tmp/caisson-%u", geteuid());

        return n > 0 && n < (int)RUNDIR_PATH_MAX;
}

/* The user's own folder, which nobody else can enter; a link or another's folder is refused. */
static int open_folder(bool make, int *ret_fd) {
        char path[RUNDIR_PATH_MAX];
        struct stat st;
        int fd;

        if (!rundir_path(path))
                return -ENAMETOOLONG;
        if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ELOOP || errno == ENOTDIR ? -EACCES : -errno;
        if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
                (void)close(fd);
                return -EACCES;
        }
        *ret_fd = fd;
        return 0;
}

static void name_socket(struct sockaddr_un *address, int folder, const char *name) {
        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        (void)snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", folder, name);
}

/* --- entries --- */

/* The process of an entry, and its control. 0: it is none. */
static pid_t split(const char *entry, const char **ret_name) {
        char *end;
        long pid = strtol(entry, &end, 10);

        if (entry[0] < '1' || entry[0] > '9' || pid > INT32_MAX || *end != '.' || !rundir_is_name(end + 1))
                return 0;
        *ret_name = end + 1;
        return (pid_t)pid;
}

typedef void Visit(int folder, const char *entry, pid_t pid, const char *name, void *arg);

static DIR *list_folder(int folder) {
        int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *entries = copy < 0 ? NULL : fdopendir(copy);

        if (copy >= 0 && !entries)
                (void)close(copy);
        return entries;
}

static int visit_all(int folder, Visit *visit, void *arg) {
        DIR *entries = list_folder(folder);
        const struct dirent *entry;

        if (!entries)
                return -errno;
        while ((entry = readdir(entries))) {
                const char *name;
                pid_t pid = split(entry->d_name, &name);

                if (pid && kill(pid, 0) < 0 && errno == ESRCH)
                        (void)unlinkat(folder, entry->d_name, 0); /* left behind */
                else if (pid)
                        visit(folder, entry->d_name, pid, name, arg);
        }
        (void)closedir(entries);
        return 0;
}

static void take_away_own(int folder, const char *entry, pid_t pid, const char *name, void *arg) {
        (void)name;
        (void)arg;
        if (pid == getpid())
                (void)unlinkat(folder, entry, 0);
}

void rundir_clear(void) {
        int folder;

        if (open_folder(false, &folder) < 0)
                return;
        (void)visit_all(folder, take_away_own, NULL);
        (void)close(folder);
}

typedef struct Found {
        const char *name;
        pid_t *pids;
        size_t n, n_max;
} Found;

static void note(int folder, const char *entry, pid_t pid, const char *name, void *arg) {
        Found *found = arg;

        (void)folder;
        (void)entry;
        if (strcmp(name, found->name) != 0)
                return;
        if (found->n < found->n_max)
                found->pids[found->n] = pid;
        found->n++;
}

int rundir_find(const char *name, pid_t *pids, size_t n_max) {
        Found found = {.name = name, .pids = pids, .n_max = n_max};
        int folder, r = open_folder(false, &folder);

        if (r < 0)
                return r == -ENOENT ? 0 : r;
        r = visit_all(folder, note, &found);
        (void)close(folder);
        return r < 0 ? r : (int)found.n;
}

/* --- sockets --- */

/* It gets its name when it listens, so that nobody finds one that doesn't. */
static int listen_as(int fd, int folder, const char *name) {
        struct sockaddr_un address;
        char hidden[NAME_SIZE + 1];

        (void)snprintf(hidden, sizeof hidden, ".%s", name);
        (void)unlinkat(folder, hidden, 0);
        name_socket(&address, folder, hidden);
        if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0 ||
                renameat(folder, hidden, folder, name) < 0)
                return -errno;
        return 0;
}

int rundir_listen(const char *name, int *ret_fd) {
        char entry[NAME_SIZE];
        int folder, fd, r = open_folder(true, &folder);

        if (r < 0)
                return r;
        (void)snprintf(entry, sizeof entry, "%ld.%s", (long)getpid(), name);
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        r = fd < 0 ? -errno : listen_as(fd, folder, entry);
        (void)close(folder);
        if (r < 0 && fd >= 0)
                (void)close(fd);
        if (r == 0)
                *ret_fd = fd;
        return r;
}

int rundir_connect(pid_t pid, const char *name, int *ret_fd) {
        struct sockaddr_un address;
        char entry[NAME_SIZE];
        int folder, fd, r = open_folder(false, &folder);

        if (r < 0)
                return r;
        (void)snprintf(entry, sizeof entry, "%ld.%s", (long)pid, name);
        name_socket(&address, folder, entry);
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
                r = -errno;
        (void)close(folder);
        if (r < 0 && fd >= 0)
                (void)close(fd);
        if (r == 0)
                *ret_fd = fd;
        return r;
}
