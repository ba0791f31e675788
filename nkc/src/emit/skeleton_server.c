/* SPDX-License-Identifier: MIT */
/*
 * Server skeleton: for each interface an implementation whose methods answer with empty values, and
 * a main() that joins them, innermost component first, and serves one channel for ever.
 */
#include "skeleton.h"

/* ---- Head -------------------------------------------------------------------------------- */

static void put_head(Emit *e) {
        bool is_class = e->unit->kind == LAY_UNIT_EDL;

        emit_set(e, "dotted", e->unit->name->dotted);
        emit_set(e, "file", e->unit->name->file);
        emit_set(e, "kind", is_class ? "process class" : "interface");
        emit_text(e, "/*\n"
                     " * Server of the $(kind) $(dotted): every method answers with empty values.\n"
                     " * Written by `nkc skeleton` from $(file); it is yours to change.\n"
                     " */\n"
                     "#include <coresrv/nk/transport-kos.h>\n"
                     "#include <coresrv/sl/sl_api.h>\n"
                     "\n"
                     "#include <stdio.h>\n"
                     "#include <stdlib.h>\n"
                     "#include <string.h>\n"
                     "\n"
                     "#include <$(file).h>\n"
                     "\n"
                     "/* The connection that init.yaml gives to the clients. */\n"
                     "#define CHANNEL \"$(channel)\"\n");
}

/* ---- Implementations --------------------------------------------------------------------- */

static void put_method(Emit *e, const LayMethod *m) {
        emit_set(e, "fn", m->c_name);
        text_putc(e->out, '\n');
        emit_comment(e, "", &m->src, m->doc);
        emit_text(e, "static nk_err_t $(fn)_impl(struct $(prefix) *self,\n"
                     "        const struct $(fn)_req *req, const struct nk_arena *req_arena,\n"
                     "        struct $(fn)_res *res, struct nk_arena *res_arena) {\n"
                     "        struct $(prefix)_impl *impl = (struct $(prefix)_impl *)self;\n"
                     "\n"
                     "        (void)impl;\n"
                     "        (void)req;\n"
                     "        (void)req_arena;\n");
        if (!m->res.n_fields)
                emit_text(e, "        (void)res;\n");
        if (!skeleton_uses_arena(&m->res))
                emit_text(e, "        (void)res_arena;\n");
        if (m->res.n_fields)
                text_putc(e->out, '\n');
        skeleton_fill(e, &m->res, "res->", "res_arena");
        emit_text(e, "        return NK_EOK;\n"
                     "}\n");
}

static void put_implementation(Emit *e, const LayInterface *i) {
        emit_set(e, "prefix", i->name->prefix);
        emit_set(e, "dotted", i->name->dotted);
        emit_text(e,
                "\n/* ---- $(dotted) ---- */\n"
                "\n"
                "/* One object for each endpoint with this interface. The interface comes first, so that a\n"
                " * method finds the whole from its `self`. */\n"
                "struct $(prefix)_impl {\n"
                "        struct $(prefix) base;\n"
                "};\n");
        for (uint32_t k = 0; k < i->n_methods; k++)
                put_method(e, &i->methods[k]);
        emit_text(e, "\nstatic const struct $(prefix)_ops $(prefix)_impl_ops = {\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set(e, "method", i->methods[k].name);
                emit_set(e, "fn", i->methods[k].c_name);
                emit_text(e, "        .$(method) = $(fn)_impl,\n");
        }
        if (!i->n_methods)
                emit_text(e, "        NK_NULL,\n");
        emit_text(e, "};\n");
}

/* ---- Objects ----------------------------------------------------------------------------- */

static void put_object(Emit *e, const LayName *interface, const char *path) {
        emit_set(e, "prefix", interface->prefix);
        emit_set(e, "path", path);
        emit_text(e, "        static struct $(prefix)_impl $(path)_endpoint = {\n"
                     "                .base = {.ops = &$(prefix)_impl_ops},\n"
                     "        };\n");
}

/* path: instance names, each with '_' behind it: "main_". */
static void put_objects(Emit *e, const LayComponent *c, const char *path) {
        Text inner = TEXT_NULL;

        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                text_clear(&inner);
                text_printf(&inner, "%s%s", path, c->endpoints[i].name);
                put_object(e, c->endpoints[i].interface->name, inner.data);
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                text_clear(&inner);
                text_printf(&inner, "%s%s_", path, c->servers[i]->name);
                put_objects(e, c->servers[i]->component, inner.data);
                emit_set(e, "prefix", c->servers[i]->component->name.prefix);
                emit_set(e, "path", inner.data);
                emit_text(e, "        static struct $(prefix)_component $(path)component;\n");
        }
        text_deinit(&inner);
}

/* The arguments of an init function: endpoints, then components. */
static void put_arguments(Emit *e, const LayComponent *c, const char *path) {
        emit_set(e, "path", path);
        for (uint32_t i = 0; i < c->n_endpoints; i++) {
                emit_set(e, "member", c->endpoints[i].name);
                emit_text(e, ",\n                &$(path)$(member)_endpoint.base");
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                emit_set(e, "member", c->servers[i]->name);
                emit_text(e, ",\n                &$(path)$(member)_component");
        }
}

/* Initialises what is inside before what holds it. */
static void put_inits(Emit *e, const LayComponent *c, const char *path) {
        for (uint32_t i = 0; i < c->n_servers; i++) {
                const LayInstance *in = c->servers[i];
                Text inner = TEXT_NULL;

                text_printf(&inner, "%s%s_", path, in->name);
                put_inits(e, in->component, inner.data);
                emit_set(e, "prefix", in->component->name.prefix);
                emit_set(e, "path", inner.data);
                emit_text(e, "        $(prefix)_component_init(&$(path)component");
                put_arguments(e, in->component, inner.data);
                emit_text(e, ");\n");
                text_deinit(&inner);
        }
}

