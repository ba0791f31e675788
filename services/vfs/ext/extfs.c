/* SPDX-License-Identifier: MIT */
/*
 * Transactions: what operations change is kept in memory and goes to the device as a whole.
 *
 * A block that was freed isn't used again before the commit that frees it is safe: until then, after a loss
 * of power, it still belongs to whom it belonged, and contents of files are written past the journal.
 */
#include "extfs.h"

#include <errno.h>
#include <stdlib.h>

void ext_lock(ExtFs *fs) {
        (void)pthread_mutex_lock(&fs->lock);
}

void ext_unlock(ExtFs *fs) {
        ExtNode *n = fs->unrefs;

        fs->unrefs = NULL;
        (void)pthread_mutex_unlock(&fs->lock);
        while (n) {
                ExtNode *next = n->next_unref;

                (void)fs_unref(&n->head.head);
                n = next;
        }
}

/* One node may be given back more than once before the lock is; then the first is done now, since another
 * reference is still held. */
void ext_unref_later(ExtFs *fs, ExtNode *node) {
        for (const ExtNode *n = fs->unrefs; n; n = n->next_unref)
                if (n == node) {
                        (void)fs_unref(&node->head.head);
                        return;
                }
        node->next_unref = fs->unrefs;
        fs->unrefs = node;
}

/* --- blocks --- */

uint64_t ext_free_blocks(const ExtFs *fs) {
        return ext2fs_free_blocks_count(fs->lib->super);
}

static errcode_t find_block(ext2_filsys lib, blk64_t goal, blk64_t *ret) {
        ExtFs *fs = lib->priv_data;
        blk64_t first = lib->super->s_first_data_block, last = ext2fs_get_block_bitmap_end2(fs->taken);
        errcode_t e;

        if (goal < first || goal > last)
                goal = first;
        e = ext2fs_find_first_zero_block_bitmap2(fs->taken, goal, last, ret);
        if (e == ENOENT && goal > first)
                e = ext2fs_find_first_zero_block_bitmap2(fs->taken, first, goal - 1, ret);
        return e == ENOENT ? EXT2_ET_BLOCK_ALLOC_FAIL : e;
}

int ext_alloc_block(ExtFs *fs, uint64_t goal, uint64_t *ret) {
        blk64_t block;
        errcode_t e = find_block(fs->lib, goal, &block);

        if (e)
                return exterr_to_errno(e);
        ext2fs_block_alloc_stats2(fs->lib, block, +1);
        *ret = block;
        return 0;
}

/* Without memory the block stays taken until the file system is mounted again: it is only not used. */
static void note_freed(ExtFs *fs, uint64_t block) {
        (void)blockmap_put(&fs->held, block, 1);
        extio_forget(&fs->io, block);
        if (fs->log && extlog_revoke(fs->log, block) < 0)
                blockmap_remove(&fs->held, block);
}

static void watch_block(ext2_filsys lib, blk64_t block, int in_use) {
        ExtFs *fs = lib->priv_data;

        if (in_use > 0)
                ext2fs_mark_block_bitmap2(fs->taken, block);
        else
                note_freed(fs, block);
}

static void watch_range(ext2_filsys lib, blk64_t block, blk_t n, int in_use) {
        for (blk_t i = 0; i < n; i++)
                watch_block(lib, block + i, in_use);
}

int ext_watch_blocks(ExtFs *fs) {
        errcode_t e = ext2fs_copy_bitmap(fs->lib->block_map, &fs->taken);

        if (e)
                return exterr_to_errno(e);
        fs->lib->priv_data = fs;
        ext2fs_set_alloc_block_callback(fs->lib, find_block, NULL);
        ext2fs_set_block_alloc_stats_callback(fs->lib, watch_block, NULL);
        ext2fs_set_block_alloc_stats_range_callback(fs->lib, watch_range, NULL);
        return 0;
}

