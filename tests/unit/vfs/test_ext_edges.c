/* SPDX-License-Identifier: MIT */
/*
 * ext2, ext3 and ext4 at their edges: what is refused and why, attributes, hash trees, a full device, a
 * device that fails, damaged images.
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

#include <cmocka.h>

#include "../../fuzz/fs_walk.h"
#include "blkmem.h"
#include "ext/ext.h"
#include "ext_image.h"
#include "host_tree.h"
#include "memblk.h"
#include "mounts.h"

#define SMALL (8u << 20)

static TImage image;
static TWorld w;

static void begin(const char *options, size_t size) {
        Fs *fs;

        t_image_make(&image, size, options, NULL);
        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
}

static void end(const char *when) {
        t_world_deinit(&w);
        t_image_check(&image, when);
        t_image_free(&image);
}

static void write_file(const char *path, const void *data, size_t size) {
        size_t put = 0;
        VfsFile *f;

        assert_int_equal(vfs_open(&w.client, NULL, path, O_WRONLY | O_CREAT, 0644, &f), 0);
        assert_int_equal(vfs_write(f, data, size, &put), 0);
        assert_int_equal(put, size);
        vfs_close(f);
}

/* --- what is refused --- */

static void what_is_not_supported_is_named(void **state) {
        static const struct {
                const char *options;
                int ro, rw;
                const char *word;
        } cases[] = {
                {"-t ext4 -O encrypt", -EINVAL, -EINVAL, "encrypt"},
                {"-t ext4 -O casefold", -EINVAL, -EINVAL, "casefold"},
                {"-t ext4 -O mmp", -EINVAL, -EINVAL, "mmp"},
                {"-t ext4 -O ea_inode", -EINVAL, -EINVAL, "ea_inode"},
                {"-t ext4 -O bigalloc", 0, -EROFS, "bigalloc"},
                {"-t ext4 -O quota", 0, -EROFS, "quota"},
                {"-t ext4 -O project,quota", 0, -EROFS, "quota"},
                {"-t ext4 -O verity", 0, -EROFS, "verity"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Fs *fs = NULL;
                int r;

                print_message("# %s\n", cases[i].options);
                t_image_make(&image, 4 * SMALL, cases[i].options, NULL);
                assert_int_equal(t_image_mount(&image, 0, &fs), cases[i].rw);
                assert_non_null(strstr(fs_explanation(), cases[i].word));
                r = t_image_mount(&image, MOUNT_READ_ONLY, &fs);
                assert_int_equal(r, cases[i].ro);
                if (r == 0)
                        fs_walk(fs);
                t_image_free(&image);
        }
}

static void what_needs_e2fsck_is_not_written_to(void **state) {
        enum { STATE_AT = 1024 + 0x3a }; /* in the superblock: 1 is unmounted, 2 damaged */
        Fs *fs;

        (void)state;
        t_image_make(&image, SMALL, "-t ext2", NULL);
        image.data[STATE_AT] = 0;
        assert_int_equal(t_image_mount(&image, 0, &fs), -EROFS);
        assert_non_null(strstr(fs_explanation(), "e2fsck"));
        image.data[STATE_AT] = 3;
        assert_int_equal(t_image_mount(&image, 0, &fs), -EROFS);
        assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
        fs->ops->unmount(fs);
        t_image_free(&image);
}

static void what_is_no_image_is_not_mounted(void **state) {
        static unsigned char zeros[8192];
        Blk *blk;
        Fs *fs;

        (void)state;
        assert_int_equal(ext_mount(NULL, 0, "", &fs), -ENODEV);
        for (size_t size = 2047; size <= sizeof zeros; size += 1) {
                assert_int_equal(blkmem_new(zeros, size, false, &blk), 0);
                assert_int_equal(ext_mount(blk, 0, "", &fs), -EINVAL);
                blk_close(blk);
        }
        t_image_make(&image, SMALL, "-t ext4", NULL);
        assert_int_equal(blkmem_new(image.data, SMALL - 1024, false, &blk), 0);
        assert_int_equal(ext_mount(blk, 0, "", &fs), -EIO); /* cut off */
        blk_close(blk);
        assert_int_equal(blkmem_new(image.data, SMALL, true, &blk), 0);
        assert_int_equal(ext_mount(blk, 0, "", &fs), -EROFS);
        blk_close(blk);
        t_image_free(&image);
}

/* --- attributes --- */

static void times_have_nanoseconds_and_centuries(void **state) {
        const struct timespec times[2] = {
                {.tv_sec = 1, .tv_nsec = 999999999}, {.tv_sec = 9000000000, .tv_nsec = 7}};
        struct stat st;

        (void)state;
        begin("-t ext4", SMALL);
        write_file("/f", "x", 1);
        assert_int_equal(vfs_utimens(&w.client, NULL, "/f", false, times), 0);
        assert_int_equal(vfs_stat(&w.client, NULL, "/f", false, &st), 0);
        assert_int_equal(st.st_atim.tv_sec, 1);
        assert_int_equal(st.st_atim.tv_nsec, 999999999);
        assert_int_equal(st.st_mtim.tv_sec, 9000000000);
        assert_int_equal(st.st_mtim.tv_nsec, 7);
        end("times");
}

static void times_beyond_the_ends_become_the_ends(void **state) {
        static const struct {
                const char *options;
                int64_t last;
        } kinds[] = {{"-t ext2 -I 128", INT32_MAX}, {"-t ext4", 0x37fffffff}};
        struct stat st;

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                const struct timespec beyond[2] = {{.tv_sec = INT32_MIN - 1ll, .tv_nsec = 5},
                        {.tv_sec = kinds[i].last + 1, .tv_nsec = 5}};
                const struct timespec far[2] = {{.tv_sec = INT64_MIN}, {.tv_sec = INT64_MAX}};
                const struct timespec at[2] = {{.tv_sec = INT32_MIN}, {.tv_sec = kinds[i].last}};
                const struct timespec *const all[] = {at, beyond, far};

                begin(kinds[i].options, SMALL);
                write_file("/f", "x", 1);
                for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
                        assert_int_equal(vfs_utimens(&w.client, NULL, "/f", false, all[k]), 0);
                        assert_int_equal(vfs_stat(&w.client, NULL, "/f", false, &st), 0);
                        assert_true(st.st_atim.tv_sec == INT32_MIN && st.st_atim.tv_nsec == 0);
                        assert_true(st.st_mtim.tv_sec == kinds[i].last && st.st_mtim.tv_nsec == 0);
                }
                end(kinds[i].options);
        }
}

