/* SPDX-License-Identifier: MIT */
/*
 * Directories on the device: blocks full of entries, each with the length of its place. All names are read
 * once and kept in memory, with the block where each one was; finding a name costs no reading, and changing
 * one costs one block.
 *
 * A directory with a hash tree gets new names through the library, which may move others to new blocks; where
 * a name isn't in its block any more, all are searched. Those without grow at the end. A directory in its
 * inode moves to a block before it changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extfs.h"

#define ENTRY_HEAD            8u
#define DIR_ENTRY(buffer, at) ((struct ext2_dir_entry *)(void *)((buffer) + (at)))

typedef struct DirBlock {
        ExtFs *fs;
        ext2_ino_t dir;
        uint64_t place;
        char *data;
} DirBlock;

/* --- kinds --- */

static const struct {
        uint8_t type;
        mode_t mode;
} kinds[] = {
        {EXT2_FT_REG_FILE, S_IFREG},
        {EXT2_FT_DIR, S_IFDIR},
        {EXT2_FT_CHRDEV, S_IFCHR},
        {EXT2_FT_BLKDEV, S_IFBLK},
        {EXT2_FT_FIFO, S_IFIFO},
        {EXT2_FT_SOCK, S_IFSOCK},
        {EXT2_FT_SYMLINK, S_IFLNK},
};

uint8_t extdir_type_of(mode_t mode) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (kinds[i].mode == (mode & S_IFMT))
                        return kinds[i].type;
        return EXT2_FT_UNKNOWN;
}

mode_t extdir_mode_of(uint8_t type) {
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
                if (kinds[i].type == type)
                        return kinds[i].mode;
        return 0;
}

/* --- blocks --- */

static int block_init(DirBlock *b, ExtFs *fs, ext2_ino_t dir) {
        *b = (DirBlock){.fs = fs, .dir = dir, .data = malloc(fs->lib->blocksize)};
        return b->data ? 0 : -ENOMEM;
}

static void block_deinit(DirBlock *b) {
        free(b->data);
}

static int block_read(DirBlock *b, uint32_t number) {
        blk64_t place;
        int flags;
        errcode_t e = ext2fs_bmap2(b->fs->lib, b->dir, NULL, NULL, 0, number, &flags, &place);

        if (!e && (place <= b->fs->lib->super->s_first_data_block ||
                          place >= ext2fs_blocks_count(b->fs->lib->super) || (flags & BMAP_RET_UNINIT)))
                return -EIO;
        if (!e)
                e = ext2fs_read_dir_block4(b->fs->lib, place, b->data, 0, b->dir);
        b->place = place;
        return exterr_to_errno(e);
}

static int block_write(DirBlock *b) {
        return exterr_to_errno(ext2fs_write_dir_block4(b->fs->lib, b->place, b->data, 0, b->dir));
}

/* Length of the entry's place, or 0: it makes no sense. */
static uint32_t place_length(const DirBlock *b, uint32_t at) {
        const struct ext2_dir_entry *e = DIR_ENTRY(b->data, at);
        uint32_t size = b->fs->lib->blocksize;
        unsigned length;

        if (size - at < ENTRY_HEAD + 4 || ext2fs_get_rec_len(b->fs->lib, DIR_ENTRY(b->data, at), &length))
                return 0;
        if (length < ENTRY_HEAD + 4 || length % 4 || length > size - at)
                return 0;
        return ENTRY_HEAD + (uint32_t)ext2fs_dirent_name_len(e) > length ? 0 : length;
}

static uint32_t length_needed(uint32_t name_length) {
        return (ENTRY_HEAD + name_length + 3) & ~3u;
}

/* Shows every entry; visit returns false to stop there. */
typedef bool Visit(void *arg, DirBlock *b, uint32_t at, uint32_t length, uint32_t before);

/* 1: stopped. before: the entry before, or `at` itself for the first. */
static int block_each(DirBlock *b, Visit *visit, void *arg) {
        uint32_t before = 0, length;

        for (uint32_t at = 0; at < b->fs->lib->blocksize; at += length) {
                length = place_length(b, at);
                if (length == 0)
                        return -EIO;
                if (!visit(arg, b, at, length, before))
                        return 1;
                before = at;
        }
        return 0;
}

