/* SPDX-License-Identifier: MIT */
/*
 * caisson/audit.h: calls to the kernel.
 */
#include <caisson/audit.h>

#include <string.h>

#include <kl/core/Audit.idl.h>

#include "kernel_call.h"

#define LOG_OF_DECISIONS "kss"

static kl_core_Audit_proxy kernel(void) {
        kl_core_Audit_proxy proxy;

        kl_core_Audit_proxy_init(&proxy, kernel_transport(), KERNEL_AUDIT);
        return proxy;
}

Retcode nkx_audit_open(Handle *reader) {
        kl_core_Audit_proxy proxy = kernel();
        kl_core_Audit_Open_req req;
        kl_core_Audit_Open_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_Audit_Open_req_arena_size);
        nk_err_t err;
        Retcode rc;

        if (!reader)
                return rcInvalidArgument;
        (void)nk_arena_store(char, &arena, &req.name, LOG_OF_DECISIONS, sizeof(LOG_OF_DECISIONS));
        err = kl_core_Audit_Open(&proxy.base, &req, &arena, &res, NULL);
        rc = kernel_outcome(err, res.rc);
        if (rc == rcOk)
                *reader = res.handle.handle;
        return rc;
}

/* False: the answer is not what it must be. */
static rtl_bool take_record(const struct nk_arena *arena, const nk_ptr_t *from, char *record) {
        nk_size_t size = 0;
        const nk_uint8_t *got = nk_arena_get(nk_uint8_t, arena, from, &size);

        if (size >= NKX_AUDIT_RECORD_SIZE || (size > 0 && !got))
                return rtl_false;
        if (size > 0)
                memcpy(record, got, size);
        record[size] = '\0';
        return rtl_true;
}

Retcode nkx_audit_read(Handle reader, char *record, rtl_size_t size, rtl_uint32_t *lost) {
        kl_core_Audit_proxy proxy = kernel();
        kl_core_Audit_Read_req req = {.handle = nk_handle_desc(reader)};
        kl_core_Audit_Read_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, NKX_AUDIT_RECORD_SIZE);
        nk_err_t err;
        Retcode rc;

        if (!record || size < NKX_AUDIT_RECORD_SIZE)
                return rcInvalidArgument;
        err = kl_core_Audit_Read(&proxy.base, &req, NULL, &res, &arena);
        rc = kernel_outcome(err, res.rc);
        if (rc != rcOk)
                return rc;
        if (!take_record(&arena, &res.msg, record))
                return rcInternalError;
        if (lost)
                *lost = res.outDropMsgs;
        return rcOk;
}

Retcode nkx_audit_close(Handle reader) {
        kl_core_Audit_proxy proxy = kernel();
        kl_core_Audit_Close_req req = {.handle = nk_handle_desc(reader)};
        kl_core_Audit_Close_res res = {.rc = rcFail};
        nk_err_t err = kl_core_Audit_Close(&proxy.base, &req, NULL, &res, NULL);

        return kernel_outcome(err, res.rc);
}
