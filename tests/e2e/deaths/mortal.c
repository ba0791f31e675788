/* SPDX-License-Identifier: MIT */
/*
 * A process that is killed by SIGKILL at one step of a call, or goes on.
 *
 *      mortal serve              answers for ever
 *      mortal serve STEP         answers one Put, then dies at STEP of the next call
 *      mortal call               calls Bulk on channel "first" until that fails, then Put on "second"
 *      mortal call STEP          calls Put, then dies at STEP of the next call, a Bulk
 *      mortal visit              calls Put on "first", many times
 *
 * Steps of a server: unregistered, waiting (a request is there), copying-in, received, copying-out,
 * replied. Steps of a client: copying-in, posted (the server has it), copying-out, answered.
 * Times are CLOCK_MONOTONIC, in nanoseconds.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <hostile/ITarget.idl.h>
#include <hostile/Target.edl.h>

#include "boot/boot.h"
#include "platform/linux/clock.h"
#include "transport/chan_mem.h"

#define BULK hostile_ITarget_BulkMax
#define PUTS 100

/* --- dying --- */

static void say(const char *what, int code) {
        (void)printf("%s %d at %llu\n", what, code, (unsigned long long)plat_now_ns());
        (void)fflush(stdout);
}

static _Noreturn void die(void) {
        say("dying", 0);
        (void)raise(SIGKILL);
        for (;;)
                (void)pause();
}

/* In the middle of a copy: the second half of a buffer can't be touched. */
static void on_fault(int number) {
        (void)number;
        die();
}

static char *deadly_buffer(size_t size) {
        char *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        (void)signal(SIGSEGV, on_fault);
        if (buffer == MAP_FAILED || mprotect(buffer + size / 2, size / 2, PROT_NONE) < 0)
                exit(98);
        return buffer;
}

/* --- waiting for the other end, in the memory of the only channel --- */

static ChanHeader *mem;

static void map_channel(void) {
        const Boot *boot = boot_get();

        if (!boot || boot->block->n_channels < 1 || chan_mem_map(boot->channels[0].mem_fd, &mem) < 0)
                exit(97);
}

static void await_phase(ChanPhase phase) {
        uint32_t thread;

        while (chan_mem_peek(mem, 0, &thread) != phase)
                (void)sched_yield();
}

/* --- server --- */

typedef struct Buffers {
        hostile_Target_entity_req req;
        hostile_Target_entity_res res;
        struct nk_arena req_arena, res_arena;
        char req_room[BULK], res_room[BULK];
} Buffers;

static Buffers buffers;

static nk_err_t put(struct hostile_ITarget *self, const hostile_ITarget_Put_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Put_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->slot = req->value + 1;
        res->echo = (nk_ptr_t){.size = 0};
        return NK_EOK;
}

static nk_err_t bulk(struct hostile_ITarget *self, const hostile_ITarget_Bulk_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Bulk_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req, (void)req_arena;
        return nk_arena_alloc(nk_uint8_t, res_arena, &res->back, BULK) ? NK_EOK : NK_ENOMEM;
}

static hostile_Target_entity *make_entity(void) {
        static const hostile_ITarget_ops ops = {.Put = put, .Bulk = bulk};
        static struct hostile_ITarget target = {.ops = &ops};
        static hostile_Target_entity entity;

        hostile_Target_entity_init(&entity, &target);
        return &entity;
}

static NkKosTransport listen_on(const char *name) {
        NkKosTransport transport;

        if (NkKosTransport_Init(&transport, ServiceLocatorRegister(name, NULL, 0, NULL), NK_NULL, 0) !=
                NK_EOK)
                exit(96);
        return transport;
}

static void receive(NkKosTransport *t) {
        nk_req_reset(&buffers.req);
        nk_arena_reset(&buffers.req_arena);
        nk_arena_reset(&buffers.res_arena);
        if (nk_transport_recv(&t->base, &buffers.req.base_, &buffers.req_arena) != NK_EOK)
                exit(95);
}

static void reply(NkKosTransport *t) {
        (void)hostile_Target_entity_dispatch(make_entity(), &buffers.req.base_, &buffers.req_arena,
                &buffers.res.base_, &buffers.res_arena);
        (void)nk_transport_reply(&t->base, &buffers.res.base_, &buffers.res_arena);
}

