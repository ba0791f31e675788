/* SPDX-License-Identifier: MIT */
/*
 * coresrv/hal/hal_api.h: calls to the kernel.
 */
#include <coresrv/hal/hal_api.h>

#include <string.h>

#include <kl/core/HAL.idl.h>

#include "kernel_call.h"

/* Copies a text of an answer. */
static Retcode take_text(const struct nk_arena *arena, const nk_ptr_t *from, char *value, rtl_size_t size) {
        nk_size_t text_size = 0;
        const char *text = nk_arena_get(char, arena, from, &text_size);

        if (!text || text_size == 0)
                return rcFail;
        if (text_size > size)
                return rcBufferTooSmall;
        memcpy(value, text, text_size);
        return rcOk;
}

Retcode KnHalGetEnv(const char *name, char *value, rtl_size_t size) {
        kl_core_HAL_proxy proxy;
        kl_core_HAL_GetEnv_req req;
        kl_core_HAL_GetEnv_res res = {.rc = rcFail};
        NK_ARENA_AUTO(arena, kl_core_HAL_GetEnv_req_arena_size);
        NK_ARENA_AUTO(answer, kl_core_HAL_GetEnv_res_arena_size);
        nk_err_t err;
        Retcode rc;

        if (!name || !value ||
                nk_arena_store(char, &arena, &req.name, name, (nk_size_t)strlen(name) + 1) != NK_EOK)
                return rcInvalidArgument;
        kl_core_HAL_proxy_init(&proxy, kernel_transport(), KERNEL_HAL);
        err = kl_core_HAL_GetEnv(&proxy.base, &req, &arena, &res, &answer);
        rc = kernel_outcome(err, res.rc);
        return rc == rcOk ? take_text(&answer, &res.value, value, size) : rc;
}
