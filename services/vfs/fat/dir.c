/* SPDX-License-Identifier: MIT */
/*
 * Finding, adding and removing names. A directory ends at a slot that begins with zero, or with its chain.
 */
#include "fat/dir.h"

#include <stdlib.h>
#include <string.h>

#include "fat/bytes.h"
#include "fat/turns.h"

#define DELETED   0xe5u
#define TAILS_MAX (FAT_DIR_SLOTS - 1)

static const uint8_t dot[FAT_SHORT + 1] = ".          ", dot_dot[FAT_SHORT + 1] = "..         ";

/* --- slots --- */

static FatInfo info_of(const FatFs *fs, const uint8_t *slot) {
        FatInfo info = {
                .attr = slot[11],
                .start = get16(slot + 26),
                .size = get32(slot + 28),
                .created = {.date = get16(slot + 16), .time = get16(slot + 14), .hundredths = slot[13]},
                .modified = {.date = get16(slot + 24), .time = get16(slot + 22)},
                .accessed = get16(slot + 18),
        };

        if (fs->geo.bits == 32)
                info.start |= (uint32_t)get16(slot + 20) << 16;
        return info;
}

static void put_info(const FatFs *fs, uint8_t *slot, const FatInfo *info) {
        slot[11] = info->attr;
        slot[13] = info->created.hundredths;
        put16(slot + 14, info->created.time);
        put16(slot + 16, info->created.date);
        put16(slot + 18, info->accessed);
        put16(slot + 20, fs->geo.bits == 32 ? info->start >> 16 : 0);
        put16(slot + 22, info->modified.time);
        put16(slot + 24, info->modified.date);
        put16(slot + 26, info->start);
        put32(slot + 28, info->size);
}

static void make_slot(
        const FatFs *fs, uint8_t *slot, const uint8_t *short_name, uint8_t lower, const FatInfo *info) {
        memset(slot, 0, FAT_SLOT);
        memcpy(slot, short_name, FAT_SHORT);
        slot[12] = lower;
        put_info(fs, slot, info);
}

int fat_put_info(FatFs *fs, uint64_t at, const FatInfo *info) {
        uint8_t slot[FAT_SLOT];
        int r = blk_read(fs->blk, slot, sizeof slot, at);

        if (r < 0)
                return r;
        put_info(fs, slot, info);
        return fat_write_dir(fs, slot, sizeof slot, at);
}

/* Where a slot is, and how many follow it side by side. FAT_E_SHORT: the directory ends before. */
static int place_of(FatFs *fs, FatDir dir, uint32_t slot, uint64_t *ret_at, uint32_t *ret_n) {
        const FatGeometry *g = &fs->geo;
        uint64_t at = (uint64_t)slot * FAT_SLOT;
        uint32_t cluster, n, inside = (uint32_t)(at % g->cluster_size);
        int r;

        if (!dir.chain) {
                *ret_at = g->root_at + at;
                *ret_n = at < g->root_size ? (uint32_t)(g->root_size - at) / FAT_SLOT : 0;
                return at < g->root_size ? 0 : FAT_E_SHORT;
        }
        if (slot >= FAT_DIR_SLOTS)
                return FAT_E_SHORT;
        r = fat_chain_at(fs, dir.chain, (uint32_t)(at / g->cluster_size), &cluster, &n);
        *ret_at = r == 0 ? fat_cluster_at(g, cluster) + inside : 0;
        *ret_n = (g->cluster_size - inside) / FAT_SLOT;
        return r;
}

/* --- going through --- */

void fat_scan_init(FatScan *s, FatFs *fs, FatDir dir, uint32_t slot) {
        s->fs = fs;
        s->dir = dir;
        s->slot = slot;
        s->is_end = false;
        s->n_here = s->first_here = 0;
        s->n_free = s->n_wanted = 0;
        s->found = UINT32_MAX;
        fat_long_reset(&s->long_name);
}

