/* SPDX-License-Identifier: MIT */
/*
 * What FAT has of its own: its names, its limits, its attributes, its times, and devices that fail below it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fat/chain.h"
#include "fat/fat.h"
#include "fat/name.h"
#include "fat/time.h"
#include "fat_image.h"

static TFat t;

static int set_up_12(void **state) {
        (void)state;
        t_fat_init(&t, "1440", "-F 12 -s 1 -r 224");
        return 0;
}

static int set_up_16(void **state) {
        (void)state;
        t_fat_init(&t, "8192", "-F 16 -s 1 -r 512");
        return 0;
}

static int set_up_32(void **state) {
        (void)state;
        t_fat_init(&t, "40960", "-F 32 -s 1");
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        t_fat_deinit(&t);
        return 0;
}

/* --- calls --- */

static int make(const char *path) {
        VfsFile *f = NULL;
        int r = vfs_open(&t.world.client, NULL, path, O_CREAT | O_EXCL | O_WRONLY, 0644, &f);

        vfs_close(f);
        return r;
}

static VfsFile *open_file(const char *path, int flags) {
        VfsFile *f = NULL;
        int r = vfs_open(&t.world.client, NULL, path, flags, 0644, &f);

        if (r < 0)
                fail_msg("%s: %s", path, strerror(-r));
        return f;
}

static int stat_of(const char *path, struct stat *ret) {
        return vfs_stat(&t.world.client, NULL, path, true, ret);
}

static bool is_there(const char *path) {
        struct stat st;

        return stat_of(path, &st) == 0;
}

static int move(const char *from, const char *to) {
        return vfs_rename(&t.world.client, NULL, from, NULL, to, 0);
}

static int remove_file(const char *path) {
        return vfs_unlink(&t.world.client, NULL, path);
}

static uint64_t n_free(void) {
        struct statvfs st;

        assert_int_equal(vfs_statvfs(&t.world.client, "/", &st), 0);
        return st.f_bfree;
}

typedef struct Found {
        const char *name;
        bool is_there;
        unsigned n;
} Found;

static bool look(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        Found *found = arg;

        (void)ino;
        (void)type;
        (void)next;
        found->n++;
        found->is_there |=
                found->name && strlen(found->name) == length && memcmp(name, found->name, length) == 0;
        return true;
}

static unsigned n_names(const char *dir) {
        VfsFile *f = open_file(dir, O_RDONLY | O_DIRECTORY);
        Found found = {.name = NULL};

        assert_int_equal(vfs_getdents(f, look, &found), 0);
        vfs_close(f);
        return found.n - 2;
}

/* Is it listed so, letter by letter? */
static bool is_listed(const char *dir, const char *name) {
        VfsFile *f = open_file(dir, O_RDONLY | O_DIRECTORY);
        Found found = {.name = name};

        assert_int_equal(vfs_getdents(f, look, &found), 0);
        vfs_close(f);
        return found.is_there;
}

/* --- names --- */

static void names_keep_their_letters_and_match_any(void **state) {
        static const char *const rows[][2] = {{"readme.txt", "README.TXT"}, {"UPPER", "upper"},
                {"Mixed.Txt", "mIXED.tXT"}, {"A name with blanks", "a NAME with BLANKS"},
                {"gr\303\274n", "GR\303\234N"},
                {"\320\277\321\200\320\270\320\262\320\265\321\202",
                        "\320\237\320\240\320\230\320\222\320\225\320\242"},
                {"\316\221\316\262", "\316\261\316\222"}, {".profile", ".PROFILE"}, {"a.b.c", "A.B.C"},
                {"\360\237\230\200", "\360\237\230\200"}, {"file+1.txt", "FILE+1.TXT"}};
        const size_t n = sizeof rows / sizeof *rows;

        (void)state;
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(make(rows[i][0]), 0);
                assert_int_equal(make(rows[i][1]), -EEXIST);
        }
        t_fat_remount(&t);
        for (size_t i = 0; i < n; i++)
                if (!is_there(rows[i][1]) || !is_listed("/", rows[i][0]))
                        fail_msg("%s", rows[i][0]);
        assert_int_equal(n_names("/"), n);
}

static void what_can_be_no_name_is_refused(void **state) {
        static const char *const bad[] = {"a*", "a?", "<", ">", "|", "\"", ":", "\\", "a\001", "blank ",
                "\177", "\377", "\300\200", "\355\240\200", "\xf8\x88\x80\x80\x80", "...."};

        (void)state;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (make(bad[i]) != -EINVAL)
                        fail_msg("%s", bad[i]);
        assert_int_equal(n_names("/"), 0);
        assert_int_equal(make("dots..."), 0); /* as on Windows, and vfat: without the dots */
        assert_true(is_listed("/", "dots"));
        assert_int_equal(make("dots"), -EEXIST);
}

