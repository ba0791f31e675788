/* SPDX-License-Identifier: MIT */
/*
 * One interface: ids, sizes and messages of each method, their unions, the table that proxies and
 * dispatchers share, and the abstract interface with which a server is written.
 *
 * Response and error form are ordinary structs under #pragma pack(8), which has no effect on our
 * layout but keeps a pragma around the include out of it.
 */
#include "emit.h"

/* ---- Ids and sizes ----------------------------------------------------------------------- */

static void put_capacities(Emit *e, const LayMessage *m) {
        for (uint32_t i = 0; i < m->n_caps; i++)
                emit_enumerator(e, m->caps[i].name, m->caps[i].value);
}

static void emit_method_ids(Emit *e, const LayMethod *m) {
        emit_set_uint(e, "mid", m->mid);
        emit_set_uint(e, "reqarena", m->req.arena_size);
        emit_set_uint(e, "resarena", m->res_arena_size);
        emit_set_uint(e, "reqcaps", m->req.n_handles);
        emit_set_uint(e, "rescaps", m->res.n_handles);
        emit_set_uint(e, "errcaps", m->err.n_handles);
        emit_text(e, "enum {\n"
                     "        $(fn)_mid = $(mid),\n");
        put_capacities(e, &m->req);
        put_capacities(e, &m->res);
        put_capacities(e, &m->err);
        emit_text(e, "        $(fn)_req_arena_size = $(reqarena),\n"
                     "        $(fn)_res_arena_size = $(resarena),\n"
                     "        $(fn)_req_handles = $(reqcaps),\n"
                     "        $(fn)_res_handles = $(rescaps),\n"
                     "        $(fn)_err_handles = $(errcaps),\n"
                     "};\n");
}

static void emit_interface_ids(Emit *e, const LayInterface *i) {
        emit_set_uint(e, "max", i->n_methods);
        emit_set_uint(e, "reqarena", i->req_arena_size);
        emit_set_uint(e, "resarena", i->res_arena_size);
        emit_set_uint(e, "arena", i->arena_size);
        emit_set_uint(e, "reqcaps", i->req_handles);
        emit_set_uint(e, "rescaps", i->res_handles);
        emit_set_uint(e, "errcaps", i->err_handles);
        emit_text(e, "\n/* How many methods; the largest of each size. */\n"
                     "enum {\n"
                     "        $(prefix)_mid_max = $(max),\n"
                     "        $(prefix)_req_arena_size = $(reqarena),\n"
                     "        $(prefix)_res_arena_size = $(resarena),\n"
                     "        $(prefix)_arena_size = $(arena),\n"
                     "        $(prefix)_req_handles = $(reqcaps),\n"
                     "        $(prefix)_res_handles = $(rescaps),\n"
                     "        $(prefix)_err_handles = $(errcaps),\n"
                     "};\n");
}

/* ---- Messages ---------------------------------------------------------------------------- */

static void put_fields(Emit *e, const LayMessage *m) {
        for (uint32_t i = 0; i < m->n_fields; i++)
                emit_field(e, "        ", &m->fields[i]);
}

static void emit_response(Emit *e, const LayMethod *m) {
        emit_text(e, "nkx_response($(fn),");
        text_puts(e->out, m->res.n_fields ? "\n" : " /* nothing */");
        put_fields(e, &m->res);
        emit_text(e, ");\n");
}

static void emit_messages(Emit *e, const LayMethod *m) {
        emit_text(e, "typedef struct __nk_packed $(fn)_req {\n"
                     "        __nk_alignas(8) struct nk_message base_;\n");
        put_fields(e, &m->req);
        emit_text(e, "} $(fn)_req;\n"
                     "typedef struct $(fn)_err {\n"
                     "        __nk_alignas(8) struct nk_message base_;\n");
        put_fields(e, &m->err);
        emit_text(e, "} $(fn)_err;\n");
        emit_response(e, m);
        emit_layout(e, "$(fn)_req", m->req.size, m->req.fields, m->req.n_fields);
        emit_layout(e, "$(fn)_err", m->err.size, m->err.fields, m->err.n_fields);
        emit_layout(e, "$(fn)_res", m->res_size, m->res.fields, m->res.n_fields);
}

static void emit_union_of(Emit *e, const LayInterface *i, const char *kind, uint32_t size) {
        emit_set(e, "kind", kind);
        emit_set_uint(e, "size", size);
        emit_text(e, "\ntypedef union $(prefix)_$(kind) {\n"
                     "        struct nk_message base_;\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "        struct $(fn)_$(kind) $(method);\n");
        }
        emit_text(e, "} $(prefix)_$(kind);\n"
                     "nk_static_assert(sizeof(union $(prefix)_$(kind)) == $(size),\n"
                     "        bad_$(prefix)_$(kind)_size);\n");
}

static void put_row(Emit *e, const LayInterface *i, uint32_t mid) {
        const LayMethod *m = &i->methods[mid];

        emit_set_method(e, i, mid);
        emit_set_uint(e, "req", m->req.size);
        emit_set_uint(e, "res", m->res_size);
        emit_set_uint(e, "err", m->err.size);
        emit_set_uint(e, "reqcaps", m->req.n_handles);
        emit_set_uint(e, "rescaps", m->res.n_handles);
        emit_set_uint(e, "errcaps", m->err.n_handles);
        emit_text(
                e, "        {$(req), $(res), $(err), $(reqcaps), $(rescaps), $(errcaps)}, /* $(method) */\n");
}

