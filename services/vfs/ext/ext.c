/* SPDX-License-Identifier: MIT */
/*
 * Mounting ext2, ext3 and ext4: what an image must have and may not have, what was left by a loss of power,
 * and taking it down.
 */
#include "ext.h"

#include <e2p/e2p.h>
#include <errno.h>
#include <et/com_err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../mounts.h"
#include "extfs.h"

#define SUPER_AT   1024u
#define SUPER_SIZE 1024u

#define INCOMPAT_SUPPORTED                                                                                   \
        (uint32_t)(EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_RECOVER |                          \
                   EXT2_FEATURE_INCOMPAT_META_BG | EXT3_FEATURE_INCOMPAT_EXTENTS |                           \
                   EXT4_FEATURE_INCOMPAT_64BIT | EXT4_FEATURE_INCOMPAT_FLEX_BG |                             \
                   EXT4_FEATURE_INCOMPAT_CSUM_SEED | EXT4_FEATURE_INCOMPAT_LARGEDIR |                        \
                   EXT4_FEATURE_INCOMPAT_INLINE_DATA)
/* Others forbid writing only. */
#define RO_COMPAT_SUPPORTED                                                                                  \
        (uint32_t)(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |                 \
                   EXT4_FEATURE_RO_COMPAT_HUGE_FILE | EXT4_FEATURE_RO_COMPAT_GDT_CSUM |                      \
                   EXT4_FEATURE_RO_COMPAT_DIR_NLINK | EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE |                   \
                   EXT4_FEATURE_RO_COMPAT_METADATA_CSUM)

/* --- what an image may be --- */

/* The lowest feature of those that are not supported. */
static int refuse_feature(int kind, uint32_t unsupported, int error) {
        uint32_t lowest = unsupported & -unsupported;

        fs_explain("the feature '%s' is not supported%s", e2p_feature2string(kind, lowest),
                error == -EROFS ? " for writing; mount it with 'ro'" : "");
        return error;
}

static int check_features(const struct ext2_super_block *sb, bool writes) {
        uint32_t incompat = sb->s_feature_incompat & ~INCOMPAT_SUPPORTED;
        uint32_t ro_compat = sb->s_feature_ro_compat & ~RO_COMPAT_SUPPORTED;
        uint32_t compat = sb->s_feature_compat;

        if (incompat)
                return refuse_feature(E2P_FEATURE_INCOMPAT, incompat, -EINVAL);
        if (ro_compat && writes)
                return refuse_feature(E2P_FEATURE_RO_INCOMPAT, ro_compat, -EROFS);
        if ((compat & EXT3_FEATURE_COMPAT_HAS_JOURNAL) && !sb->s_journal_inum) {
                fs_explain("a journal on another device is not supported");
                return -EINVAL;
        }
        return 0;
}

static int check_sizes(const struct ext2_super_block *sb, const Blk *blk) {
        uint32_t log = sb->s_log_block_size;
        uint64_t n = sb->s_blocks_count;

        if (log > EXT2_MAX_BLOCK_LOG_SIZE - EXT2_MIN_BLOCK_LOG_SIZE) {
                fs_explain("the block size makes no sense");
                return -EIO;
        }
        if (sb->s_feature_incompat & EXT4_FEATURE_INCOMPAT_64BIT)
                n |= (uint64_t)sb->s_blocks_count_hi << 32;
        if (n > blk->size >> (EXT2_MIN_BLOCK_LOG_SIZE + log)) {
                fs_explain("the file system is larger than its device");
                return -EIO;
        }
        return 0;
}

static int check_state(const struct ext2_super_block *sb, bool writes) {
        if (writes && (sb->s_state & EXT2_ERROR_FS)) {
                fs_explain("the file system is marked as damaged; e2fsck repairs it, or mount it with 'ro'");
                return -EROFS;
        }
        return 0;
}

static int check_super(const struct ext2_super_block *sb, const Blk *blk, bool writes) {
        int r = sb->s_magic == EXT2_SUPER_MAGIC ? check_features(sb, writes) : -EINVAL;

        if (r == 0)
                r = check_sizes(sb, blk);
        return r < 0 ? r : check_state(sb, writes);
}

