/* SPDX-License-Identifier: MIT */
/*
 * The endpoint hal.HAL: what a process may know of the machine. Of its methods, the one about the
 * environment.
 */
#include <string.h>

#include "state.h"

/* NULL: there is no such variable. */
static const char *find_variable(const Core *core, const char *name) {
        return name && strcmp(name, "board") == 0 ? core->host.board : NULL;
}

static nk_err_t get_env(kl_core_HAL *self, const kl_core_HAL_GetEnv_req *req,
        const struct nk_arena *req_arena, kl_core_HAL_GetEnv_res *res, struct nk_arena *res_arena) {
        nk_size_t size = 0;
        const char *name = nk_arena_get(char, req_arena, &req->name, &size);
        const char *value = find_variable(core_of_hal(self), name);

        res->rc = value ? rcOk : rcResourceNotFound;
        if (!value)
                return NK_EOK;
        return nk_arena_store(char, res_arena, &res->value, value, (nk_size_t)strlen(value) + 1);
}

const kl_core_HAL_ops core_hal_ops = {.GetEnv = get_env};
