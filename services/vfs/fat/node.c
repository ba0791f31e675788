/* SPDX-License-Identifier: MIT */
/*
 * Nodes come and go under a shared lock or none; what they leave behind is taken care of under the exclusive
 * one, by the next that changes something.
 */
#include "fat/node.h"

#include <stdlib.h>

#include "fat/turns.h"

#define ROOT_KEY   0u
#define PLACES_END (1ull << 44) /* no device is larger: 2^32 sectors of 4096 bytes */

/* --- numbers --- */

/* Under fs->lock. */
static bool is_number_taken(const FatFs *fs, uint64_t number) {
        for (const FatNode *n = fs->moved; n; n = n->next)
                if (n->tree.head.ino == number)
                        return true;
        return false;
}

/* Under fs->lock. Who moved away took the number along: then the next one, of those that no place has. */
static uint64_t number_at(const FatFs *fs, uint64_t at) {
        uint64_t number = at;

        for (const FatNode *n = fs->moved; n; n = n->next)
                if (fat_entry_at(n) == at && !n->is_removed)
                        return n->tree.head.ino;
        while (is_number_taken(fs, number))
                number += PLACES_END;
        return number;
}

uint64_t fat_number_at(FatFs *fs, uint64_t at) {
        uint64_t number;

        (void)pthread_mutex_lock(&fs->lock);
        number = number_at(fs, at);
        (void)pthread_mutex_unlock(&fs->lock);
        return number;
}

/* Under fs->lock. */
static void note_moved(FatFs *fs, FatNode *n) {
        if (n->is_moved)
                return;
        n->is_moved = true;
        n->next = fs->moved;
        fs->moved = n;
}

static void choose_number(FatFs *fs, FatNode *n, uint64_t at) {
        n->tree.key = at;
        (void)pthread_mutex_lock(&fs->lock);
        n->tree.head.ino = number_at(fs, at);
        if (n->tree.head.ino != at)
                note_moved(fs, n);
        (void)pthread_mutex_unlock(&fs->lock);
}

/* Under fs->lock. */
static void forget_moved(FatFs *fs, FatNode *n) {
        FatNode **link = &fs->moved;

        if (!n->is_moved)
                return;
        while (*link != n)
                link = &(*link)->next;
        *link = n->next;
        n->is_moved = false;
}

/* --- coming and going --- */

static void node_free(FatNode *n) {
        fat_chain_deinit(&n->chain);
        fat_index_deinit(&n->index);
        free(n);
}

static uint64_t size_of_chain(const FatFs *fs, const FatNode *n) {
        uint64_t unit = fs->geo.cluster_size;

        return fat_is_dir(n) ? unit : (n->info.size + unit - 1) / unit * unit;
}

static void gone(TreeNode *tree) {
        FatNode *n = (FatNode *)tree;
        FatFs *fs = fat_of(&n->tree.head);
        bool is_orphan;

        (void)pthread_mutex_lock(&fs->lock);
        is_orphan = n->is_removed && n->chain.start != 0;
        forget_moved(fs, n);
        if (is_orphan) {
                n->next = fs->orphans;
                fs->orphans = n;
                fs->orphans_size += size_of_chain(fs, n);
        }
        (void)pthread_mutex_unlock(&fs->lock);
        if (is_orphan)
                fs_note_change(&fs->head);
        else
                node_free(n);
}

void fat_node_release(FsNode *node) {
        nodes_release(&fat_of(node)->nodes, node, gone);
}

static FatNode *node_new(FatFs *fs, const FatInfo *info, mode_t type) {
        FatNode *n = calloc(1, sizeof *n);

        if (!n)
                return NULL;
        fs_node_init(&n->tree.head, &fs->head, 0, type);
        fat_chain_init(&n->chain, info->start);
        fat_index_init(&n->index);
        n->info = *info;
        return n;
}

int fat_node_new_root(FatFs *fs) {
        const FatInfo info = {.attr = FAT_ATTR_DIR, .start = fs->geo.root_cluster};
        FatNode *n = node_new(fs, &info, S_IFDIR);
        TreeNode *there;
        int r;

        if (!n)
                return -ENOMEM;
        n->tree.head.ino = FAT_ROOT_INO;
        r = nodes_add_at(&fs->nodes, ROOT_KEY, &n->tree, &n->tree, &there);
        if (r < 0)
                node_free(n);
        else
                fs->head.root = &n->tree.head;
        return r;
}

FatDir fat_node_dir(FatNode *n) {
        return (FatDir){
                .chain = fat_is_root(n) && n->chain.start == 0 ? NULL : &n->chain,
                .index = &n->index,
        };
}

uint32_t fat_node_dots(const FatNode *n) {
        return fat_is_root(n) ? 0 : n->chain.start;
}

static int node_load(FatFs *fs, FatNode *parent, const FatEntry *e, FatNode **ret_node) {
        bool is_dir = e->info.attr & FAT_ATTR_DIR;
        TreeNode *there;
        FatNode *n;
        int r = 0;

        if (is_dir)
                r = fat_is_cluster(&fs->geo, e->info.start)
                            ? fat_dir_check_dots(fs, e->info.start, fat_node_dots(parent))
                            : -EIO;
        if (r < 0)
                return r;
        n = node_new(fs, &e->info, is_dir ? S_IFDIR : S_IFREG);
        if (!n)
                return -ENOMEM;
        choose_number(fs, n, e->at);
        r = nodes_add_at(&fs->nodes, e->at, &n->tree, &parent->tree, &there);
        if (r < 0 || there != &n->tree)
                gone(&n->tree);
        if (r == 0)
                *ret_node = (FatNode *)there;
        return r;
}

