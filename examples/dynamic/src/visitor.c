/* SPDX-License-Identifier: MIT */
/*
 * Visitor: asks the station for a channel to one of its meters, named by the first argument, reads it twice,
 * and ends the channel. Without an argument it asks the name server what meters there are.
 */
#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/timeout.h>

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

static int visit(const char *server, const char *service) {
        struct meters_IMeter_proxy meter;
        NkKosTransport transport;
        Handle handle;
        rtl_uint32_t rsid;
        Retcode rc = KnCmConnect(server, service, PATIENCE_MS, &handle, &rsid);

        if (rc == rcAbort) {
                fprintf(stderr, "%s: the station does not want us\n", service);
                return EXIT_SUCCESS;
        }
        if (rc != rcOk || rsid > NK_IID_MAX) {
                fprintf(stderr, "%s: no channel (%d)\n", service, (int)rc);
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, handle, NK_NULL, 0);
        meters_IMeter_proxy_init(&meter, &transport.base, (nk_iid_t)rsid);
        read_meter(&meter, service);
        read_meter(&meter, service);
        (void)KnHandleClose(handle);
        read_meter(&meter, "after closing the handle");
        return EXIT_SUCCESS;
}

/* The station may not have published it yet. */
static Retcode find(NsHandle ns, unsigned index, char *server, char *service) {
        Retcode rc = rcResourceNotFound;

        for (int i = 0; rc == rcResourceNotFound && i < PATIENCE_MS / 10; i++) {
                if (i > 0)
                        (void)KnSleep(10);
                rc = NsEnumServices(
                        ns, "meters.IMeter", index, server, UCORE_STRING_SIZE, service, UCORE_STRING_SIZE);
        }
        return rc;
}

static int visit_all(unsigned count) {
        char server[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        NsHandle ns;

        if (NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) != rcOk)
                return EXIT_FAILURE;
        for (unsigned i = 0; i < count; i++) {
                if (find(ns, i, server, service) != rcOk || visit(server, service) != EXIT_SUCCESS)
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}

int main(int argc, const char *argv[]) {
        return argc > 1 ? visit("Station", argv[1]) : visit_all(2);
}