/* The slot that comes; FAT_E_SHORT behind the last. */
static int peek(FatScan *s, const uint8_t **ret) {
        if (s->slot < s->first_here || s->slot >= s->first_here + s->n_here) {
                uint32_t n;
                int r = place_of(s->fs, s->dir, s->slot, &s->here_at, &n);

                if (r != 0)
                        return r;
                if (n > sizeof s->data / FAT_SLOT)
                        n = sizeof s->data / FAT_SLOT;
                r = blk_read(s->fs->blk, s->data, (size_t)n * FAT_SLOT, s->here_at);
                if (r < 0)
                        return r;
                s->first_here = s->slot;
                s->n_here = n;
        }
        *ret = s->data + (size_t)(s->slot - s->first_here) * FAT_SLOT;
        return 0;
}

static void note_free(FatScan *s) {
        s->n_free++;
        if (s->found == UINT32_MAX && s->n_free == s->n_wanted)
                s->found = s->slot + 1 - s->n_wanted;
        fat_long_reset(&s->long_name);
}

static bool is_dots(const uint8_t *slot) {
        return memcmp(slot, dot, FAT_SHORT) == 0 || memcmp(slot, dot_dot, FAT_SHORT) == 0;
}

/* Is it the slot of a file? If not it is passed over. */
static bool pass_over(FatScan *s, const uint8_t *slot) {
        if (slot[0] == DELETED) {
                note_free(s);
                return true;
        }
        s->n_free = 0;
        if ((slot[11] & 0x3f) == FAT_ATTR_LONG) {
                if (s->long_name.next > FAT_LONG_MAX || slot[0] & 0x40)
                        s->long_slot = s->slot;
                fat_long_take(&s->long_name, slot);
                return true;
        }
        if (!(slot[11] & FAT_ATTR_LABEL) && !is_dots(slot))
                return false;
        fat_long_reset(&s->long_name);
        return true;
}

static void take_entry(FatScan *s, const uint8_t *slot, FatEntry *e) {
        e->at = s->here_at + (uint64_t)(s->slot - s->first_here) * FAT_SLOT;
        memcpy(e->short_name, slot, FAT_SHORT);
        e->lower = slot[12];
        e->info = info_of(s->fs, slot);
        e->has_long = fat_long_belongs(&s->long_name, slot);
        e->slot = e->has_long ? s->long_slot : s->slot;
        e->n_slots = s->slot - e->slot + 1;
        if (e->has_long)
                e->units = s->long_name.units;
        else
                fat_show_short(slot, slot[12], &e->units);
        fat_long_reset(&s->long_name);
}

int fat_scan_next(FatScan *s, FatEntry *ret) {
        const uint8_t *slot;
        int r = s->is_end ? FAT_E_SHORT : 0;

        while (r == 0) {
                r = peek(s, &slot);
                if (r == 0 && slot[0] == 0)
                        r = FAT_E_SHORT;
                if (r != 0)
                        break;
                if (!pass_over(s, slot)) {
                        take_entry(s, slot, ret);
                        s->slot++;
                        return 0;
                }
                s->slot++;
        }
        s->is_end = r == FAT_E_SHORT;
        return r;
}

/* --- finding --- */

static bool is_same(const FatUnits *folded, const FatUnits *other) {
        if (folded->n != other->n)
                return false;
        for (uint32_t i = 0; i < folded->n; i++)
                if (folded->units[i] != fat_fold(other->units[i]))
                        return false;
        return true;
}

/* By its long or its short name. */
static bool is_called(const FatEntry *e, const FatUnits *folded) {
        FatUnits shown;

        if (is_same(folded, &e->units))
                return true;
        if (!e->has_long || folded->n > FAT_SHORT + 1)
                return false;
        fat_show_short(e->short_name, 0, &shown);
        return is_same(folded, &shown);
}

int fat_dir_find(FatFs *fs, FatDir dir, const FatUnits *folded, FatEntry *ret) {
        FatScan s;
        int r;

        fat_scan_init(&s, fs, dir, 0);
        do {
                r = fat_scan_next(&s, ret);
                if (r == 0 && is_called(ret, folded))
                        return 0;
        } while (r == 0);
        return r < 0 ? r : -ENOENT;
}

int fat_dir_is_empty(FatFs *fs, FatDir dir, bool *ret_empty) {
        FatEntry e;
        FatScan s;
        int r;

        fat_scan_init(&s, fs, dir, 0);
        r = fat_scan_next(&s, &e);
        *ret_empty = r == FAT_E_SHORT;
        return r < 0 ? r : 0;
}

