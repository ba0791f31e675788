/* SPDX-License-Identifier: MIT */
/*
 * Objects: made with their first handle, gone with their last; and the callbacks about that.
 */
#include "state.h"

#include <errno.h>
#include <stdlib.h>

static HtreeObject *object_new(HtreeSpace *space, const HtreeObjectSpec *spec) {
        HtreeObject *object = calloc(1, sizeof(*object));

        if (!object)
                return NULL;
        *object = (HtreeObject){
                .kind = spec->kind,
                .data = spec->data,
                .context = spec->context,
                .sid = spec->sid,
                .tree = space->tree,
                .owner = space,
                .next_owned = space->first_owned,
                .owned_link = &space->first_owned,
        };
        if (object->next_owned)
                object->next_owned->owned_link = &object->next_owned;
        space->first_owned = object;
        space->tree->counts.n_objects++;
        return object;
}

static void forget_owner(HtreeObject *object) {
        if (!object->owner)
                return;
        *object->owned_link = object->next_owned;
        if (object->next_owned)
                object->next_owned->owned_link = object->owned_link;
        object->owner = NULL;
}

void objects_disown(HtreeObject *object) {
        forget_owner(object);
        if (object->kind->is_badge)
                nodes_unbind_all(object);
}

int htree_create(HtreeSpace *space, const HtreeObjectSpec *spec, uint32_t *ret_number) {
        HtreeObject *object;
        int r = space_reserve(space, 1);

        if (r == 0)
                r = nodes_reserve(space->tree, 1);
        if (r)
                return r;
        object = object_new(space, spec);
        if (!object)
                return -ENOMEM;
        *ret_number = nodes_add(object, NULL, NULL, space, spec->rights & NKX_RIGHTS_ALL)->number;
        return 0;
}

void objects_queue(HtreeObject *object) {
        if (object->is_queued)
                return;
        object->is_queued = true;
        object->next_queued = NULL;
        *object->tree->queue_last = object;
        object->tree->queue_last = &object->next_queued;
}

static HtreeObject *take_queued(Htree *tree) {
        HtreeObject *object = tree->queue_first;

        if (!object)
                return NULL;
        tree->queue_first = object->next_queued;
        if (!tree->queue_first)
                tree->queue_last = &tree->queue_first;
        object->is_queued = false;
        return object;
}

static bool is_gone(const HtreeObject *object) {
        return !object->root && !object->first_bound && !object->is_queued;
}

static void call_back(HtreeObject *object) {
        bool is_unbound = object->is_unbound && !object->first_bound;

        object->is_unbound = false;
        if (is_unbound && object->kind->unbound)
                object->kind->unbound(object->data);
        if (!is_gone(object))
                return;
        forget_owner(object);
        object->tree->counts.n_objects--;
        if (object->kind->gone)
                object->kind->gone(object->data);
        free(object);
}

void objects_settle(Htree *tree) {
        HtreeObject *object;

        if (tree->is_calling) /* the call further up goes on with the queue */
                return;
        tree->is_calling = true;
        while ((object = take_queued(tree)))
                call_back(object);
        tree->is_calling = false;
}

Htree *htree_new(void) {
        Htree *tree = calloc(1, sizeof(*tree));

        if (tree)
                tree->queue_last = &tree->queue_first;
        return tree;
}

Htree *htree_free(Htree *tree) {
        if (!tree)
                return NULL;
        while (tree->first_space)
                (void)htree_space_free(tree->first_space);
        nodes_free_pool(tree);
        free(tree);
        return NULL;
}

HtreeCounts htree_count(const Htree *tree) {
        return tree->counts;
}
