/* SPDX-License-Identifier: MIT */
/*
 * ext2, ext3 and ext4: what mke2fs made is read, what is written is read by debugfs and found sound by
 * e2fsck, and calls do as they do on the host.
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
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext_image.h"
#include "host_tree.h"
#include "mounts.h"

/* Features that are read, but not written. */
static const char *const only_read[] = {
        "-t ext4 -O bigalloc -C 16384", "-t ext4 -O quota", "-t ext4 -O project,quota", "-t ext4 -O verity"};
/* With directories of many blocks. */
static const char *const with_large[] = {
        "-t ext2 -b 1024 -N 8192", "-t ext4 -b 1024 -N 8192", "-t ext4 -b 4096 -N 8192 -O large_dir"};

#define NAMES 2500 /* in blocks of 1 KiB, more than a hash tree has room for on its first level */

static void make_names(const char *folder) {
        char path[T_PATH_MAX * 2];

        for (unsigned i = 0; i < NAMES; i++) {
                (void)snprintf(
                        path, sizeof path, "%s/one of so many names that a tree has levels %u", folder, i);
                t_write_file(path, &i, i % 3);
        }
}

/* --- reading --- */

/* Every image has it. */
static void make_lost_and_found(const char *folder) {
        char path[T_PATH_MAX + 16];

        (void)snprintf(path, sizeof path, "%s/lost+found", folder);
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void read_image_of(const char *folder, const char *options) {
        TImage image;
        TWorld w;
        Fs *fs;

        print_message("# %s\n", options);
        t_image_make(&image, T_IMAGE_SIZE, options, folder);
        assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
        t_world_init(&w, fs, MOUNT_READ_ONLY);
        make_lost_and_found(folder);
        assert_true(t_compare_with_folder(&w.client, folder, T_SAME_MODES | T_SAME_TIMES) > 300);
        t_world_deinit(&w);
        t_image_free(&image);
}

static void what_mke2fs_made_is_read(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        for (size_t i = 0; i < T_IMAGE_KINDS; i++)
                read_image_of(folder, t_image_kinds[i]);
        for (size_t i = 0; i < sizeof only_read / sizeof *only_read; i++)
                read_image_of(folder, only_read[i]);
        t_remove_folder(folder);
}

static void a_large_directory_is_read(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        make_names(folder);
        for (size_t i = 0; i < sizeof with_large / sizeof *with_large; i++)
                read_image_of(folder, with_large[i]);
        t_remove_folder(folder);
}

/* --- writing --- */

/* What debugfs has dumped is the same as what was copied: diff says nothing. */
static void compare_dump(const TImage *image, const char *folder) {
        static char out[65536];
        char dump[T_PATH_MAX];
        const char *argv[] = {"diff", "-r", "--no-dereference", "-x", "fifo", "-x", "char", "-x", "block",
                folder, dump, NULL};

        t_make_folder(dump);
        t_image_dump(image, dump);
        if (t_run(argv, out, sizeof out) != 0)
                fail_msg("%s", out);
        t_remove_folder(dump);
}

static void write_image_of(const char *folder, const char *options) {
        TImage image;
        TWorld w;
        Fs *fs;

        print_message("# %s\n", options);
        t_image_make(&image, T_IMAGE_SIZE, options, NULL);
        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
        t_copy_folder(&w.client, folder);
        t_world_deinit(&w);
        t_image_check(&image, options);
        compare_dump(&image, folder);
        t_image_free(&image);
}

static void what_is_written_is_read_by_debugfs(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        make_lost_and_found(folder);
        for (size_t i = 0; i < T_IMAGE_KINDS; i++)
                write_image_of(folder, t_image_kinds[i]);
        t_remove_folder(folder);
}

static void a_large_directory_is_written(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        make_names(folder);
        make_lost_and_found(folder);
        for (size_t i = 0; i < sizeof with_large / sizeof *with_large; i++)
                write_image_of(folder, with_large[i]);
        t_remove_folder(folder);
}

/* --- ending --- */

static VfsFile *open_new(TWorld *w, const char *path) {
        VfsFile *f;
        size_t put;

        assert_int_equal(vfs_open(&w->client, NULL, path, O_RDWR | O_CREAT, 0600, &f), 0);
        assert_int_equal(vfs_write(f, path, strlen(path), &put), 0);
        return f;
}

/* Others still call while a process ends. */
static void finish_image_of(const char *options) {
        VfsFile *named, *nameless;
        TImage image;
        size_t put;
        TWorld w;
        Fs *fs;

        t_image_make(&image, T_IMAGE_SIZE, options, NULL);
        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
        named = open_new(&w, "/named");
        nameless = open_new(&w, "/nameless");
        assert_int_equal(vfs_unlink(&w.client, NULL, "/nameless"), 0);
        assert_int_equal(mounts_finish(&w.mounts), 0);
        assert_int_equal(vfs_write(named, "x", 1, &put), -EROFS);
        assert_int_equal(vfs_ftruncate(named, 0), -EROFS);
        assert_int_equal(vfs_write(nameless, "x", 1, &put), -EROFS);
        vfs_close(named);
        vfs_close(nameless);
        t_image_check(&image, "after the end");
        t_world_deinit(&w);
        t_image_check(&image, "after the last call");
        t_image_free(&image);
}

static void a_finished_one_is_not_written(void **state) {
        (void)state;
        for (size_t i = 0; i < T_IMAGE_KINDS; i++)
                finish_image_of(t_image_kinds[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_mke2fs_made_is_read),
                cmocka_unit_test(a_large_directory_is_read),
                cmocka_unit_test(what_is_written_is_read_by_debugfs),
                cmocka_unit_test(a_large_directory_is_written),
                cmocka_unit_test(a_finished_one_is_not_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
