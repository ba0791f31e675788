/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: places, mounts, and the whole. See remote.h.
 */
#include <errno.h>

#include "remote.h"
#include "remote_convert.h"

/* Of what binds the session, if it was done. */
static int bound(Remote *r, bool is_done) {
        if (is_done)
                remote_bind(r);
        return is_done ? 0 : -1;
}

/* --- places --- */

#define ON_PLACE(method)                                                                                     \
        Remote *r = remote_of(self);                                                                         \
        Handle client = remote_client(r, error);                                                             \
        struct kl_VfsSession_##method##_req req = {.client = nk_handle_desc(client)};                        \
        struct kl_VfsSession_##method##_res res;                                                             \
        struct nk_arena arena = remote_text(path, &req.path);                                                \
        nk_err_t err;                                                                                        \
                                                                                                             \
        if (client == INVALID_HANDLE)                                                                        \
                return -1;                                                                                   \
        err = kl_VfsSession_##method(&r->sessions.base, &req, &arena, &res, NULL);                           \
        return bound(r, remote_settle(r, err, err == NK_EOK ? res.error : 0, error))

static int remote_chdir(struct vfs *self, const char *path, int *error) {
        ON_PLACE(ChDir);
}

static int remote_chroot(struct vfs *self, const char *path, int *error) {
        ON_PLACE(ChRoot);
}

static int remote_fchdir(struct vfs *self, Handle fd, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        struct kl_VfsSession_FChDir_req req = {.client = nk_handle_desc(client), .dir = nk_handle_desc(fd)};
        struct kl_VfsSession_FChDir_res res;
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return -1;
        err = kl_VfsSession_FChDir(&r->sessions.base, &req, NULL, &res, NULL);
        return bound(r, remote_settle(r, err, err == NK_EOK ? res.error : 0, error));
}

static int remote_getcwd(struct vfs *self, char *buf, size_t size, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        struct kl_VfsSession_GetCwd_req req = {.client = nk_handle_desc(client)};
        struct kl_VfsSession_GetCwd_res res;
        NK_ARENA_AUTO(got, kl_VfsTypes_PathMax);
        size_t length = 0;
        const char *path;
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return -1;
        err = kl_VfsSession_GetCwd(&r->sessions.base, &req, NULL, &res, &got);
        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return -1;
        path = nk_arena_get(char, &got, &res.path, &length);
        if (!path || length > size) {
                *error = path ? ERANGE : EIO;
                return -1;
        }
        memcpy(buf, path, length);
        return 0;
}

static mode_t remote_umask(struct vfs *self, mode_t mask, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        uint32_t old;

        return client != INVALID_HANDLE && remote_set_mask(r, client, mask, &old, error) ? old : 0;
}

/* --- mounts --- */

static bool put_text(struct nk_arena *arena, nk_ptr_t *ret, const char *text) {
        return nk_arena_store(char, arena, ret, text, strlen(text) + 1) == NK_EOK;
}

#define MOUNT_REQUEST_MAX (2 * kl_VfsTypes_PathMax + 2 * kl_VfsMount_MountTextMax)

static int remote_mount(struct vfs *self, const char *source, const char *target, const char *type,
        unsigned long flags, const void *data, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        struct kl_VfsMount_Mount_req req = {.client = nk_handle_desc(client), .flags = flags};
        struct kl_VfsMount_Mount_res res;
        NK_ARENA_AUTO(arena, MOUNT_REQUEST_MAX);
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return -1;
        if (strlen(source) >= kl_VfsMount_MountTextMax || strlen(type) >= kl_VfsMount_MountTextMax ||
                !put_text(&arena, &req.source, source) || !put_text(&arena, &req.target, target) ||
                !put_text(&arena, &req.type, type) || !put_text(&arena, &req.data, data ? data : "")) {
                *error = ENAMETOOLONG;
                return -1;
        }
        err = kl_VfsMount_Mount(&r->mounts.base, &req, &arena, &res, NULL);
        return bound(r, remote_settle(r, err, err == NK_EOK ? res.error : 0, error));
}