static void set_links(const char *path, unsigned n) {
        char command[100];
        Fs *fs;

        t_world_deinit(&w);
        (void)snprintf(command, sizeof command, "set_inode_field %s links_count %u", path, n);
        t_image_change(&image, command);
        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
}

static int rename_to(const char *from, const char *to) {
        return vfs_rename(&w.client, NULL, from, NULL, to, 0);
}

/* Without the feature that lets a directory stop counting. */
static void links_end_at_65000(void **state) {
        (void)state;
        begin("-t ext2", SMALL);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/full", 0755), 0);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/d", 0755), 0);
        write_file("/f", "x", 1);
        set_links("/f", 64999);
        assert_int_equal(vfs_link(&w.client, NULL, "/f", NULL, "/last", false), 0);
        assert_int_equal(vfs_link(&w.client, NULL, "/f", NULL, "/more", false), -EMLINK);
        set_links("/full", 64999);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/full/last", 0755), 0);
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/full/more", 0755), -EMLINK);
        assert_int_equal(rename_to("/d", "/full/d"), -EMLINK);
        assert_int_equal(rename_to("/d", "/full/last"), 0); /* in the place of one that was there */
        assert_int_equal(rename_to("/full/last", "/full/renamed"), 0);
        assert_int_equal(rename_to("/f", "/full/f"), 0);
        set_links("/full/f", 2);
        set_links("/full", 3);
        end("links");
}

static void a_write_ends_at_the_largest_size(void **state) {
        const off_t last = (off_t)(12 + 256 + 256 * 256 + 256 * 256 * 256) * 1024;
        size_t put = 0;
        VfsFile *f;

        (void)state;
        begin("-t ext2 -b 1024", SMALL);
        assert_int_equal(vfs_open(&w.client, NULL, "/f", O_WRONLY | O_CREAT, 0644, &f), 0);
        assert_int_equal(vfs_pwrite(f, "text", 4, last, &put), -EFBIG);
        assert_int_equal(vfs_pwrite(f, "text", 4, last - 3, &put), 0);
        assert_int_equal(put, 3);
        assert_int_equal(vfs_ftruncate(f, last + 1), -EFBIG);
        assert_int_equal(vfs_ftruncate(f, last), 0);
        vfs_close(f);
        end("the largest size");
}