int fat_node_get(FatFs *fs, FatNode *parent, const FatEntry *entry, FatNode **ret_node) {
        FatNode *n = (FatNode *)nodes_find(&fs->nodes, entry->at);

        if (!n)
                return node_load(fs, parent, entry, ret_node);
        if (fat_is_dir(n) && n->tree.parent != &parent->tree) {
                (void)fs_unref(&n->tree.head); /* two directories share a cluster */
                return -EIO;
        }
        *ret_node = n;
        return 0;
}

/* --- changing --- */

int fat_node_put(FatFs *fs, FatNode *n) {
        n->info.start = n->chain.start;
        if (n->is_removed || fat_is_root(n))
                return 0;
        return fat_put_info(fs, fat_entry_at(n), &n->info);
}

int fat_node_touch(FatFs *fs, FatNode *n) {
        struct timespec now;
        FatTime t;

        (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
        t = fat_time_of(&now);
        if (t.date == n->info.modified.date && t.time == n->info.modified.time)
                return 0;
        n->info.modified = t;
        return fat_node_put(fs, n);
}

void fat_node_remember(FatFs *fs, FatNode *dir) {
        FatNode *gone = NULL;

        if (dir->is_recent || fat_is_root(dir))
                return;
        (void)pthread_mutex_lock(&fs->lock);
        if (!dir->is_recent) {
                gone = fs->recent[fs->next_recent];
                if (gone)
                        gone->is_recent = false;
                (void)fs_ref(&dir->tree.head);
                dir->is_recent = true;
                fs->recent[fs->next_recent] = dir;
                fs->next_recent = (fs->next_recent + 1) % FAT_RECENT_DIRS;
        }
        (void)pthread_mutex_unlock(&fs->lock);
        if (gone)
                (void)fs_unref(&gone->tree.head);
}

void fat_node_forget(FatFs *fs, FatNode *dir) {
        for (uint32_t i = 0; i < FAT_RECENT_DIRS; i++) {
                FatNode *n = fs->recent[i];

                if (!n || (dir && n != dir))
                        continue;
                fs->recent[i] = NULL;
                n->is_recent = false;
                (void)fs_unref(&n->tree.head);
        }
}

void fat_node_remove(FatFs *fs, FatNode *n) {
        fat_node_forget(fs, n);
        (void)pthread_mutex_lock(&fs->lock);
        n->is_removed = true;
        note_moved(fs, n); /* another file may get its place, and not its number */
        (void)pthread_mutex_unlock(&fs->lock);
        nodes_forget(&fs->nodes, &n->tree);
}

void fat_node_move(FatFs *fs, FatNode *n, uint64_t at, FatNode *parent) {
        (void)pthread_mutex_lock(&fs->lock);
        forget_moved(fs, n);
        if (n->tree.head.ino != at)
                note_moved(fs, n);
        (void)pthread_mutex_unlock(&fs->lock);
        nodes_rekey(&fs->nodes, &n->tree, at);
        if (fat_is_dir(n) && n->tree.parent != &parent->tree)
                nodes_move(&n->tree, &parent->tree);
}

static bool has_orphans(FatFs *fs) {
        bool has;

        (void)pthread_mutex_lock(&fs->lock);
        has = fs->orphans != NULL;
        (void)pthread_mutex_unlock(&fs->lock);
        return has;
}

/* NULL: there is none. */
static FatNode *take_orphan(FatFs *fs) {
        FatNode *n;

        (void)pthread_mutex_lock(&fs->lock);
        n = fs->orphans;
        if (n) {
                fs->orphans = n->next;
                fs->orphans_size -= size_of_chain(fs, n);
        }
        (void)pthread_mutex_unlock(&fs->lock);
        return n;
}

/* While the device refuses they wait: nobody else knows their clusters. */
int fat_reap(FatFs *fs) {
        while (has_orphans(fs)) {
                FatNode *n;
                int r = fat_begin(fs);

                if (r < 0)
                        return r;
                n = take_orphan(fs);
                (void)fat_chain_cut(fs, &n->chain, 0); /* of a damaged chain nothing more is lost */
                node_free(n);
        }
        return 0;
}

void fat_forget_orphans(FatFs *fs) {
        FatNode *n;

        while ((n = take_orphan(fs)) != NULL)
                node_free(n);
}

/* Where the contents of a file begin that is used without a name; it has none from now on. 0: there is none.
 */
static uint32_t take_nameless(FatFs *fs) {
        uint32_t start = 0;

        (void)pthread_mutex_lock(&fs->lock);
        for (FatNode *n = fs->moved; n && start == 0; n = n->next) {
                if (!n->is_removed)
                        continue;
                start = n->chain.start;
                n->chain.start = 0;
                n->info.size = 0;
        }
        (void)pthread_mutex_unlock(&fs->lock);
        return start;
}

int fat_drop_nameless(FatFs *fs) {
        uint32_t start;
        int r = 0;

        while (r == 0 && (start = take_nameless(fs)) != 0) {
                FatChain lost;

                fat_chain_init(&lost, start);
                r = fat_begin(fs);
                if (r == 0)
                        (void)fat_chain_cut(fs, &lost, 0);
                fat_chain_deinit(&lost);
        }
        return r;
}
