/* SPDX-License-Identifier: MIT */
/*
 * A component (.cdl) and the component-shaped half of a process class (.edl): endpoint numbers,
 * sizes, the type that joins implementations, its messages and its dispatcher.
 *
 * A description without endpoints has only the numbers.
 */
#include "emit.h"

/* ---- Numbers ----------------------------------------------------------------------------- */

static void put_endpoint(Emit *e, const LayFlatEndpoint *f) {
        emit_set(e, "iid", f->iid_name);
        emit_set_uint(e, "riid", f->riid);
        emit_set(e, "path", f->path_name);
        emit_set(e, "iface", f->interface->name->dotted);
        emit_text(e, "        $(iid) = $(riid), /* $(path) : $(iface) */\n");
}

static void name_ids(Emit *e, const LayComponent *c) {
        if (!emit_names_begin(e, &c->name, c->is_class ? "TASK_ENDPOINTS" : "COMPONENT_ENDPOINTS"))
                return;
        for (uint32_t i = 0; i < c->n_flat; i++)
                emit_name(e, &c->name, c->flat[i].iid_name);
        for (uint32_t i = 0; i < c->n_offsets; i++)
                emit_name(e, &c->name, c->offsets[i].name);
        for (uint32_t i = 0; i < c->n_security; i++)
                emit_name(e, &c->name, c->security[i].name);
        emit_text(e, "#define $(short)_iidMax $(prefix)_iidMax\n"
                     "#define $(short)_securityIidMax $(prefix)_securityIidMax\n");
        emit_names_end(e);
}

void emit_component_ids(Emit *e, const LayComponent *c) {
        emit_section_begin(e, &c->name, c->is_class ? "TASK_ENDPOINTS" : "COMPONENT_ENDPOINTS", "endpoints");
        text_putc(e->out, '\n');
        emit_comment(e, "", &c->src, c->name.doc);
        emit_text(e, "enum {\n");
        for (uint32_t i = 0; i < c->n_flat; i++)
                put_endpoint(e, &c->flat[i]);
        emit_set_uint(e, "max", c->n_flat);
        emit_text(e, "        $(prefix)_iidMax = $(max),\n");
        for (uint32_t i = 0; i < c->n_offsets; i++)
                emit_enumerator(e, c->offsets[i].name, c->offsets[i].value);
        for (uint32_t i = 0; i < c->n_security; i++)
                emit_enumerator(e, c->security[i].name, c->security[i].value);
        emit_set_uint(e, "max", c->n_security);
        emit_text(e, "        $(prefix)_securityIidMax = $(max),\n"
                     "};\n");
        emit_section_end(e);
        name_ids(e, c);
}

/* ---- Types ------------------------------------------------------------------------------- */

static void emit_sizes(Emit *e, const LayComponent *c) {
        emit_set_uint(e, "reqarena", c->req_arena_size);
        emit_set_uint(e, "resarena", c->res_arena_size);
        emit_set_uint(e, "arena", c->arena_size);
        emit_set_uint(e, "reqcaps", c->req_handles);
        emit_set_uint(e, "rescaps", c->res_handles);
        emit_set_uint(e, "errcaps", c->err_handles);
        emit_text(e, "\n/* The largest of each size over all endpoints. */\n"
                     "enum {\n"
                     "        $(prefix)_component_req_arena_size = $(reqarena),\n"
                     "        $(prefix)_component_res_arena_size = $(resarena),\n"
                     "        $(prefix)_component_arena_size = $(arena),\n"
                     "        $(prefix)_component_req_handles = $(reqcaps),\n"
                     "        $(prefix)_component_res_handles = $(rescaps),\n"
                     "        $(prefix)_component_err_handles = $(errcaps),\n"
                     "};\n");
}

static void set_endpoint(Emit *e, const LayEndpoint *ep) {
        emit_set(e, "member", ep->name);
        emit_set(e, "iface", ep->interface->name->prefix);
}

static void set_instance(Emit *e, const LayInstance *in) {
        emit_set(e, "member", in->name);
        emit_set(e, "inner", in->component->name.prefix);
}

static void emit_type(Emit *e, const LayComponent *c) {
        emit_text(e,
                "\n/* Implementations of the endpoints; one left NK_NULL is answered with NK_ENOENT. */\n"
                "typedef struct $(prefix)_component {\n");
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                set_endpoint(e, &c->endpoints[i]);
                emit_text(e, "        struct $(iface) *$(member);\n");
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                set_instance(e, c->servers[i]);
                emit_text(e, "        struct $(inner)_component *$(member);\n");
        }
        emit_text(e, "} $(prefix)_component;\n");
}

void emit_init_parameters(Emit *e, const LayComponent *c) {
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                set_endpoint(e, &c->endpoints[i]);
                emit_text(e, ",\n        struct $(iface) *$(member)");
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                set_instance(e, c->servers[i]);
                emit_text(e, ",\n        struct $(inner)_component *$(member)");
        }
}

