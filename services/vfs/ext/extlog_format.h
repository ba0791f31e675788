/* SPDX-License-Identifier: MIT */
/*
 * jbd2's blocks, byte by byte. All numbers are big-endian.
 */
#pragma once

#include <stdint.h>

#define JBD_MAGIC 0xc03b3998u

/* Begin of every block but those that are copies. */
enum { JBD_HEAD_MAGIC = 0, JBD_HEAD_TYPE = 4, JBD_HEAD_SEQUENCE = 8, JBD_HEAD_SIZE = 12 };
enum { JBD_DESCRIPTOR = 1, JBD_COMMIT = 2, JBD_SUPER_V1 = 3, JBD_SUPER_V2 = 4, JBD_REVOKE = 5 };

/* Superblock. */
enum {
        JBD_SUPER_BLOCK_SIZE = 0x0c,
        JBD_SUPER_N_BLOCKS = 0x10,
        JBD_SUPER_FIRST = 0x14,
        JBD_SUPER_SEQUENCE = 0x18, /* of the first transaction that must be replayed */
        JBD_SUPER_START = 0x1c,    /* where it is; 0: the log is empty */
        JBD_SUPER_ERRNO = 0x20,
        JBD_SUPER_COMPAT = 0x24,
        JBD_SUPER_INCOMPAT = 0x28,
        JBD_SUPER_UUID = 0x30,
        JBD_SUPER_CSUM_TYPE = 0x50,
        JBD_SUPER_N_FAST = 0x54,
        JBD_SUPER_CSUM = 0xfc,
        JBD_SUPER_SIZE = 1024,
};
enum { JBD_CSUM_CRC32 = 1, JBD_CSUM_CRC32C = 4 };
enum { JBD_COMPAT_CHECKSUM = 1 };
enum {
        JBD_INCOMPAT_REVOKE = 1,
        JBD_INCOMPAT_64BIT = 2,
        JBD_INCOMPAT_ASYNC_COMMIT = 4,
        JBD_INCOMPAT_CSUM_V2 = 8,
        JBD_INCOMPAT_CSUM_V3 = 16,
        JBD_INCOMPAT_FAST_COMMIT = 32,
};
#define JBD_UUID_SIZE     16u
#define JBD_N_FAST_BLOCKS 256u /* unless the superblock says otherwise */

/* Tags of a descriptor; after one without SAME_UUID comes a UUID. */
enum { JBD_TAG_ESCAPED = 1, JBD_TAG_SAME_UUID = 2, JBD_TAG_DELETED = 4, JBD_TAG_LAST = 8 };
/* With CSUM_V3: block, flags, high half, checksum, 4 bytes each. Otherwise: block (4), checksum (2), flags
 * (2), high half (4, only with 64BIT); CSUM_V2 leaves 2 more bytes. */
enum { JBD_TAG_SIZE = 8, JBD_TAG_SIZE_64BIT = 12, JBD_TAG_SIZE_V2_MORE = 2, JBD_TAG_SIZE_V3 = 16 };
enum { JBD_TAIL_SIZE = 4 }; /* checksum at the end of descriptors and revoke blocks */

/* Revoke block: size in bytes of what is used, and block numbers. */
enum { JBD_REVOKE_SIZE = 12, JBD_REVOKE_FIRST = 16 };

/* Commit block. */
enum {
        JBD_COMMIT_CSUM_TYPE = 12,
        JBD_COMMIT_CSUM_SIZE = 13,
        JBD_COMMIT_CSUM = 16,
        JBD_COMMIT_SECONDS = 48,
        JBD_COMMIT_NANOSECONDS = 56,
};

static inline uint32_t jbd_get32(const uint8_t *p) {
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t jbd_get16(const uint8_t *p) {
        return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint64_t jbd_get64(const uint8_t *p) {
        return (uint64_t)jbd_get32(p) << 32 | jbd_get32(p + 4);
}

static inline void jbd_put32(uint8_t *p, uint32_t x) {
        p[0] = (uint8_t)(x >> 24);
        p[1] = (uint8_t)(x >> 16);
        p[2] = (uint8_t)(x >> 8);
        p[3] = (uint8_t)x;
}

static inline void jbd_put16(uint8_t *p, uint16_t x) {
        p[0] = (uint8_t)(x >> 8);
        p[1] = (uint8_t)x;
}

static inline void jbd_put64(uint8_t *p, uint64_t x) {
        jbd_put32(p, (uint32_t)(x >> 32));
        jbd_put32(p + 4, (uint32_t)x);
}
