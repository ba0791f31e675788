/* SPDX-License-Identifier: MIT */
/*
 * What all file systems in memory may take together, however many are mounted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cmocka.h>

#include "rambudget.h"
#include "ramfs.h"

#define ALL     (1u << 20) /* as the environment says */
#define PIECE   65536u     /* memory comes in these */
#define OF_EACH (ALL - 2 * PIECE)
#define MOUNTS  3u

static Fs *mounts[MOUNTS];

static int set_up(void **state) {
        (void)state;
        for (uint32_t i = 0; i < MOUNTS; i++)
                assert_int_equal(ramfs_new(OF_EACH, 0777, &mounts[i]), 0);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        for (uint32_t i = 0; i < MOUNTS; i++)
                mounts[i]->ops->unmount(mounts[i]);
        assert_int_equal(rambudget_all()->used, 0);
        return 0;
}

static FsName name_of(const char *text) {
        return (FsName){.text = text, .length = (uint32_t)strlen(text)};
}

static FsNode *make(Fs *fs, const char *text) {
        const FsName name = name_of(text);
        FsNode *node;

        assert_int_equal(fs->ops->create(fs->root, &name, &(FsNew){.mode = S_IFREG | 0600}, &node), 0);
        return node;
}

/* Writes until nothing more is taken; how much it was. */
static uint64_t fill(FsNode *node) {
        static const char piece[PIECE] = "x";
        uint64_t at = 0;
        size_t put;
        int r;

        while ((r = node->fs->ops->write(node, piece, sizeof piece, at, &put)) == 0)
                at += put;
        assert_int_equal(r, -ENOSPC);
        return at;
}

static void together_they_hold_no_more_than_all_may(void **state) {
        FsNode *first = make(mounts[0], "a"), *second = make(mounts[1], "b");
        uint64_t held = fill(first), more;

        (void)state;
        assert_int_equal(held, OF_EACH); /* size= of the mount is below */
        more = fill(second);
        assert_true(more < 2 * PIECE && held + more <= ALL);
        assert_true(rambudget_all()->used <= ALL && rambudget_all()->used > ALL - PIECE);
        assert_int_equal(mounts[0]->ops->truncate(first, held / 2), 0);
        assert_true(fill(second) >= held / 2);
        (void)fs_unref(first);
        (void)fs_unref(second);
}

/* Nor by names and links, which have a budget of 16 MiB of their own in each. */
static void names_count_as_well(void **state) {
        char text[32];
        uint32_t n = 0;
        FsNode *node;
        int r = 0;

        (void)state;
        for (; r == 0; n++) {
                const FsName name = {.text = text, .length = (uint32_t)snprintf(text, sizeof text, "n%u", n)};

                r = mounts[n % MOUNTS]->ops->create(
                        mounts[n % MOUNTS]->root, &name, &(FsNew){.mode = S_IFREG | 0600}, &node);
                if (r == 0)
                        (void)fs_unref(node);
        }
        assert_int_equal(r, -ENOSPC);
        assert_true(n > 100 && n < ALL / sizeof(FsNode));
        assert_true(rambudget_all()->used <= ALL);
}

static void a_mount_needs_some_too(void **state) {
        uint64_t left = rambudget_left(rambudget_all());
        Fs *more;

        (void)state;
        assert_true(rambudget_take(rambudget_all(), left));
        assert_int_equal(ramfs_new(OF_EACH, 0777, &more), -ENOMEM);
        rambudget_give(rambudget_all(), left);
}

static void what_is_free_is_what_all_have_left(void **state) {
        struct statvfs before, st;
        FsNode *node = make(mounts[0], "a");

        (void)state;
        assert_int_equal(mounts[1]->ops->statvfs(mounts[1], &before), 0);
        assert_int_equal(before.f_blocks, OF_EACH / before.f_frsize);
        (void)fill(node);
        assert_int_equal(mounts[1]->ops->statvfs(mounts[1], &st), 0);
        assert_true(before.f_bavail > 14 * PIECE / before.f_frsize - 2);
        assert_true(st.f_bavail <= 2 * PIECE / st.f_frsize && st.f_ffree < before.f_ffree / 4);
        (void)fs_unref(node);
}

static void a_budget_ends_at_its_limit(void **state) {
        RamBudget all = {.max = 10}, first = {.max = 8, .of = &all}, second = {.max = 8, .of = &all};

        (void)state;
        assert_false(rambudget_take(&first, 9));
        assert_true(rambudget_take(&first, 7) && rambudget_take(&first, 1));
        assert_false(rambudget_take(&first, 1));
        assert_int_equal(rambudget_left(&second), 2);
        assert_false(rambudget_take(&second, 3));
        assert_int_equal(second.used, 0); /* and nothing of it is counted */
        assert_true(rambudget_take(&second, 2));
        rambudget_give(&first, 8);
        assert_int_equal(rambudget_left(&second), 6);
        rambudget_give(&second, 2);
        assert_int_equal(all.used, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(together_they_hold_no_more_than_all_may, set_up, tear_down),
                cmocka_unit_test_setup_teardown(names_count_as_well, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_free_is_what_all_have_left, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_mount_needs_some_too, set_up, tear_down),
                cmocka_unit_test(a_budget_ends_at_its_limit),
        };

        (void)setenv(RAMBUDGET_VARIABLE, "1m", 1);
        return cmocka_run_group_tests_name("vfs rambudget", tests, NULL, NULL);
}
