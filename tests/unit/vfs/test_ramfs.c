/* SPDX-License-Identifier: MIT */
/*
 * ramfs through its table of operations: names, links, renaming, reading directories while they change, and
 * what is left when nobody needs it any more.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ramdir.h"
#include "ramfs.h"

static Fs *fs;

static int set_up(void **state) {
        (void)state;
        return ramfs_new(1u << 20, 0755, &fs);
}

static int set_up_large(void **state) {
        (void)state;
        return ramfs_new(1u << 28, 0755, &fs);
}

static int tear_down(void **state) {
        (void)state;
        fs->ops->unmount(fs);
        return 0;
}

static FsName name_of(const char *text) {
        return (FsName){.text = text, .length = (uint32_t)strlen(text)};
}

static FsNode *make(FsNode *dir, const char *text, mode_t mode) {
        const FsNew what = {.mode = mode, .uid = 5, .gid = 6, .target = "target", .rdev = 77};
        const FsName name = name_of(text);
        FsNode *node = NULL;

        assert_int_equal(fs->ops->create(dir, &name, &what, &node), 0);
        return node;
}

static int find(FsNode *dir, const char *text, FsNode **ret) {
        const FsName name = name_of(text);

        *ret = NULL;
        return fs->ops->lookup(dir, &name, ret);
}

static int unlink_name(FsNode *dir, const char *text) {
        const FsName name = name_of(text);

        return fs->ops->unlink(dir, &name);
}

static int rmdir_name(FsNode *dir, const char *text) {
        const FsName name = name_of(text);

        return fs->ops->rmdir(dir, &name);
}

static int rename_name(FsNode *from, const char *old, FsNode *to, const char *new, unsigned flags) {
        const FsName a = name_of(old), b = name_of(new);

        return fs->ops->rename(from, &a, to, &b, flags);
}

static struct stat stat_of(FsNode *node) {
        struct stat st;

        assert_int_equal(fs->ops->stat(node, &st), 0);
        return st;
}

static uint64_t ino_of(FsNode *dir, const char *text) {
        FsNode *node;
        uint64_t ino;

        if (find(dir, text, &node) != 0)
                return 0;
        ino = node->ino;
        fs_unref(node);
        return ino;
}

static void a_new_file_has_what_it_was_given(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0640);
        struct stat st = stat_of(node);

        (void)state;
        assert_int_equal(st.st_mode, S_IFREG | 0640);
        assert_true(st.st_uid == 5 && st.st_gid == 6 && st.st_nlink == 1 && st.st_size == 0);
        assert_int_equal(ino_of(fs->root, "file"), node->ino);
        fs_unref(node);
}

static void a_device_keeps_its_number_and_a_link_its_target(void **state) {
        FsNode *device = make(fs->root, "device", S_IFCHR | 0600);
        FsNode *link = make(fs->root, "link", S_IFLNK | 0777);
        char text[16];
        size_t n;

        (void)state;
        assert_int_equal(stat_of(device).st_rdev, 77);
        assert_int_equal(fs->ops->readlink(link, text, sizeof text, &n), 0);
        assert_int_equal(n, 6);
        assert_memory_equal(text, "target", 6);
        assert_int_equal(fs->ops->readlink(link, text, 3, &n), 0);
        assert_int_equal(n, 3);
        assert_int_equal(stat_of(link).st_size, 6);
        fs_unref(device);
        fs_unref(link);
}

static void a_name_is_given_once(void **state) {
        const FsNew what = {.mode = S_IFREG | 0600};
        const FsName name = name_of("file");
        FsNode *other = NULL;

        (void)state;
        fs_unref(make(fs->root, "file", S_IFREG | 0600));
        assert_int_equal(fs->ops->create(fs->root, &name, &what, &other), -EEXIST);
        assert_null(other);
}

static void a_file_without_a_name_lives_as_long_as_it_is_open(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        char text[5];
        size_t n;

        (void)state;
        assert_int_equal(fs->ops->write(node, "hello", 5, 0, &n), 0);
        assert_int_equal(unlink_name(fs->root, "file"), 0);
        assert_int_equal(ino_of(fs->root, "file"), 0);
        assert_int_equal(stat_of(node).st_nlink, 0);
        assert_int_equal(fs->ops->read(node, text, 5, 0, &n), 0);
        assert_memory_equal(text, "hello", 5);
        fs_unref(node);
}

static uint64_t used_blocks(void) {
        struct statvfs st;

        assert_int_equal(fs->ops->statvfs(fs, &st), 0);
        return st.f_blocks - st.f_bfree;
}

static void space_comes_back_with_the_last_reference(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        static char data[65536];
        size_t n;

        (void)state;
        assert_int_equal(fs->ops->write(node, data, sizeof data, 0, &n), 0);
        assert_int_equal(used_blocks(), 16);
        assert_int_equal(unlink_name(fs->root, "file"), 0);
        assert_int_equal(used_blocks(), 16);
        fs_unref(node);
        assert_int_equal(used_blocks(), 0);
}

static void a_full_file_system_says_so(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        static char data[1u << 20];
        size_t n;

        (void)state;
        assert_int_equal(fs->ops->write(node, data, sizeof data, 0, &n), 0);
        assert_int_equal(n, sizeof data);
        assert_int_equal(fs->ops->write(node, data, 1, sizeof data, &n), -ENOSPC);
        fs_unref(node);
}

/* --- what is no contents is counted too --- */

