/* SPDX-License-Identifier: MIT */
/*
 * StaticMap: a pool of tables from fixed keys to numbers. The context of a SID is its table.
 *
 * A table is a head and two runs of values, one a key: first the base instance, then the working one.
 * `set` writes the working one, `commit` copies it to the base, `rollback` the other way round.
 */
#include <errno.h>
#include <stdlib.h>

#include "state.h"

typedef struct Table {
        uint32_t next_free; /* of the pool */
        uint32_t reserved;
        uint64_t values[]; /* base, then working; signed types in two's complement */
} Table;

typedef enum Instance { BASE, WORKING } Instance;

static uint64_t *values(const ObjectState *object, uint32_t cell, Instance instance) {
        Table *table = tables_at(&object->map.pool, cell);

        return table->values + (instance == WORKING ? object->object->map->n_keys : 0);
}

static int order(KsmText a, KsmText b) {
        uint32_t n = a.size < b.size ? a.size : b.size;
        int r = n ? memcmp(a.bytes, b.bytes, n) : 0;

        return r ? r : (a.size > b.size) - (a.size < b.size);
}

uint32_t ksm_map_key(KsmCall *c, uint32_t site, KsmText key) {
        const ObjectState *object = state_object(c, site);
        const KsmMap *map = object->object->map;
        uint32_t low = 0, high = map->n_keys;

        while (low < high) {
                uint32_t middle = low + (high - low) / 2;
                uint32_t i = object->map.sorted[middle];
                int r = order(key, map->keys[i].name);

                if (r == 0)
                        return i;
                if (r < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return KSM_NO_KEY;
}

static KsmWhy find_table(KsmCall *c, ObjectState *object, KsmSid sid, uint32_t **ret_cell) {
        uint32_t *cell = state_context(c, object, sid);

        if (!cell)
                return KSM_WHY_SID;
        *ret_cell = cell;
        return *cell ? KSM_WHY_NONE : KSM_WHY_NO_CONTEXT;
}

static KsmWhy attach(KsmCall *c, ObjectState *object, KsmSid sid) {
        const KsmMap *map = object->object->map;
        uint32_t *cell = state_context(c, object, sid);
        KsmWhy why = !cell ? KSM_WHY_SID : *cell ? KSM_WHY_HAS_CONTEXT : KSM_WHY_NONE;

        if (!why)
                why = tables_attach(&object->map.pool, &c->ksm->journal, cell);
        if (why)
                return why;
        if (!state_save(c, values(object, *cell, BASE), 2 * map->n_keys * sizeof(uint64_t)))
                return KSM_WHY_LIMIT;
        for (uint32_t i = 0; i < map->n_keys; i++)
                values(object, *cell, BASE)[i] = values(object, *cell, WORKING)[i] =
                        (uint64_t)map->keys[i].initial;
        return KSM_WHY_NONE;
}

static KsmWhy detach(KsmCall *c, ObjectState *object, KsmSid sid) {
        uint32_t *cell;
        KsmWhy why = find_table(c, object, sid, &cell);

        return why ? why : tables_detach(&object->map.pool, &c->ksm->journal, cell);
}

static KsmWhy set(KsmCall *c, ObjectState *object, KsmSid sid, uint32_t key, KsmInt value) {
        const KsmMap *map = object->object->map;
        uint32_t *cell;
        uint64_t *place;
        KsmWhy why = find_table(c, object, sid, &cell);

        if (why)
                return why;
        if (key >= map->n_keys)
                return KSM_WHY_KEY;
        if (!ksm_type_holds(map->type, value))
                return KSM_WHY_TYPE;
        place = values(object, *cell, WORKING) + key;
        if (!state_save(c, place, sizeof(*place)))
                return KSM_WHY_LIMIT;
        *place = (uint64_t)value;
        return KSM_WHY_NONE;
}

static KsmWhy copy(KsmCall *c, ObjectState *object, KsmSid sid, Instance to, Instance from) {
        size_t size = object->object->map->n_keys * sizeof(uint64_t);
        uint32_t *cell;
        KsmWhy why = find_table(c, object, sid, &cell);

        if (why)
                return why;
        if (!state_save(c, values(object, *cell, to), size))
                return KSM_WHY_LIMIT;
        memcpy(values(object, *cell, to), values(object, *cell, from), size);
        return KSM_WHY_NONE;
}

static KsmInt get(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key, Instance instance) {
        ObjectState *object = state_object(c, site);
        const KsmMap *map = object->object->map;
        uint32_t *cell = NULL;
        uint64_t value;
        KsmWhy why = find_table(c, object, sid, &cell);

        if (!why && key >= map->n_keys)
                why = KSM_WHY_KEY;
        if (!state_expression(c, site, why, STATE_NOWHERE))
                return 0;
        value = values(object, *cell, instance)[key];
        return ksm_type_is_signed(map->type) ? (KsmInt)(int64_t)value : (KsmInt)value;
}

void ksm_map_init(KsmCall *c, uint32_t site, KsmSid sid) {
        state_rule(
                c, site, c->is_broken ? KSM_WHY_NONE : attach(c, state_object(c, site), sid), STATE_NOWHERE);
}

void ksm_map_fini(KsmCall *c, uint32_t site, KsmSid sid) {
        state_rule(
                c, site, c->is_broken ? KSM_WHY_NONE : detach(c, state_object(c, site), sid), STATE_NOWHERE);
}

void ksm_map_set(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key, KsmInt value) {
        ObjectState *object = state_object(c, site);

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : set(c, object, sid, key, value), STATE_NOWHERE);
}

void ksm_map_commit(KsmCall *c, uint32_t site, KsmSid sid) {
        ObjectState *object = state_object(c, site);

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : copy(c, object, sid, BASE, WORKING), STATE_NOWHERE);
}

