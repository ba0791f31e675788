/* SPDX-License-Identifier: MIT */
/*
 * The full stack: what a program on both sides really does, default settings. The client calls a
 * generated proxy; both runtimes come from a boot block as the kernel process writes it; every request
 * and reply is checked against the shape table; the server runs the documented loop. The mediated rows
 * have the relay between them, in a process of its own, with a judge that grants everything.
 */
#include "rows.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <bench/IBench.idl.h>
#include <bench/Server.edl.h>

#include "support/boot_builder.h"
#include "transport/relay.h"

#define CHANNEL "bench"

typedef struct Solution {
        int n;
        int status_fd, status_ro_fd, ear_fd;
        int mem[BENCH_CLIENTS_MAX], bell[BENCH_CLIENTS_MAX];
        ChanWay way; /* of the measured methods */
        ChanVerdicts *verdicts;
        int client_leg[BENCH_CLIENTS_MAX], server_leg[BENCH_CLIENTS_MAX];
        int kernel_status, kernel_status_ro, kernel_ear,
                kernel_bell[BENCH_CLIENTS_MAX + 1]; /* the last: server's */
        int news;                                   /* the kernel process's bell to the server */
} Solution;

static _Noreturn void die(const char *what) {
        (void)fprintf(stderr, "%s failed\n", what);
        _exit(3);
}

/* Mixed is never called here, and direct when there is to be a direct leg. */
static ChanWay way_of(void *arg, uint16_t riid, uint16_t mid) {
        const Solution *s = arg;

        (void)riid;
        return s->way == CHAN_WAY_STRAIGHT && mid == bench_IBench_Mixed_mid ? CHAN_WAY_DIRECT : s->way;
}

static const ShapeTable *shape(void) {
        static _Alignas(8) char table[1 << 16];
        static ssize_t size;
        int fd;

        if (size > 0)
                return (const ShapeTable *)(const void *)table;
        fd = open(BENCH_SHAPE, O_RDONLY | O_CLOEXEC);
        size = fd < 0 ? -1 : read(fd, table, sizeof table);
        if (size <= 0)
                die("reading " BENCH_SHAPE);
        (void)close(fd);
        return (const ShapeTable *)(const void *)table;
}

static void add_bell(int ear, int *ret_bell) {
        if (chan_bell_create(ret_bell) || chan_ear_add(ear, *ret_bell))
                die("making a bell");
}

static void make_mediated(Solution *s) {
        s->verdicts = calloc(1, verdicts_size(shape()));
        (void)verdicts_fill(s->verdicts, shape(), way_of, s);
        if (chan_status_create(&s->kernel_status, &s->kernel_status_ro) || chan_ear_create(&s->kernel_ear))
                die("making the kernel's page and ear");
        add_bell(s->ear_fd, &s->news);
        for (int i = 0; i <= s->n; i++)
                add_bell(s->kernel_ear, &s->kernel_bell[i]);
        for (int i = 0; i < s->n; i++)
                if (chan_mem_create(&s->client_leg[i]) || chan_mem_create(&s->server_leg[i]))
                        die("making a leg");
}

static void *setup_way(int n_clients, ChanWay way) {
        Solution *s = calloc(1, sizeof *s);

        s->n = n_clients;
        s->way = way;
        if (chan_status_create(&s->status_fd, &s->status_ro_fd))
                die("chan_status_create");
        if (chan_ear_create(&s->ear_fd))
                die("chan_ear_create");
        for (int i = 0; i < n_clients; i++) {
                if (chan_mem_create(&s->mem[i]))
                        die("making a channel");
                add_bell(s->ear_fd, &s->bell[i]);
        }
        if (way != CHAN_WAY_DIRECT)
                make_mediated(s);
        return s;
}

static void *solution_setup(int n_clients) {
        return setup_way(n_clients, CHAN_WAY_DIRECT);
}

static void *straight_setup(int n_clients) {
        return setup_way(n_clients, CHAN_WAY_STRAIGHT);
}

static void *judged_setup(int n_clients) {
        return setup_way(n_clients, CHAN_WAY_JUDGED);
}

static void solution_teardown(void *ctx) {
        Solution *s = ctx;

        (void)close(s->status_fd);
        (void)close(s->status_ro_fd);
        (void)close(s->ear_fd);
        for (int i = 0; i < s->n; i++) {
                (void)close(s->mem[i]);
                (void)close(s->bell[i]);
        }
        if (s->verdicts) {
                (void)close(s->kernel_status);
                (void)close(s->kernel_status_ro);
                (void)close(s->kernel_ear);
                (void)close(s->news);
                for (int i = 0; i <= s->n; i++)
                        (void)close(s->kernel_bell[i]);
                for (int i = 0; i < s->n; i++) {
                        (void)close(s->client_leg[i]);
                        (void)close(s->server_leg[i]);
                }
                free(s->verdicts);
        }
        free(s);
}

/* --- becoming a process of the solution --- */

