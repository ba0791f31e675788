/* SPDX-License-Identifier: MIT */
/*
 * The life of sessions and files: see session.h.
 */
#include "session.h"

#include <coresrv/handle/handle_api.h>
#include <stdlib.h>
#include <time.h>

#include "client_place.h"
#include "issue.h"
#include "vobj.h"

static Mounts *all_mounts;
static uint32_t waits_max = SESSION_WAITS_DEFAULT;
static _Atomic uint32_t n_sessions;

int sessions_begin(Mounts *mounts, uint32_t n_waits) {
        all_mounts = mounts;
        waits_max = n_waits;
        return issue_begin(session_forget);
}

/* --- sessions --- */

static void session_free(Session *s) {
        locks_forget(s);
        bell_deinit(&s->bell);
        vfs_client_deinit(&s->client);
        (void)pthread_mutex_destroy(&s->lock);
        peer_leave(s->peer);
        free(s);
        atomic_fetch_sub(&n_sessions, 1);
}

static void session_end(void *object, Handle badge) {
        Session *s = object;

        issue_end(s->number, badge);
        session_free(s);
}

/* peer: taken over on success. */
static int session_make(Peer *peer, Session **ret) {
        Session *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                return -ENOMEM;
        r = bell_init(&s->bell);
        if (r < 0) {
                free(s);
                return r;
        }
        r = vfs_client_init(&s->client, all_mounts, 0, 0);
        if (r < 0) {
                bell_deinit(&s->bell);
                free(s);
                return r;
        }
        s->client.walker.checks_modes = true; /* owner bits deny, whoever asks */
        (void)pthread_mutex_init(&s->lock, NULL);
        locks_account_init(&s->locks);
        s->peer = peer;
        *ret = s;
        return 0;
}

/* One of the SESSIONS_MAX, for that process. */
static int session_of_peer(const char *process, Session **ret) {
        Peer *peer;
        int r = peer_enter(process, &peer);

        if (r < 0)
                return r;
        r = session_make(peer, ret);
        if (r < 0)
                peer_leave(peer);
        return r;
}

int session_new(const char *process, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        Session *s;
        int r = -ENFILE;

        if (atomic_fetch_add(&n_sessions, 1) < SESSIONS_MAX)
                r = session_of_peer(process, &s);
        if (r < 0) {
                atomic_fetch_sub(&n_sessions, 1);
                return r;
        }
        if (vobj_new(VOBJ_SESSION, s, session_end, &s->number) == 0) {
                session_free(s);
                return -ENFILE;
        }
        *ret_number = s->number;
        r = issue_handle(s->number, ISSUE_RIGHT_SESSION, ret_handle);
        if (r < 0)
                vobj_kill(*ret_number);
        return r;
}

/* Processes that end are heard of one after the other, soon. */
void sessions_await_end(uint32_t timeout_ms) {
        const struct timespec a_little = {.tv_nsec = 1000000};

        for (uint32_t ms = 0; ms < timeout_ms && atomic_load(&n_sessions) > 0; ms++)
                (void)nanosleep(&a_little, NULL);
}

/* --- files --- */

static void unlink_slot(FileSlot *slot) {
        if (!slot->link)
                return;
        *slot->link = slot->next;
        if (slot->next)
                slot->next->link = slot->link;
        slot->link = NULL;
}

static void drop_opened(const FileSlot *slot, VfsFile *file, Stream *stream) {
        if (file)
                locks_close(slot->session, file);
        (void)vfs_close(file);
        stream_unref(stream);
}

static void slot_free(FileSlot *slot) {
        Session *s = slot->session;

        drop_opened(slot, slot->file, slot->stream);
        (void)pthread_mutex_lock(&s->lock);
        unlink_slot(slot);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_mutex_destroy(&slot->lock);
        free(slot);
        peer_give_file(s->peer);
        session_put(s);
}

static void slot_end(void *object, Handle badge) {
        FileSlot *slot = object;

        issue_end(slot->number, badge);
        slot_free(slot);
}

/* Into the session's list; -ENOENT: it has ended meanwhile. */
static int link_slot(Session *s, FileSlot *slot) {
        int r;

        (void)pthread_mutex_lock(&s->lock);
        r = s->is_over ? -ENOENT : 0;
        if (r == 0) {
                slot->next = s->files;
                slot->link = &s->files;
                if (s->files)
                        s->files->link = &slot->next;
                s->files = slot;
        }
        (void)pthread_mutex_unlock(&s->lock);
        return r;
}

/* s: with a reference and a counted file for the slot, both taken over on success. */
static int slot_make(Session *s, FileSlot **ret) {
        FileSlot *slot = calloc(1, sizeof *slot);
        int r;

        if (!slot)
                return -ENOMEM;
        (void)pthread_mutex_init(&slot->lock, NULL);
        slot->session = s;
        r = vobj_new(VOBJ_FILE, slot, slot_end, &slot->number) == 0 ? -ENFILE : link_slot(s, slot);
        if (r == 0) {
                *ret = slot;
                return 0;
        }
        if (slot->number != 0)
                vobj_disown(slot->number);
        (void)pthread_mutex_destroy(&slot->lock);
        free(slot);
        return r;
}

