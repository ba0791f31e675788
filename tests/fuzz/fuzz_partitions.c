/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: partition tables. The input is what a disk begins with and, after its middle, what it ends
 * with; checksums of GPT are tried as they are and made right. What is accepted lies inside the disk, and no
 * two parts share a byte.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "partitions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DISK   (1u << 20)
#define SECTOR 512u

static uint8_t bytes[DISK];

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static int disk_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        (void)blk;
        memcpy(buffer, bytes + at, size);
        return 0;
}

static const BlkOps ops = {.read = disk_read};

static void check(void) {
        Blk disk = {.ops = &ops, .size = DISK};
        PartitionTable t;

        if (partitions_read(&disk, &t) < 0) {
                must(t.n == 0);
                return;
        }
        for (uint32_t i = 0; i < t.n; i++) {
                const Partition *p = &t.parts[i];

                must(p->size > 0 && p->at > 0 && p->at < DISK && p->size <= DISK - p->at);
                for (uint32_t j = 0; j < i; j++)
                        must(p->at >= t.parts[j].at + t.parts[j].size || t.parts[j].at >= p->at + p->size);
        }
}

static uint32_t crc(const uint8_t *data, size_t size) {
        uint32_t sum = ~0u;

        for (size_t i = 0; i < size; i++) {
                sum ^= data[i];
                for (int bit = 0; bit < 8; bit++)
                        sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
        }
        return ~sum;
}

static uint32_t get32(const uint8_t *p) {
        uint32_t n;

        memcpy(&n, p, sizeof n);
        return n;
}

/* Makes the sums of a header right, as far as it makes sense. */
static void seal(uint8_t *h) {
        uint32_t size = get32(h + 12), sum;
        uint64_t at = (uint64_t)get32(h + 72) * SECTOR, n = (uint64_t)get32(h + 80) * get32(h + 84);

        if (at < DISK && n <= DISK - at) {
                sum = crc(bytes + at, (size_t)n);
                memcpy(h + 88, &sum, sizeof sum);
        }
        memset(h + 16, 0, 4);
        sum = crc(h, size < SECTOR ? size : SECTOR);
        memcpy(h + 16, &sum, sizeof sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t half = size / 2;

        if (size > DISK)
                return 0;
        memset(bytes, 0, DISK);
        if (size > 0) {
                memcpy(bytes, data, half);
                memcpy(bytes + DISK - (size - half), data + half, size - half);
        }
        check();
        seal(bytes + SECTOR);
        seal(bytes + DISK - SECTOR);
        check();
        return 0;
}
