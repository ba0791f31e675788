/* SPDX-License-Identifier: MIT */
/*
 * Writer of the shape table. The block consists of header, endpoints, methods, nodes and texts, in
 * this order; apart from the texts everything in it is a uint32_t. All counts are known before the
 * first byte is written: LayType.n_nodes says how many places a type has to check.
 *
 * Nodes form lists. A list is reserved as a whole and then filled; the lists of children come behind
 * it. Structs make no node: their fields are counted from the place of the struct.
 */
#include "shape.h"

#include "base/map.h"

#include <assert.h>
#include <string.h>

enum {
        SHAPE_MAGIC = 0x314b4e53, /* "SNK1" */
        SHAPE_VERSION = 1,
};

typedef enum NodeKind {
        NODE_STRING = 1,
        NODE_BYTES = 2,
        NODE_SEQUENCE = 3,
        NODE_ARRAY = 4,
        NODE_UNION = 5,
        NODE_GROUP = 6,
        NODE_HANDLE = 7,
} NodeKind;

typedef struct Header {
        uint32_t magic;
        uint32_t version;
        uint32_t size;
        uint32_t class_off;
        uint32_t n_endpoints;
        uint32_t endpoints_off;
        uint32_t n_methods;
        uint32_t methods_off;
        uint32_t n_nodes;
        uint32_t nodes_off;
} Header;

typedef struct Endpoint {
        uint32_t path_off;
        uint32_t class_off;
        uint32_t iface_off;
        uint32_t first_method;
        uint32_t n_methods;
} Endpoint;

typedef struct Message {
        uint32_t size;
        uint32_t arena_max;
        uint32_t n_handles;
        uint32_t first_node;
        uint32_t n_nodes;
} Message;

typedef struct Method {
        uint32_t name_off;
        Message req;
        Message res;
        Message err;
} Method;

typedef struct Node {
        uint32_t kind;
        uint32_t offset;
        uint32_t max;
        uint32_t stride;
        uint32_t first_child;
        uint32_t n_children;
} Node;

typedef struct Writer {
        const LayComponent *class;
        const LayInterface **interfaces; /* each once, in the order of the RIIDs */
        uint32_t *first_methods;         /* of the interfaces */
        uint32_t *iface_offs;
        uint32_t n_interfaces;
        uint32_t *interface_of; /* index into interfaces, by RIID */
        uint64_t n_methods;
        uint64_t n_nodes;
        uint64_t texts_size;
        char *block;
        Method *methods;
        Node *nodes;
        uint32_t next_node;
        uint32_t next_text; /* offset from the start of the block */
} Writer;

/* ---- Counting ---------------------------------------------------------------------------- */

static uint64_t count_nodes(const LayMessage *m) {
        uint64_t n = 0;

        for (uint32_t i = 0; i < m->n_fields; i++)
                n += m->fields[i].type->n_nodes;
        return n;
}

static void count_interface(Writer *w, const LayInterface *in) {
        w->n_methods += in->n_methods;
        w->texts_size += strlen(in->name->dotted) + 1;
        for (uint32_t i = 0; i < in->n_methods; i++) {
                const LayMethod *m = &in->methods[i];

                w->n_nodes += count_nodes(&m->req) + count_nodes(&m->res) + count_nodes(&m->err);
                w->texts_size += strlen(m->name) + 1;
        }
}

/* An interface that several endpoints have is written once. `place` maps its name to index + 1. */
static void gather_interfaces(Writer *w, Arena *a) {
        Map place;

        map_init(&place, a);
        w->interfaces = ARENA_ARRAY(a, const LayInterface *, w->class->n_flat);
        w->interface_of = ARENA_ARRAY(a, uint32_t, w->class->n_flat);
        for (uint32_t i = 0; i < w->class->n_flat; i++) {
                const LayInterface *in = w->class->flat[i].interface;
                const LayInterface **slot = &w->interfaces[w->n_interfaces];
                const LayInterface **before = map_put(&place, in->name->dotted, (void *)slot);

                w->interface_of[i] = (uint32_t)((before ? before : slot) - w->interfaces);
                if (before)
                        continue;
                *slot = in;
                w->n_interfaces++;
                count_interface(w, in);
        }
        w->first_methods = ARENA_ARRAY(a, uint32_t, w->n_interfaces);
        w->iface_offs = ARENA_ARRAY(a, uint32_t, w->n_interfaces);
}

static void count(Writer *w, Arena *a) {
        gather_interfaces(w, a);
        w->texts_size += strlen(w->class->name.dotted) + 1;
        for (uint32_t i = 0; i < w->class->n_flat; i++)
                w->texts_size +=
                        strlen(w->class->flat[i].path_name) + strlen(w->class->flat[i].class_name) + 2;
}

/* ---- Nodes ------------------------------------------------------------------------------- */

/* Nodes that a type has in its own list. */
static uint32_t n_siblings(const LayType *type) {
        uint32_t n = 0;

        if (type->kind != LAY_STRUCT)
                return type->n_nodes > 0;
        for (uint32_t i = 0; i < type->record->n_fields; i++)
                n += n_siblings(type->record->fields[i].type);
        return n;
}

static uint32_t reserve(Writer *w, uint32_t n) {
        uint32_t first = w->next_node;

        w->next_node += n;
        return first;
}

static void put_nodes(Writer *w, uint32_t *at, const LayType *type, uint32_t offset);

/* A list of children with the places of `type`, counted from 0. */
static void put_children(Writer *w, Node *parent, const LayType *type) {
        uint32_t at;

        parent->n_children = n_siblings(type);
        parent->first_child = at = reserve(w, parent->n_children);
        put_nodes(w, &at, type, 0);
}

