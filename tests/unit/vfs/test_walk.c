/* SPDX-License-Identifier: MIT */
/*
 * Walk and mounts: paths over two mounted file systems, with links of every kind, and at the limits.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ramfs.h"
#include "walk.h"

/*
 * /            first file system
 * /a/b/file
 * /a/up -> ..         /a/abs -> /a/b     /a/dead -> nowhere     /loop -> loop   /tail -> a/b/
 * /mnt         second file system, with /mnt/inner/deep
 */
typedef struct World {
        Mounts mounts;
        Walker walker;
        Place root;
        Walked walked;
} World;

static World w;

static FsNode *make(FsNode *dir, const char *text, mode_t mode, const char *target) {
        const FsNew what = {.mode = mode, .target = target};
        const FsName name = {.text = text, .length = (uint32_t)strlen(text)};
        FsNode *node = NULL;

        assert_int_equal(dir->fs->ops->create(dir, &name, &what, &node), 0);
        fs_unref(node); /* its name keeps it */
        return node;
}

static int walk_to(const char *path, unsigned flags) {
        return walk(&w.walker, &w.root, path, flags, &w.walked);
}

/* The file that a path leads to, 0: none. */
static uint64_t ino_at(const char *path) {
        uint64_t ino = 0;

        if (walk_to(path, WALK_FOLLOW) == 0) {
                ino = w.walked.place.node->ino;
                place_unref(&w.walked.place);
        }
        return ino;
}

static int result_of(const char *path, unsigned flags) {
        int r = walk_to(path, flags);

        place_unref(&w.walked.place);
        return r;
}

static FsNode *inner, *file, *b;

static int set_up(void **state) {
        Fs *first, *second;
        FsNode *a, *mnt;
        MountPlan plan = {.device = "ramfs", .path = "/"};
        Place at;

        (void)state;
        if (mounts_init(&w.mounts) != 0 || ramfs_new(0, 0755, &first) != 0 ||
                ramfs_new(0, 0755, &second) != 0)
                return -1;
        plan.fs = first;
        if (mounts_add(&w.mounts, &PLACE_NULL, &plan) != 0)
                return -1;
        w.root = mounts_root(&w.mounts);
        w.walker = (Walker){.mounts = &w.mounts, .root = w.root};
        a = make(first->root, "a", S_IFDIR | 0755, NULL);
        b = make(a, "b", S_IFDIR | 0755, NULL);
        file = make(b, "file", S_IFREG | 0644, NULL);
        make(a, "up", S_IFLNK | 0777, "..");
        make(a, "abs", S_IFLNK | 0777, "/a/b");
        make(a, "dead", S_IFLNK | 0777, "nowhere");
        make(first->root, "loop", S_IFLNK | 0777, "loop");
        make(first->root, "tail", S_IFLNK | 0777, "a/b/");
        make(first->root, "tofile", S_IFLNK | 0777, "a/b/file");
        mnt = make(first->root, "mnt", S_IFDIR | 0755, NULL);
        at = place_ref((Place){.mount = w.root.mount, .node = mnt});
        plan = (MountPlan){.fs = second, .device = "ramfs", .path = "/mnt"};
        if (mounts_add(&w.mounts, &at, &plan) != 0)
                return -1;
        place_unref(&at);
        inner = make(second->root, "inner", S_IFDIR | 0755, NULL);
        make(inner, "deep", S_IFDIR | 0755, NULL);
        return 0;
}

static int tear_down(void **state) {
        (void)state;
        place_unref(&w.root);
        for (const Mount *m = w.mounts.first; m; m = m->next)
                if (m->n_places != (m->next != NULL)) /* the mount below holds the place that it covers */
                        return -1;
        mounts_deinit(&w.mounts);
        return 0;
}

static void names_lead_down_and_dots_up(void **state) {
        (void)state;
        assert_int_equal(ino_at("/a/b/file"), file->ino);
        assert_int_equal(ino_at("a/b/file"), file->ino);
        assert_int_equal(ino_at("//a///b/./file"), file->ino);
        assert_int_equal(ino_at("/a/b/../../a/b/file"), file->ino);
        assert_int_equal(ino_at("/../../a/b/file"), file->ino);
}

static void what_is_not_there_is_not_found(void **state) {
        (void)state;
        assert_int_equal(result_of("", WALK_FOLLOW), -ENOENT);
        assert_int_equal(result_of("/x", WALK_FOLLOW), -ENOENT);
        assert_int_equal(result_of("/x/y", WALK_PARENT), -ENOENT);
        assert_int_equal(result_of("/a/dead", WALK_FOLLOW), -ENOENT);
        assert_int_equal(result_of("/a/dead", 0), 0);
}

