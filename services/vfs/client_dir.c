/* SPDX-License-Identifier: MIT */
/*
 * Reading a directory. Position 0 is ".", 1 is "..", and from 2 on the file system's own positions follow.
 */
#include <errno.h>
#include <fcntl.h>

#include "client_place.h"

typedef struct Turn {
        VfsFile *file;
        VfsEmit *emit;
        void *arg;
} Turn;

static bool pass_on(void *arg, const FsName *name, uint64_t ino, mode_t type, uint64_t next) {
        Turn *t = arg;

        if (!t->emit(t->arg, name->text, name->length, ino, type, next + 2))
                return false;
        t->file->at = next + 2;
        return true;
}

/* False: no room. */
static bool emit_dots(Turn *t) {
        VfsFile *f = t->file;

        if (f->at == 0) {
                if (!t->emit(t->arg, ".", 1, f->place.node->ino, S_IFDIR, 1))
                        return false;
                f->at = 1;
        }
        if (f->at == 1) {
                uint64_t ino = f->place.node->ino;
                Walked up;

                if (vfs_walk(f->client, f, "..", 0, &up) == 0)
                        ino = up.place.node->ino;
                place_unref(&up.place);
                if (!t->emit(t->arg, "..", 2, ino, S_IFDIR, 2))
                        return false;
                f->at = 2;
        }
        return true;
}

int vfs_getdents(VfsFile *f, VfsEmit *emit, void *arg) {
        Turn t = {.file = f, .emit = emit, .arg = arg};
        Fs *fs = f->place.mount->fs;
        struct stat st;
        int r;

        if ((f->access & O_PATH) || (f->access & O_ACCMODE) == O_WRONLY)
                return -EBADF;
        if (!S_ISDIR(f->place.node->type))
                return -ENOTDIR;
        r = place_stat(&f->place, &st);
        if (r < 0)
                return r;
        if (st.st_nlink == 0)
                return -ENOENT; /* removed */
        (void)pthread_mutex_lock(&f->lock);
        if (emit_dots(&t)) {
                fs_lock_shared(fs);
                r = fs->ops->readdir(f->place.node, f->at - 2, pass_on, &t);
                fs_unlock(fs);
                place_accessed(&f->place);
        }
        (void)pthread_mutex_unlock(&f->lock);
        return r;
}
