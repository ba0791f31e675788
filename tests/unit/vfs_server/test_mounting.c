/* SPDX-License-Identifier: MIT */
/*
 * From what a user writes to mounts: entries of an fstab, options, names of devices.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cmocka.h>

#include "blkmem.h"
#include "devices.h"
#include "fstab.h"
#include "ramfs.h"
#include "startup.h"
#include "world.h"

static FstabEntry entry;
static const char *fault;

static bool parse(const char *line) {
        return fstab_parse(line, &entry, &fault);
}

static void an_entry_has_four_fields(void **state) {
        (void)state;
        assert_true(parse("ramdisk0,0 / ext4 0"));
        assert_string_equal(entry.mount.source, "ramdisk0,0");
        assert_string_equal(entry.mount.target, "/");
        assert_string_equal(entry.mount.type, "ext4");
        assert_int_equal(entry.mount.flags, 0);
        assert_string_equal(entry.mount.data, "");
        assert_true(parse("  nodev\t/tmp  ramfs   0 \n"));
        assert_string_equal(entry.mount.type, "ramfs");
        assert_false(parse("nodev /tmp ramfs"));
        assert_false(parse(""));
        assert_false(parse("nodev tmp ramfs 0"));
        assert_true(parse("nodev /tmp ramfs 0 0 0"));
        assert_false(parse("nodev /tmp ramfs 0 0 0 0"));
}

static void options_are_a_number_or_words(void **state) {
        (void)state;
        assert_true(parse("a /a x 1"));
        assert_int_equal(entry.mount.flags, MS_RDONLY);
        assert_true(parse("a /a x ro,nodev,noexec,nosuid,sync,noatime,relatime"));
        assert_int_equal(entry.mount.flags,
                MS_RDONLY | MS_NODEV | MS_NOEXEC | MS_NOSUID | MS_SYNCHRONOUS | MS_NOATIME | MS_RELATIME);
        assert_true(parse("a /a x defaults,rw,size=1m,mode=0700"));
        assert_int_equal(entry.mount.flags, 0);
        assert_string_equal(entry.mount.data, "size=1m,mode=0700");
        assert_true(parse("a /a x 0 size=2m"));
        assert_string_equal(entry.mount.data, "size=2m");
        assert_true(parse("a /a x size=1m more=1"));
        assert_string_equal(entry.mount.data, "size=1m,more=1");
}

static void an_entry_is_not_endless(void **state) {
        static char line[FSTAB_ENTRY_MAX + 1];

        (void)state;
        memset(line, 'x', sizeof line - 1);
        memcpy(line, "nodev /a ramfs ", 15);
        line[FSTAB_ENTRY_MAX - 1] = '\0';
        assert_true(parse(line));
        line[FSTAB_ENTRY_MAX - 1] = 'x';
        assert_false(parse(line));
}

static int mount_ramfs(const char *data) {
        Fs *fs;
        int r = ramfs_mount(NULL, 0, data, &fs);

        if (r == 0)
                fs->ops->unmount(fs);
        return r;
}

static void ramfs_knows_its_options(void **state) {
        static const char *const bad[] = {"size=", "size=0", "size=-1", "size=1x", "size=1mm", "mode=8",
                "mode=10000", "mode=", "other", "size=99999999999999999999", "size=18014398509481984k"};

        (void)state;
        assert_int_equal(mount_ramfs(""), 0);
        assert_int_equal(mount_ramfs("size=1"), 0);
        assert_int_equal(mount_ramfs("size=64M,mode=7777"), 0);
        assert_int_equal(mount_ramfs("mode=0"), 0);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                assert_int_equal(mount_ramfs(bad[i]), -EINVAL);
}

/* --- devices --- */

static char image[1 << 20];

static int find(const char *disk, bool is_read_only, Blk **ret) {
        return strcmp(disk, "test7") == 0 ? blkmem_new(image, sizeof image, is_read_only, ret) : -ENODEV;
}

static int open_device(const char *name) {
        Blk *blk;
        int r = devices_open(name, false, &blk);

        if (r == 0)
                (void)blk_close(blk);
        return r;
}

static void devices_have_names(void **state) {
        char name[DEVICES_NAME_MAX + 1];

        (void)state;
        devices_add(find);
        devices_add(find); /* once is enough */
        assert_int_equal(open_device("test7"), 0);
        assert_int_equal(open_device("test7,0"), 0);
        assert_int_equal(open_device("test7,1"), -ENXIO); /* there is no table */
        assert_int_equal(open_device("test8"), -ENODEV);
        assert_int_equal(open_device("test7,"), -ENODEV);
        assert_int_equal(open_device("test7,x"), -ENODEV);
        assert_int_equal(open_device("test7,-1"), -ENODEV);
        assert_int_equal(open_device("test7,99999"), -ENODEV);
        assert_int_equal(open_device(""), -ENODEV);
        memset(name, 'n', sizeof name);
        name[DEVICES_NAME_MAX] = '\0';
        assert_int_equal(open_device(name), -ENODEV);
}

