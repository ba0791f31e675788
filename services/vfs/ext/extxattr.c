/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, in the inode and in a block of their own: the library finds the room. Access control
 * lists are attributes whose value the library writes in a shorter form, so they are checked before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "extfs.h"

#define NAME_BYTES_MAX   255u
#define VALUE_BYTES_MAX  65536u
#define ACL_ACCESS       "system.posix_acl_access"
#define ACL_DEFAULT      "system.posix_acl_default"
#define ACL_HEAD         4u
#define ACL_ENTRY        8u
#define ACL_VERSION      2u
#define ATTRIBUTE_BLOCKS 2u

typedef struct ext2_xattr_handle Attributes;

static bool is_acl(const char *name) {
        return strcmp(name, ACL_ACCESS) == 0 || strcmp(name, ACL_DEFAULT) == 0;
}

/* Others are the library's own, such as the rest of a file that lies in its inode. */
static bool is_known(const char *name) {
        static const char *const prefixes[] = {"user.", "trusted.", "security."};

        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
                if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0 && name[strlen(prefixes[i])])
                        return true;
        return is_acl(name);
}

static int check_name(const char *name) {
        size_t n = strlen(name);

        if (n == 0 || n > NAME_BYTES_MAX)
                return -ERANGE;
        return is_known(name) ? 0 : -EOPNOTSUPP;
}

static int open_attributes(ExtFs *fs, const FsNode *node, Attributes **ret) {
        ExtInode inode;
        errcode_t e;
        int r = ext_read_inode(fs, ext_ino(node), &inode); /* says what is wrong with it */

        if (r < 0)
                return r;
        e = ext2fs_xattrs_open(fs->lib, ext_ino(node), ret);
        if (e)
                return exterr_to_errno(e);
        e = ext2fs_xattrs_read(*ret);
        if (e)
                (void)ext2fs_xattrs_close(ret);
        return exterr_to_errno(e);
}

/* --- reading --- */

/* Only entries of named users and groups have a number. Linux gives all bits set for the others, the library
 * zero. */
static void unset_numbers(uint8_t *value, size_t size) {
        enum { NAMED = 2 | 8 };

        for (size_t at = ACL_HEAD; at + ACL_ENTRY <= size; at += ACL_ENTRY)
                if (!(value[at] & NAMED))
                        memset(value + at + ACL_ENTRY / 2, 0xff, ACL_ENTRY / 2);
}

static int get_value(Attributes *a, const char *name, void *value, size_t size, size_t *ret_length) {
        void *found = NULL;
        size_t n = 0;
        int r = exterr_to_errno(ext2fs_xattr_get(a, name, &found, &n));

        if (r < 0)
                return r;
        if (is_acl(name))
                unset_numbers(found, n);
        if (size > 0 && size < n)
                r = -ERANGE;
        else if (size > 0 && n > 0)
                memcpy(value, found, n);
        if (r == 0)
                *ret_length = n;
        (void)ext2fs_free_mem(&found);
        return r;
}

int ext_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length) {
        ExtFs *fs = ext_fs(node);
        Attributes *a;
        int r = check_name(name);

        if (r < 0)
                return r;
        ext_lock(fs);
        r = open_attributes(fs, node, &a);
        if (r == 0) {
                r = get_value(a, name, value, size, ret_length);
                (void)ext2fs_xattrs_close(&a);
        }
        ext_unlock(fs);
        return r;
}

typedef struct List {
        char *text;
        size_t size, used;
        bool is_full;
} List;

static int list_name(char *name, char *value, size_t value_size, void *arg) {
        List *list = arg;
        size_t n = strlen(name) + 1;

        (void)value;
        (void)value_size;
        if (!is_known(name))
                return 0;
        if (list->size > 0 && n > list->size - list->used)
                list->is_full = true;
        else if (list->size > 0)
                memcpy(list->text + list->used, name, n);
        if (list->is_full)
                return XATTR_ABORT;
        list->used += n;
        return 0;
}

int ext_listxattr(FsNode *node, char *text, size_t size, size_t *ret_length) {
        List list = {.text = text, .size = size};
        ExtFs *fs = ext_fs(node);
        Attributes *a;
        int r;

        ext_lock(fs);
        r = open_attributes(fs, node, &a);
        if (r == 0) {
                r = exterr_to_errno(ext2fs_xattrs_iterate(a, list_name, &list));
                (void)ext2fs_xattrs_close(&a);
        }
        ext_unlock(fs);
        if (r == 0 && list.is_full)
                r = -ERANGE;
        if (r == 0)
                *ret_length = list.used;
        return r;
}

/* --- writing --- */

static int check_value(const char *name, size_t size, int flags) {
        int r = check_name(name);

        if (r < 0)
                return r;
        if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
                return -EINVAL;
        if (size > VALUE_BYTES_MAX)
                return -E2BIG;
        return 0;
}

static int check_exists(Attributes *a, const char *name, int flags) {
        size_t n;
        int r = get_value(a, name, NULL, 0, &n);

        if (r < 0 && r != -ENODATA)
                return r;
        if (r == 0 && (flags & XATTR_CREATE))
                return -EEXIST;
        return r < 0 && (flags & XATTR_REPLACE) ? -ENODATA : 0;
}

/* The library has written the inode; the time is what is left. */
static int end_change(ExtFs *fs, const FsNode *node, Attributes *a, int r) {
        (void)ext2fs_xattrs_close(&a);
        return ext_end(fs, r < 0 ? r : ext_add_links(fs, ext_ino(node), 0));
}

int ext_setxattr(FsNode *node, const char *name, const void *value, size_t size, int flags) {
        ExtFs *fs = ext_fs(node);
        Attributes *a;
        int r = check_value(name, size, flags);

        if (r < 0)
                return r;
        r = ext_begin(fs, ATTRIBUTE_BLOCKS);
        if (r < 0)
                return r;
        r = open_attributes(fs, node, &a);
        if (r < 0)
                return ext_end(fs, r);
        r = check_exists(a, name, flags);
        if (r == 0)
                r = exterr_to_errno(ext2fs_xattr_set(a, name, value, size));
        return end_change(fs, node, a, r);
}

int ext_removexattr(FsNode *node, const char *name) {
        ExtFs *fs = ext_fs(node);
        Attributes *a;
        int r = check_name(name);

        if (r < 0)
                return r;
        r = ext_begin(fs, 0);
        if (r < 0)
                return r;
        r = open_attributes(fs, node, &a);
        if (r < 0)
                return ext_end(fs, r);
        r = check_exists(a, name, XATTR_REPLACE);
        if (r == 0)
                r = exterr_to_errno(ext2fs_xattr_remove(a, name));
        return end_change(fs, node, a, r);
}
