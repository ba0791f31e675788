/* SPDX-License-Identifier: MIT */
/*
 * Sessions and their files: what a client has, and what is given back when it is gone.
 *
 * A session lives until its last handle is closed or its process ends, and longer while calls use it. Its
 * files keep it too. All functions give 0 or a negative errno; any thread.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include <nk/types.h>

#include "client.h"
#include "farewell.h"
#include "locks.h"
#include "peer.h"
#include "stream.h"

#define SESSION_WAITS_DEFAULT 10u /* calls of one process that wait (VFS_CLIENT_MAX_THREADS) */
#define SESSION_WAITS_MAX     64u

typedef struct Session Session;

/* A file handle: open or spare. */
typedef struct FileSlot {
        uint64_t number;
        Farewell farewell;
        Session *session;
        struct FileSlot *next, **link; /* of the session's */
        pthread_mutex_t lock;          /* of all below */
        VfsFile *file;                 /* at most one of these two */
        Stream *stream;
        Session *home; /* of a copy: where its file was opened, with a reference; or NULL */
        bool is_opening;
} FileSlot;

/* What a slot has open, each with a reference: opened_begin() (serve.h). */
typedef struct Opened {
        FileSlot *slot;
        VfsFile *file;
        Stream *stream; /* instead of a file */
        Session *home;  /* a file does not outlive it */
} Opened;

struct Session {
        uint64_t number;
        Farewell farewell;
        Peer *peer;
        VfsClient client;
        pthread_mutex_t lock; /* of all below */
        FileSlot *files;
        bool is_over;
};

/* Once, before anything else. mounts: outlives everything. n_waits: 1 .. SESSION_WAITS_MAX. */
int sessions_begin(Mounts *mounts, uint32_t n_waits);

/* Waits until there are none, but no longer than that. */
void sessions_await_end(uint32_t timeout_ms);

/* A new session of that process, and its handle for the answer. -EMFILE, -ENFILE, -ENOMEM. */
int session_new(const char *process, uint64_t *ret_number, nk_handle_desc_t *ret_handle);
/* Up to `count` spare files: numbers, and handles for the answer. -EMFILE, -ENFILE: none. */
int session_new_files(
        Session *s, uint32_t count, uint64_t *ret_numbers, nk_handle_desc_t *ret_handles, uint32_t *ret_n);
/* A session of the same process, with root, working directory and umask of another. As session_new(). */
int session_fork(Session *s, uint64_t *ret_number, nk_handle_desc_t *ret_handle);
/* What the slot has open, once more, in a new slot of a session of the same process. -EBADF: nothing, or
 * another's; -EMFILE, -ENFILE, -ENOMEM. */
int session_copy_file(Session *s, FileSlot *from, uint64_t *ret_number, nk_handle_desc_t *ret_handle);
/* The client has no handle of this session or file any more. */
void session_forget(uint64_t number);

/* By a handle that came in a request; with a reference, or NULL. A handle that isn't ours is closed. */
Session *session_get(const nk_handle_desc_t *handle);
void session_put(Session *s);
FileSlot *slot_get(const nk_handle_desc_t *handle);
void slot_put(FileSlot *slot);

/* A slot is being opened: -EBUSY: it is open already. Then slot_fill(). */
int slot_reserve(FileSlot *slot);
/* Takes over what it has open now: one is NULL; both: it is spare again. */
void slot_fill(FileSlot *slot, VfsFile *file, Stream *stream);
/* What it has open, but for the slot itself. -EBADF: nothing. */
int slot_take(FileSlot *slot, Opened *ret);
/* -EBADF. */
int slot_close(FileSlot *slot);
/* locks_set() for a file that the slot had open when the call began. -EBADF: another call has closed it
 * meanwhile, and with it went the lock: nobody else would ever take it away. */
int slot_lock(FileSlot *slot, const LockCall *call);

/* Has it no handle any more? */
bool session_is_over(Session *s);
/* Around a wait that may take long. -EAGAIN: as many calls wait already as may, of this process or of all. */
int session_wait_begin(Session *s);
void session_wait_end(Session *s);
