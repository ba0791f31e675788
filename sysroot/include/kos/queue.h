/* SPDX-License-Identifier: MIT */
/*
 * Queues: objects of one size that threads of a process pass to each other, first in, first out.
 *
 * A queue owns a fixed number of slots. A slot is free, held by the program, or in the queue:
 *
 *      producer:  o = KosQueueAlloc(queue);            free -> held; fill it in
 *                 KosQueuePush(queue, o);              held -> queued
 *      consumer:  o = KosQueuePop(queue, timeout);     queued -> held; use it
 *                 KosQueueFree(queue, o);              held -> free
 *
 * Nothing is copied. What was written to an object before its Push is seen by who pops it. Whoever is held
 * up in the middle of one of these functions holds up nobody else: they are lock-free (documented), except
 * that a Pop sleeps while there is nothing, and a Push wakes it.
 *
 * Threads: Alloc, Free, Push, Pop and Flush may be called from any number of threads at once; Create and
 * Destroy by one alone. queue is never RTL_NULL, except for Destroy.
 * Source: functions documented (CE 1.1); limits and what is said of wrong objects are our choice.
 */
#ifndef KOS_QUEUE_H
#define KOS_QUEUE_H

#include <coresrv/time/timeout.h>
#include <rtl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most objects of one queue. */
#define KOS_QUEUE_OBJECTS_MAX 0x100000u

typedef struct KosQueue *KosQueueHandle;

/* Makes an empty queue. Does not block.
 * objCount:  slots, 1 .. KOS_QUEUE_OBJECTS_MAX.
 * objSize:   bytes of an object, at least 1; rounded up to a multiple of objAlign (documented).
 * objAlign:  alignment of the objects in bytes, a power of two.
 * buffer:    where the objects lie: objCount rounded sizes, aligned to objAlign; the caller's, who keeps it
 *            until Destroy. RTL_NULL: the queue allocates it with KosMemAllocEx (documented).
 * Returns the queue, which KosQueueDestroy ends, or RTL_NULL: a number out of its range, a buffer that is
 * not aligned, or no memory. */
KosQueueHandle KosQueueCreate(unsigned objCount, unsigned objSize, unsigned objAlign, void *buffer);

/* Ends a queue and frees its memory, also that of objects that are held or queued, but not a buffer of
 * the caller's. Nobody may be using the queue. RTL_NULL: no effect. Does not block. */
void KosQueueDestroy(KosQueueHandle queue);

/* Frees the objects that are in the queue. Those that others push meanwhile may stay. Does not block. */
void KosQueueFlush(KosQueueHandle queue);

/* Takes a free slot. Returns an object of unspecified contents for Push or Free, or RTL_NULL: no slot is
 * free (documented). Does not block. */
void *KosQueueAlloc(KosQueueHandle queue);

/* Gives a slot back. obj: from Alloc or Pop of this queue and held; anything else has no effect. Does not
 * block. */
void KosQueueFree(KosQueueHandle queue, void *obj);

/* Puts an object behind all that are in the queue. obj: from Alloc (or Pop) of this queue and held; anything
 * else has no effect. Does not block: there is room for every object. */
void KosQueuePush(KosQueueHandle queue, void *obj);

/* Takes the first object.
 * timeout: milliseconds; 0: only look; INFINITE_TIMEOUT: as long as it takes (documented).
 * Returns an object for Free (or Push), or RTL_NULL: there was none in that time. */
void *KosQueuePop(KosQueueHandle queue, rtl_uint32_t timeout);

#ifdef __cplusplus
}
#endif

#endif