void ksm_map_rollback(KsmCall *c, uint32_t site, KsmSid sid) {
        ObjectState *object = state_object(c, site);

        state_rule(c, site, c->is_broken ? KSM_WHY_NONE : copy(c, object, sid, WORKING, BASE), STATE_NOWHERE);
}

KsmInt ksm_map_get(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key) {
        return get(c, site, sid, key, BASE);
}

KsmInt ksm_map_get_uncommited(KsmCall *c, uint32_t site, KsmSid sid, uint32_t key) {
        return get(c, site, sid, key, WORKING);
}

static int compare_keys(const void *a, const void *b, void *keys) {
        const KsmKey *k = keys;

        return order(k[*(const uint32_t *)a].name, k[*(const uint32_t *)b].name);
}

static int map_init(ObjectState *object) {
        const KsmMap *map = object->object->map;
        uint32_t *sorted = calloc(map->n_keys ? map->n_keys : 1, sizeof(*sorted));

        if (!sorted)
                return -ENOMEM;
        for (uint32_t i = 0; i < map->n_keys; i++)
                sorted[i] = i;
        qsort_r(sorted, map->n_keys, sizeof(*sorted), compare_keys, (void *)(uintptr_t)map->keys);
        object->map.sorted = sorted;
        return tables_init(
                &object->map.pool, map->pool_size, sizeof(Table) + 2 * map->n_keys * sizeof(uint64_t));
}

static void map_deinit(ObjectState *object) {
        free(object->map.sorted);
        object->map.sorted = NULL;
        tables_deinit(&object->map.pool);
}

static void map_release(ObjectState *object, void *context) {
        tables_release(&object->map.pool, context);
}

static void map_mark(const ObjectState *object, const void *context, NumberMarks *marks) {
        const uint64_t *all = values(object, *(const uint32_t *)context, BASE);

        for (uint32_t i = 0; i < 2 * object->object->map->n_keys; i++)
                numbers_mark(marks, all[i]);
}

static size_t effect_size(const ObjectState *object, KsmMethod method) {
        size_t run = object->object->map->n_keys * sizeof(uint64_t);

        if (method == KSM_MAP_INIT || method == KSM_MAP_FINI)
                return tables_cost() + journal_cost(2 * run);
        if (method == KSM_MAP_COMMIT || method == KSM_MAP_ROLLBACK)
                return journal_cost(run);
        return method == KSM_MAP_SET ? journal_cost(sizeof(uint64_t)) : 0;
}

const Model model_map = {
        .context_size = sizeof(uint32_t),
        .init = map_init,
        .deinit = map_deinit,
        .release = map_release,
        .mark = map_mark,
        .effect_size = effect_size,
};
