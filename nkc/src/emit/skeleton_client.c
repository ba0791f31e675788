/* SPDX-License-Identifier: MIT */
/*
 * Client skeleton: connects to the server and calls each method of each endpoint once, with empty
 * values, and says what came back.
 */
#include "skeleton.h"

static void put_head(Emit *e) {
        const LayUnit *u = e->unit;

        emit_set(e, "dotted", u->name->dotted);
        emit_set(e, "file", u->name->file);
        emit_set(e, "kind", u->kind == LAY_UNIT_EDL ? "process class" : "interface");
        emit_text(e, "/*\n"
                     " * Client of the $(kind) $(dotted): calls every method once, with empty values.\n"
                     " * Written by `nkc skeleton` from $(file); it is yours to change.\n"
                     " */\n"
                     "#include <coresrv/nk/transport-kos.h>\n"
                     "#include <coresrv/sl/sl_api.h>\n"
                     "\n"
                     "#include <stdio.h>\n"
                     "#include <stdlib.h>\n"
                     "#include <string.h>\n"
                     "\n");
        for (uint32_t i = 0; i < u->n_interfaces; i++) {
                emit_set(e, "file", u->interfaces[i]->name->file);
                emit_text(e, "#include <$(file).h>\n");
        }
        emit_text(e, "\n/* The connection that init.yaml gives to this process. */\n"
                     "#define CHANNEL \"$(channel)\"\n"
                     "\n"
                     "static int n_failed;\n"
                     "\n"
                     "static void report(const char *endpoint, const char *method, nk_err_t err) {\n"
                     "        if (err == NK_EOK)\n"
                     "                fprintf(stderr, \"%s.%s: done\\n\", endpoint, method);\n"
                     "        else if (NK_ELOGIC_CHECK(err))\n"
                     "                fprintf(stderr, \"%s.%s: status %d\\n\",\n"
                     "                        endpoint, method, NK_ELOGIC_GET(err));\n"
                     "        else\n"
                     "                fprintf(stderr, \"%s.%s: error %d\\n\", endpoint, method, err);\n"
                     "        n_failed += err != NK_EOK;\n"
                     "}\n");
}

/* ---- Calls ------------------------------------------------------------------------------- */

static void put_arena(Emit *e, const char *direction, uint32_t size) {
        emit_set(e, "dir", direction);
        if (size)
                emit_text(e, "        static _Alignas(8) char $(dir)_buffer[$(fn)_$(dir)_arena_size];\n"
                             "        struct nk_arena $(dir)_arena = NK_ARENA_INITIALIZER(\n"
                             "                $(dir)_buffer, $(dir)_buffer + sizeof($(dir)_buffer));\n");
}

static void put_call(Emit *e, const LayMethod *m) {
        emit_set(e, "fn", m->c_name);
        text_putc(e->out, '\n');
        emit_comment(e, "", &m->src, m->doc);
        emit_text(e, "static nk_err_t $(fn)_call(struct $(prefix) *endpoint) {\n");
        put_arena(e, "req", m->req.arena_size);
        put_arena(e, "res", m->res_arena_size);
        emit_text(e, "        struct $(fn)_req req;\n"
                     "        struct $(fn)_res res;\n"
                     "\n");
        skeleton_fill(e, &m->req, "req.", "&req_arena");
        emit_set(e, "reqarena", m->req.arena_size ? "&req_arena" : "NK_NULL");
        emit_set(e, "resarena", m->res_arena_size ? "&res_arena" : "NK_NULL");
        emit_text(e, "        return $(fn)(endpoint, &req, $(reqarena), &res, $(resarena));\n"
                     "}\n");
}

/* All calls of one interface, on whichever endpoint has it. */
static void put_calls(Emit *e, const LayInterface *i) {
        emit_set(e, "prefix", i->name->prefix);
        emit_set(e, "dotted", i->name->dotted);
        emit_text(e, "\n/* ---- $(dotted) ---- */\n");
        for (uint32_t k = 0; k < i->n_methods; k++)
                put_call(e, &i->methods[k]);
        emit_text(e, "\nstatic void $(prefix)_call_all(NkKosTransport *transport, const char *name,\n"
                     "        nk_iid_t riid) {\n"
                     "        struct $(prefix)_proxy proxy;\n"
                     "\n"
                     "        $(prefix)_proxy_init(&proxy, &transport->base, riid);\n");
        if (!i->n_methods)
                emit_text(e, "        (void)name;\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set(e, "method", i->methods[k].name);
                emit_set(e, "fn", i->methods[k].c_name);
                emit_text(e, "        report(name, \"$(method)\", $(fn)_call(&proxy.base));\n");
        }
        emit_text(e, "}\n");
}

/* ---- main -------------------------------------------------------------------------------- */

static void put_endpoint(Emit *e, const LayFlatEndpoint *f) {
        emit_set(e, "prefix", f->interface->name->prefix);
        emit_set(e, "path", f->path_name);
        emit_text(e, "        $(prefix)_call_all(&transport, \"$(path)\",\n"
                     "                ServiceLocatorGetRiid(server, \"$(path)\"));\n");
}

static void put_main(Emit *e) {
        const LayUnit *u = e->unit;

        emit_text(e, "\n/* ---- main ---- */\n"
                     "\n"
                     "int main(void) {\n"
                     "        NkKosTransport transport;\n"
                     "        Handle server = ServiceLocatorConnect(CHANNEL);\n"
                     "\n"
                     "        if (server == INVALID_HANDLE) {\n"
                     "                fprintf(stderr, \"no channel \\\"%s\\\" starts at this process\\n\",\n"
                     "                        CHANNEL);\n"
                     "                return EXIT_FAILURE;\n"
                     "        }\n"
                     "        NkKosTransport_Init(&transport, server, NK_NULL, 0);\n");
        if (u->kind == LAY_UNIT_EDL) {
                for (uint32_t i = 0; i < u->component->n_flat; i++)
                        put_endpoint(e, &u->component->flat[i]);
        } else {
                emit_set(e, "prefix", u->name->prefix);
                emit_set(e, "dotted", u->name->dotted);
                emit_text(e, "        /* The server's first endpoint. */\n"
                             "        $(prefix)_call_all(&transport, \"$(dotted)\", 0);\n");
        }
        emit_text(e, "        return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;\n"
                     "}\n");
}

void skeleton_client(Text *out, const LayUnit *unit) {
        Emit e = {.out = out, .unit = unit};
        Text channel = TEXT_NULL;

        skeleton_set_channel(&e, &channel);
        put_head(&e);
        for (uint32_t i = 0; i < unit->n_interfaces; i++)
                put_calls(&e, unit->interfaces[i]);
        put_main(&e);
        text_deinit(&channel);
}
