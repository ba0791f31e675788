/* SPDX-License-Identifier: MIT */
/*
 * Connects a transport to one endpoint of the till.
 */
#include "connect.h"

#include <coresrv/sl/sl_api.h>
#include <stdio.h>

nk_iid_t Connect(NkKosTransport *transport, const char *endpoint) {
        Handle handle = ServiceLocatorConnect("till_connection");

        if (handle == INVALID_HANDLE)
                fprintf(stderr, "no channel\n");
        NkKosTransport_Init(transport, handle, NK_NULL, 0);
        return ServiceLocatorGetRiid(handle, endpoint);
}
