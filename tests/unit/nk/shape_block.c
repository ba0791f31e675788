/* SPDX-License-Identifier: MIT */
/*
 * Shape tables made by hand: the parts one after the other, and one text for all names.
 */
#include "shape_block.h"

#include <stdlib.h>
#include <string.h>

static const char name[8] = "a.name";

static uint32_t put(char *block, uint32_t offset, const void *part, size_t size) {
        if (size > 0)
                memcpy(block + offset, part, size);
        return offset + (uint32_t)size;
}

ShapeTable *shape_block_new(const ShapeParts *p) {
        ShapeTable head = {
                .magic = SHAPE_MAGIC,
                .version = SHAPE_VERSION,
                .n_endpoints = p->n_endpoints,
                .endpoints_off = sizeof(ShapeTable),
                .n_methods = p->n_methods,
                .n_nodes = p->n_nodes,
        };
        char *block;

        head.methods_off = head.endpoints_off + p->n_endpoints * (uint32_t)sizeof(ShapeEndpoint);
        head.nodes_off = head.methods_off + p->n_methods * (uint32_t)sizeof(ShapeMethod);
        head.class_off = head.nodes_off + p->n_nodes * (uint32_t)sizeof(ShapeNode);
        head.size = head.class_off + (uint32_t)sizeof(name);

        block = malloc(head.size);
        if (!block)
                abort();
        put(block, 0, &head, sizeof(head));
        put(block, head.endpoints_off, p->endpoints, p->n_endpoints * sizeof(ShapeEndpoint));
        put(block, head.methods_off, p->methods, p->n_methods * sizeof(ShapeMethod));
        put(block, head.nodes_off, p->nodes, p->n_nodes * sizeof(ShapeNode));
        put(block, head.class_off, name, sizeof(name));

        for (uint32_t i = 0; i < p->n_endpoints; i++) {
                ShapeEndpoint *e = &shape_block_endpoints((ShapeTable *)(void *)block)[i];

                e->path_off = e->class_off = e->iface_off = head.class_off;
        }
        for (uint32_t i = 0; i < p->n_methods; i++)
                shape_block_methods((ShapeTable *)(void *)block)[i].name_off = head.class_off;
        return (ShapeTable *)(void *)block;
}

ShapeEndpoint *shape_block_endpoints(ShapeTable *t) {
        return (ShapeEndpoint *)(void *)((char *)t + t->endpoints_off);
}

ShapeMethod *shape_block_methods(ShapeTable *t) {
        return (ShapeMethod *)(void *)((char *)t + t->methods_off);
}

ShapeNode *shape_block_nodes(ShapeTable *t) {
        return (ShapeNode *)(void *)((char *)t + t->nodes_off);
}
