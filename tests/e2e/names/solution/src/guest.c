/* SPDX-License-Identifier: MIT */
/*
 * Guest: has no channel to the name server, and makes some while it runs.
 */
#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/time/timeout.h>
#include <services/rtl/nk_msg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kl/core/NameServer.idl.h>

#define SELF     "names.Guest"
#define TYPE     "names.IGuest"
#define CHANNELS 1200 /* more than the name server could have at once */

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static Retcode find(NsHandle ns, unsigned index) {
        char server[256], service[256];

        return NsEnumServices(ns, TYPE, index, server, sizeof server, service, sizeof service);
}

static void try_connecting(NsHandle ns) {
        NsHandle other = NS_INVALID_HANDLE;

        check(NsCreate(RTL_NULL, 0, &other) == rcOk && other == ns, "there is one connection for a name");
        check(NsCreate("nobody", 0, &other) == rcResourceNotFound, "name of no process");
        check(NsCreate("names.Rival", 0, &other) == rcTimeout, "process that does not listen");
        check(NsCreate("names.Rival", 30, &other) == rcTimeout && other == ns, "waiting has its limit");
        check(NsCreate("kl.core.NameServer", INFINITE_TIMEOUT, &other) == rcOk && other != ns, "by its name");
}

static void try_publishing(NsHandle ns) {
        check(NsPublishService(ns, TYPE, "names.Rival", "s") == rcSecurityDisallow,
                "a guest has its own name too");
        check(NsPublishService(ns, TYPE, SELF, "s") == rcOk, "a guest publishes");
        check(find(ns, 0) == rcOk && find(ns, 1) == rcResourceNotFound, "a guest asks");
        check(NsUnPublishService(ns, TYPE, SELF, "s") == rcOk && find(ns, 0) == rcResourceNotFound,
                "a guest takes back");
}

static nk_err_t ask(Handle channel) {
        kl_core_NameServer_proxy proxy;
        NkKosTransport transport;
        kl_core_NameServer_Enum_req req = {.index = 0};
        kl_core_NameServer_Enum_res res;
        NK_ARENA_AUTO(req_arena, kl_core_NameServer_Enum_req_arena_size);
        NK_ARENA_AUTO(res_arena, kl_core_NameServer_Enum_res_arena_size);

        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        kl_core_NameServer_proxy_init(&proxy, &transport.base, 0);
        if (NkKosCopyStringToArena(&req_arena, &req.type, TYPE) != NK_EOK)
                return NK_ENOMEM;
        return kl_core_NameServer_Enum(&proxy.base, &req, &req_arena, &res, &res_arena);
}

static void try_taking_all(void) {
        Handle channel, last = INVALID_HANDLE;
        rtl_uint32_t riid;
        int n = 0;

        check(KnCmConnect(NS_CHANNEL, "something else", 10000, &channel, &riid) == rcAbort, "other service");
        while (n < CHANNELS && KnCmConnect(NS_CHANNEL, NS_CHANNEL, 10000, &channel, &riid) == rcOk &&
                ask(channel) == NK_EOK) {
                if (last != INVALID_HANDLE)
                        (void)KnHandleClose(last);
                last = channel;
                n++;
        }
        check(n == CHANNELS, "the name server has a channel for a guest, again and again");
        check(KnCmConnect(NS_CHANNEL, NS_CHANNEL, 10000, &channel, &riid) == rcOk &&
                        KnCmConnect(NS_CHANNEL, NS_CHANNEL, 10000, &channel, &riid) == rcOk &&
                        ask(last) == NK_ENOTCONN && ask(channel) == NK_EOK,
                "the oldest channel of a guest ends");
}

int main(void) {
        NsHandle ns, again = NS_INVALID_HANDLE;

        if (NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) != rcOk)
                return EXIT_FAILURE;
        try_publishing(ns);
        try_connecting(ns);
        try_taking_all();
        check(find(ns, 0) == rcNotConnected, "connection that was ended");
        check(NsCreate(RTL_NULL, INFINITE_TIMEOUT, &again) == rcOk && again != ns &&
                        find(again, 0) == rcResourceNotFound,
                "connection anew");
        return EXIT_SUCCESS;
}
