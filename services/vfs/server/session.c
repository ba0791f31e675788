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

/* It waits for no device if it has left its places. */
static void session_free(Session *s) {
        locks_forget(s);
        vfs_client_deinit(&s->client);
        (void)pthread_mutex_destroy(&s->lock);
        peer_leave(s->peer);
        free(s);
        atomic_fetch_sub(&n_sessions, 1);
}

static void leave_root(Farewell *f) {
        Session *s = HOLDER_OF(Session, farewell, f);

        place_unref(&s->client.walker.root);
        session_free(s);
}

static void leave_cwd(Farewell *f) {
        Session *s = HOLDER_OF(Session, farewell, f);

        place_unref(&s->client.cwd);
        f->say = leave_root;
        farewell_say(s->client.walker.root.mount->fs, f);
}

static void session_end(void *object, Handle badge) {
        Session *s = object;

        issue_end(s->number, badge);
        s->farewell.say = leave_cwd;
        farewell_say(s->client.cwd.mount->fs, &s->farewell);
}

/* peer: taken over on success. from: whose place it has; or NULL. */
static int session_make(Peer *peer, Session *from, Session **ret) {
        Session *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                return -ENOMEM;
        r = from ? vfs_client_copy(&s->client, &from->client) : vfs_client_init(&s->client, all_mounts, 0, 0);
        if (r < 0) {
                free(s);
                return r;
        }
        s->client.walker.checks_modes = true; /* owner bits deny, whoever asks */
        (void)pthread_mutex_init(&s->lock, NULL);
        s->peer = peer;
        atomic_fetch_add(&n_sessions, 1);
        *ret = s;
        return 0;
}

/* For that process, or for that of another session. */
static int session_of_peer(const char *process, Session *from, Session **ret) {
        Peer *peer = from ? from->peer : NULL;
        int r = from ? peer_enter_again(peer) : peer_enter(process, &peer);

        if (r < 0)
                return r;
        r = session_make(peer, from, ret);
        if (r < 0)
                peer_leave(peer);
        return r;
}

