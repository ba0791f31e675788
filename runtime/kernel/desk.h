/* SPDX-License-Identifier: MIT */
/*
 * Desk: where the processes of a running solution call kl.core.Core, and where the handles in their messages
 * change hands.
 *
 * Between core (what the calls do), the judge (whether they may) and the relay (how they come and go).
 * Everything here is called under the relay's lock, by its thread or by whoever has taken the lock. A
 * process has its handles from the start of the solution until it dies, and others when it lives again.
 */
#pragma once

#include "core/carry.h"
#include "core/core.h"
#include "judge.h"
#include "mails.h"
#include "orders.h"
#include "transport/relay.h"

typedef struct Desk Desk;

/* Borrows everything. judge NULL: there is no policy, everything is granted. 0, -ENOMEM or a negative errno
 * of the timer. */
typedef struct DeskPlan {
        const Solution *sol;
        Mails *mails;
        Judge *judge;
        Relay *relay;
        CoreChannels channels;
} DeskPlan;
int desk_new(const DeskPlan *plan, Desk **ret_desk);
/* The relay has stopped. */
Desk *desk_free(Desk *d);

/* The table in which a task is told of its handles at others, borrowed; an empty one: it is not told. Before
 * anybody has handles. */
void desk_seat(Desk *d, uint32_t task, const HeldTable *held);

/* The leg of a task to kl.core.Core: *plan gets what the desk knows of it. desk_opened: the route it became.
 */
void desk_plan(Desk *d, uint32_t task, RelayPlan *plan);
void desk_opened(Desk *d, uint32_t task, RelayRoute *route);

/* Handles of a message between two tasks: before it is judged, after it was granted, when it comes back.
 * message: private copy, verified. *ret_why: not NULL, why the handles may not go. */
void desk_look(Desk *d, uint32_t from, uint32_t to, const ShapeTable *table, const ShapeMessage *shape,
        const struct nk_message *message, Carry *ret_carry, const char **ret_why);
bool desk_move(Desk *d, uint32_t from, uint32_t to, Carry *carry, struct nk_message *message);
void desk_take_back(Desk *d, uint32_t to, Carry *carry);

/* What processes want done with others, and what came of it. */
Orders *desk_orders(Desk *d);
void desk_started(Desk *d, uint32_t task, Retcode rc);
/* Before desk_task_died; status: as of waitpid(2). */
void desk_ended(Desk *d, uint32_t task, int status);
void desk_task_died(Desk *d, uint32_t task);
/* It lives again, or is created to do so: it has nothing, and is nobody's peer. 0, -ENOMEM. */
int desk_renew(Desk *d, uint32_t task);

/* What a process has in its table, and has made that anybody still has; what all have. */
typedef struct DeskHoldings {
        uint32_t n_handles; /* revoked ones included */
        uint32_t n_objects;
} DeskHoldings;
DeskHoldings desk_count_task(const Desk *d, uint32_t task);
HtreeCounts desk_count(const Desk *d);
uint32_t desk_count_waiting(const Desk *d);

/* Ready to read when a call has waited long enough: then desk_expire. */
int desk_timer_fd(const Desk *d);
void desk_expire(Desk *d);
