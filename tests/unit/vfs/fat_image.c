/* SPDX-License-Identifier: MIT */
/*
 * An image is a file only while a tool of the host looks at it.
 */
#include "fat_image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fat/fat.h"

#define ARGS_MAX 16

static void mount_it(TFat *t) {
        Fs *fs;

        assert_int_equal(fat_mount(&t->device.head, 0, NULL, &fs), 0);
        t_world_init(&t->world, fs, 0);
}

void t_fat_init(TFat *t, const char *size_kib, const char *arguments) {
        const char *argv[ARGS_MAX] = {"mkfs.fat", "-C"};
        char words[256], *rest;
        size_t n = 2;

        (void)snprintf(t->path, sizeof t->path, "/tmp/caisson-fat-%d.img", (int)getpid());
        (void)snprintf(words, sizeof words, "%s", arguments);
        for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
                argv[n++] = word;
        argv[n++] = t->path;
        argv[n++] = size_kib;
        assert_true(n < ARGS_MAX);
        (void)unlink(t->path);
        assert_int_equal(t_run(argv, NULL, 0), 0);
        memblk_init_file(&t->device, t->path);
        (void)unlink(t->path);
        mount_it(t);
}

void t_fat_to_file(TFat *t) {
        t_world_deinit(&t->world);
        memblk_save(&t->device, t->path);
        memblk_deinit(&t->device);
}

void t_fat_from_file(TFat *t) {
        memblk_init_file(&t->device, t->path);
        (void)unlink(t->path);
        mount_it(t);
}

void t_fat_remount(TFat *t) {
        t_world_deinit(&t->world);
        mount_it(t);
}

void t_fat_deinit(TFat *t) {
        const char *argv[] = {"fsck.fat", "-n", t->path, NULL};
        char said[4096];

        t_fat_to_file(t);
        if (t_run(argv, said, sizeof said) != 0)
                fail_msg("fsck.fat says: %s", said);
        (void)unlink(t->path);
}

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

void t_fat_fill_folder(const char *folder) {
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
