/* SPDX-License-Identifier: MIT */
/*
 * Replaying a log: first to its end, which is where a block doesn't belong to the next transaction; then once
 * more for what was revoked, since a revoked block must not be written by any transaction before; then once
 * more to write. Every pass ends: a transaction's number is one more than the last one's, and a pass visits
 * no more blocks than the log has.
 */
#include <stdlib.h>
#include <string.h>

#include "../fs.h"
#include "extlog_inside.h"

typedef enum Pass { PASS_SCAN, PASS_REVOKE, PASS_WRITE } Pass;

typedef struct Replay {
        ExtLog *log;
        Pass pass;
        bool in_memory;
        bool is_end; /* what comes is no part of the log any more */
        uint32_t at;
        uint32_t sequence;
        uint32_t end;       /* the first transaction that isn't there; found by the first pass */
        uint32_t n_visited; /* blocks, in this pass */
        uint32_t sum;       /* of the transaction's blocks: the old kind of checksum */
        BlockMap revoked;   /* block to the last transaction that revoked it, + 1 */
        uint8_t *head;      /* the descriptor, revoke or commit block */
        uint8_t *copy;
} Replay;

/* 32 bits that go round. */
static bool is_before(uint32_t a, uint32_t b) {
        return (int32_t)(a - b) < 0;
}

static int read_next(Replay *p, uint8_t *ret) {
        int r = extlog_read_block(p->log, p->at, ret);

        p->at = extlog_after(p->log, p->at);
        p->n_visited++;
        return r;
}

/* --- tags --- */

typedef struct Tag {
        uint64_t block;
        uint32_t flags;
        uint32_t csum;
} Tag;

static Tag read_tag(const ExtLog *log, const uint8_t *p) {
        Tag t = {.block = jbd_get32(p)};

        if (log->has_csum3) {
                t.flags = jbd_get32(p + 4);
                t.block |= (uint64_t)(log->is_64bit ? jbd_get32(p + 8) : 0) << 32;
                t.csum = jbd_get32(p + 12);
        } else {
                t.csum = jbd_get16(p + 4);
                t.flags = jbd_get16(p + 6);
                t.block |= (uint64_t)(log->is_64bit ? jbd_get32(p + 8) : 0) << 32;
        }
        return t;
}

static bool is_copy_sound(const Replay *p, const Tag *t) {
        uint32_t sum;

        if (!extlog_has_csum(p->log))
                return true;
        sum = extlog_copy_csum(p->log, p->copy, p->sequence);
        return t->csum == (p->log->has_csum3 ? sum : sum & 0xffff);
}

static int write_copy(Replay *p, const Tag *t) {
        ExtIo *io = p->log->io;
        uint64_t at = t->block * io->block_size;
        uintptr_t revoked = blockmap_get(&p->revoked, t->block);

        if (revoked && !is_before((uint32_t)(revoked - 1), p->sequence))
                return 0;
        if (t->block >= io->blk->size / io->block_size || !is_copy_sound(p, t)) {
                fs_explain("the journal is damaged");
                return -EIO;
        }
        if (t->flags & JBD_TAG_ESCAPED)
                jbd_put32(p->copy, JBD_MAGIC);
        return p->in_memory ? extio_write(io, p->copy, io->block_size, at)
                            : blk_write(io->blk, p->copy, io->block_size, at);
}

static int visit_copy(Replay *p, const Tag *t) {
        int r = 0;

        if (p->pass == PASS_REVOKE || (p->pass == PASS_SCAN && !p->log->has_sums)) {
                p->at = extlog_after(p->log, p->at);
                p->n_visited++;
                return 0;
        }
        r = read_next(p, p->copy);
        if (r < 0)
                return r;
        if (p->pass == PASS_WRITE)
                return write_copy(p, t);
        p->sum = ext2fs_crc32_be(p->sum, p->copy, p->log->io->block_size);
        return 0;
}

/* --- blocks --- */

static bool is_tail_sound(const Replay *p) {
        uint32_t at = p->log->io->block_size - JBD_TAIL_SIZE;

        return !extlog_has_csum(p->log) || jbd_get32(p->head + at) == extlog_block_csum(p->log, p->head, at);
}