static void the_longest_name(void **state) {
        char name[258];

        (void)state;
        memset(name, 'x', sizeof name);
        name[255] = '\0';
        assert_int_equal(make(name), 0);
        assert_true(is_listed("/", name));
        name[254] = '\0';
        assert_int_equal(make(name), 0);
        name[254] = 'x';
        name[255] = 'x';
        name[256] = '\0';
        assert_int_equal(make(name), -ENAMETOOLONG);
}

static void short_names_are_found_and_no_two_alike(void **state) {
        char name[64];

        (void)state;
        for (int i = 1; i <= 120; i++) {
                (void)snprintf(name, sizeof name, "longfilename number %d.text", i);
                assert_int_equal(make(name), 0);
                (void)snprintf(name, sizeof name, "%.*s~%d.tex",
                        i < 10    ? 6
                        : i < 100 ? 5
                                  : 4,
                        "longfilename", i);
                if (!is_there(name))
                        fail_msg("%s", name);
        }
        assert_int_equal(remove_file("LONGFI~7.TEX"), 0);
        assert_false(is_there("longfilename number 7.text"));
        assert_int_equal(n_names("/"), 119);
}

static void renaming_changes_letters(void **state) {
        static const char *const names[] = {"readme", "README", "ReadMe", "readME", "rEADME", "readme"};

        (void)state;
        assert_int_equal(make(names[0]), 0);
        for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
                assert_int_equal(move(names[i - 1], names[i]), 0);
                assert_true(is_listed("/", names[i]));
                assert_int_equal(n_names("/"), 1);
        }
}

static void the_same_file_keeps_its_number(void **state) {
        VfsFile *f = open_file("first", O_CREAT | O_RDWR), *g;
        struct stat a, b;

        (void)state;
        assert_int_equal(vfs_fstat(f, &a), 0);
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "dir", 0755), 0);
        assert_int_equal(move("first", "dir/second with a long name"), 0);
        assert_int_equal(vfs_fstat(f, &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
        g = open_file("other", O_CREAT | O_RDWR); /* where the first entry was */
        assert_int_equal(vfs_fstat(g, &b), 0);
        assert_true(a.st_ino != b.st_ino);
        assert_int_equal(stat_of("dir/second with a long name", &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
        vfs_close(f);
        vfs_close(g);
}

static void a_removed_file_keeps_its_number_too(void **state) {
        VfsFile *f = open_file("first", O_CREAT | O_RDWR), *g;
        struct stat a, b;

        (void)state;
        assert_int_equal(vfs_fstat(f, &a), 0);
        assert_int_equal(remove_file("first"), 0);
        g = open_file("other", O_CREAT | O_RDWR); /* in the same place */
        assert_int_equal(vfs_fstat(g, &b), 0);
        assert_true(a.st_ino != b.st_ino);
        assert_int_equal(vfs_fstat(f, &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
        assert_int_equal(b.st_nlink, 0);
        vfs_close(f);
        vfs_close(g);
}

static void a_moved_directory_leads_up_to_its_new_parent(void **state) {
        VfsFile *f;
        char path[64];

        (void)state;
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "a", 0755), 0);
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "b", 0755), 0);
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "a/dir", 0755), 0);
        assert_int_equal(make("a/dir/file"), 0);
        f = open_file("a/dir", O_RDONLY | O_DIRECTORY);
        assert_int_equal(move("a/dir", "b/moved"), 0);
        assert_int_equal(vfs_fchdir(&t.world.client, f), 0);
        vfs_close(f);
        assert_int_equal(vfs_getcwd(&t.world.client, path, sizeof path), 0);
        assert_string_equal(path, "/b/moved");
        assert_int_equal(vfs_chdir(&t.world.client, "/"), 0);
        t_fat_remount(&t);
        assert_true(is_there("b/moved/../moved/file"));
}

/* --- room --- */

static void an_old_root_has_so_many_entries(void **state) {
        char name[16];

        (void)state;
        for (int i = 0; i < 223; i++) { /* of 224; none is the label's */
                (void)snprintf(name, sizeof name, "F%d", i);
                assert_int_equal(make(name), 0);
        }
        assert_int_equal(make("two entries.text"), -ENOSPC);
        assert_int_equal(make("LAST"), 0);
        assert_int_equal(make("MORE"), -ENOSPC);
        assert_int_equal(remove_file("F100"), 0);
        assert_int_equal(make("MORE"), 0);
        assert_int_equal(n_names("/"), 224);
}