static void a_file_is_no_directory(void **state) {
        (void)state;
        assert_int_equal(result_of("/a/b/file/x", WALK_FOLLOW), -ENOTDIR);
        assert_int_equal(result_of("/a/b/file/x", WALK_PARENT), -ENOTDIR);
        assert_int_equal(result_of("/a/b/file/", WALK_FOLLOW), -ENOTDIR);
        assert_int_equal(result_of("/a/b/file/.", WALK_FOLLOW), -ENOTDIR);
        assert_int_equal(result_of("/a/b/file/..", WALK_FOLLOW), -ENOTDIR);
        assert_int_equal(result_of("/a/b/file", WALK_DIRECTORY), -ENOTDIR);
        assert_int_equal(result_of("/tofile/", 0), -ENOTDIR);
}

static void links_are_followed_on_the_way_and_at_the_end_on_request(void **state) {
        (void)state;
        assert_int_equal(ino_at("/a/up/a/b/file"), file->ino);
        assert_int_equal(ino_at("/a/abs/file"), file->ino);
        assert_int_equal(ino_at("/tail"), b->ino);
        assert_int_equal(ino_at("/tail/file"), file->ino);
        assert_int_equal(walk_to("/a/abs", 0), 0);
        assert_true(S_ISLNK(w.walked.place.node->type));
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/a/abs/", 0), 0); /* with a slash it is the directory */
        assert_ptr_equal(w.walked.place.node, b);
        place_unref(&w.walked.place);
}

static void a_loop_of_links_ends(void **state) {
        (void)state;
        assert_int_equal(result_of("/loop", WALK_FOLLOW), -ELOOP);
        assert_int_equal(result_of("/loop/x", WALK_PARENT), -ELOOP);
}

static void links_have_a_limit(void **state) {
        char name[16], target[16];

        (void)state;
        for (unsigned i = 0; i <= WALK_LINKS_MAX; i++) { /* link0 -> a, link1 -> link0, ... */
                (void)snprintf(name, sizeof name, "link%u", i);
                if (i == 0)
                        (void)snprintf(target, sizeof target, "a");
                else
                        (void)snprintf(target, sizeof target, "link%u", i - 1);
                make(w.root.node, name, S_IFLNK | 0777, target);
        }
        (void)snprintf(name, sizeof name, "link%u", WALK_LINKS_MAX - 1);
        assert_int_equal(result_of(name, WALK_FOLLOW), 0);
        (void)snprintf(name, sizeof name, "link%u", WALK_LINKS_MAX);
        assert_int_equal(result_of(name, WALK_FOLLOW), -ELOOP);
}

static void the_parent_and_the_last_name_are_told(void **state) {
        (void)state;
        assert_int_equal(walk_to("/a/b/new", WALK_PARENT), 0);
        assert_ptr_equal(w.walked.place.node, b);
        assert_int_equal(w.walked.last.length, 3);
        assert_memory_equal(w.walked.last.text, "new", 3);
        assert_false(w.walked.wants_directory);
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/tail/new//", WALK_PARENT), 0);
        assert_ptr_equal(w.walked.place.node, b);
        assert_int_equal(w.walked.last.length, 3);
        assert_true(w.walked.wants_directory);
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/a/b/..", WALK_PARENT), 0);
        assert_int_equal(w.walked.last.length, 0);
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/", WALK_PARENT), 0);
        assert_int_equal(w.walked.last.length, 0);
        place_unref(&w.walked.place);
}

static void mounts_are_crossed_both_ways(void **state) {
        (void)state;
        assert_int_equal(ino_at("/mnt/inner"), inner->ino);
        assert_int_equal(walk_to("/mnt/inner", 0), 0);
        assert_ptr_equal(w.walked.place.node, inner);
        assert_true(w.walked.place.mount != w.root.mount);
        place_unref(&w.walked.place);
        assert_int_equal(ino_at("/mnt/inner/../../a/b/file"), file->ino);
        assert_int_equal(ino_at("/mnt/../a/b/file"), file->ino);
}

static void a_mount_on_a_mount_hides_it(void **state) {
        Fs *third;
        MountPlan plan = {.device = "ramfs", .path = "/mnt"};
        int unwritten;

        (void)state;
        assert_int_equal(ramfs_new(0, 0755, &third), 0);
        make(third->root, "top", S_IFREG | 0644, NULL);
        plan.fs = third;
        assert_int_equal(walk_to("/mnt", 0), 0);
        assert_int_equal(mounts_add(&w.mounts, &w.walked.place, &plan), 0);
        place_unref(&w.walked.place);
        assert_true(ino_at("/mnt/top") != 0);
        assert_int_equal(result_of("/mnt/inner", 0), -ENOENT);
        assert_int_equal(ino_at("/mnt/../a/b/file"), file->ino);
        assert_int_equal(walk_to("/mnt", 0), 0);
        assert_int_equal(mounts_remove(&w.mounts, &w.walked.place, &unwritten), 0);
        assert_int_equal(unwritten, 0);
        assert_int_equal(ino_at("/mnt/inner"), inner->ino);
}

