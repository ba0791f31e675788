/* SPDX-License-Identifier: MIT */
/*
 * The order of a commit is the order of its lines; see state.h.
 */
#include "fat/turns.h"

#include <string.h>

#include "fat/bytes.h"
#include "fat/table.h"

#define MARGIN       8u /* of each kind, for one operation */
#define STATE_DIRTY  1u
#define INFO_FREE_AT 488u
#define INFO_NEXT_AT 492u

/* --- turns --- */

static uint32_t slot_of(const FatTurns *turns, uint32_t cluster) {
        uint32_t n = sizeof turns->slots / sizeof *turns->slots;
        uint32_t i = cluster * 0x9e3779b1u % n;

        while (turns->slots[i].cluster != 0 && turns->slots[i].cluster != cluster)
                i = (i + 1) % n;
        return i;
}

bool fat_turns_get(const FatTurns *turns, uint32_t cluster, uint32_t *ret_value) {
        uint32_t i;

        if (turns->n == 0)
                return false;
        i = slot_of(turns, cluster);
        if (turns->slots[i].cluster == 0)
                return false;
        *ret_value = turns->slots[i].value;
        return true;
}

void fat_turn(FatFs *fs, uint32_t cluster, uint32_t value) {
        uint32_t i = slot_of(&fs->turns, cluster);

        fs->turns.n += fs->turns.slots[i].cluster == 0;
        fs->turns.slots[i].cluster = cluster;
        fs->turns.slots[i].value = value;
}

void fat_lose(FatFs *fs, uint32_t first, uint32_t n) {
        fs->lost[fs->n_lost++] = first;
        fs->n_lost_clusters += n;
}

/* --- directories --- */

void fat_add_new_dir(FatFs *fs, uint32_t cluster) {
        fs->new_dirs[fs->n_new_dirs++] = cluster;
}

static bool is_new_dir(const FatFs *fs, uint64_t at) {
        const FatGeometry *g = &fs->geo;
        uint32_t cluster;

        if (fs->n_new_dirs == 0 || at < g->data_at)
                return false;
        cluster = (uint32_t)((at - g->data_at) / g->cluster_size) + FAT_CLUSTER_FIRST;
        for (uint32_t i = 0; i < fs->n_new_dirs; i++)
                if (fs->new_dirs[i] == cluster)
                        return true;
        return false;
}

int fat_write_dir(FatFs *fs, const void *data, size_t size, uint64_t at) {
        return is_new_dir(fs, at) ? blk_write(fs->blk, data, size, at)
                                  : blkcache_write_late(fs->blk, data, size, at);
}

/* --- commits --- */

static int apply_turns(FatFs *fs) {
        FatTurns *turns = &fs->turns;

        for (size_t i = 0; i < sizeof turns->slots / sizeof *turns->slots; i++) {
                int r = 0;

                if (turns->slots[i].cluster)
                        r = fat_put(fs, turns->slots[i].cluster, turns->slots[i].value, true);
                if (r < 0)
                        return r;
        }
        *turns = (FatTurns){.n = 0};
        return 0;
}

/* Frees a chain; one that leads into what is free already, or to itself, ends there. */
static int give_back(FatFs *fs, uint32_t cluster) {
        while (fat_is_cluster(&fs->geo, cluster)) {
                uint32_t next;
                int r = fat_get(fs, cluster, &next);

                if (r < 0)
                        return r;
                if (next == FAT_FREE)
                        break;
                r = fat_put(fs, cluster, FAT_FREE, false);
                if (r < 0)
                        return r;
                fs->n_free += fat_is_usable(&fs->geo, cluster);
                cluster = next;
        }
        return 0;
}

static int give_all_back(FatFs *fs) {
        while (fs->n_lost > 0) {
                int r = give_back(fs, fs->lost[fs->n_lost - 1]);

                if (r < 0)
                        return r;
                fs->n_lost--;
        }
        fs->n_lost_clusters = 0;
        return 0;
}

int fat_commit(FatFs *fs) {
        int r = 0;

        if (fs->turns.n > 0) {
                r = blkcache_flush_early(fs->blk);
                if (r == 0)
                        r = apply_turns(fs);
        }
        if (r == 0)
                r = blk_flush(fs->blk);
        if (r < 0)
                return r;
        fs->epoch++;
        fs->n_new_dirs = 0;
        return give_all_back(fs);
}

static int mark(FatFs *fs, bool is_dirty) {
        uint8_t state = 0;
        int r = blk_read(fs->blk, &state, 1, fs->geo.state_at);

        state = (uint8_t)(is_dirty ? state | STATE_DIRTY : state & ~STATE_DIRTY);
        if (r == 0)
                r = blk_write(fs->blk, &state, 1, fs->geo.state_at);
        if (r == 0)
                fs->is_marked = is_dirty;
        return r;
}

static bool is_full(const FatFs *fs) {
        return fs->turns.n + MARGIN > FAT_TURNS_MAX || fs->n_lost + MARGIN > FAT_LOST_MAX ||
               fs->n_new_dirs + MARGIN > FAT_NEW_DIRS_MAX || blkcache_is_crowded(fs->blk);
}

int fat_begin(FatFs *fs) {
        int r = 0;

        if (fs->head.is_read_only)
                return -EROFS;
        if (!fs->is_marked)
                r = mark(fs, true);
        if (r == 0 && is_full(fs))
                r = fat_commit(fs);
        if (r == 0)
                fs_note_change(&fs->head);
        return r;
}

/* Only hints, so it does not matter when they get there. */
static int write_info(FatFs *fs) {
        uint8_t hints[8];
        int r;

        if (!fs->geo.info_at)
                return 0;
        put32(hints, fs->n_free);
        put32(hints + (INFO_NEXT_AT - INFO_FREE_AT), fs->next_free);
        r = blk_write(fs->blk, hints, sizeof hints, fs->geo.info_at + INFO_FREE_AT);
        return r;
}

int fat_settle(FatFs *fs) {
        int r;

        if (!fs->is_marked)
                return 0;
        r = fat_commit(fs);
        if (r == 0)
                r = write_info(fs);
        if (r == 0)
                r = blk_flush(fs->blk);
        if (r < 0 || fs->geo.is_dirty)
                return r;
        r = mark(fs, false);
        return r < 0 ? r : blk_flush(fs->blk);
}