static void emit_table(Emit *e, const LayInterface *i) {
        if (!i->n_methods)
                return;
        emit_text(e, "\n/* By MID: sizes of request, response and error response, then their handles. */\n"
                     "static const struct nkx_method $(prefix)_methods_[] = {\n");
        for (uint32_t k = 0; k < i->n_methods; k++)
                put_row(e, i, k);
        emit_text(e, "};\n");
}

/* ---- Abstract interface ------------------------------------------------------------------ */

static void emit_method_types(Emit *e, const LayInterface *i) {
        if (i->n_methods)
                text_putc(e->out, '\n');
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "typedef nk_err_t $(fn)_fn(struct $(prefix) *, const struct $(fn)_req *,\n"
                             "        const struct nk_arena *, struct $(fn)_res *, struct nk_arena *);\n");
        }
}

static void emit_vtable(Emit *e, const LayInterface *i) {
        emit_section_begin(e, i->name, "VTABLE", "abstract interface");
        emit_text(e, "\ntypedef struct $(prefix) {\n"
                     "        const struct $(prefix)_ops *ops;\n"
                     "} $(prefix);\n");
        emit_method_types(e, i);
        emit_text(e, "\ntypedef struct $(prefix)_ops {\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                emit_set_method(e, i, k);
                emit_text(e, "        $(fn)_fn *$(method);\n");
        }
        if (!i->n_methods)
                emit_text(e, "        const void *nothing_; /* a C struct needs a member */\n");
        emit_text(e, "} $(prefix)_ops;\n");
        emit_section_end(e);
}

/* ---- Short names ------------------------------------------------------------------------- */

static void name_capacities(Emit *e, const LayName *owner, const LayMessage *m) {
        for (uint32_t i = 0; i < m->n_caps; i++)
                emit_name(e, owner, m->caps[i].name);
}

static void name_method(Emit *e, const LayInterface *i, uint32_t mid) {
        const LayName *owner = i->name;
        const LayMethod *m = &i->methods[mid];

        name_capacities(e, owner, &m->req);
        name_capacities(e, owner, &m->res);
        name_capacities(e, owner, &m->err);
        emit_set_method(e, i, mid);
        emit_text(e, "#define $(short)_$(method)_mid $(fn)_mid\n"
                     "#define $(short)_$(method)_req_arena_size $(fn)_req_arena_size\n"
                     "#define $(short)_$(method)_res_arena_size $(fn)_res_arena_size\n"
                     "#define $(short)_$(method)_req_handles $(fn)_req_handles\n"
                     "#define $(short)_$(method)_res_handles $(fn)_res_handles\n"
                     "#define $(short)_$(method)_err_handles $(fn)_err_handles\n"
                     "#define $(short)_$(method)_req $(fn)_req\n"
                     "#define $(short)_$(method)_err $(fn)_err\n"
                     "#define $(short)_$(method)_res $(fn)_res\n"
                     "#define $(short)_$(method)_fn $(fn)_fn\n");
}

static void emit_interface_names(Emit *e, const LayInterface *i) {
        if (!emit_names_begin(e, i->name, "INTERFACE"))
                return;
        for (uint32_t k = 0; k < i->n_methods; k++)
                name_method(e, i, k);
        emit_text(e, "#define $(short)_mid_max $(prefix)_mid_max\n"
                     "#define $(short)_req_arena_size $(prefix)_req_arena_size\n"
                     "#define $(short)_res_arena_size $(prefix)_res_arena_size\n"
                     "#define $(short)_arena_size $(prefix)_arena_size\n"
                     "#define $(short)_req_handles $(prefix)_req_handles\n"
                     "#define $(short)_res_handles $(prefix)_res_handles\n"
                     "#define $(short)_err_handles $(prefix)_err_handles\n"
                     "#define $(short)_req $(prefix)_req\n"
                     "#define $(short)_res $(prefix)_res\n"
                     "#define $(short)_ops $(prefix)_ops\n");
        emit_names_end(e);
}

void emit_interface(Emit *e, const LayInterface *i) {
        emit_section_begin(e, i->name, "INTERFACE", "ids, sizes and messages");
        emit_text(e, "#pragma pack(push, 8)\n");
        for (uint32_t k = 0; k < i->n_methods; k++) {
                text_putc(e->out, '\n');
                emit_set_method(e, i, k);
                emit_comment(e, "", &i->methods[k].src, i->methods[k].doc);
                emit_method_ids(e, &i->methods[k]);
                emit_messages(e, &i->methods[k]);
        }
        emit_interface_ids(e, i);
        emit_union_of(e, i, "req", i->req_size);
        emit_union_of(e, i, "res", i->res_size);
        emit_table(e, i);
        emit_text(e, "\n#pragma pack(pop)\n");
        emit_section_end(e);
        emit_vtable(e, i);
        emit_interface_names(e, i);
}