/* --- adding --- */

static void note_tail(FatFs *fs, const FatWanted *w, const FatEntry *e, bool *plain_taken) {
        uint32_t number = fat_tail_of(w, e->short_name);

        if (number > 0 && number <= TAILS_MAX)
                fs->tails[number / 8] |= (uint8_t)(1u << number % 8);
        *plain_taken |= memcmp(e->short_name, w->short_name, FAT_SHORT) == 0;
}

/* Goes through all of the directory: where there is room, and which short names there are. */
static int look_around(FatScan *s, FatWanted *w) {
        bool plain_taken = false;
        uint32_t number = 1;
        FatEntry e;
        int r;

        memset(s->fs->tails, 0, sizeof s->fs->tails);
        while ((r = fat_scan_next(s, &e)) == 0)
                note_tail(s->fs, w, &e, &plain_taken);
        if (r < 0)
                return r;
        if (s->found == UINT32_MAX)
                s->found = s->slot - s->n_free;
        if (w->is_exact || (!w->needs_tail && !plain_taken))
                return 0;
        while (number <= TAILS_MAX && s->fs->tails[number / 8] & 1u << number % 8)
                number++;
        if (number > TAILS_MAX)
                return -ENOSPC;
        fat_add_tail(w, number, w->short_name);
        return 0;
}

static int clear_cluster(FatFs *fs, uint32_t cluster) {
        static const uint8_t zeros[BLKCACHE_PAGE];
        uint64_t at = fat_cluster_at(&fs->geo, cluster);
        int r = 0;

        fat_add_new_dir(fs, cluster);
        for (uint32_t done = 0; done < fs->geo.cluster_size && r == 0;) {
                uint32_t n = fs->geo.cluster_size - done;

                if (n > sizeof zeros)
                        n = sizeof zeros;
                r = fat_write_dir(fs, zeros, n, at + done);
                done += n;
        }
        return r;
}

/* Makes the directory at least `n` slots long. */
static int make_long(FatFs *fs, FatDir dir, uint32_t n) {
        for (;;) {
                uint32_t cluster, n_got, n_there;
                uint64_t at;
                int r = place_of(fs, dir, n - 1, &at, &n_there);

                if (r != FAT_E_SHORT)
                        return r;
                if (!dir.chain || n > FAT_DIR_SLOTS)
                        return -ENOSPC;
                r = fat_chain_grow(fs, dir.chain, 1, &cluster, &n_got);
                if (r == 0)
                        r = clear_cluster(fs, cluster);
                if (r < 0)
                        return r;
        }
}

static int put_slot(FatFs *fs, FatDir dir, uint32_t slot, const uint8_t *data, uint64_t *ret_at) {
        uint32_t n;
        int r = place_of(fs, dir, slot, ret_at, &n);

        if (r != 0)
                return r < 0 ? r : -EIO;
        return fat_write_dir(fs, data, FAT_SLOT, *ret_at);
}

/* Nothing behind the end of a directory means anything; what was the end is no more. */
static int put_end(FatFs *fs, FatDir dir, uint32_t slot) {
        uint8_t first;
        uint32_t n;
        uint64_t at;
        int r = place_of(fs, dir, slot, &at, &n);

        if (r == 0)
                r = blk_read(fs->blk, &first, 1, at);
        if (r != 0 || first == 0)
                return r < 0 ? r : 0;
        first = 0;
        return fat_write_dir(fs, &first, 1, at);
}

int fat_dir_add(FatFs *fs, FatDir dir, FatWanted *name, const FatInfo *info, uint64_t *ret_at) {
        uint8_t slot[FAT_SLOT], checksum;
        FatScan s;
        int r;

        fat_scan_init(&s, fs, dir, 0);
        s.n_wanted = name->n_long + 1;
        r = look_around(&s, name);
        if (r == 0)
                r = make_long(fs, dir, s.found + s.n_wanted);
        if (r == 0 && s.found + s.n_wanted > s.slot)
                r = put_end(fs, dir, s.found + s.n_wanted);
        checksum = fat_checksum(name->short_name);
        for (uint32_t i = name->n_long; i > 0 && r == 0; i--) {
                fat_put_long(name, i, checksum, slot);
                r = put_slot(fs, dir, s.found++, slot, ret_at);
        }
        if (r < 0)
                return r;
        make_slot(fs, slot, name->short_name, name->lower, info);
        return put_slot(fs, dir, s.found, slot, ret_at);
}

