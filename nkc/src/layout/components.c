/* SPDX-License-Identifier: MIT */
/*
 * Components and classes: the numbering walk. Own endpoints come first, in listed order and whatever
 * the order of the blocks; then the embedded components in listed order, each with one run of numbers
 * for all it contains. Security interfaces are numbered by the same walk, apart from endpoints.
 */
#include "internal.h"

#include <string.h>

static uint32_t larger(uint32_t a, uint32_t b) {
        return a > b ? a : b;
}

static const LayInterface *interface_of(const SemaEntry *entry) {
        return ((const LayFile *)entry->target->layout)->package->interface;
}

static const LayComponent *component_of(const SemaEntry *entry) {
        return ((const LayFile *)entry->target->layout)->component;
}

/* ---- What stands in the description itself ------------------------------------------------- */

static void make_endpoints(Layout *l, SemaFile *f, LayComponent *c) {
        LayEndpoint *endpoints = ARENA_ARRAY(l->ctx->arena, LayEndpoint, f->n_endpoints);

        for (uint32_t i = 0; i < f->n_endpoints; i++)
                endpoints[i] = (LayEndpoint){
                        .name = f->endpoints[i].name.text,
                        .interface = interface_of(&f->endpoints[i]),
                        .riid = (uint16_t)i,
                        .src = lay_source(l, f, f->endpoints[i].ast->span),
                        .doc = lay_doc(l, f, f->endpoints[i].ast->span),
                };
        c->endpoints = endpoints;
        c->n_endpoints = f->n_endpoints;
}

static void make_instances(Layout *l, SemaFile *f, LayComponent *c) {
        LayInstance *instances = ARENA_ARRAY(l->ctx->arena, LayInstance, f->n_instances);
        const LayInstance **servers = ARENA_ARRAY(l->ctx->arena, const LayInstance *, f->n_instances);
        uint32_t next = f->n_endpoints;

        for (uint32_t i = 0; i < f->n_instances; i++) {
                const LayComponent *inner = component_of(&f->instances[i]);

                instances[i] = (LayInstance){
                        .name = f->instances[i].name.text,
                        .component = inner,
                        .riid = (uint16_t)next,
                        .n_endpoints = (uint16_t)inner->n_flat,
                        .src = lay_source(l, f, f->instances[i].ast->span),
                        .doc = lay_doc(l, f, f->instances[i].ast->span),
                };
                if (inner->has_server)
                        servers[c->n_servers++] = &instances[i];
                next += inner->n_flat;
        }
        c->instances = instances;
        c->n_instances = f->n_instances;
        c->servers = servers;
        c->n_flat = next;
        c->has_server = next > 0;
}

/* ---- The walk ---------------------------------------------------------------------------- */

static void make_flat(Layout *l, LayComponent *c) {
        LayFlatEndpoint *flat = ARENA_ARRAY(l->ctx->arena, LayFlatEndpoint, c->n_flat);

        for (uint32_t i = 0; i < c->n_endpoints; i++)
                flat[i] = (LayFlatEndpoint){
                        .iid_name = LAY_JOIN(l, c->name.prefix, "_", c->endpoints[i].name, "_iid"),
                        .member = c->endpoints[i].name,
                        .path_name = c->endpoints[i].name,
                        .class_name = LAY_JOIN(l, c->name.dotted, ".", c->endpoints[i].name),
                        .interface = c->endpoints[i].interface,
                        .riid = (uint16_t)i,
                };
        for (uint32_t i = 0; i < c->n_instances; i++) {
                const LayInstance *inst = &c->instances[i];

                for (uint32_t j = 0; j < inst->n_endpoints; j++) {
                        const LayFlatEndpoint *inner = &inst->component->flat[j];
                        uint32_t riid = inst->riid + j;

                        flat[riid] = (LayFlatEndpoint){
                                .iid_name = LAY_JOIN(
                                        l, c->name.prefix, "_", inst->name, "_", inner->member, "_iid"),
                                .member = LAY_JOIN(l, inst->name, "_", inner->member),
                                .path_name = LAY_JOIN(l, inst->name, ".", inner->path_name),
                                .class_name = inner->class_name,
                                .interface = inner->interface,
                                .riid = (uint16_t)riid,
                        };
                }
        }
        c->flat = flat;
}

