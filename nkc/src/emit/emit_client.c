/* SPDX-License-Identifier: MIT */
/*
 * The client of one interface: proxy type, and for each method P_M, which calls whatever stands
 * behind the abstract interface, and P_M_proxy, which makes the exchange.
 */
#include "emit.h"
#include "emit_trace.h"

/* P_M_proxy with the request shown before and the response after the exchange. */
static void emit_traced_proxy(Emit *e) {
        emit_text(e, "static inline nk_err_t $(fn)_proxy(struct $(prefix)_proxy *self,\n"
                     "        struct $(fn)_req *req, const struct nk_arena *req_arena,\n"
                     "        struct $(fn)_res *res, struct nk_arena *res_arena) {\n"
                     "        nk_err_t err;\n"
                     "\n"
                     "        nkx_method_prepare(\n"
                     "                $(prefix)_methods_, $(fn)_mid, self->iid, &req->base_, &res->base_);\n"
                     "        nkx_trace_message(NKX_TRACE_CLIENT_REQ, $(dump), \"$(prefix)\", \"\",\n"
                     "                \"$(method)\", &req->base_, req_arena, NK_EOK);\n"
                     "        err = nk_transport_call(\n"
                     "                self->transport, &req->base_, req_arena, &res->base_, res_arena);\n"
                     "        nkx_trace_message(NKX_TRACE_CLIENT_RES, $(dump), \"$(prefix)\", \"\",\n"
                     "                \"$(method)\", &res->base_, res_arena, err);\n");
        if (e->unit->extended_errors)
                emit_text(e, "        return err;\n");
        else
                emit_text(e, "        return nkx_method_result(\n"
                             "                $(prefix)_methods_, $(fn)_mid, err, &res->base_);\n");
        emit_text(e, "}\n"
                     "nkx_proxy_op($(prefix), $(method))\n");
}

static void emit_method(Emit *e, const LayInterface *i, uint32_t mid) {
        emit_set_method(e, i, mid);
        emit_text(e, "\n"
                     "static inline nk_err_t $(fn)(struct $(prefix) *self,\n"
                     "        struct $(fn)_req *req, const struct nk_arena *req_arena,\n"
                     "        struct $(fn)_res *res, struct nk_arena *res_arena) {\n"
                     "        return self->ops->$(method)(self, req, req_arena, res, res_arena);\n"
                     "}\n");
        if (emit_is_traced(e->options->trace_client, e->options, i, &i->methods[mid]))
                emit_traced_proxy(e);
        else
                emit_text(e, "nkx_proxy$(status)($(prefix), $(method))\n");
}

static void emit_init(Emit *e, const LayInterface *i) {
        emit_text(e, "\nstatic inline void $(prefix)_proxy_init(\n"
                     "        struct $(prefix)_proxy *self, struct nk_transport *transport, nk_iid_t iid) {\n"
                     "        static const struct $(prefix)_ops ops = {\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "                $(fn)_op_,\n");
        }
        if (!i->n_methods)
                emit_text(e, "                NK_NULL,\n");
        emit_text(e, "        };\n"
                     "\n"
                     "        self->base.ops = &ops;\n"
                     "        self->transport = transport;\n"
                     "        self->iid = iid;\n"
                     "}\n");
}

static void emit_client_names(Emit *e, const LayInterface *i) {
        if (!emit_names_begin(e, i->name, "CLIENT"))
                return;
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "#define $(short)_$(method) $(prefix)_$(method)\n"
                             "#define $(short)_$(method)_proxy $(prefix)_$(method)_proxy\n");
        }
        emit_text(e, "#define $(short)_proxy $(prefix)_proxy\n"
                     "#define $(short)_proxy_init $(prefix)_proxy_init\n");
        emit_names_end(e);
}

void emit_client(Emit *e, const LayInterface *i) {
        emit_section_begin(e, i->name, "CLIENT", "client");
        emit_set(e, "status", e->unit->extended_errors ? "" : "_status");
        emit_set(e, "dump", e->options->trace_client == EMIT_TRACE_DUMP ? "1" : "0");
        emit_text(e, "\ntypedef struct $(prefix)_proxy {\n"
                     "        struct $(prefix) base;\n"
                     "        struct nk_transport *transport;\n"
                     "        nk_iid_t iid;\n"
                     "} $(prefix)_proxy;\n");
        for (uint32_t k = 0; k < i->n_methods; k++)
                emit_method(e, i, k);
        emit_init(e, i);
        emit_section_end(e);
        emit_client_names(e, i);
}