/* ---- main -------------------------------------------------------------------------------- */

/* Buffers are static, because an arena may be larger than a stack. */
static void put_buffers(Emit *e, uint32_t req_size, uint32_t res_size) {
        emit_text(e, "        static $(all)_req req;\n"
                     "        static $(all)_res res;\n");
        if (req_size)
                emit_text(e, "        static _Alignas(8) char req_buffer[$(all)_req_arena_size];\n"
                             "        struct nk_arena req_arena = NK_ARENA_INITIALIZER(\n"
                             "                req_buffer, req_buffer + sizeof(req_buffer));\n");
        if (res_size)
                emit_text(e, "        static _Alignas(8) char res_buffer[$(all)_res_arena_size];\n"
                             "        struct nk_arena res_arena = NK_ARENA_INITIALIZER(\n"
                             "                res_buffer, res_buffer + sizeof(res_buffer));\n");
        emit_set(e, "reqarena", req_size ? "&req_arena" : "NK_NULL");
        emit_set(e, "resarena", res_size ? "&res_arena" : "NK_NULL");
}

static void put_register(Emit *e) {
        emit_text(e, "        NkKosTransport transport;\n"
                     "        ServiceId id;\n"
                     "        Handle listener = ServiceLocatorRegister(CHANNEL, NULL, 0, &id);\n"
                     "\n"
                     "        if (listener == INVALID_HANDLE) {\n"
                     "                fprintf(stderr, \"no channel \\\"%s\\\" leads to this process\\n\",\n"
                     "                        CHANNEL);\n"
                     "                return EXIT_FAILURE;\n"
                     "        }\n"
                     "        NkKosTransport_Init(&transport, listener, NK_NULL, 0);\n");
}

static void put_loop(Emit *e, uint32_t req_size, uint32_t res_size) {
        emit_text(e, "\n"
                     "        for (;;) {\n"
                     "                nk_err_t err;\n"
                     "\n"
                     "                nk_req_reset(&req);\n"
                     "                nk_req_reset(&res);\n");
        if (req_size)
                emit_text(e, "                nk_arena_reset(&req_arena);\n");
        if (res_size)
                emit_text(e, "                nk_arena_reset(&res_arena);\n");
        emit_text(e,
                "                err = nk_transport_recv(&transport.base, &req.base_, $(reqarena));\n"
                "                if (err == NK_ENOTCONN || err == NK_EINVAL)\n"
                "                        return EXIT_FAILURE;\n"
                "                if (err != NK_EOK)\n"
                "                        continue; /* what did not fit was answered already */\n"
                "                /* The reply releases the client, whatever became of its request. */\n");
        if (e->unit->kind == LAY_UNIT_EDL)
                emit_text(e, "                (void)$(prefix)_entity_dispatch(&entity,\n"
                             "                        &req.base_, $(reqarena),\n");
        else
                emit_text(e, "                (void)$(prefix)_interface_dispatch(&endpoint.base, 0,\n"
                             "                        &req.base_, $(reqarena),\n");
        emit_text(e, "                        &res.base_, $(resarena));\n"
                     "                (void)nk_transport_reply(&transport.base, &res.base_, $(resarena));\n"
                     "        }\n"
                     "}\n");
}

static void put_main_head(Emit *e) {
        emit_set(e, "dotted", e->unit->name->dotted);
        emit_text(e, "\n/* ---- $(dotted) ---- */\n\nint main(void) {\n");
}

static void put_class_main(Emit *e, const LayComponent *c) {
        Text all = TEXT_NULL;

        text_printf(&all, "%s_entity", c->name.prefix);
        emit_set(e, "all", all.data);
        put_main_head(e);
        put_objects(e, c, "");
        emit_set(e, "prefix", c->name.prefix);
        emit_text(e, "        static struct $(prefix)_entity entity;\n");
        put_buffers(e, c->req_arena_size, c->res_arena_size);
        put_register(e);
        emit_text(e, "\n        /* What is inside comes before what holds it. */\n");
        put_inits(e, c, "");
        emit_set(e, "prefix", c->name.prefix);
        emit_text(e, "        $(prefix)_entity_init(&entity");
        put_arguments(e, c, "");
        emit_text(e, ");\n");
        put_loop(e, c->req_arena_size, c->res_arena_size);
        text_deinit(&all);
}

/* An interface on its own is served as the first endpoint: RIID 0. */
static void put_interface_main(Emit *e, const LayInterface *i) {
        put_main_head(e);
        emit_set(e, "prefix", i->name->prefix);
        emit_set(e, "all", i->name->prefix);
        emit_text(e, "        static struct $(prefix)_impl endpoint = {\n"
                     "                .base = {.ops = &$(prefix)_impl_ops},\n"
                     "        };\n");
        put_buffers(e, i->req_arena_size, i->res_arena_size);
        put_register(e);
        put_loop(e, i->req_arena_size, i->res_arena_size);
}

void skeleton_server(Text *out, const LayUnit *unit) {
        Emit e = {.out = out, .unit = unit};
        Text channel = TEXT_NULL;

        skeleton_set_channel(&e, &channel);
        put_head(&e);
        for (uint32_t i = 0; i < unit->n_interfaces; i++)
                put_implementation(&e, unit->interfaces[i]);
        if (unit->kind == LAY_UNIT_EDL)
                put_class_main(&e, unit->component);
        else
                put_interface_main(&e, unit->interfaces[0]);
        text_deinit(&channel);
}
