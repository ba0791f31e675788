/* SPDX-License-Identifier: MIT */
/*
 * Contents of files: from blocks of a file to blocks of the device in runs, reading, writing, cutting.
 *
 * Contents are written to the device at once, and to new blocks before anything leads to these. Contents that
 * lie in the inode move to a block before they change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extfs.h"

/* Blocks of a file that follow each other on the device, or that are not there. */
typedef struct Run {
        uint64_t place; /* 0: a hole */
        uint64_t n;
        bool is_blank; /* allocated, but never written: it reads as zeros */
} Run;

static const uint8_t zeros[EXT2_MAX_BLOCK_SIZE];

static bool is_place_sound(const ExtFs *fs, uint64_t place, uint64_t n) {
        uint64_t end = ext2fs_blocks_count(fs->lib->super);

        return place > fs->lib->super->s_first_data_block && place < end && n <= end - place;
}

/* --- mapping --- */

/* How long the hole is that `block` lies in: up to the next extent. */
static uint64_t hole_length(ext2_extent_handle_t handle, uint64_t block) {
        struct ext2fs_extent extent;

        if (ext2fs_extent_get(handle, EXT2_EXTENT_CURRENT, &extent))
                return UINT32_MAX;
        if (extent.e_lblk <= block && ext2fs_extent_get(handle, EXT2_EXTENT_NEXT_LEAF, &extent))
                return UINT32_MAX;
        return extent.e_lblk > block ? extent.e_lblk - block : 1;
}

static int map_extent(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, Run *ret) {
        struct ext2fs_extent extent;
        ext2_extent_handle_t handle;
        errcode_t e = ext2fs_extent_open2(fs->lib, ino, ext_small(inode), &handle);

        if (e)
                return exterr_to_errno(e);
        e = ext2fs_extent_goto(handle, block);
        *ret = (Run){.n = e == EXT2_ET_EXTENT_NOT_FOUND ? hole_length(handle, block) : 1};
        if (!e)
                e = ext2fs_extent_get(handle, EXT2_EXTENT_CURRENT, &extent);
        ext2fs_extent_free(handle);
        if (e == EXT2_ET_EXTENT_NOT_FOUND)
                return 0;
        if (e)
                return exterr_to_errno(e);
        if (block < extent.e_lblk || block - extent.e_lblk >= extent.e_len)
                return 0;
        ret->place = extent.e_pblk + (block - extent.e_lblk);
        ret->n = extent.e_len - (block - extent.e_lblk);
        ret->is_blank = extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT;
        return 0;
}

static int map_one(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, uint64_t *ret) {
        blk64_t place;
        errcode_t e = ext2fs_bmap2(fs->lib, ino, ext_small(inode), NULL, 0, block, NULL, &place);

        if (e)
                return exterr_to_errno(e);
        *ret = place;
        return 0;
}

static int map_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, uint64_t n_max, Run *ret) {
        int r = map_one(fs, ino, inode, block, &ret->place);

        ret->n = 1;
        ret->is_blank = false;
        while (r == 0 && ret->n < n_max) {
                uint64_t next = 0;

                r = map_one(fs, ino, inode, block + ret->n, &next);
                if (r == 0 && next != (ret->place ? ret->place + ret->n : 0))
                        break;
                ret->n += r == 0;
        }
        return r;
}

/* The run from `block` on, at most n_max long. */
static int map(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, uint64_t n_max, Run *ret) {
        int r;

        if (block > UINT32_MAX) {
                *ret = (Run){.n = n_max};
                return 0;
        }
        r = inode->i_flags & EXT4_EXTENTS_FL ? map_extent(fs, ino, inode, block, ret)
                                             : map_blocks(fs, ino, inode, block, n_max, ret);
        if (r < 0)
                return r;
        ret->n = ret->n < n_max ? ret->n : n_max;
        return ret->place && !is_place_sound(fs, ret->place, ret->n) ? -EIO : 0;
}

/* --- contents in the inode --- */

static bool is_inline(const ExtInode *inode) {
        return inode->i_flags & EXT4_INLINE_DATA_FL;
}

