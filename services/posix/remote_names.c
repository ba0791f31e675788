/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: names. See remote.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "remote.h"
#include "remote_convert.h"

#define PATH_SIZE kl_VfsTypes_PathMax

/* One call of a method with one path: the request's other fields, and the outcome as 0 or -1. The session is
 * begun if need be. */
#define ON_PATH(method, out, ...)                                                                            \
        Remote *r = remote_of(self);                                                                         \
        Handle client = remote_client(r, error);                                                             \
        struct kl_VfsName_##method##_req req = {.client = nk_handle_desc(client), __VA_ARGS__};              \
        struct kl_VfsName_##method##_res res;                                                                \
        struct nk_arena arena = remote_text(path, &req.path);                                                \
        nk_err_t err = client == INVALID_HANDLE                                                              \
                               ? NK_EOK                                                                      \
                               : kl_VfsName_##method(&r->names.base, &req, &arena, &res, out);               \
        int outcome =                                                                                        \
                client != INVALID_HANDLE && remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? 0  \
                                                                                                        : -1

/* --- what a name is --- */

static int remote_fstatat(
        struct vfs *self, Handle dir, const char *path, struct stat *st, int flags, int *error) {
        ON_PATH(Stat, NULL, .dir = nk_handle_desc(dir), .flags = (nk_uint32_t)flags);

        if (outcome == 0)
                remote_stat(st, &res.stat);
        return outcome;
}

static int stat_path(struct vfs *self, const char *path, struct stat *st, int *error) {
        return remote_fstatat(self, INVALID_HANDLE, path, st, 0, error);
}

static int lstat_path(struct vfs *self, const char *path, struct stat *st, int *error) {
        return remote_fstatat(self, INVALID_HANDLE, path, st, AT_SYMLINK_NOFOLLOW, error);
}

static int statvfs_path(struct vfs *self, const char *path, struct statvfs *st, int *error) {
        ON_PATH(StatVfs, NULL, NOTHING_ELSE);

        if (outcome == 0)
                remote_statvfs(st, &res.stat);
        return outcome;
}

static int remote_faccessat(struct vfs *self, Handle dir, const char *path, int mode, int flags, int *error) {
        ON_PATH(Access, NULL, .dir = nk_handle_desc(dir), .mode = (nk_uint32_t)mode,
                .flags = (nk_uint32_t)flags);

        return outcome;
}

static ssize_t remote_readlinkat(
        struct vfs *self, Handle dir, const char *path, char *buf, size_t size, int *error) {
        char target[PATH_SIZE];
        struct nk_arena got = NK_ARENA_INITIALIZER(target, target + sizeof target);
        size_t length = 0;
        const char *text;
        ON_PATH(ReadLink, &got, .dir = nk_handle_desc(dir));

        if (outcome < 0)
                return -1;
        text = nk_arena_get(char, &got, &res.target, &length);
        length = length > 0 ? length - 1 : 0; /* without the zero */
        length = length > size ? size : length;
        if (length > 0)
                memcpy(buf, text, length);
        return (ssize_t)length;
}

/* --- changes --- */

static int remote_truncate(struct vfs *self, const char *path, off_t length, int *error) {
        ON_PATH(Truncate, NULL, .size = length);

        return outcome;
}

static int remote_fchmodat(
        struct vfs *self, Handle dir, const char *path, mode_t mode, int flags, int *error) {
        ON_PATH(ChMod, NULL, .dir = nk_handle_desc(dir), .mode = mode, .flags = (nk_uint32_t)flags);

        return outcome;
}

static int remote_fchownat(
        struct vfs *self, Handle dir, const char *path, uid_t uid, gid_t gid, int flags, int *error) {
        ON_PATH(ChOwn, NULL, .dir = nk_handle_desc(dir), .uid = uid, .gid = gid, .flags = (nk_uint32_t)flags);

        return outcome;
}

