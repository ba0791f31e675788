/* SPDX-License-Identifier: MIT */
/*
 * Everything that is read from the disk is copied out of its sector first, as numbers, and compared without
 * overflow: a table is input like any other.
 */
#include "partitions.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR         512u
#define TABLE_AT       446u
#define ENTRY_SIZE     16u
#define PRIMARY        4u
#define TYPE_GPT       0xee
#define GPT_HEADER     92u
#define GPT_ENTRY_MIN  128u
#define GPT_ENTRY_MAX  4096u
#define GPT_SECTOR_MAX 4096u

static uint32_t le16(const uint8_t *p) {
        return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const uint8_t *p) {
        return le16(p) | le16(p + 2) << 16;
}

static uint64_t le64(const uint8_t *p) {
        return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* --- the list --- */

/* Sectors of `unit` bytes. */
static int add(PartitionTable *t, const Blk *disk, uint64_t first, uint64_t n, uint32_t unit) {
        uint64_t at, size;

        if (n == 0 || t->n == PARTITIONS_MAX)
                return -EINVAL;
        if (__builtin_mul_overflow(first, unit, &at) || __builtin_mul_overflow(n, unit, &size))
                return -EINVAL;
        if (at == 0 || at > disk->size || size > disk->size - at)
                return -EINVAL;
        for (uint32_t i = 0; i < t->n; i++)
                if (at < t->parts[i].at + t->parts[i].size && t->parts[i].at < at + size)
                        return -EINVAL;
        t->parts[t->n++] = (Partition){.at = at, .size = size};
        return 0;
}

/* --- MBR --- */

typedef struct MbrEntry {
        uint8_t flag, type;
        uint32_t first, n; /* sectors */
} MbrEntry;

static MbrEntry mbr_entry(const uint8_t *sector, uint32_t i) {
        const uint8_t *p = sector + TABLE_AT + i * ENTRY_SIZE;

        return (MbrEntry){.flag = p[0], .type = p[4], .first = le32(p + 8), .n = le32(p + 12)};
}

static bool is_extended(const MbrEntry *e) {
        return e->type == 0x05 || e->type == 0x0f || e->type == 0x85;
}

static bool has_signature(const uint8_t *sector) {
        return sector[510] == 0x55 && sector[511] == 0xaa;
}

/* The boot sector of a FAT file system ends like an MBR; its parameters give it away. */
static bool is_fat(const uint8_t *sector) {
        uint32_t bytes = le16(sector + 11), per_cluster = sector[13];

        return (sector[0] == 0xeb || sector[0] == 0xe9) && bytes >= 512 && bytes <= 4096 &&
               (bytes & (bytes - 1)) == 0 && per_cluster && (per_cluster & (per_cluster - 1)) == 0 &&
               le16(sector + 14) > 0 && sector[16] >= 1 && sector[16] <= 2 && sector[21] >= 0xf0;
}

/* Flags are 0 or 0x80; other bytes there are somebody's program. */
static bool is_table(const uint8_t *sector) {
        if (!has_signature(sector) || is_fat(sector))
                return false;
        for (uint32_t i = 0; i < PRIMARY; i++)
                if (mbr_entry(sector, i).flag & 0x7f)
                        return false;
        return true;
}

/* The logical partitions: a chain of tables with one partition each. All of it lies in the extended one, and
 * each step may lead anywhere there, so steps are counted. */
static int read_logical(Blk *disk, const MbrEntry *extended, PartitionTable *t) {
        uint64_t base = extended->first, here = base;

        for (uint32_t n = 0; n <= PARTITIONS_MAX; n++) {
                uint8_t sector[SECTOR];
                MbrEntry part, next;
                int r = blk_read(disk, sector, SECTOR, here * SECTOR);

                if (r < 0)
                        return r;
                if (!has_signature(sector))
                        return -EINVAL;
                part = mbr_entry(sector, 0);
                next = mbr_entry(sector, 1);
                if (part.type && !is_extended(&part)) {
                        if (part.first == 0 || here - base + part.first + part.n > extended->n)
                                return -EINVAL;
                        r = add(t, disk, here + part.first, part.n, SECTOR);
                        if (r < 0)
                                return r;
                }
                if (!is_extended(&next))
                        return 0;
                if (next.first == 0 || next.first >= extended->n)
                        return -EINVAL;
                here = base + next.first;
        }
        return -EINVAL;
}

static int read_mbr(Blk *disk, const uint8_t *sector, PartitionTable *t) {
        int r = 0;

        for (uint32_t i = 0; i < PRIMARY && r == 0; i++) {
                MbrEntry e = mbr_entry(sector, i);

                if (e.type && !is_extended(&e))
                        r = add(t, disk, e.first, e.n, SECTOR);
        }
        for (uint32_t i = 0; i < PRIMARY && r == 0; i++) {
                MbrEntry e = mbr_entry(sector, i);

                if (!is_extended(&e))
                        continue;
                if (e.first == 0 || !blk_holds(disk, SECTOR, (uint64_t)e.first * SECTOR))
                        return -EINVAL;
                r = read_logical(disk, &e, t);
        }
        return r;
}

/* --- GPT --- */

/* The usual CRC-32, bit by bit: a table is read once. */
static uint32_t crc(uint32_t sum, const uint8_t *data, size_t size) {
        for (size_t i = 0; i < size; i++) {
                sum ^= data[i];
                for (int bit = 0; bit < 8; bit++)
                        sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
        }
        return sum;
}

typedef struct GptHeader {
        uint32_t sector;      /* bytes */
        uint64_t first, last; /* sectors that partitions may have */
        uint64_t entries_at;  /* bytes */
        uint32_t n_entries, entry_size, entries_crc;
} GptHeader;

static bool header_is_whole(uint8_t *data, uint32_t sector, uint64_t lba) {
        uint32_t size = le32(data + 12), sum = le32(data + 16);

        if (memcmp(data, "EFI PART", 8) != 0 || size < GPT_HEADER || size > sector)
                return false;
        memset(data + 16, 0, 4);
        return ~crc(~0u, data, size) == sum && le64(data + 24) == lba;
}

/* 0, or -EINVAL: none there. */
static int read_header(Blk *disk, uint32_t sector, uint64_t lba, GptHeader *ret) {
        uint8_t data[GPT_SECTOR_MAX];
        uint64_t entries;
        int r = blk_read(disk, data, sector, lba * sector);

        if (r < 0)
                return r;
        if (!header_is_whole(data, sector, lba))
                return -EINVAL;
        *ret = (GptHeader){.sector = sector,
                .first = le64(data + 40),
                .last = le64(data + 48),
                .n_entries = le32(data + 80),
                .entry_size = le32(data + 84),
                .entries_crc = le32(data + 88)};
        entries = le64(data + 72);
        if (__builtin_mul_overflow(entries, sector, &ret->entries_at))
                return -EINVAL;
        if (ret->entry_size < GPT_ENTRY_MIN || ret->entry_size > GPT_ENTRY_MAX ||
                (ret->entry_size & (ret->entry_size - 1)))
                return -EINVAL;
        return ret->n_entries <= PARTITIONS_GPT_BYTES / ret->entry_size ? 0 : -EINVAL;
}

static int add_entries(Blk *disk, const GptHeader *h, const uint8_t *entries, PartitionTable *t) {
        static const uint8_t unused[16];

        for (uint32_t i = 0; i < h->n_entries; i++) {
                const uint8_t *e = entries + (size_t)i * h->entry_size;
                uint64_t first = le64(e + 32), last = le64(e + 40);
                int r;

                if (memcmp(e, unused, sizeof unused) == 0)
                        continue;
                if (first < h->first || last > h->last || last < first)
                        return -EINVAL;
                r = add(t, disk, first, last - first + 1, h->sector);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_entries(Blk *disk, const GptHeader *h, PartitionTable *t) {
        size_t size = (size_t)h->n_entries * h->entry_size;
        uint8_t *entries = malloc(size ? size : 1);
        int r;

        if (!entries)
                return -ENOMEM;
        r = blk_read(disk, entries, size, h->entries_at);
        if (r == 0 && ~crc(~0u, entries, size) != h->entries_crc)
                r = -EINVAL;
        if (r == 0)
                r = add_entries(disk, h, entries, t);
        free(entries);
        return r;
}

static int read_gpt_at(Blk *disk, uint32_t sector, uint64_t lba, PartitionTable *t) {
        GptHeader h;
        int r = read_header(disk, sector, lba, &h);

        t->n = 0;
        return r < 0 ? r : read_entries(disk, &h, t);
}

/* The header in the second sector, or if it is damaged the one in the last, with sectors of either size. */
static int read_gpt(Blk *disk, PartitionTable *t) {
        static const uint32_t sectors[] = {512, 4096};
        int r = -EINVAL;

        for (size_t i = 0; i < sizeof sectors / sizeof *sectors && r == -EINVAL; i++) {
                uint64_t n = disk->size / sectors[i];

                if (n < 3)
                        continue;
                r = read_gpt_at(disk, sectors[i], 1, t);
                if (r == -EINVAL)
                        r = read_gpt_at(disk, sectors[i], n - 1, t);
        }
        return r;
}

/* --- both --- */

static bool is_gpt(const uint8_t *sector) {
        for (uint32_t i = 0; i < PRIMARY; i++)
                if (mbr_entry(sector, i).type == TYPE_GPT)
                        return true;
        return false;
}

int partitions_read(Blk *disk, PartitionTable *ret) {
        uint8_t sector[SECTOR];
        int r;

        ret->n = 0;
        if (disk->size < SECTOR)
                return 0;
        r = blk_read(disk, sector, SECTOR, 0);
        if (r < 0 || !is_table(sector))
                return r;
        r = is_gpt(sector) ? read_gpt(disk, ret) : read_mbr(disk, sector, ret);
        if (r < 0)
                ret->n = 0;
        return r;
}

/* --- a part as a device --- */

typedef struct PartBlk {
        Blk head;
        Blk *disk;
        uint64_t at;
} PartBlk;

static int part_read(Blk *blk, void *buffer, size_t size, uint64_t at) {
        PartBlk *p = (PartBlk *)blk;

        return blk_read(p->disk, buffer, size, p->at + at);
}

static int part_write(Blk *blk, const void *data, size_t size, uint64_t at) {
        PartBlk *p = (PartBlk *)blk;

        return blk_write(p->disk, data, size, p->at + at);
}

static int part_flush(Blk *blk) {
        return blk_flush(((PartBlk *)blk)->disk);
}

static void part_close(Blk *blk) {
        PartBlk *p = (PartBlk *)blk;

        (void)blk_close(p->disk);
        free(p);
}

static const BlkOps part_ops = {
        .read = part_read,
        .write = part_write,
        .flush = part_flush,
        .close = part_close,
};

int partitions_open(Blk *disk, uint32_t index, Blk **ret_part) {
        PartitionTable t;
        PartBlk *p;
        int r = partitions_read(disk, &t);

        if (r < 0)
                return r;
        if (t.n == 0 && index == 0) {
                *ret_part = disk;
                return 0;
        }
        if (index >= t.n)
                return -ENXIO;
        p = malloc(sizeof *p);
        if (!p)
                return -ENOMEM;
        p->head = (Blk){.ops = &part_ops, .size = t.parts[index].size};
        p->head.is_read_only = disk->is_read_only || !disk->ops->write;
        p->disk = disk;
        p->at = t.parts[index].at;
        *ret_part = &p->head;
        return 0;
}
