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
        s->n_free = 0;
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

static bool is_dots(const uint8_t *slot) {
        return memcmp(slot, dot, FAT_SHORT) == 0 || memcmp(slot, dot_dot, FAT_SHORT) == 0;
}

/* Is it the slot of a file? If not it is passed over. */
static bool pass_over(FatScan *s, const uint8_t *slot) {
        if (slot[0] == DELETED) {
                s->n_free++;
                fat_long_reset(&s->long_name);
                return true;
        }
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

/* --- the index --- */

static void fold(FatUnits *units) {
        for (uint32_t i = 0; i < units->n; i++)
                units->units[i] = fat_fold(units->units[i]);
}

static uint32_t hash_of_short(const uint8_t *short_name) {
        FatUnits shown;

        fat_show_short(short_name, 0, &shown);
        fold(&shown);
        return fat_hash(&shown);
}

static uint32_t hash_of_name(const FatEntry *e) {
        FatUnits folded = e->units;

        fold(&folded);
        return fat_hash(&folded);
}

/* By its name, and by the short one if that is another. */
static int index_add(FatIndex *x, const FatEntry *e) {
        int r = fat_index_add(x, hash_of_name(e), e->slot);

        return r == 0 && e->has_long ? fat_index_add(x, hash_of_short(e->short_name), e->slot) : r;
}

static void index_remove(FatIndex *x, const FatEntry *e) {
        fat_index_remove(x, hash_of_name(e), e->slot);
        if (e->has_long)
                fat_index_remove(x, hash_of_short(e->short_name), e->slot);
}

static int build(FatFs *fs, FatDir dir) {
        FatIndex fresh;
        FatEntry e;
        FatScan s;
        int r;

        fat_index_init(&fresh);
        fat_scan_init(&s, fs, dir, 0);
        while ((r = fat_scan_next(&s, &e)) == 0) {
                r = index_add(&fresh, &e);
                if (r < 0)
                        break;
        }
        if (r < 0) {
                fat_index_deinit(&fresh);
                return r;
        }
        dir.index->items = fresh.items;
        dir.index->n_room = fresh.n_room;
        dir.index->n_items = fresh.n_items;
        dir.index->end = s.slot;
        dir.index->n_free = s.n_free;
        dir.index->free_from = 0;
        fresh.items = NULL;
        fat_index_deinit(&fresh);
        return 0;
}

/* Several readers may want it at once: the first one builds it. */
static int provide_index(FatFs *fs, FatDir dir) {
        FatIndex *x = dir.index;
        int r = 0;

        if (atomic_load_explicit(&x->is_built, memory_order_acquire))
                return 0;
        (void)pthread_mutex_lock(&x->lock);
        if (!atomic_load_explicit(&x->is_built, memory_order_relaxed)) {
                r = build(fs, dir);
                if (r == 0)
                        atomic_store_explicit(&x->is_built, true, memory_order_release);
        }
        (void)pthread_mutex_unlock(&x->lock);
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
        uint32_t hash = fat_hash(folded), at = 0, slot;
        FatScan s;
        int r = provide_index(fs, dir);

        while (r == 0 && fat_index_find(dir.index, hash, &at, &slot)) {
                fat_scan_init(&s, fs, dir, slot);
                r = fat_scan_next(&s, ret);
                if (r == 0 && is_called(ret, folded))
                        return 0;
        }
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

static int is_taken(FatFs *fs, FatDir dir, const uint8_t *short_name, bool *ret_taken) {
        uint32_t hash = hash_of_short(short_name), at = 0, slot;
        FatEntry e;
        FatScan s;

        *ret_taken = false;
        while (!*ret_taken && fat_index_find(dir.index, hash, &at, &slot)) {
                int r;

                fat_scan_init(&s, fs, dir, slot);
                r = fat_scan_next(&s, &e);
                if (r < 0)
                        return r;
                *ret_taken = r == 0 && memcmp(e.short_name, short_name, FAT_SHORT) == 0;
        }
        return 0;
}

/* "~1", "~2" and so on, from where it went last time. */
static int add_tail(FatFs *fs, FatDir dir, FatWanted *w) {
        FatIndex *x = dir.index;
        uint8_t wanted[FAT_SHORT];
        bool taken = true;

        if (memcmp(x->tail_base, w->short_name, FAT_SHORT) != 0)
                x->tail = 0;
        memcpy(x->tail_base, w->short_name, FAT_SHORT);
        for (uint32_t i = 0; i <= TAILS_MAX && taken; i++) {
                int r;

                x->tail = x->tail % TAILS_MAX + 1;
                fat_add_tail(w, x->tail, wanted);
                r = is_taken(fs, dir, wanted, &taken);
                if (r < 0)
                        return r;
        }
        memcpy(w->short_name, wanted, FAT_SHORT);
        return taken ? -ENOSPC : 0;
}

static int choose_short(FatFs *fs, FatDir dir, FatWanted *w) {
        bool taken = w->needs_tail;
        int r = 0;

        if (w->is_exact)
                return 0; /* nobody has the name, so nobody has this one */
        if (!taken)
                r = is_taken(fs, dir, w->short_name, &taken);
        return r < 0 || !taken ? r : add_tail(fs, dir, w);
}

/* The first `n` free slots side by side before the end. UINT32_MAX: there are none. */
static int find_run(FatFs *fs, FatDir dir, uint32_t n, uint32_t *ret_slot) {
        FatIndex *x = dir.index;
        uint32_t n_run = 0, first = UINT32_MAX;
        FatScan s;

        fat_scan_init(&s, fs, dir, x->free_from);
        for (; s.slot < x->end && n_run < n; s.slot++) {
                const uint8_t *slot;
                int r = peek(&s, &slot);

                if (r != 0)
                        return r < 0 ? r : -EIO;
                n_run = slot[0] == DELETED ? n_run + 1 : 0;
                if (n_run > 0 && first == UINT32_MAX)
                        first = s.slot;
        }
        *ret_slot = n_run == n ? s.slot - n : UINT32_MAX;
        x->free_from = first == *ret_slot && first != UINT32_MAX ? s.slot : first < s.slot ? first : s.slot;
        return 0;
}

/* Where `n` slots go: among the free ones, or at the end. */
static int choose_place(FatFs *fs, FatDir dir, uint32_t n, uint32_t *ret_slot) {
        FatIndex *x = dir.index;
        int r;

        if (x->n_free >= n && n < x->no_run_of) {
                r = find_run(fs, dir, n, ret_slot);
                if (r < 0 || *ret_slot != UINT32_MAX)
                        return r;
                x->no_run_of = n;
        }
        *ret_slot = x->end;
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

/* Puts the entry's slots, the one of the file last. */
static int put_entry(
        FatFs *fs, FatDir dir, FatWanted *name, const FatInfo *info, uint32_t slot, uint64_t *ret_at) {
        uint8_t data[FAT_SLOT], checksum = fat_checksum(name->short_name);

        for (uint32_t i = name->n_long; i > 0; i--) {
                int r;

                fat_put_long(name, i, checksum, data);
                r = put_slot(fs, dir, slot++, data, ret_at);
                if (r < 0)
                        return r;
        }
        make_slot(fs, data, name->short_name, name->lower, info);
        return put_slot(fs, dir, slot, data, ret_at);
}

/* The index knows of the new entry. */
static int note_added(FatDir dir, const FatWanted *name, uint32_t slot) {
        FatEntry e = {.slot = slot,
                .n_slots = name->n_long + 1,
                .has_long = name->n_long > 0,
                .units = name->units};
        FatIndex *x = dir.index;

        memcpy(e.short_name, name->short_name, FAT_SHORT);
        if (slot < x->end)
                x->n_free -= e.n_slots;
        else
                x->end = slot + e.n_slots;
        return index_add(x, &e);
}

int fat_dir_add(FatFs *fs, FatDir dir, FatWanted *name, const FatInfo *info, uint64_t *ret_at) {
        uint32_t slot = 0, n = name->n_long + 1;
        int r = provide_index(fs, dir);

        if (r == 0)
                r = choose_short(fs, dir, name);
        if (r == 0)
                r = choose_place(fs, dir, n, &slot);
        if (r == 0)
                r = make_long(fs, dir, slot + n);
        if (r == 0 && slot == dir.index->end)
                r = put_end(fs, dir, slot + n);
        if (r == 0)
                r = put_entry(fs, dir, name, info, slot, ret_at);
        if (r == 0 ? note_added(dir, name, slot) < 0 : r != -ENOSPC)
                fat_index_drop(dir.index);
        return r;
}

int fat_dir_remove(FatFs *fs, FatDir dir, const FatEntry *entry) {
        int r = 0;

        for (uint32_t i = entry->n_slots; i-- > 0 && r == 0;) {
                const uint8_t deleted = DELETED;
                uint32_t n;
                uint64_t at;

                r = place_of(fs, dir, entry->slot + i, &at, &n);
                if (r == 0)
                        r = fat_write_dir(fs, &deleted, 1, at);
        }
        if (r != 0) {
                fat_index_drop(dir.index);
                return r < 0 ? r : -EIO;
        }
        index_remove(dir.index, entry);
        fat_index_free(dir.index, entry->slot, entry->n_slots);
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