static uint64_t free_files(void) {
        struct statvfs st;

        assert_int_equal(fs->ops->statvfs(fs, &st), 0);
        return st.f_ffree;
}

/* Until nothing goes any more; how many. */
static uint32_t fill(int (*add)(uint32_t i)) {
        uint32_t n = 0;
        int r;

        while ((r = add(n)) == 0)
                assert_true(++n < 1u << 20);
        assert_int_equal(r, -ENOSPC);
        return n;
}

static int add_node(uint32_t i, mode_t mode, const char *target) {
        const FsNew what = {.mode = mode, .target = target};
        char text[16];
        FsNode *node;
        int r;

        (void)snprintf(text, sizeof text, "%u", i);
        r = fs->ops->create(
                fs->root, &(FsName){.text = text, .length = (uint32_t)strlen(text)}, &what, &node);
        if (r == 0)
                fs_unref(node);
        return r;
}

static int add_file(uint32_t i) {
        return add_node(i, S_IFREG | 0600, NULL);
}

static int add_link(uint32_t i) {
        static char target[FS_LINK_MAX + 1];

        memset(target, 'x', FS_LINK_MAX);
        return add_node(i, S_IFLNK | 0777, target);
}

static int add_attribute(uint32_t i) {
        static const char value[60000];
        char name[32];

        (void)snprintf(name, sizeof name, "user.%u", i);
        return fs->ops->setxattr(fs->root, name, value, sizeof value, 0);
}

/* One byte of contents each, as far apart as to need a table of its own. */
static int add_byte(uint32_t i) {
        FsNode *node;
        size_t n;
        int r;

        assert_int_equal(find(fs->root, "sparse", &node), 0);
        r = fs->ops->write(node, "x", 1, (uint64_t)i << 24, &n);
        fs_unref(node);
        return r;
}

static void remove_all(uint32_t n) {
        char text[16];

        for (uint32_t i = 0; i < n; i++) {
                (void)snprintf(text, sizeof text, "%u", i);
                assert_int_equal(unlink_name(fs->root, text), 0);
        }
}

static void nodes_and_names_are_counted(void **state) {
        uint64_t before = free_files();
        uint32_t n = fill(add_file);

        (void)state;
        assert_true(n <= before && before < 2 * (uint64_t)n);
        assert_true(free_files() < before / 100);
        assert_int_equal(unlink_name(fs->root, "0"), 0);
        assert_int_equal(add_file(0), 0);
        remove_all(n);
        assert_int_equal(free_files(), before);
}

