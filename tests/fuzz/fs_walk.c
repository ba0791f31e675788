/* SPDX-License-Identifier: MIT */
/*
 * A walk over a file system by its operations, depth first, with a bound on the names and one on the depth:
 * an image may lie about both. What comes back must hold what fs.h promises.
 */
#include "fs_walk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 3000u
#define DEPTH_MAX 40u
#define READS_MAX 16u
#define PIECE     8192u
#define HERE_MAX  64u /* names of one directory that are looked at */
#define FAR_BITS  36u /* of sizes and offsets */

typedef struct Walk {
        Fs *fs;
        unsigned n_names;
        bool changes;
} Walk;

typedef struct Found {
        char text[FS_NAME_MAX];
        uint32_t length;
} Found;

typedef struct Here {
        Found names[HERE_MAX];
        uint32_t n;
        unsigned n_seen;
} Here;

static bool note_name(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next) {
        Here *here = arg;

        (void)ino;
        (void)type;
        if (name->length == 0 || name->length > FS_NAME_MAX || memchr(name->text, '/', name->length) ||
                next == 0)
                abort();
        if (here->n < HERE_MAX) {
                memcpy(here->names[here->n].text, name->text, name->length);
                here->names[here->n++].length = name->length;
        }
        return ++here->n_seen < NAMES_MAX;
}

static void look_at_attributes(FsNode *node) {
        const FsOps *ops = node->fs->ops;
        char list[1024], value[512];
        size_t n = 0, length;

        if (!ops->listxattr || ops->listxattr(node, list, sizeof list, &n) < 0)
                return;
        for (size_t at = 0; at < n; at += strlen(list + at) + 1)
                (void)ops->getxattr(node, list + at, value, sizeof value, &length);
}

static void read_contents(FsNode *node, uint64_t size) {
        static unsigned char piece[PIECE];
        const FsOps *ops = node->fs->ops;
        uint64_t at = 0;

        for (unsigned i = 0; i < READS_MAX; i++) {
                size_t got = 0;

                if (!ops->read || ops->read(node, piece, sizeof piece, at, &got) < 0 || got == 0)
                        break;
                if (got > sizeof piece)
                        abort();
                at += got;
        }
        if (ops->read && size > PIECE) {
                size_t got = 0;

                (void)ops->read(node, piece, sizeof piece, size - PIECE / 2, &got);
        }
}

static void look_at(FsNode *node) {
        char target[FS_LINK_MAX + 1];
        struct stat st;
        size_t n = 0;

        if (node->fs->ops->stat(node, &st) < 0)
                return;
        if ((st.st_mode & S_IFMT) != node->type)
                abort();
        if (S_ISREG(node->type))
                read_contents(node, (uint64_t)st.st_size);
        if (S_ISLNK(node->type) && node->fs->ops->readlink(node, target, sizeof target, &n) == 0 &&
                n > sizeof target)
                abort();
        look_at_attributes(node);
}

/* One change of each kind, by the number of the name. */
static void change(const Walk *w, FsNode *dir, FsNode *node, const FsName *name) {
        static const char large[3000];
        const FsName other = {.text = "another name", .length = 12};
        const FsNew what = {.mode = (w->n_names % 3 ? S_IFREG : S_IFDIR) | 0644};
        const FsSet set = {.what = FS_SET_MODE | FS_SET_MTIME, .mode = 0600};
        const FsOps *ops = w->fs->ops;
        uint64_t far = 1ull << w->n_names % FAR_BITS;
        FsNode *made = NULL;
        size_t n;

        switch (w->n_names % 12) {
        case 0:
                (void)(S_ISDIR(node->type) ? ops->rmdir(dir, name) : ops->unlink(dir, name));
                break;
        case 1:
                if (ops->create(dir, &other, &what, &made) == 0)
                        (void)fs_unref(made);
                break;
        case 2:
                (void)ops->rename(dir, name, w->fs->root, &other, 0); /* the root is below nothing */
                break;
        case 3:
                if (S_ISREG(node->type))
                        (void)ops->write(node, "written", 7, w->n_names * 1000, &n);
                break;
        case 4:
                if (S_ISREG(node->type))
                        (void)ops->truncate(node, w->n_names % 16 * 1000);
                break;
        case 5:
                if (ops->setxattr)
                        (void)ops->setxattr(node, "user.fuzz", "value", 5, 0);
                break;
        case 6:
                (void)ops->set(node, &set);
                break;
        case 7:
                if (S_ISREG(node->type))
                        (void)ops->write(node, "far away", 8, far, &n);
                break;
        case 8:
                if (S_ISREG(node->type))
                        (void)ops->truncate(node, far);
                break;
        case 9:
                if (ops->setxattr)
                        (void)ops->setxattr(node, "user.large", large, sizeof large, 0);
                break;
        case 10:
                if (dir == w->fs->root) /* elsewhere one might come to lie below itself */
                        (void)ops->rename(dir, name, dir, &other, FS_RENAME_EXCHANGE);
                break;
        default:
                if (ops->link && !S_ISDIR(node->type))
                        (void)ops->link(w->fs->root, &other, node);
        }
}

static void walk(Walk *w, FsNode *dir, unsigned depth) {
        Here *here = calloc(1, sizeof *here);

        if (!here)
                abort();
        (void)w->fs->ops->readdir(dir, 0, note_name, here);
        for (uint32_t i = 0; i < here->n && w->n_names < NAMES_MAX; i++) {
                const FsName name = {.text = here->names[i].text, .length = here->names[i].length};
                FsNode *node;

                w->n_names++;
                if (w->fs->ops->lookup(dir, &name, &node) < 0)
                        continue;
                look_at(node);
                if (S_ISDIR(node->type) && depth < DEPTH_MAX)
                        walk(w, node, depth + 1);
                if (w->changes)
                        change(w, dir, node, &name);
                (void)fs_unref(node);
        }
        free(here);
}

static void walk_all(Fs *fs, bool changes) {
        Walk w = {.fs = fs, .changes = changes};
        struct statvfs st;

        if (fs->ops->statvfs)
                (void)fs->ops->statvfs(fs, &st);
        look_at(fs->root);
        walk(&w, fs->root, 0);
        if (fs->ops->sync)
                (void)fs->ops->sync(fs);
        fs->ops->unmount(fs);
}

void fs_walk(Fs *fs) {
        walk_all(fs, false);
}

void fs_walk_and_change(Fs *fs) {
        walk_all(fs, true);
}