static void extended_attributes_lie_in_the_inode_and_in_a_block(void **state) {
        static const char *const kinds[] = {"-t ext2 -I 128", "-t ext4 -b 1024", "-t ext4 -O inline_data"};
        static const unsigned char acl[] = {2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 7, 0, 0,
                0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255,
                255, 255};
        const VfsTarget f = {.path = "/f"};

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                char value[900], back[1000], list[200];
                size_t n = 0;

                begin(kinds[i], SMALL);
                memset(value, 'v', sizeof value);
                write_file("/f", "x", 1);
                assert_int_equal(vfs_setxattr(&w.client, &f, "user.a", "1", 1, 0), 0);
                assert_int_equal(vfs_setxattr(&w.client, &f, "user.a", "2", 1, XATTR_CREATE), -EEXIST);
                assert_int_equal(vfs_setxattr(&w.client, &f, "user.b", "2", 1, XATTR_REPLACE), -ENODATA);
                assert_int_equal(vfs_setxattr(&w.client, &f, "user.big", value, 700, 0), 0);
                assert_int_equal(vfs_setxattr(&w.client, &f, "security.s", "", 0, 0), 0);
                assert_int_equal(
                        vfs_setxattr(&w.client, &f, "system.posix_acl_access", acl, sizeof acl, 0), 0);
                assert_int_equal(vfs_setxattr(&w.client, &f, "system.posix_acl_access", acl, 5, 0), -EINVAL);
                assert_int_equal(vfs_setxattr(&w.client, &f, "system.data", "x", 1, 0), -EOPNOTSUPP);
                assert_int_equal(vfs_setxattr(&w.client, &f, "user.huge", value, 65537, 0), -E2BIG);
                assert_int_equal(vfs_getxattr(&w.client, &f, "user.big", back, 699, &n), -ERANGE);
                assert_int_equal(vfs_getxattr(&w.client, &f, "user.big", back, 700, &n), 0);
                assert_memory_equal(back, value, 700);
                assert_int_equal(
                        vfs_getxattr(&w.client, &f, "system.posix_acl_access", back, sizeof back, &n), 0);
                assert_int_equal(n, sizeof acl);
                assert_memory_equal(back, acl, n);
                assert_int_equal(vfs_listxattr(&w.client, &f, list, sizeof list, &n), 0);
                assert_int_equal(n, sizeof "user.a" + sizeof "user.big" + sizeof "security.s" +
                                            sizeof "system.posix_acl_access");
                assert_int_equal(vfs_listxattr(&w.client, &f, list, n - 1, &n), -ERANGE);
                assert_int_equal(vfs_removexattr(&w.client, &f, "user.big"), 0);
                assert_int_equal(vfs_removexattr(&w.client, &f, "user.big"), -ENODATA);
                end(kinds[i]);
        }
}

/* --- directories --- */

#define TREE_NAMES 3000u

typedef struct Seen {
        unsigned char old[TREE_NAMES];
        unsigned n, n_max;
} Seen;

static bool see(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        Seen *seen = arg;
        unsigned long i;

        (void)length;
        (void)ino;
        (void)type;
        (void)next;
        if (seen->n == seen->n_max)
                return false;
        seen->n++;
        if (strncmp(name, "old ", 4) != 0)
                return true;
        i = strtoul(name + 4, NULL, 10);
        assert_true(i < TREE_NAMES);
        seen->old[i]++;
        return true;
}

static void make_names(const char *kind, unsigned n) {
        char path[80];
        VfsFile *f;

        for (unsigned i = 0; i < n; i++) {
                (void)snprintf(path, sizeof path, "/dir/%s %u of the names in this directory", kind, i);
                assert_int_equal(vfs_open(&w.client, NULL, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &f), 0);
                vfs_close(f);
        }
}

/* e2fsck makes a hash tree of a large directory; then names are read while others come, and blocks split. */
static void a_hash_tree_shows_every_name_once(void **state) {
        static const char *const kinds[] = {"-t ext4 -b 1024 -N 9000", "-t ext3 -b 1024 -N 9000"};
        char out[4096];

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                Seen seen = {.n_max = TREE_NAMES / 2};
                VfsFile *dir;
                Fs *fs;

                begin(kinds[i], 4 * SMALL);
                assert_int_equal(vfs_mkdir(&w.client, NULL, "/dir", 0755), 0);
                make_names("old", TREE_NAMES);
                t_world_deinit(&w);
                assert_in_range(t_image_optimize(&image), 0, 1);
                t_image_debug(&image, "htree /dir", out, sizeof out);
                assert_non_null(strstr(out, "Root node dump"));

                assert_int_equal(t_image_mount(&image, 0, &fs), 0);
                t_world_init(&w, fs, 0);
                assert_int_equal(vfs_open(&w.client, NULL, "/dir", O_RDONLY | O_DIRECTORY, 0, &dir), 0);
                assert_int_equal(vfs_getdents(dir, see, &seen), 0);
                make_names("new", TREE_NAMES);
                seen.n_max = UINT32_MAX;
                assert_int_equal(vfs_getdents(dir, see, &seen), 0);
                vfs_close(dir);
                for (unsigned k = 0; k < TREE_NAMES; k++)
                        assert_int_equal(seen.old[k], 1);
                for (unsigned k = 0; k < TREE_NAMES; k += 2) {
                        char path[80];

                        (void)snprintf(path, sizeof path, "/dir/old %u of the names in this directory", k);
                        assert_int_equal(vfs_unlink(&w.client, NULL, path), 0);
                }
                end(kinds[i]);
        }
}

