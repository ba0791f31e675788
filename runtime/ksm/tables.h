/* SPDX-License-Identifier: MIT */
/*
 * Pools of tables: a fixed number of equal tables, each free or attached to one SID.
 *
 * The context of the SID is the table's number plus one. A table begins with the number plus one of
 * the next free table; what follows belongs to the model, which clears it when the table is attached.
 */
#pragma once

#include "journal.h"
#include "ksm_values.h"

typedef struct Tables {
        uint8_t *tables;
        size_t table_size; /* a multiple of eight; begins with uint32_t next_free */
        uint32_t first_free;
} Tables;

int tables_init(Tables *pool, uint32_t n_tables, size_t table_size); /* 0, -ENOMEM */
void tables_deinit(Tables *pool);

static inline void *tables_at(const Tables *pool, uint32_t cell) {
        return pool->tables + (size_t)(cell - 1) * pool->table_size;
}

/* What attaching or detaching takes in a journal. */
size_t tables_cost(void);

/* cell: the context of a SID, 0 before. POOL, LIMIT */
KsmWhy tables_attach(Tables *pool, Journal *journal, uint32_t *cell);
/* cell: of an attached table; becomes 0. LIMIT */
KsmWhy tables_detach(Tables *pool, Journal *journal, uint32_t *cell);
/* The same without a journal: the SID is gone. */
void tables_release(Tables *pool, uint32_t *cell);
