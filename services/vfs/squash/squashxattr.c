/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes: pairs, one after the other; a file has a few.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "squashfs.h"

#define NO_ATTRIBUTES   0xffffffffu
#define ATTRIBUTES_MAX  4096u /* of one file: more than Linux lets anybody make */
#define VALUE_BYTES_MAX 65536u

/* What is done with one pair. 1: this was it. */
typedef struct Attribute {
        const char *name;
        const void *value;
        size_t size;
} Attribute;
typedef int Visit(void *arg, const Attribute *a);

static int read_pair(SquashFs *fs, Visit *visit, void *arg) {
        sqfs_xattr_entry_t *key;
        sqfs_xattr_value_t *value;
        Attribute a;
        int r = squash_error(fs, sqfs_xattr_reader_read_key(fs->attributes, &key));

        if (r < 0)
                return r;
        r = squash_error(fs, sqfs_xattr_reader_read_value(fs->attributes, key, &value));
        if (r < 0) {
                sqfs_free(key);
                return r;
        }
        a = (Attribute){.name = (const char *)key->key, .value = value->value, .size = value->size};
        r = value->size > VALUE_BYTES_MAX ? -EIO : visit(arg, &a);
        sqfs_free(key);
        sqfs_free(value);
        return r;
}

static int each(SquashFs *fs, const sqfs_inode_generic_t *inode, Visit *visit, void *arg) {
        sqfs_u32 index = NO_ATTRIBUTES;
        sqfs_xattr_id_t id;
        int r = 0;

        if (!fs->attributes || sqfs_inode_get_xattr_index(inode, &index) != 0 || index == NO_ATTRIBUTES)
                return 0;
        r = squash_error(fs, sqfs_xattr_reader_get_desc(fs->attributes, index, &id));
        if (r == 0 && id.count > ATTRIBUTES_MAX)
                r = -EIO;
        if (r == 0)
                r = squash_error(fs, sqfs_xattr_reader_seek_kv(fs->attributes, &id));
        for (sqfs_u32 i = 0; r == 0 && i < id.count; i++)
                r = read_pair(fs, visit, arg);
        return r;
}

typedef struct Get {
        const char *name;
        void *value;
        size_t size, length;
} Get;

static int get_one(void *arg, const Attribute *a) {
        Get *get = arg;

        if (strcmp(a->name, get->name) != 0)
                return 0;
        get->length = a->size;
        if (get->size == 0)
                return 1;
        if (get->size < a->size)
                return -ERANGE;
        memcpy(get->value, a->value, a->size);
        return 1;
}

int squash_getxattr(FsNode *node, const char *name, void *value, size_t size, size_t *ret_length) {
        Get get = {.name = name, .value = value, .size = size};
        SquashFs *fs = squash_fs(node);
        int r;

        (void)pthread_mutex_lock(&fs->lock);
        r = each(fs, squash_inode(node), get_one, &get);
        (void)pthread_mutex_unlock(&fs->lock);
        if (r == 1)
                *ret_length = get.length;
        return r == 0 ? -ENODATA : r < 0 ? r : 0;
}

typedef struct List {
        char *text;
        size_t size, used;
} List;

static int list_one(void *arg, const Attribute *a) {
        List *list = arg;
        size_t n = strlen(a->name) + 1;

        if (list->size > 0 && n > list->size - list->used)
                return -ERANGE;
        if (list->size > 0)
                memcpy(list->text + list->used, a->name, n);
        list->used += n;
        return 0;
}

int squash_listxattr(FsNode *node, char *text, size_t size, size_t *ret_length) {
        List list = {.text = text, .size = size};
        SquashFs *fs = squash_fs(node);
        int r;

        (void)pthread_mutex_lock(&fs->lock);
        r = each(fs, squash_inode(node), list_one, &list);
        (void)pthread_mutex_unlock(&fs->lock);
        if (r == 0)
                *ret_length = list.used;
        return r;
}
