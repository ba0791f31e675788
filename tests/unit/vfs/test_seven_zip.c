/* SPDX-License-Identifier: MIT */
/*
 * A judge that shares no code with the formats' own tools: 7-Zip lists and unpacks images that we wrote, and
 * what it says is what was written; of a SquashFS, which nobody here writes, what it unpacks is what we read.
 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "blkmem.h"
#include "ext_image.h"
#include "fat_image.h"
#include "mounts.h"
#include "squash/squash.h"

#define OUT_SIZE (4u << 20)

static char said[OUT_SIZE];

static void run(const char *what, const char *const argv[]) {
        if (t_run(argv, said, sizeof said) != 0)
                fail_msg("%s says: %s", what, said);
}

/* --- folders --- */

/* Without what 7-Zip does not unpack as it is: special files, a link that leads out, a name of two lines. */
static void make_folder(char folder[T_PATH_MAX]) {
        static const char *const gone[] = {"fifo", "char", "block", "dangling", "scripts/line\nend"};
        char path[T_PATH_MAX + 32];

        t_make_folder(folder);
        t_fill_folder(folder);
        for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
                (void)snprintf(path, sizeof path, "%s/%s", folder, gone[i]);
                (void)unlink(path);
        }
}

static unsigned n_counted;

static int count_one(const char *path, const struct stat *st, int type, struct FTW *where) {
        (void)path;
        (void)st;
        (void)type;
        n_counted += where->level > 0;
        return 0;
}

static unsigned count(const char *folder) {
        n_counted = 0;
        assert_int_equal(nftw(folder, count_one, 16, FTW_PHYS), 0);
        return n_counted;
}

/* --- unpacking --- */

static void unpack(const char *type, const char *image, char folder[T_PATH_MAX]) {
        char to[T_PATH_MAX + 2];
        const char *argv[] = {"7zz", "x", "-y", type, to, image, NULL};

        t_make_folder(folder);
        (void)snprintf(to, sizeof to, "-o%s", folder);
        run("7zz x", argv);
}

static void compare_unpacked(const char *type, const char *image, const char *folder) {
        char unpacked[T_PATH_MAX];
        const char *argv[] = {"diff", "-r", "--no-dereference", "-x", "[[]SYS]", "-x", "lost+found", folder,
                unpacked, NULL};

        unpack(type, image, unpacked);
        run("diff", argv);
        t_remove_folder(unpacked);
}

/* --- listing --- */

/* "2001-02-03 04:05:06.000000000", in UTC; the fraction may be short or missing. */
static time_t parse_time(const char *text) {
        struct tm tm = {.tm_year = 0};

        if (!strptime(text, "%Y-%m-%d %H:%M:%S", &tm))
                fail_msg("'%s' is no time", text);
        return timegm(&tm);
}

static bool has_number(const char *line, const char *name, long long *ret) {
        size_t n = strlen(name);

        if (strncmp(line, name, n) != 0 || line[n] < '0' || line[n] > '9')
                return false;
        *ret = strtoll(line + n, NULL, 10);
        return true;
}

/* One line of what is said of a file. */
static void compare_line(const char *path, const struct stat *st, const char *line) {
        bool is_right = true;
        long long n;

        if (has_number(line, "Size = ", &n))
                is_right = S_ISDIR(st->st_mode) || n == st->st_size;
        if (has_number(line, "Links = ", &n))
                is_right = n == (long long)st->st_nlink;
        if (has_number(line, "User ID = ", &n))
                is_right = n == (long long)st->st_uid;
        if (has_number(line, "Modified = ", &n))
                is_right = parse_time(strchr(line, '=') + 2) == st->st_mtim.tv_sec;
        if (has_number(line, "Accessed = ", &n))
                is_right = parse_time(strchr(line, '=') + 2) == st->st_atim.tv_sec;
        if (!is_right)
                fail_msg("%s: %s", path, line);
}

/* Each file that 7-Zip finds is one of ours, as stat() says it. How many there are, without what belongs to
 * ext itself. */
