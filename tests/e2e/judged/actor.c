/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a judged channel. Without arguments it serves and tells what it received; otherwise it does
 * what they say: METHOD=NUMBER or METHOD=NUMBER*TIMES calls and shows how that ended. The word torn alone
 * sends a malformed Put.
 */
#include <coresrv/nk/transport-kos-security.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <rtl/retcode.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <judged/IAsk.idl.h>
#include <judged/ITarget.idl.h>
#include <judged/Target.edl.h>

#include "torn.h"

/* --- server --- */

#define IMPLEMENT(method)                                                                                    \
        static nk_err_t serve_##method(struct judged_ITarget *self,                                          \
                const judged_ITarget_##method##_req *req, const struct nk_arena *req_arena,                  \
                judged_ITarget_##method##_res *res, struct nk_arena *res_arena) {                            \
                (void)self;                                                                                  \
                (void)req_arena;                                                                             \
                (void)res_arena;                                                                             \
                (void)printf("received " #method " %u\n", (unsigned)req->value);                             \
                res->slot = req->value;                                                                      \
                return NK_EOK;                                                                               \
        }
IMPLEMENT(Put)
IMPLEMENT(Free)
IMPLEMENT(Closed)
IMPLEMENT(Told)

static nk_err_t serve_Fails(struct judged_ITarget *self, const judged_ITarget_Fails_req *req,
        const struct nk_arena *req_arena, judged_ITarget_Fails_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        (void)printf("received Fails %u\n", (unsigned)req->value);
        return NK_ELOGIC_MAKE(req->value);
}

static int serve(void) {
        static const struct judged_ITarget_ops ops = {.Put = serve_Put,
                .Free = serve_Free,
                .Fails = serve_Fails,
                .Closed = serve_Closed,
                .Told = serve_Told};
        struct judged_ITarget target = {.ops = &ops};
        struct judged_Target_entity entity;
        judged_Target_entity_req req;
        judged_Target_entity_res res;
        NkKosTransport transport;
        ServiceId id;

        NkKosTransport_Init(&transport, ServiceLocatorRegister("t", NULL, 0, &id), NK_NULL, 0);
        judged_Target_entity_init(&entity, &target);
        for (;;) {
                nk_err_t r;

                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return EXIT_FAILURE;
                (void)judged_Target_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)fflush(stdout); /* with the answer the client may end, and with it the run */
                r = nk_transport_reply(&transport.base, &res.base_, NULL);
                if (r != NK_EOK)
                        (void)printf("reply failed: %d\n", r);
                (void)fflush(stdout);
        }
}

/* --- client --- */

#define CALL(method)                                                                                         \
        static nk_err_t call_##method(                                                                       \
                struct judged_ITarget_proxy *target, nk_uint32_t value, nk_uint32_t *ret_slot) {             \
                judged_ITarget_##method##_req req = {.value = value};                                        \
                judged_ITarget_##method##_res res;                                                           \
                nk_err_t r = judged_ITarget_##method(&target->base, &req, NULL, &res, NULL);                 \
                                                                                                             \
                if (r == NK_EOK)                                                                             \
                        *ret_slot = res.slot;                                                                \
                return r;                                                                                    \
        }
CALL(Put)
CALL(Free)
CALL(Fails)
CALL(Closed)
CALL(Told)

static nk_err_t call_Permit(struct judged_ITarget_proxy *target, nk_uint32_t value, nk_uint32_t *ret_slot) {
        NkKosSecurityTransport transport;
        struct judged_IAsk_proxy ask;
        judged_IAsk_Permit_req req = {.value = value};
        judged_IAsk_Permit_res res;

        (void)target;
        *ret_slot = 0;
        (void)NkKosSecurityTransport_Init(&transport, NK_NULL, 0);
        judged_IAsk_proxy_init(&ask, &transport.base, 0);
        return judged_IAsk_Permit(&ask.base, &req, NULL, &res, NULL);
}

static const struct {
        const char *name;
        nk_err_t (*call)(struct judged_ITarget_proxy *target, nk_uint32_t value, nk_uint32_t *ret_slot);
} methods[] = {{"Put", call_Put}, {"Free", call_Free}, {"Fails", call_Fails}, {"Closed", call_Closed},
        {"Told", call_Told}, {"Permit", call_Permit}};

static void show(const char *name, nk_err_t r, nk_uint32_t slot) {
        if (NK_ELOGIC_CHECK(r))
                (void)printf("%s: status %u\n", name, (unsigned)NK_ELOGIC_GET(r));
        else if (r != NK_EOK)
                (void)printf("%s: error %d\n", name, r);
        else
                (void)printf("%s: %u\n", name, (unsigned)slot);
        (void)fflush(stdout);
}

static int act(struct judged_ITarget_proxy *target, const char *word) {
        const char *value = strchr(word, '=');
        const char *times = strchr(word, '*');
        unsigned long n = times ? strtoul(times + 1, NULL, 10) : 1;

        for (size_t i = 0; value && i < sizeof methods / sizeof *methods; i++) {
                nk_uint32_t slot = 0;
                nk_err_t r = NK_EOK;

                if (strncmp(methods[i].name, word, strlen(methods[i].name)) != 0)
                        continue;
                for (; n > 0; n--)
                        r = methods[i].call(target, (nk_uint32_t)strtoul(value + 1, NULL, 10), &slot);
                show(methods[i].name, r, slot);
                return 0;
        }
        (void)printf("no method %s\n", word);
        return -1;
}

int main(int argc, const char *argv[]) {
        struct judged_ITarget_proxy target;
        NkKosTransport transport;
        Handle channel;

        if (argc == 1)
                return serve();
        if (strcmp(argv[1], "torn") == 0) {
                (void)printf("torn: %s\n", torn_put(5) == rcInvalidArgument ? "rcInvalidArgument" : "other");
                return EXIT_SUCCESS;
        }
        channel = ServiceLocatorConnect("t");
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        judged_ITarget_proxy_init(&target, &transport.base, ServiceLocatorGetRiid(channel, "target"));
        for (int i = 1; i < argc; i++)
                if (act(&target, argv[i]) < 0)
                        return EXIT_FAILURE;
        return EXIT_SUCCESS;
}
