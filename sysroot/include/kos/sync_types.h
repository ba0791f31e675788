/* SPDX-License-Identifier: MIT */
/*
 * Synchronisation objects of one process: the types.
 *
 * The program owns the memory of each object: a variable, a member, an allocated block, aligned as its type
 * says. An object is used between its Init and its Deinit, by any thread of the process, and is neither
 * copied nor moved meanwhile; other processes have no part in it. The contents are private.
 * Source: the names are documented; sizes and contents are our choice.
 */
#ifndef KOS_SYNC_TYPES_H
#define KOS_SYNC_TYPES_H

#include <rtl/types.h>

typedef struct KosEvent {
        rtl_uint64_t private_[16];
} KosEvent;

typedef struct KosMutex {
        rtl_uint64_t private_[8];
} KosMutex;

typedef struct KosRWLock {
        rtl_uint64_t private_[8];
} KosRWLock;

typedef struct KosSemaphore {
        rtl_uint64_t private_[16];
} KosSemaphore;

typedef struct KosCondvar {
        rtl_uint64_t private_[10];
} KosCondvar;

#endif
