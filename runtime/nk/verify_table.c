/* SPDX-License-Identifier: MIT */
/*
 * Check of a shape table: is every index, offset and text inside the block, and does every node lie
 * inside the message, element or member it belongs to? After it, verify.c follows the table blindly.
 *
 * The table may be anything. The work is linear in its size: a node that belongs to one list is
 * visited once, so more visits than nodes means that lists share nodes; children come after their
 * parent, so there are no cycles; the depth is limited.
 */
#include <nk/types.h>

#include <stdbool.h>

#include "verify.h"

typedef struct Check {
        const ShapeTable *table;
        const ShapeNode *nodes;
        uint64_t visits_left;
        uint64_t n_handles; /* of the message at hand */
} Check;

/* Where a list of nodes stands. */
typedef struct Place {
        uint64_t room;   /* bytes of the message, element or member */
        uint64_t copies; /* how many of them there are in one message; 0: inside a sequence or union */
        uint32_t parent; /* index of the node it belongs to; of no meaning on level 1 */
        unsigned level;  /* 1: the list of a message */
        bool in_union;   /* the list of a union's members */
} Place;

static bool nodes_are_fine(Check *c, uint32_t first, uint32_t n, const Place *place);

/* Do n records of `size` bytes lie in the block, aligned for their 32-bit members? */
static bool is_inside(const ShapeTable *t, uint32_t offset, uint32_t n, size_t size) {
        return offset % sizeof(uint32_t) == 0 && offset + (uint64_t)n * size <= t->size;
}

/* The block ends with a NUL, so a text that begins in it ends in it. */
static bool is_text(const ShapeTable *t, uint32_t offset) {
        return offset < t->size;
}

static uint64_t room_after(const Place *place, const ShapeNode *node) {
        return node->offset <= place->room ? place->room - node->offset : 0;
}

static bool children_are_fine(
        Check *c, const ShapeNode *node, uint32_t index, const Place *place, uint64_t room, uint64_t copies) {
        const Place below = {
                .room = room,
                .copies = copies,
                .parent = index,
                .level = place->level + 1,
                .in_union = node->kind == SHAPE_UNION,
        };

        return nodes_are_fine(c, node->first_child, node->n_children, &below);
}

static bool array_is_fine(Check *c, const ShapeNode *node, uint32_t index, const Place *place) {
        uint64_t size = (uint64_t)node->max * node->stride;

        if (size == 0 || size > room_after(place, node))
                return false;
        return children_are_fine(c, node, index, place, node->stride, place->copies * node->max);
}

static bool handle_is_fine(Check *c, const ShapeNode *node, const Place *place) {
        c->n_handles += place->copies;
        return place->copies > 0 && sizeof(nk_handle_desc_t) <= room_after(place, node);
}

static bool node_is_fine(Check *c, uint32_t index, const Place *place) {
        const ShapeNode *node = &c->nodes[index];
        uint64_t room = room_after(place, node);

        if (place->in_union != (node->kind == SHAPE_GROUP))
                return false;
        switch ((ShapeKind)node->kind) {
        case SHAPE_STRING:
        case SHAPE_BYTES:
                return node->max > 0 && sizeof(nk_ptr_t) <= room && node->n_children == 0;
        case SHAPE_SEQUENCE:
                return node->max > 0 && node->stride > 0 && sizeof(nk_ptr_t) <= room &&
                       children_are_fine(c, node, index, place, node->stride, 0);
        case SHAPE_ARRAY:
                return array_is_fine(c, node, index, place);
        case SHAPE_UNION:
                return node->max > 0 && node->max == node->n_children && sizeof(uint32_t) <= room &&
                       children_are_fine(c, node, index, place, place->room, 0);
        case SHAPE_GROUP:
                return node->offset <= place->room && children_are_fine(c, node, index, place, room, 0);
        case SHAPE_HANDLE:
                return handle_is_fine(c, node, place);
        }
        return false;
}

static bool nodes_are_fine(Check *c, uint32_t first, uint32_t n, const Place *place) {
        if (n == 0)
                return true;
        if (place->level > SHAPE_LEVELS || n > c->visits_left)
                return false;
        if (first > c->table->n_nodes || n > c->table->n_nodes - first)
                return false;
        if (place->level > 1 && first <= place->parent)
                return false;
        c->visits_left -= n;
        for (uint32_t i = 0; i < n; i++)
                if (!node_is_fine(c, first + i, place))
                        return false;
        return true;
}

static bool message_is_fine(Check *c, const ShapeMessage *message) {
        const Place place = {.room = message->size, .copies = 1, .level = 1};

        c->n_handles = 0;
        return message->size >= sizeof(struct nk_message) &&
               nodes_are_fine(c, message->first_node, message->n_nodes, &place) &&
               c->n_handles == message->n_handles;
}

static bool methods_are_fine(const ShapeTable *t) {
        const char *block = (const char *)t;
        const ShapeMethod *methods = (const ShapeMethod *)(const void *)(block + t->methods_off);
        Check c = {
                .table = t,
                .nodes = (const ShapeNode *)(const void *)(block + t->nodes_off),
                .visits_left = t->n_nodes,
        };

        for (uint32_t i = 0; i < t->n_methods; i++) {
                const ShapeMethod *m = &methods[i];

                if (!is_text(t, m->name_off) || m->err.size > m->res.size)
                        return false;
                if (!message_is_fine(&c, &m->req) || !message_is_fine(&c, &m->res) ||
                        !message_is_fine(&c, &m->err))
                        return false;
        }
        return true;
}

static bool endpoints_are_fine(const ShapeTable *t) {
        const char *block = (const char *)t;
        const ShapeEndpoint *endpoints = (const ShapeEndpoint *)(const void *)(block + t->endpoints_off);

        for (uint32_t i = 0; i < t->n_endpoints; i++) {
                const ShapeEndpoint *e = &endpoints[i];

                if (!is_text(t, e->path_off) || !is_text(t, e->class_off) || !is_text(t, e->iface_off))
                        return false;
                if (e->first_method > t->n_methods || e->n_methods > t->n_methods - e->first_method)
                        return false;
        }
        return true;
}

static bool header_is_fine(const void *block, size_t size) {
        const ShapeTable *t = block;

        return size >= sizeof(*t) && (uintptr_t)block % _Alignof(uint64_t) == 0 && t->magic == SHAPE_MAGIC &&
               t->version == SHAPE_VERSION && t->size <= size && t->size > sizeof(*t) &&
               ((const char *)block)[t->size - 1] == '\0' && is_text(t, t->class_off) &&
               is_inside(t, t->endpoints_off, t->n_endpoints, sizeof(ShapeEndpoint)) &&
               is_inside(t, t->methods_off, t->n_methods, sizeof(ShapeMethod)) &&
               is_inside(t, t->nodes_off, t->n_nodes, sizeof(ShapeNode));
}

int verify_table(const void *block, size_t size) {
        if (!header_is_fine(block, size) || !endpoints_are_fine(block) || !methods_are_fine(block))
                return VERIFY_E_SHAPE;
        return 0;
}
