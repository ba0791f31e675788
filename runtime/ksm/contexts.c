/* SPDX-License-Identifier: MIT */
/*
 * Rows of SIDs: contexts.h. Rows come from chunks that are kept until the end, so a row never moves
 * and its memory is used again.
 */
#include "contexts.h"

#include <errno.h>
#include <stdlib.h>

#include "ksm.h"

#define FIRST_BITS    8u
#define ROWS_OF_CHUNK 64u

struct SidChunk {
        SidChunk *next;
        uint64_t rows[];
};

int contexts_init(Contexts *t, size_t contexts_size) {
        *t = (Contexts){.n_bits = FIRST_BITS, .contexts_size = contexts_size};
        t->slots = calloc((size_t)1 << FIRST_BITS, sizeof(SidRow *));
        return t->slots ? 0 : -ENOMEM;
}

void contexts_deinit(Contexts *t) {
        SidChunk *chunk = t->chunks;

        while (chunk) {
                SidChunk *next = chunk->next;

                free(chunk);
                chunk = next;
        }
        free(t->slots);
        *t = (Contexts){.slots = NULL};
}

static void place(Contexts *t, SidRow *row) {
        uint32_t mask = (1u << t->n_bits) - 1;
        uint32_t i = contexts_slot(t, row->sid);

        while (t->slots[i])
                i = (i + 1) & mask;
        t->slots[i] = row;
}

static int grow_slots(Contexts *t) {
        SidRow **old = t->slots;
        size_t n_old = (size_t)1 << t->n_bits;
        SidRow **slots = calloc(n_old * 2, sizeof(SidRow *));

        if (!slots)
                return -ENOMEM;
        t->slots = slots;
        t->n_bits++;
        for (size_t i = 0; i < n_old; i++)
                if (old[i])
                        place(t, old[i]);
        free(old);
        return 0;
}

static int grow_rows(Contexts *t) {
        size_t row_size = sizeof(SidRow) + t->contexts_size;
        SidChunk *chunk = calloc(1, sizeof(SidChunk) + ROWS_OF_CHUNK * row_size);

        if (!chunk)
                return -ENOMEM;
        chunk->next = t->chunks;
        t->chunks = chunk;
        for (size_t i = 0; i < ROWS_OF_CHUNK; i++) {
                SidRow *row = (SidRow *)(void *)((uint8_t *)chunk->rows + i * row_size);

                row->next_free = t->free_rows;
                t->free_rows = row;
        }
        return 0;
}

int contexts_reserve(Contexts *t) {
        if (t->n_alive == KSM_SIDS_MAX)
                return KSM_E_SIDS;
        if (t->n_alive >= (1u << t->n_bits) / 2 && grow_slots(t) < 0)
                return -ENOMEM;
        return t->free_rows ? 0 : grow_rows(t);
}

SidRow *contexts_add(Contexts *t, KsmSid sid, uint32_t class) {
        SidRow *row = t->free_rows;

        t->free_rows = row->next_free;
        row->sid = sid;
        row->class = class;
        row->next_free = NULL;
        memset(row->contexts, 0, t->contexts_size);
        place(t, row);
        t->n_alive++;
        return row;
}

/* Moves rows back over the hole, so that a search never ends early. */
void contexts_remove(Contexts *t, SidRow *row) {
        uint32_t mask = (1u << t->n_bits) - 1;
        uint32_t hole = contexts_slot(t, row->sid);

        while (t->slots[hole] != row)
                hole = (hole + 1) & mask;
        for (uint32_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
                uint32_t home = contexts_slot(t, t->slots[i]->sid);

                if (((i - home) & mask) < ((i - hole) & mask))
                        continue; /* its home lies behind the hole */
                t->slots[hole] = t->slots[i];
                hole = i;
        }
        t->slots[hole] = NULL;
        t->n_alive--;
        row->next_free = t->free_rows;
        t->free_rows = row;
}