static void emit_init(Emit *e, const LayComponent *c) {
        emit_text(e, "\nstatic inline void $(prefix)_component_init(struct $(prefix)_component *self_");
        emit_init_parameters(e, c);
        emit_text(e, ") {\n");
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                set_endpoint(e, &c->endpoints[i]);
                emit_text(e, "        self_->$(member) = $(member);\n");
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                set_instance(e, c->servers[i]);
                emit_text(e, "        self_->$(member) = $(member);\n");
        }
        emit_text(e, "}\n");
}

static void emit_union_of(Emit *e, const LayComponent *c, const char *kind, uint32_t size) {
        emit_set(e, "kind", kind);
        emit_set_uint(e, "size", size);
        emit_text(e, "\ntypedef union $(prefix)_component_$(kind) {\n"
                     "        struct nk_message base_;\n");
        for (uint32_t i = 0; i < c->n_flat; i++) {
                emit_set(e, "iface", c->flat[i].interface->name->prefix);
                emit_set(e, "member", c->flat[i].member);
                emit_text(e, "        union $(iface)_$(kind) $(member);\n");
        }
        emit_text(e, "} $(prefix)_component_$(kind);\n"
                     "nk_static_assert(sizeof(union $(prefix)_component_$(kind)) == $(size),\n"
                     "        bad_$(prefix)_component_$(kind)_size);\n");
}

static void emit_server_types(Emit *e, const LayComponent *c) {
        emit_section_begin(e, &c->name, "COMPONENT_SERVER_TYPES", "component");
        emit_sizes(e, c);
        emit_union_of(e, c, "req", c->req_size);
        emit_union_of(e, c, "res", c->res_size);
        emit_type(e, c);
        emit_init(e, c);
        emit_section_end(e);
}

/* ---- Dispatcher -------------------------------------------------------------------------- */

static void emit_endpoint_cases(Emit *e, const LayComponent *c) {
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                set_endpoint(e, &c->endpoints[i]);
                emit_set(e, "iid", c->flat[c->endpoints[i].riid].iid_name);
                emit_text(e, "        case $(iid):\n"
                             "                return $(iface)_interface_dispatch(\n"
                             "                        self->$(member), req->iid, req, req_arena,\n"
                             "                        res, res_arena);\n");
        }
}

static void emit_instance_cases(Emit *e, const LayComponent *c) {
        for (uint32_t i = 0; i < c->n_servers; i++) {
                const LayInstance *in = c->servers[i];

                for (uint32_t k = 0; k < in->n_endpoints; k++) {
                        emit_set(e, "iid", c->flat[in->riid + k].iid_name);
                        emit_text(e, "        case $(iid):\n");
                }
                set_instance(e, in);
                emit_text(e,
                        "                return $(inner)_component_dispatch(self->$(member),\n"
                        "                        (nk_iid_t)(iidOffset + $(prefix)_$(member)_iidOffset),\n"
                        "                        req, req_arena, res, res_arena);\n");
        }
}

static void emit_dispatch(Emit *e, const LayComponent *c) {
        emit_section_begin(e, &c->name, "COMPONENT_SERVER_DISPATCHER", "dispatcher of the component");
        emit_text(e,
                "\nstatic inline nk_err_t $(prefix)_component_dispatch(struct $(prefix)_component *self,\n"
                "        nk_iid_t iidOffset, const struct nk_message *req,\n"
                "        const struct nk_arena *req_arena,\n"
                "        struct nk_message *res, struct nk_arena *res_arena) {\n"
                "        if (!self)\n"
                "                return NK_ENOENT;\n"
                "        switch (req->iid - iidOffset) {\n");
        emit_endpoint_cases(e, c);
        emit_instance_cases(e, c);
        emit_text(e, "        }\n"
                     "        return NK_ENOENT;\n"
                     "}\n");
        emit_section_end(e);
}

static void name_server(Emit *e, const LayComponent *c) {
        if (!emit_names_begin(e, &c->name, "COMPONENT"))
                return;
        emit_text(e, "#define $(short)_component $(prefix)_component\n"
                     "#define $(short)_component_req $(prefix)_component_req\n"
                     "#define $(short)_component_res $(prefix)_component_res\n"
                     "#define $(short)_component_init $(prefix)_component_init\n"
                     "#define $(short)_component_dispatch $(prefix)_component_dispatch\n"
                     "#define $(short)_component_req_arena_size $(prefix)_component_req_arena_size\n"
                     "#define $(short)_component_res_arena_size $(prefix)_component_res_arena_size\n"
                     "#define $(short)_component_arena_size $(prefix)_component_arena_size\n"
                     "#define $(short)_component_req_handles $(prefix)_component_req_handles\n"
                     "#define $(short)_component_res_handles $(prefix)_component_res_handles\n"
                     "#define $(short)_component_err_handles $(prefix)_component_err_handles\n");
        emit_names_end(e);
}

void emit_component_server(Emit *e, const LayComponent *c) {
        if (!c->has_server)
                return;
        emit_server_types(e, c);
        emit_dispatch(e, c);
        name_server(e, c);
}
