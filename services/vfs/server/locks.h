/* SPDX-License-Identifier: MIT */
/*
 * Locks on files: fcntl()'s of records, and flock()'s of whole files.
 *
 * Both are advisory and know nothing of each other. A record lock belongs to a session, or to an open file
 * (F_OFD_...); flock's to an open file. They go when whoever they belong to closes the file, or ends.
 * Waiting is bounded here, so that a client's death frees the thread; the client asks again.
 */
#pragma once

#include "client.h"
#include "lockset.h"

#define LOCKS_WAIT_MS 1000u /* of one call */

struct Session;

typedef struct LockCall {
        struct Session *session;
        VfsFile *file;
        bool is_flock;
        bool is_of_file; /* belongs to the open file, not to the session */
        bool waits;
        LockRange range;
} LockCall;

/* Sets or takes away. 0; -EDEADLK; -ENOLCK; -EAGAIN: somebody has it, with `waits`: and as many calls wait
 * already as may; -EINTR: somebody still has it, ask again. */
int locks_set(const LockCall *call);
/* The first lock that would be in the way; type F_UNLCK: none. */
void locks_test(const LockCall *call, LockRange *ret);

/* The session has closed an open file, whose own locks go when nobody holds it (n_holders); it ends. */
void locks_close(struct Session *s, VfsFile *file);
void locks_forget(struct Session *s);
/* Calls of a session that wait see that it is over. */
void locks_wake(const struct Session *s);