/* --- a full device --- */

static void a_full_device_says_so_and_stays_sound(void **state) {
        static unsigned char data[100000];
        static const char *const kinds[] = {
                "-t ext2 -b 1024", "-t ext4 -b 1024 -J size=1", "-t ext4 -b 1024 -O ^extent,^64bit"};

        (void)state;
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                size_t put = 0, all = 0;
                struct stat st;
                VfsFile *f;
                int r;

                begin(kinds[i], SMALL);
                assert_int_equal(vfs_open(&w.client, NULL, "/f", O_WRONLY | O_CREAT, 0644, &f), 0);
                do {
                        r = vfs_write(f, data, sizeof data, &put);
                        all += r == 0 ? put : 0;
                } while (r == 0);
                assert_int_equal(r, -ENOSPC);
                assert_int_equal(vfs_fstat(f, &st), 0);
                assert_int_equal(st.st_size, all);
                assert_int_equal(vfs_mkdir(&w.client, NULL, "/d", 0755), -ENOSPC);
                assert_int_equal(vfs_ftruncate(f, 1000), 0);
                assert_int_equal(
                        vfs_pwrite(f, data, sizeof data, 5000, &put), 0); /* freed, so there to be had */
                assert_int_equal(put, sizeof data);
                vfs_close(f);
                assert_int_equal(vfs_mkdir(&w.client, NULL, "/d", 0755), 0);
                end(kinds[i]);
        }
}

/* All of the device but what it keeps, and /freed has some of that: the next block of /f is one of the last.
 */
static VfsFile *fill_up_to_the_last_blocks(void *data, size_t size) {
        struct statvfs all;
        uint64_t n_free;
        size_t put = 0;
        VfsFile *f;

        write_file("/freed", data, size);
        assert_int_equal(vfs_open(&w.client, NULL, "/f", O_RDWR | O_CREAT, 0644, &f), 0);
        do {
                assert_int_equal(vfs_statvfs(&w.client, "/", &all), 0);
                n_free = all.f_bfree * all.f_frsize;
                if (n_free > size)
                        assert_int_equal(vfs_write(f, data, size / 2, &put), 0);
        } while (n_free > size);
        assert_int_equal(vfs_fsync(f, false), 0);
        return f;
}

static const char *const journaled[] = {"-t ext4 -b 1024 -J size=1", "-t ext4 -b 1024 -O ^extent,^64bit"};

/* Some blocks are free, and more will be when it is safe that they are: a write gets all that it needs. */
static void blocks_that_were_just_freed_are_there_for_a_write(void **state) {
        static unsigned char data[100000];

        (void)state;
        for (size_t i = 0; i < sizeof journaled / sizeof *journaled; i++) {
                size_t put = 0;
                VfsFile *f;

                begin(journaled[i], SMALL);
                f = fill_up_to_the_last_blocks(data, sizeof data);
                assert_int_equal(vfs_unlink(&w.client, NULL, "/freed"), 0);
                assert_int_equal(vfs_write(f, data, sizeof data, &put), 0);
                assert_int_equal(put, sizeof data);
                vfs_close(f);
                end(journaled[i]);
        }
}

static void the_last_block_of_a_device_is_freed_too(void **state) {
        static unsigned char data[100000];

        (void)state;
        for (size_t i = 0; i < sizeof journaled / sizeof *journaled; i++) {
                size_t put = 0, size = 0;
                VfsFile *f;

                begin(journaled[i], SMALL);
                f = fill_up_to_the_last_blocks(data, sizeof data);
                assert_int_equal(vfs_unlink(&w.client, NULL, "/freed"), 0);
                assert_int_equal(vfs_fsync(f, false), 0);
                while (vfs_write(f, data, sizeof data, &put) == 0)
                        size += put;
                assert_true(size >= sizeof data);
                vfs_close(f);
                assert_int_equal(vfs_unlink(&w.client, NULL, "/f"), 0);
                end(journaled[i]);
        }
}

