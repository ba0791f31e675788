/* SPDX-License-Identifier: MIT */
/*
 * Visitor: asks the station for a channel to one of its meters, named by the first argument, reads it twice,
 * and ends the channel.
 */
#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>

#include <stdio.h>
#include <stdlib.h>

#include <meters/IMeter.idl.h>

#define PATIENCE_MS 10000

static const char *text_of(nk_err_t err) {
        switch (err) {
        case NK_EOK:
                return "done";
        case NK_EPERM:
                return "not let through";
        case NK_ENOTCONN:
                return "there is no channel any more";
        default:
                return "failed";
        }
}

static void read_meter(struct meters_IMeter_proxy *meter, const char *name) {
        static meters_IMeter_Read_req req; /* no parameters */
        meters_IMeter_Read_res res;
        nk_err_t err = meters_IMeter_Read(&meter->base, &req, NULL, &res, NULL);

        if (err == NK_EOK)
                fprintf(stderr, "%s: %d.%d\n", name, (int)res.value / 10, (int)res.value % 10);
        else
                fprintf(stderr, "%s: %s\n", name, text_of(err));
}

int main(int argc, const char *argv[]) {
        const char *name = argc > 1 ? argv[1] : "meters.temperature";
        struct meters_IMeter_proxy meter;
        NkKosTransport transport;
        Handle handle;
        rtl_uint32_t rsid;
        Retcode rc = KnCmConnect("Station", name, PATIENCE_MS, &handle, &rsid);

        if (rc == rcAbort) {
                fprintf(stderr, "%s: the station does not want us\n", name);
                return EXIT_SUCCESS;
        }
        if (rc != rcOk || rsid > NK_IID_MAX) {
                fprintf(stderr, "%s: no channel (%d)\n", name, (int)rc);
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, handle, NK_NULL, 0);
        meters_IMeter_proxy_init(&meter, &transport.base, (nk_iid_t)rsid);
        read_meter(&meter, name);
        read_meter(&meter, name);
        (void)KnHandleClose(handle);
        read_meter(&meter, "after closing the handle");
        return EXIT_SUCCESS;
}