static void targets_of_links_are_counted(void **state) {
        uint64_t before = free_files();
        uint32_t n = fill(add_link);

        (void)state;
        assert_true(n <= (16u << 20) / FS_LINK_MAX);
        remove_all(n);
        assert_int_equal(free_files(), before);
}

static void attributes_are_counted(void **state) {
        static const char large[60001];
        uint64_t before = free_files();
        uint32_t n = fill(add_attribute);

        (void)state;
        assert_true(n <= (16u << 20) / 60000);
        assert_int_equal(fs->ops->setxattr(fs->root, "user.0", large, sizeof large, 0), -ENOSPC);
        assert_int_equal(fs->ops->setxattr(fs->root, "user.0", "", 0, 0), 0);
        for (uint32_t i = 0; i < n; i++) {
                char name[32];

                (void)snprintf(name, sizeof name, "user.%u", i);
                assert_int_equal(fs->ops->removexattr(fs->root, name), 0);
        }
        assert_int_equal(free_files(), before);
}

static void tables_of_files_with_holes_are_counted(void **state) {
        FsNode *node = make(fs->root, "sparse", S_IFREG | 0600);
        uint64_t before = free_files();

        (void)state;
        assert_true(fill(add_byte) > 0);
        assert_true(free_files() < before);
        assert_int_equal(fs->ops->truncate(node, 0), 0);
        assert_int_equal(unlink_name(fs->root, "sparse"), 0);
        fs_unref(node);
        assert_true(free_files() > before);
}

static void a_directory_does_not_stay_large(void **state) {
        const FsName other = name_of("other");
        struct RamNode *some = (struct RamNode *)(uintptr_t)1; /* never looked into */
        RamDir dir = {.entries = NULL};
        char text[16];

        (void)state;
        for (uint32_t i = 0; i < 5000; i++) {
                (void)snprintf(text, sizeof text, "%u", i);
                assert_int_equal(
                        ramdir_add(&dir, &(FsName){.text = text, .length = (uint32_t)strlen(text)}, some), 0);
        }
        assert_int_equal(ramdir_add(&dir, &other, some), 0);
        assert_true(dir.room > 5000);
        for (uint32_t i = 0; i < 5000; i++) {
                (void)snprintf(text, sizeof text, "%u", i);
                ramdir_remove(
                        &dir, ramdir_find(&dir, &(FsName){.text = text, .length = (uint32_t)strlen(text)}));
        }
        assert_true(dir.room < 100);
        assert_non_null(ramdir_find(&dir, &other));
        ramdir_deinit(&dir);
}

static void hard_links_are_one_file(void **state) {
        FsNode *node = make(fs->root, "a", S_IFREG | 0600), *dir = make(fs->root, "dir", S_IFDIR | 0700);
        const FsName b = name_of("b");

        (void)state;
        assert_int_equal(fs->ops->link(fs->root, &b, node), 0);
        assert_int_equal(fs->ops->link(fs->root, &b, node), -EEXIST);
        assert_int_equal(fs->ops->link(dir, &b, dir), -EPERM);
        assert_int_equal(ino_of(fs->root, "b"), node->ino);
        assert_int_equal(stat_of(node).st_nlink, 2);
        assert_int_equal(unlink_name(fs->root, "a"), 0);
        assert_int_equal(stat_of(node).st_nlink, 1);
        assert_int_equal(unlink_name(fs->root, "b"), 0);
        assert_int_equal(fs->ops->link(fs->root, &b, node), -ENOENT); /* it has no name to be linked from */
        fs_unref(node);
        fs_unref(dir);
}

