/* SPDX-License-Identifier: MIT */
/*
 * The endpoint vmm.VMM: memory objects. What a process does with memory of its own asks nobody, so the
 * methods for that are NULL.
 */
#include <coresrv/vmm/pmm_api.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include "state.h"

#define RW_FLAGS (VMM_FLAG_READ | VMM_FLAG_WRITE)

_Static_assert(NKX_MDL_OBJECTS_MAX == MDL_OBJECTS_MAX, "the limit is public");

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

/* What one may do with an object is readable at least. */
static bool are_flags(uint32_t flags) {
        return flags == VMM_FLAG_READ || flags == RW_FLAGS;
}

static uint32_t rights_for(uint32_t flags) {
        return NKX_MDL_READ | (flags & VMM_FLAG_WRITE ? NKX_MDL_WRITE : 0);
}

static Retcode make(Core *core, const kl_core_VMM_CreateBuffer_req *req, Mdl **ret_mdl) {
        CoreTask *caller = core->caller;

        if (!core->host.memory || !caller->memory)
                return rcSecurityDisallow;
        if (!are_flags(req->flags))
                return rcInvalidArgument;
        return mdl_new(core->host.memory, caller->memory, req->size, req->flags & VMM_FLAG_WRITE, ret_mdl);
}

static nk_err_t create_buffer(kl_core_VMM *self, const kl_core_VMM_CreateBuffer_req *req,
        const struct nk_arena *req_arena, kl_core_VMM_CreateBuffer_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_vmm(self);
        CoreObjectSpec spec = {.kind = &core_mdl_kind,
                .rights = (OCAP_HANDLE_FULL & ~OCAP_HANDLE_SET_EVENT) | rights_for(req->flags)};
        CoreObject *object;
        uint32_t number;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->buffer = no_handle;
        res->rc = make(core, req, &spec.memory);
        if (res->rc != rcOk)
                return NK_EOK;
        res->rc = core_object_new(core->caller, &spec, &object, &number);
        if (res->rc == rcOk)
                res->buffer = nkx_handle_desc_make(number, spec.rights, 0);
        else
                mdl_release(spec.memory);
        return NK_EOK;
}

static Retcode find(Core *core, uint32_t number, uint32_t rights, CoreObject **ret) {
        void *found = NULL;
        Retcode rc = core_rc_of(htree_find(core->caller->space, number, &core_mdl_kind, rights, &found));

        *ret = found;
        return rc;
}

/* The descriptor goes with the answer, and is not kept. */
static Retcode map(Core *core, const kl_core_VMM_MapBuffer_req *req, nk_uint64_t *ret_letter) {
        CoreObject *object;
        Retcode rc;
        int fd;

        if (!are_flags(req->flags))
                return rcInvalidArgument;
        rc = find(core, req->buffer.handle, rights_for(req->flags), &object);
        if (rc == rcOk)
                rc = mdl_open(object->memory, req->offset, req->size, req->flags & VMM_FLAG_WRITE, &fd);
        if (rc != rcOk)
                return rc;
        *ret_letter = core_attach_once(core, fd, core->host.memory->close);
        return *ret_letter ? rcOk : rcUnimplemented;
}

static nk_err_t map_buffer(kl_core_VMM *self, const kl_core_VMM_MapBuffer_req *req,
        const struct nk_arena *req_arena, kl_core_VMM_MapBuffer_res *res, struct nk_arena *res_arena) {
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = map(core_of_vmm(self), req, &res->letter);
        return NK_EOK;
}

static nk_err_t query_buffer(kl_core_VMM *self, const kl_core_VMM_QueryBuffer_req *req,
        const struct nk_arena *req_arena, kl_core_VMM_QueryBuffer_res *res, struct nk_arena *res_arena) {
        CoreObject *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core_of_vmm(self), req->buffer.handle, 0, &object);
        if (res->rc != rcOk)
                return NK_EOK;
        res->size = mdl_size(object->memory);
        res->flags = VMM_FLAG_READ | (mdl_is_writable(object->memory) ? VMM_FLAG_WRITE : 0);
        return NK_EOK;
}

const kl_core_VMM_ops core_vmm_ops = {
        .CreateBuffer = create_buffer,
        .MapBuffer = map_buffer,
        .QueryBuffer = query_buffer,
};
