/* SPDX-License-Identifier: MIT */
/*
 * A process class (.edl): E_entity on top of its component-shaped half. E_entity and the two
 * message unions are macros, so that `E_entity x;` and `struct E_entity x;` both compile.
 */
#include "emit.h"

static void emit_arguments(Emit *e, const LayComponent *c) {
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                emit_set(e, "member", c->endpoints[i].name);
                emit_text(e, ", $(member)");
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                emit_set(e, "member", c->servers[i]->name);
                emit_text(e, ", $(member)");
        }
}

static void emit_entity(Emit *e, const LayComponent *c) {
        emit_text(e, "\n#define $(prefix)_entity $(prefix)_component\n"
                     "#define $(prefix)_entity_req $(prefix)_component_req\n"
                     "#define $(prefix)_entity_res $(prefix)_component_res\n"
                     "\n"
                     "enum {\n"
                     "        $(prefix)_entity_req_arena_size = $(prefix)_component_req_arena_size,\n"
                     "        $(prefix)_entity_res_arena_size = $(prefix)_component_res_arena_size,\n"
                     "        $(prefix)_entity_arena_size = $(prefix)_component_arena_size,\n"
                     "        $(prefix)_entity_req_handles = $(prefix)_component_req_handles,\n"
                     "        $(prefix)_entity_res_handles = $(prefix)_component_res_handles,\n"
                     "        $(prefix)_entity_err_handles = $(prefix)_component_err_handles,\n"
                     "};\n"
                     "\nstatic inline void $(prefix)_entity_init(struct $(prefix)_entity *self_");
        emit_init_parameters(e, c);
        emit_text(e, ") {\n"
                     "        $(prefix)_component_init(self_");
        emit_arguments(e, c);
        emit_text(e, ");\n"
                     "}\n"
                     "\nstatic inline nk_err_t $(prefix)_entity_dispatch(struct $(prefix)_entity *self,\n"
                     "        const struct nk_message *req, const struct nk_arena *req_arena,\n"
                     "        struct nk_message *res, struct nk_arena *res_arena) {\n"
                     "        return $(prefix)_component_dispatch(self, 0, req, req_arena, res, res_arena);\n"
                     "}\n");
}

static void name_entity(Emit *e, const LayComponent *c) {
        if (!emit_names_begin(e, &c->name, "ENTITY"))
                return;
        emit_text(e, "#define $(short)_entity $(prefix)_entity\n"
                     "#define $(short)_entity_req $(prefix)_entity_req\n"
                     "#define $(short)_entity_res $(prefix)_entity_res\n"
                     "#define $(short)_entity_init $(prefix)_entity_init\n"
                     "#define $(short)_entity_dispatch $(prefix)_entity_dispatch\n"
                     "#define $(short)_entity_req_arena_size $(prefix)_entity_req_arena_size\n"
                     "#define $(short)_entity_res_arena_size $(prefix)_entity_res_arena_size\n"
                     "#define $(short)_entity_arena_size $(prefix)_entity_arena_size\n"
                     "#define $(short)_entity_req_handles $(prefix)_entity_req_handles\n"
                     "#define $(short)_entity_res_handles $(prefix)_entity_res_handles\n"
                     "#define $(short)_entity_err_handles $(prefix)_entity_err_handles\n");
        emit_names_end(e);
}

void emit_class_server(Emit *e, const LayComponent *c) {
        emit_component_server(e, c);
        if (!c->has_server)
                return;
        emit_section_begin(e, &c->name, "ENTITY_SERVER", "process class");
        emit_entity(e, c);
        emit_section_end(e);
        name_entity(e, c);
}
