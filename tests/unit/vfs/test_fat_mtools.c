/* SPDX-License-Identifier: MIT */
/*
 * FAT images that mtools wrote, read by us, and ours read by mtools: every file of a folder, both ways. The
 * arguments are a size in KiB and what mkfs.fat takes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fat_image.h"

static const char *size_kib, *arguments;

/* --- a folder with names that FAT can have --- */

static void put_file(const char *folder, const char *name, size_t size) {
        char path[T_PATH_MAX * 2];
        unsigned char *data = malloc(size + 1);

        for (size_t i = 0; i < size; i++)
                data[i] = (unsigned char)(i * 7 + i / 251 + size);
        assert_true(snprintf(path, sizeof path, "%s/%s", folder, name) < T_PATH_MAX);
        t_write_file(path, data, size);
        free(data);
}

static void put_many(const char *folder, const char *before, const char *behind, int n) {
        char name[64];

        for (int i = 0; i < n; i++) {
                (void)snprintf(name, sizeof name, "%s%d%s", before, i, behind);
                put_file(folder, name, (size_t)i);
        }
}

static void below(char *path, const char *folder, const char *name) {
        assert_true(snprintf(path, T_PATH_MAX, "%s/%s", folder, name) < T_PATH_MAX);
        assert_int_equal(mkdir(path, 0755), 0);
}

static void fill_folder(const char *folder) {
        static const char *const names[] = {"UPPER.TXT", "lower.txt", "Mixed.txt", "lower.TXT2", "UPPER.low",
                "noext", "A name with blanks.text", "a.b.c.d", ".hidden", "plus+comma,semi;is=[x]",
                "gr\303\274n \342\230\203.dat", "\320\232\320\270\321\200\320\270\320\273\320\273",
                "eight888.ext", "nine99999.ext", "tilde~1.txt", "TILDE~1", "1"};
        static const size_t sizes[] = {0, 1, 511, 512, 513, 1024, 4095, 4096, 4097, 16384, 70001};
        char path[T_PATH_MAX], deeper[T_PATH_MAX], name[256];

        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                put_file(folder, names[i], sizes[i % (sizeof sizes / sizeof *sizes)]);
        memset(name, 'n', sizeof name);
        name[255] = '\0';
        put_file(folder, name, 5);
        below(path, folder, "many of them");
        put_many(path, "longfilename", ".text", 150);
        below(path, folder, "SHORT");
        put_many(path, "F", ".DAT", 40);
        (void)snprintf(path, sizeof path, "%s", folder);
        for (int i = 0; i < 8; i++) {
                below(deeper, path, "Deeper down");
                put_file(deeper, "file", 700);
                (void)snprintf(path, sizeof path, "%.*s", T_PATH_MAX - 1, deeper);
        }
}

/* --- into the image --- */

static void copy_file(VfsClient *c, const char *from, const char *to) {
        VfsFile *f = NULL;
        size_t size, put = 0;
        unsigned char *data = t_read_file(from, &size);

        assert_int_equal(vfs_open(c, NULL, to, O_CREAT | O_EXCL | O_WRONLY, 0644, &f), 0);
        for (size_t done = 0; done < size; done += put)
                assert_int_equal(vfs_write(f, data + done, size - done < 1000 ? size - done : 1000, &put), 0);
        vfs_close(f);
        free(data);
}

static void copy_folder(VfsClient *c, const char *from, const char *to) {
        DIR *d = opendir(from);
        const struct dirent *e;

        assert_non_null(d);
        while ((e = readdir(d))) {
                char source[T_PATH_MAX * 2], target[T_PATH_MAX * 2];

                if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
                        continue;
                (void)snprintf(source, sizeof source, "%s/%s", from, e->d_name);
                (void)snprintf(target, sizeof target, "%s/%s", to, e->d_name);
                if (e->d_type == DT_DIR) {
                        assert_int_equal(vfs_mkdir(c, NULL, target, 0755), 0);
                        copy_folder(c, source, target);
                } else {
                        copy_file(c, source, target);
                }
        }
        (void)closedir(d);
}

static void what_mtools_wrote_is_read(void **state) {
        char folder[T_PATH_MAX], script[T_PATH_MAX * 8];
        const char *argv[] = {"sh", "-c", script, NULL};
        char said[1024];
        TFat t;

        (void)state;
        t_make_folder(folder);
        fill_folder(folder);
        t_fat_init(&t, size_kib, arguments);
        t_fat_to_file(&t);
        (void)snprintf(script, sizeof script, "LC_ALL=C.UTF-8 mcopy -s -i %s %s/* %s/.hidden ::", t.path,
                folder, folder);
        if (t_run(argv, said, sizeof said) != 0)
                fail_msg("mcopy says: %s", said);
        t_fat_from_file(&t);
        assert_true(t_compare_with_folder(&t.world.client, folder, 0) > 200);
        t_fat_deinit(&t);
        t_remove_folder(folder);
}

static void what_we_wrote_is_read_by_mtools(void **state) {
        char folder[T_PATH_MAX], copy[T_PATH_MAX], script[T_PATH_MAX * 8];
        const char *argv[] = {"sh", "-c", script, NULL};
        char said[1024];
        TFat t;

        (void)state;
        t_make_folder(folder);
        t_make_folder(copy);
        fill_folder(folder);
        t_fat_init(&t, size_kib, arguments);
        copy_folder(&t.world.client, folder, "");
        t_fat_remount(&t);
        assert_true(t_compare_with_folder(&t.world.client, folder, 0) > 200);
        t_fat_to_file(&t);
        (void)snprintf(script, sizeof script, "LC_ALL=C.UTF-8 mcopy -s -n -i %s '::*' %s/ && diff -r %s %s",
                t.path, copy, folder, copy);
        if (t_run(argv, said, sizeof said) != 0)
                fail_msg("mcopy and diff say: %s", said);
        t_fat_from_file(&t);
        t_fat_deinit(&t);
        t_remove_folder(folder);
        t_remove_folder(copy);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_mtools_wrote_is_read),
                cmocka_unit_test(what_we_wrote_is_read_by_mtools),
        };

        if (argc != 3)
                return 99;
        size_kib = argv[1];
        arguments = argv[2];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
