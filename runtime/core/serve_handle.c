/* SPDX-License-Identifier: MIT */
/*
 * The endpoint handle.Handle. GetSecurity is not there: the security interface is called without a handle.
 */
#include <errno.h>

#include <handle/event_descr.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include "conn.h"
#include "state.h"

static HtreeSpace *space_of(kl_core_Handle *self) {
        return core_of_handle(self)->caller->space;
}

static nk_handle_desc_t desc_of(const HtreeSpace *space, uint32_t number) {
        return core_desc_of(space, number, 0);
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

/* With a channel it is an endpoint that can be called. */
static Retcode create_user_object_of(
        CoreTask *caller, const kl_core_Handle_CreateUserObject_req *req, uint32_t *ret_number) {
        CoreObjectSpec spec = {.kind = &core_user_kind, .context = req->context, .rights = req->rights};
        bool is_callable = req->ipcChannel.handle != INVALID_HANDLE;
        CoreObject *object;
        Retcode rc = rcOk;

        if (req->type < HANDLE_TYPE_USER_FIRST || req->type > HANDLE_TYPE_USER_LAST)
                return rcInvalidArgument;
        if (is_callable && req->riid == INVALID_RIID)
                return rcInvalidArgument;
        if (is_callable)
                rc = conn_listener_find(caller, req->ipcChannel.handle, &spec.listener);
        if (rc == rcOk)
                rc = core_object_new(caller, &spec, &object, ret_number);
        if (rc != rcOk)
                return rc;
        object->has_riid = is_callable;
        object->riid = req->riid;
        return rcOk;
}

static nk_err_t create_user_object(kl_core_Handle *self, const kl_core_Handle_CreateUserObject_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_CreateUserObject_res *res,
        struct nk_arena *res_arena) {
        CoreTask *caller = core_of_handle(self)->caller;
        uint32_t number;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = create_user_object_of(caller, req, &number);
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

/* Channels ---------------------------------------------------------------------------------------------- */

static nk_err_t create_listener(kl_core_Handle *self, const kl_core_Handle_CreateListener_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_CreateListener_res *res,
        struct nk_arena *res_arena) {
        Core *core = core_of_handle(self);
        CoreObject *object;
        MailFds fds;

        nk_unused(req);
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->listener = no_handle;
        res->rc = core_listener_new(core->caller, &fds, &object);
        if (res->rc == rcOk)
                res->listener =
                        core_desc_of(core->caller->space, object->listener->tag, core_attach_own(core, &fds));
        return NK_EOK;
}

static Retcode connect_own(CoreTask *caller, uint32_t in_listener, CoreObject **ret_new, MailFds *ret_fds,
        ConnListener **ret_listener) {
        Retcode rc;

        *ret_new = NULL;
        if (in_listener != INVALID_HANDLE)
                return conn_listener_find(caller, in_listener, ret_listener);
        rc = core_listener_new(caller, ret_fds, ret_new);
        *ret_listener = rc == rcOk ? (*ret_new)->listener : NULL;
        return rc;
}

/* The channel itself is made when the client handle is first called through, by whoever has it then. */
static nk_err_t connect(kl_core_Handle *self, const kl_core_Handle_Connect_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Connect_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_handle(self);
        CoreTask *caller = core->caller;
        CoreObjectSpec spec = {.kind = &core_client_kind,
                .rights = OCAP_IPC_CLIENT | (OCAP_HANDLE_FULL & ~OCAP_HANDLE_SET_EVENT)};
        CoreObject *made, *client;
        uint32_t number;
        MailFds fds;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->outListener = res->outServer = res->outClient = no_handle;
        res->rc = connect_own(caller, req->inListener.handle, &made, &fds, &spec.listener);
        if (res->rc != rcOk)
                return NK_EOK;
        res->rc = core_object_new(caller, &spec, &client, &number);
        core->had = made ? 0 : req->inListener.handle;
        if (res->rc == rcOk) {
                res->outListener =
                        made ? core_desc_of(caller->space, made->listener->tag, core_attach_own(core, &fds))
                             : req->inListener;
                res->outServer = res->outListener;
                res->outClient = desc_of(caller->space, number);
        } else if (made) {
                conn_close_fds(&fds);
                (void)htree_close(caller->space, made->listener->tag);
        }
        return NK_EOK;
}

/* What may be called through a handle, with the right that it takes. */
static Retcode find_callable(const CoreTask *caller, uint32_t number, CoreObject **ret_object) {
        void *found = NULL;
        int r = htree_find(caller->space, number, &core_client_kind, OCAP_IPC_CLIENT, &found);

        if (r == HTREE_E_KIND)
                r = htree_find(caller->space, number, &core_user_kind, OCAP_IPC_CALL, &found);
        *ret_object = found;
        if (r == 0 && !(*ret_object)->listener)
                return rcInvalidArgument;
        return core_rc_of(r);
}

static Retcode open_callable(CoreTask *caller, uint32_t number, MailFds *ret_fds) {
        CoreObject *object;
        Conn *conn;
        Retcode rc = find_callable(caller, number, &object);

        if (rc != rcOk)
                return rc;
        if (object->is_single)
                return rcNotConnected; /* the channel that came with it has ended */
        return conn_open(&(ConnPlan){.listener = object->listener,
                                 .client = caller,
                                 .number = number,
                                 .has_riid = object->has_riid,
                                 .riid = object->riid},
                ret_fds, &conn);
}

static nk_err_t open_channel(kl_core_Handle *self, const kl_core_Handle_Open_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Open_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_handle(self);
        MailFds fds;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = open_callable(core->caller, req->handle.handle, &fds);
        if (res->rc == rcOk)
                res->letter = core_attach_own(core, &fds);
        return NK_EOK;
}

/* The listener of the init file at which the channel ends. */
static Retcode find_end(Core *core, uint32_t channel, ConnListener **ret_listener) {
        const CoreChannels *host = &core->host.channels;
        uint32_t server, index;
        CoreTask *task;
        int r = host->channel_find
                        ? host->channel_find(host->arg, core->caller->number, channel, &server, &index)
                        : -EINVAL;

        if (r)
                return r == -ENOTCONN ? rcNotConnected : rcInvalidArgument;
        task = core_find_number(core, server);
        return task ? conn_listener_find(task, index, ret_listener) : rcNotConnected;
}

static Retcode open_again(Core *core, uint32_t channel, MailFds *ret_fds) {
        ConnListener *listener;
        Conn *conn;
        Retcode rc = find_end(core, channel, &listener);

        if (rc != rcOk)
                return rc;
        return conn_open(&(ConnPlan){.listener = listener, .client = core->caller, .channel = channel},
                ret_fds, &conn);
}

static nk_err_t reopen(kl_core_Handle *self, const kl_core_Handle_Reopen_req *req,
        const struct nk_arena *req_arena, kl_core_Handle_Reopen_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_handle(self);
        MailFds fds;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = open_again(core, req->channel, &fds);
        if (res->rc == rcOk)
                res->letter = core_attach_own(core, &fds);
        return NK_EOK;
}

const kl_core_Handle_ops core_handle_ops = {
        .CreateListener = create_listener,
        .Connect = connect,
        .Open = open_channel,
        .Reopen = reopen,
        .Copy = copy,
        .CreateUserObject = create_user_object,
        .Close = close_handle,
        .GetSidByHandle = get_sid,
        .Revoke = revoke,
        .RevokeSubtree = revoke_subtree,
        .CreateBadge = create_badge,
};