static int remote_utimensat(struct vfs *self, Handle dir, const char *path, const struct timespec times[2],
        int flags, int *error) {
        ON_PATH(Utimens, NULL, .dir = nk_handle_desc(dir), .atime = remote_time(times, 0),
                .mtime = remote_time(times, 1), .flags = (nk_uint32_t)flags);

        return outcome;
}

static int remote_mkdirat(struct vfs *self, Handle dir, const char *path, mode_t mode, int *error) {
        ON_PATH(MkDir, NULL, .dir = nk_handle_desc(dir), .mode = mode);

        return outcome;
}

static int remote_unlinkat(struct vfs *self, Handle dir, const char *path, int flags, int *error) {
        ON_PATH(Unlink, NULL, .dir = nk_handle_desc(dir), .flags = (nk_uint32_t)flags);

        return outcome;
}

/* --- two texts --- */

/* Both, one behind the other, in a buffer that has room for two paths. False: they are longer than that. */
static bool put_two(struct nk_arena *arena, nk_ptr_t *ret_first, const char *first, nk_ptr_t *ret_second,
        const char *second) {
        return nk_arena_store(char, arena, ret_first, first, strlen(first) + 1) == NK_EOK &&
               nk_arena_store(char, arena, ret_second, second, strlen(second) + 1) == NK_EOK;
}

#define ON_TWO(method, first, first_text, second_text, ...)                                                  \
        Remote *r = remote_of(self);                                                                         \
        Handle client = remote_client(r, error);                                                             \
        struct kl_VfsName_##method##_req req = {.client = nk_handle_desc(client), __VA_ARGS__};              \
        struct kl_VfsName_##method##_res res;                                                                \
        NK_ARENA_AUTO(arena, 2 * PATH_SIZE);                                                                 \
        nk_err_t err;                                                                                        \
                                                                                                             \
        if (client == INVALID_HANDLE)                                                                        \
                return -1;                                                                                   \
        if (!put_two(&arena, &req.first, first_text, &req.path, second_text)) {                              \
                *error = ENAMETOOLONG;                                                                       \
                return -1;                                                                                   \
        }                                                                                                    \
        err = kl_VfsName_##method(&r->names.base, &req, &arena, &res, NULL);                                 \
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? 0 : -1

static int remote_renameat(struct vfs *self, Handle old_dir, const char *old, Handle new_dir,
        const char *new_path, unsigned flags, int *error) {
        ON_TWO(Rename, old, old, new_path, .old_dir = nk_handle_desc(old_dir),
                .new_dir = nk_handle_desc(new_dir), .flags = flags);
}

static int remote_linkat(struct vfs *self, Handle old_dir, const char *old, Handle new_dir,
        const char *new_path, int flags, int *error) {
        ON_TWO(Link, old, old, new_path, .old_dir = nk_handle_desc(old_dir),
                .new_dir = nk_handle_desc(new_dir), .flags = (nk_uint32_t)flags);
}

static int remote_symlinkat(struct vfs *self, const char *target, Handle dir, const char *path, int *error) {
        ON_TWO(SymLink, target, target, path, .dir = nk_handle_desc(dir));
}

void remote_add_names(struct vfs *vfs) {
        vfs->stat = stat_path;
        vfs->lstat = lstat_path;
        vfs->fstatat = remote_fstatat;
        vfs->statvfs = statvfs_path;
        vfs->faccessat = remote_faccessat;
        vfs->readlinkat = remote_readlinkat;
        vfs->truncate = remote_truncate;
        vfs->fchmodat = remote_fchmodat;
        vfs->fchownat = remote_fchownat;
        vfs->utimensat = remote_utimensat;
        vfs->mkdirat = remote_mkdirat;
        vfs->unlinkat = remote_unlinkat;
        vfs->renameat = remote_renameat;
        vfs->linkat = remote_linkat;
        vfs->symlinkat = remote_symlinkat;
}
