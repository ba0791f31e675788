/* SPDX-License-Identifier: MIT */
/*
 * An entry has 12, 16 or 32 bits (28 of which count). Two entries of 12 bits share a byte.
 */
#include "fat/table.h"

#include <stdlib.h>
#include <string.h>

#include "fat/bytes.h"
#include "fat/turns.h"

#define READER_SIZE 4096u
#define EQUAL_SIZE  65536u

/* --- one entry --- */

static uint64_t offset_of(const FatGeometry *g, uint32_t cluster) {
        return (uint64_t)cluster * g->bits / 8;
}

bool fat_is_usable(const FatGeometry *g, uint32_t cluster) {
        return g->bits != 12 || offset_of(g, cluster) % BLKCACHE_SECTOR != BLKCACHE_SECTOR - 1;
}

static uint32_t width_of(const FatGeometry *g) {
        return g->bits == 32 ? 4 : 2;
}

static uint32_t decode(const FatGeometry *g, const uint8_t *p, uint32_t cluster) {
        if (g->bits == 32)
                return get32(p) & 0x0fffffff;
        if (g->bits == 16)
                return get16(p);
        return cluster & 1 ? get16(p) >> 4 : get16(p) & 0xfff;
}

/* Numbers at the upper end mean the same in each width. */
static uint32_t meaning(const FatGeometry *g, uint32_t raw) {
        uint32_t top = g->bits == 32 ? 0x0fffffff : (1u << g->bits) - 1;

        if (raw >= top - 7)
                return FAT_END;
        if (raw == FAT_FREE || fat_is_cluster(g, raw))
                return raw;
        return FAT_BAD;
}

int fat_get(FatFs *fs, uint32_t cluster, uint32_t *ret_value) {
        const FatGeometry *g = &fs->geo;
        uint8_t entry[4];
        int r = blk_read(fs->blk, entry, width_of(g), g->fat_at + offset_of(g, cluster));

        if (r == 0)
                *ret_value = meaning(g, decode(g, entry, cluster));
        return r;
}

int fat_next(FatFs *fs, uint32_t cluster, uint32_t *ret_next) {
        uint32_t value;
        int r = 0;

        if (!fat_turns_get(&fs->turns, cluster, &value))
                r = fat_get(fs, cluster, &value);
        if (r < 0)
                return r;
        if (value == FAT_FREE || value == FAT_BAD)
                return -EIO;
        *ret_next = value;
        return 0;
}

/* Puts the value among the bits of others. */
static void encode(const FatGeometry *g, uint8_t *p, uint32_t cluster, uint32_t value) {
        if (g->bits == 32)
                put32(p, (get32(p) & 0xf0000000) | (value & 0x0fffffff));
        else if (g->bits == 16)
                put16(p, value & 0xffff);
        else if (cluster & 1)
                put16(p, (get16(p) & 0x000fu) | (value & 0xfff) << 4);
        else
                put16(p, (get16(p) & 0xf000u) | (value & 0xfff));
}

int fat_put(FatFs *fs, uint32_t cluster, uint32_t value, bool late) {
        const FatGeometry *g = &fs->geo;
        uint64_t at = g->fat_at + offset_of(g, cluster);
        uint8_t entry[4];
        int r = blk_read(fs->blk, entry, width_of(g), at);

        encode(g, entry, cluster, value);
        for (uint32_t i = 0; i < g->n_copies && r == 0; i++, at += g->fat_size)
                r = late ? blkcache_write_late(fs->blk, entry, width_of(g), at)
                         : blk_write(fs->blk, entry, width_of(g), at);
        return r;
}

/* --- many --- */

/* Entries one after the other, with few reads; what is not to be used is not free. */
typedef struct Reader {
        FatFs *fs;
        uint64_t at; /* in the FAT */
        size_t size;
        uint8_t data[READER_SIZE];
} Reader;

