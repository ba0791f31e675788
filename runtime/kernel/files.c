/* SPDX-License-Identifier: MIT */
/*
 * Files of a solution. Paths are put together as texts, so that messages show them as the user
 * wrote them.
 */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, char *text, size_t size_max, size_t *ret_size) {
        size_t size = 0;

        while (size < size_max) {
                ssize_t n = read(fd, text + size, size_max - size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                size += (size_t)n;
        }
        *ret_size = size;
        return 0;
}

int files_read(Pool *pool, const char *path, size_t size_max, char **ret_text, size_t *ret_size) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct stat st;
        char *text;
        int r;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (S_ISDIR(st.st_mode))
                r = -EISDIR;
        else {
                /* One byte more than allowed tells a full file from a too large one; pipes have no size. */
                text = pool_alloc(pool, size_max + 2, 1);
                r = read_all(fd, text, size_max + 1, ret_size);
                if (r == 0 && *ret_size > size_max)
                        r = -EFBIG;
                if (r == 0)
                        *ret_text = text;
        }
        close(fd);
        return r;
}

static const char *join(Pool *pool, const char *folder, const char *name) {
        if (name[0] == '/' || strcmp(folder, ".") == 0)
                return name;
        return pool_printf(pool, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
}

const char *files_find(Pool *pool, const char *const *folders, size_t n_folders, const char *name) {
        for (size_t i = 0; i < n_folders; i++) {
                const char *path = join(pool, folders[i][0] ? folders[i] : ".", name);
                struct stat st;

                if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
                        return path;
        }
        return NULL;
}

static void offer_folder(Pool *pool, const char *folder, const char *suffix, Spell *s) {
        DIR *dir = opendir(folder);
        const struct dirent *entry;

        if (!dir)
                return;
        while ((entry = readdir(dir))) {
                size_t size = strlen(entry->d_name), suffix_size = strlen(suffix);

                if (size > suffix_size && strcmp(entry->d_name + size - suffix_size, suffix) == 0)
                        spell_offer(s, pool_copy(pool, entry->d_name, size - suffix_size));
        }
        closedir(dir);
}

void files_offer_similar(Pool *pool, const char *const *folders, size_t n_folders, const char *name,
        const char *suffix, Spell *s) {
        const char *slash = strrchr(name, '/');
        const char *below = slash ? pool_copy(pool, name, (size_t)(slash - name)) : ".";

        for (size_t i = 0; i < n_folders; i++)
                offer_folder(pool, join(pool, folders[i], below), suffix, s);
}

const char *files_list(Pool *pool, const char *const *folders, size_t n_folders) {
        const char *text = n_folders ? folders[0] : "no folder";

        for (size_t i = 1; i < n_folders; i++)
                text = pool_printf(pool, "%s%s%s", text, i + 1 < n_folders ? ", " : " and ", folders[i]);
        return text;
}

const char *files_own_folder(Pool *pool) {
        char path[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", path, sizeof path);

        while (n > 0 && n < (ssize_t)sizeof path && path[n - 1] != '/')
                n--;
        return n > 0 && n < (ssize_t)sizeof path ? pool_copy(pool, path, (size_t)n - 1) : NULL;
}
