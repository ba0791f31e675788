/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: its making, its session, its spare handles. See remote.h.
 */
#include "remote.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <caisson/channel.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/sl/sl_api.h>

#include "log.h"

/* --- outcomes --- */

static void say_lost(void) {
        static _Atomic int said;

        if (!atomic_exchange(&said, 1))
                log_line(LOG_CLIENT "Connection to vfs lost.");
}

/* The VFS died and came back. Its new life knows nothing of the session: what it refuses is no matter of
 * rights. */
static bool is_of_another_life(Remote *r) {
        return atomic_load_explicit(&r->client, memory_order_acquire) != INVALID_HANDLE &&
               nkx_channel_renewals(r->channel) != r->n_renewals;
}

/* A refusal by the policy looks like one by the file's mode. */
static int errno_of(Remote *r, nk_err_t err) {
        switch (is_of_another_life(r) ? NK_ENOTCONN : err) {
        case NK_EPERM:
                return EACCES;
        case NK_EAGAIN:
                return EINTR;
        case NK_ENOMEM:
                return ENOMEM;
        case NK_ENOTCONN:
                say_lost();
                return EIO;
        default:
                return EIO;
        }
}

#define ERRNO_MAX 4095

bool remote_settle(Remote *r, nk_err_t err, nk_sint32_t answered, int *error) {
        if (err != NK_EOK)
                *error = errno_of(r, err);
        else if (answered != 0)
                *error = answered > 0 && answered <= ERRNO_MAX ? answered : EIO;
        else
                return true;
        return false;
}

/* --- the session --- */

static Handle connect_session(Remote *r, int *error) {
        struct kl_VfsSession_Connect_req req = {0};
        struct kl_VfsSession_Connect_res res;
        nk_err_t err = kl_VfsSession_Connect(&r->sessions.base, &req, NULL, &res, NULL);

        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return INVALID_HANDLE;
        return nk_get_handle(&res.client);
}

Handle remote_client(Remote *r, int *error) {
        Handle client = atomic_load_explicit(&r->client, memory_order_acquire);

        if (client != INVALID_HANDLE)
                return client;
        (void)pthread_mutex_lock(&r->lock);
        client = atomic_load(&r->client);
        if (client == INVALID_HANDLE) {
                client = connect_session(r, error);
                r->n_renewals = nkx_channel_renewals(r->channel);
                atomic_store_explicit(&r->client, client, memory_order_release);
        }
        (void)pthread_mutex_unlock(&r->lock);
        return client;
}

/* --- spare handles --- */

void remote_put_spare(Remote *r, Handle file) {
        uint32_t place = ids_take(&r->places);

        if (place == IDS_NONE) {
                (void)KnHandleClose(file);
                return;
        }
        r->handles[place] = file;
        ids_put(&r->spares, place);
}

static Handle pop_spare(Remote *r) {
        uint32_t place = ids_take(&r->spares);
        Handle file;

        if (place == IDS_NONE)
                return INVALID_HANDLE;
        file = r->handles[place];
        ids_put(&r->places, place);
        return file;
}

/* The first of a new batch; the others become spare. */
static Handle ask_for_files(Remote *r, int *error) {
        struct kl_VfsSession_NewFiles_req req = {.count = kl_VfsSession_NewFilesMax};
        struct kl_VfsSession_NewFiles_res res;
        Handle first = INVALID_HANDLE, client = remote_client(r, error);
        nk_err_t err;

        if (client == INVALID_HANDLE)
                return INVALID_HANDLE;
        req.client = nk_handle_desc(client);
        err = kl_VfsSession_NewFiles(&r->sessions.base, &req, NULL, &res, NULL);
        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return INVALID_HANDLE;
        for (size_t i = 0; i < kl_VfsSession_NewFilesMax; i++) {
                Handle file = nk_get_handle(&res.files[i]);

                if (file == INVALID_HANDLE)
                        continue;
                if (first == INVALID_HANDLE)
                        first = file;
                else
                        remote_put_spare(r, file);
        }
        if (first == INVALID_HANDLE)
                *error = EMFILE;
        return first;
}

/* What is being closed comes first: its place is wanted for the next one. */
static Handle find_spare(Remote *r) {
        Handle file = closings_take(r, false);

        if (file == INVALID_HANDLE)
                file = pop_spare(r);
        return file == INVALID_HANDLE ? closings_take(r, true) : file;
}

