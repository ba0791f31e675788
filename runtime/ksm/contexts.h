/* SPDX-License-Identifier: MIT */
/*
 * What lives under SIDs: one row a SID, with room for one context of every object of the policy.
 *
 * A row begins as zeros; a context whose first four bytes are zero is absent. Rows are made and freed
 * between decisions, so a decision allocates nothing. Which number a SID gets is the business of numbers.h.
 */
#pragma once

#include "ksm_values.h"

typedef struct SidRow {
        KsmSid sid;
        uint32_t class; /* KSM_NONE: not a process */
        struct SidRow *next_free;
        uint64_t contexts[]; /* bytes, at the offsets of the objects */
} SidRow;

typedef struct SidChunk SidChunk;

typedef struct Contexts {
        SidRow **slots;  /* linear probing, at most half full */
        uint32_t n_bits; /* 2^n_bits slots */
        uint32_t n_alive;
        size_t contexts_size; /* bytes of a row after its head */
        SidRow *free_rows;
        SidChunk *chunks;
} Contexts;

int contexts_init(Contexts *t, size_t contexts_size); /* 0, -ENOMEM */
void contexts_deinit(Contexts *t);

/* Room for one more. 0, KSM_E_SIDS, -ENOMEM */
int contexts_reserve(Contexts *t);
/* After that. The number is nobody's. */
SidRow *contexts_add(Contexts *t, KsmSid sid, uint32_t class);
/* Its contexts have been released before. */
void contexts_remove(Contexts *t, SidRow *row);

static inline uint32_t contexts_slot(const Contexts *t, KsmSid sid) {
        return (sid * 2654435769u) >> (32 - t->n_bits); /* golden ratio: neighbours go far apart */
}

/* NULL: not alive. */
static inline SidRow *contexts_find(const Contexts *t, KsmSid sid) {
        uint32_t mask = (1u << t->n_bits) - 1;

        for (uint32_t i = contexts_slot(t, sid);; i = (i + 1) & mask) {
                SidRow *row = t->slots[i];

                if (!row || row->sid == sid)
                        return row;
        }
}