static void a_partition_is_for_one_who_writes_or_for_several_who_do_not(void **state) {
        Blk *first, *second, *third;
        char byte = 0;

        (void)state;
        assert_int_equal(devices_open("test7", false, &first), 0);
        assert_int_equal(devices_open("test7,0", false, &second), -EBUSY);
        assert_non_null(strstr(fs_explanation(), "test7,0 is mounted already"));
        assert_int_equal(devices_open("test7", true, &second), -EBUSY);
        assert_int_equal(blk_write(first, &byte, 1, 5), 0);
        assert_int_equal(blk_flush(first), 0);
        (void)blk_close(first);
        assert_int_equal(devices_open("test7,0", true, &first), 0);
        assert_int_equal(devices_open("test7", true, &second), 0);
        assert_int_equal(devices_open("test7", false, &third), -EBUSY);
        assert_int_equal(blk_read(second, &byte, 1, sizeof image - 1), 0);
        assert_int_equal(blk_write(second, &byte, 1, 5), -EROFS);
        (void)blk_close(first);
        assert_int_equal(devices_open("test7", false, &third), -EBUSY);
        (void)blk_close(second);
        assert_int_equal(devices_open("test7", false, &third), 0);
        (void)blk_close(third);
}

/* --- a whole start --- */

/* main() has them so. */
static char **words(const char *const *list) {
        return (char **)(uintptr_t)list;
}

static void what_can_not_be_mounted_is_left_out(void **state) {
        static const char *const args[] = {
                "vfs", "-l", "nodev /a ramfs 0", "-l", "nodev /b nosuch 0", "-l", "nodev /a/c ramfs ro"};
        static const char *const bad[] = {"vfs", "-x", "y"}, *const cut[] = {"vfs", "-l"};
        const char *why;
        VfsClient c;
        struct stat st;

        (void)state;
        assert_int_equal(setenv("ROOTFS", "nodev / ramfs size=1m", 1), 0);
        assert_int_equal(startup_root(), 0);
        assert_int_equal(startup_root(), 0); /* it is there */
        assert_true(startup_arguments(7, words(args), &why));
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        assert_int_equal(vfs_mkdir(&c, NULL, "/a/d", 0700), 0);
        assert_int_equal(vfs_stat(&c, NULL, "/b", true, &st), 0);
        assert_int_equal(vfs_mkdir(&c, NULL, "/a/c/d", 0700), -EROFS);
        assert_false(fstab_mount_all(&c, "# no entry\n\n nodev /e ramfs 0\nnodev /f ramfs", 43));
        assert_int_equal(vfs_umount(&c, "/e", 0), 0);
        assert_int_equal(vfs_umount(&c, "/b", 0), -EINVAL);
        vfs_client_deinit(&c);
        assert_false(startup_arguments(3, words(bad), &why));
        assert_non_null(why);
        assert_false(startup_arguments(2, words(cut), &why));
}

static void unless_everything_must_be_mounted(void **state) {
        static const char *const good[] = {"vfs", "-l", "nodev /g ramfs 0"};
        static const char *const args[] = {"vfs", "-l", "nodev /h nosuch 0", "-l", "nodev /i ramfs 0"};
        static const char *const none[] = {"vfs", "-f", "/nowhere"};
        const char *why;

        (void)state;
        assert_int_equal(setenv("MOUNT_ALL", "", 1), 0);
        assert_true(startup_arguments(3, words(good), &why));
        assert_false(startup_arguments(5, words(args), &why));
        assert_non_null(strstr(why, "MOUNT_ALL"));
        assert_string_equal(fs_explanation(), ""); /* the entry behind it was looked at, too */
        assert_false(startup_arguments(3, words(none), &why));
        assert_non_null(strstr(why, "MOUNT_ALL"));
        assert_int_equal(unsetenv("MOUNT_ALL"), 0);
        assert_true(startup_arguments(3, words(none), &why));
}

