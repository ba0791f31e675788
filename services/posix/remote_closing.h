/* SPDX-License-Identifier: MIT */
/*
 * Closing without waiting for it.
 *
 * A regular file that was opened to read, in a process that holds no locks, is closed quietly: nobody could
 * tell from anything the close answers, or from any later call of this process, that it did not wait. Its
 * handle becomes spare when the VFS has answered.
 *
 * Always true: a closing is free, or holds one handle and its ticket, or is one thread's. Signal handlers
 * open and close, too: nothing here waits for a lock.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include <caisson/post.h>

#define CLOSINGS_MAX NKX_POSTS_MAX
#define QUIET_MAX    256u /* files remembered as such; of two in one place the older is closed as others are */

typedef enum ClosingState { CLOSING_FREE, CLOSING_TAKEN, CLOSING_POSTED } ClosingState;

typedef struct Closing {
        _Atomic int state;
        Handle file;
        NkxTicket ticket;
} Closing;

typedef struct Closings {
        Closing list[CLOSINGS_MAX];
        _Atomic Handle quiet[QUIET_MAX]; /* by handle; 0: none */
        _Atomic bool has_locks;          /* a record lock may be held: each closing of its file ends it */
} Closings;

struct Remote;

/* What is known of an open file. */
void closings_note_open(struct Remote *r, Handle file, unsigned type, int flags);
/* A lock belongs to that open file, or to the process and its file. */
void closings_note_lock(struct Remote *r, Handle file, bool of_process);

/* True: it is done, or on its way. False: it must be closed by a call. */
bool closings_post(struct Remote *r, Handle file);
/* A handle whose file has been closed meanwhile; INVALID_HANDLE: none. waits: for one, if any is being
 * closed. */
Handle closings_take(struct Remote *r, bool waits);
/* Waits for all, makes their handles spare, and closes what is open now by calls: before a fork, in the
 * process that forks. */
void closings_settle(struct Remote *r);
