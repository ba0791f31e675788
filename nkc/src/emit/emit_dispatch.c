/* SPDX-License-Identifier: MIT */
/*
 * The server side of one interface: P_interface_dispatch, a switch over the MIDs. A method that the
 * implementation left out of its table is answered like one that does not exist.
 */
#include "emit.h"
#include "emit_trace.h"

/* ---- Tracing ----------------------------------------------------------------------------- */

/* Names of the traced methods by MID; NK_NULL for the others. */
static void emit_traced_names(Emit *e, const LayInterface *i) {
        emit_text(e, "        static const char *const traced[] = {\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                if (emit_is_traced(e->options->trace_server, e->options, i, &i->methods[k]))
                        emit_text(e, "                \"$(method)\",\n");
                else
                        emit_text(e, "                NK_NULL, /* $(method) */\n");
        }
        emit_text(e, "        };\n");
}

static void emit_trace_call(Emit *e, const char *direction, const char *arguments) {
        emit_set(e, "dir", direction);
        emit_set(e, "args", arguments);
        emit_text(e, "        if (traced[mid])\n"
                     "                nkx_trace_message(NKX_TRACE_SERVER_$(dir), $(dump),\n"
                     "                        \"$(owner)\", \"$(dotted)\", traced[mid], $(args));\n");
}

static void emit_body(Emit *e, const LayInterface *i) {
        bool is_traced = e->options->trace_server != EMIT_TRACE_NONE;

        if (is_traced)
                emit_traced_names(e, i);
        emit_text(e, "        const nk_mid_t mid = req->mid;\n"
                     "        nk_err_t err = NK_ENOENT;\n"
                     "\n"
                     "        if (!impl || req->iid != iid || mid >= $(prefix)_mid_max)\n"
                     "                return NK_ENOENT;\n"
                     "\n");
        if (is_traced)
                emit_trace_call(e, "REQ", "req, req_arena, NK_EOK");
        emit_text(e, "        nkx_method_begin(res);\n"
                     "        switch (mid) {\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "                nkx_dispatch_case($(prefix), $(method));\n");
        }
        emit_text(e, "        }\n");
        if (!is_traced) {
                emit_text(e,
                        "        return nkx_method_end$(status)($(prefix)_methods_, mid, iid, err, res);\n");
                return;
        }
        emit_text(e, "        err = nkx_method_end$(status)($(prefix)_methods_, mid, iid, err, res);\n");
        emit_trace_call(e, "RES", "res, res_arena, err");
        emit_text(e, "        return err;\n");
}

/* An interface without methods has nothing to look at. */
static void emit_empty_body(Emit *e) {
        emit_text(e, "        nk_unused(impl);\n"
                     "        nk_unused(iid);\n"
                     "        nk_unused(req);\n"
                     "        nk_unused(req_arena);\n"
                     "        nk_unused(res);\n"
                     "        nk_unused(res_arena);\n"
                     "        return NK_ENOENT;\n");
}

static void emit_dispatcher_names(Emit *e, const LayInterface *i) {
        if (!emit_names_begin(e, i->name, "SERVER"))
                return;
        emit_text(e, "#define $(short)_interface_dispatch $(prefix)_interface_dispatch\n");
        emit_names_end(e);
}

void emit_dispatcher(Emit *e, const LayInterface *i) {
        emit_section_begin(e, i->name, "SERVER", "dispatcher");
        emit_set(e, "owner", e->unit->name->prefix);
        emit_set(e, "status", e->unit->extended_errors ? "" : "_status");
        emit_set(e, "dump", e->options->trace_server == EMIT_TRACE_DUMP ? "1" : "0");
        emit_text(e, "\nstatic inline nk_err_t $(prefix)_interface_dispatch(\n"
                     "        struct $(prefix) *impl, nk_iid_t iid,\n"
                     "        const struct nk_message *req, const struct nk_arena *req_arena,\n"
                     "        struct nk_message *res, struct nk_arena *res_arena) {\n");
        if (i->n_methods)
                emit_body(e, i);
        else
                emit_empty_body(e);
        emit_text(e, "}\n");
        emit_section_end(e);
        emit_dispatcher_names(e, i);
}
