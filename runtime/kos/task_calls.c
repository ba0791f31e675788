/* SPDX-License-Identifier: MIT */
/*
 * coresrv/task/task_api.h and kos/task.h: calls to the kernel about other processes.
 */
#include <coresrv/task/task_api.h>

#include <string.h>

#include <kl/core/Task.idl.h>
#include <kos/task.h>
#include <services/rtl/nk_msg.h>

#include "kernel_call.h"

static kl_core_Task_proxy kernel(void) {
        kl_core_Task_proxy proxy;

        kl_core_Task_proxy_init(&proxy, kernel_transport(), KERNEL_TASK);
        return proxy;
}

static rtl_bool is_text(const char *text) {
        return text && strnlen(text, kl_core_Types_UCoreStringSize) < kl_core_Types_UCoreStringSize;
}

static rtl_bool is_name(const char *name) {
        return is_text(name) && name[0] != '\0';
}

/* NULL becomes "", which the kernel takes for whatever it is. The arena has room for the longest texts. */
static nk_err_t store_program(struct nk_arena *arena, kl_core_Task_Create_req *req, const char *name,
        const char *eiid, const char *path) {
        nk_err_t err = NkKosCopyStringToArena(arena, &req->name, name);

        if (err == NK_EOK)
                err = NkKosCopyStringToArena(arena, &req->eiid, eiid ? eiid : "");
        return err == NK_EOK ? NkKosCopyStringToArena(arena, &req->path, path ? path : "") : err;
}

Retcode KnTaskCreate(const char *name, const char *eiid, const char *path, rtl_uint32_t stackSize,
        rtl_uint32_t priority, rtl_uint32_t flags, Handle *child) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Create_req req = {.stackSize = stackSize, .priority = priority, .flags = flags};
        kl_core_Task_Create_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_Task_Create_req_arena_size);
        nk_err_t err;
        Retcode rc;

        if (!is_name(name) || (eiid && !is_text(eiid)) || (path && !is_text(path)) || !child)
                return rcInvalidArgument;
        err = store_program(&arena, &req, name, eiid, path);
        if (err == NK_EOK)
                err = kl_core_Task_Create(&proxy.base, &req, &arena, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *child = res.child.handle;
        return rc;
}

Retcode nkx_task_give(Handle child, const char *name, Handle handle, rtl_uint32_t rights) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Give_req req = {
                .child = nk_handle_desc(child), .handle = nk_handle_desc(handle), .rights = rights};
        kl_core_Task_Give_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_Task_Give_req_arena_size);
        nk_err_t err;

        if (!is_name(name) || handle == INVALID_HANDLE)
                return rcInvalidArgument;
        err = NkKosCopyStringToArena(&arena, &req.name, name);
        if (err == NK_EOK)
                err = kl_core_Task_Give(&proxy.base, &req, &arena, &res, NULL);
        return kernel_outcome(err, res.rc);
}

Retcode KnTaskResume(Handle child) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Resume_req req = {.child = nk_handle_desc(child)};
        kl_core_Task_Resume_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Task_Resume(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode nkx_task_terminate(Handle child) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Terminate_req req = {.child = nk_handle_desc(child)};
        kl_core_Task_Terminate_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Task_Terminate(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode nkx_task_wait(Handle child, rtl_uint32_t msecs, rtl_uint32_t *reason, rtl_int32_t *status) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Wait_req req = {.child = nk_handle_desc(child), .msecs = msecs};
        kl_core_Task_Wait_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Task_Wait(&proxy.base, &req, NULL, &res, NULL);
        Retcode rc = kernel_outcome(err, res.rc);

        if (rc == rcOk && reason)
                *reason = res.reason;
        if (rc == rcOk && status)
                *status = res.status;
        return rc;
}

Retcode KosTaskLookupResource(const char *name, Handle *handle) {
        kl_core_Task_proxy proxy = kernel();
        kl_core_Task_Lookup_req req;
        kl_core_Task_Lookup_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_Task_Lookup_req_arena_size);
        nk_err_t err;
        Retcode rc;

        if (!is_name(name) || !handle)
                return rcInvalidArgument;
        err = NkKosCopyStringToArena(&arena, &req.name, name);
        if (err == NK_EOK)
                err = kl_core_Task_Lookup(&proxy.base, &req, &arena, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *handle = res.handle.handle;
        return rc;
}
