/* SPDX-License-Identifier: MIT */
/*
 * Lock-free FIFO and stack of numbers: see fifo.h.
 */
#include "fifo.h"

#define NUMBER_BITS 24

_Static_assert(FIFO_NONE == (1u << NUMBER_BITS) - 1 && FIFO_MAX < FIFO_NONE, "numbers leave one for none");

static uint32_t number(uint64_t word) {
        return (uint32_t)word & FIFO_NONE;
}

/* A word that follows `word`. */
static uint64_t following(uint64_t word, uint32_t n) {
        return (((word >> NUMBER_BITS) + 1) << NUMBER_BITS) | n;
}

/* --- FIFO --- */

void fifo_init(Fifo *f, uint32_t n, FifoNode *nodes, uint32_t *spare) {
        for (uint32_t i = 0; i <= n; i++) {
                atomic_init(&nodes[i].next, FIFO_NONE);
                atomic_init(&nodes[i].value, FIFO_NONE);
        }
        for (uint32_t i = 0; i < n; i++)
                spare[i] = i;
        atomic_init(&f->head, n);
        atomic_init(&f->tail, n);
        f->nodes = nodes;
        f->spare = spare;
}

void fifo_push(Fifo *f, uint32_t value) {
        uint32_t node = f->spare[value];
        FifoNode *mine = &f->nodes[node];
        uint64_t tail, next;

        atomic_store_explicit(&mine->value, value, memory_order_relaxed);
        /* Seen by others with the swap that puts the node into the list. */
        atomic_store_explicit(&mine->next,
                following(atomic_load_explicit(&mine->next, memory_order_relaxed), FIFO_NONE),
                memory_order_relaxed);
        for (;;) {
                tail = atomic_load(&f->tail);
                next = atomic_load(&f->nodes[number(tail)].next);
                if (tail != atomic_load(&f->tail))
                        continue; /* that was perhaps the next of a node in another life */
                if (number(next) != FIFO_NONE)
                        atomic_compare_exchange_strong(&f->tail, &tail, following(tail, number(next)));
                else if (atomic_compare_exchange_strong(
                                 &f->nodes[number(tail)].next, &next, following(next, node)))
                        break;
        }
        /* Somebody else may have done it by now. */
        atomic_compare_exchange_strong(&f->tail, &tail, following(tail, node));
}

uint32_t fifo_pop(Fifo *f) {
        uint64_t head, tail, next;
        uint32_t value;

        for (;;) {
                head = atomic_load(&f->head);
                tail = atomic_load(&f->tail);
                next = atomic_load(&f->nodes[number(head)].next);
                if (head != atomic_load(&f->head))
                        continue;
                if (number(next) == FIFO_NONE)
                        return FIFO_NONE;
                if (number(head) == number(tail)) { /* never let the head overtake the tail */
                        atomic_compare_exchange_strong(&f->tail, &tail, following(tail, number(next)));
                        continue;
                }
                /* Before the swap: after it the node may be in use again. */
                value = atomic_load_explicit(&f->nodes[number(next)].value, memory_order_relaxed);
                if (atomic_compare_exchange_strong(&f->head, &head, following(head, number(next))))
                        break;
        }
        f->spare[value] = number(head);
        return value;
}

/* --- stack --- */

void spares_init(Spares *s, uint32_t n, _Atomic uint32_t *next) {
        for (uint32_t i = 0; i < n; i++)
                atomic_init(&next[i], i + 1 < n ? i + 1 : FIFO_NONE);
        atomic_init(&s->top, n > 0 ? 0 : FIFO_NONE);
        s->next = next;
}

void spares_push(Spares *s, uint32_t value) {
        uint64_t top = atomic_load(&s->top);

        do
                atomic_store_explicit(&s->next[value], number(top), memory_order_relaxed);
        while (!atomic_compare_exchange_weak(&s->top, &top, following(top, value)));
}

uint32_t spares_pop(Spares *s) {
        uint64_t top = atomic_load(&s->top);
        uint32_t below;

        do {
                if (number(top) == FIFO_NONE)
                        return FIFO_NONE;
                below = atomic_load_explicit(&s->next[number(top)], memory_order_relaxed);
        } while (!atomic_compare_exchange_weak(&s->top, &top, following(top, below)));
        return number(top);
}
