/* SPDX-License-Identifier: MIT */
/*
 * Map of blocks: open addressing without gaps on the way to an entry.
 */
#include "blockmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64u

void blockmap_deinit(BlockMap *m) {
        free(m->slots);
        *m = (BlockMap){.slots = NULL};
}

static uint32_t home(const BlockMap *m, uint64_t block) {
        return (uint32_t)((block * 0x9e3779b97f4a7c15u) >> 32) & (m->n_slots - 1);
}

static uint32_t slot_of(const BlockMap *m, uint64_t block) {
        uint32_t i = home(m, block);

        while (m->slots[i].value && m->slots[i].block != block)
                i = (i + 1) & (m->n_slots - 1);
        return i;
}

uintptr_t blockmap_get(const BlockMap *m, uint64_t block) {
        return m->n_blocks ? m->slots[slot_of(m, block)].value : 0;
}

static int grow(BlockMap *m) {
        BlockMap bigger = {.n_slots = m->n_slots ? m->n_slots * 2 : SLOTS_MIN, .n_blocks = m->n_blocks};

        bigger.slots = calloc(bigger.n_slots, sizeof *bigger.slots);
        if (!bigger.slots)
                return -ENOMEM;
        for (uint32_t i = 0; i < m->n_slots; i++)
                if (m->slots[i].value)
                        bigger.slots[slot_of(&bigger, m->slots[i].block)] = m->slots[i];
        free(m->slots);
        *m = bigger;
        return 0;
}

int blockmap_put(BlockMap *m, uint64_t block, uintptr_t value) {
        uint32_t i;

        if (m->n_blocks >= m->n_slots / 2) {
                int r = grow(m);

                if (r < 0)
                        return r;
        }
        i = slot_of(m, block);
        m->n_blocks += m->slots[i].value == 0;
        m->slots[i] = (BlockSlot){.block = block, .value = value};
        return 0;
}

void blockmap_remove(BlockMap *m, uint64_t block) {
        uint32_t mask = m->n_slots - 1, gap;

        if (!blockmap_get(m, block))
                return;
        gap = slot_of(m, block);
        m->slots[gap].value = 0;
        m->n_blocks--;
        for (uint32_t i = (gap + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
                if (((i - home(m, m->slots[i].block)) & mask) < ((i - gap) & mask))
                        continue;
                m->slots[gap] = m->slots[i];
                m->slots[i].value = 0;
                gap = i;
        }
}

void blockmap_clear(BlockMap *m) {
        if (m->n_blocks)
                memset(m->slots, 0, m->n_slots * sizeof *m->slots);
        m->n_blocks = 0;
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return x < y ? -1 : x > y;
}

int blockmap_list(const BlockMap *m, uint64_t **ret_blocks) {
        uint64_t *blocks = malloc((m->n_blocks + 1) * sizeof *blocks);
        uint32_t n = 0;

        if (!blocks)
                return -ENOMEM;
        for (uint32_t i = 0; i < m->n_slots; i++)
                if (m->slots[i].value)
                        blocks[n++] = m->slots[i].block;
        qsort(blocks, n, sizeof *blocks, compare);
        *ret_blocks = blocks;
        return 0;
}