/* Writes until there is no room; bytes. */
static uint64_t fill_up(VfsFile *f) {
        static char data[100000];
        uint64_t done = 0;
        size_t put;
        int r;

        while ((r = vfs_write(f, data, sizeof data, &put)) == 0)
                done += put;
        assert_int_equal(r, -ENOSPC);
        return done;
}

static void a_full_disk_takes_no_more_and_gives_all_back(void **state) {
        uint64_t before = n_free(), written;
        VfsFile *f = open_file("big", O_CREAT | O_RDWR);

        (void)state;
        written = fill_up(f);
        assert_int_equal(written, before * 512);
        assert_int_equal(n_free(), 0);
        assert_int_equal(make("empty"), 0);
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "dir", 0755), -ENOSPC);
        assert_int_equal(vfs_truncate(&t.world.client, "empty", 1), -ENOSPC);
        assert_int_equal(vfs_truncate(&t.world.client, "big", 1000), 0);
        assert_int_equal(n_free(), before - 2);
        assert_int_equal(vfs_truncate(&t.world.client, "empty", (off_t)written), -ENOSPC);
        assert_int_equal(n_free(), before - 2);
        assert_int_equal(remove_file("big"), 0);
        assert_int_equal(n_free(), before - 2); /* open still */
        vfs_close(f);
        assert_int_equal(n_free(), before);
        f = open_file("again", O_CREAT | O_RDWR);
        assert_int_equal(fill_up(f), written);
        vfs_close(f);
        assert_int_equal(remove_file("again"), 0);
        t_fat_remount(&t);
        assert_int_equal(n_free(), before);
}

/* Of 2,847 clusters of a floppy those whose entry begins in the last byte of a sector of the FAT. */
static void clusters_with_an_entry_in_two_sectors_stay_free(void **state) {
        uint64_t n = 0;
        struct statvfs st;

        (void)state;
        assert_int_equal(vfs_statvfs(&t.world.client, "/", &st), 0);
        for (uint64_t i = 2; i < st.f_blocks + 2; i++)
                n += i * 3 / 2 % 512 == 511;
        assert_true(n > 0);
        assert_int_equal(st.f_bfree, st.f_blocks - n);
}

static void what_is_free_is_known_without_reading(void **state) {
        uint64_t n_reads = t.device.n_reads;

        (void)state;
        for (int i = 0; i < 100; i++)
                (void)n_free();
        assert_int_equal(t.device.n_reads, n_reads);
}

static void a_file_ends_below_four_gigabytes(void **state) {
        VfsFile *f = open_file("f", O_CREAT | O_RDWR);
        size_t put;

        (void)state;
        assert_int_equal(vfs_pwrite(f, "x", 1, 0xffffffff, &put), -EFBIG);
        assert_int_equal(vfs_pwrite(f, "x", 1, 0xfffffffe, &put), -ENOSPC); /* it would fit into the file */
        assert_int_equal(vfs_ftruncate(f, 0x100000000), -EFBIG);
        assert_int_equal(vfs_ftruncate(f, 0xffffffff), -ENOSPC);
        assert_int_equal(vfs_pwrite(f, "x", 1, 5, &put), 0);
        vfs_close(f);
}

/* --- contents --- */

static void growing_reads_as_zero(void **state) {
        static char data[5000];
        VfsFile *f = open_file("f", O_CREAT | O_RDWR);
        size_t n;

        (void)state;
        memset(data, 0x5a, sizeof data);
        assert_int_equal(vfs_write(f, data, sizeof data, &n), 0);
        assert_int_equal(vfs_ftruncate(f, 10), 0);
        assert_int_equal(vfs_ftruncate(f, 3000), 0);
        assert_int_equal(vfs_pwrite(f, "end", 3, 4000, &n), 0);
        assert_int_equal(vfs_pread(f, data, sizeof data, 0, &n), 0);
        assert_int_equal(n, 4003);
        for (size_t i = 10; i < 4000; i++)
                assert_int_equal(data[i], 0);
        assert_int_equal(data[9], 0x5a);
        vfs_close(f);
}

static void number_block(uint32_t *block, unsigned i) {
        for (uint32_t j = 0; j < 128; j++)
                block[j] = i * 128 + j;
}

