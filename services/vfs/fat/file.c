/* SPDX-License-Identifier: MIT */
/*
 * Files grow by clusters first, then contents, then the size: what is behind the size is nobody's.
 */
#include "fat/file.h"

#include <string.h>

#include "fat/turns.h"

static uint32_t clusters_for(const FatFs *fs, uint64_t size) {
        return (uint32_t)((size + fs->geo.cluster_size - 1) / fs->geo.cluster_size);
}

/* Where a byte is, and how many follow it side by side. -EIO: the chain is shorter than the size says. */
static int place_of(FatFs *fs, FatNode *n, uint64_t at, uint64_t *ret_at, uint64_t *ret_n) {
        uint32_t unit = fs->geo.cluster_size, inside = (uint32_t)(at % unit), cluster, n_side;
        int r = fat_chain_at(fs, &n->chain, (uint32_t)(at / unit), &cluster, &n_side);

        if (r != 0)
                return r < 0 ? r : -EIO;
        *ret_at = fat_cluster_at(&fs->geo, cluster) + inside;
        *ret_n = (uint64_t)n_side * unit - inside;
        return 0;
}

int fat_file_read(FatFs *fs, FatNode *n, uint8_t *out, size_t size, uint64_t at, size_t *ret_got) {
        size_t done = 0;
        int r = 0;

        if (at >= n->info.size)
                size = 0;
        else if (size > n->info.size - at)
                size = (size_t)(n->info.size - at);
        while (done < size && r == 0) {
                uint64_t from, left;
                size_t part = size - done;

                r = place_of(fs, n, at + done, &from, &left);
                if (r == 0 && part > left)
                        part = (size_t)left;
                if (r == 0)
                        r = blk_read(fs->blk, out + done, part, from);
                if (r == 0)
                        done += part;
        }
        *ret_got = done;
        return done > 0 ? 0 : r;
}

/* Writes inside the chain; without data zeros. */
static int put(FatFs *fs, FatNode *n, const uint8_t *in, uint64_t size, uint64_t at) {
        static const uint8_t zeros[16 * BLKCACHE_PAGE];

        while (size > 0) {
                uint64_t to, part;
                int r = place_of(fs, n, at, &to, &part);

                if (r < 0)
                        return r;
                if (part > size)
                        part = size;
                if (!in && part > sizeof zeros)
                        part = sizeof zeros;
                r = blk_write(fs->blk, in ? in : zeros, (size_t)part, to);
                if (r < 0)
                        return r;
                in = in ? in + part : NULL;
                at += part;
                size -= part;
        }
        return 0;
}

/* Gives the file clusters for `size` bytes, or as many as there are. *ret_size: what it has room for. */
static int make_room(FatFs *fs, FatNode *n, uint64_t size, uint64_t *ret_size) {
        uint32_t n_wanted = clusters_for(fs, size), n_there, last, first, n_got, n_side;
        int r;

        *ret_size = size;
        if (n_wanted == 0 || fat_chain_at(fs, &n->chain, n_wanted - 1, &first, &n_side) == 0)
                return 0;
        r = fat_chain_end(fs, &n->chain, &n_there, &last);
        while (r == 0 && n_there < n_wanted) {
                r = fat_chain_grow(fs, &n->chain, n_wanted - n_there, &first, &n_got);
                if (r == 0)
                        n_there += n_got;
        }
        if (r == -ENOSPC) {
                *ret_size = (uint64_t)n_there * fs->geo.cluster_size;
                r = 0;
        }
        return r;
}

/* Zeros from the end of the file to `to`. */
static int fill(FatFs *fs, FatNode *n, uint64_t to) {
        return to > n->info.size ? put(fs, n, NULL, to - n->info.size, n->info.size) : 0;
}

static int set_size(FatFs *fs, FatNode *n, uint64_t size) {
        bool is_same =
                n->info.size == size && n->info.start == n->chain.start && (n->info.attr & FAT_ATTR_ARCHIVE);
        int r;

        n->info.size = (uint32_t)size;
        n->info.attr |= FAT_ATTR_ARCHIVE;
        r = fat_node_touch(fs, n);
        return r == 0 && !is_same ? fat_node_put(fs, n) : r;
}

/* Clusters that a change took and did not need. */
static void give_rest_back(FatFs *fs, FatNode *n) {
        (void)fat_chain_cut(fs, &n->chain, clusters_for(fs, n->info.size));
}

int fat_file_write(FatFs *fs, FatNode *n, const uint8_t *in, size_t size, uint64_t at, size_t *ret_put) {
        uint64_t room;
        int r;

        *ret_put = 0;
        if (size == 0)
                return 0;
        if (at >= FAT_SIZE_MAX)
                return -EFBIG;
        if (size > FAT_SIZE_MAX - at)
                size = (size_t)(FAT_SIZE_MAX - at);
        r = make_room(fs, n, at + size, &room);
        if (r == 0 && room <= at)
                r = -ENOSPC;
        if (r == 0 && size > room - at)
                size = (size_t)(room - at);
        if (r == 0)
                r = fill(fs, n, at);
        if (r == 0)
                r = put(fs, n, in, size, at);
        if (r == 0)
                r = set_size(fs, n, at + size > n->info.size ? at + size : n->info.size);
        if (r < 0) {
                give_rest_back(fs, n);
                return r;
        }
        *ret_put = size;
        return 0;
}

static int grow(FatFs *fs, FatNode *n, uint64_t size) {
        uint64_t room;
        int r = make_room(fs, n, size, &room);

        if (r == 0 && room < size)
                r = -ENOSPC;
        return r < 0 ? r : fill(fs, n, size);
}

int fat_file_truncate(FatFs *fs, FatNode *n, uint64_t size) {
        int r;

        if (size > FAT_SIZE_MAX)
                return -EFBIG;
        r = size > n->info.size ? grow(fs, n, size) : fat_chain_cut(fs, &n->chain, clusters_for(fs, size));
        if (r == 0)
                r = set_size(fs, n, size);
        if (r < 0)
                give_rest_back(fs, n);
        return r;
}
