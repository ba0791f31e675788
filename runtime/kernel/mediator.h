/* SPDX-License-Identifier: MIT */
/*
 * Mediator: the relay of a running solution, with the judge behind it.
 *
 * The judge says which way each method takes before anything runs (mediator_policy); the mediator
 * takes over the legs that lead to the kernel process, runs the relay's thread while the solution
 * runs, and answers calls to the kernel process itself: those of security interfaces.
 */
#pragma once

#include "channels.h"
#include "judge.h"
#include "transport/relay.h"

/* What a route's messages are judged as. */
typedef struct MediatorRoute {
        struct Mediator *mediator;
        uint32_t client, server; /* tasks; server == JUDGE_KERNEL: calls to the kernel process */
        RelayRoute *route;       /* NULL: nothing to judge */
} MediatorRoute;

typedef struct Mediator {
        Judge *judge;
        Relay *relay; /* NULL: there is no policy, or nothing has started */
        Channels *channels;
        MediatorRoute *routes; /* of the channels, then of the tasks' security interfaces */
        uint32_t n_routes;
} Mediator;

#define MEDIATOR_NULL ((Mediator){.relay = NULL})

/* What decides the ways of calls. judge == NULL: there is no policy. */
ChannelsPolicy mediator_policy(Judge *judge);

/* Takes the legs of all channels over and starts the thread, when every process has been forked and before
 * channels_all_started(). Without a judge it does nothing. 0, or a negative errno and nothing is left. */
int mediator_start(Mediator *m, Channels *channels, Judge *judge);
/* Stops the thread and ends every route. */
void mediator_stop(Mediator *m);
/* Ends the routes of a dead task. */
void mediator_task_died(Mediator *m, uint32_t task);
