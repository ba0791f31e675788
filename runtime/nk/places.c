/* SPDX-License-Identifier: MIT */
/*
 * Places of handles: a walk over the nodes of a message, of which only arrays have children to look at.
 */
#include "places.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <handle/handletype.h>
#include <nk/types.h>

typedef struct Found {
        const ShapeNode *nodes;
        uint32_t *places;
        uint32_t n;
} Found;

static bool find_in(Found *found, uint32_t first, uint32_t n, uint32_t base) {
        for (uint32_t i = first; i < first + n; i++) {
                const ShapeNode *node = found->nodes + i;

                if (node->kind == SHAPE_HANDLE) {
                        if (found->n == PLACES_MAX)
                                return false;
                        found->places[found->n++] = base + node->offset;
                }
                for (uint32_t k = 0; node->kind == SHAPE_ARRAY && k < node->max; k++)
                        if (!find_in(found, node->first_child, node->n_children,
                                    base + node->offset + k * node->stride))
                                return false;
        }
        return true;
}

uint32_t places_find(const ShapeTable *table, const ShapeMessage *shape, uint32_t ret_places[PLACES_MAX]) {
        Found found = {.nodes = (const void *)((const char *)table + table->nodes_off), .places = ret_places};

        if (shape->n_handles == 0 || !find_in(&found, shape->first_node, shape->n_nodes, 0))
                return 0;
        return found.n;
}

static const ShapeMethod *method_of(const ShapeTable *table, const struct nk_message *message) {
        const ShapeEndpoint *endpoints = (const void *)((const char *)table + table->endpoints_off);
        const ShapeMethod *methods = (const void *)((const char *)table + table->methods_off);

        return methods + endpoints[message->iid].first_method + message->mid;
}

uint32_t places_find_request(
        const ShapeTable *table, const struct nk_message *request, uint32_t ret_places[PLACES_MAX]) {
        return request->ncaps ? places_find(table, &method_of(table, request)->req, ret_places) : 0;
}

static void forget(const ShapeTable *table, const ShapeMessage *shape, struct nk_message *message) {
        const nk_handle_desc_t none = {.handle = INVALID_HANDLE};
        uint32_t places[PLACES_MAX];
        uint32_t n = places_find(table, shape, places);

        for (uint32_t i = 0; i < n; i++)
                memcpy((char *)message + places[i], &none, sizeof(none));
}

/* The count of handles was compared with the description. */
void places_forget_request(const ShapeTable *table, struct nk_message *request) {
        if (request->ncaps)
                forget(table, &method_of(table, request)->req, request);
}

void places_forget_reply(const ShapeTable *table, struct nk_message *reply) {
        const ShapeMethod *method;

        if (!reply->ncaps)
                return;
        method = method_of(table, reply);
        forget(table, nkx_message_check_err(reply) ? &method->err : &method->res, reply);
}