/* Before the library sees it. */
static int check_image(Blk *blk, bool writes) {
        struct ext2_super_block sb;
        int r = blk->size < SUPER_AT + SUPER_SIZE ? -EINVAL : blk_read(blk, &sb, sizeof sb, SUPER_AT);

        if (r < 0)
                return r;
        if (ext2fs_le32_to_cpu(1) != 1)
                ext2fs_swap_super(&sb);
        return check_super(&sb, blk, writes);
}

/* --- opening --- */

/* The library reports some faults of an image on standard error, once for each block: an image would fill the
 * log. They are in what it returns, too. */
static void say_nothing(const char *who, errcode_t error, const char *format, va_list args) {
        (void)who;
        (void)error;
        (void)format;
        (void)args;
}

static void close_library(ExtFs *fs) {
        if (fs->lib)
                ext2fs_free(fs->lib);
        fs->lib = NULL;
}

/* The superblock is looked at again: a journal may have brought another one, or the device. */
static int open_library(ExtFs *fs) {
        int flags = EXT2_FLAG_64BITS | (fs->head.is_read_only ? 0 : EXT2_FLAG_RW);
        errcode_t e;

        close_library(fs);
        extio_open_next(&fs->io);
        e = ext2fs_open2("image", NULL, flags, 0, 0, (io_manager)(uintptr_t)&extio_manager, &fs->lib);
        extio_open_next(NULL);
        if (e == EXT2_ET_SB_CSUM_INVALID)
                fs_explain("the superblock has a wrong checksum");
        if (e)
                return exterr_to_errno(e) == -EINVAL ? -EIO : exterr_to_errno(e);
        fs->lib->flags |= EXT2_FLAG_MASTER_SB_ONLY;
        fs->lib->priv_data = fs;
        if (fs->io.block_size && fs->io.block_size != fs->lib->blocksize) {
                fs_explain("the journal changes the block size"); /* what was replayed has the old one */
                return -EIO;
        }
        fs->io.block_size = fs->lib->blocksize;
        return check_super(fs->lib->super, fs->io.blk, !fs->head.is_read_only);
}

static int read_bitmaps(ExtFs *fs) {
        errcode_t e = ext2fs_read_bitmaps(fs->lib);

        if (e)
                fs_explain("the bitmaps are damaged; e2fsck repairs them");
        return e ? exterr_to_errno(e) : ext_watch_blocks(fs);
}

/* What the journal holds and the device doesn't. A file system that isn't written to has it in memory. */
static int replay(ExtFs *fs) {
        bool in_memory = fs->head.is_read_only;
        ExtLog *log;
        int r = extlog_open(fs->lib, &fs->io, &log);

        if (r < 0)
                return r;
        if (extlog_is_dirty(log))
                r = extlog_replay(log, in_memory);
        extlog_free(log);
        return r < 0 ? r : open_library(fs);
}

/* --- beginning to write --- */

/* Every bitmap and descriptor may change in one transaction. */
static bool fits(const ExtFs *fs) {
        uint64_t n = 2ull * fs->lib->group_desc_count + fs->lib->desc_blocks + 1;

        return n + fs->dirty_max <= extlog_capacity(fs->log) / 4 * 3;
}

static int start_log(ExtFs *fs) {
        struct ext2_super_block *sb = fs->lib->super;
        int r;

        fs->dirty_max = EXT_DIRTY_MAX;
        if (!ext2fs_has_feature_journal(sb))
                return 0;
        r = extlog_open(fs->lib, &fs->io, &fs->log);
        if (r < 0)
                return r;
        if (fs->dirty_max > extlog_capacity(fs->log) / 4)
                fs->dirty_max = extlog_capacity(fs->log) / 4;
        if (!fits(fs)) {
                fs_explain("the journal is too small; mount it with 'ro'");
                return -EROFS;
        }
        return extlog_start(fs->log, ext2fs_has_feature_metadata_csum(sb), ext2fs_has_feature_64bit(sb));
}

/* From here on a loss of power is seen by who mounts it next. */
static void mark_used(ExtFs *fs) {
        struct ext2_super_block *sb = fs->lib->super;

        fs->was_valid = sb->s_state & EXT2_VALID_FS;
        if (fs->log)
                ext2fs_set_feature_journal_needs_recovery(sb);
        else
                sb->s_state &= (uint16_t)~EXT2_VALID_FS;
        sb->s_mnt_count++;
        sb->s_mtime = (uint32_t)ext_now().tv_sec;
        ext2fs_mark_super_dirty(fs->lib);
}

