/* SPDX-License-Identifier: MIT */
/*
 * Turns the lamp on and off with Call(), without a proxy.
 */
#include <coresrv/sl/sl_api.h>
#include <coresrv/syscalls.h>
#include <services/rtl/nk_msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <Switch.idl.h>

#include "lamp.h"

static int Turn(Handle handle, nk_iid_t riid, nk_uint8_t on) {
        Switch_Turn_req req;
        Switch_Turn_res res;
        SMsgHdr out, in;
        Retcode rc;

        nk_req_reset(&req);
        nk_req_reset(&res);
        nk_msg_set_method_id(&req, riid, Switch_Turn_mid);
        req.on = on;
        PackOutMsg(&out, &req.base_, NULL);
        PackInMsg(&in, &res.base_, NULL);
        rc = Call(handle, &out, &in);
        if (rc != rcOk) {
                fprintf(stderr, "Call: %d\n", (int)rc);
                return -1;
        }
        fprintf(stderr, "turned %s, %u times\n", on ? "on" : "off", res.times);
        return 0;
}

int main(int argc, char *argv[]) {
        Handle handle = ServiceLocatorConnect(LAMP_CONNECTION);
        nk_iid_t riid = ServiceLocatorGetRiid(handle, "bulb.knob");

        if (argc != 2 || strcmp(argv[1], "twice") != 0)
                return EXIT_FAILURE;
        if (Turn(handle, riid, 1) < 0 || Turn(handle, riid, 0) < 0)
                return EXIT_FAILURE;
        return EXIT_SUCCESS;
}