/* What is said on standard error while the arguments are worked on. */
static const char *words_about(int n, const char *const *args) {
        static char text[1024];
        FILE *file = tmpfile();
        int own = dup(STDERR_FILENO);
        const char *why;
        size_t size;

        assert_true(file && own >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
        (void)startup_arguments(n, words(args), &why);
        assert_true(dup2(own, STDERR_FILENO) >= 0 && close(own) == 0);
        rewind(file);
        size = fread(text, 1, sizeof text - 1, file);
        text[size] = '\0';
        (void)fclose(file);
        return text;
}

static void a_file_of_entries_without_an_image_says_what_is_missing(void **state) {
        static const char *const args[] = {"vfs", "-f", "/fstab"};
        const char *text = words_about(3, args);

        (void)state;
        assert_non_null(strstr(text, "'/fstab' in the ROMFS image"));
        assert_non_null(strstr(text, "granted no file of the solution"));
        assert_non_null(strstr(text, "UNMAP_ROMFS"));
        assert_int_equal(setenv("UNMAP_ROMFS", "1", 1), 0);
        text = words_about(3, args);
        assert_non_null(strstr(text, "UNMAP_ROMFS is set"));
        assert_non_null(strstr(text, strerror(ENOENT)));
        assert_int_equal(unsetenv("UNMAP_ROMFS"), 0);
}

static void an_unknown_file_system_is_named(void **state) {
        VfsClient c;

        (void)state;
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        assert_false(fstab_mount(&c, "nodev /j nosuch 0"));
        assert_string_equal(fs_explanation(), "there is no file system 'nosuch'");
        assert_false(fstab_mount(&c, "nodev /a/c/j ramfs 0")); /* read-only, which the error says */
        assert_string_equal(fs_explanation(), "");
        vfs_client_deinit(&c);
}

static void an_option_that_nobody_knows_is_named(void **state) {
        static const char *const types[] = {"ext2", "ext3", "ext4", "devfs", "squashfs", "romfs"};
        char entry_text[64], expected[80];
        VfsClient c;

        (void)state;
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
                (void)snprintf(entry_text, sizeof entry_text, "test7 /j %s ro,noexce", types[i]);
                (void)snprintf(expected, sizeof expected,
                        "%s doesn't know the option 'noexce', and has none of its own", types[i]);
                assert_false(fstab_mount(&c, entry_text));
                assert_string_equal(fs_explanation(), expected);
        }
        assert_false(fstab_mount(&c, "test7 /j auto ro,noexce"));
        assert_non_null(strstr(fs_explanation(), "or doesn't know another one"));
        assert_false(fstab_mount(&c, "nodev /j devfs 4294967297"));
        assert_string_equal(fs_explanation(), "no option is known for the flags 0x100000000");
        assert_true(fstab_mount(&c, "nodev /j devfs noexec"));
        assert_int_equal(vfs_umount(&c, "/j", 0), 0);
        vfs_client_deinit(&c);
}

/* Enough of a FAT12 for who only looks whether it is one. */
static void make_fat(void) {
        static const struct {
                uint16_t at;
                uint8_t value;
        } bytes[] = {{0, 0xeb}, {2, 0x90}, {12, 2}, {13, 1}, {14, 1}, {16, 2}, {18, 2}, {20, 8}, {21, 0xf8},
                {22, 8}, {510, 0x55}, {511, 0xaa}};

        memset(image, 0, sizeof image);
        for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
                image[bytes[i].at] = (char)bytes[i].value;
}

#define FAT_KNOWS ", only uid=, gid=, umask=, fmask= and dmask="
#define RAM_BYTES " is no number of bytes above 0, with k, m or g behind it or without"

static void each_file_system_names_the_option_and_those_it_knows(void **state) {
        static const struct {
                const char *entry, *words;
        } rows[] = {
                {"test7 /j vfat ro,uid=1,noexce,gid=1", "FAT doesn't know the option 'noexce'" FAT_KNOWS},
                {"test7 /j fat12 ro,uidd=1", "FAT doesn't know the option 'uidd=1'" FAT_KNOWS},
                {"test7 /j auto ro,noexce", "FAT doesn't know the option 'noexce'" FAT_KNOWS},
                {"test7 /j auto umask=1000", "the value of 'umask=1000' is no octal number up to 777"},
                {"test7 /j auto umask=8", "the value of 'umask=8' is no octal number up to 777"},
                {"test7 /j vfat gid=,ro", "the value of 'gid=' is no decimal number up to 4294967295"},
                {"test7 /j vfat uid=4294967296",
                        "the value of 'uid=4294967296' is no decimal number up to 4294967295"},
                {"nodev /j ramfs size=1m,noexce",
                        "ramfs doesn't know the option 'noexce', only size= and mode="},
                {"nodev /j ramfs mode=8", "the value of 'mode=8' is no octal number up to 7777"},
                {"nodev /j ramfs size=0", "the value of 'size=0'" RAM_BYTES},
                {"test7 /j ext4 0", "test7 holds no ext4, or a damaged one"},
        };
        VfsClient c;

        (void)state;
        make_fat();
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                assert_false(fstab_mount(&c, rows[i].entry));
                assert_string_equal(fs_explanation(), rows[i].words);
        }
        assert_true(fstab_mount(&c, "test7 /j auto ro,umask=777,uid=4294967295")); /* at the limits */
        assert_int_equal(vfs_umount(&c, "/j", 0), 0);
        memset(image, 0, sizeof image);
        vfs_client_deinit(&c);
}