/* Blocks of a directory; each block of the device can be in it once. */
static int count_blocks(ExtFs *fs, ext2_ino_t dir, uint32_t *ret, bool *ret_is_inline) {
        ExtInode inode;
        int r = ext_read_inode(fs, dir, &inode);
        uint64_t n = EXT2_I_SIZE(&inode) / fs->lib->blocksize;

        if (r < 0)
                return r;
        *ret_is_inline = inode.i_flags & EXT4_INLINE_DATA_FL;
        if (n > ext2fs_blocks_count(fs->lib->super) || n >= EXTINDEX_BLOCK_UNKNOWN ||
                (!*ret_is_inline && EXT2_I_SIZE(&inode) % fs->lib->blocksize))
                return -EIO;
        *ret = (uint32_t)n;
        return 0;
}

/* --- reading all --- */

typedef struct Load {
        ExtFs *fs;
        ExtIndex *index;
        uint32_t block;
        int error;
} Load;

static bool is_name_sound(const FsName *name) {
        return name->length > 0 && !memchr(name->text, '/', name->length) &&
               !memchr(name->text, '\0', name->length);
}

static bool is_dot(const FsName *name) {
        return (name->length == 1 && name->text[0] == '.') ||
               (name->length == 2 && name->text[0] == '.' && name->text[1] == '.');
}

/* Old images don't say the kind in the directory. */
static int find_type(ExtFs *fs, const struct ext2_dir_entry *e, uint8_t *ret) {
        ExtInode inode;
        int r = 0;

        *ret = ext2fs_has_feature_filetype(fs->lib->super) ? (uint8_t)ext2fs_dirent_file_type(e) : 0;
        if (extdir_mode_of(*ret))
                return 0;
        r = ext_read_inode(fs, e->inode, &inode);
        if (r == 0)
                *ret = extdir_type_of(inode.i_mode);
        return r;
}

static int take_entry(Load *load, const struct ext2_dir_entry *e) {
        const FsName name = {.text = e->name, .length = (uint32_t)ext2fs_dirent_name_len(e)};
        uint8_t type;
        int r;

        if (e->inode == 0 || is_dot(&name))
                return 0;
        if (e->inode > load->fs->lib->super->s_inodes_count || !is_name_sound(&name))
                return -EIO;
        r = find_type(load->fs, e, &type);
        if (r == 0)
                r = extindex_reserve(load->index, &name);
        if (r == 0)
                extindex_add(load->index, &name, e->inode, type, load->block);
        return r;
}

static bool load_entry(void *arg, DirBlock *b, uint32_t at, uint32_t length, uint32_t before) {
        Load *load = arg;

        (void)length;
        (void)before;
        load->error = take_entry(load, DIR_ENTRY(b->data, at));
        return load->error == 0;
}

static int load_blocks(Load *load, ext2_ino_t dir, uint32_t n) {
        DirBlock b;
        int r = block_init(&b, load->fs, dir);

        for (load->block = 0; r == 0 && load->block < n; load->block++) {
                r = block_read(&b, load->block);
                if (r == 0)
                        r = block_each(&b, load_entry, load);
                if (r == 1)
                        r = load->error;
        }
        block_deinit(&b);
        return r;
}

static int load_inline_entry(
        ext2_ino_t dir, int entry, struct ext2_dir_entry *e, int offset, int size, char *buffer, void *arg) {
        Load *load = arg;

        (void)dir;
        (void)offset;
        (void)size;
        (void)buffer;
        load->error = entry == DIRENT_OTHER_FILE ? take_entry(load, e) : 0;
        return load->error < 0 ? DIRENT_ABORT : 0;
}

static int load_inline(Load *load, ext2_ino_t dir) {
        errcode_t e;

        load->block = EXTINDEX_BLOCK_UNKNOWN;
        e = ext2fs_dir_iterate2(load->fs->lib, dir, 0, NULL, load_inline_entry, load);
        return e ? exterr_to_errno(e) : load->error;
}

int extdir_load(ExtFs *fs, ExtNode *dir) {
        Load load = {.fs = fs, .index = &dir->index};
        bool is_inline;
        uint32_t n;
        int r;

        if (dir->has_index)
                return 0;
        r = count_blocks(fs, ext_ino(&dir->head.head), &n, &is_inline);
        if (r == 0)
                r = is_inline ? load_inline(&load, ext_ino(&dir->head.head))
                              : load_blocks(&load, ext_ino(&dir->head.head), n);
        if (r < 0)
                extindex_deinit(&dir->index);
        dir->has_index = r == 0;
        dir->room_from = 0;
        return r;
}

/* --- finding one --- */

typedef struct Find {
        FsName name;
        uint32_t at, before, length;
} Find;

