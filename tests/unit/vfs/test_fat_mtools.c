/* SPDX-License-Identifier: MIT */
/*
 * FAT images that mtools wrote, read by us, and ours read by mtools: every file of a folder, both ways. The
 * arguments are a size in KiB and what mkfs.fat takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fat_image.h"

static const char *size_kib, *arguments;

static void what_mtools_wrote_is_read(void **state) {
        char folder[T_PATH_MAX], script[T_PATH_MAX * 8];
        const char *argv[] = {"sh", "-c", script, NULL};
        char said[1024];
        TFat t;

        (void)state;
        t_make_folder(folder);
        t_fat_fill_folder(folder);
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
        t_fat_fill_folder(folder);
        t_fat_init(&t, size_kib, arguments);
        t_copy_folder(&t.world.client, folder);
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