static void directories_count_their_children(void **state) {
        FsNode *dir = make(fs->root, "dir", S_IFDIR | 0700), *up = NULL;

        (void)state;
        assert_int_equal(stat_of(fs->root).st_nlink, 3);
        fs_unref(make(dir, "sub", S_IFDIR | 0700));
        assert_int_equal(stat_of(dir).st_nlink, 3);
        assert_int_equal(rmdir_name(fs->root, "dir"), -ENOTEMPTY);
        assert_int_equal(rmdir_name(dir, "sub"), 0);
        assert_int_equal(fs->ops->parent(dir, &up), 0);
        assert_ptr_equal(up, fs->root);
        fs_unref(up);
        assert_int_equal(rmdir_name(fs->root, "dir"), 0);
        assert_int_equal(stat_of(fs->root).st_nlink, 2);
        assert_int_equal(fs->ops->parent(dir, &up), 0);
        assert_int_equal(up->ino, fs->root->ino);
        fs_unref(up);
        fs_unref(dir);
}

#define REMOVED_DEPTH 30000u

/* Each leads up to where it was, so one that is open keeps all above; then they go together. */
static void removed_directories_go_with_the_last_below(void **state) {
        static FsNode *dirs[REMOVED_DEPTH];
        struct statvfs st;

        (void)state;
        for (uint32_t i = 0; i < REMOVED_DEPTH; i++)
                dirs[i] = make(i ? dirs[i - 1] : fs->root, "d", S_IFDIR | 0700);
        for (uint32_t i = REMOVED_DEPTH; i-- > 0;) {
                assert_int_equal(rmdir_name(i ? dirs[i - 1] : fs->root, "d"), 0);
                if (i < REMOVED_DEPTH - 1)
                        fs_unref(dirs[i]);
        }
        assert_int_equal(fs->ops->statvfs(fs, &st), 0);
        assert_int_equal(st.f_files - st.f_ffree, 1 + REMOVED_DEPTH);
        fs_unref(dirs[REMOVED_DEPTH - 1]);
        assert_int_equal(fs->ops->statvfs(fs, &st), 0);
        assert_int_equal(st.f_files - st.f_ffree, 1);
}

static void nothing_is_made_in_a_removed_directory(void **state) {
        FsNode *dir = make(fs->root, "dir", S_IFDIR | 0700), *node = NULL;
        const FsNew what = {.mode = S_IFREG | 0600};
        const FsName name = name_of("file");

        (void)state;
        assert_int_equal(rmdir_name(fs->root, "dir"), 0);
        assert_int_equal(fs->ops->create(dir, &name, &what, &node), -ENOENT);
        fs_unref(dir);
}

static void removing_the_wrong_kind_is_refused(void **state) {
        (void)state;
        fs_unref(make(fs->root, "file", S_IFREG | 0600));
        fs_unref(make(fs->root, "dir", S_IFDIR | 0700));
        assert_int_equal(unlink_name(fs->root, "dir"), -EISDIR);
        assert_int_equal(rmdir_name(fs->root, "file"), -ENOTDIR);
        assert_int_equal(unlink_name(fs->root, "nothing"), -ENOENT);
        assert_int_equal(rmdir_name(fs->root, "nothing"), -ENOENT);
}

