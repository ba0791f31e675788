/* SPDX-License-Identifier: MIT */
/*
 * One end of the exchange that bench_chamber.c times, as a process of a solution. peer serve CPU; peer call
 * CPU MS: calls for so long and writes the median, in nanoseconds, into the file it was granted. CPU -1: any.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <bench/IBench.idl.h>
#include <bench/Server.edl.h>

#define CHANNEL     "bench"
#define SAMPLES_MAX (1u << 20)
#define WARM_SHARE  4 /* a fourth of the time comes before the first sample */

static uint64_t now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void pin_to(long cpu) {
        cpu_set_t set;

        if (cpu < 0)
                return;
        CPU_ZERO(&set);
        CPU_SET((size_t)cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) < 0)
                exit(3);
}

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

static int by_time(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return (x > y) - (x < y);
}

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
        uint64_t begin = now_ns(), at = begin;
        size_t n = 0;

        if (handle == INVALID_HANDLE || NkKosTransport_Init(&transport, handle, NK_NULL, 0) != NK_EOK)
                return 3;
        bench_IBench_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(handle, "main"));
        while (at - begin < ms * 1000000u && n < SAMPLES_MAX) {
                uint64_t before = at;

                if (bench_IBench_Small(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                        return 3;
                at = now_ns();
                if (at - begin > ms * 1000000u / WARM_SHARE)
                        samples[n++] = (uint32_t)(at - before);
        }
        if (n == 0)
                return 3;
        qsort(samples, n, sizeof *samples, by_time);
        return tell(samples[n / 2]);
}

int main(int argc, char **argv) {
        if (argc < 3)
                return 2;
        pin_to(strtol(argv[2], NULL, 10));
        return strcmp(argv[1], "serve") == 0 ? serve() : argc == 4 ? call(strtoul(argv[3], NULL, 10)) : 2;
}
