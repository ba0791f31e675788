/* SPDX-License-Identifier: MIT */
/*
 * What reading and writing the log have in common.
 */
#pragma once

#include "extlog.h"
#include "extlog_format.h"

static inline uint32_t extlog_after(const ExtLog *log, uint32_t at) {
        return at + 1 < log->n_blocks ? at + 1 : log->first;
}

static inline bool extlog_has_csum(const ExtLog *log) {
        return log->has_csum2 || log->has_csum3;
}

int extlog_read_block(ExtLog *log, uint32_t at, uint8_t *ret);
int extlog_write_block(ExtLog *log, uint32_t at, const uint8_t *data);
/* Of a block whose checksum lies at `csum_at`: with that taken for zero. */
uint32_t extlog_block_csum(const ExtLog *log, const uint8_t *block, uint32_t csum_at);
/* Of a block in the log. */
uint32_t extlog_copy_csum(const ExtLog *log, const uint8_t *copy, uint32_t sequence);
uint32_t extlog_tag_size(const ExtLog *log);
/* Bytes of a descriptor or revoke block that tags or numbers may fill. */
static inline uint32_t extlog_usable(const ExtLog *log) {
        return log->io->block_size - (extlog_has_csum(log) ? (uint32_t)JBD_TAIL_SIZE : 0);
}
/* Writes the superblock: the log begins at `start` (0: it is empty) with transaction `sequence`. */
int extlog_write_super(ExtLog *log, uint32_t start, uint32_t sequence);
