/* SPDX-License-Identifier: MIT */
/*
 * Directories of a SquashFS, and the inodes that their entries lead to.
 *
 * Entries are of different sizes, and their positions say how many come before. So a directory remembers
 * where its last listing stopped: one that goes on there costs what it lists.
 *
 * An inode says itself how much memory it takes. That is looked at before the library takes it.
 */
#include <endian.h>
#include <errno.h>
#include <sqfs/error.h>
#include <string.h>

#include "squashfs.h"

/* What 8 KiB of a table take on the device at least: the best compression, and the length in front. */
#define META_SIZE  8192u
#define META_LEAST 10u

/* --- inodes --- */

typedef union Head {
        sqfs_inode_file_t file;
        sqfs_inode_file_ext_t file_ext;
        sqfs_inode_slink_t link;
        sqfs_inode_dir_ext_t dir;
} Head;

static int read_part(SquashFs *fs, void *part, size_t size) {
        return squash_error(fs, sqfs_meta_reader_read(fs->inodes, part, size));
}

/* A file has a number of 4 bytes for each block, all of them in the table of inodes. */
static bool can_have_blocks(const SquashFs *fs, uint64_t size) {
        uint64_t table = fs->super.directory_table_start - fs->super.inode_table_start;
        uint64_t n_blocks = size / fs->super.block_size;

        return n_blocks <= (table / META_LEAST + 1) * META_SIZE / sizeof(uint32_t);
}