static void serve_until(const char *step) {
        NkKosTransport t;

        map_channel();
        if (strcmp(step, "unregistered") == 0) {
                await_phase(CHAN_PHASE_POSTED);
                die();
        }
        t = listen_on("first");
        receive(&t);
        reply(&t);
        if (strcmp(step, "waiting") == 0) {
                await_phase(CHAN_PHASE_POSTED);
                die();
        }
        if (strcmp(step, "copying-in") == 0) {
                char *room = deadly_buffer(BULK);

                nk_arena_init(&buffers.req_arena, room, room + BULK);
        }
        receive(&t);
        if (strcmp(step, "received") == 0)
                die();
        if (strcmp(step, "copying-out") == 0) {
                char *room = deadly_buffer(BULK);

                nk_arena_init(&buffers.res_arena, room, room + BULK);
        }
        reply(&t);
        die(); /* replied */
}

static _Noreturn void serve_for_ever(void) {
        NkKosTransport t = listen_on(boot_text(boot_get(), boot_get()->listeners[0].name_off));

        for (;;) {
                receive(&t);
                reply(&t);
        }
}

/* --- client --- */

static hostile_ITarget_proxy connect_to(NkKosTransport *t, const char *name) {
        hostile_ITarget_proxy proxy;

        if (NkKosTransport_Init(t, ServiceLocatorConnect(name), NK_NULL, 0) != NK_EOK)
                exit(94);
        hostile_ITarget_proxy_init(&proxy, &t->base, 0);
        return proxy;
}

static nk_err_t call_put(hostile_ITarget_proxy *proxy) {
        hostile_ITarget_Put_req req = {.value = 1};
        hostile_ITarget_Put_res res;

        return hostile_ITarget_Put(&proxy->base, &req, NULL, &res, NULL);
}

static nk_err_t call_bulk(hostile_ITarget_proxy *proxy) {
        hostile_ITarget_Bulk_req req;
        hostile_ITarget_Bulk_res res;

        nk_arena_reset(&buffers.req_arena);
        nk_arena_reset(&buffers.res_arena);
        if (!nk_arena_alloc(nk_uint8_t, &buffers.req_arena, &req.data, BULK))
                exit(93);
        return hostile_ITarget_Bulk(&proxy->base, &req, &buffers.req_arena, &res, &buffers.res_arena);
}

static void put_many(hostile_ITarget_proxy *proxy) {
        for (int i = 0; i < PUTS; i++)
                if (call_put(proxy) != NK_EOK)
                        exit(92);
}

static void call_on(void) {
        NkKosTransport t, u;
        hostile_ITarget_proxy first = connect_to(&t, "first"), second = connect_to(&u, "second");
        nk_err_t err = call_put(&first);

        while (err == NK_EOK)
                err = call_bulk(&first);
        say("first ended with", err);
        put_many(&second);
        say("second went on", 0);
}

static void visit(void) {
        NkKosTransport t;
        hostile_ITarget_proxy first = connect_to(&t, "first");

        put_many(&first);
}

/* A thread that looks on while the main one waits for its answer. */
static void *die_once_served(void *unused) {
        (void)unused;
        await_phase(CHAN_PHASE_SERVED);
        die();
}

static void call_until(const char *step) {
        NkKosTransport t;
        hostile_ITarget_proxy first;
        pthread_t thread;

        map_channel();
        first = connect_to(&t, "first");
        if (strcmp(step, "posted") == 0) {
                if (pthread_create(&thread, NULL, die_once_served, NULL) != 0)
                        exit(91);
                (void)call_put(&first);
        }
        (void)call_put(&first);
        if (strcmp(step, "copying-in") == 0) {
                char *room = deadly_buffer(BULK);

                nk_arena_init(&buffers.req_arena, room, room + BULK);
        } else if (strcmp(step, "copying-out") == 0) {
                char *room = deadly_buffer(BULK);

                nk_arena_init(&buffers.res_arena, room, room + BULK);
        }
        (void)call_bulk(&first);
        die(); /* answered */
}

int main(int argc, char **argv) {
        nk_arena_init(&buffers.req_arena, buffers.req_room, buffers.req_room + BULK);
        nk_arena_init(&buffers.res_arena, buffers.res_room, buffers.res_room + BULK);
        if (argc == 3 && strcmp(argv[1], "serve") == 0)
                serve_until(argv[2]);
        else if (argc == 3 && strcmp(argv[1], "call") == 0)
                call_until(argv[2]);
        else if (argc == 2 && strcmp(argv[1], "serve") == 0)
                serve_for_ever();
        else if (argc == 2 && strcmp(argv[1], "visit") == 0)
                visit();
        else if (argc == 2 && strcmp(argv[1], "call") == 0)
                call_on();
        else
                return 90;
        return 0;
}
