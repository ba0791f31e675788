/* SPDX-License-Identifier: MIT */
/*
 * System V's semaphores and shared memory for a program of the host and the processes it forks. Linux keeps
 * both outside of any limit of a process, so no chamber has them; here they lie in memory that is mapped
 * before the program begins and that all of its processes share. Nobody else is meant by a key.
 *
 * What a process that ended had, its attachments and what its operations are to be undone by, is found when
 * somebody needs to know: nothing of it has to run at an end.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/types.h>

#include <caisson/family.h>

#include "call.h"

#define IPC_SETS_MAX     64  /* sets of semaphores at a time */
#define IPC_PER_SET_MAX  256 /* semaphores of a set */
#define IPC_OPS_MAX      128 /* operations of one call */
#define IPC_VALUE_MAX    32767
#define IPC_UNDO_MAX     1024        /* semaphores, times processes that are to undo what they did to them */
#define IPC_WAITERS_MAX  1024        /* threads that wait; as many as a process may have */
#define IPC_SEGMENTS_MAX 64          /* segments of memory at a time */
#define IPC_MEMORY_MAX   (64u << 20) /* bytes of all segments */
#define IPC_ATTACHED_MAX (IPC_SEGMENTS_MAX * NKX_FAMILY_MAX)

#define IPC_PAGE      4096u
#define IPC_PAGES_MAX (IPC_MEMORY_MAX / IPC_PAGE)

/* What sets and segments have in common. */
typedef struct IpcObject {
        bool is_there;
        uint32_t turn; /* how often the place was taken: part of the identifier */
        key_t key;
        mode_t mode;
        time_t changed;
        pid_t creator;
} IpcObject;

typedef struct IpcSemaphore {
        int16_t value;
        pid_t last;
} IpcSemaphore;

typedef struct IpcSet {
        IpcObject object;
        unsigned n;
        time_t operated;
        IpcSemaphore list[IPC_PER_SET_MAX];
} IpcSet;

typedef struct IpcUndo {
        pid_t process; /* 0: a free place */
        int set;
        unsigned number;
        int by;
} IpcUndo;

/* A call that can't be done now. Whoever changes the set does it, in the name of who waits. */
typedef struct IpcWaiter {
        pid_t process; /* 0: a free place */
        int set;
        uint64_t order;  /* of arrival */
        unsigned number; /* where it is stuck */
        bool is_for_zero;
        _Atomic uint32_t word; /* futex: there is something to look at */
        bool is_done;
        long result;
        size_t n;
        struct sembuf list[IPC_OPS_MAX];
} IpcWaiter;

typedef struct IpcSegment {
        IpcObject object;
        size_t size;
        size_t first, n_pages;
        bool is_removed;
        pid_t last;
        time_t attached, detached;
} IpcSegment;

typedef struct IpcAttached {
        pid_t process; /* 0: a free place */
        int segment;
        unsigned n;
} IpcAttached;

typedef struct Ipc {
        pthread_mutex_t lock;
        IpcSet sets[IPC_SETS_MAX];
        IpcUndo undos[IPC_UNDO_MAX];
        IpcWaiter waiters[IPC_WAITERS_MAX];
        unsigned n_waiters; /* places in use are below */
        uint64_t n_waited;
        IpcSegment segments[IPC_SEGMENTS_MAX];
        IpcAttached attached[IPC_ATTACHED_MAX];
        unsigned n_attached; /* places in use are below */
        bool is_page_taken[IPC_PAGES_MAX];
} Ipc;

/* With the lock held, and no signal delivered meanwhile. NULL: there was no memory; nothing is locked then.
 */
typedef struct IpcLocked {
        Ipc *ipc;
        uint64_t signals;
} IpcLocked;

IpcLocked ipc_lock(void);
void ipc_unlock(const IpcLocked *locked);

/* Where the pages of segments begin. */
char *ipc_memory(void);
/* Gives the contents of pages back; they are zero afterwards. */
void ipc_forget(size_t first, size_t n);

/* Has this process ended? One that nobody has waited for yet counts as ended. */
bool ipc_has_ended(pid_t process);
pid_t ipc_self(void);

/* Identifiers: a place and its turn. */
int ipc_id(const IpcObject *object, int place, int n_places);
bool ipc_is(const IpcObject *object, int id, int n_places);
void ipc_begin(IpcObject *object, key_t key, int flags);
void ipc_show(const IpcObject *object, struct ipc_perm *ret);

/* What the process that was just forked has of its parent. The lock is held. */
void shm_inherit(Ipc *ipc, pid_t parent, pid_t child);
/* Operations of processes that have ended are undone. The lock is held. */
void sem_sweep(Ipc *ipc);
/* Those of a process. */
void sem_undo_all(Ipc *ipc, pid_t process);
