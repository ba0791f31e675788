/* SPDX-License-Identifier: MIT */
/*
 * Capacities: for every bound of a type an enumerator  <owner>_<path>_size. The path consists of the
 * parameter or field, of `_<field>` for each step into a struct or union, and of `_elem` for the step
 * into a sequence or array.
 */
#include "internal.h"

#include <string.h>

static void add(LayCapacities *c, const char *path, uint32_t value) {
        c->list[c->n++] = (LayCapacity){
                .name = LAY_JOIN(c->l, c->owner, "_", path, "_size"),
                .path = path,
                .value = value,
        };
}

static void add_fields(LayCapacities *c, const char *path, const LayRecord *record) {
        for (uint32_t i = 0; i < record->n_fields; i++)
                if (record->fields[i].type->n_capacities > 0)
                        lay_capacities_add(
                                c, LAY_JOIN(c->l, path, "_", record->fields[i].name), record->fields[i].type);
}

void lay_capacities_add(LayCapacities *c, const char *path, const LayType *type) {
        if (type->n_capacities == 0)
                return;
        if (type->record) {
                if (c->into_records)
                        add_fields(c, path, type->record);
                return;
        }
        add(c, path, lay_add(type->bound, type->kind == LAY_STRING ? 1 : 0));
        if (type->elem && type->elem->n_capacities > 0)
                lay_capacities_add(c, LAY_JOIN(c->l, path, "_elem"), type->elem);
}

static bool is_taken(LayCapacities *c, SemaFile *f, const char *name) {
        static const char *const interface_names[] = {"arena_size", "req_arena_size", "res_arena_size"};
        LayFile *file = lay_file(c->l, f);
        const char *own = intern_text(c->l->ctx->names, name + file->name.prefix_len + 1);

        for (size_t i = 0; i < sizeof interface_names / sizeof interface_names[0]; i++)
                if (strcmp(own, interface_names[i]) == 0)
                        return true;
        return map_get(&f->own, own) || map_put(&file->capacities, own, f);
}

/* Capacities of types are an addition of ours, so they give way to everything that a description makes. */
void lay_capacities_drop_taken(LayCapacities *c, SemaFile *f) {
        uint32_t kept = 0;

        for (uint32_t i = 0; i < c->n; i++)
                if (!f->has_method_names && c->list[i].value <= LAY_MAX_BOUND &&
                        !is_taken(c, f, c->list[i].name))
                        c->list[kept++] = c->list[i];
        c->n = kept;
}
