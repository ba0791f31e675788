/* SPDX-License-Identifier: MIT */
/*
 * Calls of the driver: see client_call.h.
 */
#include "client_call.h"

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define CHANNEL  "kl.drivers.GPIO"
#define ENDPOINT "gpio.pins"

static struct Line {
        pthread_mutex_t lock; /* of connecting */
        _Atomic bool is_ready;
        NkKosTransport transport;
        struct kl_drivers_GPIO_proxy proxy;
        Handle session;
} line = {.lock = PTHREAD_MUTEX_INITIALIZER, .session = INVALID_HANDLE};

static Retcode code_of(nk_err_t err) {
        switch (err) {
        case NK_EPERM:
                return rcSecurityDisallow;
        case NK_ENOTCONN:
                return rcNotConnected;
        case NK_ENOMEM:
                return rcOutOfMemory;
        default:
                return rcFail;
        }
}

/* What a call came to: its own failure, or what the driver said. An answer is no error form: there is none.
 */
#define RESULT(err, res) ((err) != NK_EOK ? code_of(err) : (res).rc)

static Retcode begin(void) {
        kl_drivers_GPIO_Connect_req req;
        kl_drivers_GPIO_Connect_res res;
        Handle channel = ServiceLocatorConnect(CHANNEL);
        Retcode rc;

        if (channel == INVALID_HANDLE)
                return rcNotConnected;
        nk_req_reset(&req);
        NkKosTransport_Init(&line.transport, channel, NK_NULL, 0);
        kl_drivers_GPIO_proxy_init(
                &line.proxy, &line.transport.base, ServiceLocatorGetRiid(channel, ENDPOINT));
        rc = RESULT(kl_drivers_GPIO_Connect(&line.proxy.base, &req, NULL, &res, NULL), res);
        if (rc != rcOk)
                return rc;
        line.session = nk_get_handle(&res.session);
        line.is_ready = true;
        return rcOk;
}

Retcode call_connect(void) {
        Retcode rc = rcOk;

        (void)pthread_mutex_lock(&line.lock);
        if (!line.is_ready)
                rc = begin();
        (void)pthread_mutex_unlock(&line.lock);
        return rc;
}

Handle call_session(void) {
        return line.session;
}

Retcode call_open(const char *name, uint32_t *ret_port, uint32_t *ret_pins) {
        kl_drivers_GPIO_OpenPort_req req;
        kl_drivers_GPIO_OpenPort_res res;
        char buffer[kl_drivers_GPIO_OpenPort_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof buffer);
        Retcode rc;

        if (!line.is_ready)
                return rcNotConnected;
        if (nk_arena_store(char, &arena, &req.name, name, (nk_size_t)strlen(name) + 1) != NK_EOK)
                return rcInvalidArgument;
        rc = RESULT(kl_drivers_GPIO_OpenPort(&line.proxy.base, &req, &arena, &res, NULL), res);
        if (rc == rcOk) {
                *ret_port = res.port;
                *ret_pins = res.pins;
        }
        return rc;
}

Retcode call_close(uint32_t port) {
        kl_drivers_GPIO_ClosePort_req req = {.port = port};
        kl_drivers_GPIO_ClosePort_res res;

        return RESULT(kl_drivers_GPIO_ClosePort(&line.proxy.base, &req, NULL, &res, NULL), res);
}

Retcode call_set_mode(uint32_t port, uint32_t pin, uint32_t mode) {
        kl_drivers_GPIO_SetMode_req req = {.port = port, .pin = pin, .mode = mode};
        kl_drivers_GPIO_SetMode_res res;

        return RESULT(kl_drivers_GPIO_SetMode(&line.proxy.base, &req, NULL, &res, NULL), res);
}

Retcode call_release_mode(uint32_t port, uint32_t pin) {
        kl_drivers_GPIO_ReleaseMode_req req = {.port = port, .pin = pin};
        kl_drivers_GPIO_ReleaseMode_res res;

        return RESULT(kl_drivers_GPIO_ReleaseMode(&line.proxy.base, &req, NULL, &res, NULL), res);
}

Retcode call_out(uint32_t port, uint32_t pin, uint32_t value) {
        kl_drivers_GPIO_Out_req req = {.port = port, .pin = pin, .value = value};
        kl_drivers_GPIO_Out_res res;

        return RESULT(kl_drivers_GPIO_Out(&line.proxy.base, &req, NULL, &res, NULL), res);
}

Retcode call_in(uint32_t port, uint32_t pin, uint32_t *ret_value) {
        kl_drivers_GPIO_In_req req = {.port = port, .pin = pin};
        kl_drivers_GPIO_In_res res;
        Retcode rc = RESULT(kl_drivers_GPIO_In(&line.proxy.base, &req, NULL, &res, NULL), res);

        if (rc == rcOk)
                *ret_value = res.value != 0;
        return rc;
}

Retcode call_get_events(uint32_t port, uint32_t n_max, CallEvents *ret) {
        kl_drivers_GPIO_GetEvents_req req = {.port = port, .countMax = n_max};
        kl_drivers_GPIO_GetEvents_res res;
        struct nk_arena arena = NK_ARENA_INITIALIZER(ret->arena, ret->arena + sizeof ret->arena);
        Retcode rc = RESULT(kl_drivers_GPIO_GetEvents(&line.proxy.base, &req, NULL, &res, &arena), res);
        nk_size_t n = 0;

        if (rc != rcOk)
                return rc;
        ret->events = nk_arena_get(kl_drivers_GPIO_Event, &arena, &res.events, &n);
        ret->n_events = ret->events ? (uint32_t)n : 0;
        ret->n_lost = res.lost;
        return rcOk;
}
