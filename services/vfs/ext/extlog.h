/* SPDX-License-Identifier: MIT */
/*
 * The journal of ext3 and ext4 (jbd2): replayed when a file system is mounted, and written so that a commit
 * is either there as a whole after a loss of power or not at all.
 *
 * The log is a ring of blocks, the journal inode's. A transaction is revoke records, descriptors with the
 * blocks they describe, and a commit block; each carries the transaction's number. What was committed is then
 * written where it belongs, and stays in the log until the room is needed.
 */
#pragma once

#include "extio.h"

typedef struct ExtLog {
        ExtIo *io;
        uint64_t *places;  /* of the journal's blocks on the device */
        uint32_t n_blocks; /* of the journal; number 0 is its superblock */
        uint32_t first;    /* of the ring, which ends at n_blocks */
        uint32_t head;     /* where the next transaction goes */
        uint32_t used;     /* blocks of the ring that the log needs, behind head */
        uint32_t sequence; /* of the next transaction */
        uint32_t seed;     /* of checksums */
        bool has_csum2, has_csum3, has_sums, is_64bit; /* has_sums: the old kind, in commit blocks only */
        bool must_restart; /* nobody knows whether the last transaction is there */
        BlockMap revoked;  /* by the transaction that comes next */
        uint8_t *super;    /* the journal's first block */
        uint8_t *scratch;  /* one block */
} ExtLog;

#define EXTLOG_BLOCKS_MIN 1024u /* as jbd2 demands */

/* Reads the journal of `fs`; io->block_size is known. -EIO: it makes no sense, or, as fs_explain() says, uses
 * what is not supported. */
int extlog_open(ext2_filsys fs, ExtIo *io, ExtLog **ret_log);
ExtLog *extlog_free(ExtLog *log);

/* Does the log hold transactions that may not have arrived where they belong? */
bool extlog_is_dirty(const ExtLog *log);
/* Puts what was committed where it belongs: on the device, or, if it may not be written to, in what `io`
 * keeps. */
int extlog_replay(ExtLog *log, bool in_memory);

/* Begins to write, with an empty log. */
int extlog_start(ExtLog *log, bool has_csum, bool is_64bit);
/* How many blocks one transaction may have. */
uint32_t extlog_capacity(const ExtLog *log);
/* A block was freed: what the log says of it must not be written again. */
int extlog_revoke(ExtLog *log, uint64_t block);
/* Makes what `io` keeps safe as one transaction; afterwards it may be written where it belongs. */
int extlog_commit(ExtLog *log);
/* All is where it belongs, and flushed: the log is empty. */
int extlog_close(ExtLog *log);
