/* SPDX-License-Identifier: MIT */
/*
 * Writing the log. A transaction goes behind the last one; the commit block follows when all before it is
 * safe. When the ring is full, what was committed has long been written where it belongs: one flush of the
 * device, and the log begins anew.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "extlog_inside.h"

/* Blocks that a transaction under construction has. */
typedef struct Plan {
        uint64_t *blocks; /* copies, going up */
        uint32_t n_blocks;
        uint64_t *revoked;
        uint32_t n_revoked;
        uint32_t n_all; /* blocks of the log */
} Plan;

static uint32_t tags_per_block(const ExtLog *log) {
        return (extlog_usable(log) - JBD_HEAD_SIZE - JBD_UUID_SIZE) / extlog_tag_size(log);
}

static uint32_t revoked_per_block(const ExtLog *log) {
        return (extlog_usable(log) - JBD_REVOKE_FIRST) / (log->is_64bit ? 8 : 4);
}

static uint32_t ring_size(const ExtLog *log) {
        return log->n_blocks - log->first;
}

uint32_t extlog_capacity(const ExtLog *log) {
        uint32_t n = ring_size(log) - 2; /* a commit block, and one that is never filled */

        return n - n / tags_per_block(log) - n / revoked_per_block(log) - 2;
}

int extlog_revoke(ExtLog *log, uint64_t block) {
        if (!blockmap_get(&log->io->logged, block))
                return 0; /* the log knows nothing of it */
        return blockmap_put(&log->revoked, block, 1);
}

/* --- one transaction --- */

static void begin_block(const ExtLog *log, uint32_t type) {
        memset(log->scratch, 0, log->io->block_size);
        jbd_put32(log->scratch + JBD_HEAD_MAGIC, JBD_MAGIC);
        jbd_put32(log->scratch + JBD_HEAD_TYPE, type);
        jbd_put32(log->scratch + JBD_HEAD_SEQUENCE, log->sequence);
}

static int write_next(ExtLog *log, uint32_t *at, const uint8_t *data) {
        int r = extlog_write_block(log, *at, data);

        *at = extlog_after(log, *at);
        return r;
}

static int end_block(ExtLog *log, uint32_t *at) {
        uint32_t tail = log->io->block_size - JBD_TAIL_SIZE;

        if (extlog_has_csum(log))
                jbd_put32(log->scratch + tail, extlog_block_csum(log, log->scratch, tail));
        return write_next(log, at, log->scratch);
}

static int write_revoked(ExtLog *log, const Plan *plan, uint32_t *at) {
        uint32_t size = log->is_64bit ? 8 : 4, per_block = revoked_per_block(log);

        for (uint32_t i = 0; i < plan->n_revoked; i += per_block) {
                uint32_t n = plan->n_revoked - i < per_block ? plan->n_revoked - i : per_block;
                int r;

                begin_block(log, JBD_REVOKE);
                jbd_put32(log->scratch + JBD_REVOKE_SIZE, JBD_REVOKE_FIRST + n * size);
                for (uint32_t k = 0; k < n; k++) {
                        uint8_t *p = log->scratch + JBD_REVOKE_FIRST + k * size;

                        if (log->is_64bit)
                                jbd_put64(p, plan->revoked[i + k]);
                        else
                                jbd_put32(p, (uint32_t)plan->revoked[i + k]);
                }
                r = end_block(log, at);
                if (r < 0)
                        return r;
        }
        return 0;
}

static const uint8_t *contents(const ExtLog *log, uint64_t block) {
        return (const uint8_t *)blockmap_get(&log->io->dirty, block);
}

/* A copy must not look like a block of the log itself. */
static bool must_escape(const uint8_t *data) {
        return jbd_get32(data) == JBD_MAGIC;
}

static uint32_t sum_of_copy(const ExtLog *log, const uint8_t *data) {
        uint8_t *copy;
        uint32_t sum;

        if (!extlog_has_csum(log))
                return 0;
        if (!must_escape(data))
                return extlog_copy_csum(log, data, log->sequence);
        copy = (uint8_t *)(uintptr_t)data; /* for a moment only */
        jbd_put32(copy, 0);
        sum = extlog_copy_csum(log, copy, log->sequence);
        jbd_put32(copy, JBD_MAGIC);
        return sum;
}

