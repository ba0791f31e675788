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