/* --- a device that fails --- */

static void a_device_that_fails_and_comes_back_loses_nothing(void **state) {
        static const char *const kinds[] = {"-t ext4 -b 1024 -J size=1", "-t ext2 -b 1024"};
        static unsigned char data[30000];

        (void)state;
        for (unsigned i = 0; i < 100; i++) {
                MemBlk device;
                size_t put = 0;
                VfsFile *f;
                Fs *fs;
                int r;

                t_image_make(&image, 4u << 20, kinds[i % 2], NULL);
                memblk_init(&device, image.size);
                memcpy(device.bytes, image.data, image.size);
                assert_int_equal(ext_mount(&device.head, 0, "", &fs), 0);
                t_world_init(&w, fs, 0);
                write_file("/before", data, sizeof data);
                device.error = EIO;
                device.good_calls = i / 2;
                memset(data, (int)i, sizeof data);
                r = vfs_open(&w.client, NULL, "/f", O_WRONLY | O_CREAT, 0644, &f);
                if (r == 0) {
                        (void)vfs_write(f, data, sizeof data, &put);
                        (void)vfs_fsync(f, false);
                        vfs_close(f);
                }
                device.error = 0;
                write_file("/f", data, sizeof data);
                assert_int_equal(mounts_sync(&w.mounts), 0);
                t_world_deinit(&w);
                memcpy(image.data, device.bytes, image.size);
                if (i % 10 < 2)
                        t_image_check(&image, "after a failure");
                assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                assert_int_equal(vfs_open(&w.client, NULL, "/f", O_RDONLY, 0, &f), 0);
                vfs_close(f);
                t_world_deinit(&w);
                memblk_deinit(&device);
                t_image_free(&image);
        }
}

/* --- damage --- */

#define DAMAGES 50u

static void a_damaged_image_gives_errors_and_an_end(void **state) {
        uint32_t seed = 20261104;
        unsigned n_mounted = 0;
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fill_folder(folder);
        for (size_t kind = 0; kind < T_IMAGE_KINDS; kind++) {
                TImage copy = {.data = malloc(T_IMAGE_SIZE), .size = T_IMAGE_SIZE};

                assert_non_null(copy.data);
                t_image_make(&image, T_IMAGE_SIZE, t_image_kinds[kind], folder);
                for (unsigned i = 0; i < DAMAGES; i++) {
                        unsigned flags = i % 3 ? 0 : MOUNT_READ_ONLY;
                        size_t end_at =
                                i % 2 ? 3072 : 600000; /* descriptors, tables of inodes, directories */
                        Fs *fs;

                        memcpy(copy.data, image.data, image.size);
                        for (unsigned k = 0; k < 1 + i % 8; k++) {
                                seed = seed * 1664525u + 1013904223u;
                                copy.data[1024 + (seed >> 6) % end_at] ^= (unsigned char)(1 + (seed >> 24));
                        }
                        if (t_image_mount(&copy, flags, &fs) < 0)
                                continue;
                        n_mounted++;
                        if (flags)
                                fs_walk(fs);
                        else
                                fs_walk_and_change(fs);
                }
                free(copy.data);
                t_image_free(&image);
        }
        assert_true(n_mounted > 0);
        t_remove_folder(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_not_supported_is_named),
                cmocka_unit_test(what_needs_e2fsck_is_not_written_to),
                cmocka_unit_test(what_is_no_image_is_not_mounted),
                cmocka_unit_test(times_have_nanoseconds_and_centuries),
                cmocka_unit_test(times_beyond_the_ends_become_the_ends),
                cmocka_unit_test(links_end_at_65000),
                cmocka_unit_test(a_write_ends_at_the_largest_size),
                cmocka_unit_test(extended_attributes_lie_in_the_inode_and_in_a_block),
                cmocka_unit_test(a_hash_tree_shows_every_name_once),
                cmocka_unit_test(a_full_device_says_so_and_stays_sound),
                cmocka_unit_test(blocks_that_were_just_freed_are_there_for_a_write),
                cmocka_unit_test(the_last_block_of_a_device_is_freed_too),
                cmocka_unit_test(a_device_that_fails_and_comes_back_loses_nothing),
                cmocka_unit_test(a_damaged_image_gives_errors_and_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
