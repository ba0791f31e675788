/* SPDX-License-Identifier: MIT */
/*
 * Hostile: talks to the driver past the library, with numbers of its own choice, in an order of its own
 * choice.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/thread/thread_api.h>

#include <stdlib.h>
#include <string.h>

#include <kl/drivers/GPIO.idl.h>

#include "check.h"

static struct kl_drivers_GPIO_proxy driver;

static Retcode connect_it(Handle *ret_session) {
        kl_drivers_GPIO_Connect_req req;
        kl_drivers_GPIO_Connect_res res;
        nk_err_t err;

        nk_req_reset(&req);
        err = kl_drivers_GPIO_Connect(&driver.base, &req, NULL, &res, NULL);
        *ret_session = err == NK_EOK ? nk_get_handle(&res.session) : INVALID_HANDLE;
        return err == NK_EOK ? res.rc : rcFail;
}

static Retcode open_it(const char *name, nk_size_t size, nk_uint32_t *ret_port) {
        kl_drivers_GPIO_OpenPort_req req;
        kl_drivers_GPIO_OpenPort_res res;
        char buffer[256];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof buffer);
        nk_err_t err;

        if (nk_arena_store(char, &arena, &req.name, name, size) != NK_EOK)
                return rcFail;
        err = kl_drivers_GPIO_OpenPort(&driver.base, &req, &arena, &res, NULL);
        if (err != NK_EOK)
                return err == NK_EINVAL ? rcInvalidArgument : rcFail;
        *ret_port = res.port;
        return res.rc;
}

static Retcode set_mode(nk_uint32_t port, nk_uint32_t pin, nk_uint32_t mode) {
        kl_drivers_GPIO_SetMode_req req = {.port = port, .pin = pin, .mode = mode};
        kl_drivers_GPIO_SetMode_res res;

        return kl_drivers_GPIO_SetMode(&driver.base, &req, NULL, &res, NULL) == NK_EOK ? res.rc : rcFail;
}

static Retcode out(nk_uint32_t port, nk_uint32_t pin, nk_uint32_t value) {
        kl_drivers_GPIO_Out_req req = {.port = port, .pin = pin, .value = value};
        kl_drivers_GPIO_Out_res res;

        return kl_drivers_GPIO_Out(&driver.base, &req, NULL, &res, NULL) == NK_EOK ? res.rc : rcFail;
}

static Retcode close_it(nk_uint32_t port) {
        kl_drivers_GPIO_ClosePort_req req = {.port = port};
        kl_drivers_GPIO_ClosePort_res res;

        return kl_drivers_GPIO_ClosePort(&driver.base, &req, NULL, &res, NULL) == NK_EOK ? res.rc : rcFail;
}

static Retcode get_events(nk_uint32_t port, nk_uint32_t max, nk_size_t *ret_n) {
        static char buffer[kl_drivers_GPIO_GetEvents_res_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof buffer);
        kl_drivers_GPIO_GetEvents_req req = {.port = port, .countMax = max};
        kl_drivers_GPIO_GetEvents_res res;

        *ret_n = 0;
        if (kl_drivers_GPIO_GetEvents(&driver.base, &req, NULL, &res, &arena) != NK_EOK)
                return rcFail;
        (void)nk_arena_get(kl_drivers_GPIO_Event, &arena, &res.events, ret_n);
        return res.rc;
}

static void without_a_session(void) {
        nk_uint32_t port;
        nk_size_t n;

        check_rc(open_it("gpio0", 6, &port), rcResourceNotFound, "no session: no port");
        check_rc(set_mode(0, 1, 1), rcResourceNotFound, "no mode");
        check_rc(out(0, 1, 1), rcResourceNotFound, "no level");
        check_rc(get_events(0, 1, &n), rcResourceNotFound, "no events");
        check_rc(close_it(0), rcResourceNotFound, "nothing to close");
}

static void wild_numbers(void) {
        static const nk_uint32_t wild[] = {2, 7, 8, 31, 32, 0x7fffffff, 0x80000000, 0xffffffff};
        int is_refused = 1;
        nk_size_t n;

        for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
                is_refused = is_refused && set_mode(wild[i], 1, 1) == rcResourceNotFound;
                is_refused = is_refused && out(wild[i], 1, 1) == rcResourceNotFound;
                is_refused = is_refused && close_it(wild[i]) == rcResourceNotFound;
                is_refused = is_refused && get_events(wild[i], 1, &n) == rcResourceNotFound;
        }
        check(is_refused, "ports that aren't there, or aren't open");
        is_refused = 1;
        for (size_t i = 3; i < sizeof wild / sizeof *wild; i++) {
                is_refused = is_refused && set_mode(0, wild[i], 1) == rcInvalidArgument;
                is_refused = is_refused && out(0, wild[i], 1) == rcInvalidArgument;
                is_refused = is_refused && set_mode(0, 1, wild[i] << 8 | 4) == rcInvalidArgument;
        }
        check(is_refused, "pins and modes that aren't there");
        check(set_mode(0, 1, 2) == rcOk && out(0, 1, 0xffffffff) == rcInvalidArgument,
                "a level that is none");
        check(get_events(0, 0, &n) == rcOk && n == 0, "no events, asked for");
        check(get_events(0, 0xffffffff, &n) == rcOk && n == 0, "more events than there can be, asked for");
}

/* The end of a session is heard by a notification: that may take a moment. */
static Retcode connect_again(Handle *ret_session) {
        Retcode rc;

        for (int i = 0; (rc = connect_it(ret_session)) == rcAlreadyExists && i < 1000; i++)
                KnSleep(10);
        return rc;
}

static void sessions(Handle session) {
        Handle second;
        nk_uint32_t port;

        check_rc(connect_it(&second), rcAlreadyExists, "one channel has one session");
        check(second == INVALID_HANDLE, "and gets no second handle");
        check(KnHandleCopy(session, 0, INVALID_HANDLE, &second) == rcNoCapability, "which can't be copied");
        check_rc(KnHandleClose(session), rcOk, "the session's handle is closed");
        check_rc(connect_again(&session), rcOk, "then a new one begins");
        check_rc(set_mode(0, 1, 1), rcResourceNotFound, "with no port open");
        check_rc(open_it("gpio0", 6, &port), rcOk, "its ports");
        check_rc(set_mode(0, 1, 1), rcOk, "and pins were given back");
}

int main(void) {
        static const char unended[] = {'g', 'p', 'i', 'o', '0'};
        char too_long[64];
        NkKosTransport transport;
        Handle session, channel = ServiceLocatorConnect("kl.drivers.GPIO");
        nk_uint32_t port = 99;

        memset(too_long, 'g', sizeof too_long - 1);
        too_long[sizeof too_long - 1] = '\0';
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        kl_drivers_GPIO_proxy_init(&driver, &transport.base, ServiceLocatorGetRiid(channel, "gpio.pins"));
        without_a_session();
        check_rc(connect_it(&session), rcOk, "a session past the library");
        check_rc(open_it(too_long, sizeof too_long, &port), rcInvalidArgument,
                "a name that is too long is malformed");
        check_rc(open_it(unended, sizeof unended, &port), rcInvalidArgument, "so is one without its end");
        check_rc(open_it("gpio0", 6, &port), rcOk, "a port");
        check(port == 0, "is known by its number");
        wild_numbers();
        sessions(session);
        return check_status;
}
