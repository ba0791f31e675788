/* SPDX-License-Identifier: MIT */
/*
 * The endpoint notice.Notice. GetEvent alone may wait: it is answered when the board says so.
 */
#include <string.h>

#include <handle/event_descr.h>
#include <handle/handletype.h>
#include <services/ocap.h>

#include "state.h"

/* INFINITE_TIMEOUT comes as the largest number of 32 bits, and any longer time is as good. */
#define FOREVER_MS 0xffffffffull

#define OWN_EVENTS 0xffff0000u /* what a process may signal: not what the kernel says */

static const nk_handle_desc_t no_handle = {.handle = INVALID_HANDLE};

static nk_err_t create(kl_core_Notice *self, const kl_core_Notice_Create_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_Create_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_notice(self);
        CoreObjectSpec spec = {.kind = &core_notice_kind, .rights = OCAP_HANDLE_GET_EVENT};
        CoreObject *object;
        uint32_t number;

        nk_unused(req);
        nk_unused(req_arena);
        nk_unused(res_arena);
        res->notify = no_handle;
        res->rc = ntc_new(core->board, &core->caller->share, &spec.receiver);
        if (res->rc != rcOk)
                return NK_EOK;
        res->rc = core_object_new(core->caller, &spec, &object, &number);
        if (res->rc == rcOk)
                res->notify = nkx_handle_desc_make(number, spec.rights, 0);
        else
                ntc_free(spec.receiver);
        return NK_EOK;
}

static Retcode find(Core *core, uint32_t number, const HtreeKind *kind, uint32_t rights, CoreObject **ret) {
        void *found = NULL;
        Retcode rc = core_rc_of(htree_find(core->caller->space, number, kind, rights, &found));

        *ret = found;
        return rc;
}

static Retcode find_both(
        Core *core, uint32_t notify, uint32_t object, CoreObject **ret_notify, CoreObject **ret_object) {
        Retcode rc = find(core, notify, &core_notice_kind, 0, ret_notify);

        return rc ? rc : find(core, object, NULL, OCAP_HANDLE_GET_EVENT, ret_object);
}

static nk_err_t subscribe(kl_core_Notice *self, const kl_core_Notice_SubscribeToObject_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_SubscribeToObject_res *res,
        struct nk_arena *res_arena) {
        CoreObject *notify, *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find_both(core_of_notice(self), req->notify.handle, req->object.handle, &notify, &object);
        if (res->rc == rcOk)
                res->rc = ntc_subscribe(notify->receiver, &object->source, req->evMask, req->evId);
        return NK_EOK;
}

static nk_err_t unsubscribe_event(kl_core_Notice *self, const kl_core_Notice_UnsubscribeFromEvent_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_UnsubscribeFromEvent_res *res,
        struct nk_arena *res_arena) {
        CoreObject *notify, *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find_both(core_of_notice(self), req->notify.handle, req->object.handle, &notify, &object);
        if (res->rc == rcOk)
                res->rc = ntc_unsubscribe_id(notify->receiver, &object->source, req->evId);
        return NK_EOK;
}

static nk_err_t unsubscribe_object(kl_core_Notice *self, const kl_core_Notice_UnsubscribeFromObject_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_UnsubscribeFromObject_res *res,
        struct nk_arena *res_arena) {
        CoreObject *notify, *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find_both(core_of_notice(self), req->notify.handle, req->object.handle, &notify, &object);
        if (res->rc == rcOk)
                res->rc = ntc_unsubscribe(notify->receiver, &object->source);
        return NK_EOK;
}

static nk_err_t drop_and_wake(kl_core_Notice *self, const kl_core_Notice_DropAndWake_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_DropAndWake_res *res, struct nk_arena *res_arena) {
        CoreObject *notify;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core_of_notice(self), req->notify.handle, &core_notice_kind, 0, &notify);
        if (res->rc == rcOk)
                ntc_wake(notify->receiver);
        return NK_EOK;
}

static nk_err_t set_object_event(kl_core_Notice *self, const kl_core_Notice_SetObjectEvent_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_SetObjectEvent_res *res,
        struct nk_arena *res_arena) {
        CoreObject *object;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(
                core_of_notice(self), req->object.handle, &core_user_kind, OCAP_HANDLE_SET_EVENT, &object);
        if (res->rc == rcOk && (req->evMask == 0 || (req->evMask & ~OWN_EVENTS)))
                res->rc = rcInvalidArgument;
        if (res->rc == rcOk)
                ntc_raise(&object->source, req->evMask, false);
        return NK_EOK;
}

/* Waiting ---------------------------------------------------------------------------------------------- */

static nk_err_t get_event(kl_core_Notice *self, const kl_core_Notice_GetEvent_req *req,
        const struct nk_arena *req_arena, kl_core_Notice_GetEvent_res *res, struct nk_arena *res_arena) {
        Core *core = core_of_notice(self);
        uint32_t n_max = req->countMax < NTC_EVENTS_MAX ? req->countMax : NTC_EVENTS_MAX;
        uint64_t until_ms = req->msec >= FOREVER_MS ? NTC_NEVER : core->now_ms + req->msec;
        CoreObject *notify;

        nk_unused(req_arena);
        nk_unused(res_arena);
        res->rc = find(core, req->notify.handle, &core_notice_kind, 0, &notify);
        if (res->rc == rcOk)
                res->rc = ntc_wait(notify->receiver, core->ticket, n_max, core->now_ms, until_ms);
        core->is_later = res->rc == rcOk;
        return NK_EOK;
}

static void store_events(struct nk_arena *arena, const NtcEnd *end, nk_ptr_t *ret_events) {
        kl_core_Notice_EventDesc *events =
                nk_arena_alloc(kl_core_Notice_EventDesc, arena, ret_events, end->n_events);

        for (uint32_t i = 0; i < end->n_events; i++) {
                events[i].eventId = end->events[i].id;
                events[i].eventMask = end->events[i].mask;
        }
}

void core_say_notice(void *host, const NtcEnd *end) {
        Core *core = host;
        kl_core_Notice_GetEvent_res res;
        uint64_t bytes[kl_core_Notice_GetEvent_res_arena_size / sizeof(uint64_t)] = {0};
        struct nk_arena arena = NK_ARENA_INITIALIZER((char *)bytes, (char *)bytes + sizeof(bytes));
        CoreAnswer answer = {
                .ticket = end->ticket, .message = &res.base_, .message_size = sizeof(res), .arena = bytes};

        /* Gaps between members go to another process too. */
        memset(&res, 0, sizeof(res));
        res.rc = end->rc;
        nk_req_reset(&res);
        nk_msg_set_method_id(&res, kl_core_Core_notice_iidOffset + kl_core_CNotice_Notice_iid,
                kl_core_Notice_GetEvent_mid);
        if (end->rc == rcOk)
                store_events(&arena, end, &res.events);
        answer.arena_size = (uint32_t)nkx_arena_used(&arena);
        core->host.answer(core->host.arg, &answer);
}

const kl_core_Notice_ops core_notice_ops = {
        .Create = create,
        .SubscribeToObject = subscribe,
        .GetEvent = get_event,
        .UnsubscribeFromEvent = unsubscribe_event,
        .UnsubscribeFromObject = unsubscribe_object,
        .DropAndWake = drop_and_wake,
        .SetObjectEvent = set_object_event,
};
