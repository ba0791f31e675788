/* SPDX-License-Identifier: MIT */
/*
 * bsp/bsp.h: the client's side. One connection for the process.
 */
#pragma GCC visibility push(default) /* what a program sees of this library */
#include <bsp/bsp.h>
#pragma GCC visibility pop

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <kl/drivers/BSP.idl.h>

#define CHANNEL  "kl.drivers.BSP"
#define ENDPOINT "bsp.modules"

_Static_assert(BSP_NAME_MAX == kl_drivers_BSP_NameMax + 1, "names have one limit");

static struct Line {
        pthread_mutex_t lock; /* of connecting */
        _Atomic bool is_ready;
        NkKosTransport transport;
        struct kl_drivers_BSP_proxy proxy;
} line = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Retcode code_of(nk_err_t err) {
        switch (err) {
        case NK_EPERM:
                return rcSecurityDisallow;
        case NK_ENOTCONN:
                return rcNotConnected;
        default:
                return rcFail;
        }
}

static Retcode connect_line(void) {
        Handle channel = ServiceLocatorConnect(CHANNEL);

        if (channel == INVALID_HANDLE)
                return rcNotConnected;
        NkKosTransport_Init(&line.transport, channel, NK_NULL, 0);
        kl_drivers_BSP_proxy_init(
                &line.proxy, &line.transport.base, ServiceLocatorGetRiid(channel, ENDPOINT));
        line.is_ready = true;
        return rcOk;
}

Retcode BspInit(const char *name) {
        Retcode rc = rcOk;

        if (name)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&line.lock);
        if (!line.is_ready)
                rc = connect_line();
        (void)pthread_mutex_unlock(&line.lock);
        return rc;
}

/* False: no name. */
static bool put_name(struct nk_arena *arena, nk_ptr_t *to, const char *name) {
        return nk_arena_store(char, arena, to, name, (nk_size_t)strlen(name) + 1) == NK_EOK;
}

static bool is_name(const char *name) {
        return name && strnlen(name, BSP_NAME_MAX) < BSP_NAME_MAX;
}

Retcode BspEnableModule(const char *module) {
        kl_drivers_BSP_EnableModule_req req;
        kl_drivers_BSP_EnableModule_res res;
        NK_ARENA_AUTO(arena, kl_drivers_BSP_EnableModule_req_arena_size);
        nk_err_t err;

        if (!is_name(module) || !put_name(&arena, &req.module, module))
                return rcInvalidArgument;
        if (!line.is_ready)
                return rcNotConnected;
        err = kl_drivers_BSP_EnableModule(&line.proxy.base, &req, &arena, &res, NULL);
        return err == NK_EOK ? res.rc : code_of(err);
}

Retcode BspSetConfig(const char *module, const char *config) {
        kl_drivers_BSP_SetConfig_req req;
        kl_drivers_BSP_SetConfig_res res;
        NK_ARENA_AUTO(arena, kl_drivers_BSP_SetConfig_req_arena_size);
        nk_err_t err;

        if (!is_name(module) || !is_name(config) || !put_name(&arena, &req.module, module) ||
                !put_name(&arena, &req.config, config))
                return rcInvalidArgument;
        if (!line.is_ready)
                return rcNotConnected;
        err = kl_drivers_BSP_SetConfig(&line.proxy.base, &req, &arena, &res, NULL);
        return err == NK_EOK ? res.rc : code_of(err);
}
