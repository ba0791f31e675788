/* SPDX-License-Identifier: MIT */
/*
 * The endpoint audit.Audit: records of the audit, one a call. A handle here is a reader: a place in the
 * history, which the host keeps whether anybody reads or not. No call waits.
 */
#include <string.h>

#include <handle/handletype.h>

#include "state.h"

#define DECISIONS   "kss"
#define DIAGNOSTICS "core" /* here those are lines of the kernel process, and no records */

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

static Retcode check_name(const Core *core, const struct nk_arena *arena, const nk_ptr_t *name) {
        nk_size_t size = 0;
        const char *text = nk_arena_get(char, arena, name, &size);

        if (!text || size == 0)
                return rcInvalidArgument;
        if (strcmp(text, DECISIONS) == 0)
                return core->host.audit_read ? rcOk : rcUnimplemented;
        return strcmp(text, DIAGNOSTICS) == 0 ? rcUnimplemented : rcInvalidArgument;
}

/* Without a right, so a reader stays with whoever was allowed to open it. */
static nk_err_t open_reader(kl_core_Audit *self, const kl_core_Audit_Open_req *req,
        const struct nk_arena *req_arena, kl_core_Audit_Open_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_audit(self);
        CoreObjectSpec spec = {.kind = &core_audit_kind};
        CoreObject *object;
        uint32_t number;

        nk_unused(res_arena);
        res->rc = check_name(core, req_arena, &req->name);
        if (res->rc == rcOk)
                res->rc = core_object_new(core->caller, &spec, &object, &number);
        res->handle = res->rc == rcOk ? nkx_handle_desc_make(number, spec.rights, 0) : no_handle;
        return NK_EOK;
}

static Retcode find(Core *core, uint32_t number, CoreObject **ret_object) {
        void *found = NULL;
        Retcode rc = core_rc_of(htree_find(core->caller->space, number, &core_audit_kind, 0, &found));

        *ret_object = found;
        return rc;
}

static nk_err_t close_reader(kl_core_Audit *self, const kl_core_Audit_Close_req *req,
        const struct nk_arena *req_arena, kl_core_Audit_Close_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_audit(self);
        CoreObject *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core, req->handle.handle, &object);
        if (res->rc == rcOk)
                res->rc = core_rc_of(htree_close(core->caller->space, req->handle.handle));
        return NK_EOK;
}

static nk_err_t read_record(kl_core_Audit *self, const kl_core_Audit_Read_req *req,
        const struct nk_arena *req_arena, kl_core_Audit_Read_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_audit(self);
        nk_uint8_t record[CORE_RECORD_SIZE];
        CoreObject *object;
        uint64_t n_lost = 0;
        size_t size;

        nk_unused(req_arena);
        res->rc = find(core, req->handle.handle, &object);
        if (res->rc != rcOk)
                return NK_EOK;
        size = core->host.audit_read(core->host.arg, &object->place, (char *)record, &n_lost);
        res->outDropMsgs = n_lost < UINT32_MAX ? (uint32_t)n_lost : UINT32_MAX;
        return size == 0 ? NK_EOK : nk_arena_store(nk_uint8_t, res_arena, &res->msg, record, (nk_size_t)size);
}

const kl_core_Audit_ops core_audit_ops = {
        .Open = open_reader,
        .Close = close_reader,
        .Read = read_record,
};
