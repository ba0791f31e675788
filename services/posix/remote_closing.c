/* SPDX-License-Identifier: MIT */
/*
 * Closings that are posted, and taken when the VFS has answered: see remote_closing.h.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include <coresrv/time/timeout.h>

#include "ledger.h"
#include "remote.h"

/* --- which --- */

static _Atomic Handle *place_of(Remote *r, Handle file) {
        return &r->closings.quiet[file % QUIET_MAX];
}

void closings_note_open(Remote *r, Handle file, unsigned type, int flags) {
        bool is_quiet = type == S_IFREG && (flags & O_ACCMODE) == O_RDONLY;

        if (is_quiet)
                atomic_store(place_of(r, file), file);
}

static bool forget(Remote *r, Handle file) {
        Handle found = file;

        return atomic_compare_exchange_strong(place_of(r, file), &found, 0);
}

void closings_note_lock(Remote *r, Handle file, bool of_process) {
        if (of_process)
                atomic_store(&r->closings.has_locks, true);
        else
                (void)forget(r, file);
}

/* --- posting --- */

static Closing *take_free(Remote *r) {
        for (size_t i = 0; i < CLOSINGS_MAX; i++) {
                int state = CLOSING_FREE;

                if (atomic_compare_exchange_strong(&r->closings.list[i].state, &state, CLOSING_TAKEN))
                        return &r->closings.list[i];
        }
        return NULL;
}

static Closing *make_free(Remote *r) {
        Closing *c = take_free(r);
        Handle file;

        if (c)
                return c;
        file = closings_take(r, false);
        if (file == INVALID_HANDLE)
                return NULL;
        remote_put_spare(r, file);
        return take_free(r);
}

static bool post(Remote *r, Closing *c, Handle file) {
        struct kl_VfsFile_Close_req req = {.file = nk_handle_desc(file)};

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, r->files.iid, kl_VfsFile_Close_mid);
        nk_msg_set_ncaps(&req, kl_VfsFile_Close_req_handles);
        c->file = file;
        return nkx_post(r->channel, &req.base_, NULL, &c->ticket) == rcOk;
}

bool closings_post(Remote *r, Handle file) {
        Closing *c;
        bool is_posted;

        if (!forget(r, file) || atomic_load(&r->closings.has_locks))
                return false;
        c = make_free(r);
        if (!c)
                return false;
        is_posted = post(r, c, file);
        atomic_store(&c->state, is_posted ? CLOSING_POSTED : CLOSING_FREE);
        return is_posted;
}

/* --- taking --- */

/* It has not been served: the VFS didn't know the handle by itself. */
static bool close_by_call(Remote *r, Handle file) {
        struct kl_VfsFile_Close_req req = {.file = nk_handle_desc(file)};
        struct kl_VfsFile_Close_res res;

        return kl_VfsFile_Close(&r->files.base, &req, NULL, &res, NULL) == NK_EOK;
}

static bool is_closed(Remote *r, Handle file, Retcode taken, nk_err_t outcome) {
        if (taken == rcBusy)
                return close_by_call(r, file);
        return taken == rcOk && outcome == NK_EOK;
}

/* Of one that is this thread's. False: not yet. What the VFS refused, or was lost with it, can't be used
 * again: *ret_file is INVALID_HANDLE. */
static bool finish(Remote *r, Closing *c, bool waits, Handle *ret_file) {
        struct kl_VfsFile_Close_res res;
        nk_err_t outcome = NK_EOK;
        Handle file = c->file;
        Retcode rc;

        nk_req_reset(&res);
        rc = nkx_post_take(&c->ticket, &res.base_, NULL, waits ? INFINITE_TIMEOUT : 0, &outcome);
        if (rc == rcTimeout)
                return false;
        if (!is_closed(r, file, rc, outcome)) {
                ledger_close(file);
                file = INVALID_HANDLE;
        }
        *ret_file = file;
        return true;
}

Handle closings_take(Remote *r, bool waits) {
        for (size_t i = 0; i < CLOSINGS_MAX; i++) {
                Closing *c = &r->closings.list[i];
                int state = CLOSING_POSTED;
                Handle file = INVALID_HANDLE;
                bool is_over;

                if (atomic_load_explicit(&c->state, memory_order_relaxed) != CLOSING_POSTED ||
                        !atomic_compare_exchange_strong(&c->state, &state, CLOSING_TAKEN))
                        continue;
                is_over = finish(r, c, waits, &file);
                atomic_store(&c->state, is_over ? CLOSING_FREE : CLOSING_POSTED);
                if (file != INVALID_HANDLE)
                        return file;
        }
        return INVALID_HANDLE;
}

void closings_settle(Remote *r) {
        Handle file;

        for (size_t i = 0; i < QUIET_MAX; i++)
                atomic_store(&r->closings.quiet[i], 0);
        while ((file = closings_take(r, true)) != INVALID_HANDLE)
                remote_put_spare(r, file);
}
