/* SPDX-License-Identifier: MIT */
/*
 * Pools of tables: pool.h. The free tables are a list; fresh memory is zero, so it is chained up once.
 */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>

static uint32_t *next_free(const Pool *pool, uint32_t cell) {
        return pool_table(pool, cell);
}

int pool_init(Pool *pool, uint32_t n_tables, size_t table_size) {
        *pool = (Pool){.tables = calloc(n_tables ? n_tables : 1, table_size), .table_size = table_size};
        if (!pool->tables)
                return -ENOMEM;
        for (uint32_t cell = n_tables; cell > 0; cell--)
                pool_release(pool, &(uint32_t){cell});
        return 0;
}

void pool_deinit(Pool *pool) {
        free(pool->tables);
        *pool = (Pool){.tables = NULL};
}

size_t pool_cost(void) {
        return 3 * journal_cost(sizeof(uint32_t));
}

KsmWhy pool_attach(Pool *pool, Journal *journal, uint32_t *cell) {
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

KsmWhy pool_detach(Pool *pool, Journal *journal, uint32_t *cell) {
        uint32_t *next = next_free(pool, *cell);

        if (!journal_save(journal, cell, sizeof(*cell)) || !journal_save(journal, next, sizeof(*next)) ||
                !journal_save(journal, &pool->first_free, sizeof(pool->first_free)))
                return KSM_WHY_LIMIT;
        pool_release(pool, cell);
        return KSM_WHY_NONE;
}

void pool_release(Pool *pool, uint32_t *cell) {
        *next_free(pool, *cell) = pool->first_free;
        pool->first_free = *cell;
        *cell = 0;
}