static void put_tag(const ExtLog *log, uint8_t *p, uint64_t block, uint32_t flags, uint32_t sum) {
        jbd_put32(p, (uint32_t)block);
        if (log->has_csum3) {
                jbd_put32(p + 4, flags);
                jbd_put32(p + 8, (uint32_t)(block >> 32));
                jbd_put32(p + 12, sum);
                return;
        }
        jbd_put16(p + 6, (uint16_t)flags);
        if (log->is_64bit)
                jbd_put32(p + 8, (uint32_t)(block >> 32));
}

static int write_descriptor(ExtLog *log, const uint64_t *blocks, uint32_t n, uint32_t *at) {
        uint8_t *p = log->scratch + JBD_HEAD_SIZE;

        begin_block(log, JBD_DESCRIPTOR);
        for (uint32_t i = 0; i < n; i++) {
                const uint8_t *data = contents(log, blocks[i]);
                uint32_t flags = (i > 0 ? (uint32_t)JBD_TAG_SAME_UUID : 0) |
                                 (i == n - 1 ? (uint32_t)JBD_TAG_LAST : 0) |
                                 (must_escape(data) ? (uint32_t)JBD_TAG_ESCAPED : 0);

                put_tag(log, p, blocks[i], flags, sum_of_copy(log, data));
                p += extlog_tag_size(log);
                if (i == 0) {
                        memcpy(p, log->super + JBD_SUPER_UUID, JBD_UUID_SIZE);
                        p += JBD_UUID_SIZE;
                }
        }
        return end_block(log, at);
}

static int write_copy(ExtLog *log, uint64_t block, uint32_t *at) {
        const uint8_t *data = contents(log, block);

        if (must_escape(data)) {
                memcpy(log->scratch, data, log->io->block_size);
                jbd_put32(log->scratch, 0);
                data = log->scratch;
        }
        return write_next(log, at, data);
}

static int write_copies(ExtLog *log, const Plan *plan, uint32_t *at) {
        uint32_t per_block = tags_per_block(log);
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < plan->n_blocks; i += per_block) {
                uint32_t n = plan->n_blocks - i < per_block ? plan->n_blocks - i : per_block;

                r = write_descriptor(log, plan->blocks + i, n, at);
                for (uint32_t k = 0; r == 0 && k < n; k++)
                        r = write_copy(log, plan->blocks[i + k], at);
        }
        return r;
}

static int write_commit(ExtLog *log, uint32_t *at) {
        struct timespec now;

        (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
        begin_block(log, JBD_COMMIT);
        jbd_put64(log->scratch + JBD_COMMIT_SECONDS, (uint64_t)now.tv_sec);
        jbd_put32(log->scratch + JBD_COMMIT_NANOSECONDS, (uint32_t)now.tv_nsec);
        if (extlog_has_csum(log))
                jbd_put32(log->scratch + JBD_COMMIT_CSUM,
                        extlog_block_csum(log, log->scratch, JBD_COMMIT_CSUM));
        return write_next(log, at, log->scratch);
}

/* --- the ring --- */

/* Everything committed has been written where it belongs: make it safe, and begin anew at `head`. */
static int restart(ExtLog *log) {
        int r = blk_flush(log->io->blk);

        if (r == 0)
                r = extlog_write_super(log, log->head, log->sequence);
        if (r == 0)
                r = blk_flush(log->io->blk);
        if (r < 0)
                return r;
        log->used = 0;
        log->must_restart = false;
        blockmap_clear(&log->io->logged);
        blockmap_clear(&log->revoked);
        return 0;
}

static int make_plan(ExtLog *log, Plan *ret) {
        int r;

        *ret = (Plan){.n_blocks = log->io->dirty.n_blocks, .n_revoked = log->revoked.n_blocks};
        r = blockmap_list(&log->io->dirty, &ret->blocks);
        if (r == 0)
                r = blockmap_list(&log->revoked, &ret->revoked);
        ret->n_all = ret->n_blocks + (ret->n_blocks + tags_per_block(log) - 1) / tags_per_block(log) +
                     (ret->n_revoked + revoked_per_block(log) - 1) / revoked_per_block(log) + 1;
        return r;
}

static void free_plan(Plan *plan) {
        free(plan->blocks);
        free(plan->revoked);
}

/* What is committed may be written once more; what was revoked and is here again is not revoked any more. */
static int note_logged(ExtLog *log, const Plan *plan) {
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < plan->n_blocks; i++)
                r = blockmap_put(&log->io->logged, plan->blocks[i], 1);
        return r;
}

