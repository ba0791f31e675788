/* SPDX-License-Identifier: MIT */
/*
 * The back end `client`: its making, its session, its spare handles. See remote.h.
 */
#include "remote.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <caisson/channel.h>
#include <caisson/family.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/sl/sl_api.h>

#include "ledger.h"
#include "log.h"
#include "signals.h"

/* --- outcomes --- */

static void say_lost(void) {
        static _Atomic int said;

        if (!atomic_exchange(&said, 1))
                log_line(LOG_CLIENT "Connection to vfs lost.");
}

/* The next call begins another one. */
static void lose_session(Remote *r, Handle client) {
        if (atomic_load(&r->is_bound) || !atomic_compare_exchange_strong(&r->client, &client, INVALID_HANDLE))
                return;
        atomic_fetch_add(&r->n_lost, 1);
        (void)KnHandleClose(client);
}

/* The VFS died and came back. Its new life knows nothing of the session: what it refuses is no matter of
 * rights. */
static bool is_of_another_life(Remote *r, nk_err_t err) {
        Handle client = atomic_load_explicit(&r->client, memory_order_acquire);

        if (client != INVALID_HANDLE && nkx_channel_renewals(r->channel) != atomic_load(&r->n_renewals)) {
                lose_session(r, client);
                return true;
        }
        /* By a handle of a session before this one; or by the policy, which can't be told from it then. */
        return err == NK_EPERM && atomic_load(&r->n_lost) > 0;
}

