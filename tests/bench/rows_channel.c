/* SPDX-License-Identifier: MIT */
/*
 * The transport alone: a direct channel with its waiting, but no types, no check, no dispatcher.
 * The distance to the full row is the price of marshalling and verification.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nk/types.h>

#include "transport/chan.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

typedef struct Channels {
        int n;
        int status_fd, status_ro_fd, ear_fd;
        int mem[BENCH_CLIENTS_MAX], bell[BENCH_CLIENTS_MAX];
} Channels;

static void must(int r, const char *what) {
        if (r == 0)
                return;
        (void)fprintf(stderr, "%s: %d\n", what, r);
        _exit(3);
}

static void *channel_setup(int n_clients) {
        Channels *c = calloc(1, sizeof *c);

        c->n = n_clients;
        must(chan_status_create(&c->status_fd, &c->status_ro_fd), "chan_status_create");
        must(chan_ear_create(&c->ear_fd), "chan_ear_create");
        for (int i = 0; i < n_clients; i++) {
                must(chan_mem_create(&c->mem[i]), "chan_mem_create");
                must(chan_bell_create(&c->bell[i]), "chan_bell_create");
                must(chan_ear_add(c->ear_fd, c->bell[i]), "chan_ear_add");
        }
        return c;
}

static void channel_teardown(void *ctx) {
        Channels *c = ctx;

        (void)close(c->status_fd);
        (void)close(c->status_ro_fd);
        (void)close(c->ear_fd);
        for (int i = 0; i < c->n; i++) {
                (void)close(c->mem[i]);
                (void)close(c->bell[i]);
        }
        free(c);
}

static void channel_serve(void *ctx) {
        Channels *c = ctx;
        char *room = calloc(1, CHAN_MESSAGE_MAX);
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        Listener *l;

        must(listener_new(c->status_fd, 0, c->ear_fd, &l), "listener_new");
        for (int i = 0; i < c->n; i++)
                must(listener_add(l, c->mem[i], NULL), "listener_add");
        for (;;) {
                struct nk_message msg[4];
                ChanIn in = {.msg = msg, .msg_max = sizeof msg, .arena = room, .arena_max = CHAN_MESSAGE_MAX};
                ChanOut out = {.msg = msg, .msg_size = HEAD + BENCH_REPLY};
                ChanRequest request;

                must(listener_recv(l, &in, &wait, &request), "listener_recv");
                must(listener_reply(l, &request, &out, 0), "listener_reply");
        }
}

static void *channel_open(void *ctx, int client) {
        Channels *c = ctx;
        ChanClient *conn;

        must(chan_client_new(c->mem[client], c->bell[client], c->status_ro_fd, 0, NULL, 0, &conn),
                "chan_client_new");
        return conn;
}

/* Up to 64 bytes travel in the constant part, as scalars would. */
static void channel_call(void *conn, const char *request, size_t size, char *reply) {
        struct nk_message msg[4] = {{.size = HEAD}}, res[4];
        bool small = size <= sizeof msg - HEAD;
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        ChanOut out = {.msg = msg, .msg_size = HEAD};
        ChanIn in = {.msg = res, .msg_max = sizeof res};
        int32_t status;

        if (small) {
                memcpy(&msg[1], request, size);
                out.msg_size += (uint32_t)size;
        } else {
                out.arena = request;
                out.arena_size = (uint32_t)size;
        }
        must(chan_call(conn, &out, &in, &wait, &status), "chan_call");
        memcpy(reply, &res[1], BENCH_REPLY);
}

const BenchRow row_channel = {.name = "caisson channel alone",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = channel_setup,
        .serve = channel_serve,
        .open = channel_open,
        .call = channel_call,
        .teardown = channel_teardown};