/* "demo_CStore_store_iidOffset" of component demo.CStore seen as instance `main` of demo.Keeper is
 * "demo_Keeper_main_store_iidOffset". */
static const char *seen_from(
        Layout *l, const LayComponent *c, const LayInstance *inst, const char *inner_name) {
        return LAY_JOIN(l, c->name.prefix, "_", inst->name, inner_name + inst->component->name.prefix_len);
}

static void make_offsets(Layout *l, LayComponent *c) {
        uint32_t n = 1;
        LayId *offsets;

        for (uint32_t i = 0; i < c->n_instances; i++)
                n += c->instances[i].component->n_offsets;
        offsets = ARENA_ARRAY(l->ctx->arena, LayId, n);
        offsets[c->n_offsets++] = (LayId){.name = LAY_JOIN(l, c->name.prefix, "_iidOffset"), .value = 0};
        for (uint32_t i = 0; i < c->n_instances; i++) {
                const LayInstance *inst = &c->instances[i];

                for (uint32_t j = 0; j < inst->component->n_offsets; j++)
                        offsets[c->n_offsets++] = (LayId){
                                .name = seen_from(l, c, inst, inst->component->offsets[j].name),
                                .value = inst->riid + inst->component->offsets[j].value,
                        };
        }
        c->offsets = offsets;
}

static void make_security(Layout *l, SemaFile *f, LayComponent *c) {
        uint32_t n = f->security ? 1 : 0;
        LayId *ids;

        for (uint32_t i = 0; i < c->n_instances; i++)
                n += c->instances[i].component->n_security;
        ids = ARENA_ARRAY(l->ctx->arena, LayId, n);
        if (f->security) {
                ids[c->n_security++] =
                        (LayId){.name = LAY_JOIN(l, c->name.prefix, "_securityIid"), .value = 0};
                c->security_interface = f->security->dotted;
        }
        for (uint32_t i = 0; i < c->n_instances; i++) {
                const LayInstance *inst = &c->instances[i];

                for (uint32_t j = 0; j < inst->component->n_security; j++) {
                        ids[c->n_security] = (LayId){
                                .name = seen_from(l, c, inst, inst->component->security[j].name),
                                .value = c->n_security,
                        };
                        c->n_security++;
                }
        }
        c->security = ids;
}

static void make_maxima(LayComponent *c) {
        c->req_size = c->res_size = LAY_HEADER_SIZE;
        for (uint32_t i = 0; i < c->n_flat; i++) {
                const LayInterface *in = c->flat[i].interface;

                c->req_arena_size = larger(c->req_arena_size, in->req_arena_size);
                c->res_arena_size = larger(c->res_arena_size, in->res_arena_size);
                c->req_handles = larger(c->req_handles, in->req_handles);
                c->res_handles = larger(c->res_handles, in->res_handles);
                c->err_handles = larger(c->err_handles, in->err_handles);
                c->req_size = larger(c->req_size, in->req_size);
                c->res_size = larger(c->res_size, in->res_size);
        }
        c->arena_size = larger(c->req_arena_size, c->res_arena_size);
}

const LayComponent *lay_component(Layout *l, SemaFile *f) {
        LayFile *file = lay_file(l, f);
        LayComponent *c;

        if (file->component)
                return file->component;
        c = ARENA_NEW(l->ctx->arena, LayComponent);
        *c = (LayComponent){
                .name = file->name,
                .is_class = f->kind == AST_EDL,
                .src = lay_source(l, f, f->ast->head_span),
        };
        make_endpoints(l, f, c);
        make_instances(l, f, c);
        make_flat(l, c);
        make_offsets(l, c);
        make_security(l, f, c);
        make_maxima(c);
        file->component = c;
        return c;
}
