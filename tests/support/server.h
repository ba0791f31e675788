/* SPDX-License-Identifier: MIT */
/*
 * The server side of a test: step by step in the test's own thread, or in threads that serve
 * whatever comes.
 */
#pragma once

#include <pthread.h>

#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/syscalls.h>

#include "keeper.h"

/* Buffers of a server, ready to be used again and again. */
typedef struct Server {
        Keeper_component_req req;
        Keeper_component_res res;
        struct nk_arena req_arena, res_arena;
        char req_buffer[KEEPER_KEY_SIZE], res_buffer[KEEPER_KEY_SIZE];
        SMsgHdr in, out; /* bound to the above */
        Keeper_component keeper;
} Server;

void t_server_init(Server *s);
/* Resets the buffers and receives. */
Retcode t_server_recv(Server *s, Handle listener, uint32_t timeout_ms, Handle sync);
/* Receives, and asserts that it did. */
void t_server_take(Server *s, Handle listener);
nk_err_t t_server_dispatch(Server *s);
/* Serves one request and asserts that all went well. */
void t_server_serve(Server *s, Handle listener);

#define T_SERVING_MAX 4

/* A thread in NkKosDoDispatch. */
typedef struct ServingThread {
        struct Serving *serving;
        pthread_t thread;
        _Atomic int tid; /* 0 until it runs */
        nk_err_t result; /* why it ended; after t_serving_join */
} ServingThread;

typedef struct Serving {
        Handle listener;
        Keeper_component keeper;
        NkKosDispatchInfo info;
        uint32_t n_threads;
        ServingThread threads[T_SERVING_MAX];
} Serving;

void t_serving_start(Serving *s, Handle listener, uint32_t n_threads);
/* Waits for the end of the threads, which somebody must have caused. */
void t_serving_join(Serving *s);
/* Closes the listener and joins. */
void t_serving_end(Serving *s);