static void renaming_replaces_what_it_may(void **state) {
        FsNode *a = make(fs->root, "a", S_IFREG | 0600), *b = make(fs->root, "b", S_IFREG | 0600);
        FsNode *dir = make(fs->root, "dir", S_IFDIR | 0700), *full = make(fs->root, "full", S_IFDIR | 0700);

        (void)state;
        fs_unref(make(full, "x", S_IFREG | 0600));
        assert_int_equal(rename_name(fs->root, "a", fs->root, "b", FS_RENAME_NOREPLACE), -EEXIST);
        assert_int_equal(rename_name(fs->root, "a", fs->root, "b", 0), 0);
        assert_int_equal(ino_of(fs->root, "b"), a->ino);
        assert_int_equal(ino_of(fs->root, "a"), 0);
        assert_int_equal(stat_of(b).st_nlink, 0);
        assert_int_equal(rename_name(fs->root, "b", fs->root, "dir", 0), -EISDIR);
        assert_int_equal(rename_name(fs->root, "dir", fs->root, "b", 0), -ENOTDIR);
        assert_int_equal(rename_name(fs->root, "dir", fs->root, "full", 0), -ENOTEMPTY);
        assert_int_equal(rename_name(fs->root, "full", fs->root, "dir", 0), 0);
        assert_int_equal(ino_of(fs->root, "dir"), full->ino);
        assert_int_equal(stat_of(fs->root).st_nlink, 3);
        assert_int_equal(rename_name(fs->root, "gone", fs->root, "dir", 0), -ENOENT);
        fs_unref(a);
        fs_unref(b);
        fs_unref(dir);
        fs_unref(full);
}

static void a_moved_directory_has_a_new_parent(void **state) {
        FsNode *a = make(fs->root, "a", S_IFDIR | 0700), *b = make(fs->root, "b", S_IFDIR | 0700);
        FsNode *sub = make(a, "sub", S_IFDIR | 0700), *up = NULL;

        (void)state;
        assert_int_equal(rename_name(a, "sub", b, "moved", 0), 0);
        assert_int_equal(fs->ops->parent(sub, &up), 0);
        assert_ptr_equal(up, b);
        assert_true(stat_of(a).st_nlink == 2 && stat_of(b).st_nlink == 3);
        fs_unref(up);
        fs_unref(a);
        fs_unref(b);
        fs_unref(sub);
}

static void two_names_of_one_file_survive_a_rename(void **state) {
        FsNode *node = make(fs->root, "a", S_IFREG | 0600);
        const FsName b = name_of("b");

        (void)state;
        assert_int_equal(fs->ops->link(fs->root, &b, node), 0);
        assert_int_equal(rename_name(fs->root, "a", fs->root, "b", 0), 0);
        assert_int_equal(ino_of(fs->root, "a"), node->ino);
        assert_int_equal(ino_of(fs->root, "b"), node->ino);
        fs_unref(node);
}

static void an_exchange_turns_two_names(void **state) {
        FsNode *dir = make(fs->root, "dir", S_IFDIR | 0700), *file = make(dir, "file", S_IFREG | 0600);
        FsNode *sub = make(fs->root, "sub", S_IFDIR | 0700), *up = NULL;

        (void)state;
        assert_int_equal(rename_name(dir, "file", fs->root, "sub", FS_RENAME_EXCHANGE), 0);
        assert_int_equal(ino_of(dir, "file"), sub->ino);
        assert_int_equal(ino_of(fs->root, "sub"), file->ino);
        assert_int_equal(fs->ops->parent(sub, &up), 0);
        assert_ptr_equal(up, dir);
        assert_true(stat_of(dir).st_nlink == 3 && stat_of(fs->root).st_nlink == 3);
        assert_int_equal(rename_name(dir, "file", fs->root, "none", FS_RENAME_EXCHANGE), -ENOENT);
        fs_unref(up);
        fs_unref(dir);
        fs_unref(file);
        fs_unref(sub);
}

/* --- reading directories --- */

#define N_FILES 2000

typedef struct Reader {
        uint8_t seen[N_FILES];
        uint64_t next;
        uint32_t room; /* entries of one turn */
        uint32_t n;    /* in this turn */
} Reader;

static bool take_entry(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next) {
        Reader *r = arg;
        char text[FS_NAME_MAX + 1], *end;
        unsigned long number;

        if (r->n == r->room)
                return false;
        memcpy(text, name->text, name->length);
        text[name->length] = '\0';
        assert_memory_equal(text, "file", 4);
        number = strtoul(text + 4, &end, 10);
        assert_true(*end == '\0' && number < N_FILES && ino != 0 && type == S_IFREG);
        r->seen[number]++;
        r->next = next;
        r->n++;
        return true;
}