/* To be freed. */
static int get_inline(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint8_t **ret, size_t *ret_size) {
        uint8_t *data = calloc(1, EXT2_MAX_BLOCK_SIZE);
        size_t size = EXT2_MAX_BLOCK_SIZE;
        errcode_t e;

        if (!data)
                return -ENOMEM;
        e = EXT2_I_SIZE(inode) > fs->lib->blocksize
                    ? EXT2_ET_INODE_CORRUPTED
                    : ext2fs_inline_data_get(fs->lib, ino, ext_small(inode), data, &size);
        if (e || size > EXT2_MAX_BLOCK_SIZE) {
                free(data);
                return e ? exterr_to_errno(e) : -EIO;
        }
        *ret = data;
        *ret_size = size < EXT2_I_SIZE(inode) ? size : EXT2_I_SIZE(inode);
        return 0;
}

static int read_inline(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, void *buffer, size_t size, uint64_t at) {
        uint8_t *data = NULL;
        size_t n = 0;
        int r = get_inline(fs, ino, inode, &data, &n);

        if (r < 0)
                return r;
        memset(buffer, 0, size);
        if (at < n)
                memcpy(buffer, data + at, size < n - at ? size : n - at);
        free(data);
        return 0;
}

/* What the inode has no room for is an attribute of this name. */
static int remove_inline(ExtFs *fs, ext2_ino_t ino) {
        struct ext2_xattr_handle *handle;
        errcode_t e = ext2fs_xattrs_open(fs->lib, ino, &handle);

        if (e)
                return exterr_to_errno(e);
        e = ext2fs_xattrs_read(handle);
        if (!e)
                e = ext2fs_xattr_remove(handle, "system.data");
        (void)ext2fs_xattrs_close(&handle);
        return e == EXT2_ET_EA_KEY_NOT_FOUND ? 0 : exterr_to_errno(e);
}

static int begin_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        ext2_extent_handle_t handle;
        errcode_t e;

        inode->i_flags &= ~(uint32_t)EXT4_INLINE_DATA_FL;
        memset(inode->i_block, 0, sizeof inode->i_block);
        if (!ext2fs_has_feature_extents(fs->lib->super))
                return ext_write_inode(fs, ino, inode);
        inode->i_flags |= EXT4_EXTENTS_FL;
        e = ext2fs_extent_open2(fs->lib, ino, ext_small(inode), &handle);
        if (e)
                return exterr_to_errno(e);
        ext2fs_extent_free(handle);
        return ext_write_inode(fs, ino, inode);
}

static int write_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, const uint8_t *data, size_t size,
        uint64_t at, size_t *ret_put);

/* After that the file has blocks as others do. */
static int leave_inline(ExtFs *fs, ext2_ino_t ino, ExtInode *inode) {
        uint8_t *data = NULL;
        size_t n = 0, put = 0;
        int r;

        if (!is_inline(inode))
                return 0;
        r = get_inline(fs, ino, inode, &data, &n);
        if (r < 0)
                return r;
        r = remove_inline(fs, ino);
        if (r == 0)
                r = ext_read_inode(fs, ino, inode);
        if (r == 0)
                r = begin_blocks(fs, ino, inode);
        if (r == 0 && n > 0)
                r = write_blocks(fs, ino, inode, data, n, 0, &put);
        free(data);
        return r;
}

/* --- reading --- */

/* Of `size` bytes at `at`, how many lie in the run that begins with at's block. */
static size_t bytes_in(const ExtFs *fs, const Run *run, size_t size, uint64_t at) {
        uint64_t n = run->n * fs->lib->blocksize - at % fs->lib->blocksize;

        return n < size ? (size_t)n : size;
}

static uint64_t blocks_of(const ExtFs *fs, size_t size, uint64_t at) {
        return (at % fs->lib->blocksize + size + fs->lib->blocksize - 1) / fs->lib->blocksize;
}

static uint64_t place_of(const ExtFs *fs, const Run *run, uint64_t at) {
        return run->place * fs->lib->blocksize + at % fs->lib->blocksize;
}

static int read_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint8_t *to, size_t size, uint64_t at) {
        while (size > 0) {
                Run run;
                int r = map(fs, ino, inode, at / fs->lib->blocksize, blocks_of(fs, size, at), &run);
                size_t n;

                if (r < 0)
                        return r;
                n = bytes_in(fs, &run, size, at);
                if (run.place && !run.is_blank)
                        r = extio_read(&fs->io, to, n, place_of(fs, &run, at));
                else
                        memset(to, 0, n);
                if (r < 0)
                        return r;
                to += n;
                at += n;
                size -= n;
        }
        return 0;
}

