/* SPDX-License-Identifier: MIT */
/*
 * Publisher: publishes its services, and tries what it must not be able to do. Then it lives until it is told
 * to die.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/thread/thread_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>
#include <services/rtl/nk_msg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kl/core/NameServer.idl.h>
#include <names/Publisher.edl.h>

#define TYPE     "names.IPublisher"
#define SERVICES 64 /* of one process */
#define SESSIONS 8

static char self[256];
static NsHandle ns;
static kl_core_NameServer_proxy raw; /* for what the library does not do */
static nk_uint32_t n_failures;

static void check(int is_true, const char *what) {
        fprintf(stderr, "%s %s\n", is_true ? "ok" : "not ok", what);
        n_failures += !is_true;
}

static Retcode publish(const char *service) {
        return NsPublishService(ns, TYPE, self, service);
}

static const char *long_name(size_t n) {
        static char text[300];

        memset(text, 'n', n);
        text[n] = '\0';
        return text;
}

static void try_arguments(void) {
        NsHandle forged = (NsHandle)(void *)self;

        check(NsCreate(RTL_NULL, 0, RTL_NULL) == rcInvalidArgument, "NsCreate without a place is refused");
        check(NsCreate("", 0, &ns) == rcInvalidArgument, "empty name is refused");
        check(NsPublishService(ns, TYPE, self, "") == rcInvalidArgument, "empty service is refused");
        check(NsPublishService(ns, RTL_NULL, self, "s") == rcInvalidArgument, "null is refused");
        check(NsPublishService(forged, TYPE, self, "s") == rcInvalidArgument, "forged connection is refused");
        check(NsPublishService(NS_INVALID_HANDLE, TYPE, self, "s") == rcInvalidArgument,
                "no connection is refused");
        check(publish(long_name(256)) == rcInvalidArgument, "too long a name is refused");
        check(publish(long_name(255)) == rcOk, "longest name is published");
        check(NsUnPublishService(ns, TYPE, self, long_name(255)) == rcOk, "longest name is taken back");
}

static void try_names(void) {
        check(NsUnPublishService(ns, TYPE, self, "main") == rcResourceNotFound,
                "nothing is there to be taken back");
        check(publish("main") == rcOk, "service is published");
        check(publish("main") == rcAlreadyExists, "service is published once");
        check(publish("spare") == rcOk, "second service is published");
        check(NsPublishService(ns, TYPE, "names.Seeker", "main") == rcSecurityDisallow,
                "nobody publishes in another's name");
        check(NsUnPublishService(ns, TYPE, "names.Seeker", "main") == rcResourceNotFound,
                "nobody takes back in another's name");
        check(NsUnPublishService(ns, TYPE, self, "spare") == rcOk, "service is taken back");
        check(NsUnPublishService(ns, TYPE, self, "spare") == rcResourceNotFound,
                "service is taken back once");
}

static void try_share_of_services(void) {
        char name[16];
        int n = 1; /* "main" */

        while (n <= SERVICES && (snprintf(name, sizeof name, "more%d", n), publish(name)) == rcOk)
                n++;
        check(n == SERVICES && publish("more") == rcQuotaExceeded, "share of services is kept to");
        while (--n > 0 &&
                (snprintf(name, sizeof name, "more%d", n), NsUnPublishService(ns, TYPE, self, name)) == rcOk)
                continue;
        check(n == 0, "share of services is given back");
}

/* Sessions and handles, by messages of our own ------------------------------------------------------------
 */

static Retcode open_session(Handle *ret) {
        kl_core_NameServer_Open_req req;
        kl_core_NameServer_Open_res res;

        nk_req_reset(&req);
        if (kl_core_NameServer_Open(&raw.base, &req, NULL, &res, NULL) != NK_EOK)
                return rcFail;
        *ret = nk_get_handle(&res.session);
        return res.rc;
}

