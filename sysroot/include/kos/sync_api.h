/* SPDX-License-Identifier: MIT */
/*
 * All synchronisation objects of one process: see the headers named below.
 *
 * Source: the name is documented for CE 1.4.
 */
#ifndef KOS_SYNC_API_H
#define KOS_SYNC_API_H

#include <kos/condvar.h>
#include <kos/event.h>
#include <kos/mutex.h>
#include <kos/rwlock.h>
#include <kos/semaphore.h>

#endif