/* Two files that grow in turns: each in more pieces than are remembered. */
static void a_file_in_very_many_pieces(void **state) {
        VfsFile *f[2] = {open_file("a", O_CREAT | O_RDWR), open_file("b", O_CREAT | O_RDWR)};
        unsigned n = FAT_RUNS_MAX * 5;
        uint32_t block[128], wanted[128];
        size_t got;

        (void)state;
        for (unsigned i = 0; i < n; i++) {
                number_block(block, i);
                assert_int_equal(vfs_pwrite(f[i % 2], block, 512, (off_t)(i / 2) * 512, &got), 0);
        }
        for (unsigned i = 0; i < 2 * n; i++) {
                unsigned at = i * 7919 % n;

                number_block(wanted, at);
                assert_int_equal(vfs_pread(f[at % 2], block, 512, (off_t)(at / 2) * 512, &got), 0);
                assert_memory_equal(block, wanted, 512);
        }
        vfs_close(f[0]);
        vfs_close(f[1]);
}

/* --- attributes and times --- */

static void only_the_right_to_write_is_kept(void **state) {
        const struct {
                mode_t set, got;
        } rows[] = {{0644, 0755}, {0444, 0555}, {0555, 0555}, {0200, 0755}, {0777, 0755}, {0, 0555}};
        struct stat st;

        (void)state;
        assert_int_equal(make("f"), 0);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                assert_int_equal(vfs_chmod(&t.world.client, NULL, "f", true, rows[i].set), 0);
                t_fat_remount(&t);
                assert_int_equal(stat_of("f", &st), 0);
                assert_int_equal(st.st_mode & 07777, rows[i].got);
        }
        assert_int_equal(vfs_chmod(&t.world.client, NULL, "f", true, 04755), -EPERM);
        assert_int_equal(vfs_chmod(&t.world.client, NULL, "/", true, 0500), 0);
        assert_int_equal(remove_file("f"), 0); /* that is the directory's right */
}

static void links_and_attributes_are_refused(void **state) {
        const VfsTarget target = {.path = "f"};
        size_t n = 99;

        (void)state;
        assert_int_equal(make("f"), 0);
        assert_int_equal(vfs_link(&t.world.client, NULL, "f", NULL, "g", false), -EPERM);
        assert_int_equal(vfs_symlink(&t.world.client, "f", NULL, "g"), -EPERM);
        assert_int_equal(vfs_setxattr(&t.world.client, &target, "user.a", "1", 1, 0), -EOPNOTSUPP);
        assert_int_equal(vfs_getxattr(&t.world.client, &target, "user.a", NULL, 0, &n), -EOPNOTSUPP);
        assert_int_equal(vfs_removexattr(&t.world.client, &target, "user.a"), -EOPNOTSUPP);
        assert_int_equal(vfs_listxattr(&t.world.client, &target, NULL, 0, &n), 0);
        assert_int_equal(n, 0);
        assert_int_equal(vfs_rename(&t.world.client, NULL, "f", NULL, "f", FS_RENAME_EXCHANGE), -EINVAL);
}

static void times_are_kept_as_far_as_they_go(void **state) {
        const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1234567891, .tv_nsec = 5}};
        struct stat st;

        (void)state;
        assert_int_equal(make("f"), 0);
        assert_int_equal(vfs_utimens(&t.world.client, NULL, "f", true, times), 0);
        t_fat_remount(&t);
        assert_int_equal(stat_of("f", &st), 0);
        assert_int_equal(st.st_mtim.tv_sec, 1234567890);
        assert_int_equal(st.st_mtim.tv_nsec, 0);
        assert_int_equal(st.st_atim.tv_sec, 1000000000 / 86400 * 86400);
}