static nk_err_t publish_with(Handle session, Retcode *ret_rc) {
        kl_core_NameServer_Publish_req req = {.session = nk_handle_desc(session)};
        kl_core_NameServer_Publish_res res;
        NK_ARENA_AUTO(arena, kl_core_NameServer_Publish_req_arena_size);
        nk_err_t err;

        if (NkKosCopyStringToArena(&arena, &req.type, TYPE) != NK_EOK ||
                NkKosCopyStringToArena(&arena, &req.server, self) != NK_EOK ||
                NkKosCopyStringToArena(&arena, &req.service, "forged") != NK_EOK)
                return NK_ENOMEM;
        err = kl_core_NameServer_Publish(&raw.base, &req, &arena, &res, NULL);
        *ret_rc = err == NK_EOK ? res.rc : rcFail;
        return err;
}

/* The name server hears of a closed handle by a notification: that may take a moment. */
static int opens_again(Handle *ret) {
        for (int i = 0; i < 1000; i++) {
                if (open_session(ret) == rcOk)
                        return 1;
                KnSleep(10);
        }
        return 0;
}

static void try_share_of_sessions(void) {
        Handle sessions[SESSIONS], more;
        int n = 1; /* the library's */

        while (n < SESSIONS && open_session(&sessions[n]) == rcOk)
                n++;
        check(n == SESSIONS && open_session(&more) == rcQuotaExceeded, "share of sessions is kept to");
        check(KnHandleClose(sessions[1]) == rcOk && opens_again(&sessions[1]),
                "session ends with its handle");
        for (int i = 1; i < n; i++)
                (void)KnHandleClose(sessions[i]);
        for (int i = 1; i < SESSIONS; i++)
                if (!opens_again(&sessions[i]))
                        check(0, "sessions are given back");
        for (int i = 1; i < SESSIONS; i++)
                (void)KnHandleClose(sessions[i]);
}

/* More than its table could hold, if it kept what it is given. */
static void try_handles(void) {
        Handle own;
        Retcode rc;
        unsigned n = 0;

        check(publish_with(12345 | 0x80000000u, &rc) == NK_EPERM, "number of no handle does not arrive");
        check(publish_with(INVALID_HANDLE, &rc) == NK_EOK && rc == rcInvalidArgument,
                "no session, no service");
        if (KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_TRANSFER, NULL, &own) != rcOk)
                check(0, "handle of our own");
        while (n <= HANDLE_KERNEL_MAX && publish_with(own, &rc) == NK_EOK && rc == rcInvalidArgument)
                n++;
        check(n == HANDLE_KERNEL_MAX + 1, "name server keeps no handle that is no session");
}

/* ---------------------------------------------------------------------------------------------------------
 */

static nk_err_t begin(struct names_IPublisher *self_, const names_IPublisher_Begin_req *req,
        const struct nk_arena *req_arena, names_IPublisher_Begin_res *res, struct nk_arena *res_arena) {
        (void)self_;
        (void)req;
        (void)req_arena;
        (void)res_arena;
        try_arguments();
        try_names();
        try_share_of_services();
        try_share_of_sessions();
        try_handles();
        res->failures = n_failures;
        return NK_EOK;
}

static nk_err_t die(struct names_IPublisher *self_, const names_IPublisher_Die_req *req,
        const struct nk_arena *req_arena, names_IPublisher_Die_res *res, struct nk_arena *res_arena) {
        (void)self_;
        (void)req;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        _Exit(0);
}

int main(void) {
        static const struct names_IPublisher_ops ops = {.Begin = begin, .Die = die};
        struct names_IPublisher impl = {.ops = &ops};
        struct names_Publisher_entity entity;
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(names_Publisher, entity);
        NkKosTransport transport;
        Handle listener, channel = ServiceLocatorConnect(NS_CHANNEL);
        ServiceId id;
        NsHandle again;

        if (KnTaskGetName(self, sizeof self) != rcOk || NsCreate(RTL_NULL, INFINITE_TIMEOUT, &ns) != rcOk)
                return EXIT_FAILURE;
        check(NsCreate("ns", 0, &again) == rcOk && again == ns, "there is one connection");
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        kl_core_NameServer_proxy_init(&raw, &transport.base, ServiceLocatorGetRiid(channel, "names"));
        listener = ServiceLocatorRegister(strcmp(self, "names.Rival") ? "publisher" : "rival", NULL, 0, &id);
        names_Publisher_entity_init(&entity, &impl);
        return NkKosDoDispatch(listener, &info) == NK_EOK ? EXIT_SUCCESS : EXIT_FAILURE;
}