static void release_held(ExtFs *fs) {
        for (uint32_t i = 0; i < fs->held.n_slots; i++)
                if (fs->held.slots[i].value)
                        ext2fs_unmark_block_bitmap2(fs->taken, fs->held.slots[i].block);
        blockmap_clear(&fs->held);
}

/* --- commits --- */

/* What the library has in memory goes to `io`. */
static int flush_library(ExtFs *fs) {
        errcode_t e;

        if (!(fs->lib->flags & (EXT2_FLAG_DIRTY | EXT2_FLAG_BB_DIRTY | EXT2_FLAG_IB_DIRTY)))
                return 0;
        fs->io.is_flushing = true;
        e = ext2fs_flush2(fs->lib, EXT2_FLAG_FLUSH_NO_SYNC);
        fs->io.is_flushing = false;
        return exterr_to_errno(e);
}

/* What was committed goes where it belongs. Nothing may be changed before that has succeeded: the journal's
 * copy is the only one, and its blocks are wanted for the next transaction. */
static int place(ExtFs *fs) {
        int r = extio_place(&fs->io);

        fs->is_unplaced = r < 0 && fs->log;
        return r;
}

static int commit_in_log(ExtFs *fs) {
        int r = extlog_commit(fs->log);

        if (r < 0)
                return r;
        release_held(fs);
        fs->io.writes_data = false;
        return place(fs);
}

/* Contents first: what names them comes later. */
static int commit_in_place(ExtFs *fs) {
        int r = fs->io.writes_data ? blk_flush(fs->io.blk) : 0;

        if (r == 0)
                r = place(fs);
        if (r == 0)
                r = blk_flush(fs->io.blk);
        if (r == 0)
                release_held(fs);
        return r;
}

int ext_commit(ExtFs *fs) {
        int r = fs->is_unplaced ? place(fs) : 0;

        if (r == 0)
                r = flush_library(fs);
        if (r < 0)
                return r;
        if (fs->io.dirty.n_blocks > 0)
                r = fs->log ? commit_in_log(fs) : commit_in_place(fs);
        else if (fs->io.writes_data)
                r = blk_flush(fs->io.blk);
        if (r == 0)
                fs->io.writes_data = false;
        return r;
}

int ext_commit_if_much(ExtFs *fs) {
        return fs->io.dirty.n_blocks < fs->dirty_max ? 0 : ext_commit(fs);
}

/* Blocks that were freed lately count as free, but can't be had before a commit. */
static bool is_room(const ExtFs *fs, uint64_t n_blocks) {
        return n_blocks == 0 || ext_free_blocks(fs) >= fs->held.n_blocks + n_blocks + EXT_RESERVE;
}

static int begin(ExtFs *fs, uint64_t n_blocks, uint64_t n_least) {
        int r = 0;

        ext_lock(fs);
        if (fs->head.is_read_only)
                r = -EROFS; /* at the end of the process: a file that was open, or goes now */
        if (r == 0 && fs->is_unplaced)
                r = place(fs);
        if (r == 0 &&
                (fs->io.dirty.n_blocks >= fs->dirty_max || (!is_room(fs, n_blocks) && fs->held.n_blocks)))
                r = ext_commit(fs);
        if (r == 0 && !is_room(fs, n_least))
                r = -ENOSPC;
        if (r < 0)
                ext_unlock(fs);
        else
                fs_note_change(&fs->head);
        return r;
}

int ext_begin(ExtFs *fs, uint64_t n_blocks) {
        return begin(fs, n_blocks, n_blocks);
}

int ext_begin_some(ExtFs *fs, uint64_t n_blocks) {
        return begin(fs, n_blocks, 1);
}

/* A commit that fails is tried again by the next change, which then fails, or by the next fsync. */
int ext_end(ExtFs *fs, int r) {
        (void)ext_commit_if_much(fs);
        ext_unlock(fs);
        return r;
}
