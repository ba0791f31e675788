/* SPDX-License-Identifier: MIT */
/*
 * ROMFS: images of genromfs, file by file, and images that lie.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "blkmem.h"
#include "host_tree.h"
#include "romfs.h"

/* --- images --- */

static unsigned char *pack(const char *folder, const char *const more[], size_t *ret_size) {
        char image[T_PATH_MAX + 8];
        const char *argv[8] = {
                "genromfs", "-d", folder, "-f", image, more ? more[0] : NULL, more ? more[1] : NULL, NULL};
        unsigned char *data;

        (void)snprintf(image, sizeof image, "%s.img", folder);
        assert_int_equal(t_run(argv, NULL, 0), 0);
        data = t_read_file(image, ret_size);
        (void)remove(image);
        return data;
}

static int mount_memory(void *data, size_t size, Fs **ret_fs) {
        Blk *blk;
        int r;

        assert_int_equal(blkmem_new(data, size, true, &blk), 0);
        r = romfs_mount(blk, MOUNT_READ_ONLY, "", ret_fs);
        if (r < 0)
                blk_close(blk);
        return r;
}

/* An image of one's own, piece by piece. Checksums are put in at the end. */
typedef struct Image {
        unsigned char data[4096];
        uint32_t size;
} Image;

static void put_word(unsigned char *p, uint32_t x) {
        p[0] = (unsigned char)(x >> 24);
        p[1] = (unsigned char)(x >> 16);
        p[2] = (unsigned char)(x >> 8);
        p[3] = (unsigned char)x;
}

static void put_sum(unsigned char *p, size_t size) {
        uint32_t sum = 0;

        put_word(p + 12, 0);
        for (size_t i = 0; i < size; i += 4)
                sum += (uint32_t)p[i] << 24 | (uint32_t)p[i + 1] << 16 | (uint32_t)p[i + 2] << 8 | p[i + 3];
        put_word(p + 12, -sum);
}

static void seal(Image *image) {
        put_word(image->data + 8, image->size);
        put_sum(image->data, image->size < 512 ? image->size : 512);
}

/* A header at `at`, with a name below 16 bytes. */
static void put_head(
        Image *image, uint32_t at, uint32_t next, uint32_t info, uint32_t size, const char *name) {
        unsigned char *p = image->data + at;

        memset(p, 0, 32);
        put_word(p, next);
        put_word(p + 4, info);
        put_word(p + 8, size);
        memcpy(p + 16, name, strlen(name));
        put_sum(p, 32);
        if (image->size < at + 32)
                image->size = at + 32;
}

enum { DIR = 1, FILE_ = 2, LINK = 0, SYMLINK = 3 };

/* "/" with one entry at 0x60 that is last. */
static void image_init(Image *image, uint32_t type, uint32_t info, uint32_t size, const char *name) {
        memset(image, 0, sizeof *image);
        memcpy(image->data, "-rom1fs-", 8);
        put_head(image, 0x20, 0x40 | DIR | 8, 0x20, 0, ".");
        put_head(image, 0x40, 0x60 | LINK, 0x20, 0, "..");
        put_head(image, 0x60, type, info, size, name);
        seal(image);
}

/* --- what genromfs makes --- */

static void compare_packed(const char *const more[]) {
        char folder[T_PATH_MAX];
        unsigned char *data;
        size_t size;
        TWorld w;
        Fs *fs;

        t_make_folder(folder);
        t_fill_folder(folder);
        data = pack(folder, more, &size);
        assert_int_equal(mount_memory(data, size, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        assert_true(t_compare_with_folder(&w.client, folder, 0) > 300);
        t_world_deinit(&w);
        free(data);
        t_remove_folder(folder);
}

static void every_file_of_an_image_is_as_it_was_packed(void **state) {
        (void)state;
        compare_packed(NULL);
}

static void every_file_of_an_aligned_image_is_as_it_was_packed(void **state) {
        const char *const more[] = {"-a", "512"};

        (void)state;
        compare_packed(more);
}

static void what_may_be_executed_is_marked(void **state) {
        Image image;
        struct stat st;
        TWorld w;
        Fs *fs;

        (void)state;
        image_init(&image, FILE_ | 8, 0, 0, "x");
        assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);

        assert_int_equal(vfs_stat(&w.client, NULL, "/x", false, &st), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0555);
        assert_int_equal(st.st_nlink, 1);
        t_world_deinit(&w);
}

static void nothing_can_be_written(void **state) {
        Image image;
        VfsFile *f;
        TWorld w;
        Fs *fs;
        Blk *blk;

        (void)state;
        image_init(&image, FILE_, 0, 0, "x");
        assert_int_equal(blkmem_new(image.data, image.size, true, &blk), 0);
        assert_int_equal(romfs_mount(blk, 0, "", &fs), -EROFS); /* without being told that it is so */
        blk_close(blk);
        assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);

        assert_int_equal(vfs_open(&w.client, NULL, "/x", O_WRONLY, 0, &f), -EROFS);
        assert_int_equal(vfs_open(&w.client, NULL, "/y", O_RDWR | O_CREAT, 0644, &f), -EROFS);
        assert_int_equal(vfs_unlink(&w.client, NULL, "/x"), -EROFS);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/d", 0755), -EROFS);
        assert_int_equal(vfs_rename(&w.client, NULL, "/x", NULL, "/y", 0), -EROFS);
        assert_int_equal(vfs_chmod(&w.client, NULL, "/x", false, 0600), -EROFS);
        t_world_deinit(&w);
}

/* --- images that lie --- */