static int reader_get(Reader *r, uint32_t cluster, uint32_t *ret_value) {
        const FatGeometry *g = &r->fs->geo;
        uint64_t at = offset_of(g, cluster);

        if (at < r->at || at + width_of(g) > r->at + r->size) {
                size_t n = g->fat_size - at < READER_SIZE ? (size_t)(g->fat_size - at) : READER_SIZE;
                int e = blk_read(r->fs->blk, r->data, n, g->fat_at + at);

                if (e < 0)
                        return e;
                r->at = at;
                r->size = n;
        }
        *ret_value = meaning(g, decode(g, r->data + (at - r->at), cluster));
        if (*ret_value == FAT_FREE && !fat_is_usable(g, cluster))
                *ret_value = FAT_BAD;
        return 0;
}

/* The first free cluster from `from` to before `to`; `to` if there is none. */
static int find_free(Reader *reader, uint32_t from, uint32_t to, uint32_t *ret_cluster) {
        uint32_t value = FAT_END;

        for (; from < to; from++) {
                int r = reader_get(reader, from, &value);

                if (r < 0)
                        return r;
                if (value == FAT_FREE)
                        break;
        }
        *ret_cluster = from;
        return 0;
}

/* From where the last search ended, around once. */
static int find_first(Reader *reader, uint32_t *ret_cluster) {
        FatFs *fs = reader->fs;
        uint32_t end = fs->geo.n_clusters + FAT_CLUSTER_FIRST;
        int r = find_free(reader, fs->next_free, end, ret_cluster);

        if (r == 0 && *ret_cluster == end) {
                end = fs->next_free;
                r = find_free(reader, FAT_CLUSTER_FIRST, end, ret_cluster);
        }
        if (r == 0 && *ret_cluster == end) {
                fs->n_free = 0;
                r = -ENOSPC;
        }
        return r;
}

int fat_alloc(FatFs *fs, uint32_t n_wanted, uint32_t *ret_first, uint32_t *ret_n) {
        uint32_t end = fs->geo.n_clusters + FAT_CLUSTER_FIRST, first, last, value;
        Reader reader = {.fs = fs};
        int r = fs->n_free == 0 ? -ENOSPC : find_first(&reader, &first);

        if (r < 0)
                return r;
        for (last = first; last + 1 < end && last - first + 1 < n_wanted; last++) {
                r = reader_get(&reader, last + 1, &value);
                if (r < 0)
                        return r;
                if (value != FAT_FREE)
                        break;
        }
        for (uint32_t i = last + 1; i-- > first;) {
                r = fat_put(fs, i, i == last ? FAT_END : i + 1, false);
                if (r < 0)
                        return r;
        }
        *ret_first = first;
        *ret_n = last - first + 1;
        fs->n_free -= *ret_n < fs->n_free ? *ret_n : fs->n_free;
        fs->next_free = last + 1 < end ? last + 1 : FAT_CLUSTER_FIRST;
        return 0;
}

int fat_count_free(FatFs *fs, uint32_t *ret_n) {
        uint32_t end = fs->geo.n_clusters + FAT_CLUSTER_FIRST, n = 0, value;
        Reader reader = {.fs = fs};

        for (uint32_t i = FAT_CLUSTER_FIRST; i < end; i++) {
                int r = reader_get(&reader, i, &value);

                if (r < 0)
                        return r;
                n += value == FAT_FREE;
        }
        *ret_n = n;
        return 0;
}

static int equalise_piece(FatFs *fs, uint8_t *first, uint8_t *other, uint64_t at) {
        const FatGeometry *g = &fs->geo;
        size_t n = g->fat_size - at < EQUAL_SIZE ? (size_t)(g->fat_size - at) : EQUAL_SIZE;
        int r = blk_read(fs->blk, first, n, g->fat_at + at);

        for (uint32_t i = 1; i < g->n_copies && r == 0; i++) {
                uint64_t to = g->fat_at + i * g->fat_size + at;

                r = blk_read(fs->blk, other, n, to);
                if (r == 0 && memcmp(first, other, n) != 0)
                        r = blk_write(fs->blk, first, n, to);
        }
        return r;
}

int fat_equalise(FatFs *fs) {
        uint8_t *pieces = malloc((size_t)EQUAL_SIZE * 2);
        int r = pieces ? 0 : -ENOMEM;

        for (uint64_t at = 0; at < fs->geo.fat_size && r == 0; at += EQUAL_SIZE)
                r = equalise_piece(fs, pieces, pieces + EQUAL_SIZE, at);
        free(pieces);
        return r;
}