/* A block that was freed and used again for what the log describes is in this transaction: replaying it is
 * right.
 */
static void drop_revoked(ExtLog *log) {
        for (uint32_t i = 0; i < log->io->dirty.n_slots; i++)
                if (log->io->dirty.slots[i].value)
                        blockmap_remove(&log->revoked, log->io->dirty.slots[i].block);
}

static int write_all(ExtLog *log, const Plan *plan) {
        uint32_t at = log->head;
        int r = write_revoked(log, plan, &at);

        if (r == 0)
                r = write_copies(log, plan, &at);
        if (r == 0)
                r = blk_flush(
                        log->io->blk); /* contents of files too: a commit must not name what isn't there */
        if (r < 0)
                return r;
        r = write_commit(log, &at);
        if (r == 0)
                r = blk_flush(log->io->blk);
        log->head = at;
        log->used += plan->n_all;
        log->sequence++;
        log->must_restart = r < 0; /* it may be there all the same */
        return r;
}

static int commit_plan(ExtLog *log, Plan *plan) {
        int r = 0;

        if (log->must_restart || plan->n_all >= ring_size(log) - log->used) {
                r = restart(log);
                plan->n_revoked = 0; /* nothing is left that could be written again */
        }
        if (r == 0 && plan->n_all >= ring_size(log))
                r = -EFBIG;
        if (r == 0)
                r = note_logged(log, plan);
        if (r == 0)
                r = write_all(log, plan);
        if (r == 0)
                blockmap_clear(&log->revoked);
        return r;
}

int extlog_commit(ExtLog *log) {
        Plan plan;
        int r;

        drop_revoked(log);
        r = make_plan(log, &plan);
        if (r == 0)
                r = commit_plan(log, &plan);
        free_plan(&plan);
        return r;
}

/* --- begin and end --- */

/* Every kernel that knows a journal of the second version knows these features; what checksums there are
 * follows the file system, as on Linux. */
int extlog_start(ExtLog *log, bool has_csum, bool is_64bit) {
        uint32_t fast = jbd_get32(log->super + JBD_SUPER_INCOMPAT) & JBD_INCOMPAT_FAST_COMMIT;

        jbd_put32(log->super + JBD_HEAD_TYPE, JBD_SUPER_V2);
        jbd_put32(log->super + JBD_SUPER_COMPAT, 0);
        jbd_put32(log->super + JBD_SUPER_INCOMPAT, fast | JBD_INCOMPAT_REVOKE |
                                                           (is_64bit ? (uint32_t)JBD_INCOMPAT_64BIT : 0) |
                                                           (has_csum ? (uint32_t)JBD_INCOMPAT_CSUM_V3 : 0));
        log->super[JBD_SUPER_CSUM_TYPE] = has_csum ? JBD_CSUM_CRC32C : 0;
        if (!has_csum)
                jbd_put32(log->super + JBD_SUPER_CSUM, 0);
        log->has_sums = log->has_csum2 = false;
        log->has_csum3 = has_csum;
        log->is_64bit = is_64bit;
        log->head = log->first;
        return restart(log);
}

int extlog_close(ExtLog *log) {
        int r = extlog_write_super(log, 0, log->sequence);

        return r < 0 ? r : blk_flush(log->io->blk);
}