static int read_contents(
        ExtFs *fs, ext2_ino_t ino, ExtInode *inode, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        uint64_t end = EXT2_I_SIZE(inode);
        int r;

        if (at >= end)
                size = 0;
        else if (size > end - at)
                size = (size_t)(end - at);
        r = is_inline(inode) && size > 0 ? read_inline(fs, ino, inode, buffer, size, at)
                                         : read_blocks(fs, ino, inode, buffer, size, at);
        if (r == 0)
                *ret_got = size;
        return r;
}

int ext_read(FsNode *node, void *buffer, size_t size, uint64_t at, size_t *ret_got) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r;

        ext_lock(fs);
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0)
                r = read_contents(fs, ext_ino(node), &inode, buffer, size, at, ret_got);
        if (r == 0)
                ext_note_read(node, &inode);
        ext_unlock(fs);
        return r;
}

/* A short target lies where a file has its blocks. */
static bool is_in_inode(const ExtInode *inode) {
        return ext2fs_is_fast_symlink((struct ext2_inode *)(uintptr_t)inode) &&
               EXT2_I_SIZE(inode) < sizeof inode->i_block;
}

int ext_readlink(FsNode *node, char *buffer, size_t size, size_t *ret_length) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r;

        ext_lock(fs);
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0 && (EXT2_I_SIZE(&inode) == 0 || EXT2_I_SIZE(&inode) > FS_LINK_MAX))
                r = -EIO;
        if (r == 0 && is_in_inode(&inode)) {
                *ret_length = EXT2_I_SIZE(&inode) < size ? EXT2_I_SIZE(&inode) : size;
                memcpy(buffer, inode.i_block, *ret_length);
        } else if (r == 0) {
                r = read_contents(fs, ext_ino(node), &inode, buffer, size, 0, ret_length);
        }
        ext_unlock(fs);
        return r;
}

/* --- writing --- */

/* Blocks for a hole of at most n_max: as many as follow each other. */
static int alloc_run(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, uint64_t n_max, Run *ret) {
        uint64_t goal = 0, place, free_blocks = ext_free_blocks(fs);
        uint64_t kept = fs->held.n_blocks + EXT_RESERVE;
        int r = free_blocks > kept ? 0 : -ENOSPC;

        if (r == 0 && n_max > free_blocks - kept)
                n_max = free_blocks - kept;
        if (block > 0)
                (void)map_one(fs, ino, inode, block - 1, &goal);
        goal = goal ? goal + 1 : ext2fs_find_inode_goal(fs->lib, ino, ext_small(inode), block);
        *ret = (Run){.n = 0};
        while (r == 0 && ret->n < n_max) {
                r = ext_alloc_block(fs, ret->n ? ret->place + ret->n : goal, &place);
                if (r < 0)
                        break;
                if (ret->n == 0)
                        ret->place = place;
                else if (place != ret->place + ret->n) {
                        ext2fs_block_alloc_stats2(fs->lib, place, -1);
                        ext2fs_unmark_block_bitmap2(
                                fs->taken, place); /* nobody has used it: it is free at once */
                        blockmap_remove(&fs->held, place);
                        break;
                }
                ret->n++;
        }
        return ret->n ? 0 : r;
}

static void free_run(ExtFs *fs, const Run *run, uint64_t from) {
        for (uint64_t i = from; i < run->n; i++)
                ext2fs_block_alloc_stats2(fs->lib, run->place + i, -1);
}

/* The file has these blocks from now on. */
static int attach(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t block, const Run *run, bool is_new) {
        for (uint64_t i = 0; i < run->n; i++) {
                blk64_t place = run->place + i;
                errcode_t e = ext2fs_bmap2(
                        fs->lib, ino, ext_small(inode), NULL, BMAP_SET | BMAP_ALLOC, block + i, NULL, &place);

                if (e) {
                        if (is_new)
                                free_run(fs, run, i);
                        return exterr_to_errno(e);
                }
                if (is_new)
                        (void)ext2fs_iblk_add_blocks(fs->lib, ext_small(inode), 1);
        }
        return 0;
}

