/* SPDX-License-Identifier: MIT */
/*
 * Trio: client, relay and server of one channel in this process, and all legs as a hostile end sees them.
 *
 * The class is demo.Keeper. The judge records what it is asked, and denies what it is told to. The relay's
 * thread runs only after trio_start(); before that a test says by trio_turn() when it looks.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "support/keeper.h"
#include "transport/chan_mem.h"
#include "transport/relay.h"

#define TRIO_ARENA 64u

typedef struct Trio {
        Listener *listener;
        ChanClient *client;
        Relay *relay;
        RelayRoute *route;
        ChanHeader *direct, *from_client, *to_server; /* the three legs; direct may be NULL */
        ChanVerdicts *verdicts;
        const ShapeTable *shape;
        ChanWay put_way, others_way;
        ChanKernel ends[2]; /* client's and server's */
        int status_fd, status_ro, kernel_status_ro, news;

        bool deny_request, deny_response;
        _Atomic uint32_t n_requests, n_responses, n_forbidden, n_malformed;
        bool has_ended; /* one of the two has died, if somebody asks */
        bool last_was_error;
        uint32_t forbidden;             /* RIID << 16 | MID */
        void (*meddle)(struct Trio *t); /* called while the judge decides */

        bool deny_delivery;                        /* after the judge has granted */
        uint32_t put_in_place;                     /* value of a delivered request; 0: as it was */
        _Atomic uint32_t n_delivered, n_withdrawn; /* both directions, requests alone */
        _Atomic uint32_t n_answers_delivered, n_answers_withdrawn;
        uint32_t last_slot;
} Trio;

/* Put takes `put_way`, the other methods `others_way`. All of these assert. */
void trio_open(Trio *t, ChanWay put_way, ChanWay others_way);
/* Another class, whose method 0 of endpoint 0 uses handles, and the others are judged. The client has that
 * seat. */
void trio_open_use(Trio *t, const ShapeTable *shape, const HeldTable *held, uint32_t seat);
void trio_close(Trio *t);
void trio_start(Trio *t);
/* Looks until there was something to do. */
void trio_turn(Trio *t);
/* Looks while there is something. */
void trio_settle(Trio *t);

/* A call of Put by a thread of its own. */
typedef struct TrioCall {
        pthread_t thread;
        Trio *trio;
        ChanWait wait;
        uint16_t iid, mid;
        uint32_t value;
        nk_ptr_t key; /* what the message says about it; the arena holds "key" */
        int result;
        _Atomic bool is_done;
        int32_t status;
        Keeper_Put_res res;
        char arena[TRIO_ARENA];
} TrioCall;

TrioCall trio_put(Trio *t, uint32_t value);
void trio_call_start(TrioCall *c);
void trio_call_join(TrioCall *c);
void trio_call(TrioCall *c);

/* One request of the server. */
typedef struct TrioServed {
        ChanRequest request;
        Keeper_Put_req req;
        char arena[TRIO_ARENA];
        int result;
} TrioServed;

int trio_take(Trio *t, uint32_t timeout_ms, TrioServed *s);
/* Answers Put with value + 1, the other methods with nothing. */
int trio_answer(Trio *t, TrioServed *s);
/* The same by a thread, because a judged answer waits for the relay. */
typedef struct TrioAnswer {
        pthread_t thread;
        Trio *trio;
        TrioServed *served;
        int result;
        _Atomic bool is_done;
} TrioAnswer;
void trio_answer_start(TrioAnswer *a);
int trio_answer_join(TrioAnswer *a);

/* A server thread that answers until the listener ends. */
typedef struct TrioServer {
        pthread_t thread;
        Trio *trio;
        uint32_t n_served;
} TrioServer;
void trio_serve_start(TrioServer *s);
void trio_serve_end(TrioServer *s);

/* --- steps of a case --- */

/* From the client's post to the server's receipt; the relay looks meanwhile. False: its time was over
 * first. */
bool trio_try_hand_over(Trio *t, TrioCall *c, TrioServed *s);
void trio_hand_over(Trio *t, TrioCall *c, TrioServed *s);
/* Until the client has posted, and nobody has looked yet. */
void trio_await_post(Trio *t);
/* Answers; the relay looks meanwhile. */
int trio_answer_judged(Trio *t, TrioServed *s);

/* The call has ended so. */
void trio_expect_ok(const TrioCall *c);
void trio_expect_status(const TrioCall *c, int32_t status);
