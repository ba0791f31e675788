/* SPDX-License-Identifier: MIT */
/*
 * Endpoint `mount`: which file system lies where.
 */
#include <string.h>

#include "client_place.h"
#include "serve.h"
#include "wire.h"
#include "world.h"

METHOD(VfsMount, Mount) {
        WorldMount m = {.flags = req->flags};
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->target, &w);

        if (r == 0)
                r = text_of(req_arena, &req->source, &m.source);
        if (r == 0)
                r = text_of(req_arena, &req->type, &m.type);
        if (r == 0)
                r = text_of(req_arena, &req->data, &m.data);
        m.target = w.path;
        if (r == 0)
                r = world_mount(&w.session->client, &m);
        way_end(&w);
        return answer(&res->error, r);
}

static bool begin_wait(void *session) {
        return session_wait_begin(session) == 0;
}

static void end_wait(void *session) {
        session_wait_end(session);
}

/* As all that wait, one that may not is told at once what there is to tell. */
METHOD(VfsMount, Umount) {
        Way w;
        int r = way_begin(&req->client, NULL, req_arena, &req->target, &w);
        const VfsPatience patience = {
                .ms = WORLD_UMOUNT_MS, .begin = begin_wait, .end = end_wait, .arg = w.session};

        if (r == 0)
                r = vfs_umount(&w.session->client, w.path, &patience);
        way_end(&w);
        return answer(&res->error, r);
}

/* --- listing --- */

typedef struct Listing {
        const Mount *mounts[kl_VfsMount_MountsMax];
        uint32_t first, n_seen, n;
        struct nk_arena *arena;
        struct kl_VfsMount_MountInfo *infos; /* as many as the list has, when it is written */
        bool has_room;
} Listing;

static bool count_one(void *arg, const Mount *mount) {
        Listing *l = arg;

        (void)mount;
        l->n_seen++;
        return true;
}

static bool store_text(Listing *l, nk_ptr_t *ptr, const char *text) {
        return nk_arena_store(char, l->arena, ptr, text, strlen(text) + 1) == NK_EOK;
}

static bool write_one(void *arg, const Mount *mount) {
        Listing *l = arg;
        struct kl_VfsMount_MountInfo *info = &l->infos[l->n];
        struct statvfs st;

        if (l->n_seen++ < l->first)
                return true;
        if (l->n == kl_VfsMount_MountsMax)
                return false;
        place_statvfs_of(mount, &st);
        wire_statvfs(&st, &info->stat);
        l->has_room &= store_text(l, &info->device, mount->device) &&
                       store_text(l, &info->path, mount->path) &&
                       store_text(l, &info->type, mount->fs->ops->type);
        l->n++;
        return true;
}

/* Mounts may come and go between counting and writing; what is written fits what was counted. */
static int list_mounts(uint32_t first, struct nk_arena *arena, nk_ptr_t *ret, nk_uint32_t *ret_count) {
        Listing l = {.first = first, .arena = arena, .has_room = true};

        l.infos = nk_arena_alloc(struct kl_VfsMount_MountInfo, arena, ret, kl_VfsMount_MountsMax);
        if (!l.infos)
                return -ENOMEM;
        memset(l.infos, 0, kl_VfsMount_MountsMax * sizeof l.infos[0]);
        mounts_each(world_mounts(), write_one, &l);
        ret->size = (nk_uint32_t)(l.n * sizeof l.infos[0]);
        l.n_seen = 0;
        mounts_each(world_mounts(), count_one, &l);
        *ret_count = l.n_seen;
        return l.has_room ? 0 : -ENOMEM;
}

METHOD(VfsMount, GetVfsStat) {
        Session *s = session_get(&req->client);
        nk_uint32_t count = 0;
        int r = s ? list_mounts(req->first, res_arena, &res->mounts, &count) : -EBADF;

        if (r < 0) {
                nk_arena_reset(res_arena);
                res->mounts.offset = res->mounts.size = 0;
        }
        res->count = count;
        session_put(s);
        return answer(&res->error, r);
}

METHOD(VfsMount, SyncAll) {
        Session *s = session_get(&req->client);
        int r = s ? mounts_sync(world_mounts()) : -EBADF;

        session_put(s);
        return answer(&res->error, r);
}

const struct kl_VfsMount_ops serve_mount_ops = {
        .Mount = Mount_method,
        .Umount = Umount_method,
        .GetVfsStat = GetVfsStat_method,
        .SyncAll = SyncAll_method,
};
