/* SPDX-License-Identifier: MIT */
/*
 * The endpoint handle.Handle. Methods that it does not have yet (channels made at run time) are NULL.
 */
#include <handle/event_descr.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include "state.h"

static HtreeSpace *space_of(kl_core_Handle *self) {
        return core_of_handle(self)->caller->space;
}

/* How a new handle is told: it is in the caller's space already. */
static nk_handle_desc_t desc_of(HtreeSpace *space, uint32_t number) {
        uint32_t rights = 0;

        (void)htree_describe(space, number, 0, NULL, &rights);
        return nkx_handle_desc_make(number, rights, 0);
}

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

static nk_err_t copy(kl_core_Handle *self, const kl_core_Handle_Copy_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Copy_res *res, struct nk_arena *res_arena) {
        HtreeSpace *space = space_of(self);
        uint32_t number;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = core_rc_of(
                htree_copy(space, req->inHandle.handle, req->newRightsMask, req->copyBadge.handle, &number));
        res->outHandle = res->rc == rcOk ? desc_of(space, number) : no_handle;
        return NK_EOK;
}

/* Objects that can be called wait for channels made at run time. */
static Retcode check_user_object(const kl_core_Handle_CreateUserObject_req *req) {
        if (req->type < HANDLE_TYPE_USER_FIRST || req->type > HANDLE_TYPE_USER_LAST)
                return rcInvalidArgument;
        return req->ipcChannel.handle == INVALID_HANDLE ? rcOk : rcUnimplemented;
}

static nk_err_t create_user_object(kl_core_Handle *self, const kl_core_Handle_CreateUserObject_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_CreateUserObject_res *res,
        struct nk_arena *res_arena) {
        CoreTask *caller = core_of_handle(self)->caller;
        CoreObjectSpec spec = {.kind = &core_user_kind, .context = req->context, .rights = req->rights};
        CoreObject *object;
        uint32_t number;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = check_user_object(req);
        if (res->rc == rcOk)
                res->rc = core_object_new(caller, &spec, &object, &number);
        if (res->rc == rcOk)
                core_object_provide(object, caller);
        res->handle = res->rc == rcOk ? desc_of(caller->space, number) : no_handle;
        return NK_EOK;
}

static nk_err_t close_handle(kl_core_Handle *self, const kl_core_Handle_Close_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Close_res *res, struct nk_arena *res_arena) {
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = core_rc_of(htree_close(space_of(self), req->handle.handle));
        return NK_EOK;
}

static nk_err_t get_sid(kl_core_Handle *self, const kl_core_Handle_GetSidByHandle_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_GetSidByHandle_res *res,
        struct nk_arena *res_arena) {
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = core_rc_of(
                htree_describe(space_of(self), req->handle.handle, OCAP_HANDLE_GET_SID, &res->sid, NULL));
        return NK_EOK;
}

static nk_err_t revoke(kl_core_Handle *self, const kl_core_Handle_Revoke_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Revoke_res *res, struct nk_arena *res_arena) {
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = core_rc_of(htree_revoke(space_of(self), req->handle.handle));
        return NK_EOK;
}

static nk_err_t revoke_subtree(kl_core_Handle *self, const kl_core_Handle_RevokeSubtree_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_RevokeSubtree_res *res, struct nk_arena *res_arena) {
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = core_rc_of(htree_revoke_subtree(space_of(self), req->handle.handle, req->badge.handle));
        return NK_EOK;
}

/* The notice hears of the badge from its first moment on; without one nobody does. */
static Retcode create_badge_with(
        CoreTask *caller, const kl_core_Handle_CreateBadge_req *req, uint32_t *number) {
        CoreObjectSpec spec = {
                .kind = &core_badge_kind, .context = req->context, .rights = OCAP_HANDLE_GET_EVENT};
        CoreObject *badge, *notice = NULL;
        void *found = NULL;
        Retcode rc = rcOk;

        if (req->notice.handle != INVALID_HANDLE)
                rc = core_rc_of(htree_find(caller->space, req->notice.handle, &core_notice_kind, 0, &found));
        if (rc == rcOk)
                rc = core_object_new(caller, &spec, &badge, number);
        if (rc != rcOk || !found)
                return rc;
        notice = found;
        rc = ntc_subscribe(
                notice->receiver, &badge->source, EVENT_OBJECT_DESTROYED | EVENT_BADGE_CLOSED, req->eventId);
        if (rc != rcOk)
                (void)htree_close(caller->space, *number);
        return rc;
}

static nk_err_t create_badge(kl_core_Handle *self, const kl_core_Handle_CreateBadge_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_CreateBadge_res *res, struct nk_arena *res_arena) {
        CoreTask *caller = core_of_handle(self)->caller;
        uint32_t number;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = create_badge_with(caller, req, &number);
        res->badge = res->rc == rcOk ? desc_of(caller->space, number) : no_handle;
        return NK_EOK;
}

const kl_core_Handle_ops core_handle_ops = {
        .Copy = copy,
        .CreateUserObject = create_user_object,
        .Close = close_handle,
        .GetSidByHandle = get_sid,
        .Revoke = revoke,
        .RevokeSubtree = revoke_subtree,
        .CreateBadge = create_badge,
};
