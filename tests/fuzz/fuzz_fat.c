/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: FAT images. Whatever the bytes are, mounting, reading and changing end, with an error where
 * there is no sense in them, and what a directory lists has names that can be names.
 *
 * The input is a list of sectors, so that small inputs make whole images: number (2 bytes), how many bytes
 * (2 bytes, at most 512), the bytes; everything else is zero.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blkmem.h"
#include "client.h"
#include "fat/fat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECTOR = 512, IMAGE = 256 * SECTOR, NAMES = 12, VISITS = 60, PATH = 1024 };

static uint8_t image[IMAGE];
static unsigned n_visits;

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void make_image(const uint8_t *data, size_t size) {
        memset(image, 0, sizeof image);
        while (size >= 4) {
                size_t sector = (size_t)data[0] + 256u * data[1], n = (size_t)data[2] + 256u * data[3];

                data += 4;
                size -= 4;
                n = n > SECTOR ? SECTOR : n;
                n = n > size ? size : n;
                memcpy(image + sector % (IMAGE / SECTOR) * SECTOR, data, n);
                data += n;
                size -= n;
        }
}

/* --- looking --- */

typedef struct Names {
        char names[NAMES][FS_NAME_MAX + 1];
        mode_t types[NAMES];
        unsigned n, n_seen;
} Names;

static bool note(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        Names *names = arg;

        (void)ino;
        (void)next;
        must(length > 0 && length <= FS_NAME_MAX && !memchr(name, '/', length) &&
                !memchr(name, '\0', length));
        if (++names->n_seen > 1 << 17)
                return false;
        if ((length <= 2 && memcmp(name, "..", length) == 0) || names->n == NAMES)
                return true;
        memcpy(names->names[names->n], name, length);
        names->names[names->n][length] = '\0';
        names->types[names->n++] = type;
        return true;
}

static void read_file(VfsClient *c, const char *path) {
        static char data[20000];
        VfsFile *f = NULL;
        struct stat st;
        size_t got;

        if (vfs_open(c, NULL, path, O_RDWR, 0, &f) < 0)
                return;
        must(vfs_fstat(f, &st) == 0);
        if (vfs_pread(f, data, sizeof data, 0, &got) == 0)
                must(got <= sizeof data && (off_t)got <= st.st_size);
        (void)vfs_pread(f, data, 100, st.st_size > 50 ? st.st_size - 50 : 0, &got);
        (void)vfs_pwrite(f, data, 700, st.st_size < 30000 ? st.st_size : 30000, &got);
        vfs_close(f);
}

/* What one directory has; deeper ones while there is patience. */
static void visit(VfsClient *c, const char *path) {
        Names *names = calloc(1, sizeof *names);
        VfsFile *dir = NULL;

        must(names != NULL);
        if (n_visits++ < VISITS && vfs_open(c, NULL, path, O_RDONLY | O_DIRECTORY, 0, &dir) == 0) {
                (void)vfs_getdents(dir, note, names);
                vfs_close(dir);
        }
        for (unsigned i = 0; i < names->n; i++) {
                char below[PATH];

                if (snprintf(below, sizeof below, "%s/%s", path, names->names[i]) >= PATH)
                        continue;
                if (S_ISDIR(names->types[i]))
                        visit(c, below);
                else
                        read_file(c, below);
        }
        free(names);
}

/* --- changing --- */

static void change_file(VfsClient *c, const char *path, unsigned i) {
        char to[64];

        (void)vfs_truncate(c, path, i % 2 ? 100 : 9000);
        (void)snprintf(to, sizeof to, "/new/moved to here %u", i);
        (void)vfs_rename(c, NULL, path, NULL, i % 3 ? to : "/over", 0);
        if (i % 4 == 0)
                (void)vfs_unlink(c, NULL, to);
}

static void change(VfsClient *c) {
        Names *names = calloc(1, sizeof *names);
        VfsFile *f = NULL;
        size_t put;

        must(names != NULL);
        (void)vfs_mkdir(c, NULL, "/new", 0755);
        if (vfs_open(c, NULL, "/a new file", O_CREAT | O_RDWR, 0644, &f) == 0) {
                (void)vfs_pwrite(f, image, 3000, 500, &put);
                (void)vfs_fsync(f, false);
                vfs_close(f);
        }
        if (vfs_open(c, NULL, "/", O_RDONLY | O_DIRECTORY, 0, &f) == 0) {
                (void)vfs_getdents(f, note, names);
                vfs_close(f);
        }
        for (unsigned i = 0; i < names->n; i++) {
                char path[FS_NAME_MAX + 2];

                (void)snprintf(path, sizeof path, "/%s", names->names[i]);
                if (S_ISDIR(names->types[i]) && vfs_rmdir(c, NULL, path) < 0)
                        (void)vfs_rename(c, NULL, path, NULL, "/new/directory", 0);
                else
                        change_file(c, path, i);
        }
        free(names);
}

static bool mount_image(Mounts *mounts, unsigned flags) {
        MountPlan plan = {.device = "fuzz", .path = "/", .flags = flags};
        Blk *blk;

        must(blkmem_new(image, IMAGE, flags & MOUNT_READ_ONLY, &blk) == 0);
        if (fat_mount(blk, flags, NULL, &plan.fs) < 0) {
                blk_close(blk);
                return false;
        }
        must(mounts_init(mounts) == 0 && mounts_add(mounts, &PLACE_NULL, &plan) == 0);
        return true;
}

static void use_image(unsigned flags) {
        struct statvfs st;
        Mounts mounts;
        VfsClient c;

        if (!mount_image(&mounts, flags))
                return;
        must(vfs_client_init(&c, &mounts, 0, 0) == 0);
        n_visits = 0;
        visit(&c, "/.");
        must(vfs_statvfs(&c, "/", &st) == 0);
        if (!(flags & MOUNT_READ_ONLY)) {
                change(&c);
                (void)mounts_sync(&mounts);
        }
        vfs_client_deinit(&c);
        mounts_deinit(&mounts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static uint8_t before[IMAGE];

        make_image(data, size);
        memcpy(before, image, IMAGE);
        use_image(MOUNT_READ_ONLY);
        must(memcmp(before, image, IMAGE) == 0);
        use_image(0);
        use_image(0); /* what became of it */
        return 0;
}
