/* SPDX-License-Identifier: MIT */
/*
 * The new name is safe before the old one goes, and ".." of a directory changes between the two: at each
 * moment exactly one way leads to it. Only what lies in one sector needs no such order.
 */
#include "fat/rename.h"

#include <errno.h>
#include <string.h>

#include "fat/turns.h"

typedef struct Move {
        FatRename *m;
        FatWanted name;
        FatNode *moved, *victim; /* victim: NULL if the name is new */
        FatEntry target;
        uint64_t at; /* of the new entry */
        uint32_t n_slots;
} Move;

static int check_victim(FatFs *fs, const FatNode *moved, FatNode *victim) {
        bool is_empty = true;
        int r = 0;

        if (fat_is_dir(moved) && !fat_is_dir(victim))
                return -ENOTDIR;
        if (!fat_is_dir(moved) && fat_is_dir(victim))
                return -EISDIR;
        if (fat_is_dir(victim))
                r = fat_dir_is_empty(fs, fat_node_dir(victim), &is_empty);
        return r < 0 || is_empty ? r : -ENOTEMPTY;
}

static int put_new(Move *v) {
        FatRename *m = v->m;
        FatInfo info = v->moved->info;

        if (v->victim) {
                v->at = v->target.at;
                v->n_slots = 1;
                return fat_put_info(m->fs, v->at, &info);
        }
        v->n_slots = v->name.n_long + 1;
        return fat_dir_add(m->fs, fat_node_dir(m->to), &v->name, &info, &v->at);
}

/* The sector that all slots up to the one at `at` lie in; 0: in more than one. */
static uint64_t sector_of(uint64_t at, uint32_t n_slots) {
        uint64_t last = at / BLKCACHE_SECTOR;

        return (at - last * BLKCACHE_SECTOR) / FAT_SLOT + 1 >= n_slots ? last : 0;
}

static bool is_atomic(const Move *v) {
        uint64_t sector = sector_of(v->at, v->n_slots);

        return sector != 0 && sector == sector_of(v->m->source.at, v->m->source.n_slots);
}

/* What could not be written is tried again by whoever asks for it to be safe, who is told then. */
static void make_safe(const Move *v, bool is_new) {
        if (!is_new && !is_atomic(v))
                (void)fat_commit(v->m->fs);
}

static int turn_dots(Move *v, bool is_new) {
        FatRename *m = v->m;
        int r;

        if (!fat_is_dir(v->moved) || m->from == m->to)
                return 0;
        r = fat_dir_set_parent(m->fs, v->moved->chain.start, fat_node_dots(m->to));
        if (r == 0)
                make_safe(v, is_new);
        return r;
}

static int move(Move *v) {
        FatRename *m = v->m;
        bool is_new;
        int r = put_new(v);

        if (r < 0)
                return r;
        is_new = v->moved->entry_epoch == m->fs->epoch;
        make_safe(v, is_new);
        r = turn_dots(v, is_new);
        if (r == 0)
                r = fat_dir_remove(m->fs, fat_node_dir(m->from), &m->source);
        if (r < 0)
                return r;
        if (v->victim)
                fat_node_remove(m->fs, v->victim);
        fat_node_move(m->fs, v->moved, v->at, m->to);
        v->moved->entry_epoch = is_new ? m->fs->epoch : 0;
        r = fat_node_touch(m->fs, m->from);
        return r < 0 ? r : fat_node_touch(m->fs, m->to);
}

/* The same name with other letters: in the same place if it takes as many slots. */
static int respell(Move *v) {
        FatRename *m = v->m;
        const FatEntry *e = &m->source;

        if (m->from != m->to)
                return 0;
        if (e->units.n == v->name.units.n && memcmp(e->units.units, v->name.units.units, e->units.n * 2) == 0)
                return 0;
        if (e->n_slots != v->name.n_long + 1 ||
                (e->n_slots == 1 && memcmp(e->short_name, v->name.short_name, FAT_SHORT) != 0))
                return move(v);
        return fat_dir_respell(m->fs, fat_node_dir(m->to), e, &v->name);
}

/* With the nodes, which are let go of again. */
static int rename_nodes(Move *v, bool is_there, bool no_replace) {
        FatRename *m = v->m;
        int r;

        if (is_there && v->target.at == m->source.at)
                return no_replace ? -EEXIST : respell(v);
        if (is_there && no_replace)
                return -EEXIST;
        if (is_there) {
                r = fat_node_get(m->fs, m->to, &v->target, &v->victim);
                if (r == 0)
                        r = check_victim(m->fs, v->moved, v->victim);
                if (r < 0)
                        return r;
        }
        return move(v);
}

int fat_rename(FatRename *m, bool no_replace) {
        Move v = {.m = m};
        FatUnits folded;
        bool is_there;
        int r = fat_want_name(m->name, &v.name);

        if (r < 0 || !fat_fold_name(m->name, &folded))
                return r < 0 ? r : -EINVAL;
        r = fat_dir_find(m->fs, fat_node_dir(m->to), &folded, &v.target);
        if (r < 0 && r != -ENOENT)
                return r;
        is_there = r == 0;
        r = fat_node_get(m->fs, m->from, &m->source, &v.moved);
        if (r < 0)
                return r;
        r = rename_nodes(&v, is_there, no_replace);
        (void)fs_unref(&v.moved->tree.head);
        if (v.victim)
                (void)fs_unref(&v.victim->tree.head);
        return r < 0 ? r : fat_reap(m->fs);
}
