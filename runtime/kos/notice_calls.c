/* SPDX-License-Identifier: MIT */
/*
 * coresrv/handle/notice_api.h: calls to the kernel.
 */
#include <coresrv/handle/notice_api.h>

#include <kl/core/Notice.idl.h>

#include "kernel_call.h"

static kl_core_Notice_proxy kernel(void) {
        kl_core_Notice_proxy proxy;

        kl_core_Notice_proxy_init(&proxy, kernel_transport(), KERNEL_NOTICE);
        return proxy;
}

Retcode KnNoticeCreate(Notice *notice) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_Create_req req;
        kl_core_Notice_Create_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!notice)
                return rcInvalidArgument;
        err = kl_core_Notice_Create(&proxy.base, &req, NULL, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *notice = res.notify.handle;
        return rc;
}

Retcode KnNoticeSubscribeToObject(Notice notice, Handle object, rtl_uint32_t evMask, rtl_uintptr_t evId) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_SubscribeToObject_req req = {.notify = nk_handle_desc(notice),
                .object = nk_handle_desc(object),
                .evMask = evMask,
                .evId = evId};
        kl_core_Notice_SubscribeToObject_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Notice_SubscribeToObject(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

/* Copies what was received; false: the answer is not what it must be. */
static rtl_bool take_events(const struct nk_arena *arena, const nk_ptr_t *from, rtl_size_t countMax,
        EventDesc *events, rtl_size_t *count) {
        nk_size_t n = 0;
        const kl_core_Notice_EventDesc *got = nk_arena_get(kl_core_Notice_EventDesc, arena, from, &n);

        if (!got || n > countMax)
                return rtl_false;
        for (nk_size_t i = 0; i < n; i++)
                events[i] =
                        (EventDesc){.eventId = (rtl_uintptr_t)got[i].eventId, .eventMask = got[i].eventMask};
        *count = n;
        return rtl_true;
}

Retcode KnNoticeGetEvent(
        Notice notice, rtl_uint64_t msec, rtl_size_t countMax, EventDesc *events, rtl_size_t *count) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_GetEvent_req req = {.notify = nk_handle_desc(notice),
                .msec = msec,
                .countMax = countMax < kl_core_Notice_MaxEvents ? (rtl_uint32_t)countMax
                                                                : kl_core_Notice_MaxEvents};
        kl_core_Notice_GetEvent_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_Notice_GetEvent_res_arena_size);
        nk_err_t err;
        Retcode rc;

        if (!events || !count)
                return rcInvalidArgument;
        *count = 0;
        err = kl_core_Notice_GetEvent(&proxy.base, &req, NULL, &res, &arena);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk && !take_events(&arena, &res.events, countMax, events, count))
                return rcInternalError;
        return rc;
}

Retcode KnNoticeSetObjectEvent(Handle object, rtl_uint32_t evMask) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_SetObjectEvent_req req = {.object = nk_handle_desc(object), .evMask = evMask};
        kl_core_Notice_SetObjectEvent_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Notice_SetObjectEvent(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode KnNoticeUnsubscribeFromEvent(Notice notice, Handle object, rtl_uintptr_t evId) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_UnsubscribeFromEvent_req req = {
                .notify = nk_handle_desc(notice), .object = nk_handle_desc(object), .evId = evId};
        kl_core_Notice_UnsubscribeFromEvent_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Notice_UnsubscribeFromEvent(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode KnNoticeUnsubscribeFromObject(Notice notice, Handle object) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_UnsubscribeFromObject_req req = {
                .notify = nk_handle_desc(notice), .object = nk_handle_desc(object)};
        kl_core_Notice_UnsubscribeFromObject_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Notice_UnsubscribeFromObject(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode KnNoticeDropAndWake(Notice notice) {
        kl_core_Notice_proxy proxy = kernel();
        kl_core_Notice_DropAndWake_req req = {.notify = nk_handle_desc(notice)};
        kl_core_Notice_DropAndWake_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Notice_DropAndWake(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}

Retcode KnNoticeRelease(Notice notice) {
        return KnHandleClose(notice);
}
