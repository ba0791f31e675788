/* SPDX-License-Identifier: MIT */
/*
 * ext2, ext3 and ext4: what mke2fs made is read, what is written is read by debugfs and found sound by
 * e2fsck, and calls do as they do on the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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

/* --- reading --- */

/* Every image has it. */
static void make_lost_and_found(const char *folder) {
        char path[T_PATH_MAX + 16];

        (void)snprintf(path, sizeof path, "%s/lost+found", folder);
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void what_mke2fs_made_is_read(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        for (size_t i = 0; i < T_IMAGE_KINDS; i++) {
                TImage image;
                TWorld w;
                Fs *fs;

                print_message("# %s\n", t_image_kinds[i]);
                t_image_make(&image, T_IMAGE_SIZE, t_image_kinds[i], folder);
                assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                make_lost_and_found(folder);
                assert_true(t_compare_with_folder(&w.client, folder, T_SAME_MODES | T_SAME_TIMES) > 300);
                t_world_deinit(&w);
                t_image_free(&image);
        }
        t_remove_folder(folder);
}

/* --- writing --- */

/* A host's folder, made once more through the client's calls. */
static VfsClient *copy_to;
static size_t copy_root;

static void copy_contents(const char *path, const char *ours, const struct stat *st) {
        size_t size, put = 0;
        unsigned char *data = t_read_file(path, &size);
        VfsFile *f;

        assert_int_equal(
                vfs_open(copy_to, NULL, ours, O_WRONLY | O_CREAT | O_EXCL, st->st_mode & 07777, &f), 0);
        for (size_t at = 0; at < size; at += put) {
                size_t n = size - at < 70001 ? size - at : 70001;

                assert_int_equal(vfs_write(f, data + at, n, &put), 0);
                assert_true(put > 0);
        }
        vfs_close(f);
        free(data);
}

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        const char *ours = path + copy_root;
        char target[4096];
        ssize_t n;

        (void)type;
        (void)where;
        if (!*ours || S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) || S_ISFIFO(st->st_mode))
                return 0;
        if (S_ISDIR(st->st_mode)) {
                int r = vfs_mkdir(copy_to, NULL, ours, st->st_mode & 01777);

                assert_true(r == 0 || (r == -EEXIST && strcmp(ours, "/lost+found") == 0));
        } else if (S_ISLNK(st->st_mode)) {
                n = readlink(path, target, sizeof target - 1);
                assert_true(n > 0);
                target[n] = '\0';
                assert_int_equal(vfs_symlink(copy_to, target, NULL, ours), 0);
        } else {
                copy_contents(path, ours, st);
        }
        return 0;
}

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

static void what_is_written_is_read_by_debugfs(void **state) {
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        make_lost_and_found(folder);
        for (size_t i = 0; i < T_IMAGE_KINDS; i++) {
                TImage image;
                TWorld w;
                Fs *fs;

                print_message("# %s\n", t_image_kinds[i]);
                t_image_make(&image, T_IMAGE_SIZE, t_image_kinds[i], NULL);
                assert_int_equal(t_image_mount(&image, 0, &fs), 0);
                t_world_init(&w, fs, 0);
                copy_to = &w.client;
                copy_root = strlen(folder);
                assert_int_equal(nftw(folder, copy_one, 16, FTW_PHYS), 0);
                t_world_deinit(&w);
                t_image_check(&image, t_image_kinds[i]);
                compare_dump(&image, folder);
                t_image_free(&image);
        }
        t_remove_folder(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_mke2fs_made_is_read),
                cmocka_unit_test(what_is_written_is_read_by_debugfs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
