/* SPDX-License-Identifier: MIT */
/*
 * Mediator: the relay of a running solution, with the judge behind it.
 *
 * The judge says which way each method takes before anything runs (mediator_policy); the mediator
 * takes over the legs that lead to the kernel process, runs the relay's thread while the solution
 * runs, and answers calls to the kernel process itself: those of security interfaces, and through the desk
 * those of kl.core.Core.
 */
#pragma once

#include "channels.h"
#include "desk.h"
#include "judge.h"
#include "links.h"
#include "transport/relay.h"

/* Handles that a call has moved, should they have to go back. */
typedef struct MediatorMoved {
        Carry request, answer;
} MediatorMoved;

/* What a route's messages are judged as. */
typedef struct MediatorRoute {
        struct Mediator *mediator;
        uint32_t client, server; /* tasks; server == JUDGE_KERNEL: calls to the kernel process */
        RelayRoute *route;       /* NULL: nothing to judge */
        const ShapeTable *shape; /* of the server's class */
        MediatorMoved *moved;    /* in each slot; NULL: no method has any */
} MediatorRoute;

typedef struct Mediator {
        Judge *judge; /* NULL: there is no policy, everything is granted */
        Relay *relay; /* NULL: nothing has started */
        Channels *channels;
        Links *links;
        Desk *desk;            /* NULL with the relay */
        MediatorRoute *routes; /* of the channels, then of the tasks' security interfaces */
        uint32_t n_routes;
        RelayRoute **core_routes; /* per task, to kl.core.Core; NULL: it may call nothing */
        Carry carry;              /* of the message at hand, from its judgement to its delivery */
} Mediator;

#define MEDIATOR_NULL ((Mediator){.relay = NULL})

/* What decides the ways of calls, borrowed. judge == NULL: there is no policy, and only what has handles goes
 * through the kernel process. */
ChannelsPolicy mediator_policy(Judge *judge, const Solution *sol);

/* Takes the legs of all channels over and starts the thread, when every process has been forked and before
 * channels_all_started(). 0, or a negative errno and nothing is left. */
int mediator_start(Mediator *m, Channels *channels, const struct Procs *procs, Judge *judge);
/* Stops the thread and ends every route. */
void mediator_stop(Mediator *m);
/* Ends the routes of a dead task, and closes its handles. status: as of waitpid(2). */
void mediator_task_died(Mediator *m, uint32_t task, int status);

/* A process of a dead task is to be started again, and channels_renew has made what it is born with: takes
 * its legs over. 0, or a negative errno: mediator_task_died clears up. */
int mediator_renew(Mediator *m, uint32_t task);

/* Ready to read when processes want others started or ended; -1: nobody can. Then the next order (orders.h),
 * or 0, and what came of a start. */
int mediator_orders_fd(const Mediator *m);
uint8_t mediator_take_order(Mediator *m, uint32_t *ret_task);
void mediator_started(Mediator *m, uint32_t task, bool has_started);

/* A route for a channel that is made now: plan has its legs, its shape, its verdicts. Under the relay's lock,
 * as mediator_remove, after which it is not to be used any more; who: CHAN_*_GONE. 0, or a negative errno. */
int mediator_add(Mediator *m, uint32_t client, uint32_t server, RelayPlan *plan, MediatorRoute **ret_route);
void mediator_remove(MediatorRoute *r, uint32_t who);

/* Ready to read when calls that wait in the kernel process have waited long enough: then mediator_expire. -1:
 * nothing waits. */
int mediator_timer_fd(const Mediator *m);
void mediator_expire(Mediator *m);

/* As links_calls; arg: a Mediator. */
uint32_t mediator_late_calls(void *arg, LinkCall *ret_calls, uint32_t n_max);
