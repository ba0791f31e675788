/* SPDX-License-Identifier: MIT */
/*
 * One end of the exchange that bench_chamber.c times, as a process of a solution. peer serve CPU; peer call
 * CPU MS: calls for so long and writes the median, in nanoseconds, into the file it was granted. CPU -1: any.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <bench/IBench.idl.h>
#include <bench/Server.edl.h>

#include "timing.h"

#define CHANNEL     "bench"
#define SAMPLES_MAX (1u << 20)
#define WARM_SHARE  4 /* a fourth of the time comes before the first sample */

/* --- the server --- */

static nk_err_t small(struct bench_IBench *self, const bench_IBench_Small_req *req,
        const struct nk_arena *req_arena, bench_IBench_Small_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = req->a;
        res->d = req->b;
        return NK_EOK;
}

static int serve(void) {
        static const bench_IBench_ops ops = {.Small = small};
        static _Alignas(4096) char buffer[bench_Server_entity_req_arena_size];
        struct nk_arena arena = NK_ARENA_INITIALIZER(buffer, buffer + sizeof buffer);
        bench_IBench impl = {.ops = &ops};
        bench_Server_entity entity;
        bench_Server_entity_req req;
        bench_Server_entity_res res;
        NkKosTransport transport;
        ServiceId iid;

        if (NkKosTransport_Init(&transport, ServiceLocatorRegister(CHANNEL, NULL, 0, &iid), NK_NULL, 0) !=
                NK_EOK)
                return 3;
        bench_Server_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                nk_arena_reset(&arena);
                if (nk_transport_recv(&transport.base, &req.base_, &arena) != NK_EOK)
                        return 3;
                (void)bench_Server_entity_dispatch(&entity, &req.base_, &arena, &res.base_, NK_NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NK_NULL);
        }
}

/* --- the client --- */

static int tell(uint32_t ns) {
        char text[32];
        int n = snprintf(text, sizeof text, "%u\n", (unsigned)ns);

        return pwrite(nkx_grant_fd("result"), text, (size_t)n, 0) == n ? 0 : 3;
}

static int call(uint64_t ms) {
        static uint32_t samples[SAMPLES_MAX];
        Handle handle = ServiceLocatorConnect(CHANNEL);
        bench_IBench_Small_req req = {.a = 1, .b = 2};
        bench_IBench_Small_res res;
        bench_IBench_proxy proxy;
        NkKosTransport transport;
        uint64_t begin = timing_now_ns(), at = begin;
        uint32_t n = 0;

        if (handle == INVALID_HANDLE || NkKosTransport_Init(&transport, handle, NK_NULL, 0) != NK_EOK)
                return 3;
        bench_IBench_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(handle, "main"));
        while (at - begin < ms * 1000000u && n < SAMPLES_MAX) {
                uint64_t before = at;

                if (bench_IBench_Small(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                        return 3;
                at = timing_now_ns();
                if (at - begin > ms * 1000000u / WARM_SHARE)
                        samples[n++] = (uint32_t)(at - before);
        }
        if (n == 0)
                return 3;
        return tell(timing_middle(samples, n));
}

int main(int argc, char **argv) {
        if (argc < 3)
                return 2;
        timing_pin_to(strtol(argv[2], NULL, 10));
        return strcmp(argv[1], "serve") == 0 ? serve() : argc == 4 ? call(strtoul(argv[3], NULL, 10)) : 2;
}