/* Whole blocks, of which `size` bytes from `at` on are data; the rest is zero. */
static int fill(ExtFs *fs, const Run *run, const uint8_t *data, size_t size, uint64_t at) {
        size_t before = (size_t)(at % fs->lib->blocksize);
        size_t after = (size_t)(run->n * fs->lib->blocksize - before - size);
        uint64_t to = run->place * fs->lib->blocksize;
        int r = before ? extio_write_data(&fs->io, zeros, before, to) : 0;

        if (r == 0)
                r = extio_write_data(&fs->io, data, size, to + before);
        if (r == 0 && after)
                r = extio_write_data(&fs->io, zeros, after, to + before + size);
        return r;
}

/* Where nothing was written yet. */
static int write_new(
        ExtFs *fs, ext2_ino_t ino, ExtInode *inode, const uint8_t *data, size_t size, uint64_t at, Run *run) {
        bool is_new = !run->place;
        uint64_t block = at / fs->lib->blocksize;
        int r = is_new ? alloc_run(fs, ino, inode, block, run->n, run) : 0;

        if (r < 0)
                return r;
        r = fill(fs, run, data, bytes_in(fs, run, size, at), at);
        if (r < 0) {
                if (is_new)
                        free_run(fs, run, 0);
                return r;
        }
        return attach(fs, ino, inode, block, run, is_new);
}

static int write_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, const uint8_t *data, size_t size,
        uint64_t at, size_t *ret_put) {
        size_t put = 0;
        int r = 0;

        while (put < size) {
                uint64_t n_blocks = blocks_of(fs, size - put, at + put);
                Run run;
                size_t n;

                r = map(fs, ino, inode, (at + put) / fs->lib->blocksize, n_blocks, &run);
                if (r < 0)
                        break;
                n = bytes_in(fs, &run, size - put, at + put);
                if (run.place && !run.is_blank)
                        r = extio_write_data(&fs->io, data + put, n, place_of(fs, &run, at + put));
                else
                        r = write_new(fs, ino, inode, data + put, n, at + put, &run);
                if (r < 0)
                        break;
                put += bytes_in(fs, &run, size - put, at + put);
        }
        *ret_put = put;
        return put ? 0 : r;
}

/* What lies behind the end in the last block is zero before the end moves. */
static int clear_tail(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t end) {
        size_t offset = (size_t)(end % fs->lib->blocksize);
        Run run;
        int r;

        if (offset == 0)
                return 0;
        r = map(fs, ino, inode, end / fs->lib->blocksize, 1, &run);
        if (r < 0 || !run.place || run.is_blank)
                return r;
        return extio_write_data(
                &fs->io, zeros, fs->lib->blocksize - offset, run.place * fs->lib->blocksize + offset);
}

/* Numbers of blocks have 32 bits; without extents it is what three levels of indirection reach, and sectors
 * are counted in 32 bits too. */
static uint64_t size_max(const ExtFs *fs, const ExtInode *inode) {
        uint64_t size = fs->lib->blocksize, n = size / 4, n_blocks = 12 + n + n * n + n * n * n;
        uint64_t n_max = UINT32_MAX;

        if (!(inode->i_flags & EXT4_EXTENTS_FL) && n_blocks < n_max)
                n_max = n_blocks;
        if (!ext2fs_has_feature_huge_file(fs->lib->super) && n_max > UINT32_MAX / (size / 512))
                n_max = UINT32_MAX / (size / 512);
        return n_max * size;
}

static int set_size(ExtFs *fs, ExtInode *inode, uint64_t size) {
        return exterr_to_errno(ext2fs_inode_size_set(fs->lib, ext_small(inode), (ext2_off64_t)size));
}

/* The library takes the last block of the device for one behind it when it frees blocks of extents, and has
 * taken them from the file by then. Told that there is one more it frees that block, and still refuses what
 * lies behind. */
static int free_piece(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t from, uint64_t to) {
        blk64_t n_blocks = ext2fs_blocks_count(fs->lib->super);
        errcode_t e;

        if (n_blocks < UINT32_MAX)
                ext2fs_blocks_count_set(fs->lib->super, n_blocks + 1);
        e = ext2fs_punch(fs->lib, ino, ext_small(inode), NULL, from, to);
        ext2fs_blocks_count_set(fs->lib->super, n_blocks);
        return exterr_to_errno(e);
}

/* After a failure: no blocks behind the end. */
static void cut_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t end) {
        (void)free_piece(fs, ino, inode, (end + fs->lib->blocksize - 1) / fs->lib->blocksize, ~(blk64_t)0);
        (void)ext_write_inode(fs, ino, inode);
}

