/* SPDX-License-Identifier: MIT */
/*
 * Output files: compare, write to a temporary name, rename.
 */
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARE_STEP 16384

static bool has_content(int fd, const char *bytes, size_t size) {
        char buffer[COMPARE_STEP];

        for (;;) {
                ssize_t n = read(fd, buffer, sizeof buffer);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n == 0 && size == 0;
                if ((size_t)n > size || memcmp(buffer, bytes, (size_t)n) != 0)
                        return false;
                bytes += n;
                size -= (size_t)n;
        }
}

static int write_all(int fd, const char *bytes, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, bytes, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                bytes += n;
                size -= (size_t)n;
        }
        return 0;
}

static mode_t default_mode(void) {
        mode_t mask = umask(0);

        umask(mask);
        return 0666 & ~mask;
}

/* True when the file is there with this content; *mode gets its mode if it is there at all. */
static bool is_up_to_date(const char *path, const char *bytes, size_t size, mode_t *mode) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        struct stat st;
        bool same = false;

        if (fd < 0)
                return false;
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
                *mode = st.st_mode & 07777;
                same = (size_t)st.st_size == size && has_content(fd, bytes, size);
        }
        close(fd);
        return same;
}

static int write_and_rename(const char *path, const char *bytes, size_t size, mode_t mode) {
        char temporary[PATH_MAX];
        int fd, r;

        if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
                return -ENAMETOOLONG;
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write_all(fd, bytes, size);
        if (r == 0 && fchmod(fd, mode) < 0)
                r = -errno;
        if (close(fd) < 0 && r == 0)
                r = -errno;
        if (r == 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0)
                unlink(temporary);
        return r;
}

int out_write(const char *path, const char *bytes, size_t size, bool *changed) {
        char resolved[PATH_MAX];
        mode_t mode = default_mode();
        struct stat st;

        if (changed)
                *changed = false;
        if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
                if (!realpath(path, resolved))
                        return -errno;
                path = resolved;
        }
        if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
                return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
        if (is_up_to_date(path, bytes, size, &mode))
                return 0;
        if (changed)
                *changed = true;
        return write_and_rename(path, bytes, size, mode);
}
