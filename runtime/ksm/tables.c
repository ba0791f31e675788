/* SPDX-License-Identifier: MIT */
/*
 * Pools of tables: tables.h. The free tables are a list; fresh memory is zero, so it is chained up once.
 */
#include "tables.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t *next_free(const Tables *pool, uint32_t cell) {
        return tables_at(pool, cell);
}

int tables_init(Tables *pool, uint32_t n_tables, size_t table_size) {
        *pool = (Tables){.tables = calloc(n_tables ? n_tables : 1, table_size), .table_size = table_size};
        if (!pool->tables)
                return -ENOMEM;
        for (uint32_t cell = n_tables; cell > 0; cell--)
                tables_release(pool, &(uint32_t){cell});
        return 0;
}

void tables_deinit(Tables *pool) {
        free(pool->tables);
        *pool = (Tables){.tables = NULL};
}

size_t tables_cost(void) {
        return 3 * journal_cost(sizeof(uint32_t));
}

KsmWhy tables_attach(Tables *pool, Journal *journal, uint32_t *cell) {
        uint32_t taken = pool->first_free;

        if (!taken)
                return KSM_WHY_POOL;
        if (!journal_save(journal, cell, sizeof(*cell)) ||
                !journal_save(journal, &pool->first_free, sizeof(pool->first_free)))
                return KSM_WHY_LIMIT;
        pool->first_free = *next_free(pool, taken);
        *cell = taken;
        return KSM_WHY_NONE;
}

KsmWhy tables_detach(Tables *pool, Journal *journal, uint32_t *cell) {
        uint32_t *next = next_free(pool, *cell);

        if (!journal_save(journal, cell, sizeof(*cell)) || !journal_save(journal, next, sizeof(*next)) ||
                !journal_save(journal, &pool->first_free, sizeof(pool->first_free)))
                return KSM_WHY_LIMIT;
        tables_release(pool, cell);
        return KSM_WHY_NONE;
}

void tables_release(Tables *pool, uint32_t *cell) {
        *next_free(pool, *cell) = pool->first_free;
        pool->first_free = *cell;
        *cell = 0;
}
