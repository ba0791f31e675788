/* SPDX-License-Identifier: MIT */
/*
 * SquashFS: images of mksquashfs in each compression, file by file, and images that were damaged.
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
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqfs/inode.h>

#include "../../fuzz/fs_walk.h"
#include "blkmem.h"
#include "host_tree.h"
#include "memblk.h"
#include "mounts.h"
#include "squash/squash.h"

#define OPTIONS_MAX 8
#define DAMAGES     400u

static unsigned char *pack(const char *folder, const char *options, size_t *ret_size) {
        char image[T_PATH_MAX + 8], words[128], out[4096];
        const char *argv[OPTIONS_MAX + 6] = {"mksquashfs", folder, image, "-noappend", "-quiet"};
        unsigned char *data;
        int n = 5;

        (void)snprintf(image, sizeof image, "%s.img", folder);
        (void)snprintf(words, sizeof words, "%s", options);
        for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
                argv[n++] = w;
        if (t_run(argv, out, sizeof out) != 0)
                fail_msg("mksquashfs %s: %s", options, out);
        data = t_read_file(image, ret_size);
        (void)remove(image);
        return data;
}

static int mount_memory(void *data, size_t size, unsigned flags, Fs **ret_fs) {
        Blk *blk;
        int r;

        assert_int_equal(blkmem_new(data, size, true, &blk), 0);
        r = squash_mount(blk, flags, "", ret_fs);
        if (r < 0)
                blk_close(blk);
        return r;
}

static void every_file_of_an_image_is_as_it_was_packed(void **state) {
        static const char *const kinds[] = {
                "-comp gzip",
                "-comp xz",
                "-comp lzma",
                "-comp zstd",
                "-comp lz4 -b 4096",
                "-comp gzip -b 1048576 -no-fragments",
                "-comp gzip -noI -noD -noF -no-duplicates",
                "-comp gzip -always-use-fragments -no-exports",
        };
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                size_t size;
                unsigned char *data = pack(folder, kinds[i], &size);
                TWorld w;
                Fs *fs;

                print_message("# %s\n", kinds[i]);
                assert_int_equal(mount_memory(data, size, MOUNT_READ_ONLY, &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                assert_true(t_compare_with_folder(&w.client, folder, T_SAME_MODES | T_SAME_TIMES) > 300);
                t_world_deinit(&w);
                free(data);
        }
        t_remove_folder(folder);
}

/* A folder with one file that has an attribute, if the host's file system lets us. */
static bool make_attribute(const char *folder) {
        char path[T_PATH_MAX + 8];

        (void)snprintf(path, sizeof path, "%s/file", folder);
        t_write_file(path, "contents", 8);
        return setxattr(path, "user.color", "blue", 4, 0) == 0;
}

