/* SPDX-License-Identifier: MIT */
/*
 * Reading the boot sector. Offsets are the format's own; the kind of FAT follows from the number of clusters,
 * except that only FAT32 has no 16-bit length of a FAT.
 */
#include "fat/bpb.h"

#include "fat/bytes.h"

#define BOOT_SECTOR   512u
#define DIR_ENTRY     32u
#define STATE_AT_16   0x25u
#define STATE_AT_32   0x41u
#define STATE_DIRTY   1u
#define EXT_NO_MIRROR 0x80u /* only one copy is kept up to date, and the low bits say which */
#define EXT_ACTIVE    0x0fu

/* As the sector has it. */
typedef struct Bpb {
        uint32_t sector_size, per_cluster, reserved, n_fats, root_entries, media;
        uint32_t n_sectors, fat_sectors; /* whichever of the two fields has it */
        bool is_32;
        uint32_t ext_flags, version, root_cluster, info_sector;
} Bpb;

static Bpb parse(const uint8_t *s) {
        Bpb b = {
                .sector_size = get16(s + 11),
                .per_cluster = s[13],
                .reserved = get16(s + 14),
                .n_fats = s[16],
                .root_entries = get16(s + 17),
                .n_sectors = get16(s + 19),
                .media = s[21],
                .fat_sectors = get16(s + 22),
        };

        if (b.n_sectors == 0)
                b.n_sectors = get32(s + 32);
        b.is_32 = b.fat_sectors == 0;
        if (b.is_32) {
                b.fat_sectors = get32(s + 36);
                b.ext_flags = get16(s + 40);
                b.version = get16(s + 42);
                b.root_cluster = get32(s + 44);
                b.info_sector = get16(s + 48);
        }
        return b;
}

static bool is_power_of_2(uint32_t n) {
        return n > 0 && (n & (n - 1)) == 0;
}

static bool is_sane(const Bpb *b) {
        if (!is_power_of_2(b->sector_size) || b->sector_size < 512 || b->sector_size > 4096)
                return false;
        if (!is_power_of_2(b->per_cluster) || b->reserved == 0 || b->n_fats == 0 ||
                b->n_fats > FAT_COPIES_MAX)
                return false;
        if (b->media != 0xf0 && b->media < 0xf8)
                return false;
        if (b->n_sectors == 0 || b->fat_sectors == 0 || b->root_entries * DIR_ENTRY % b->sector_size)
                return false;
        return b->is_32 ? b->root_entries == 0 && b->version == 0 : b->root_entries > 0;
}

/* Clusters that a FAT of that size has entries for, the two that no cluster has left out. */
static uint64_t entries_in(uint64_t fat_size, uint32_t bits) {
        uint64_t n = fat_size * 8 / bits;

        return n > FAT_CLUSTER_FIRST ? n - FAT_CLUSTER_FIRST : 0;
}

static int set_clusters(const Bpb *b, uint64_t n_sectors_of_data, FatGeometry *g) {
        uint64_t n = n_sectors_of_data / b->per_cluster, n_entries;

        g->bits = b->is_32 ? 32 : n <= FAT12_MAX ? 12 : 16;
        n_entries = entries_in(g->fat_size, g->bits);
        if (n > n_entries)
                n = n_entries;
        if (n == 0 || n > FAT_CLUSTERS_MAX)
                return -EINVAL;
        g->n_clusters = (uint32_t)n;
        return 0;
}

static void set_places(const Bpb *b, const uint8_t *sector, FatGeometry *g) {
        uint32_t n_copies = b->n_fats, active = 0;

        if (b->is_32 && (b->ext_flags & EXT_NO_MIRROR)) {
                active = b->ext_flags & EXT_ACTIVE;
                n_copies = 1;
        }
        g->sector_size = b->sector_size;
        g->cluster_size = b->sector_size * b->per_cluster;
        g->fat_size = (uint64_t)b->fat_sectors * b->sector_size;
        g->fat_at = (uint64_t)b->reserved * b->sector_size + (active < b->n_fats ? active : 0) * g->fat_size;
        g->n_copies = n_copies;
        g->root_at = (uint64_t)b->reserved * b->sector_size + b->n_fats * g->fat_size;
        g->root_size = (uint64_t)b->root_entries * DIR_ENTRY;
        g->data_at = g->root_at + g->root_size;
        g->root_cluster = b->root_cluster;
        g->state_at = b->is_32 ? STATE_AT_32 : STATE_AT_16;
        g->is_dirty = sector[g->state_at] & STATE_DIRTY;
        g->serial = get32(sector + g->state_at + 2);
        if (b->is_32 && b->info_sector > 0 && b->info_sector < b->reserved)
                g->info_at = (uint64_t)b->info_sector * b->sector_size;
}

int fat_read_geometry(Blk *blk, FatGeometry *ret) {
        uint8_t sector[BOOT_SECTOR];
        FatGeometry g = {.bits = 0};
        uint64_t end;
        Bpb b;
        int r;

        if (blk->size < BOOT_SECTOR)
                return -EINVAL;
        r = blk_read(blk, sector, sizeof sector, 0);
        if (r < 0)
                return r;
        b = parse(sector);
        if (!is_sane(&b))
                return -EINVAL;
        set_places(&b, sector, &g);
        end = (uint64_t)b.n_sectors * b.sector_size;
        if (end > blk->size || g.data_at >= end)
                return -EINVAL;
        r = set_clusters(&b, (end - g.data_at) / b.sector_size, &g);
        if (r < 0 || (b.is_32 && !fat_is_cluster(&g, g.root_cluster)))
                return -EINVAL;
        *ret = g;
        return 0;
}
