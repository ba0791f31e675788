/* SPDX-License-Identifier: MIT */
/*
 * Times of access of file systems on devices: kept where reading is the first since the last change, and
 * where it is wanted; on the image, judged by its own tool; and no other time changes by it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext_image.h"
#include "fat/fat.h"
#include "fat_image.h"
#include "mounts.h"

#define SIZE      (8u << 20)
#define YEAR_2001 978307200
#define DAY       86400

static TImage image;
static TFat fat;
static TWorld w;

static void write_file(VfsClient *c, const char *path) {
        VfsFile *f;
        size_t put;

        assert_int_equal(vfs_open(c, NULL, path, O_WRONLY | O_CREAT, 0644, &f), 0);
        assert_int_equal(vfs_write(f, "text", 4, &put), 0);
        vfs_close(f);
}

static void read_file(VfsClient *c, const char *path) {
        char text[8];
        VfsFile *f;
        size_t got;

        assert_int_equal(vfs_open(c, NULL, path, O_RDONLY, 0, &f), 0);
        assert_int_equal(vfs_read(f, text, sizeof text, &got), 0);
        assert_int_equal(got, 4);
        vfs_close(f);
}

static bool pass(void *arg, const char *name, uint32_t length, uint64_t ino, mode_t type, uint64_t next) {
        (void)arg;
        (void)name;
        (void)length;
        (void)ino;
        (void)type;
        (void)next;
        return true;
}

static void list(VfsClient *c, const char *path) {
        VfsFile *f;

        assert_int_equal(vfs_open(c, NULL, path, O_RDONLY | O_DIRECTORY, 0, &f), 0);
        assert_int_equal(vfs_getdents(f, pass, NULL), 0);
        vfs_close(f);
}

static struct stat stat_of(VfsClient *c, const char *path) {
        struct stat st;

        assert_int_equal(vfs_stat(c, NULL, path, true, &st), 0);
        return st;
}

static void set_times(VfsClient *c, const char *path, time_t access, time_t change) {
        const struct timespec times[2] = {{.tv_sec = access}, {.tv_sec = change}};

        assert_int_equal(vfs_utimens(c, NULL, path, true, times), 0);
}

/* --- ext --- */

static void mount_ext(unsigned flags) {
        Fs *fs;

        assert_int_equal(t_image_mount(&image, flags, &fs), 0);
        t_world_init(&w, fs, flags);
}

static void make_ext(const char *options) {
        t_image_make(&image, SIZE, options, NULL);
        mount_ext(0);
        write_file(&w.client, "/f");
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/d", 0755), 0);
}

static void end_ext(const char *when) {
        t_world_deinit(&w);
        t_image_check(&image, when);
        t_image_free(&image);
}

static void set_field(const char *path, const char *field, const char *value) {
        char command[128];

        (void)snprintf(command, sizeof command, "set_inode_field %s %s %s", path, field, value);
        t_image_change(&image, command);
}

/* As no call can set them: the change of the inode lies in the past too. */
static void age(const char *path, const char *access) {
        set_field(path, "mtime", "20020101000000");
        set_field(path, "ctime", "20030101000000");
        set_field(path, "atime", access);
}

static const char *const ext_kinds[] = {"-t ext2 -I 128", "-t ext3", "-t ext4"};

static void reading_ext_sets_the_time_of_access_alone(void **state) {
        (void)state;
        for (size_t i = 0; i < sizeof ext_kinds / sizeof *ext_kinds; i++) {
                static const char *const paths[] = {"/f", "/d"};

                make_ext(ext_kinds[i]);
                for (size_t k = 0; k < 2; k++) {
                        struct stat before, after;

                        set_times(&w.client, paths[k], 1000, 2000);
                        before = stat_of(&w.client, paths[k]);
                        (k == 0 ? read_file : list)(&w.client, paths[k]);
                        after = stat_of(&w.client, paths[k]);
                        assert_true(after.st_atim.tv_sec >= before.st_ctim.tv_sec);
                        assert_int_equal(after.st_mtim.tv_sec, 2000);
                        assert_memory_equal(&after.st_ctim, &before.st_ctim, sizeof after.st_ctim);
                }
                t_world_deinit(&w);
                mount_ext(0);
                assert_true(stat_of(&w.client, "/f").st_atim.tv_sec > 2000);
                assert_true(stat_of(&w.client, "/d").st_atim.tv_sec > 2000);
                end_ext(ext_kinds[i]);
        }
}

/* Up to the last change, of contents or inode: again. One second later: not. */
static void a_time_of_access_younger_than_all_changes_stays(void **state) {
        static const struct {
                const char *access;
                bool changes;
        } rows[] = {{"20011231235959", true}, {"20021231235959", true}, {"20030101000000", true},
                {"20030101000001", false}};

        (void)state;
        for (size_t i = 0; i < sizeof ext_kinds / sizeof *ext_kinds; i++)
                for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
                        struct stat before, after;

                        make_ext(ext_kinds[i]);
                        t_world_deinit(&w);
                        age("/f", rows[k].access);
                        age("/d", rows[k].access);
                        mount_ext(0);
                        before = stat_of(&w.client, "/f");
                        read_file(&w.client, "/f");
                        list(&w.client, "/d");
                        after = stat_of(&w.client, "/f");
                        assert_int_equal(after.st_atim.tv_sec != before.st_atim.tv_sec, rows[k].changes);
                        after = stat_of(&w.client, "/d");
                        assert_int_equal(after.st_atim.tv_sec != before.st_atim.tv_sec, rows[k].changes);
                        end_ext(rows[k].access);
                }
}