static void attributes_are_read(void **state) {
        const VfsTarget file = {.path = "/file"};
        char folder[T_PATH_MAX], text[64] = "";
        bool has_attribute;
        unsigned char *data;
        size_t size, n = 0;
        TWorld w;
        Fs *fs;

        (void)state;
        t_make_folder(folder);
        has_attribute = make_attribute(folder);
        data = pack(folder, "-comp gzip -xattrs", &size);
        assert_int_equal(mount_memory(data, size, MOUNT_READ_ONLY, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);

        assert_int_equal(vfs_getxattr(&w.client, &file, "user.nothing", text, sizeof text, &n), -ENODATA);
        assert_int_equal(vfs_listxattr(&w.client, &file, text, sizeof text, &n), 0);
        if (has_attribute) {
                assert_int_equal(n, sizeof "user.color");
                assert_string_equal(text, "user.color");
                assert_int_equal(vfs_getxattr(&w.client, &file, "user.color", text, 3, &n), -ERANGE);
                assert_int_equal(vfs_getxattr(&w.client, &file, "user.color", text, 4, &n), 0);
                assert_memory_equal(text, "blue", 4);
        }
        t_world_deinit(&w);
        free(data);
        t_remove_folder(folder);
}

static void nothing_can_be_written(void **state) {
        char folder[T_PATH_MAX];
        unsigned char *data;
        size_t size;
        VfsFile *f;
        TWorld w;
        Fs *fs;

        (void)state;
        t_make_folder(folder);
        (void)make_attribute(folder);
        data = pack(folder, "-comp gzip", &size);
        assert_int_equal(mount_memory(data, size, 0, &fs), -EROFS); /* without being told that it is so */
        assert_int_equal(mount_memory(data, size, MOUNT_READ_ONLY, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);

        assert_int_equal(vfs_open(&w.client, NULL, "/file", O_RDWR, 0, &f), -EROFS);
        assert_int_equal(vfs_unlink(&w.client, NULL, "/file"), -EROFS);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/new", 0755), -EROFS);
        t_world_deinit(&w);
        free(data);
        t_remove_folder(folder);
}

static void what_is_no_image_is_not_mounted(void **state) {
        unsigned char zeros[4096] = {0};
        Fs *fs;

        (void)state;
        assert_int_equal(mount_memory(zeros, sizeof zeros, MOUNT_READ_ONLY, &fs), -EINVAL);
        assert_int_equal(mount_memory(zeros, 20, MOUNT_READ_ONLY, &fs), -EINVAL);
        assert_int_equal(squash_mount(NULL, MOUNT_READ_ONLY, "", &fs), -ENODEV);
}

/* --- large directories --- */

#define WIDE 3000

typedef struct Wide {
        unsigned room; /* entries that are taken at once */
        uint64_t next;
        unsigned n_seen[WIDE];
} Wide;

static bool take(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next) {
        Wide *w = arg;
        char text[FS_NAME_MAX + 1];
        unsigned long n;

        if (w->room == 0)
                return false;
        w->room--;
        (void)snprintf(text, sizeof text, "%.*s", (int)name->length, name->text);
        n = strtoul(text, NULL, 10);
        assert_in_range(n, 0, WIDE - 1);
        assert_true(ino > 0 && S_ISREG(type));
        w->n_seen[n]++;
        w->next = next;
        return true;
}

/* From `at` on, so many at once; how often that was asked for. */
static unsigned list_from(Fs *fs, Wide *w, uint64_t at, unsigned room) {
        unsigned n_calls = 0;

        memset(w, 0, sizeof *w);
        w->next = at;
        do {
                at = w->next;
                w->room = room;
                assert_int_equal(fs->ops->readdir(fs->root, at, take, w), 0);
                n_calls++;
        } while (w->next != at);
        return n_calls;
}

static void expect_seen(const Wide *w, unsigned n) {
        unsigned n_seen = 0;

        for (unsigned i = 0; i < WIDE; i++) {
                assert_in_range(w->n_seen[i], 0, 1);
                n_seen += w->n_seen[i];
        }
        assert_int_equal(n_seen, n);
}

/* One name at a time: the device is asked as often as for all at once, not each time for all before. */
static void a_listing_goes_on_where_it_stopped(void **state) {
        char folder[T_PATH_MAX], path[T_PATH_MAX + 16];
        static Wide w;
        unsigned char *data;
        MemBlk device;
        size_t size;
        Fs *fs;

        (void)state;
        t_make_folder(folder);
        for (unsigned i = 0; i < WIDE; i++) {
                (void)snprintf(path, sizeof path, "%s/%u", folder, i);
                t_write_file(path, "", 0);
        }
        data = pack(folder, "-comp gzip", &size);
        memblk_init(&device, size);
        memcpy(device.bytes, data, size);
        assert_int_equal(squash_mount(&device.head, MOUNT_READ_ONLY, "", &fs), 0);
        assert_int_equal(list_from(fs, &w, 0, 1), WIDE + 1);
        expect_seen(&w, WIDE);
        assert_in_range(device.n_reads, 1, WIDE / 10);
        (void)list_from(fs, &w, 0, 7);
        expect_seen(&w, WIDE);
        (void)list_from(fs, &w, WIDE - 5, 2); /* ahead, back, at the end, behind it */
        expect_seen(&w, 5);
        (void)list_from(fs, &w, 3, WIDE);
        expect_seen(&w, WIDE - 3);
        assert_int_equal(list_from(fs, &w, WIDE, 1), 1);
        assert_int_equal(list_from(fs, &w, WIDE + 1, 1), 1);
        assert_int_equal(list_from(fs, &w, UINT64_MAX, 1), 1);
        expect_seen(&w, 0);
        fs->ops->unmount(fs);
        memblk_deinit(&device);
        free(data);
        t_remove_folder(folder);
}

/* --- inodes that promise much --- */

static uint64_t number_at(const unsigned char *at, unsigned n_bytes) {
        uint64_t n = 0;

        for (unsigned i = n_bytes; i-- > 0;)
                n = n << 8 | at[i];
        return n;
}

static void put_number(unsigned char *at, uint64_t n, unsigned n_bytes) {
        for (unsigned i = 0; i < n_bytes; i++)
                at[i] = (unsigned char)(n >> 8 * i);
}

/* The one inode of a file with two names, which has the long form: its size is at 24. */
static unsigned char *find_long_file(unsigned char *data, size_t size) {
        uint64_t table = number_at(data + 64, 8);

        for (uint64_t at = table + 2; at + 56 < size; at++)
                if (number_at(data + at, 2) == SQFS_INODE_EXT_FILE && number_at(data + at + 24, 8) == 5000)
                        return data + at;
        fail_msg("there is no such inode");
        return NULL;
}

/* Not for lack of memory: it isn't asked for. */
static void an_inode_takes_no_more_memory_than_an_image_can_fill(void **state) {
        static const struct {
                uint64_t size;
                int result;
        } rows[] = {{5000, 0}, {1u << 20, -EIO}, {1ull << 40, -EIO}, {1ull << 50, -EIO}, {INT64_MAX, -EIO}};
        char folder[T_PATH_MAX], path[T_PATH_MAX + 8], other[T_PATH_MAX + 8], contents[5000] = "x";
        const FsName name = {.text = "f", .length = 1};
        unsigned char *data, *inode;
        size_t size;

        (void)state;
        t_make_folder(folder);
        (void)snprintf(path, sizeof path, "%s/f", folder);
        (void)snprintf(other, sizeof other, "%s/g", folder);
        t_write_file(path, contents, sizeof contents);
        assert_int_equal(link(path, other), 0);
        data = pack(folder, "-comp gzip -noI -noId -b 4096", &size);
        inode = find_long_file(data, size);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                FsNode *node;
                Fs *fs;
                int r;

                put_number(inode + 24, rows[i].size, 8);
                assert_int_equal(mount_memory(data, size, MOUNT_READ_ONLY, &fs), 0);
                r = fs->ops->lookup(fs->root, &name, &node);
                assert_int_equal(r, rows[i].result);
                if (r == 0)
                        (void)fs_unref(node);
                fs->ops->unmount(fs);
        }
        free(data);
        t_remove_folder(folder);
}

/* Nothing is compressed, so a changed byte is a changed number. */
static void a_damaged_image_gives_errors_and_an_end(void **state) {
        char folder[T_PATH_MAX];
        unsigned char *data, *copy;
        uint32_t seed = 20261103;
        unsigned n_mounted = 0;
        size_t size;

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        data = pack(folder, "-comp gzip -noI -noF -noId", &size);
        copy = malloc(size);
        assert_non_null(copy);
        for (unsigned i = 0; i < DAMAGES; i++) {
                Fs *fs;

                memcpy(copy, data, size);
                for (unsigned k = 0; k < 4; k++) {
                        size_t end = i % 4 ? size / 8 : size, at;

                        seed = seed * 1664525u + 1013904223u;
                        at = i % 4 == 3 ? seed % 96
                                        : size - 1 - (seed >> 4) % end; /* tables lie at the end */
                        seed = seed * 1664525u + 1013904223u;
                        copy[at] = (unsigned char)(seed >> 24);
                }
                if (mount_memory(copy, size, MOUNT_READ_ONLY, &fs) == 0) {
                        fs_walk(fs);
                        n_mounted++;
                }
        }
        assert_in_range(n_mounted, 1, DAMAGES - 1);
        free(copy);
        free(data);
        t_remove_folder(folder);
}

/* What mksquashfs can make, and the library not read. */
static void a_compression_that_is_not_there_is_named(void **state) {
        char folder[T_PATH_MAX];
        unsigned char *data;
        size_t size;
        Fs *fs;

        (void)state;
        t_make_folder(folder);
        (void)make_attribute(folder);
        data = pack(folder, "-comp lzo", &size);
        assert_int_equal(mount_memory(data, size, MOUNT_READ_ONLY, &fs), -EINVAL);
        assert_string_equal(fs_explanation(), "compression 'lzo' is not supported");
        free(data);
        t_remove_folder(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_file_of_an_image_is_as_it_was_packed),
                cmocka_unit_test(a_compression_that_is_not_there_is_named),
                cmocka_unit_test(attributes_are_read),
                cmocka_unit_test(nothing_can_be_written),
                cmocka_unit_test(what_is_no_image_is_not_mounted),
                cmocka_unit_test(a_listing_goes_on_where_it_stopped),
                cmocka_unit_test(an_inode_takes_no_more_memory_than_an_image_can_fill),
                cmocka_unit_test(a_damaged_image_gives_errors_and_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