static void what_stays_is_read_once_whatever_comes_and_goes(void **state) {
        static Reader r;
        char text[32];

        (void)state;
        r = (Reader){.room = 7};
        for (unsigned i = 0; i < N_FILES; i++) {
                (void)snprintf(text, sizeof text, "file%u", i);
                fs_unref(make(fs->root, text, S_IFREG | 0600));
        }
        for (unsigned turn = 0;; turn++) {
                r.n = 0;
                assert_int_equal(fs->ops->readdir(fs->root, r.next, take_entry, &r), 0);
                if (r.n == 0)
                        break;
                /* odd ones go, from the end and from the start, so that the directory is packed on the way */
                for (unsigned i = 0; i < 5; i++) {
                        unsigned gone = turn * 10 + 2 * i + 1;

                        (void)snprintf(text, sizeof text, "file%u", N_FILES - gone);
                        if (gone < N_FILES)
                                (void)unlink_name(fs->root, text);
                }
        }
        for (unsigned i = 0; i < N_FILES; i += 2)
                assert_int_equal(r.seen[i], 1);
        for (unsigned i = 1; i < N_FILES; i += 2)
                assert_true(r.seen[i] <= 1);
}

static void a_directory_is_found_empty_after_all_is_removed(void **state) {
        static Reader r;
        char text[32];

        (void)state;
        r = (Reader){.room = N_FILES};
        for (unsigned i = 0; i < N_FILES; i++) {
                (void)snprintf(text, sizeof text, "file%u", i);
                fs_unref(make(fs->root, text, S_IFREG | 0600));
        }
        for (unsigned i = 0; i < N_FILES; i++) {
                (void)snprintf(text, sizeof text, "file%u", i);
                assert_true(ino_of(fs->root, text) != 0);
                assert_int_equal(unlink_name(fs->root, text), 0);
                assert_int_equal(ino_of(fs->root, text), 0);
        }
        assert_int_equal(fs->ops->readdir(fs->root, 0, take_entry, &r), 0);
        assert_int_equal(r.n, 0);
        assert_int_equal(stat_of(fs->root).st_size, 0);
}

static void a_deep_tree_goes_with_its_mount(void **state) {
        FsNode *at = fs_ref(fs->root);

        (void)state;
        for (unsigned i = 0; i < 100000; i++) {
                FsNode *sub = make(at, "d", S_IFDIR | 0700);

                fs_unref(at);
                at = sub;
        }
        fs_unref(make(at, "leaf", S_IFREG | 0600));
        fs_unref(at);
}

/* --- attributes --- */

static void extended_attributes_are_kept_and_limited(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        static char big[65537];
        char value[8], list[32];
        size_t n;

        (void)state;
        assert_int_equal(fs->ops->getxattr(node, "user.a", value, 8, &n), -ENODATA);
        assert_int_equal(fs->ops->setxattr(node, "user.a", "one", 3, 0), 0);
        assert_int_equal(fs->ops->setxattr(node, "user.bc", "", 0, 0), 0);
        assert_int_equal(fs->ops->getxattr(node, "user.a", value, 8, &n), 0);
        assert_true(n == 3 && memcmp(value, "one", 3) == 0);
        assert_int_equal(fs->ops->getxattr(node, "user.a", value, 2, &n), -ERANGE);
        assert_int_equal(fs->ops->getxattr(node, "user.a", NULL, 0, &n), 0);
        assert_int_equal(n, 3);
        assert_int_equal(fs->ops->listxattr(node, list, sizeof list, &n), 0);
        assert_int_equal(n, 15);
        assert_memory_equal(list, "user.a\0user.bc", 15);
        assert_int_equal(fs->ops->listxattr(node, list, 14, &n), -ERANGE);
        assert_int_equal(fs->ops->setxattr(node, "user.a", "x", 1, 1 /* create */), -EEXIST);
        assert_int_equal(fs->ops->setxattr(node, "user.z", "x", 1, 2 /* replace */), -ENODATA);
        assert_int_equal(fs->ops->setxattr(node, "user.z", big, 65536, 0), 0);
        assert_int_equal(fs->ops->setxattr(node, "user.z", big, 65537, 0), -E2BIG);
        assert_int_equal(fs->ops->setxattr(node, "user.a", "two!", 4, 0), 0);
        assert_int_equal(fs->ops->getxattr(node, "user.a", value, 8, &n), 0);
        assert_true(n == 4 && memcmp(value, "two!", 4) == 0);
        assert_int_equal(fs->ops->removexattr(node, "user.a"), 0);
        assert_int_equal(fs->ops->removexattr(node, "user.a"), -ENODATA);
        fs_unref(node);
}