static void what_is_no_image_is_not_mounted(void **state) {
        unsigned char zeros[64] = {0};
        Image image;
        Fs *fs;

        (void)state;
        assert_int_equal(mount_memory(zeros, sizeof zeros, &fs), -EINVAL);
        assert_int_equal(mount_memory(zeros, 0, &fs), -EINVAL);
        assert_int_equal(romfs_mount(NULL, MOUNT_READ_ONLY, "", &fs), -ENODEV);

        image_init(&image, FILE_, 0, 0, "x");
        assert_int_equal(mount_memory(image.data, image.size - 1, &fs), -EIO); /* cut off */
        image.data[0x30] ^= 1;                                                 /* the name of the root */
        assert_int_equal(mount_memory(image.data, image.size, &fs), -EIO);
        put_sum(image.data, image.size); /* its own is still wrong */
        assert_int_equal(mount_memory(image.data, image.size, &fs), -EIO);
        put_sum(image.data + 0x20, 32);
        put_sum(image.data, image.size);
        assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
        fs->ops->unmount(fs);
}

/* What stat of "/x" and of "/x/x", and a listing of "/", give. */
typedef struct Lie {
        const char *what;
        uint32_t type, info, size;
        int stat, below, list;
} Lie;

static bool take_name(
        void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        (void)arg;
        (void)ino;
        (void)next;
        (void)type;
        return length > 0 && !memchr(name, '/', length);
}

static int list_root(VfsClient *c) {
        VfsFile *f;
        int r = vfs_open(c, NULL, "/", O_RDONLY | O_DIRECTORY, 0, &f);

        assert_int_equal(r, 0);
        r = vfs_getdents(f, take_name, NULL);
        vfs_close(f);
        return r;
}

static void an_image_that_lies_gives_an_error_and_an_end(void **state) {
        static const Lie lies[] = {
                {"a directory that is its own first entry", DIR, 0x60, 0, -EIO, -EIO, 0},
                {"a directory that leads back to the root", DIR, 0x20, 0, -EIO, -EIO, 0},
                {"a directory that begins beyond the end", DIR, 0x8000, 0, 0, -EIO, 0},
                {"a file longer than the image", FILE_, 0, 1, -EIO, -EIO, 0},
                {"a file of nearly 4 GiB", FILE_, 0, 0xffffffff, -EIO, -EIO, 0},
                {"a link to itself", LINK, 0x60, 0, -EIO, -EIO, -EIO},
                {"a link to a directory", LINK, 0x20, 0, -EIO, -EIO, -EIO},
                {"a link beyond the end", LINK, 0xfffffff0, 0, -EIO, -EIO, -EIO},
                {"a link to what has no header", LINK, 0, 0, -EIO, -EIO, -EIO},
                {"a symbolic link longer than the image", SYMLINK, 0, 100, -EIO, -EIO, 0},
                {"a next header that comes before", FILE_ | 0x20, 0, 0, 0, -ENOTDIR, -EIO},
                {"a next header that is the same", FILE_ | 0x60, 0, 0, 0, -ENOTDIR, -EIO},
                {"a next header beyond the end", FILE_ | 0x9000, 0, 0, 0, -ENOTDIR, -EIO},
                {"an honest file", FILE_, 0, 0, 0, -ENOTDIR, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
                struct stat st;
                Image image;
                TWorld w;
                Fs *fs;

                image_init(&image, lies[i].type, lies[i].info, lies[i].size, "x");
                assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                print_message("# %s\n", lies[i].what);
                assert_int_equal(vfs_stat(&w.client, NULL, "/x", false, &st), lies[i].stat);
                assert_int_equal(vfs_stat(&w.client, NULL, "/x/x", false, &st), lies[i].below);
                assert_int_equal(list_root(&w.client), lies[i].list);
                t_world_deinit(&w);
        }
}

static void a_name_with_a_slash_is_not_shown(void **state) {
        Image image;
        TWorld w;
        Fs *fs;

        (void)state;
        image_init(&image, FILE_, 0, 0, "../x");
        assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        assert_int_equal(list_root(&w.client), -EIO);
        t_world_deinit(&w);
}

/* A header whose name has `length` bytes and no more room than that and its zero. */
static int stat_long_name(uint32_t length) {
        static Image image;
        char path[300] = "/";
        struct stat st;
        TWorld w;
        Fs *fs;
        int r;

        image_init(&image, FILE_, 0, 0, "x");
        memset(image.data + 0x70, 'n', length);
        image.size = 0x70 + ((length + 16) & ~15u);
        put_sum(image.data + 0x60, image.size - 0x60);
        seal(&image);
        memset(path + 1, 'n', length);
        assert_int_equal(mount_memory(image.data, image.size, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        r = vfs_stat(&w.client, NULL, path, false, &st);
        t_world_deinit(&w);
        return r;
}

static void names_are_as_long_as_names_may_be(void **state) {
        (void)state;
        assert_int_equal(stat_long_name(FS_NAME_MAX - 1), 0);
        assert_int_equal(stat_long_name(FS_NAME_MAX), 0);
        assert_true(stat_long_name(FS_NAME_MAX + 1) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_file_of_an_image_is_as_it_was_packed),
                cmocka_unit_test(every_file_of_an_aligned_image_is_as_it_was_packed),
                cmocka_unit_test(what_may_be_executed_is_marked),
                cmocka_unit_test(nothing_can_be_written),
                cmocka_unit_test(what_is_no_image_is_not_mounted),
                cmocka_unit_test(an_image_that_lies_gives_an_error_and_an_end),
                cmocka_unit_test(a_name_with_a_slash_is_not_shown),
                cmocka_unit_test(names_are_as_long_as_names_may_be),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