static void put_union(Writer *w, Node *node, const LayRecord *record) {
        node->max = record->n_fields;
        node->n_children = record->n_fields;
        node->first_child = reserve(w, record->n_fields);
        for (uint32_t i = 0; i < record->n_fields; i++) {
                Node *group = &w->nodes[node->first_child + i];

                *group = (Node){.kind = NODE_GROUP, .offset = node->offset + record->inner_offset};
                put_children(w, group, record->fields[i].type);
        }
}

/* Fills the list at *at with what `type` at `offset` has to check. */
static void put_nodes(Writer *w, uint32_t *at, const LayType *type, uint32_t offset) {
        static const NodeKind kinds[] = {
                [LAY_HANDLE] = NODE_HANDLE,
                [LAY_STRING] = NODE_STRING,
                [LAY_BYTES] = NODE_BYTES,
                [LAY_SEQUENCE] = NODE_SEQUENCE,
                [LAY_ARRAY] = NODE_ARRAY,
                [LAY_UNION] = NODE_UNION,
        };
        Node *node;

        if (type->n_nodes == 0)
                return;
        if (type->kind == LAY_STRUCT) {
                for (uint32_t i = 0; i < type->record->n_fields; i++)
                        put_nodes(
                                w, at, type->record->fields[i].type, offset + type->record->fields[i].offset);
                return;
        }
        node = &w->nodes[(*at)++];
        *node = (Node){.kind = (uint32_t)kinds[type->kind], .offset = offset, .max = type->bound};
        if (type->kind == LAY_STRING)
                node->max = type->bound + 1;
        if (type->kind == LAY_UNION)
                put_union(w, node, type->record);
        if (type->elem) {
                node->stride = type->elem->size;
                put_children(w, node, type->elem);
        }
}

/* ---- Tables ------------------------------------------------------------------------------ */

static uint32_t put_text(Writer *w, const char *text) {
        uint32_t at = w->next_text;
        size_t size = strlen(text) + 1;

        memcpy(w->block + at, text, size);
        w->next_text += (uint32_t)size;
        return at;
}

static Message put_message(Writer *w, const LayMessage *m, uint32_t size) {
        Message message = {.size = size, .arena_max = m->arena_size, .n_handles = m->n_handles};
        uint32_t at;

        for (uint32_t i = 0; i < m->n_fields; i++)
                message.n_nodes += n_siblings(m->fields[i].type);
        message.first_node = at = reserve(w, message.n_nodes);
        for (uint32_t i = 0; i < m->n_fields; i++)
                put_nodes(w, &at, m->fields[i].type, m->fields[i].offset);
        return message;
}

static void put_methods(Writer *w) {
        uint32_t next = 0;

        for (uint32_t i = 0; i < w->n_interfaces; i++) {
                const LayInterface *in = w->interfaces[i];

                w->iface_offs[i] = put_text(w, in->name->dotted);
                w->first_methods[i] = next;
                for (uint32_t j = 0; j < in->n_methods; j++) {
                        const LayMethod *m = &in->methods[j];

                        w->methods[next++] = (Method){
                                .name_off = put_text(w, m->name),
                                .req = put_message(w, &m->req, m->req.size),
                                .res = put_message(w, &m->res, m->res_size),
                                .err = put_message(w, &m->err, m->err.size),
                        };
                }
        }
}

static void put_endpoints(Writer *w, Endpoint *endpoints) {
        for (uint32_t i = 0; i < w->class->n_flat; i++) {
                const LayFlatEndpoint *e = &w->class->flat[i];

                endpoints[i] = (Endpoint){
                        .path_off = put_text(w, e->path_name),
                        .class_off = put_text(w, e->class_name),
                        .iface_off = w->iface_offs[w->interface_of[i]],
                        .first_method = w->first_methods[w->interface_of[i]],
                        .n_methods = e->interface->n_methods,
                };
        }
}

const void *shape_write(Arena *a, const LayComponent *class, size_t *size) {
        Writer w = {.class = class};
        uint64_t endpoints_off = sizeof(Header);
        uint64_t methods_off, nodes_off, texts_off, end;

        count(&w, a);
        methods_off = endpoints_off + class->n_flat * sizeof(Endpoint);
        nodes_off = methods_off + w.n_methods * sizeof(Method);
        texts_off = nodes_off + w.n_nodes * sizeof(Node);
        end = texts_off + w.texts_size;
        if (end > SHAPE_SIZE_MAX)
                return NULL;

        w.block = arena_alloc(a, end);
        w.methods = (Method *)(void *)(w.block + methods_off);
        w.nodes = (Node *)(void *)(w.block + nodes_off);
        w.next_text = (uint32_t)texts_off;
        *(Header *)(void *)w.block = (Header){
                .magic = SHAPE_MAGIC,
                .version = SHAPE_VERSION,
                .size = (uint32_t)end,
                .class_off = put_text(&w, class->name.dotted),
                .n_endpoints = class->n_flat,
                .endpoints_off = (uint32_t)endpoints_off,
                .n_methods = (uint32_t)w.n_methods,
                .methods_off = (uint32_t)methods_off,
                .n_nodes = (uint32_t)w.n_nodes,
                .nodes_off = (uint32_t)nodes_off,
        };
        put_methods(&w);
        put_endpoints(&w, (Endpoint *)(void *)(w.block + endpoints_off));
        assert(w.next_node == w.n_nodes && w.next_text == end);
        *size = end;
        return w.block;
}

const void *shape_write_others(
        Arena *a, const LayComponent *class, const LayFlatEndpoint *endpoints, uint32_t n, size_t *size) {
        LayComponent seen = *class;

        seen.flat = endpoints;
        seen.n_flat = n;
        return shape_write(a, &seen, size);
}
