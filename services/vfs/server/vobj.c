/* SPDX-License-Identifier: MIT */
/*
 * Spots of objects: see vobj.h. A number is generation << 32 | place; generations begin at 1.
 */
#include "vobj.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define ALIVE           (UINT64_C(1) << 31)
#define USERS           (ALIVE - 1)
#define GENERATION_STEP (UINT64_C(1) << 32)
#define GENERATION_MAX  UINT32_MAX /* a place that has used them all up stays empty */

typedef struct Spot {
        _Atomic uint64_t state; /* generation << 32 | ALIVE | users */
        VobjKind kind;
        uint32_t next_free; /* place + 1; 0: none */
        void *object;
        VobjEnd *end;
        Handle badge;
} Spot;

static Spot spots[VOBJ_MAX];
static pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER; /* of the two below and of next_free */
static uint32_t first_free;                                   /* place + 1 */
static uint32_t n_touched;                                    /* places that were ever used */

static uint32_t generation_of(uint64_t state) {
        return (uint32_t)(state >> 32);
}

static Spot *take_free(void) {
        Spot *p = NULL;

        (void)pthread_mutex_lock(&free_lock);
        if (first_free > 0) {
                p = &spots[first_free - 1];
                first_free = p->next_free;
        } else if (n_touched < VOBJ_MAX) {
                p = &spots[n_touched++];
        }
        (void)pthread_mutex_unlock(&free_lock);
        return p;
}

static void give_free(Spot *p) {
        if (generation_of(atomic_load_explicit(&p->state, memory_order_relaxed)) == GENERATION_MAX)
                return;
        (void)pthread_mutex_lock(&free_lock);
        p->next_free = first_free;
        first_free = (uint32_t)(p - spots) + 1;
        (void)pthread_mutex_unlock(&free_lock);
}

uint64_t vobj_new(VobjKind kind, void *object, VobjEnd *end, uint64_t *own) {
        Spot *p = take_free();
        uint64_t generation;

        if (!p)
                return 0;
        p->kind = kind;
        p->object = object;
        p->end = end;
        p->badge = INVALID_HANDLE;
        generation =
                (atomic_load_explicit(&p->state, memory_order_relaxed) & ~(ALIVE | USERS)) + GENERATION_STEP;
        if (own)
                *own = generation | (uint64_t)(p - spots);
        atomic_store_explicit(&p->state, generation | ALIVE | 1, memory_order_release);
        return generation | (uint64_t)(p - spots);
}

static Spot *spot_of(uint64_t number) {
        return (uint32_t)number < VOBJ_MAX ? &spots[(uint32_t)number] : NULL;
}

void vobj_set_badge(uint64_t number, Handle badge) {
        spot_of(number)->badge = badge;
}

static bool take_user(Spot *p, uint64_t number) {
        uint64_t state = atomic_load_explicit(&p->state, memory_order_relaxed);

        do {
                if (generation_of(state) != generation_of(number) || !(state & ALIVE) ||
                        (state & USERS) == USERS)
                        return false;
        } while (!atomic_compare_exchange_weak_explicit(
                &p->state, &state, state + 1, memory_order_acquire, memory_order_relaxed));
        return true;
}

void *vobj_get(uint64_t number, VobjKind kind) {
        Spot *p = spot_of(number);

        if (!p || !take_user(p, number))
                return NULL;
        if (p->kind == kind)
                return p->object;
        vobj_put(number);
        return NULL;
}

void vobj_disown(uint64_t number) {
        Spot *p = spot_of(number);

        atomic_fetch_and_explicit(&p->state, ~(ALIVE | USERS), memory_order_relaxed);
        give_free(p);
}

void vobj_put(uint64_t number) {
        Spot *p = spot_of(number);
        uint64_t before = atomic_fetch_sub_explicit(&p->state, 1, memory_order_acq_rel);

        if ((before & USERS) > 1)
                return;
        p->end(p->object, p->badge);
        give_free(p);
}

void vobj_ref(uint64_t number) {
        atomic_fetch_add_explicit(&spot_of(number)->state, 1, memory_order_relaxed);
}

void vobj_kill(uint64_t number) {
        Spot *p = spot_of(number);
        uint64_t state;

        if (!p)
                return;
        state = atomic_load_explicit(&p->state, memory_order_relaxed);
        do {
                if (generation_of(state) != generation_of(number) || !(state & ALIVE))
                        return;
        } while (!atomic_compare_exchange_weak_explicit(
                &p->state, &state, state & ~ALIVE, memory_order_acq_rel, memory_order_relaxed));
        vobj_put(number);
}
