/* SPDX-License-Identifier: MIT */
/*
 * Output files: walks down from the output folder one openat() at a time, so that no link can be put
 * in the way between a check and its use.
 */
#include "outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMPARE_CHUNK = 64 * 1024 };

int outdir_open(OutDir *o, const char *folder) {
        o->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return o->fd < 0 ? -errno : 0;
}

void outdir_close(OutDir *o) {
        if (o->fd >= 0)
                close(o->fd);
        *o = OUTDIR_NULL;
}

const char *outdir_problem(int result) {
        switch (result) {
        case OUTDIR_E_OUTSIDE:
                return "the name leads out of the output folder";
        case OUTDIR_E_SYMLINK:
                return "a folder on the way is a symbolic link or a file";
        default:
                return strerror(-result);
        }
}

/* ---- Folders ----------------------------------------------------------------------------- */

static bool is_plain_part(const char *part, size_t size) {
        return size > 0 && !(size == 1 && part[0] == '.') && !(size == 2 && part[0] == '.' && part[1] == '.');
}

/* Checked before the first folder is made, so that a refused name leaves nothing behind. */
static bool is_inside(const char *name) {
        for (;;) {
                const char *slash = strchr(name, '/');

                if (!is_plain_part(name, slash ? (size_t)(slash - name) : strlen(name)))
                        return false;
                if (!slash)
                        return true;
                name = slash + 1;
        }
}

/* Goes one folder down, making it if need be. Closes *fd unless it is `root`. */
static int enter(int root, int *fd, const char *part, size_t size) {
        char name[NAME_MAX + 1];
        int next, r = 0;

        if (size > NAME_MAX) {
                r = -ENAMETOOLONG;
                size = 0;
        }
        memcpy(name, part, size);
        name[size] = '\0';
        if (!r && mkdirat(*fd, name, 0777) < 0 && errno != EEXIST)
                r = -errno;
        next = r ? -1 : openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (!r && next < 0)
                r = errno == ELOOP || errno == ENOTDIR ? OUTDIR_E_SYMLINK : -errno;
        if (*fd != root)
                close(*fd);
        *fd = r ? -1 : next;
        return r;
}

/* Opens the folder that `name` lies in; *last is its final part. *fd may be root itself, or -1. */
static int enter_all(int root, const char *name, int *fd, const char **last) {
        const char *slash;
        int r = 0;

        *fd = root;
        for (; !r && (slash = strchr(name, '/')); name = slash + 1)
                r = enter(root, fd, name, (size_t)(slash - name));
        *last = name;
        return r;
}

/* ---- One file ---------------------------------------------------------------------------- */

/* Opens a regular file of this size; -1 if there is none. Must not wait for the writer of a FIFO. */
static int open_same_size(int folder, const char *name, size_t size) {
        struct stat st;
        int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

        if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size != size)) {
                close(fd);
                fd = -1;
        }
        return fd;
}

static bool has_content(int folder, const char *name, const char *data, size_t size) {
        char chunk[COMPARE_CHUNK];
        ssize_t n = 0;
        int fd = open_same_size(folder, name, size);

        if (fd < 0)
                return false;
        while (size && (n = read(fd, chunk, sizeof(chunk))) > 0) {
                if ((size_t)n > size || memcmp(chunk, data, (size_t)n) != 0)
                        break;
                data += n;
                size -= (size_t)n;
        }
        close(fd);
        return size == 0;
}

static int write_all(int fd, const char *data, size_t size) {
        while (size) {
                ssize_t n = write(fd, data, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data += n;
                size -= (size_t)n;
        }
        return 0;
}

/* A new file of a name that nobody else uses. Returns its descriptor or -errno. */
static int create_temporary(int folder, char *name, size_t capacity) {
        for (int i = 0; i < OUTDIR_TEMP_TRIES; i++) {
                int fd;

                snprintf(name, capacity, ".nkc-%ld-%d", (long)getpid(), i);
                fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
                if (fd >= 0 || errno != EEXIST)
                        return fd >= 0 ? fd : -errno;
        }
        return -EEXIST;
}

/* Gives the temporary file its name; link() refuses one that is taken. */
static int publish(int folder, const char *temporary, const char *name, bool may_replace) {
        if (may_replace)
                return renameat(folder, temporary, folder, name) < 0 ? -errno : 0;
        return linkat(folder, temporary, folder, name, 0) < 0 ? -errno : unlinkat(folder, temporary, 0);
}

static int put_file(int folder, const char *name, const char *data, size_t size, bool may_replace) {
        char temporary[64];
        int fd, r;

        fd = create_temporary(folder, temporary, sizeof(temporary));
        if (fd < 0)
                return fd;
        r = write_all(fd, data, size);
        if (close(fd) < 0 && !r)
                r = -errno;
        if (!r)
                r = publish(folder, temporary, name, may_replace);
        if (r)
                unlinkat(folder, temporary, 0);
        return r;
}

static int bring_to(const OutDir *o, const char *name, const void *data, size_t size, bool may_replace) {
        const char *last;
        int folder, r;

        if (!is_inside(name))
                return OUTDIR_E_OUTSIDE;
        r = enter_all(o->fd, name, &folder, &last);
        if (!r && !has_content(folder, last, data, size))
                r = put_file(folder, last, data, size, may_replace);
        if (folder >= 0 && folder != o->fd)
                close(folder);
        return r;
}

int outdir_write(const OutDir *o, const char *name, const void *data, size_t size) {
        return bring_to(o, name, data, size, true);
}

int outdir_create(const OutDir *o, const char *name, const void *data, size_t size) {
        return bring_to(o, name, data, size, false);
}
