/* SPDX-License-Identifier: MIT */
/*
 * Children: processes that processes start.
 *
 * A program of the solution has a place, which the host knows by a number. A child is what a process makes of
 * it: created, when it can be given handles; then running; then ended, with a status. Whoever has a handle of
 * it with the right may start it, end it, and wait for its end. When the last handle goes, a child that was
 * never started is forgotten; one that runs goes on, and nobody can name it any more.
 *
 * Threads and clock: none of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#define CHILD_WAITS_MAX 64u /* calls that wait for the end of one child */
#define CHILD_NEVER     UINT64_MAX

typedef uint64_t ChildTicket;
typedef struct Child Child;

/* Why it is over. */
enum { CHILD_EXITED = 0, CHILD_KILLED = 1, CHILD_TERMINATED = 2 };

/* How an open call ends: what it was is known by who waits. */
typedef struct ChildEnd {
        ChildTicket ticket;
        bool is_start; /* of a start, else of a wait */
        Retcode rc;
        uint32_t reason; /* of a wait with rcOk */
        int32_t status;
} ChildEnd;
/* Called from within the functions below; must not call one. */
typedef void ChildSay(void *host, const ChildEnd *end);

/* All children of a host. */
typedef struct ChildList {
        Child *first;
        ChildSay *say;
        void *host;
} ChildList;

/* Created, at that place. NULL: no memory. */
Child *child_new(ChildList *list, uint32_t place);
/* The last handle is gone: calls that wait end with rcAbort. True: it was never started, the place is free.
 */
bool child_free(Child *c);

/* What the host notes with it. */
void child_set_data(Child *c, void *data);
void *child_data(const Child *c);

Child *child_find(const ChildList *list, uint32_t place); /* NULL: none has a handle */
uint32_t child_place(const Child *c);
bool child_is_created(const Child *c);
bool child_is_running(const Child *c);
bool child_has_ended(const Child *c);

/* It is to start, and that call waits for it. rcOk, rcInvalidOperation: it has been started. */
Retcode child_start(Child *c, ChildTicket ticket);
/* It runs (rcOk), or could not be started and is created still. */
void child_started(Child *c, Retcode rc);
/* It is to end by the will of a process. rcOk; rcInvalidOperation: it does not run. */
Retcode child_terminate(Child *c);
void child_ended(Child *c, bool was_killed, int32_t status);

/* Said at once if it has ended, else when it does, or rcTimeout. rcOk: said, or will be. rcTimeout: until_ms
 * is not later than now_ms. rcQuotaExceeded: CHILD_WAITS_MAX; rcOutOfMemory. owner: whose call it is. */
Retcode child_wait(Child *c, const void *owner, ChildTicket ticket, uint64_t now_ms, uint64_t until_ms);

/* The process is gone: its calls are withdrawn, unsaid. */
void child_owner_died(ChildList *list, const void *owner);
/* Ends what has waited long enough. Returns when to come again, or CHILD_NEVER. */
uint64_t child_expire(ChildList *list, uint64_t now_ms);
/* Children and waiting calls, for checks that nothing is left. */
uint32_t child_count(const ChildList *list);