static bool find_entry(void *arg, DirBlock *b, uint32_t at, uint32_t length, uint32_t before) {
        const struct ext2_dir_entry *e = DIR_ENTRY(b->data, at);
        Find *find = arg;

        find->at = at;
        find->before = before;
        find->length = length;
        return e->inode == 0 || (uint32_t)ext2fs_dirent_name_len(e) != find->name.length ||
               memcmp(e->name, find->name.text, find->name.length) != 0;
}

/* The block with the name is in `b` afterwards. */
static int find_block(DirBlock *b, ExtNode *dir, ExtEntry *e, Find *find) {
        bool is_inline;
        uint32_t n;
        int r = count_blocks(b->fs, b->dir, &n, &is_inline);

        find->name = extindex_name(&dir->index, e);
        if (r == 0 && e->block < n) {
                r = block_read(b, e->block);
                if (r == 0)
                        r = block_each(b, find_entry, find);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        for (uint32_t i = 0; r == 0 && i < n; i++) {
                r = block_read(b, i);
                if (r == 0)
                        r = block_each(b, find_entry, find);
                if (r == 1)
                        e->block = i;
        }
        return r < 0 ? r : r == 1 ? 0 : -EIO;
}

/* Before a change. */
static int leave_inline(ExtFs *fs, ExtNode *dir) {
        bool is_inline;
        uint32_t n;
        int r = count_blocks(fs, ext_ino(&dir->head.head), &n, &is_inline);

        if (r < 0 || !is_inline)
                return r;
        return exterr_to_errno(ext2fs_expand_dir(fs->lib, ext_ino(&dir->head.head)));
}

/* --- changing --- */

static void set_type(const ExtFs *fs, struct ext2_dir_entry *e, uint8_t type) {
        if (ext2fs_has_feature_filetype(fs->lib->super))
                ext2fs_dirent_set_file_type(e, type);
}

/* The place goes to the entry before, or stays empty if there is none. */
static int take_out(DirBlock *b, const Find *find) {
        struct ext2_dir_entry *e = DIR_ENTRY(b->data, find->at);
        unsigned length;

        e->inode = 0;
        if (find->at == 0)
                return 0;
        if (ext2fs_get_rec_len(b->fs->lib, DIR_ENTRY(b->data, find->before), &length))
                return -EIO;
        return exterr_to_errno(
                ext2fs_set_rec_len(b->fs->lib, length + find->length, DIR_ENTRY(b->data, find->before)));
}

/* Finds the name's place for a change, in a block of the directory: block_deinit() in any case. */
static int begin_change(DirBlock *b, ExtFs *fs, ExtNode *dir, ExtEntry *e, Find *ret) {
        int r = leave_inline(fs, dir);

        b->data = NULL;
        if (r == 0)
                r = block_init(b, fs, ext_ino(&dir->head.head));
        return r < 0 ? r : find_block(b, dir, e, ret);
}

int extdir_remove(ExtFs *fs, ExtNode *dir, ExtEntry *e) {
        DirBlock b;
        Find find;
        int r = begin_change(&b, fs, dir, e, &find);

        if (r == 0)
                r = take_out(&b, &find);
        if (r == 0)
                r = block_write(&b);
        if (r == 0) {
                dir->room_from = e->block < dir->room_from ? e->block : dir->room_from;
                extindex_remove(&dir->index, e);
        }
        block_deinit(&b);
        return r;
}

int extdir_turn(ExtFs *fs, ExtNode *dir, ExtEntry *e, ext2_ino_t ino, uint8_t type) {
        DirBlock b;
        Find find;
        int r = begin_change(&b, fs, dir, e, &find);

        if (r == 0) {
                DIR_ENTRY(b.data, find.at)->inode = ino;
                set_type(fs, DIR_ENTRY(b.data, find.at), type);
                r = block_write(&b);
        }
        if (r == 0) {
                e->ino = ino;
                e->type = type;
        }
        block_deinit(&b);
        return r;
}

static int set_parent_inline(ExtFs *fs, ext2_ino_t dir, ext2_ino_t parent) {
        ExtInode inode;
        int r = ext_read_inode(fs, dir, &inode);

        if (r < 0)
                return r;
        inode.i_block[0] = parent; /* what comes first there is the number of ".." */
        return ext_write_inode(fs, dir, &inode);
}

int extdir_set_parent(ExtFs *fs, ext2_ino_t dir, ext2_ino_t parent) {
        Find find = {.name = {.text = "..", .length = 2}};
        bool is_inline;
        uint32_t n;
        DirBlock b;
        int r = count_blocks(fs, dir, &n, &is_inline);

        if (r < 0 || is_inline)
                return r < 0 ? r : set_parent_inline(fs, dir, parent);
        r = block_init(&b, fs, dir);
        if (r == 0)
                r = block_read(&b, 0);
        if (r == 0)
                r = block_each(&b, find_entry, &find);
        if (r == 1) {
                DIR_ENTRY(b.data, find.at)->inode = parent;
                r = block_write(&b);
        } else if (r == 0) {
                r = -EIO;
        }
        block_deinit(&b);
        return r;
}

/* --- adding --- */

typedef struct Add {
        FsName name;
        ext2_ino_t ino;
        uint8_t type;
} Add;

/* Room behind a name, or all of a place without one. */
static bool add_entry(void *arg, DirBlock *b, uint32_t at, uint32_t length, uint32_t before) {
        struct ext2_dir_entry *e = DIR_ENTRY(b->data, at);
        uint32_t used = e->inode ? length_needed((uint32_t)ext2fs_dirent_name_len(e)) : 0;
        const Add *add = arg;

        (void)before;
        if (ext2fs_dirent_file_type(e) == EXT2_DIR_NAME_LEN_CSUM >> 8 && e->inode == 0 && length == 12)
                return true; /* the block's checksum */
        if (length < used + length_needed(add->name.length))
                return true;
        if (used) {
                (void)ext2fs_set_rec_len(b->fs->lib, used, e);
                e = DIR_ENTRY(b->data, at + used);
        }
        memset(e, 0, ENTRY_HEAD);
        e->inode = add->ino;
        (void)ext2fs_set_rec_len(b->fs->lib, length - used, e);
        ext2fs_dirent_set_name_len(e, (int)add->name.length);
        set_type(b->fs, e, add->type);
        memcpy(e->name, add->name.text, add->name.length);
        return false;
}

/* Into the first block with room, from the first that may have some. */
static int add_linear(ExtFs *fs, ExtNode *dir, Add *add, uint32_t *ret_block) {
        ext2_ino_t ino = ext_ino(&dir->head.head);
        bool is_inline, has_grown = false;
        uint32_t n, i = dir->room_from;
        DirBlock b;
        int r = block_init(&b, fs, ino);

        for (; r == 0; i++) {
                r = count_blocks(fs, ino, &n, &is_inline);
                if (r == 0 && i >= n) {
                        r = has_grown ? -EIO : exterr_to_errno(ext2fs_expand_dir(fs->lib, ino));
                        has_grown = true;
                }
                if (r == 0)
                        r = block_read(&b, i);
                if (r == 0)
                        r = block_each(&b, add_entry, add);
                if (r == 1)
                        break;
                dir->room_from = i + 1;
        }
        if (r == 1)
                r = block_write(&b);
        *ret_block = i;
        block_deinit(&b);
        return r;
}

/* The library finds the place, and makes the tree grow. */
static int add_in_tree(ExtFs *fs, ExtNode *dir, const Add *add) {
        char text[FS_NAME_MAX + 1];

        memcpy(text, add->name.text, add->name.length);
        text[add->name.length] = '\0';
        return exterr_to_errno(ext2fs_link(fs->lib, ext_ino(&dir->head.head), text, add->ino, add->type));
}

/* A tree of an image that has no trees any more nobody keeps: names are put where it was, and it is left
 * behind. */
static int has_tree(ExtFs *fs, ext2_ino_t dir, bool *ret) {
        ExtInode inode;
        int r = ext_read_inode(fs, dir, &inode);

        if (r < 0)
                return r;
        *ret = inode.i_flags & EXT2_INDEX_FL;
        if (!*ret || ext2fs_has_feature_dir_index(fs->lib->super))
                return 0;
        *ret = false;
        inode.i_flags &= ~(uint32_t)EXT2_INDEX_FL;
        return ext_write_inode(fs, dir, &inode);
}

/* Room in memory first: what is on the device must be there too. */
int extdir_add(ExtFs *fs, ExtNode *dir, const FsName *name, ext2_ino_t ino, uint8_t type) {
        Add add = {.name = *name, .ino = ino, .type = type};
        uint32_t block = EXTINDEX_BLOCK_UNKNOWN;
        bool is_tree;
        int r = extindex_reserve(&dir->index, name);

        if (r == 0)
                r = leave_inline(fs, dir);
        if (r == 0)
                r = has_tree(fs, ext_ino(&dir->head.head), &is_tree);
        if (r == 0)
                r = is_tree ? add_in_tree(fs, dir, &add) : add_linear(fs, dir, &add, &block);
        if (r == 0)
                extindex_add(&dir->index, name, ino, type, block);
        return r;
}