static unsigned compare_listing(VfsClient *c, const char *type, const char *image) {
        const char *argv[] = {"env", "TZ=UTC", "7zz", "l", "-slt", "-ba", type, image, NULL};
        char path[T_PATH_MAX * 8] = "";
        struct stat st;
        unsigned n = 0;
        char *rest;

        run("7zz l", argv);
        for (char *line = strtok_r(said, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
                if (strncmp(line, "Path = ", 7) == 0) {
                        bool is_theirs = strncmp(line + 7, "[SYS]", 5) == 0;

                        (void)snprintf(
                                path, sizeof path, "%s%s", is_theirs ? "" : "/", is_theirs ? "" : line + 7);
                        if (!is_theirs && vfs_stat(c, NULL, path, false, &st) != 0)
                                fail_msg("%s: 7-Zip finds it, we don't", path);
                        n += !is_theirs && strcmp(path, "/lost+found") != 0;
                } else if (path[0]) {
                        compare_line(path, &st, line);
                }
        }
        return n;
}

/* --- cases --- */

static void what_we_wrote_to_ext_is_listed_and_unpacked(void **state) {
        char folder[T_PATH_MAX], path[T_PATH_MAX];

        (void)state;
        make_folder(folder);
        for (size_t i = 0; i < T_IMAGE_KINDS; i++) {
                TImage image;
                TWorld w;
                Fs *fs;

                if (strstr(t_image_kinds[i], "inline_data"))
                        continue; /* 7-Zip reads none that has some, mke2fs's neither */
                print_message("# %s\n", t_image_kinds[i]);
                t_image_make(&image, T_IMAGE_SIZE, t_image_kinds[i], NULL);
                assert_int_equal(t_image_mount(&image, 0, &fs), 0);
                t_world_init(&w, fs, 0);
                t_copy_folder(&w.client, folder);
                t_world_deinit(&w);
                t_image_check(&image, t_image_kinds[i]);
                (void)snprintf(path, sizeof path, "/tmp/caisson-seven-%d.img", (int)getpid());
                t_write_file(path, image.data, image.size);
                compare_unpacked("-tExt", path, folder);
                assert_int_equal(t_image_mount(&image, MOUNT_READ_ONLY, &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                assert_int_equal(compare_listing(&w.client, "-tExt", path), count(folder));
                t_world_deinit(&w);
                (void)remove(path);
                t_image_free(&image);
        }
        t_remove_folder(folder);
}

static void what_we_wrote_to_fat_is_listed_and_unpacked(void **state) {
        static const char *const kinds[][2] = {
                {"2048", "-F 12 -s 1"}, {"8192", "-F 16 -s 1"}, {"40960", "-F 32 -s 1"}};
        char folder[T_PATH_MAX];

        (void)state;
        t_make_folder(folder);
        t_fat_fill_folder(folder);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                TFat fat, copy;

                print_message("# %s\n", kinds[i][1]);
                t_fat_init(&fat, kinds[i][0], kinds[i][1]);
                t_copy_folder(&fat.world.client, folder);
                t_fat_to_file(&fat);
                compare_unpacked("-tFAT", fat.path, folder);
                copy = fat;
                t_fat_from_file(&fat);
                memblk_save(&fat.device, copy.path);
                assert_int_equal(compare_listing(&fat.world.client, "-tFAT", copy.path), count(folder));
                t_fat_deinit(&fat);
        }
        t_remove_folder(folder);
}

static void what_is_unpacked_from_a_squashfs_is_what_we_read(void **state) {
        static const char *const kinds[] = {"gzip", "xz", "zstd", "lzma"};
        char folder[T_PATH_MAX], image[T_PATH_MAX + 8], unpacked[T_PATH_MAX];

        (void)state;
        make_folder(folder);
        (void)snprintf(image, sizeof image, "%s.img", folder);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
                const char *argv[] = {
                        "mksquashfs", folder, image, "-noappend", "-quiet", "-comp", kinds[i], NULL};
                unsigned char *data;
                size_t size;
                TWorld w;
                Blk *blk;
                Fs *fs;

                run("mksquashfs", argv);
                data = t_read_file(image, &size);
                assert_int_equal(blkmem_new(data, size, true, &blk), 0);
                assert_int_equal(squash_mount(blk, MOUNT_READ_ONLY, "", &fs), 0);
                t_world_init(&w, fs, MOUNT_READ_ONLY);
                unpack("-tSquashFS", image, unpacked);
                assert_int_equal(t_compare_with_folder(&w.client, unpacked, 0),
                        t_compare_with_folder(&w.client, folder, 0));
                assert_int_equal(compare_listing(&w.client, "-tSquashFS", image), count(folder));
                t_world_deinit(&w);
                t_remove_folder(unpacked);
                (void)remove(image);
                free(data);
        }
        t_remove_folder(folder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_we_wrote_to_ext_is_listed_and_unpacked),
                cmocka_unit_test(what_we_wrote_to_fat_is_listed_and_unpacked),
                cmocka_unit_test(what_is_unpacked_from_a_squashfs_is_what_we_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
