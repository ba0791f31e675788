/* SPDX-License-Identifier: MIT */
/*
 * coresrv/handle/handle_api.h: calls to the kernel, but for handles that only this process knows.
 */
#include <coresrv/handle/handle_api.h>

#include <kl/core/Handle.idl.h>

#include "dyn.h"
#include "handle/handle_alias.h"
#include "kernel_call.h"
#include "mailbox.h"

static kl_core_Handle_proxy kernel(void) {
        kl_core_Handle_proxy proxy;

        kl_core_Handle_proxy_init(&proxy, kernel_transport(), KERNEL_HANDLE);
        return proxy;
}

Retcode KnHandleClose(Handle handle) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_Close_req req = {.handle = nk_handle_desc(handle)};
        kl_core_Handle_Close_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (handle == INVALID_HANDLE)
                return rcInvalidArgument;
        if (!hnd_is_kernels(handle))
                return hnd_close(handle) ? rcInvalidArgument : rcOk;
        err = kl_core_Handle_Close(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                hnd_alias_drop(handle);
        return rc;
}

Retcode KnHandleCreateUserObject(rtl_uint32_t type, rtl_uint32_t rights, void *context, Handle *handle) {
        return KnHandleCreateUserObjectEx(type, rights, context, INVALID_HANDLE, INVALID_RIID, handle);
}

Retcode KnHandleCreateUserObjectEx(rtl_uint32_t type, rtl_uint32_t rights, void *context, Handle ipcChannel,
        nk_iid_t riid, Handle *handle) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_CreateUserObject_req req = {
                .type = type, .rights = rights, .context = (rtl_uintptr_t)context, .riid = riid};
        kl_core_Handle_CreateUserObject_res res = {.rc = rcFail};
        Handle name;
        nk_err_t err;
        Retcode rc;

        if (!handle || !dyn_name_listener(ipcChannel, &name))
                return rcInvalidArgument;
        req.ipcChannel = nk_handle_desc(name);
        err = kl_core_Handle_CreateUserObject(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *handle = res.handle.handle;
        return rc;
}

Retcode KnHandleCreateBadge(Notice notice, rtl_uintptr_t eventId, void *context, Handle *handle) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_CreateBadge_req req = {
                .notice = nk_handle_desc(notice), .eventId = eventId, .context = (rtl_uintptr_t)context};
        kl_core_Handle_CreateBadge_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!handle)
                return rcInvalidArgument;
        err = kl_core_Handle_CreateBadge(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *handle = res.badge.handle;
        return rc;
}

Retcode KnHandleCopy(Handle inHandle, rtl_uint32_t newRightsMask, Handle copyBadge, Handle *outHandle) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_Copy_req req = {.inHandle = nk_handle_desc(inHandle),
                .newRightsMask = newRightsMask,
                .copyBadge = nk_handle_desc(copyBadge)};
        kl_core_Handle_Copy_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!outHandle)
                return rcInvalidArgument;
        err = kl_core_Handle_Copy(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *outHandle = res.outHandle.handle;
        return rc;
}

Retcode KnHandleRevoke(Handle handle) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_Revoke_req req = {.handle = nk_handle_desc(handle)};
        kl_core_Handle_Revoke_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Handle_Revoke(&proxy.base, &req, NULL, &res, NULL);
        Retcode rc = kernel_outcome(err, res.rc);

        if (rc == rcOk)
                hnd_alias_drop(handle);
        return rc;
}

Retcode KnHandleRevokeSubtree(Handle handle, Handle badge) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_RevokeSubtree_req req = {
                .handle = nk_handle_desc(handle), .badge = nk_handle_desc(badge)};
        kl_core_Handle_RevokeSubtree_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Handle_RevokeSubtree(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode KnHandleGetSidByHandle(Handle handle, rtl_uint32_t *sid) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_GetSidByHandle_req req = {.handle = nk_handle_desc(handle)};
        kl_core_Handle_GetSidByHandle_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!sid)
                return rcInvalidArgument;
        err = kl_core_Handle_GetSidByHandle(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *sid = res.sid;
        return rc;
}

Retcode KnHandleCreateListener(Handle *listener) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_CreateListener_req req;
        kl_core_Handle_CreateListener_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!listener)
                return rcInvalidArgument;
        if (!mail_may_come())
                return rcInvalidOperation;
        err = kl_core_Handle_CreateListener(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                rc = dyn_take_listener(res.listener.handle, res.listener.badge);
        if (rc == rcOk)
                *listener = res.listener.handle;
        return rc;
}

Retcode KnHandleConnect(Handle inListener, Handle *outListener, Handle *outServer, Handle *outClient) {
        kl_core_Handle_proxy proxy = kernel();
        kl_core_Handle_Connect_req req;
        kl_core_Handle_Connect_res res = {.rc = rcFail};
        Handle name;
        nk_err_t err;
        Retcode rc;

        if (!outListener || !outServer || !outClient || !dyn_name_listener(inListener, &name))
                return rcInvalidArgument;
        if (!mail_may_come())
                return rcInvalidOperation;
        req.inListener = nk_handle_desc(name);
        err = kl_core_Handle_Connect(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk && inListener == INVALID_HANDLE)
                rc = dyn_take_listener(res.outListener.handle, res.outListener.badge);
        if (rc != rcOk)
                return rc;
        *outListener = inListener == INVALID_HANDLE ? res.outListener.handle : inListener;
        *outServer = *outListener;
        *outClient = res.outClient.handle;
        return rcOk;
}