static uint32_t add_shape(BootBuilder *b, uint32_t *ret_size) {
        *ret_size = shape()->size;
        return t_boot_add(b, shape(), *ret_size);
}

static int kernel_end(const Solution *s, BootBuilder *b, int i) {
        if (!s->verdicts)
                return 0;
        t_boot_block(b)->kernel_bell_fd = t_inherited(dup(s->kernel_bell[i]));
        t_boot_block(b)->kernel_status_fd = t_inherited(dup(s->kernel_status_ro));
        return (int)t_boot_add(b, s->verdicts, s->verdicts->size);
}

/* Where everything is judged there is no direct leg. */
static int direct_fd(const Solution *s, int fd) {
        return s->way == CHAN_WAY_JUDGED ? -1 : t_inherited(dup(fd));
}

static int judged_fd(const Solution *s, int fd) {
        return s->verdicts ? t_inherited(dup(fd)) : -1;
}

static void become(BootBuilder *b) {
        int fd = t_boot_end(b);

        if (fd != BOOT_FD && dup2(fd, BOOT_FD) < 0)
                die("dup2");
}

static void become_server(Solution *s) {
        BootBuilder b;
        uint32_t shape_off, shape_size, name, peer, verdicts;

        t_boot_begin(&b, "Server", "bench.Server");
        shape_off = add_shape(&b, &shape_size);
        verdicts = (uint32_t)kernel_end(s, &b, s->n);
        name = t_boot_text(&b, CHANNEL);
        peer = t_boot_text(&b, "Client");
        t_boot_block(&b)->status_fd = t_inherited(dup(s->status_fd));
        t_boot_listener(&b, CHANNEL, 0, t_inherited(dup(s->ear_fd)));
        for (int i = 0; i < s->n; i++)
                t_boot_channel(&b, &(BootChannel){.role = BOOT_SERVER,
                                           .name_off = name,
                                           .peer_off = peer,
                                           .mem_fd = direct_fd(s, s->mem[i]),
                                           .judged_fd = judged_fd(s, s->server_leg[i]),
                                           .verdicts_off = verdicts,
                                           .verdicts_size = verdicts ? s->verdicts->size : 0,
                                           .bell_fd = -1,
                                           .status_fd = -1,
                                           .shape_off = shape_off,
                                           .shape_size = shape_size});
        become(&b);
}

static void become_client(Solution *s, int i) {
        BootBuilder b;
        uint32_t shape_off, shape_size, name, peer, verdicts;

        t_boot_begin(&b, "Client", "bench.Client");
        shape_off = add_shape(&b, &shape_size);
        verdicts = (uint32_t)kernel_end(s, &b, i);
        name = t_boot_text(&b, CHANNEL);
        peer = t_boot_text(&b, "Server");
        t_boot_channel(&b, &(BootChannel){.role = BOOT_CLIENT,
                                   .name_off = name,
                                   .peer_off = peer,
                                   .mem_fd = direct_fd(s, s->mem[i]),
                                   .judged_fd = judged_fd(s, s->client_leg[i]),
                                   .verdicts_off = verdicts,
                                   .verdicts_size = verdicts ? s->verdicts->size : 0,
                                   .bell_fd = t_inherited(dup(s->bell[i])),
                                   .status_fd = t_inherited(dup(s->status_ro_fd)),
                                   .shape_off = shape_off,
                                   .shape_size = shape_size});
        become(&b);
}

/* --- the relay --- */

static bool grant_request(void *arg, const RelayMessage *m) {
        (void)arg;
        return !m->malformed;
}

static bool grant_response(void *arg, bool is_error, const RelayMessage *m) {
        (void)arg, (void)is_error;
        return !m->malformed;
}

static void add_route(Relay *r, const Solution *s, int i) {
        static const RelayJudge judge = {.request = grant_request, .response = grant_response};
        const RelayPlan plan = {.client_fd = s->client_leg[i],
                .server_fd = s->server_leg[i],
                .direct_fd = s->way == CHAN_WAY_STRAIGHT ? s->mem[i] : -1,
                .status_fd = s->status_ro_fd,
                .bell_fd = s->news,
                .shape = shape(),
                .verdicts = s->verdicts,
                .judge = &judge};
        RelayRoute *route;

        if (relay_add(r, &plan, &route))
                die("relay_add");
}

/* A process beside the server, on the same processor if that is pinned. It ends with the server. */
static void start_relay(const Solution *s) {
        Relay *r;

        if (!s->verdicts || fork() != 0)
                return;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (relay_new(s->kernel_status, s->kernel_ear, &r))
                die("relay_new");
        for (int i = 0; i < s->n; i++)
                add_route(r, s, i);
        if (relay_start(r))
                die("relay_start");
        for (;;)
                pause();
}

/* --- the server --- */

static nk_err_t small_impl(struct bench_IBench *self, const bench_IBench_Small_req *req,
        const struct nk_arena *req_arena, bench_IBench_Small_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = req->a;
        res->d = req->b;
        return NK_EOK;
}