static int start_writing(ExtFs *fs) {
        int r = read_bitmaps(fs);

        if (r == 0 && !ext2fs_has_feature_journal(fs->lib->super) &&
                !(fs->lib->super->s_state & EXT2_VALID_FS)) {
                fs_explain("the file system was not unmounted, and has no journal; e2fsck repairs it, or "
                           "mount it "
                           "with 'ro'");
                return -EROFS;
        }
        if (r == 0)
                r = start_log(fs);
        if (r < 0)
                return r;
        mark_used(fs);
        r = ext_commit(fs);
        if (r == 0)
                r = ext_free_orphans(fs);
        return r < 0 ? r : ext_commit(fs);
}

/* --- ending --- */

static int stop_writing(ExtFs *fs) {
        int r = ext_commit(fs);

        if (r == 0)
                r = blk_flush(fs->io.blk);
        if (r == 0 && fs->log)
                r = extlog_close(fs->log);
        if (r < 0)
                return r;
        fs->log = extlog_free(fs->log);
        ext2fs_clear_feature_journal_needs_recovery(fs->lib->super);
        if (fs->was_valid)
                fs->lib->super->s_state |= EXT2_VALID_FS;
        ext2fs_mark_super_dirty(fs->lib);
        return ext_commit(fs);
}

static void fs_free(ExtFs *fs) {
        extlog_free(fs->log);
        if (fs->taken)
                ext2fs_free_block_bitmap(fs->taken);
        close_library(fs);
        extio_deinit(&fs->io);
        blockmap_deinit(&fs->held);
        nodes_deinit(&fs->nodes);
        (void)pthread_mutex_destroy(&fs->lock);
        fs_deinit(&fs->head);
        free(fs);
}

static void ext_unmount(Fs *head) {
        ExtFs *fs = (ExtFs *)head;

        while (fs->n_recent > 0) {
                ExtNode *n = fs->recent[--fs->n_recent];

                n->is_recent = false;
                (void)fs_unref(&n->head.head);
        }
        (void)fs_unref(head->root);
        if (!head->is_read_only) {
                ext_lock(fs);
                (void)stop_writing(fs); /* what could not be written, sync has said */
                ext_unlock(fs);
        }
        blk_close(fs->io.blk);
        fs_free(fs);
}

static int ext_fsync(FsNode *node, bool only_data) {
        ExtFs *fs = ext_fs(node);
        int r;

        (void)only_data;
        if (node->fs->is_read_only)
                return 0;
        ext_lock(fs);
        r = ext_commit(fs);
        ext_unlock(fs);
        return r;
}

/* Also what is safe in the journal, and waits in memory to be written where it belongs. */
static int ext_sync(Fs *head) {
        ExtFs *fs = (ExtFs *)head;
        int r;

        if (head->is_read_only)
                return 0;
        ext_lock(fs);
        r = ext_commit(fs);
        if (r == 0)
                r = blk_flush(fs->io.blk);
        ext_unlock(fs);
        return r;
}

/* Files that are used without a name go now. */
static int ext_finish(Fs *head) {
        ExtFs *fs = (ExtFs *)head;
        int r;

        if (head->is_read_only)
                return 0;
        ext_lock(fs);
        r = ext_free_orphans(fs);
        if (r == 0)
                r = stop_writing(fs);
        head->is_read_only = true; /* here, for nodes go without the lock of the file system */
        ext_unlock(fs);
        return r;
}

/* --- nodes --- */

static void gone(TreeNode *node) {
        ExtFs *fs = ext_fs(&node->head);
        ExtNode *n = (ExtNode *)node;

        /* If it can't be freed now, it is an orphan still. */
        if (n->is_removed && ext_begin(fs, 0) == 0)
                (void)ext_end(fs, ext_free_inode(fs, ext_ino(&node->head)));
        extindex_deinit(&n->index);
        free(n);
}

static void ext_release(FsNode *node) {
        nodes_release(&ext_fs(node)->nodes, node, gone);
}

/* --- the file system --- */

