/* SPDX-License-Identifier: MIT */
/*
 * Seeker: asks for services while their processes come and go.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/timeout.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <names/IPublisher.idl.h>

#define TYPE "names.IPublisher"

static NsHandle ns;
static char server[256], service[256];

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
}

static Retcode find(unsigned index) {
        return NsEnumServices(ns, TYPE, index, server, sizeof server, service, sizeof service);
}

static int is_found(unsigned index, const char *wanted) {
        return find(index) == rcOk && strcmp(server, wanted) == 0 && strcmp(service, "main") == 0;
}

static struct names_IPublisher_proxy publisher_at(const char *channel, NkKosTransport *transport) {
        struct names_IPublisher_proxy proxy;
        Handle handle = ServiceLocatorConnect(channel);

        NkKosTransport_Init(transport, handle, NK_NULL, 0);
        names_IPublisher_proxy_init(&proxy, &transport->base, ServiceLocatorGetRiid(handle, "main"));
        return proxy;
}

static void begin(const char *channel) {
        NkKosTransport transport;
        struct names_IPublisher_proxy proxy = publisher_at(channel, &transport);
        names_IPublisher_Begin_req req;
        names_IPublisher_Begin_res res;

        nk_req_reset(&req);
        check(names_IPublisher_Begin(&proxy.base, &req, NULL, &res, NULL) == NK_EOK && res.failures == 0,
                "publisher is content");
}

static void kill_it(const char *channel) {
        NkKosTransport transport;
        struct names_IPublisher_proxy proxy = publisher_at(channel, &transport);
        names_IPublisher_Die_req req;
        names_IPublisher_Die_res res;

        nk_req_reset(&req);
        check(names_IPublisher_Die(&proxy.base, &req, NULL, &res, NULL) == NK_ENOTCONN, "publisher dies");
}

/* The name server hears of a death by a notification: that may take a moment. */
static int vanishes(unsigned index) {
        for (int i = 0; i < 1000; i++) {
                if (find(index) == rcResourceNotFound)
                        return 1;
                KnSleep(10);
        }
        return 0;
}

int main(void) {
        char small[5];

        if (NsCreate("kl.core.NameServer", INFINITE_TIMEOUT, &ns) != rcOk)
                return EXIT_FAILURE;
        check(find(0) == rcResourceNotFound, "nothing is there at first");
        begin("publisher");
        check(is_found(0, "names.Publisher"), "published service is found");
        check(find(1) == rcResourceNotFound, "what was taken back is not found");
        begin("rival");
        check(is_found(1, "names.Rival"), "services keep their order");
        check(NsEnumServices(ns, TYPE, 0, server, sizeof server, small, sizeof "main" - 1) ==
                        rcBufferTooSmall,
                "buffer may be too small by one");
        check(NsEnumServices(ns, TYPE, 0, server, sizeof "names.Publisher" - 1, small, sizeof small) ==
                        rcBufferTooSmall,
                "other buffer may be too small by one");
        check(NsEnumServices(ns, TYPE, 0, server, sizeof "names.Publisher", small, sizeof small) == rcOk &&
                        strcmp(small, "main") == 0,
                "buffer may be just large enough");
        check(NsEnumServices(ns, TYPE, 0, RTL_NULL, 0, small, sizeof small) == rcInvalidArgument,
                "null is refused");
        check(NsPublishService(ns, TYPE, "names.Seeker", "main") == rcSecurityDisallow,
                "policy decides who publishes");
        kill_it("publisher");
        check(vanishes(1), "service goes with its process");
        check(is_found(0, "names.Rival"), "service of the other process stays");
        kill_it("rival");
        check(vanishes(0), "last service goes with its process");
        return EXIT_SUCCESS;
}