/* The index of a large directory: names, each with its length before it. */
static int check_index(SquashFs *fs, uint32_t n) {
        char name[FS_NAME_MAX + 1];

        for (uint32_t i = 0; i < n; i++) {
                sqfs_dir_index_t entry;
                int r = read_part(fs, &entry, sizeof entry);

                if (r == 0 && le32toh(entry.size) >= FS_NAME_MAX)
                        r = -EIO;
                if (r == 0)
                        r = read_part(fs, name, le32toh(entry.size) + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Behind the part that all have in common. */
static int check_rest(SquashFs *fs, unsigned type) {
        Head h;
        int r;

        switch (type) {
        case SQFS_INODE_FILE:
                r = read_part(fs, &h.file, sizeof h.file);
                return r == 0 && !can_have_blocks(fs, le32toh(h.file.file_size)) ? -EIO : r;
        case SQFS_INODE_EXT_FILE:
                r = read_part(fs, &h.file_ext, sizeof h.file_ext);
                return r == 0 && !can_have_blocks(fs, le64toh(h.file_ext.file_size)) ? -EIO : r;
        case SQFS_INODE_SLINK:
        case SQFS_INODE_EXT_SLINK:
                r = read_part(fs, &h.link, sizeof h.link);
                return r == 0 && le32toh(h.link.target_size) > FS_LINK_MAX ? -EIO : r;
        case SQFS_INODE_EXT_DIR:
                r = read_part(fs, &h.dir, sizeof h.dir);
                return r == 0 ? check_index(fs, le16toh(h.dir.inodex_count)) : r;
        default:
                return 0;
        }
}

int squash_read_inode(SquashFs *fs, uint64_t ref, sqfs_inode_generic_t **ret) {
        uint64_t block = ref >> 16; /* from the begin of the table */
        size_t offset = ref & 0xffff;
        sqfs_inode_t base;
        int r = squash_error(
                fs, sqfs_meta_reader_seek(fs->inodes, fs->super.inode_table_start + block, offset));

        if (r == 0)
                r = read_part(fs, &base, sizeof base);
        if (r == 0)
                r = check_rest(fs, le16toh(base.type));
        if (r == 0)
                r = squash_error(fs, sqfs_meta_reader_read_inode(fs->inodes, &fs->super, block, offset, ret));
        return r;
}

/* --- entries --- */

static bool is_name_sound(const FsName *name) {
        return name->length > 0 && name->length <= FS_NAME_MAX && !memchr(name->text, '/', name->length) &&
               !memchr(name->text, '\0', name->length);
}

typedef struct Entry {
        sqfs_dir_entry_t *e; /* to be freed */
        FsName name;
        uint32_t ino;
        uint64_t ref;
} Entry;

/* 1: there is no more. */
static int read_entry(SquashFs *fs, sqfs_readdir_state_t *state, Entry *ret) {
        sqfs_u32 ino;
        sqfs_u64 ref;
        int r = sqfs_meta_reader_readdir(fs->entries, state, &ret->e, &ino, &ref);

        if (r != 0)
                return r > 0 ? 1 : squash_error(fs, r);
        ret->ino = ino;
        ret->ref = ref;
        ret->name = (FsName){.text = (const char *)ret->e->name, .length = (uint32_t)ret->e->size + 1};
        if (is_name_sound(&ret->name))
                return 0;
        sqfs_free(ret->e);
        return -EIO;
}

static int find_entry(SquashFs *fs, const FsNode *dir, const FsName *name, uint64_t *ret_ref) {
        sqfs_readdir_state_t state;
        bool is_it = false;
        Entry entry;
        int r = squash_error(fs, sqfs_readdir_state_init(&state, &fs->super, squash_inode(dir)));

        while (r == 0 && !is_it) {
                r = read_entry(fs, &state, &entry);
                if (r != 0)
                        break;
                is_it = entry.name.length == name->length &&
                        memcmp(entry.name.text, name->text, name->length) == 0;
                *ret_ref = entry.ref;
                sqfs_free(entry.e);
        }
        return r > 0 ? -ENOENT : r;
}

int squash_lookup(FsNode *dir, const FsName *name, FsNode **ret) {
        SquashFs *fs = squash_fs(dir);
        sqfs_inode_generic_t *inode;
        uint64_t ref;
        int r;

        (void)pthread_mutex_lock(&fs->lock);
        r = find_entry(fs, dir, name, &ref);
        if (r == 0)
                r = squash_read_inode(fs, ref, &inode);
        (void)pthread_mutex_unlock(&fs->lock);
        return r < 0 ? r : squash_get_node(fs, inode, (SquashNode *)dir, ret);
}

/* --- listings --- */

/* Where the entry number `at` is, from where the last listing stopped if that is not behind it. 1: beyond the
 * end. */
static int find_place(SquashFs *fs, SquashNode *dir, uint64_t at) {
        int r = 0;

        if (dir->at == 0 || dir->at > at) {
                r = squash_error(fs, sqfs_readdir_state_init(&dir->place, &fs->super, dir->inode));
                dir->at = 0;
        }
        while (r == 0 && dir->at < at) {
                Entry entry;

                r = read_entry(fs, &dir->place, &entry);
                if (r == 0)
                        sqfs_free(entry.e);
                dir->at += r == 0;
        }
        if (r != 0)
                dir->at = 0;
        return r;
}

/* Stops in front of what is not taken. */
static int emit_entries(SquashFs *fs, SquashNode *dir, FsEmit *emit, void *arg) {
        for (;;) {
                sqfs_readdir_state_t next = dir->place;
                Entry entry;
                bool goes_on;
                int r = read_entry(fs, &next, &entry);

                if (r != 0)
                        return r < 0 ? r : 0;
                goes_on = emit(arg, &entry.name, entry.ino, squash_mode_of_type(entry.e->type), dir->at + 1);
                sqfs_free(entry.e);
                if (!goes_on)
                        return 0;
                dir->place = next;
                dir->at++;
        }
}

int squash_readdir(FsNode *dir, uint64_t at, FsEmit *emit, void *arg) {
        SquashFs *fs = squash_fs(dir);
        int r;

        (void)pthread_mutex_lock(&fs->lock);
        r = find_place(fs, (SquashNode *)dir, at);
        if (r == 0)
                r = emit_entries(fs, (SquashNode *)dir, emit, arg);
        (void)pthread_mutex_unlock(&fs->lock);
        return r < 0 ? r : 0;
}
