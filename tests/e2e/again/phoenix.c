/* SPDX-License-Identifier: MIT */
/*
 * A process that dies and is started again, and one that goes on calling it.
 *
 *      phoenix serve N           answers N calls, then dies with the next one in its hands; N 0: never
 *      phoenix leave             ends at once, with a failure
 *      phoenix call N            calls until N calls were answered, and tells of every error; in the middle
 * and at the end it stops until it gets SIGUSR1 phoenix visit N           the same, and then dies phoenix
 * burst             eight threads that call without end
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <hostile/ITarget.idl.h>
#include <hostile/Target.edl.h>

#define BURST 8

static void say(const char *what, long number) {
        (void)printf("%s %ld\n", what, number);
        (void)fflush(stdout);
}

static _Noreturn void die(void) {
        (void)raise(SIGKILL);
        for (;;)
                (void)pause();
}

/* --- server --- */

static long n_left = -1;

static nk_err_t put(struct hostile_ITarget *self, const hostile_ITarget_Put_req *req,
        const struct nk_arena *req_arena, hostile_ITarget_Put_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        if (n_left-- == 0)
                die();
        res->slot = req->value + 1;
        res->echo = (nk_ptr_t){.size = 0};
        return NK_EOK;
}

static int serve(long n) {
        static const hostile_ITarget_ops ops = {.Put = put};
        static struct hostile_ITarget target = {.ops = &ops};
        static hostile_Target_entity entity;
        static hostile_Target_entity_req req;
        static hostile_Target_entity_res res;
        static char req_room[hostile_Target_entity_req_arena_size],
                res_room[hostile_Target_entity_res_arena_size];
        struct nk_arena req_arena = NK_ARENA_INITIALIZER(req_room, req_room + sizeof(req_room));
        struct nk_arena res_arena = NK_ARENA_INITIALIZER(res_room, res_room + sizeof(res_room));
        NkKosTransport t;

        n_left = n ? n : -1;
        hostile_Target_entity_init(&entity, &target);
        if (NkKosTransport_Init(&t, ServiceLocatorRegister("first", NULL, 0, NULL), NK_NULL, 0) != NK_EOK)
                return 96;
        for (;;) {
                nk_req_reset(&req);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                if (nk_transport_recv(&t.base, &req.base_, &req_arena) != NK_EOK)
                        return 95;
                (void)hostile_Target_entity_dispatch(&entity, &req.base_, &req_arena, &res.base_, &res_arena);
                (void)nk_transport_reply(&t.base, &res.base_, &res_arena);
        }
}

/* --- client --- */

static hostile_ITarget_proxy proxy;

static void connect_to(NkKosTransport *t) {
        if (NkKosTransport_Init(t, ServiceLocatorConnect("first"), NK_NULL, 0) != NK_EOK)
                exit(94);
        hostile_ITarget_proxy_init(&proxy, &t->base, 0);
}

static nk_err_t call_put(void) {
        hostile_ITarget_Put_req req = {.value = 41};
        hostile_ITarget_Put_res res = {.slot = 0};
        nk_err_t err = hostile_ITarget_Put(&proxy.base, &req, NULL, &res, NULL);

        return err == NK_EOK && res.slot != 42 ? NK_EBADMSG : err;
}

static void stop(const char *where, long number) {
        sigset_t set;
        int sig;

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        say(where, number);
        (void)sigwait(&set, &sig);
}

static void call_until(long n) {
        long n_had = 0, n_failed = 0;

        while (n_had < n) {
                nk_err_t err = call_put();

                n_had += err == NK_EOK;
                if (err == NK_EOK && n_had == n / 2)
                        stop("half after", n_failed);
                if (err == NK_EOK)
                        continue;
                if (err != NK_ENOTCONN)
                        say("unexpected error", err);
                n_failed++;
                (void)sched_yield();
        }
        stop("all after", n_failed);
}

static void *call_for_ever(void *unused) {
        (void)unused;
        for (;;)
                if (call_put() != NK_EOK)
                        (void)sched_yield();
        return NULL;
}

static int burst(void) {
        pthread_t thread;

        for (int i = 0; i < BURST; i++)
                if (pthread_create(&thread, NULL, call_for_ever, NULL) != 0)
                        return 93;
        for (long n = 0;;)
                if (call_put() == NK_EOK)
                        say("answered", n++);
                else
                        (void)sched_yield();
}

int main(int argc, char **argv) {
        NkKosTransport t;
        long n = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

        if (argc < 2)
                return 90;
        if (strcmp(argv[1], "serve") == 0)
                return serve(n);
        if (strcmp(argv[1], "leave") == 0)
                return 7;
        connect_to(&t);
        if (strcmp(argv[1], "burst") == 0)
                return burst();
        if (strcmp(argv[1], "call") == 0)
                call_until(n);
        if (strcmp(argv[1], "visit") != 0)
                return 0;
        for (long i = 0; i < n; i++)
                if (call_put() != NK_EOK)
                        say("a new life could not call", i);
        die();
}