static int write_contents(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, const void *data, size_t size,
        uint64_t at, size_t *ret_put) {
        struct timespec now = ext_now();
        uint64_t end = EXT2_I_SIZE(inode), max = size_max(fs, inode);
        int r = at >= max ? -EFBIG : leave_inline(fs, ino, inode);

        if (size > max - at)
                size = (size_t)(max - at); /* unused if r < 0 */
        if (r == 0 && at > end)
                r = clear_tail(fs, ino, inode, end);
        if (r < 0)
                return r;
        r = write_blocks(fs, ino, inode, data, size, at, ret_put);
        if (r < 0)
                cut_blocks(fs, ino, inode, end);
        if (r < 0)
                return r;
        if (at + *ret_put > end)
                r = set_size(fs, inode, at + *ret_put);
        if (r < 0)
                return r;
        ext_set_times(inode, NULL, &now, &now);
        return ext_write_inode(fs, ino, inode);
}

int ext_write(FsNode *node, const void *data, size_t size, uint64_t at, size_t *ret_put) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r;

        if (size == 0) {
                *ret_put = 0;
                return 0;
        }
        r = ext_begin_some(fs, blocks_of(fs, size, at));
        if (r < 0)
                return r;
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0)
                r = write_contents(fs, ext_ino(node), &inode, data, size, at, ret_put);
        return ext_end(fs, r);
}

/* --- cutting --- */

/* From the end, a piece a transaction; what a loss of power leaves is found on the list of orphans. */
static int free_pieces(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t from, uint64_t end) {
        bool was_listed = ext_is_orphan(fs, ino);
        int r = was_listed ? 0 : ext_add_orphan(fs, ino, inode);

        while (r == 0 && end > from && end - from > EXT_PIECE_BLOCKS) {
                r = free_piece(fs, ino, inode, end - EXT_PIECE_BLOCKS, end - 1);
                end -= EXT_PIECE_BLOCKS;
                if (r == 0)
                        r = ext_commit_if_much(fs);
        }
        if (r == 0)
                r = free_piece(fs, ino, inode, from, ~(blk64_t)0);
        if (r == 0 && !was_listed) {
                r = ext_remove_orphan(fs, ino, inode);
                if (r == 0)
                        r = ext_write_inode(fs, ino, inode);
        }
        return r;
}

int extfile_free_blocks(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t from) {
        uint64_t n = ext2fs_get_stat_i_blocks(fs->lib, ext_small(inode)) / (fs->lib->blocksize / 512);
        uint64_t end = (fs->io.blk->size + EXT2_I_SIZE(inode)) / fs->lib->blocksize;

        if (n <= EXT_PIECE_BLOCKS)
                return free_piece(fs, ino, inode, from, ~(blk64_t)0);
        return free_pieces(fs, ino, inode, from, end < UINT32_MAX ? end : UINT32_MAX);
}

static int shrink(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t size) {
        uint64_t from = (size + fs->lib->blocksize - 1) / fs->lib->blocksize;
        int r = clear_tail(fs, ino, inode, size);

        if (r == 0)
                r = set_size(fs, inode, size);
        if (r == 0)
                r = ext_write_inode(fs, ino, inode);
        return r < 0 ? r : extfile_free_blocks(fs, ino, inode, from);
}

static int change_size(ExtFs *fs, ext2_ino_t ino, ExtInode *inode, uint64_t size) {
        struct timespec now = ext_now();
        uint64_t end = EXT2_I_SIZE(inode);
        int r = size > size_max(fs, inode) ? -EFBIG : leave_inline(fs, ino, inode);

        if (r == 0 && size < end)
                r = shrink(fs, ino, inode, size);
        else if (r == 0 && size > end)
                r = clear_tail(fs, ino, inode, end);
        if (r == 0)
                r = set_size(fs, inode, size);
        if (r < 0)
                return r;
        ext_set_times(inode, NULL, &now, &now);
        return ext_write_inode(fs, ino, inode);
}

int ext_truncate(FsNode *node, uint64_t size) {
        ExtFs *fs = ext_fs(node);
        ExtInode inode;
        int r = ext_begin(fs, 0);

        if (r < 0)
                return r;
        r = ext_read_inode(fs, ext_ino(node), &inode);
        if (r == 0)
                r = change_size(fs, ext_ino(node), &inode, size);
        return ext_end(fs, r);
}