Handle remote_take_spare(Remote *r, int *error) {
        Handle file = find_spare(r);

        if (file != INVALID_HANDLE)
                return file;
        if (remote_client(r, error) == INVALID_HANDLE)
                return INVALID_HANDLE;
        (void)pthread_mutex_lock(&r->lock);
        file = pop_spare(r); /* somebody else may have asked */
        if (file == INVALID_HANDLE)
                file = ask_for_files(r, error);
        (void)pthread_mutex_unlock(&r->lock);
        return file;
}

/* --- the object --- */

static void remote_dtor(struct vfs *self) {
        Remote *r = remote_of(self);
        Handle client = atomic_load(&r->client), file;

        closings_settle(r);
        while ((file = pop_spare(r)) != INVALID_HANDLE)
                (void)KnHandleClose(file);
        if (client != INVALID_HANDLE)
                (void)KnHandleClose(client);
        (void)pthread_mutex_destroy(&r->lock);
        (void)pthread_mutex_destroy(&r->scratch_lock);
        free(r);
}

/* An endpoint by its component's class; by its usual name in a class that has another component of that kind.
 */
static nk_iid_t find_endpoint(Handle channel, const char *by_class, const char *by_instance) {
        nk_iid_t riid = ServiceLocatorGetRiid(channel, by_class);

        return riid == INVALID_RIID ? ServiceLocatorGetRiid(channel, by_instance) : riid;
}

static bool add_proxies(Remote *r) {
        struct nk_transport *t = &r->transport.base;
        nk_iid_t session = find_endpoint(r->channel, "kl.Vfs.session", "vfs.session");
        nk_iid_t file = find_endpoint(r->channel, "kl.Vfs.file", "vfs.file");

        kl_VfsSession_proxy_init(&r->sessions, t, session);
        kl_VfsFile_proxy_init(&r->files, t, file);
        kl_VfsName_proxy_init(&r->names, t, find_endpoint(r->channel, "kl.Vfs.name", "vfs.name"));
        kl_VfsMount_proxy_init(&r->mounts, t, find_endpoint(r->channel, "kl.Vfs.mount", "vfs.mount"));
        kl_VfsXattr_proxy_init(&r->xattrs, t, find_endpoint(r->channel, "kl.Vfs.xattr", "vfs.xattr"));
        kl_VfsAcl_proxy_init(&r->acls, t, find_endpoint(r->channel, "kl.Vfs.acl", "vfs.acl"));
        kl_VfsSocket_proxy_init(&r->sockets, t, find_endpoint(r->channel, "kl.Vfs.socket", "vfs.socket"));
        return session != INVALID_RIID && file != INVALID_RIID;
}

/* Channels of the default's older names. */
static Handle find_default(void) {
        Handle channel = ServiceLocatorConnect(_VFS_CONNECTION_ID);

        return channel == INVALID_HANDLE ? ServiceLocatorConnect("VFS") : channel;
}

static Remote *make(Handle channel, Handle client_id) {
        Remote *r = calloc(1, sizeof *r);

        if (!r)
                return NULL;
        r->channel = channel;
        r->id = client_id;
        r->client = INVALID_HANDLE;
        r->places = (Ids)IDS_FULL(r->links);
        r->spares = (Ids){.below = r->links};
        (void)pthread_mutex_init(&r->lock, NULL);
        (void)pthread_mutex_init(&r->scratch_lock, NULL);
        (void)NkKosTransport_Init(&r->transport, channel, NULL, 0);
        r->vfs = (struct vfs){.dtor = remote_dtor};
        remote_add_streams(&r->vfs);
        remote_add_files(&r->vfs);
        remote_add_names(&r->vfs);
        remote_add_places(&r->vfs);
        remote_add_xattrs(&r->vfs);
        return r;
}

struct vfs *remote_new(Handle client_id, const char *config, int *error) {
        Handle channel = config[0] ? ServiceLocatorConnect(config) : find_default();
        Remote *r;

        if (channel == INVALID_HANDLE) {
                *error = ECONNREFUSED;
                return NULL;
        }
        r = make(channel, client_id);
        if (!r) {
                *error = ENOMEM;
                return NULL;
        }
        if (!add_proxies(r)) { /* whatever is at the other end, it is no VFS */
                remote_dtor(&r->vfs);
                *error = EPROTO;
                return NULL;
        }
        return &r->vfs;
}