static nk_err_t bulk_impl(struct bench_IBench *self, const bench_IBench_Bulk_req *req,
        const struct nk_arena *req_arena, bench_IBench_Bulk_res *res, struct nk_arena *res_arena) {
        nk_uint32_t n = 0;
        const nk_uint8_t *data = nk_arena_get(const nk_uint8_t, req_arena, &req->data, &n);

        (void)self, (void)res_arena;
        res->c = n;
        res->d = data ? data[n - 1] : 0;
        return NK_EOK;
}

static nk_err_t mixed_impl(struct bench_IBench *self, const bench_IBench_Mixed_req *req,
        const struct nk_arena *req_arena, bench_IBench_Mixed_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena, (void)res, (void)res_arena;
        return NK_EOK;
}

static void caisson_serve(void *ctx) {
        static const bench_IBench_ops ops = {.Small = small_impl, .Bulk = bulk_impl, .Mixed = mixed_impl};
        static _Alignas(4096) char req_buffer[bench_Server_entity_req_arena_size];
        static char res_buffer[1];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_buffer, req_buffer + sizeof req_buffer);
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_buffer, res_buffer);
        bench_IBench impl = {.ops = &ops};
        bench_Server_entity entity;
        bench_Server_entity_req req;
        bench_Server_entity_res res;
        NkKosTransport transport;
        ServiceId iid;
        Handle handle;

        start_relay(ctx);
        become_server(ctx);
        handle = ServiceLocatorRegister(CHANNEL, NULL, 0, &iid);
        if (handle == INVALID_HANDLE || NkKosTransport_Init(&transport, handle, NK_NULL, 0) != NK_EOK)
                die("registering");
        bench_Server_entity_init(&entity, &impl);
        for (;;) {
                nk_req_reset(&req);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&transport.base, &req.base_, &req_arena) != NK_EOK)
                        die("nk_transport_recv");
                (void)bench_Server_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&transport.base, &res.base_, &res_arena);
        }
}

/* --- the client --- */

typedef struct Conn {
        NkKosTransport transport;
        bench_IBench_proxy proxy;
        _Alignas(4096) char arena[BENCH_PAYLOAD_MAX + 64]; /* as the bare rows have theirs */
} Conn;

static void *caisson_open(void *ctx, int client) {
        Conn *c = aligned_alloc(4096, sizeof *c);
        Handle handle;

        memset(c, 0x5a, sizeof *c); /* memory of its own: what was never written is all one page */
        become_client(ctx, client);
        handle = ServiceLocatorConnect(CHANNEL);
        if (handle == INVALID_HANDLE || NkKosTransport_Init(&c->transport, handle, NK_NULL, 0) != NK_EOK)
                die("connecting");
        bench_IBench_proxy_init(&c->proxy, &c->transport.base, ServiceLocatorGetRiid(handle, "main"));
        return c;
}

static void call_small(Conn *c, const char *request, char *reply) {
        bench_IBench_Small_req req;
        bench_IBench_Small_res res;

        memcpy(&req.a, request, 8);
        memcpy(&req.b, request + 8, 8);
        if (bench_IBench_Small(&c->proxy.base, &req, NULL, &res, NULL) != NK_EOK)
                die("Small");
        memcpy(reply, &res.c, 8);
        memcpy(reply + 8, &res.d, 8);
}

static void call_bulk(Conn *c, const char *request, size_t size, char *reply) {
        struct nk_arena arena = NK_ARENA_INITIALIZER(c->arena, c->arena + sizeof c->arena);
        bench_IBench_Bulk_req req;
        bench_IBench_Bulk_res res;

        /* The caller makes its data where it is sent from, as the bare rows do. */
        (void)request;
        if (!nk_arena_alloc(nk_uint8_t, &arena, &req.data, size))
                die("nk_arena_alloc");
        if (bench_IBench_Bulk(&c->proxy.base, &req, &arena, &res, NULL) != NK_EOK || res.c != size)
                die("Bulk");
        memcpy(reply, &res.c, 8);
        memcpy(reply + 8, &res.d, 8);
}

static void caisson_call(void *conn, const char *request, size_t size, char *reply) {
        if (size == BENCH_REPLY)
                call_small(conn, request, reply);
        else
                call_bulk(conn, request, size, reply);
}

const BenchRow row_caisson = {.name = "caisson, proxy to dispatcher",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = solution_setup,
        .serve = caisson_serve,
        .open = caisson_open,
        .call = caisson_call,
        .teardown = solution_teardown};
const BenchRow row_straight = {.name = "caisson, mediated, straight reply",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = straight_setup,
        .serve = caisson_serve,
        .open = caisson_open,
        .call = caisson_call,
        .teardown = solution_teardown};
const BenchRow row_judged = {.name = "caisson, mediated, both judged",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = judged_setup,
        .serve = caisson_serve,
        .open = caisson_open,
        .call = caisson_call,
        .teardown = solution_teardown};
