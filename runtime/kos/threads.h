/* SPDX-License-Identifier: MIT */
/*
 * What the process knows of its threads: a table of records, found by number.
 *
 * Everything here and in a record is under one lock, threads_lock, unless it says otherwise. A record is
 * free, or belongs to one thread, alive or remembered. Records stay where they are for ever and are used
 * again; whoever lets the lock go while he needs one pins it.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <kos/thread.h>

#include "sync/park.h"

typedef enum ThreadStage { THREAD_RUNS, THREAD_SUSPENDED, THREAD_OVER } ThreadStage;

typedef struct Thread Thread;

struct Thread {
        Tid tid;        /* 0: the record is free */
        uint32_t place; /* in the table, for ever */
        ThreadStage stage;
        pthread_t pthread;
        pthread_cond_t changed;     /* stage or is_joined */
        bool is_ours;               /* made by KosThreadCreate */
        bool is_detached;           /* nobody waits for it: forgotten when it is over */
        bool is_joining, is_joined; /* ours, and over: somebody waits for the last of it; nothing is left */
        int32_t exit_code;
        uint32_t n_pins;
        ParkThread park;
        Thread *next, *previous; /* in one of the lists of threads.c */
        /* Written before the thread exists, then its own. */
        ThreadRoutine routine;
        void *context;
        uint32_t priority;
        bool has_begun;
};

extern pthread_mutex_t threads_lock;

/* A record with a number of its own. NULL: all belong to threads that are alive, or are pinned. */
Thread *threads_add(void);
/* Makes a record free that is in no list: its thread never was, or nobody will ask for it. */
void threads_drop(Thread *t);
/* NULL: no such thread. */
Thread *threads_find(Tid tid);

/* The thread is over; others learn it. */
void threads_set_over(Thread *t);
/* The thread of ours that has been over for longest and that nobody joins; NULL: none. */
Thread *threads_peek_dead(void);
/* Waits for the last of a thread of ours that is over, even if another one does. Lets the lock go meanwhile:
 * the record is dead, or pinned. */
void threads_join(Thread *t);

/* Record of the calling thread, made if need be; without the lock. NULL: the table is full. */
Thread *threads_self(void);
/* The calling thread is that one, made by us. */
void threads_set_self(Thread *t);