int fat_dir_remove(FatFs *fs, FatDir dir, const FatEntry *entry) {
        for (uint32_t i = entry->n_slots; i-- > 0;) {
                const uint8_t deleted = DELETED;
                uint32_t n;
                uint64_t at;
                int r = place_of(fs, dir, entry->slot + i, &at, &n);

                if (r == 0)
                        r = fat_write_dir(fs, &deleted, 1, at);
                if (r != 0)
                        return r < 0 ? r : -EIO;
        }
        return 0;
}

static int respell_slot(FatFs *fs, FatDir dir, const FatEntry *e, const FatWanted *name, uint32_t i) {
        uint8_t slot[FAT_SLOT];
        uint32_t n;
        uint64_t at;
        int r = place_of(fs, dir, e->slot + i, &at, &n);

        if (r == 0)
                r = blk_read(fs->blk, slot, sizeof slot, at);
        if (r != 0)
                return r < 0 ? r : -EIO;
        if (i < name->n_long)
                fat_put_long(name, name->n_long - i, fat_checksum(e->short_name), slot);
        else
                slot[12] = name->lower;
        return fat_write_dir(fs, slot, sizeof slot, at);
}

int fat_dir_respell(FatFs *fs, FatDir dir, const FatEntry *entry, const FatWanted *name) {
        int r = 0;

        for (uint32_t i = 0; i < entry->n_slots && r == 0; i++)
                r = respell_slot(fs, dir, entry, name, i);
        return r;
}

/* --- "." and ".." --- */

static int put_dots(
        FatFs *fs, uint32_t cluster, const uint8_t *name, uint32_t to, const FatInfo *info, uint64_t at) {
        FatInfo of_dir = *info;
        uint8_t slot[FAT_SLOT];

        of_dir.attr = FAT_ATTR_DIR;
        of_dir.size = 0;
        of_dir.start = to;
        make_slot(fs, slot, name, 0, &of_dir);
        return fat_write_dir(fs, slot, sizeof slot, fat_cluster_at(&fs->geo, cluster) + at);
}

int fat_dir_init(FatFs *fs, uint32_t cluster, uint32_t parent, const FatInfo *info) {
        int r = clear_cluster(fs, cluster);

        if (r == 0)
                r = put_dots(fs, cluster, dot, cluster, info, 0);
        return r < 0 ? r : put_dots(fs, cluster, dot_dot, parent, info, FAT_SLOT);
}

int fat_dir_check_dots(FatFs *fs, uint32_t cluster, uint32_t parent) {
        uint8_t slots[2 * FAT_SLOT];
        FatInfo here, up;
        int r = blk_read(fs->blk, slots, sizeof slots, fat_cluster_at(&fs->geo, cluster));

        if (r < 0)
                return r;
        here = info_of(fs, slots);
        up = info_of(fs, slots + FAT_SLOT);
        if (memcmp(slots, dot, FAT_SHORT) != 0 || memcmp(slots + FAT_SLOT, dot_dot, FAT_SHORT) != 0)
                return -EIO;
        if (parent == 0 && fs->geo.bits == 32 && up.start == fs->geo.root_cluster)
                up.start = 0; /* some write the root's cluster instead of 0 */
        return here.start == cluster && up.start == parent ? 0 : -EIO;
}

int fat_dir_set_parent(FatFs *fs, uint32_t cluster, uint32_t parent) {
        uint64_t at = fat_cluster_at(&fs->geo, cluster) + FAT_SLOT;
        uint8_t slot[FAT_SLOT];
        FatInfo info;
        int r = blk_read(fs->blk, slot, sizeof slot, at);

        if (r < 0)
                return r;
        info = info_of(fs, slot);
        info.start = parent;
        return fat_put_info(fs, at, &info);
}