/* A refusal by the policy looks like one by the file's mode. */
static int errno_of(Remote *r, nk_err_t err) {
        switch (is_of_another_life(r, err) ? NK_ENOTCONN : err) {
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

bool remote_set_mask(Remote *r, Handle client, uint32_t mask, uint32_t *ret_old, int *error) {
        struct kl_VfsSession_Umask_req req = {.client = nk_handle_desc(client), .mask = mask};
        struct kl_VfsSession_Umask_res res;
        nk_err_t err = kl_VfsSession_Umask(&r->sessions.base, &req, NULL, &res, NULL);

        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return false;
        atomic_store(&r->mask, mask);
        *ret_old = res.old;
        return true;
}

/* The first session has the VFS's mask, a later one that of the one before. */
static bool restore_mask(Remote *r, Handle client, int *error) {
        int64_t mask = atomic_load(&r->mask);
        uint32_t old;

        return mask < 0 || remote_set_mask(r, client, (uint32_t)mask, &old, error);
}

/* Under the lock. Of the life whose number is noted: one that comes while it begins has it begin again. */
static Handle begin_session(Remote *r, int *error) {
        Handle client = INVALID_HANDLE;
        rtl_uint32_t n;

        do {
                if (client != INVALID_HANDLE)
                        (void)KnHandleClose(client);
                n = nkx_channel_renewals(r->channel);
                client = connect_session(r, error);
                if (client != INVALID_HANDLE && !restore_mask(r, client, error)) {
                        (void)KnHandleClose(client);
                        return INVALID_HANDLE;
                }
        } while (client != INVALID_HANDLE && nkx_channel_renewals(r->channel) != n);
        atomic_store(&r->n_issued, 0);
        atomic_store(&r->issued_after, atomic_load(&r->n_lost));
        atomic_store(&r->n_renewals, n);
        return client;
}

/* Handlers open files, too: none may come while this thread has the lock. */
static uint64_t take_lock(Remote *r) {
        uint64_t signals = signals_hold();

        (void)pthread_mutex_lock(&r->lock);
        return signals;
}

static void give_lock(Remote *r, uint64_t signals) {
        (void)pthread_mutex_unlock(&r->lock);
        signals_release(signals);
}

Handle remote_client(Remote *r, int *error) {
        Handle client = atomic_load_explicit(&r->client, memory_order_acquire);
        uint64_t signals;

        if (client != INVALID_HANDLE)
                return client;
        signals = take_lock(r);
        client = atomic_load(&r->client);
        if (client == INVALID_HANDLE) {
                client = begin_session(r, error);
                atomic_store_explicit(&r->client, client, memory_order_release);
        }
        give_lock(r, signals);
        return client;
}

/* --- spare handles --- */

/* Of the session that there is. Before one has been lost there is no other. */
static bool is_current(Remote *r, Handle file) {
        uint32_t n_lost = atomic_load(&r->n_lost), n;

        if (n_lost == 0)
                return true;
        n = atomic_load(&r->issued_after) == n_lost ? atomic_load(&r->n_issued) : 0;
        for (uint32_t i = 0; i < n; i++)
                if (atomic_load_explicit(&r->issued[i], memory_order_relaxed) == file)
                        return true;
        return false;
}

/* Under the lock. */
static void note_issued(Remote *r, Handle file) {
        uint32_t n = atomic_load(&r->n_issued);

        if (atomic_load(&r->n_lost) == 0 || n == REMOTE_SPARES_MAX)
                return;
        atomic_store(&r->issued[n], file);
        atomic_store(&r->n_issued, n + 1);
}

void remote_put_spare(Remote *r, Handle file) {
        uint32_t place = is_current(r, file) ? ids_take(&r->places) : IDS_NONE;

        if (place == IDS_NONE) {
                ledger_close(file);
                return;
        }
        r->handles[place] = file;
        ids_put(&r->spares, place);
}

void remote_drop_stale(Remote *r, Handle file) {
        if (!is_current(r, file))
                ledger_close(file);
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
static Handle ask_for_files(Remote *r, Handle client, int *error) {
        struct kl_VfsSession_NewFiles_req req = {
                .client = nk_handle_desc(client), .count = kl_VfsSession_NewFilesMax};
        struct kl_VfsSession_NewFiles_res res;
        Handle first = INVALID_HANDLE;
        nk_err_t err;

        err = kl_VfsSession_NewFiles(&r->sessions.base, &req, NULL, &res, NULL);
        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return INVALID_HANDLE;
        for (size_t i = 0; i < kl_VfsSession_NewFilesMax; i++) {
                Handle file = nk_get_handle(&res.files[i]);

                if (file == INVALID_HANDLE)
                        continue;
                ledger_note(nkx_family_self(), file);
                note_issued(r, file);
                if (first == INVALID_HANDLE)
                        first = file;
                else
                        remote_put_spare(r, file);
        }
        if (first == INVALID_HANDLE)
                *error = EMFILE;
        return first;
}

static Handle find_any(Remote *r) {
        Handle file = closings_take(r, false);

        if (file == INVALID_HANDLE)
                file = pop_spare(r);
        return file == INVALID_HANDLE ? closings_take(r, true) : file;
}

/* What is being closed comes first: its place is wanted for the next one. Those of a session that was lost
 * go. */
static Handle find_spare(Remote *r) {
        Handle file = find_any(r);

        while (file != INVALID_HANDLE && !is_current(r, file)) {
                ledger_close(file);
                file = find_any(r);
        }
        return file;
}

Handle remote_take_spare(Remote *r, int *error) {
        Handle client, file = find_spare(r);
        uint64_t signals;

        if (file != INVALID_HANDLE)
                return file;
        client = remote_client(r, error);
        if (client == INVALID_HANDLE)
                return INVALID_HANDLE;
        signals = take_lock(r);
        file = pop_spare(r); /* somebody else may have asked */
        if (file == INVALID_HANDLE)
                file = ask_for_files(r, client, error);
        if (file == INVALID_HANDLE && remote_look_for_ended(*error)) {
                *error = 0;
                file = ask_for_files(r, client, error);
        }
        give_lock(r, signals);
        return file;
}

/* --- the object --- */

static void remote_dtor(struct vfs *self) {
        Remote *r = remote_of(self);
        Handle client = atomic_load(&r->client), file;

        closings_settle(r);
        while ((file = pop_spare(r)) != INVALID_HANDLE)
                ledger_close(file);
        if (client != INVALID_HANDLE)
                (void)KnHandleClose(client);
        (void)pthread_mutex_destroy(&r->lock);
        (void)pthread_mutex_destroy(&r->scratch_lock);
        free(r);
}

Remote *remote_from(struct vfs *vfs) {
        return vfs->dtor == remote_dtor ? remote_of(vfs) : NULL;
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
        r->mask = -1;
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