static int remote_umount(struct vfs *self, const char *target, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        struct kl_VfsMount_Umount_req req = {.client = nk_handle_desc(client)};
        struct kl_VfsMount_Umount_res res;
        struct nk_arena arena = remote_text(target, &req.target);
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return -1;
        err = kl_VfsMount_Umount(&r->mounts.base, &req, &arena, &res, NULL);
        return bound(r, remote_settle(r, err, err == NK_EOK ? res.error : 0, error));
}

static int remote_sync(struct vfs *self, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        struct kl_VfsMount_SyncAll_req req = {.client = nk_handle_desc(client)};
        struct kl_VfsMount_SyncAll_res res;
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return -1;
        err = kl_VfsMount_SyncAll(&r->mounts.base, &req, NULL, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? 0 : -1;
}

/* --- the list of mounts --- */

static void take_text(char *to, size_t size, const struct nk_arena *arena, const nk_ptr_t *from) {
        size_t length = 0;
        const char *text = nk_arena_get(char, arena, from, &length);

        if (length > size)
                length = size;
        if (text)
                memcpy(to, text, length);
        to[length ? length - 1 : 0] = '\0';
}

static void take_mount(
        struct nkx_vfs_mount *to, const struct nk_arena *arena, const struct kl_VfsMount_MountInfo *from) {
        take_text(to->type, sizeof to->type, arena, &from->type);
        take_text(to->from, sizeof to->from, arena, &from->device);
        take_text(to->target, sizeof to->target, arena, &from->path);
        to->flags = (uint32_t)from->stat.flag;
        remote_statvfs(&to->st, &from->stat);
}

/* Some of them, from `first` on: how many there were in the answer; *ret_all: how many there are. */
static int ask_for_mounts(Remote *r, Handle client, size_t first, struct nkx_vfs_mount *mounts, size_t room,
        uint32_t *ret_all, int *error) {
        struct kl_VfsMount_GetVfsStat_req req = {
                .client = nk_handle_desc(client), .first = (nk_uint32_t)first};
        struct kl_VfsMount_GetVfsStat_res res;
        struct nk_arena got = NK_ARENA_INITIALIZER(r->scratch, r->scratch + sizeof r->scratch);
        nk_err_t err = kl_VfsMount_GetVfsStat(&r->mounts.base, &req, NULL, &res, &got);
        const struct kl_VfsMount_MountInfo *infos;
        uint32_t n = 0;

        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return -1;
        infos = nk_arena_get(struct kl_VfsMount_MountInfo, &got, &res.mounts, &n);
        for (uint32_t i = 0; i < n && i < room; i++)
                take_mount(&mounts[i], &got, &infos[i]);
        *ret_all = res.count;
        return (int)n;
}

static int remote_getvfsstat(struct vfs *self, struct nkx_vfs_mount *mounts, size_t count, int *error) {
        Remote *r = remote_of(self);
        Handle client = remote_client(r, error);
        size_t have = 0;
        uint32_t all = 0;
        int n;

        if (client == INVALID_HANDLE)
                return -1;
        (void)pthread_mutex_lock(&r->scratch_lock);
        do {
                n = ask_for_mounts(r, client, have, mounts + have, count - have, &all, error);
                have += n > 0 ? (size_t)n : 0;
        } while (n > 0 && have < count && have < all);
        (void)pthread_mutex_unlock(&r->scratch_lock);
        return n < 0 ? -1 : (int)all;
}

void remote_add_places(struct vfs *vfs) {
        vfs->chdir = remote_chdir;
        vfs->fchdir = remote_fchdir;
        vfs->chroot = remote_chroot;
        vfs->getcwd = remote_getcwd;
        vfs->umask = remote_umask;
        vfs->sync = remote_sync;
        vfs->mount = remote_mount;
        vfs->umount = remote_umount;
        vfs->getvfsstat = remote_getvfsstat;
}