static void ext_keeps_no_time_that_is_not_wanted(void **state) {
        static const unsigned flags[] = {MOUNT_NO_ATIME, MOUNT_READ_ONLY};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                make_ext("-t ext4");
                set_times(&w.client, "/f", 1000, 2000);
                t_world_deinit(&w);
                mount_ext(flags[i]);
                read_file(&w.client, "/f");
                assert_int_equal(stat_of(&w.client, "/f").st_atim.tv_sec, 1000);
                end_ext("not wanted");
        }
        make_ext("-t ext4");
        set_times(&w.client, "/f", 1000, 2000);
        t_world_deinit(&w);
        set_field("/f", "flags", "0x80080"); /* as chattr +A does, with extents */
        mount_ext(0);
        read_file(&w.client, "/f");
        assert_int_equal(stat_of(&w.client, "/f").st_atim.tv_sec, 1000);
        end_ext("chattr +A");
}

/* Changed as often as it is read, a file that was just written would take a block of the journal each time.
 */
static void reading_twice_in_one_second_of_an_old_image_changes_once(void **state) {
        struct stat before, after;
        FsNode *node;

        (void)state;
        make_ext("-t ext2 -I 128");
        node = w.mounts.first->fs->root;
        do { /* once more if a second ended meanwhile */
                set_times(&w.client, "/", 1000, 2000);
                before = stat_of(&w.client, "/");
                list(&w.client, "/");
                list(&w.client, "/");
                after = stat_of(&w.client, "/");
        } while (after.st_atim.tv_sec != before.st_ctim.tv_sec);
        assert_false(atomic_load(&node->is_due));
        end_ext("twice");
}

/* --- FAT --- */

static void mount_fat(unsigned flags) {
        Fs *fs;

        t_world_deinit(&fat.world);
        assert_int_equal(fat_mount(&fat.device.head, flags, NULL, &fs), 0);
        t_world_init(&fat.world, fs, flags);
}

static void begin_fat(void) {
        t_fat_init(&fat, "8192", "-F 16 -s 1");
        write_file(&fat.world.client, "/f");
        assert_int_equal(vfs_mkdir(&fat.world.client, NULL, "/d", 0755), 0);
}

static void fat_keeps_the_day_of_access(void **state) {
        static const struct {
                int days; /* of access, after that of change */
                bool changes;
        } rows[] = {{-1, true}, {0, true}, {1, false}};

        (void)state;
        begin_fat();
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const time_t access = YEAR_2001 + rows[i].days * DAY;
                struct stat file, dir;

                set_times(&fat.world.client, "/f", access, YEAR_2001);
                set_times(&fat.world.client, "/d", access, YEAR_2001);
                read_file(&fat.world.client, "/f");
                list(&fat.world.client, "/d");
                t_fat_remount(&fat);
                file = stat_of(&fat.world.client, "/f");
                dir = stat_of(&fat.world.client, "/d");
                assert_int_equal(file.st_atim.tv_sec != access, rows[i].changes);
                assert_int_equal(dir.st_atim.tv_sec != access, rows[i].changes);
                assert_int_equal(file.st_atim.tv_sec % DAY, 0);
                assert_int_equal(file.st_mtim.tv_sec, YEAR_2001);
                assert_int_equal(dir.st_mtim.tv_sec, YEAR_2001);
        }
        list(&fat.world.client, "/"); /* which has no times */
        t_fat_deinit(&fat);
}

static void fat_keeps_no_time_that_is_not_wanted(void **state) {
        static const unsigned flags[] = {MOUNT_NO_ATIME, MOUNT_READ_ONLY};

        (void)state;
        begin_fat();
        set_times(&fat.world.client, "/f", YEAR_2001, YEAR_2001);
        for (size_t i = 0; i < 2; i++) {
                mount_fat(flags[i]);
                read_file(&fat.world.client, "/f");
                t_fat_remount(&fat);
                assert_int_equal(stat_of(&fat.world.client, "/f").st_atim.tv_sec, YEAR_2001);
        }
        t_fat_deinit(&fat);
}

/* What was written today has today's day already: reading it changes nothing on the device. */
static void reading_what_was_written_today_writes_nothing(void **state) {
        uint64_t n_writes;

        (void)state;
        begin_fat();
        t_fat_remount(&fat);
        n_writes = fat.device.n_writes;
        read_file(&fat.world.client, "/f");
        t_fat_remount(&fat);
        if (stat_of(&fat.world.client, "/f").st_atim.tv_sec ==
                stat_of(&fat.world.client, "/f").st_mtim.tv_sec / DAY * DAY) /* not over midnight */
                assert_int_equal(fat.device.n_writes, n_writes);
        t_fat_deinit(&fat);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reading_ext_sets_the_time_of_access_alone),
                cmocka_unit_test(a_time_of_access_younger_than_all_changes_stays),
                cmocka_unit_test(ext_keeps_no_time_that_is_not_wanted),
                cmocka_unit_test(reading_twice_in_one_second_of_an_old_image_changes_once),
                cmocka_unit_test(fat_keeps_the_day_of_access),
                cmocka_unit_test(fat_keeps_no_time_that_is_not_wanted),
                cmocka_unit_test(reading_what_was_written_today_writes_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