static void every_day_is_one(void **state) {
        const time_t first = 315532800, last = 4354819199; /* 1980-01-01, 2107-12-31 */

        (void)state;
        for (time_t at = first; at <= last; at += 43200) {
                struct timespec when = {.tv_sec = at, .tv_nsec = 990000000};
                FatTime f = fat_time_of(&when);
                struct tm tm;

                assert_int_equal(fat_time_to(&f).tv_sec, at);
                (void)gmtime_r(&at, &tm);
                assert_int_equal(f.date, (tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
        }
        for (int i = -1; i <= 1; i += 2) {
                struct timespec outside = {.tv_sec = i < 0 ? first - 1 : last + 1};
                FatTime f = fat_time_of(&outside);

                assert_int_equal(fat_time_to(&f).tv_sec, i < 0 ? first : last);
        }
        for (uint32_t i = 0; i < 0x10000; i++) { /* also dates that are none */
                FatTime f = {.date = (uint16_t)i, .time = (uint16_t)(i * 7), .hundredths = (uint8_t)i};
                struct timespec when = fat_time_to(&f);

                assert_true(when.tv_sec >= first && when.tv_sec <= last && when.tv_nsec < 1000000000);
        }
}

/* --- mounting --- */

static int try_mount(unsigned flags, const char *data) {
        Fs *fs;
        int r = fat_mount(&t.device.head, flags, data, &fs);

        if (r == 0)
                fs->ops->unmount(fs);
        return r;
}

static void options_in_the_words_of_linux(void **state) {
        static const char *const bad[] = {"uid", "uid=", "uid=x", "uid=4294967296", "umask=8", "umask=1000",
                "color=red", "uid=1,,gid=-1"};
        struct stat st;
        Fs *fs;

        (void)state;
        t_world_deinit(&t.world);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (try_mount(0, bad[i]) != -EINVAL)
                        fail_msg("%s", bad[i]);
        assert_int_equal(fat_mount(&t.device.head, 0, "uid=4294967295,gid=7,umask=077,,dmask=000", &fs), 0);
        t_world_init(&t.world, fs, 0);
        assert_int_equal(make("f"), 0);
        assert_int_equal(stat_of("f", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(st.st_uid, 4294967295);
        assert_int_equal(st.st_gid, 7);
        assert_int_equal(stat_of("/", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0777);
}

static void read_only_means_no_write_at_all(void **state) {
        VfsFile *f = NULL;
        Fs *fs;

        (void)state;
        assert_int_equal(make("f"), 0);
        t_world_deinit(&t.world);
        t.device.head.is_read_only = true;
        assert_int_equal(try_mount(0, NULL), -EROFS);
        assert_int_equal(fat_mount(&t.device.head, MOUNT_READ_ONLY, NULL, &fs), 0);
        t_world_init(&t.world, fs, MOUNT_READ_ONLY);
        t.device.n_writes = 0;
        assert_int_equal(make("g"), -EROFS);
        assert_int_equal(remove_file("f"), -EROFS);
        assert_int_equal(vfs_open(&t.world.client, NULL, "f", O_RDONLY, 0, &f), 0);
        vfs_close(f);
        t_world_deinit(&t.world);
        assert_int_equal(t.device.n_writes, 0);
        t.device.head.is_read_only = false;
        assert_int_equal(fat_mount(&t.device.head, 0, NULL, &fs), 0);
        t_world_init(&t.world, fs, 0);
}

static void mounting_without_writing_changes_nothing(void **state) {
        (void)state;
        t_world_deinit(&t.world);
        t.device.n_writes = 0;
        assert_int_equal(try_mount(0, NULL), 0);
        assert_int_equal(t.device.n_writes, 0);
        t_fat_remount(&t);
}

static bool is_marked(void) {
        return t.device.bytes[0x41] & 1;
}

static void it_is_marked_while_something_may_be_lost(void **state) {
        VfsFile *f = open_file("f", O_CREAT | O_RDWR);

        (void)state;
        assert_int_equal(vfs_fsync(f, false), 0);
        assert_true(is_marked());
        assert_int_equal(mounts_sync(&t.world.mounts), 0);
        assert_false(is_marked());
        assert_int_equal(vfs_ftruncate(f, 700), 0);
        assert_int_equal(vfs_fsync(f, false), 0);
        assert_true(is_marked());
        vfs_close(f);
        t_fat_remount(&t);
        assert_false(is_marked());
}

/* --- devices that fail --- */

static void a_device_that_fails_is_told_by_fsync(void **state) {
        VfsFile *f = open_file("f", O_CREAT | O_RDWR);
        char data[3000] = {1};
        size_t put;

        (void)state;
        assert_int_equal(vfs_write(f, data, sizeof data, &put), 0);
        t.device.error = -EIO;
        assert_int_equal(vfs_fsync(f, false), -EIO);
        assert_int_equal(vfs_fsync(f, false), -EIO);
        t.device.error = 0;
        assert_int_equal(vfs_fsync(f, false), 0);
        vfs_close(f);
}

/* Its driver dies after so many calls, forgets what was not flushed, and comes back. */
static void a_driver_may_die_at_any_call(void **state) {
        (void)state;
        for (uint64_t calls = 0; calls < 40; calls++) {
                char name[32], data[2000];
                VfsFile *f;
                size_t put;

                (void)snprintf(name, sizeof name, "a file number %u", (unsigned)calls);
                f = open_file(name, O_CREAT | O_RDWR);
                memset(data, (int)calls, sizeof data);
                assert_int_equal(vfs_write(f, data, sizeof data, &put), 0);
                t.device.forgets = true;
                t.device.good_calls = calls % 10;
                t.device.error = -ENODEV;
                (void)vfs_fsync(f, false);
                t.device.error = 0;
                assert_int_equal(vfs_fsync(f, false), 0);
                vfs_close(f);
        }
        t_fat_remount(&t);
        for (int i = 0; i < 40; i++) {
                char name[32], data[2000];
                VfsFile *f;
                size_t got;

                (void)snprintf(name, sizeof name, "a file number %d", i);
                f = open_file(name, O_RDONLY);
                assert_int_equal(vfs_read(f, data, sizeof data, &got), 0);
                assert_int_equal(got, sizeof data);
                assert_int_equal(data[1999], i);
                vfs_close(f);
        }
}

/* --- many at once --- */

static void *work(void *arg) {
        unsigned me = *(unsigned *)arg;
        VfsClient c;

        assert_int_equal(vfs_client_init(&c, &t.world.mounts, 0, 0), 0);
        for (unsigned i = 0; i < 200; i++) {
                char name[40], data[700], other[40];
                VfsFile *f = NULL;
                size_t n;

                (void)snprintf(name, sizeof name, "/shared/file %u of %u", i % 10, me);
                (void)snprintf(other, sizeof other, "/shared/file %u of %u", i % 7, (me + 1) % 4);
                assert_int_equal(vfs_open(&c, NULL, name, O_CREAT | O_RDWR, 0644, &f), 0);
                memset(data, (int)me, sizeof data);
                assert_int_equal(vfs_pwrite(f, data, sizeof data, (off_t)(i * 13), &n), 0);
                vfs_close(f);
                f = NULL;
                if (vfs_open(&c, NULL, other, O_RDONLY, 0, &f) == 0)
                        (void)vfs_pread(f, data, sizeof data, 0, &n);
                vfs_close(f);
                if (i % 9 == 8)
                        (void)vfs_unlink(&c, NULL, name);
        }
        vfs_client_deinit(&c);
        return NULL;
}

static void many_clients_at_once(void **state) {
        static unsigned numbers[4] = {0, 1, 2, 3};
        pthread_t threads[4];

        (void)state;
        assert_int_equal(vfs_mkdir(&t.world.client, NULL, "/shared", 0755), 0);
        for (int i = 0; i < 4; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
        for (int i = 0; i < 4; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(n_names("/shared") > 20);
}

int main(void) {
#define CASE(name, bits) cmocka_unit_test_setup_teardown(name, set_up_##bits, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(names_keep_their_letters_and_match_any, 12),
                CASE(what_can_be_no_name_is_refused, 12),
                CASE(the_longest_name, 16),
                CASE(short_names_are_found_and_no_two_alike, 32),
                CASE(renaming_changes_letters, 12),
                CASE(the_same_file_keeps_its_number, 16),
                CASE(a_removed_file_keeps_its_number_too, 12),
                CASE(a_moved_directory_leads_up_to_its_new_parent, 32),
                CASE(an_old_root_has_so_many_entries, 12),
                CASE(a_full_disk_takes_no_more_and_gives_all_back, 12),
                CASE(a_full_disk_takes_no_more_and_gives_all_back, 16),
                CASE(a_full_disk_takes_no_more_and_gives_all_back, 32),
                CASE(clusters_with_an_entry_in_two_sectors_stay_free, 12),
                CASE(what_is_free_is_known_without_reading, 32),
                CASE(a_file_ends_below_four_gigabytes, 32),
                CASE(growing_reads_as_zero, 16),
                CASE(a_file_in_very_many_pieces, 16),
                CASE(only_the_right_to_write_is_kept, 12),
                CASE(links_and_attributes_are_refused, 12),
                CASE(times_are_kept_as_far_as_they_go, 16),
                CASE(options_in_the_words_of_linux, 32),
                CASE(read_only_means_no_write_at_all, 12),
                CASE(mounting_without_writing_changes_nothing, 32),
                CASE(it_is_marked_while_something_may_be_lost, 32),
                CASE(a_device_that_fails_is_told_by_fsync, 16),
                CASE(a_driver_may_die_at_any_call, 12),
                CASE(many_clients_at_once, 16),
                cmocka_unit_test(every_day_is_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
