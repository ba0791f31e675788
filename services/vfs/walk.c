/* SPDX-License-Identifier: MIT */
/*
 * Walk: name by name. A link's target goes in front of what is left of the path, in one buffer, so neither
 * depth nor length is anybody's choice but the limits'.
 */
#include "walk.h"

#include <errno.h>
#include <string.h>

typedef struct Way {
        const Walker *walker;
        Place here;
        const char *rest; /* of the path, in `text` */
        char *text;       /* WALK_PATH_MAX bytes */
        uint32_t n_links;
        unsigned flags;
        bool ends_in_slash; /* the path, or a link at its end */
} Way;

static bool may_search(const Walker *w, FsNode *dir) {
        struct stat st;

        if (!w->checks_modes)
                return true;
        return dir->fs->ops->stat(dir, &st) == 0 && (st.st_mode & S_IXUSR);
}

/* --- one step --- */

static int look_up(const Walker *w, FsNode *dir, const FsName *name, FsNode **ret) {
        int r;

        if (!S_ISDIR(dir->type))
                return -ENOTDIR;
        if (name->length > FS_NAME_MAX)
                return -ENAMETOOLONG;
        fslock_share(&dir->fs->lock);
        r = may_search(w, dir) ? dir->fs->ops->lookup(dir, name, ret) : -EACCES;
        fslock_give(&dir->fs->lock);
        return r;
}

int walk_step(const Walker *w, const Place *dir, const FsName *name, Place *ret) {
        FsNode *node;
        int r = look_up(w, dir->node, name, &node);

        if (r < 0)
                return r;
        atomic_fetch_add_explicit(&dir->mount->n_places, 1, memory_order_relaxed);
        *ret = mounts_cross(w->mounts, (Place){.mount = dir->mount, .node = node});
        return 0;
}

static int parent_of(FsNode *dir, FsNode **ret) {
        int r;

        if (!S_ISDIR(dir->type))
                return -ENOTDIR;
        fslock_share(&dir->fs->lock);
        r = dir->fs->ops->parent(dir, ret);
        fslock_give(&dir->fs->lock);
        return r;
}

/* ".." of the client's root is the root. */
static int step_up(const Walker *w, Place *here) {
        Place below;
        FsNode *up;
        int r;

        if (place_is(here, &w->root))
                return 0;
        below = mounts_uncross(place_ref(*here));
        r = parent_of(below.node, &up);
        if (r == 0) {
                Place above = {.mount = below.mount, .node = up};

                atomic_fetch_add_explicit(&above.mount->n_places, 1, memory_order_relaxed);
                place_unref(here);
                *here = mounts_cross(w->mounts, above);
        }
        place_unref(&below);
        return r;
}

/* --- links --- */

int walk_read_link(FsNode *link, char *target, size_t size, size_t *ret_length) {
        int r;

        if (!link->fs->ops->readlink)
                return -EIO;
        fslock_share(&link->fs->lock);
        r = link->fs->ops->readlink(link, target, size, ret_length);
        fslock_give(&link->fs->lock);
        if (r == 0 && *ret_length == 0)
                return -ENOENT;
        return r;
}

/* The target, and behind it what was left of the path. */
static int enter_link(Way *way, FsNode *link) {
        char target[FS_LINK_MAX + 1];
        size_t n, left = strlen(way->rest);
        int r;

        if (++way->n_links > WALK_LINKS_MAX)
                return -ELOOP;
        r = walk_read_link(link, target, sizeof target, &n);
        if (r < 0)
                return r;
        if (n + 1 + left >= WALK_PATH_MAX)
                return -ENAMETOOLONG;
        memmove(way->text + n + (left > 0), way->rest, left + 1);
        memcpy(way->text, target, n);
        if (left > 0)
                way->text[n] = '/';
        way->rest = way->text;
        if (target[0] == '/') {
                place_unref(&way->here);
                way->here = place_ref(way->walker->root);
        }
        return 0;
}

/* --- the way --- */

/* The next name, and `rest` behind it and the slashes that follow. False: none is left. */
static bool next_name(Way *way, FsName *ret_name, bool *ret_slash) {
        const char *at = way->rest + strspn(way->rest, "/");

        *ret_name = (FsName){.text = at, .length = (uint32_t)strcspn(at, "/")};
        way->rest = at + ret_name->length;
        *ret_slash = *way->rest == '/';
        way->rest += strspn(way->rest, "/");
        return ret_name->length > 0;
}

static bool is_dots(const FsName *name, uint32_t n) {
        return name->length == n && memcmp(name->text, "..", n) == 0;
}

/* Goes to a name that is not the last one, or to the last one when it is wanted itself. */
static int go_to(Way *way, const FsName *name, bool follow) {
        Place next;
        int r;

        if (is_dots(name, 1))
                return S_ISDIR(way->here.node->type) ? 0 : -ENOTDIR;
        if (is_dots(name, 2))
                return step_up(way->walker, &way->here);
        r = walk_step(way->walker, &way->here, name, &next);
        if (r < 0)
                return r;
        if (follow && S_ISLNK(next.node->type)) {
                r = enter_link(way, next.node);
                place_unref(&next);
                return r;
        }
        place_unref(&way->here);
        way->here = next;
        return 0;
}

