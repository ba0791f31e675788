/* SPDX-License-Identifier: MIT */
/*
 * One end of what bench_use.c times, as a process of a solution. use_peer serve CPU; use_peer call CPU
 * ROUNDS: so many rounds, each a line of medians in nanoseconds in the file it was granted; then a line with
 * a call by each of 1, 10, 100 … handles in turn. CPU -1: any.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caisson/grant.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <services/ocap.h>

#include "files_server.h"
#include "timing.h"

#define CALLS 2000 /* of one row in one round */
#define CURVE 5
#define STEP  7919 /* from one handle to the next: they are far apart */

/* --- the server --- */

static nk_err_t small(struct bench_IUse *self, const bench_IUse_Small_req *req,
        const struct nk_arena *req_arena, bench_IUse_Small_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = req->a;
        res->d = req->b;
        return NK_EOK;
}

static int serve(void) {
        static const bench_IUse_ops ops = {
                .Small = small, .Use = files_use, .Judged = files_judged, .Get = files_get};
        NkKosTransport transport;
        ServiceId iid;

        if (files_create() != rcOk ||
                NkKosTransport_Init(&transport, ServiceLocatorRegister(FILES_CHANNEL, NULL, 0, &iid), NK_NULL,
                        0) != NK_EOK)
                timing_die("starting");
        return files_serve(&transport, &ops);
}

/* --- the client: one operation each --- */

static bench_IUse_proxy proxy;
static Handle files[HANDLE_KERNEL_MAX];
static uint32_t n_files, turn;
static Handle made[CALLS]; /* by the row that runs, or for it */

static void call_small(uint32_t i) {
        bench_IUse_Small_req req = {.a = i, .b = 2};
        bench_IUse_Small_res res;

        if (bench_IUse_Small(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                timing_die("Small");
}

static void call_use(uint32_t i) {
        bench_IUse_Use_req req = {.a = i, .b = 2};
        bench_IUse_Use_res res;

        turn = (turn + STEP) % n_files;
        req.file = nk_handle_desc(files[turn]);
        if (bench_IUse_Use(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.c != 7)
                timing_die("Use");
}

static void call_judged(uint32_t i) {
        bench_IUse_Judged_req req = {.a = i, .b = 2};
        bench_IUse_Judged_res res;

        if (bench_IUse_Judged(&proxy.base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                timing_die("Judged");
}

static Handle get_one(void) {
        bench_IUse_Get_req req = {.a = 1, .b = 2};
        bench_IUse_Get_res res;

        if (bench_IUse_Get(&proxy.base, &req, NULL, &res, NULL) != NK_EOK)
                timing_die("Get");
        return nk_get_handle(&res.file);
}

static void call_get(uint32_t i) {
        made[i] = get_one();
}

static void call_close(uint32_t i) {
        if (KnHandleClose(made[i]) != rcOk)
                timing_die("KnHandleClose");
}

static void call_copy(uint32_t i) {
        if (KnHandleCopy(files[0], 1, INVALID_HANDLE, made + i) != rcOk)
                timing_die("KnHandleCopy");
}

static void make_all(void) {
        for (uint32_t i = 0; i < CALLS; i++)
                call_get(i);
}

static void close_all(void) {
        for (uint32_t i = 0; i < CALLS; i++)
                call_close(i);
}

/* --- the client: rounds --- */

static const struct {
        void (*call)(uint32_t i);
        void (*before)(void), (*after)(void);
} rows[] = {{call_small, NULL, NULL}, {call_use, NULL, NULL}, {call_judged, NULL, NULL},
        {call_get, NULL, close_all}, {call_close, make_all, NULL}, {call_copy, NULL, close_all}};

static uint32_t measure(void (*operation)(uint32_t i)) {
        return timing_median(operation, NULL, CALLS);
}

static uint32_t measure_row(size_t row) {
        uint32_t ns;

        if (rows[row].before)
                rows[row].before();
        ns = measure(rows[row].call);
        if (rows[row].after)
                rows[row].after();
        return ns;
}

static void tell(FILE *out, uint32_t ns) {
        (void)fprintf(out, "%u ", (unsigned)ns);
}

static int call(long rounds) {
        static const uint32_t curve[CURVE] = {1, 10, 100, 1000, HANDLE_KERNEL_MAX - 10};
        Handle handle = ServiceLocatorConnect(FILES_CHANNEL);
        FILE *out = fdopen(nkx_grant_fd("result"), "w");
        NkKosTransport transport;

        if (!out || NkKosTransport_Init(&transport, handle, NK_NULL, 0) != NK_EOK)
                timing_die("connecting");
        bench_IUse_proxy_init(&proxy, &transport.base, ServiceLocatorGetRiid(handle, "main"));
        files[n_files++] = get_one();
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                (void)measure_row(i);
        for (long i = 0; i < rounds; i++) {
                for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
                        tell(out, measure_row(k));
                (void)fputc('\n', out);
        }
        for (int i = 0; i < CURVE; i++) {
                while (n_files < curve[i])
                        files[n_files++] = get_one();
                for (uint32_t k = 0; k < n_files; k++)
                        call_use(k);
                tell(out, measure(call_small));
                tell(out, measure(call_use));
        }
        return fclose(out) == 0 ? 0 : 3;
}

int main(int argc, char **argv) {
        if (argc < 3)
                return 2;
        timing_pin_to(strtol(argv[2], NULL, 10));
        return strcmp(argv[1], "serve") == 0 ? serve() : argc == 4 ? call(strtol(argv[3], NULL, 10)) : 2;
}