static int visit_descriptor(Replay *p) {
        uint32_t size = extlog_tag_size(p->log), end = extlog_usable(p->log);

        if (!is_tail_sound(p)) {
                p->is_end = true;
                return 0;
        }
        p->sum = ext2fs_crc32_be(p->sum, p->head, p->log->io->block_size);
        for (uint32_t at = JBD_HEAD_SIZE; at + size <= end && p->n_visited < p->log->n_blocks;) {
                Tag t = read_tag(p->log, p->head + at);
                int r = visit_copy(p, &t);

                if (r < 0)
                        return r;
                if (t.flags & JBD_TAG_LAST)
                        return 0;
                at += size + (t.flags & JBD_TAG_SAME_UUID ? 0 : JBD_UUID_SIZE);
        }
        return 0;
}

static int visit_revoke(Replay *p) {
        uint32_t size = p->log->is_64bit ? 8 : 4, end = jbd_get32(p->head + JBD_REVOKE_SIZE);

        if (p->pass != PASS_REVOKE)
                return 0;
        if (!is_tail_sound(p) || end > extlog_usable(p->log)) {
                fs_explain("the journal is damaged");
                return -EIO;
        }
        for (uint32_t at = JBD_REVOKE_FIRST; at + size <= end; at += size) {
                uint64_t block = size == 8 ? jbd_get64(p->head + at) : jbd_get32(p->head + at);
                int r = blockmap_put(&p->revoked, block, (uintptr_t)p->sequence + 1);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_commit_sound(const Replay *p) {
        const uint8_t *b = p->head;

        if (extlog_has_csum(p->log))
                return jbd_get32(b + JBD_COMMIT_CSUM) == extlog_block_csum(p->log, b, JBD_COMMIT_CSUM);
        if (!p->log->has_sums || p->pass != PASS_SCAN)
                return true;
        if (b[JBD_COMMIT_CSUM_TYPE] == 0 && b[JBD_COMMIT_CSUM_SIZE] == 0)
                return jbd_get32(b + JBD_COMMIT_CSUM) == 0;
        return b[JBD_COMMIT_CSUM_TYPE] == JBD_CSUM_CRC32 && b[JBD_COMMIT_CSUM_SIZE] == 4 &&
               jbd_get32(b + JBD_COMMIT_CSUM) == p->sum;
}

static void visit_commit(Replay *p) {
        if (!is_commit_sound(p)) {
                p->is_end = true;
                return;
        }
        p->sequence++;
        p->sum = UINT32_MAX;
}

static int visit(Replay *p) {
        int r = read_next(p, p->head);

        if (r < 0)
                return r;
        if (jbd_get32(p->head) != JBD_MAGIC || jbd_get32(p->head + JBD_HEAD_SEQUENCE) != p->sequence) {
                p->is_end = true;
                return 0;
        }
        switch (jbd_get32(p->head + JBD_HEAD_TYPE)) {
        case JBD_DESCRIPTOR:
                return visit_descriptor(p);
        case JBD_REVOKE:
                return visit_revoke(p);
        case JBD_COMMIT:
                visit_commit(p);
                return 0;
        default:
                p->is_end = true;
                return 0;
        }
}

/* The first pass finds the end; the others stop there. */
static int run_pass(Replay *p, Pass pass) {
        int r = 0;

        p->pass = pass;
        p->is_end = false;
        p->at = jbd_get32(p->log->super + JBD_SUPER_START);
        p->sequence = jbd_get32(p->log->super + JBD_SUPER_SEQUENCE);
        p->n_visited = 0;
        p->sum = UINT32_MAX;
        while (r == 0 && !p->is_end && p->n_visited < p->log->n_blocks &&
                (pass == PASS_SCAN || p->sequence != p->end))
                r = visit(p);
        if (pass == PASS_SCAN)
                p->end = p->sequence;
        return r;
}

static int run_passes(Replay *p) {
        int r = run_pass(p, PASS_SCAN);

        if (r == 0)
                r = run_pass(p, PASS_REVOKE);
        if (r == 0)
                r = run_pass(p, PASS_WRITE);
        if (r == 0 && !p->in_memory)
                r = blk_flush(p->log->io->blk);
        return r;
}

int extlog_replay(ExtLog *log, bool in_memory) {
        Replay p = {.log = log, .in_memory = in_memory};
        int r = -ENOMEM;

        p.head = malloc(log->io->block_size);
        p.copy = malloc(log->io->block_size);
        if (p.head && p.copy)
                r = run_passes(&p);
        log->sequence = p.end + 1;
        blockmap_deinit(&p.revoked);
        free(p.head);
        free(p.copy);
        if (r < 0 || in_memory)
                return r;
        r = extlog_write_super(log, 0, log->sequence);
        return r < 0 ? r : blk_flush(log->io->blk);
}
