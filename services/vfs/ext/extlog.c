/* SPDX-License-Identifier: MIT */
/*
 * The journal's superblock, where its blocks are, and checksums.
 */
#include "extlog.h"

#include <stdlib.h>
#include <string.h>

#include "../fs.h"
#include "exterr.h"
#include "extlog_inside.h"

#define SUPPORTED                                                                                            \
        (uint32_t)(JBD_INCOMPAT_REVOKE | JBD_INCOMPAT_64BIT | JBD_INCOMPAT_ASYNC_COMMIT |                    \
                   JBD_INCOMPAT_CSUM_V2 | JBD_INCOMPAT_CSUM_V3)

/* --- blocks --- */

int extlog_read_block(ExtLog *log, uint32_t at, uint8_t *ret) {
        return blk_read(log->io->blk, ret, log->io->block_size, log->places[at] * log->io->block_size);
}

int extlog_write_block(ExtLog *log, uint32_t at, const uint8_t *data) {
        return blk_write(log->io->blk, data, log->io->block_size, log->places[at] * log->io->block_size);
}

uint32_t extlog_block_csum(const ExtLog *log, const uint8_t *block, uint32_t csum_at) {
        static const uint8_t zero[4];
        uint32_t after = csum_at + 4;
        uint32_t sum = ext2fs_crc32c_le(log->seed, block, csum_at);

        sum = ext2fs_crc32c_le(sum, zero, sizeof zero);
        return ext2fs_crc32c_le(sum, block + after, log->io->block_size - after);
}

uint32_t extlog_copy_csum(const ExtLog *log, const uint8_t *copy, uint32_t sequence) {
        uint8_t number[4];

        jbd_put32(number, sequence);
        return ext2fs_crc32c_le(
                ext2fs_crc32c_le(log->seed, number, sizeof number), copy, log->io->block_size);
}

uint32_t extlog_tag_size(const ExtLog *log) {
        if (log->has_csum3)
                return JBD_TAG_SIZE_V3;
        return (log->is_64bit ? (uint32_t)JBD_TAG_SIZE_64BIT : (uint32_t)JBD_TAG_SIZE) +
               (log->has_csum2 ? (uint32_t)JBD_TAG_SIZE_V2_MORE : 0);
}

/* --- the superblock --- */

static uint32_t super_csum(const uint8_t *super) {
        uint8_t copy[JBD_SUPER_SIZE];

        memcpy(copy, super, sizeof copy);
        jbd_put32(copy + JBD_SUPER_CSUM, 0);
        return ext2fs_crc32c_le(UINT32_MAX, copy, sizeof copy);
}

int extlog_write_super(ExtLog *log, uint32_t start, uint32_t sequence) {
        jbd_put32(log->super + JBD_SUPER_START, start);
        jbd_put32(log->super + JBD_SUPER_SEQUENCE, sequence);
        if (extlog_has_csum(log))
                jbd_put32(log->super + JBD_SUPER_CSUM, super_csum(log->super));
        return extlog_write_block(log, 0, log->super);
}

/* The number of blocks of fast commits, which lie at the end. */
static uint32_t count_fast(const uint8_t *super) {
        uint32_t n = jbd_get32(super + JBD_SUPER_N_FAST);

        if (!(jbd_get32(super + JBD_SUPER_INCOMPAT) & JBD_INCOMPAT_FAST_COMMIT))
                return 0;
        return n ? n : JBD_N_FAST_BLOCKS;
}

static int check_kind(const ExtLog *log) {
        uint32_t type = jbd_get32(log->super + JBD_HEAD_TYPE);
        uint32_t incompat = jbd_get32(log->super + JBD_SUPER_INCOMPAT);

        if (jbd_get32(log->super) != JBD_MAGIC || (type != JBD_SUPER_V1 && type != JBD_SUPER_V2)) {
                fs_explain("the journal has no superblock");
                return -EIO;
        }
        if (type == JBD_SUPER_V1)
                return 0;
        if (incompat & ~(SUPPORTED | JBD_INCOMPAT_FAST_COMMIT)) {
                fs_explain("the journal has features that are not supported (%#x)",
                        incompat & ~(SUPPORTED | JBD_INCOMPAT_FAST_COMMIT));
                return -EIO;
        }
        if ((incompat & (JBD_INCOMPAT_CSUM_V2 | JBD_INCOMPAT_CSUM_V3)) &&
                (log->super[JBD_SUPER_CSUM_TYPE] != JBD_CSUM_CRC32C ||
                        jbd_get32(log->super + JBD_SUPER_CSUM) != super_csum(log->super))) {
                fs_explain("the journal's superblock has a wrong checksum");
                return -EIO;
        }
        return 0;
}

