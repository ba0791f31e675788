/* SPDX-License-Identifier: MIT */
/*
 * Ring: see ring.h.
 */
#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ring_init(Ring *r, uint32_t item_size, uint32_t capacity) {
        *r = (Ring){
                .items = malloc((size_t)item_size * capacity), .item_size = item_size, .capacity = capacity};
        return r->items ? 0 : -ENOMEM;
}

void ring_deinit(Ring *r) {
        free(r->items);
        *r = (Ring){.items = NULL};
}

static char *item_at(const Ring *r, uint32_t index) {
        return r->items + (size_t)(index % r->capacity) * r->item_size;
}

bool ring_put(Ring *r, const void *item) {
        if (r->n_items == r->capacity || r->n_lost > 0) {
                r->n_lost++;
                return false;
        }
        memcpy(item_at(r, r->head + r->n_items), item, r->item_size);
        r->n_items++;
        return true;
}

static uint32_t min(uint32_t a, uint32_t b) {
        return a < b ? a : b;
}

uint32_t ring_take(Ring *r, void *items, uint32_t n_max, uint64_t *ret_lost) {
        uint32_t n = min(r->n_items, n_max), n_first = min(n, r->capacity - r->head);

        if (n > 0) {
                memcpy(items, item_at(r, r->head), (size_t)n_first * r->item_size);
                memcpy((char *)items + (size_t)n_first * r->item_size, r->items,
                        (size_t)(n - n_first) * r->item_size);
        }
        r->head = (r->head + n) % r->capacity;
        r->n_items -= n;
        *ret_lost = r->n_items == 0 ? r->n_lost : 0;
        if (r->n_items == 0)
                r->n_lost = 0;
        return n;
}
