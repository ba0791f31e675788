/* SPDX-License-Identifier: MIT */
/*
 * Queues: a FIFO of the numbers of slots, a stack of the free ones, and a place to sleep for those who find
 * nothing. Only they and whoever wakes them take the lock.
 */
#include <kos/queue.h>

#include <kos/alloc.h>

#include "fifo.h"
#include "park.h"

_Static_assert(KOS_QUEUE_OBJECTS_MAX == FIFO_MAX, "the documented limit is the container's");

/* Written by whoever has the slot: a slot that goes two ways at once would end in two places. */
typedef enum SlotState { SLOT_FREE, SLOT_HELD, SLOT_QUEUED } SlotState;

struct KosQueue {
        Fifo queued;
        Spares free;
        _Alignas(FIFO_LINE) char *objects;
        rtl_size_t slot_size;
        uint32_t n_slots;
        _Atomic uint8_t *states; /* SlotState of each */
        void *own_buffer;        /* NULL: the caller's */
        _Alignas(FIFO_LINE) _Atomic uint32_t n_waiters;
        pthread_mutex_t lock;
        pthread_cond_t wake;
};

/* --- making --- */

static bool is_power_of_two(unsigned n) {
        return n != 0 && (n & (n - 1)) == 0;
}

static bool can_be(unsigned n, unsigned size, unsigned align, const void *buffer) {
        return n > 0 && n <= KOS_QUEUE_OBJECTS_MAX && size > 0 && is_power_of_two(align) &&
               ((rtl_uintptr_t)buffer & (align - 1)) == 0;
}

/* Queue, nodes and tables in one block. */
static KosQueueHandle allocate(uint32_t n) {
        rtl_size_t nodes_off = rtl_align_up(sizeof(struct KosQueue), FIFO_LINE);
        rtl_size_t spare_off = nodes_off + (n + 1) * sizeof(FifoNode);
        rtl_size_t next_off = spare_off + n * sizeof(uint32_t);
        rtl_size_t states_off = next_off + n * sizeof(_Atomic uint32_t);
        char *block = KosMemAllocEx(states_off + n, FIFO_LINE, 1);
        KosQueueHandle q = (KosQueueHandle)(void *)block;

        if (!q)
                return RTL_NULL;
        fifo_init(&q->queued, n, (FifoNode *)(void *)(block + nodes_off),
                (uint32_t *)(void *)(block + spare_off));
        spares_init(&q->free, n, (_Atomic uint32_t *)(void *)(block + next_off));
        q->states = (_Atomic uint8_t *)(void *)(block + states_off);
        q->n_slots = n;
        return q;
}

KosQueueHandle KosQueueCreate(unsigned objCount, unsigned objSize, unsigned objAlign, void *buffer) {
        rtl_size_t slot_size;
        KosQueueHandle q;

        if (!can_be(objCount, objSize, objAlign, buffer))
                return RTL_NULL;
        q = allocate(objCount);
        if (!q)
                return RTL_NULL;
        slot_size = rtl_align_up((rtl_size_t)objSize, objAlign);
        if (!buffer)
                buffer = q->own_buffer = KosMemAllocEx(objCount * slot_size, objAlign, 0);
        if (!buffer) {
                KosMemFree(q);
                return RTL_NULL;
        }
        q->slot_size = slot_size;
        q->objects = buffer;
        park_init(&q->lock, &q->wake);
        return q;
}

void KosQueueDestroy(KosQueueHandle queue) {
        if (!queue)
                return;
        park_deinit(&queue->lock, &queue->wake);
        KosMemFree(queue->own_buffer);
        KosMemFree(queue);
}

/* --- slots --- */

static void *object_of(KosQueueHandle q, uint32_t slot) {
        return q->objects + slot * q->slot_size;
}

static void set_state(KosQueueHandle q, uint32_t slot, SlotState state) {
        atomic_store_explicit(&q->states[slot], (uint8_t)state, memory_order_relaxed);
}

/* Slot of an object that the program holds; FIFO_NONE: it is none. */
static uint32_t held_slot(KosQueueHandle q, const void *obj) {
        rtl_size_t off = (rtl_uintptr_t)obj - (rtl_uintptr_t)q->objects;
        rtl_size_t slot = off / q->slot_size;

        if (slot >= q->n_slots || off % q->slot_size != 0)
                return FIFO_NONE;
        if (atomic_load_explicit(&q->states[slot], memory_order_relaxed) != SLOT_HELD)
                return FIFO_NONE;
        return (uint32_t)slot;
}

static void free_slot(KosQueueHandle q, uint32_t slot) {
        set_state(q, slot, SLOT_FREE);
        spares_push(&q->free, slot);
}

void *KosQueueAlloc(KosQueueHandle queue) {
        uint32_t slot = spares_pop(&queue->free);

        if (slot == FIFO_NONE)
                return RTL_NULL;
        set_state(queue, slot, SLOT_HELD);
        return object_of(queue, slot);
}

void KosQueueFree(KosQueueHandle queue, void *obj) {
        uint32_t slot = held_slot(queue, obj);

        if (slot != FIFO_NONE)
                free_slot(queue, slot);
}

/* --- there and back --- */

static void wake_one(KosQueueHandle q) {
        (void)pthread_mutex_lock(&q->lock);
        (void)pthread_cond_signal(&q->wake);
        (void)pthread_mutex_unlock(&q->lock);
}

/* A waiter counts itself before its last look, we look at the count after our push: one sees the other. */
void KosQueuePush(KosQueueHandle queue, void *obj) {
        uint32_t slot = held_slot(queue, obj);

        if (slot == FIFO_NONE)
                return;
        set_state(queue, slot, SLOT_QUEUED);
        fifo_push(&queue->queued, slot);
        if (atomic_load(&queue->n_waiters) > 0)
                wake_one(queue);
}

static void *take_first(KosQueueHandle q) {
        uint32_t slot = fifo_pop(&q->queued);

        if (slot == FIFO_NONE)
                return RTL_NULL;
        set_state(q, slot, SLOT_HELD);
        return object_of(q, slot);
}

typedef struct Wait {
        KosQueueHandle queue;
        void *obj;
} Wait;

static bool is_there(void *arg) {
        Wait *w = arg;

        w->obj = take_first(w->queue);
        return w->obj != RTL_NULL;
}

/* A thread that is ended may have been woken for an object: the next one is to look. */
static void leave(void *arg) {
        Wait *w = arg;

        if (atomic_fetch_sub(&w->queue->n_waiters, 1) > 1 && !w->obj)
                (void)pthread_cond_signal(&w->queue->wake);
}

void *KosQueuePop(KosQueueHandle queue, rtl_uint32_t timeout) {
        Wait wait = {.queue = queue};
        Park p = {.lock = &queue->lock,
                .wake = &queue->wake,
                .is_ready = is_there,
                .leave = leave,
                .arg = &wait};

        park_check_end();
        wait.obj = take_first(queue);
        if (wait.obj || timeout == 0)
                return wait.obj;
        (void)pthread_mutex_lock(&queue->lock);
        atomic_fetch_add(&queue->n_waiters, 1);
        (void)park(&p, timeout);
        return wait.obj;
}

void KosQueueFlush(KosQueueHandle queue) {
        for (uint32_t i = 0; i < queue->n_slots; i++) {
                uint32_t slot = fifo_pop(&queue->queued);

                if (slot == FIFO_NONE)
                        return;
                free_slot(queue, slot);
        }
}