static bool is_special(const FsName *name) {
        return is_dots(name, 1) || is_dots(name, 2);
}

static int go(Way *way, Walked *ret) {
        FsName name;
        bool slash;

        while (next_name(way, &name, &slash)) {
                bool is_last = *way->rest == '\0';
                int r;

                way->ends_in_slash |= slash && is_last;
                if (is_last && (way->flags & WALK_PARENT) && !is_special(&name)) {
                        if (name.length > FS_NAME_MAX)
                                return -ENAMETOOLONG;
                        ret->last = name;
                        return S_ISDIR(way->here.node->type) ? 0 : -ENOTDIR;
                }
                r = go_to(way, &name, !is_last || way->ends_in_slash || (way->flags & WALK_FOLLOW));
                if (r < 0)
                        return r;
        }
        ret->last.length = 0;
        if (S_ISDIR(way->here.node->type) || !(way->ends_in_slash || (way->flags & WALK_DIRECTORY)))
                return 0;
        return -ENOTDIR;
}

int walk(const Walker *w, const Place *base, const char *path, unsigned flags, Walked *ret) {
        Way way = {.walker = w, .rest = ret->text, .text = ret->text, .flags = flags};
        size_t n = strnlen(path, WALK_PATH_MAX);
        int r;

        ret->place = PLACE_NULL;
        ret->last = (FsName){.text = ret->text};
        if (path[0] == '\0')
                return -ENOENT;
        if (n == WALK_PATH_MAX)
                return -ENAMETOOLONG;
        memcpy(ret->text, path, n + 1);
        way.here = place_ref(path[0] == '/' ? w->root : *base);
        r = go(&way, ret);
        ret->wants_directory = way.ends_in_slash;
        if (r < 0)
                place_unref(&way.here);
        ret->place = way.here;
        return r;
}

/* --- from a place to a path --- */

/* A name in a directory that leads to that file. */
typedef struct Search {
        uint64_t ino;
        char name[FS_NAME_MAX];
        uint32_t length;
} Search;

static bool is_it(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next) {
        Search *s = arg;

        (void)type;
        (void)next;
        if (ino != s->ino)
                return true;
        memcpy(s->name, name->text, name->length);
        s->length = name->length;
        return false;
}

static int name_in(FsNode *dir, uint64_t ino, Search *s) {
        int r;

        *s = (Search){.ino = ino};
        fslock_share(&dir->fs->lock);
        r = dir->fs->ops->readdir(dir, 0, is_it, s);
        fslock_give(&dir->fs->lock);
        if (r < 0)
                return r;
        return s->length ? 0 : -ENOENT;
}

/* Puts "/name" in front of what is at `*at` already. */
static int put_in_front(char *path, size_t *at, const Search *s) {
        if (s->length + 1 > *at)
                return -ERANGE;
        *at -= s->length + 1;
        path[*at] = '/';
        memcpy(path + *at + 1, s->name, s->length);
        return 0;
}

/* -ENOENT: it was removed. Then the number may be another file's already. */
static int check_name(FsNode *dir) {
        struct stat st;
        int r;

        fslock_share(&dir->fs->lock);
        r = dir->fs->ops->stat(dir, &st);
        fslock_give(&dir->fs->lock);
        if (r < 0)
                return r;
        return st.st_nlink == 0 ? -ENOENT : 0;
}

int walk_path_of(const Walker *w, const Place *dir, char *path, size_t size) {
        Place here = place_ref(*dir);
        size_t at = size - 1;
        int r = size < 2 ? -ERANGE : check_name(here.node);

        if (r == 0)
                path[at] = '\0';
        while (r == 0 && !place_is(&here, &w->root)) {
                Place below = mounts_uncross(place_ref(here));
                FsNode *up = NULL;
                Search s;

                r = parent_of(below.node, &up);
                if (r == 0 && up == below.node)
                        r = -ENOENT; /* the top of everything, and not below the client's root */
                if (r == 0)
                        r = name_in(up, below.node->ino, &s);
                if (r == 0)
                        r = put_in_front(path, &at, &s);
                (void)fs_unref(up);
                if (r == 0)
                        r = step_up(w, &here);
                place_unref(&below);
        }
        place_unref(&here);
        if (r == 0 && path[at] == '\0')
                path[--at] = '/';
        if (r == 0)
                memmove(path, path + at, size - at);
        return r;
}

bool walk_is_above(FsNode *above, FsNode *dir) {
        FsNode *here = fs_ref(dir);
        bool found = false;

        for (;;) {
                FsNode *up;

                found = here == above;
                if (found || here->fs->ops->parent(here, &up) < 0)
                        break;
                if (up == here) {
                        (void)fs_unref(up);
                        break;
                }
                (void)fs_unref(here);
                here = up;
        }
        (void)fs_unref(here);
        return found;
}