/* n_have: blocks of the inode. */
static int read_layout(ExtLog *log, uint64_t n_have) {
        bool is_v2 = jbd_get32(log->super + JBD_HEAD_TYPE) == JBD_SUPER_V2;
        uint32_t incompat = is_v2 ? jbd_get32(log->super + JBD_SUPER_INCOMPAT) : 0;
        uint32_t n = jbd_get32(log->super + JBD_SUPER_N_BLOCKS), n_fast = is_v2 ? count_fast(log->super) : 0;
        uint32_t start = jbd_get32(log->super + JBD_SUPER_START);

        log->first = jbd_get32(log->super + JBD_SUPER_FIRST);
        log->sequence = jbd_get32(log->super + JBD_SUPER_SEQUENCE);
        log->has_csum2 = incompat & JBD_INCOMPAT_CSUM_V2;
        log->has_csum3 = incompat & JBD_INCOMPAT_CSUM_V3;
        log->is_64bit = incompat & JBD_INCOMPAT_64BIT;
        log->has_sums = is_v2 && (jbd_get32(log->super + JBD_SUPER_COMPAT) & JBD_COMPAT_CHECKSUM);
        log->seed = ext2fs_crc32c_le(UINT32_MAX, log->super + JBD_SUPER_UUID, JBD_UUID_SIZE);
        if (jbd_get32(log->super + JBD_SUPER_BLOCK_SIZE) != log->io->block_size || n > n_have ||
                n_fast >= n || n - n_fast < EXTLOG_BLOCKS_MIN || log->first == 0 ||
                log->first >= n - n_fast || (start && (start < log->first || start >= n - n_fast)) ||
                (log->has_csum2 && log->has_csum3)) {
                fs_explain("the journal's superblock makes no sense");
                return -EIO;
        }
        log->n_blocks = n - n_fast;
        log->head = log->first;
        return 0;
}

bool extlog_is_dirty(const ExtLog *log) {
        return jbd_get32(log->super + JBD_SUPER_START) != 0;
}

/* --- opening --- */

static int find_place(ext2_filsys fs, ext2_ino_t ino, struct ext2_inode *inode, uint32_t n, uint64_t *ret) {
        blk64_t place;
        int flags;
        errcode_t e = ext2fs_bmap2(fs, ino, inode, NULL, 0, n, &flags, &place);

        if (e)
                return exterr_to_errno(e);
        if (place <= fs->super->s_first_data_block || place >= ext2fs_blocks_count(fs->super) ||
                (flags & BMAP_RET_UNINIT)) {
                fs_explain("the journal has a hole");
                return -EIO;
        }
        *ret = place;
        return 0;
}

static int find_places(ext2_filsys fs, ext2_ino_t ino, struct ext2_inode *inode, ExtLog *log) {
        uint64_t *places = realloc(log->places, log->n_blocks * sizeof *places);
        int r = 0;

        if (!places)
                return -ENOMEM;
        log->places = places;
        for (uint32_t i = 1; r == 0 && i < log->n_blocks; i++)
                r = find_place(fs, ino, inode, i, &places[i]);
        return r;
}

static int read_journal(ext2_filsys fs, ExtLog *log) {
        ext2_ino_t ino = fs->super->s_journal_inum;
        struct ext2_inode inode;
        errcode_t e = ext2fs_read_inode(fs, ino, &inode);
        int r;

        if (e)
                return exterr_to_errno(e);
        if (!LINUX_S_ISREG(inode.i_mode) || (inode.i_flags & EXT4_INLINE_DATA_FL) ||
                inode.i_links_count == 0) {
                fs_explain("inode %u is no journal", ino);
                return -EIO;
        }
        r = find_place(fs, ino, &inode, 0, log->places);
        if (r == 0)
                r = extlog_read_block(log, 0, log->super);
        if (r == 0)
                r = check_kind(log);
        if (r == 0)
                r = read_layout(log, EXT2_I_SIZE(&inode) / log->io->block_size);
        return r < 0 ? r : find_places(fs, ino, &inode, log);
}

int extlog_open(ext2_filsys fs, ExtIo *io, ExtLog **ret_log) {
        ExtLog *log = calloc(1, sizeof *log);
        int r = -ENOMEM;

        if (!log)
                return -ENOMEM;
        log->io = io;
        log->places = malloc(sizeof *log->places);
        log->super = malloc(io->block_size);
        log->scratch = malloc(io->block_size);
        if (log->places && log->super && log->scratch)
                r = read_journal(fs, log);
        if (r < 0) {
                extlog_free(log);
                return r;
        }
        *ret_log = log;
        return 0;
}

ExtLog *extlog_free(ExtLog *log) {
        if (!log)
                return NULL;
        blockmap_deinit(&log->revoked);
        free(log->places);
        free(log->super);
        free(log->scratch);
        free(log);
        return NULL;
}
