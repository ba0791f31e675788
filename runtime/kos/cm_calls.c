/* SPDX-License-Identifier: MIT */
/*
 * coresrv/cm/cm_api.h: calls to the kernel, and the ends of channels that their answers bring.
 */
#include <coresrv/cm/cm_api.h>

#include <string.h>

#include <coresrv/handle/handle_api.h>
#include <kl/core/CM.idl.h>
#include <services/rtl/nk_cstr.h>

#include "dyn.h"
#include "kernel_call.h"
#include "mailbox.h"

#define LETTERS_LEFT_MAX 8u /* of channels that were accepted, for others to take */

_Static_assert(UCORE_STRING_SIZE == kl_core_Types_UCoreStringSize, "two names of one number");

static kl_core_CM_proxy kernel(void) {
        kl_core_CM_proxy proxy;

        kl_core_CM_proxy_init(&proxy, kernel_transport(), KERNEL_CM);
        return proxy;
}

static rtl_bool is_name(const char *name) {
        rtl_size_t n = name ? strnlen(name, UCORE_STRING_SIZE) : 0;

        return n > 0 && n < UCORE_STRING_SIZE;
}

/* The arenas have room for the longest names. */
static rtl_bool store(struct nk_arena *arena, nk_ptr_t *ptr, const char *name) {
        return nk_arena_store(nk_char_t, arena, ptr, name, strlen(name) + 1) == NK_EOK;
}

Retcode KnCmConnect(
        const char *server, const char *service, rtl_uint32_t msecs, Handle *handle, rtl_uint32_t *rsid) {
        kl_core_CM_proxy proxy = kernel();
        NK_ARENA_AUTO(arena, kl_core_CM_Connect_req_arena_size);
        kl_core_CM_Connect_req req = {.msecs = msecs};
        kl_core_CM_Connect_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!is_name(server) || !is_name(service) || !handle || !rsid)
                return rcInvalidArgument;
        if (!mail_may_come())
                return rcInvalidOperation;
        if (!store(&arena, &req.server, server) || !store(&arena, &req.service, service))
                return rcInternalError;
        err = kl_core_CM_Connect(&proxy.base, &req, &arena, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc != rcOk)
                return rc;
        rc = dyn_take_client(res.handle.handle, res.handle.badge);
        if (rc != rcOk) {
                (void)KnHandleClose(res.handle.handle);
                return rc;
        }
        *handle = res.handle.handle;
        *rsid = res.id;
        return rcOk;
}

static rtl_bool fetch(const struct nk_arena *arena, const nk_ptr_t *ptr, char *name) {
        const char *text;

        if (RtlArenaGetCStr(arena, ptr, &text) != NK_EOK || !is_name(text))
                return rtl_false;
        memcpy(name, text, strlen(text) + 1);
        return rtl_true;
}

Retcode KnCmListen(const char *filter, rtl_uint32_t msecs, char *client, char *service) {
        kl_core_CM_proxy proxy = kernel();
        NK_ARENA_AUTO(req_arena, kl_core_CM_Listen_req_arena_size);
        NK_ARENA_AUTO(res_arena, kl_core_CM_Listen_res_arena_size);
        kl_core_CM_Listen_req req = {.msecs = msecs};
        kl_core_CM_Listen_res res = {.rc = rcFail};
        nk_err_t err;
        Retcode rc;

        if (!client || !service || (filter && strnlen(filter, UCORE_STRING_SIZE) == UCORE_STRING_SIZE))
                return rcInvalidArgument;
        if (!store(&req_arena, &req.filter, filter ? filter : ""))
                return rcInternalError;
        err = kl_core_CM_Listen(&proxy.base, &req, &req_arena, &res, &res_arena);
        rc = kernel_outcome(err, res.rc);
        if (rc != rcOk)
                return rc;
        return fetch(&res_arena, &res.client, client) && fetch(&res_arena, &res.service, service) ? rcOk
                                                                                                  : rcFail;
}

/* The channels come by letters, which threads that receive take when they look. Who accepts faster than those
 * get to run would have clients refused for too many of them. */
static void count_letter(void) {
        static _Atomic uint32_t n_accepted;

        if (++n_accepted % LETTERS_LEFT_MAX == 0)
                mail_look();
}

/* A letter comes with a listener only. */
static Retcode take_handle(const nk_handle_desc_t *desc, Handle listener) {
        if (listener == INVALID_HANDLE)
                return dyn_take_listener(desc->handle, desc->badge);
        dyn_join_listener(desc->handle, listener);
        count_letter();
        return rcOk;
}

Retcode KnCmAccept(
        const char *client, const char *service, rtl_uint32_t rsid, Handle listener, Handle *handle) {
        kl_core_CM_proxy proxy = kernel();
        NK_ARENA_AUTO(arena, kl_core_CM_Accept_req_arena_size);
        kl_core_CM_Accept_req req = {.id = rsid};
        kl_core_CM_Accept_res res = {.rc = rcFail};
        Handle name;
        nk_err_t err;
        Retcode rc;

        if (!is_name(client) || !is_name(service) || !handle || !dyn_name_listener(listener, &name))
                return rcInvalidArgument;
        if (!mail_may_come())
                return rcInvalidOperation;
        if (!store(&arena, &req.client, client) || !store(&arena, &req.service, service))
                return rcInternalError;
        req.listener = nk_handle_desc(name);
        err = kl_core_CM_Accept(&proxy.base, &req, &arena, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                rc = take_handle(&res.handle, listener);
        if (rc == rcOk)
                *handle = res.handle.handle;
        return rc;
}

Retcode KnCmDrop(const char *client, const char *service) {
        kl_core_CM_proxy proxy = kernel();
        NK_ARENA_AUTO(arena, kl_core_CM_Drop_req_arena_size);
        kl_core_CM_Drop_req req;
        kl_core_CM_Drop_res res = {.rc = rcFail};
        nk_err_t err;

        if (!is_name(client) || !is_name(service))
                return rcInvalidArgument;
        if (!store(&arena, &req.client, client) || !store(&arena, &req.service, service))
                return rcInternalError;
        err = kl_core_CM_Drop(&proxy.base, &req, &arena, &res, NULL);
        return kernel_outcome(err, res.rc);
}
