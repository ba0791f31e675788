/* SPDX-License-Identifier: MIT */
/*
 * Hash trees of directories, as e2fsck makes them: kept right for every hash and all bytes of names, left
 * behind where the image has the feature no more, and with nonsense in them.
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

#include <cmocka.h>

#include "ext_image.h"
#include "host_tree.h"

#define SIZE  (8u << 20)
#define NAMES 400u
#define SEED  " -E hash_seed=01234567-89ab-cdef-0123-456789abcdef"

static TImage image;
static TWorld w;

static void mount_image(void) {
        Fs *fs;

        assert_int_equal(t_image_mount(&image, 0, &fs), 0);
        t_world_init(&w, fs, 0);
}

/* With letters whose bytes are above 127: hashes take these as signed or not. */
static const char *path_of(const char *kind, unsigned i) {
        static char path[64];

        (void)snprintf(path, sizeof path, "/dir/%s \303\244\303\266 \346\274\242 %u", kind, i);
        return path;
}

static int make_name(const char *kind, unsigned i) {
        VfsFile *f = NULL;
        int r = vfs_open(&w.client, NULL, path_of(kind, i), O_WRONLY | O_CREAT | O_EXCL, 0644, &f);

        vfs_close(f);
        return r;
}

static bool is_there(const char *kind, unsigned i) {
        struct stat st;

        return vfs_stat(&w.client, NULL, path_of(kind, i), false, &st) == 0;
}

/* A directory with a tree, not mounted. */
static void make_tree(const char *options, const char *hash, const char *flags) {
        char out[4096];

        t_image_make(&image, SIZE, options, NULL);
        t_image_change(&image, hash);
        t_image_change(&image, flags);
        mount_image();
        assert_int_equal(vfs_mkdir(&w.client, NULL, "/dir", 0755), 0);
        for (unsigned i = 0; i < NAMES; i++)
                assert_int_equal(make_name("old", i), 0);
        t_world_deinit(&w);
        assert_in_range(t_image_optimize(&image), 0, 1);
        t_image_debug(&image, "htree /dir", out, sizeof out);
        assert_non_null(strstr(out, "Root node dump"));
}

static void trees_of_each_hash_are_kept_right(void **state) {
        static const char *const hashes[] = {"set_super_value def_hash_version legacy",
                "set_super_value def_hash_version half_md4", "set_super_value def_hash_version tea"};
        static const char *const flags[] = {"set_super_value flags 1", "set_super_value flags 2"};

        (void)state;
        for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
                for (size_t k = 0; k < sizeof flags / sizeof *flags; k++) {
                        make_tree("-t ext4 -b 1024" SEED, hashes[i], flags[k]);
                        mount_image();
                        for (unsigned n = 0; n < NAMES; n++)
                                assert_int_equal(make_name("new", n), 0);
                        for (unsigned n = 0; n < NAMES; n += 3)
                                assert_int_equal(vfs_unlink(&w.client, NULL, path_of("old", n)), 0);
                        t_world_deinit(&w);
                        t_image_check(&image, hashes[i]);
                        t_image_free(&image);
                }
}

/* Then nobody keeps the tree right: a directory that gets a name is one without. */
static void without_the_feature_a_tree_is_left_behind(void **state) {
        (void)state;
        make_tree("-t ext3 -b 1024" SEED, "set_super_value def_hash_version tea", "set_super_value flags 1");
        t_image_change(&image, "feature -dir_index");
        mount_image();
        for (unsigned n = 0; n < NAMES; n++)
                assert_int_equal(make_name("new", n), 0);
        t_world_deinit(&w);
        t_image_check(&image, "without dir_index");
        mount_image();
        for (unsigned n = 0; n < NAMES; n++)
                assert_true(is_there("old", n) && is_there("new", n));
        t_world_deinit(&w);
        t_image_free(&image);
}

/* Each byte of the tree's root, behind "." and "..". Names are where they were, and one that comes is there
 * or refused. */
static void nonsense_in_a_tree_loses_no_name(void **state) {
        static const unsigned char values[] = {0, 1, 2, 0x7f, 0xff};
        unsigned char *root, *copy = malloc(SIZE);
        unsigned n_added = 0, n_refused = 0;
        char out[256];

        (void)state;
        assert_non_null(copy);
        make_tree("-t ext3 -b 1024" SEED, "set_super_value def_hash_version half_md4",
                "set_super_value flags 1");
        t_image_debug(&image, "bmap /dir 0", out, sizeof out);
        assert_non_null(strchr(out, '\n')); /* behind a line of its own */
        root = image.data + strtoul(strchr(out, '\n'), NULL, 10) * 1024;
        assert_true(root > image.data);
        memcpy(copy, image.data, SIZE);
        for (unsigned at = 24; at < 24 + 40; at++)
                for (unsigned v = 0; v < sizeof values; v++) {
                        bool is_added;

                        memcpy(image.data, copy, SIZE);
                        root[at] = values[v];
                        mount_image();
                        is_added = make_name("new", at) == 0;
                        n_added += is_added;
                        n_refused += !is_added;
                        t_world_deinit(&w);
                        mount_image();
                        for (unsigned n = 0; n < NAMES; n += 7)
                                if (!is_there("old", n))
                                        fail_msg("byte %u is %u: name %u is lost", at, values[v], n);
                        assert_int_equal(is_there("new", at), is_added);
                        t_world_deinit(&w);
                }
        assert_true(n_added > 0 && n_refused > 0);
        print_message("# %u names came, %u were refused\n", n_added, n_refused);
        t_image_free(&image);
        free(copy);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(trees_of_each_hash_are_kept_right),
                cmocka_unit_test(without_the_feature_a_tree_is_left_behind),
                cmocka_unit_test(nonsense_in_a_tree_loses_no_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