static int session_begin(
        const char *process, Session *from, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        Session *s;
        int r = session_of_peer(process, from, &s);

        if (r < 0)
                return r;
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

int session_new(const char *process, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        return session_begin(process, NULL, ret_number, ret_handle);
}

int session_fork(Session *s, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        return session_begin(NULL, s, ret_number, ret_handle);
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

/* What a slot had open, which it has no more: first what others wait for, and no device has a part in. */
static void drop_locks(const FileSlot *slot, VfsFile *file) {
        if (!file)
                return;
        atomic_fetch_sub(&file->n_holders, 1);
        locks_close(slot->session, file);
}

static void drop_opened(const Opened *o) {
        (void)vfs_close(o->file);
        stream_unref(o->stream);
        session_put(o->home);
}

static void slot_free(Farewell *f) {
        FileSlot *slot = HOLDER_OF(FileSlot, farewell, f);
        const Opened had = {.file = slot->file, .stream = slot->stream, .home = slot->home};
        Session *s = slot->session;

        drop_opened(&had);
        (void)pthread_mutex_destroy(&slot->lock);
        free(slot);
        peer_give_file(s->peer);
        session_put(s);
}

static void slot_end(void *object, Handle badge) {
        FileSlot *slot = object;
        Session *s = slot->session;

        issue_end(slot->number, badge);
        drop_locks(slot, slot->file);
        (void)pthread_mutex_lock(&s->lock);
        unlink_slot(slot);
        (void)pthread_mutex_unlock(&s->lock);
        slot->farewell.say = slot_free;
        if (slot->file)
                farewell_say(slot->file->place.mount->fs, &slot->farewell);
        else
                slot_free(&slot->farewell);
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

/* s: with a reference and a counted file for the slot, both taken over on success. The slot comes with a
 * reference: an end of the session may come in between, and kills it. */
static int slot_make(Session *s, FileSlot **ret) {
        FileSlot *slot = calloc(1, sizeof *slot);
        int r;

        if (!slot)
                return -ENOMEM;
        (void)pthread_mutex_init(&slot->lock, NULL);
        slot->session = s;
        r = vobj_new(VOBJ_FILE, slot, slot_end, &slot->number) == 0 ? -ENFILE : 0;
        if (r == 0) {
                vobj_ref(slot->number);
                r = link_slot(s, slot);
        }
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

static int counted_slot(Session *s, FileSlot **ret) {
        int r = peer_take_file(s->peer);

        if (r < 0)
                return r;
        r = slot_make(s, ret);
        if (r < 0)
                peer_give_file(s->peer);
        return r;
}

/* One more slot of the session, with a reference; what it has open is still to come. Its handle is in
 * nobody's hand yet. */
static int new_slot(Session *s, FileSlot **ret) {
        int r;

        if (!vobj_get(s->number, VOBJ_SESSION))
                return -ENOENT;
        r = counted_slot(s, ret);
        if (r < 0)
                session_put(s);
        return r;
}

static int new_file(Session *s, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        FileSlot *slot;
        int r = new_slot(s, &slot);

        if (r < 0)
                return r;
        *ret_number = slot->number;
        r = issue_handle(slot->number, ISSUE_RIGHT_FILE, ret_handle);
        if (r < 0)
                vobj_kill(*ret_number);
        slot_put(slot);
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

/* --- copies of files --- */

/* Gives `to`, which nobody else has yet, what `from` has open. -EBADF: nothing. */
static int share(FileSlot *from, FileSlot *to) {
        (void)pthread_mutex_lock(&from->lock);
        to->file = from->file ? vfs_ref(from->file) : NULL;
        to->stream = from->stream ? stream_ref(from->stream) : NULL;
        if (to->file) {
                atomic_fetch_add(&to->file->n_holders, 1);
                to->home = from->home ? from->home : from->session;
                vobj_ref(to->home->number);
        }
        (void)pthread_mutex_unlock(&from->lock);
        return to->file || to->stream ? 0 : -EBADF;
}

int session_copy_file(Session *s, FileSlot *from, uint64_t *ret_number, nk_handle_desc_t *ret_handle) {
        FileSlot *slot;
        int r = from->session->peer == s->peer ? new_slot(s, &slot) : -EBADF;

        if (r < 0)
                return r;
        *ret_number = slot->number;
        r = share(from, slot);
        if (r == 0)
                r = issue_handle(*ret_number, ISSUE_RIGHT_FILE, ret_handle);
        if (r < 0)
                vobj_kill(*ret_number);
        slot_put(slot);
        return r;
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
        bell_ring(peer_bell(s->peer));
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
        if (file)
                atomic_fetch_add(&file->n_holders, 1);
        slot->file = file;
        slot->stream = stream;
        slot->is_opening = false;
        (void)pthread_mutex_unlock(&slot->lock);
}

int slot_take(FileSlot *slot, Opened *ret) {
        (void)pthread_mutex_lock(&slot->lock);
        ret->file = slot->file ? vfs_ref(slot->file) : NULL;
        ret->stream = slot->stream ? stream_ref(slot->stream) : NULL;
        ret->home = slot->home;
        if (ret->home)
                vobj_ref(ret->home->number);
        (void)pthread_mutex_unlock(&slot->lock);
        return ret->file || ret->stream ? 0 : -EBADF;
}

int slot_close(FileSlot *slot) {
        Opened had;

        (void)pthread_mutex_lock(&slot->lock);
        had = (Opened){.file = slot->file, .stream = slot->stream, .home = slot->home};
        slot->file = NULL;
        slot->stream = NULL;
        slot->home = NULL;
        (void)pthread_mutex_unlock(&slot->lock);
        if (!had.file && !had.stream)
                return -EBADF;
        drop_locks(slot, had.file);
        drop_opened(&had);
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

bool session_is_over(Session *s) {
        bool is_over;

        (void)pthread_mutex_lock(&s->lock);
        is_over = s->is_over;
        (void)pthread_mutex_unlock(&s->lock);
        return is_over;
}

int session_wait_begin(Session *s) {
        return peer_take_wait(s->peer, waits_max) ? 0 : -EAGAIN;
}

void session_wait_end(Session *s) {
        peer_give_wait(s->peer);
}
