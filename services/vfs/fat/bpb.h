/* SPDX-License-Identifier: MIT */
/*
 * The boot sector of a FAT file system: where on the device everything lies. What comes out of here fits
 * together and into the device; nobody checks it again.
 */
#pragma once

#include "blk.h"

#define FAT_CLUSTER_FIRST 2u          /* number of the first cluster */
#define FAT_CLUSTERS_MAX  0x0ffffff5u /* of FAT32; numbers above mean other things */
#define FAT12_MAX         4084u       /* clusters; one more, and it is FAT16 */
#define FAT_COPIES_MAX    4u

typedef struct FatGeometry {
        uint32_t bits;        /* of a FAT entry: 12, 16, 32 */
        uint32_t sector_size; /* bytes */
        uint32_t cluster_size;
        uint32_t n_clusters;         /* numbered from FAT_CLUSTER_FIRST */
        uint64_t fat_at, fat_size;   /* of the first copy; all copies follow each other */
        uint32_t n_copies;           /* that are kept equal */
        uint32_t root_cluster;       /* FAT32 */
        uint64_t root_at, root_size; /* FAT12, FAT16 */
        uint64_t data_at;            /* of cluster FAT_CLUSTER_FIRST */
        uint64_t info_at;            /* of the FSInfo sector; 0: none */
        uint64_t state_at;           /* of the byte that tells whether it was unmounted */
        uint32_t serial;
        bool is_dirty; /* it was not */
} FatGeometry;

/* -EINVAL: no FAT file system, or a damaged one; errors of the device. */
int fat_read_geometry(Blk *blk, FatGeometry *ret);

static inline uint64_t fat_cluster_at(const FatGeometry *g, uint32_t cluster) {
        return g->data_at + (uint64_t)(cluster - FAT_CLUSTER_FIRST) * g->cluster_size;
}

static inline bool fat_is_cluster(const FatGeometry *g, uint32_t cluster) {
        return cluster >= FAT_CLUSTER_FIRST && cluster - FAT_CLUSTER_FIRST < g->n_clusters;
}