/* 256 names of 255 bytes, each with its zero, are all that a list can say. */
static void names_of_attributes_have_a_limit_together(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        char name[256];

        (void)state;
        for (unsigned i = 0; i < 256; i++) {
                assert_int_equal(snprintf(name, sizeof name, "user.%0250u", i), 255);
                assert_int_equal(fs->ops->setxattr(node, name, "", 0, 0), 0);
        }
        assert_int_equal(fs->ops->setxattr(node, "user.x", "", 0, 0), -ENOSPC);
        assert_int_equal(fs->ops->setxattr(node, name, "more", 4, 0), 0); /* no new name */
        assert_int_equal(fs->ops->removexattr(node, name), 0);
        assert_int_equal(fs->ops->setxattr(node, "user.x", "", 0, 0), 0);
        fs_unref(node);
}

static void set_changes_only_what_it_names(void **state) {
        FsNode *node = make(fs->root, "file", S_IFREG | 0600);
        const FsSet set = {
                .what = FS_SET_MODE | FS_SET_MTIME, .mode = 0444, .mtime = {.tv_sec = 100}, .uid = 9};
        struct stat st;

        (void)state;
        assert_int_equal(fs->ops->set(node, &set), 0);
        st = stat_of(node);
        assert_int_equal(st.st_mode, S_IFREG | 0444);
        assert_true(st.st_mtim.tv_sec == 100 && st.st_atim.tv_sec != 100 && st.st_uid == 5);
        fs_unref(node);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                CASE(a_new_file_has_what_it_was_given),
                CASE(a_device_keeps_its_number_and_a_link_its_target),
                CASE(a_name_is_given_once),
                CASE(a_file_without_a_name_lives_as_long_as_it_is_open),
                CASE(space_comes_back_with_the_last_reference),
                CASE(a_full_file_system_says_so),
                CASE(nodes_and_names_are_counted),
                CASE(targets_of_links_are_counted),
                CASE(attributes_are_counted),
                CASE(tables_of_files_with_holes_are_counted),
                cmocka_unit_test(a_directory_does_not_stay_large),
                CASE(hard_links_are_one_file),
                CASE(directories_count_their_children),
                CASE(removed_directories_go_with_the_last_below),
                CASE(nothing_is_made_in_a_removed_directory),
                CASE(removing_the_wrong_kind_is_refused),
                CASE(renaming_replaces_what_it_may),
                CASE(a_moved_directory_has_a_new_parent),
                CASE(two_names_of_one_file_survive_a_rename),
                CASE(an_exchange_turns_two_names),
                CASE(what_stays_is_read_once_whatever_comes_and_goes),
                CASE(a_directory_is_found_empty_after_all_is_removed),
                cmocka_unit_test_setup_teardown(a_deep_tree_goes_with_its_mount, set_up_large, tear_down),
                CASE(extended_attributes_are_kept_and_limited),
                CASE(names_of_attributes_have_a_limit_together),
                CASE(set_changes_only_what_it_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