static void a_mount_in_use_stays(void **state) {
        Place held;
        int unwritten;

        (void)state;
        assert_int_equal(walk_to("/mnt/inner", 0), 0);
        held = w.walked.place;
        assert_int_equal(walk_to("/mnt", 0), 0);
        assert_int_equal(mounts_remove(&w.mounts, &w.walked.place, &unwritten), -EBUSY);
        place_unref(&held);
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/", 0), 0);
        assert_int_equal(mounts_remove(&w.mounts, &w.walked.place, &unwritten), -EBUSY);
        place_unref(&w.walked.place);
        assert_int_equal(walk_to("/a", 0), 0);
        assert_int_equal(mounts_remove(&w.mounts, &w.walked.place, &unwritten), -EINVAL);
        place_unref(&w.walked.place);
}

static void a_client_does_not_get_above_its_root(void **state) {
        Place old = w.walker.root;

        (void)state;
        assert_int_equal(walk_to("/a", 0), 0);
        w.walker.root = w.walked.place;
        assert_int_equal(ino_at("/../../b/file"), file->ino);
        assert_int_equal(result_of("/../../mnt", 0), -ENOENT);
        assert_int_equal(result_of("/abs", WALK_FOLLOW), -ENOENT); /* its target counts from the root too */
        place_unref(&w.walker.root);
        w.walker.root = old;
}

static void a_directory_has_a_path(void **state) {
        static const char *const paths[] = {"/", "/a", "/a/b", "/mnt", "/mnt/inner/deep"};
        char path[64];

        (void)state;
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
                assert_int_equal(walk_to(paths[i], 0), 0);
                assert_int_equal(walk_path_of(&w.walker, &w.walked.place, path, sizeof path), 0);
                assert_string_equal(path, paths[i]);
                assert_int_equal(walk_path_of(&w.walker, &w.walked.place, path, strlen(paths[i]) + 1), 0);
                assert_int_equal(walk_path_of(&w.walker, &w.walked.place, path, strlen(paths[i])), -ERANGE);
                place_unref(&w.walked.place);
        }
}

static void long_names_and_paths_are_refused(void **state) {
        static char path[WALK_PATH_MAX + 1];
        char name[FS_NAME_MAX + 2];

        (void)state;
        memset(name, 'n', sizeof name);
        name[FS_NAME_MAX + 1] = '\0';
        assert_int_equal(result_of(name, WALK_PARENT), -ENAMETOOLONG);
        assert_int_equal(result_of(name, 0), -ENAMETOOLONG);
        name[FS_NAME_MAX] = '\0';
        assert_int_equal(result_of(name, WALK_PARENT), 0);
        assert_int_equal(result_of(name, 0), -ENOENT);
        memset(path, '/', sizeof path - 1);
        assert_int_equal(result_of(path, 0), -ENAMETOOLONG);
        path[WALK_PATH_MAX - 1] = '\0';
        assert_int_equal(result_of(path, 0), 0);
}

static void a_path_that_links_make_too_long_is_refused(void **state) {
        static char target[FS_LINK_MAX + 1];

        (void)state;
        memset(target, '/', FS_LINK_MAX - 1);
        target[0] = 'a';
        make(w.root.node, "long", S_IFLNK | 0777, target);
        assert_int_equal(result_of("/long", WALK_FOLLOW), 0);
        assert_int_equal(result_of("/long/b", WALK_FOLLOW), -ENAMETOOLONG);
}

static void above_and_below_are_told_apart(void **state) {
        FsNode *root = w.root.node;

        (void)state;
        assert_true(walk_is_above(root, b));
        assert_true(walk_is_above(b, b));
        assert_false(walk_is_above(b, root));
}

static void a_directory_without_the_right_is_not_searched(void **state) {
        const FsSet set = {.what = FS_SET_MODE, .mode = 0600};

        (void)state;
        assert_int_equal(b->fs->ops->set(b, &set), 0);
        assert_int_equal(ino_at("/a/b/file"), file->ino);
        w.walker.checks_modes = true;
        assert_int_equal(result_of("/a/b/file", 0), -EACCES);
        assert_int_equal(result_of("/a/b", 0), 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(names_lead_down_and_dots_up),
                CASE(what_is_not_there_is_not_found),
                CASE(a_file_is_no_directory),
                CASE(links_are_followed_on_the_way_and_at_the_end_on_request),
                CASE(a_loop_of_links_ends),
                CASE(links_have_a_limit),
                CASE(the_parent_and_the_last_name_are_told),
                CASE(mounts_are_crossed_both_ways),
                CASE(a_mount_on_a_mount_hides_it),
                CASE(a_mount_in_use_stays),
                CASE(a_client_does_not_get_above_its_root),
                CASE(a_directory_has_a_path),
                CASE(long_names_and_paths_are_refused),
                CASE(a_path_that_links_make_too_long_is_refused),
                CASE(above_and_below_are_told_apart),
                CASE(a_directory_without_the_right_is_not_searched),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
