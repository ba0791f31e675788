/* SPDX-License-Identifier: MIT */
/*
 * The back end `client` of a process that makes a copy of itself: the copy has a session of its own, and the
 * same open files. See remote.h.
 */
#include "remote.h"

#include <errno.h>
#include <stdatomic.h>

#include <caisson/family.h>
#include <coresrv/handle/handle_api.h>

#include "ledger.h"

Handle remote_fork(Remote *r, int *error) {
        struct kl_VfsSession_Fork_req req = {.client = nk_handle_desc(remote_client(r, error))};
        struct kl_VfsSession_Fork_res res;
        nk_err_t err;

        if (nk_get_handle(&req.client) == INVALID_HANDLE)
                return INVALID_HANDLE;
        err = kl_VfsSession_Fork(&r->sessions.base, &req, NULL, &res, NULL);
        return remote_settle(r, err, err == NK_EOK ? res.error : 0, error) ? nk_get_handle(&res.child)
                                                                           : INVALID_HANDLE;
}

static bool copy_some(
        Remote *r, Handle session, uint32_t member, const Handle *from, uint32_t n, Handle *ret, int *error) {
        struct kl_VfsSession_CopyFiles_req req = {.child = nk_handle_desc(session), .count = n};
        struct kl_VfsSession_CopyFiles_res res;
        nk_err_t err;

        for (uint32_t i = 0; i < kl_VfsSession_CopyFilesMax; i++)
                req.files[i] = nk_handle_desc(i < n ? from[i] : INVALID_HANDLE);
        err = kl_VfsSession_CopyFiles(&r->sessions.base, &req, NULL, &res, NULL);
        if (!remote_settle(r, err, err == NK_EOK ? res.error : 0, error))
                return false;
        for (uint32_t i = 0; i < n; i++) {
                ret[i] = nk_get_handle(&res.copies[i]);
                ledger_note(member, ret[i]);
        }
        return true;
}

bool remote_copy_files(
        Remote *r, Handle session, uint32_t member, const Handle *from, uint32_t n, Handle *ret, int *error) {
        for (uint32_t at = 0; at < n; at += kl_VfsSession_CopyFilesMax) {
                uint32_t some = n - at < kl_VfsSession_CopyFilesMax ? n - at : kl_VfsSession_CopyFilesMax;

                if (!copy_some(r, session, member, from + at, some, ret + at, error))
                        return false;
        }
        return true;
}

void remote_end(Remote *r, Handle session) {
        struct kl_VfsSession_End_req req = {.client = nk_handle_desc(session)};
        struct kl_VfsSession_End_res res;

        (void)kl_VfsSession_End(&r->sessions.base, &req, NULL, &res, NULL);
        (void)KnHandleClose(session);
}

bool remote_look_for_ended(int error) {
        if (!nkx_family_may_fork() ||
                (error != EAGAIN && error != EINTR && error != EMFILE && error != ENFILE))
                return false;
        nkx_family_sweep();
        return true;
}

void remote_hold(Remote *r) {
        closings_settle(r);
        (void)pthread_mutex_lock(&r->scratch_lock);
        (void)pthread_mutex_lock(&r->lock);
}

void remote_release(Remote *r) {
        (void)pthread_mutex_unlock(&r->lock);
        (void)pthread_mutex_unlock(&r->scratch_lock);
}

/* The spare files are the other session's, and so are files that are being closed, and locks of records. This
 * one is given back by its number, also by others: it stays. */
void remote_become(Remote *r, Handle session) {
        for (size_t i = 0; i < CLOSINGS_MAX; i++)
                atomic_store(&r->closings.list[i].state, CLOSING_FREE);
        for (size_t i = 0; i < QUIET_MAX; i++)
                atomic_store(&r->closings.quiet[i], 0);
        atomic_store(&r->closings.has_locks, false);
        atomic_store(&r->is_bound, true);
        atomic_store(&r->n_lost, 0);
        r->places = (Ids)IDS_FULL(r->links);
        r->spares = (Ids){.below = r->links};
        atomic_store_explicit(&r->client, session, memory_order_release);
}
