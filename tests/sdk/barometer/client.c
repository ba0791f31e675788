/* SPDX-License-Identifier: MIT */
/*
 * Client library of the barometer.
 */
#include "barometer.h"

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <test/IBarometer.idl.h>

unsigned BarometerRead(const char *channel) {
        struct test_IBarometer_proxy proxy;
        NkKosTransport transport;
        test_IBarometer_Read_req req;
        test_IBarometer_Read_res res;
        Handle handle = ServiceLocatorConnect(channel);

        if (handle == INVALID_HANDLE)
                return 0;
        NkKosTransport_Init(&transport, handle, NK_NULL, 0);
        test_IBarometer_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(handle, "barometer"));
        return test_IBarometer_Read(&proxy.base, &req, NULL, &res, NULL) == NK_EOK ? res.pascal : 0;
}
