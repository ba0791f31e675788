/* SPDX-License-Identifier: MIT */
/*
 * Free places of an array: see ids.h.
 */
#include "ids.h"

#define TOP(head)          ((uint32_t)(head))
#define CHANGED(head, top) ((((head) >> 32) + 1) << 32 | (top))

/* The numbers that were never taken need no list. */
static uint32_t take_fresh(Ids *ids) {
        uint32_t id = atomic_load_explicit(&ids->fresh, memory_order_relaxed);

        while (id < ids->n)
                if (atomic_compare_exchange_weak(&ids->fresh, &id, id + 1))
                        return id;
        return IDS_NONE;
}

uint32_t ids_take(Ids *ids) {
        uint64_t head = atomic_load(&ids->head);

        while (TOP(head)) {
                uint32_t id = TOP(head) - 1;

                if (atomic_compare_exchange_weak(
                            &ids->head, &head, CHANGED(head, atomic_load(&ids->below[id]))))
                        return id;
        }
        return take_fresh(ids);
}

void ids_put(Ids *ids, uint32_t id) {
        uint64_t head = atomic_load(&ids->head);

        do
                atomic_store(&ids->below[id], TOP(head));
        while (!atomic_compare_exchange_weak(&ids->head, &head, CHANGED(head, id + 1)));
}