static int new_file(Session *s, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        FileSlot *slot;
        int r;

        if (!vobj_get(s->number, VOBJ_SESSION))
                return -ENOENT;
        r = peer_take_file(s->peer) ? slot_make(s, &slot) : -EMFILE;
        if (r < 0) {
                if (r != -EMFILE)
                        peer_give_file(s->peer);
                session_put(s);
                return r;
        }
        *ret_number = slot->number;
        r = issue_handle(slot->number, ISSUE_RIGHT_FILE, ret_handle);
        if (r < 0)
                vobj_kill(*ret_number);
        return r;
}

int session_new_files(
        Session *s, uint32_t count, uint64_t *ret_numbers, nk_handle_desc_t *ret_handles, uint32_t *ret_n) {
        uint32_t n = 0;
        int r = 0;

        while (n < count && r == 0) {
                r = new_file(s, &ret_numbers[n], &ret_handles[n]);
                n += r == 0;
        }
        *ret_n = n;
        return n > 0 ? 0 : r;
}

/* --- the end --- */

/* The number of the session's first file, which is no longer among them; 0: there are none. */
static uint64_t take_first(Session *s) {
        uint64_t number = 0;

        (void)pthread_mutex_lock(&s->lock);
        s->is_over = true;
        if (s->files) {
                number = s->files->number;
                unlink_slot(s->files);
        }
        (void)pthread_mutex_unlock(&s->lock);
        return number;
}

void session_forget(uint64_t number) {
        Session *s = vobj_get(number, VOBJ_SESSION);
        uint64_t file;

        if (!s) {
                vobj_kill(number);
                return;
        }
        vobj_kill(number);
        while ((file = take_first(s)) != 0)
                vobj_kill(file);
        bell_break(&s->bell);
        locks_wake(s);
        session_put(s);
}

/* --- by handle --- */

static void *object_of(const nk_handle_desc_t *handle, nk_rights_t right, VobjKind kind) {
        nk_badge_t number = 0;

        if (nk_get_badge_op(handle, right, &number) == NK_EOK)
                return vobj_get(number, kind);
        if (!nk_is_handle_dereferenced(handle) && nk_get_handle(handle) != INVALID_HANDLE)
                (void)KnHandleClose(nk_get_handle(handle)); /* one of the client's own: nothing to keep */
        return NULL;
}

Session *session_get(const nk_handle_desc_t *handle) {
        return object_of(handle, ISSUE_RIGHT_SESSION, VOBJ_SESSION);
}

void session_put(Session *s) {
        if (s)
                vobj_put(s->number);
}

FileSlot *slot_get(const nk_handle_desc_t *handle) {
        return object_of(handle, ISSUE_RIGHT_FILE, VOBJ_FILE);
}

void slot_put(FileSlot *slot) {
        if (slot)
                vobj_put(slot->number);
}

/* --- what a slot has open --- */

int slot_reserve(FileSlot *slot) {
        int r = 0;

        (void)pthread_mutex_lock(&slot->lock);
        if (slot->file || slot->stream || slot->is_opening)
                r = -EBUSY;
        else
                slot->is_opening = true;
        (void)pthread_mutex_unlock(&slot->lock);
        return r;
}

void slot_fill(FileSlot *slot, VfsFile *file, Stream *stream) {
        (void)pthread_mutex_lock(&slot->lock);
        slot->file = file;
        slot->stream = stream;
        slot->is_opening = false;
        (void)pthread_mutex_unlock(&slot->lock);
}

int slot_take(FileSlot *slot, VfsFile **ret_file, Stream **ret_stream) {
        (void)pthread_mutex_lock(&slot->lock);
        *ret_file = slot->file ? vfs_ref(slot->file) : NULL;
        *ret_stream = slot->stream ? stream_ref(slot->stream) : NULL;
        (void)pthread_mutex_unlock(&slot->lock);
        return *ret_file || *ret_stream ? 0 : -EBADF;
}

int slot_close(FileSlot *slot) {
        VfsFile *file;
        Stream *stream;

        (void)pthread_mutex_lock(&slot->lock);
        file = slot->file;
        stream = slot->stream;
        slot->file = NULL;
        slot->stream = NULL;
        (void)pthread_mutex_unlock(&slot->lock);
        if (!file && !stream)
                return -EBADF;
        drop_opened(slot, file, stream);
        return 0;
}

static bool has_open(FileSlot *slot, const VfsFile *file) {
        bool has;

        (void)pthread_mutex_lock(&slot->lock);
        has = slot->file == file;
        (void)pthread_mutex_unlock(&slot->lock);
        return has;
}

int slot_lock(FileSlot *slot, const LockCall *call) {
        int r = locks_set(call);

        if (r < 0 || has_open(slot, call->file))
                return r;
        locks_close(call->session, call->file);
        return -EBADF;
}

/* --- waits --- */

int session_wait_begin(Session *s) {
        return peer_take_wait(s->peer, waits_max) ? 0 : -EAGAIN;
}

void session_wait_end(Session *s) {
        peer_give_wait(s->peer);
}
