/* SPDX-License-Identifier: MIT */
/*
 * Server: several threads receive from one listener.
 *
 * Shows what is shared and what is not. The listener, the class object and the implementation are
 * shared; a transport, the messages and the arenas belong to one thread. A reply goes to the
 * sender of the request that the same transport received last.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <fan/Server.edl.h>

#define MAX_THREADS 16u

/* The interface comes first, so that a method finds the whole from its `self`. */
struct Counter {
        struct fan_ICounter base;
        pthread_mutex_t lock; /* guards what follows */
        nk_uint64_t sum;
        nk_uint32_t n_calls;
        nk_uint32_t n_done;
};

struct Service {
        Handle listener;
        struct fan_Server_entity entity;
};

static nk_err_t add(struct fan_ICounter *self, const struct fan_ICounter_Add_req *req,
        const struct nk_arena *req_arena, struct fan_ICounter_Add_res *res, struct nk_arena *res_arena) {
        struct Counter *counter = (struct Counter *)self;

        (void)req_arena;
        (void)res_arena;
        pthread_mutex_lock(&counter->lock);
        counter->sum += req->value;
        counter->n_calls++;
        pthread_mutex_unlock(&counter->lock);

        res->square = (nk_uint64_t)req->value * req->value;
        return NK_EOK;
}

static nk_err_t done(struct fan_ICounter *self, const struct fan_ICounter_Done_req *req,
        const struct nk_arena *req_arena, struct fan_ICounter_Done_res *res, struct nk_arena *res_arena) {
        struct Counter *counter = (struct Counter *)self;

        (void)req;
        (void)req_arena;
        (void)res_arena;
        pthread_mutex_lock(&counter->lock);
        res->clients = ++counter->n_done;
        if (counter->n_done == fan_ICounter_Clients)
                fprintf(stderr, "%u clients, %u calls, sum %llu\n", counter->n_done, counter->n_calls,
                        (unsigned long long)counter->sum);
        pthread_mutex_unlock(&counter->lock);
        return NK_EOK;
}

/* One thread's loop. No message of this interface needs an arena. */
static void *serve(void *arg) {
        struct Service *service = arg;
        fan_Server_entity_req req;
        fan_Server_entity_res res;
        NkKosTransport transport;

        NkKosTransport_Init(&transport, service->listener, NK_NULL, 0);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return NULL;
                (void)fan_Server_entity_dispatch(&service->entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}

/* Returns when no thread serves any more. */
static int serve_with(struct Service *service, unsigned long n_threads) {
        pthread_t threads[MAX_THREADS];
        unsigned long n_started = 0;
        unsigned long i;

        while (n_started < n_threads && pthread_create(&threads[n_started], NULL, serve, service) == 0)
                n_started++;
        if (n_started == 0)
                fprintf(stderr, "no thread could be started\n");
        for (i = 0; i < n_started; i++)
                pthread_join(threads[i], NULL);
        return EXIT_FAILURE;
}

int main(int argc, const char *argv[]) {
        static const struct fan_ICounter_ops ops = {.Add = add, .Done = done};
        struct Counter counter = {.base = {.ops = &ops}, .lock = PTHREAD_MUTEX_INITIALIZER};
        struct Service service;
        unsigned long n_threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
        ServiceId id;

        if (n_threads < 1 || n_threads > MAX_THREADS) {
                fprintf(stderr, "usage: Server THREADS, with 1 to %u threads\n", MAX_THREADS);
                return EXIT_FAILURE;
        }
        service.listener = ServiceLocatorRegister("counter", NULL, 0, &id);
        if (service.listener == INVALID_HANDLE) {
                fprintf(stderr, "nobody was given the channel \"counter\"\n");
                return EXIT_FAILURE;
        }
        fan_Server_entity_init(&service.entity, &counter.base);

        return serve_with(&service, n_threads);
}