/* It ends where the next begins, and is cut where nobody reads on. */
static void an_option_is_named_up_to_the_comma(void **state) {
        char option[300];

        (void)state;
        assert_int_equal(fs_refuse_option("x", "a,b", NULL), -EINVAL);
        assert_string_equal(fs_explanation(), "x doesn't know the option 'a', and has none of its own");
        memset(option, 'o', sizeof option - 1);
        option[sizeof option - 1] = '\0';
        for (size_t n = 49; n <= 51; n++) {
                char expected[100];

                option[n] = ',';
                (void)snprintf(expected, sizeof expected, "the value of '%.*s' is no word",
                        n < 50 ? (int)n : 50, option);
                assert_int_equal(fs_refuse_value(option, "word"), -EINVAL);
                assert_string_equal(fs_explanation(), expected);
                option[n] = 'o';
        }
}

static void write_entries(VfsClient *c, const char *text, size_t size) {
        VfsFile *f;
        size_t put;

        assert_int_equal(vfs_open(c, NULL, "/fstab", O_RDWR | O_CREAT | O_TRUNC, 0600, &f), 0);
        assert_int_equal(vfs_write(f, text, size, &put), 0);
        assert_int_equal(put, size);
        assert_int_equal(vfs_close(f), 0);
}

static void a_file_of_entries_is_not_endless(void **state) {
        static const char *const args[] = {"vfs", "-f", "/fstab"};
        static const char last[] = "nodev /k ramfs 0\n";
        static char text[FSTAB_FILE_MAX];
        const char *why;
        VfsClient c;

        (void)state;
        memset(text, '\n', sizeof text);
        memcpy(text + sizeof text - sizeof last, last, sizeof last - 1);
        assert_int_equal(setenv("MOUNT_ALL", "", 1), 0);
        assert_int_equal(setenv("UNMAP_ROMFS", "1", 1), 0);
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        write_entries(&c, text, FSTAB_FILE_MAX - 1);
        assert_true(startup_arguments(3, words(args), &why));
        assert_int_equal(vfs_umount(&c, "/k", 0), 0);
        write_entries(&c, text, FSTAB_FILE_MAX);
        assert_false(startup_arguments(3, words(args), &why));
        assert_int_equal(vfs_umount(&c, "/k", 0), -EINVAL);
        vfs_client_deinit(&c);
        assert_int_equal(unsetenv("UNMAP_ROMFS"), 0);
        assert_int_equal(unsetenv("MOUNT_ALL"), 0);
}

static bool count_mount(void *arg, const Mount *mount) {
        (void)mount;
        ++*(uint32_t *)arg;
        return true;
}

static uint32_t count_mounts(void) {
        uint32_t n = 0;

        mounts_each(world_mounts(), count_mount, &n);
        return n;
}

static void there_is_an_end_of_mounts(void **state) {
        const WorldMount one = {.source = "nodev", .target = "/m", .type = "ramfs", .data = ""};
        uint32_t n_before = count_mounts();
        VfsClient c;

        (void)state;
        assert_int_equal(vfs_client_init(&c, world_mounts(), 0, 0), 0);
        assert_int_equal(vfs_mkdir(&c, NULL, "/m", 0700), 0);
        while (count_mounts() < MOUNTS_MAX)
                assert_int_equal(world_mount(&c, &one), 0);
        assert_int_equal(world_mount(&c, &one), -ENOMEM);
        assert_int_equal(count_mounts(), MOUNTS_MAX);
        assert_int_equal(vfs_umount(&c, "/m", 0), 0);
        assert_int_equal(world_mount(&c, &one), 0);
        while (count_mounts() > n_before)
                assert_int_equal(vfs_umount(&c, "/m", 0), 0);
        vfs_client_deinit(&c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_entry_has_four_fields),
                cmocka_unit_test(options_are_a_number_or_words),
                cmocka_unit_test(an_entry_is_not_endless),
                cmocka_unit_test(ramfs_knows_its_options),
                cmocka_unit_test(devices_have_names),
                cmocka_unit_test(a_partition_is_for_one_who_writes_or_for_several_who_do_not),
                cmocka_unit_test(what_can_not_be_mounted_is_left_out),
                cmocka_unit_test(unless_everything_must_be_mounted),
                cmocka_unit_test(a_file_of_entries_without_an_image_says_what_is_missing),
                cmocka_unit_test(an_unknown_file_system_is_named),
                cmocka_unit_test(an_option_that_nobody_knows_is_named),
                cmocka_unit_test(each_file_system_names_the_option_and_those_it_knows),
                cmocka_unit_test(an_option_is_named_up_to_the_comma),
                cmocka_unit_test(a_file_of_entries_is_not_endless),
                cmocka_unit_test(there_is_an_end_of_mounts),
        };

        return cmocka_run_group_tests_name("vfs_server mounting", tests, NULL, NULL);
}