/* Blocks that the file system itself needs, as Linux leaves them out. */
static uint64_t count_overhead(const ExtFs *fs) {
        const struct ext2_super_block *sb = fs->lib->super;
        uint64_t n = sb->s_overhead_clusters;

        if (n)
                return n;
        for (dgrp_t i = 0; i < fs->lib->group_desc_count; i++) {
                blk_t used = 0;

                (void)ext2fs_super_and_bgd_loc2(fs->lib, i, NULL, NULL, NULL, &used);
                n += used + 2 + fs->lib->inode_blocks_per_group;
        }
        return sb->s_first_data_block + n + (fs->log ? fs->log->n_blocks : 0);
}

static int ext_statvfs(Fs *head, struct statvfs *ret) {
        ExtFs *fs = (ExtFs *)head;
        struct ext2_super_block *sb = fs->lib->super;
        uint64_t overhead, kept;

        ext_lock(fs);
        overhead = count_overhead(fs);
        kept = ext2fs_r_blocks_count(sb);
        *ret = (struct statvfs){
                .f_bsize = fs->lib->blocksize,
                .f_frsize = fs->lib->blocksize,
                .f_blocks = ext2fs_blocks_count(sb) > overhead ? ext2fs_blocks_count(sb) - overhead : 0,
                .f_bfree = ext_free_blocks(fs),
                .f_bavail = ext_free_blocks(fs) > kept ? ext_free_blocks(fs) - kept : 0,
                .f_files = sb->s_inodes_count,
                .f_ffree = sb->s_free_inodes_count,
                .f_favail = sb->s_free_inodes_count,
                .f_namemax = FS_NAME_MAX,
        };
        ext_unlock(fs);
        return 0;
}

static const FsOps ext_ops = {
        .type = "ext4",
        .unmount = ext_unmount,
        .sync = ext_sync,
        .finish = ext_finish,
        .statvfs = ext_statvfs,
        .release = ext_release,
        .lookup = ext_lookup,
        .parent = ext_parent,
        .stat = ext_stat,
        .set = ext_set,
        .readlink = ext_readlink,
        .readdir = ext_readdir,
        .create = ext_create,
        .link = ext_link,
        .unlink = ext_unlink,
        .rmdir = ext_rmdir,
        .rename = ext_rename,
        .read = ext_read,
        .write = ext_write,
        .accessed = ext_accessed,
        .truncate = ext_truncate,
        .fsync = ext_fsync,
        .getxattr = ext_getxattr,
        .listxattr = ext_listxattr,
        .setxattr = ext_setxattr,
        .removexattr = ext_removexattr,
};

static int fs_new(Blk *blk, bool is_read_only, ExtFs **ret_fs) {
        ExtFs *fs = calloc(1, sizeof *fs);

        if (!fs)
                return -ENOMEM;
        fs_init(&fs->head, &ext_ops);
        nodes_init(&fs->nodes);
        (void)pthread_mutex_init(&fs->lock, NULL);
        fs->head.is_read_only = is_read_only;
        extio_init(&fs->io, blk);
        *ret_fs = fs;
        return 0;
}

static int open_all(ExtFs *fs) {
        int r = open_library(fs);

        if (r == 0 && ext2fs_has_feature_journal(fs->lib->super) &&
                ext2fs_has_feature_journal_needs_recovery(fs->lib->super))
                r = replay(fs);
        if (r == 0)
                r = ext_get_node(fs, EXT2_ROOT_INO, NULL, &fs->head.root);
        if (r == 0 && !S_ISDIR(fs->head.root->type)) {
                fs_explain("the root is not a directory");
                r = -EIO;
        }
        if (r == 0 && !fs->head.is_read_only)
                r = start_writing(fs);
        return r;
}

int ext_mount(Blk *blk, unsigned flags, const char *data, Fs **ret_fs) {
        bool is_read_only = flags & MOUNT_READ_ONLY;
        ExtFs *fs = NULL;
        int r;

        (void)data;
        fs_explain("%s", "");
        (void)set_com_err_hook(say_nothing);
        if (!blk)
                return -ENODEV;
        if (!is_read_only && (blk->is_read_only || !blk->ops->write)) {
                fs_explain("the device can't be written to; mount it with 'ro'");
                return -EROFS;
        }
        r = check_image(blk, !is_read_only);
        if (r == 0)
                r = fs_new(blk, is_read_only, &fs);
        if (r < 0)
                return r;
        r = open_all(fs);
        if (r < 0) {
                if (fs->head.root)
                        (void)fs_unref(fs->head.root);
                fs_free(fs);
                return r;
        }
        *ret_fs = &fs->head;
        return 0;
}
