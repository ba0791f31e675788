/* SPDX-License-Identifier: MIT */
/*
 * Mediator: from routes to tasks, and from the relay's messages to the judge's.
 */
#include "mediator.h"

#include <errno.h>
#include <stdlib.h>

#include <nk/types.h>
#include <nkc.h>
#include <rtl/retcode.h>

#include "judge_message.h"

/* --- ways --- */

static ChanWay way_of(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        static const ChanWay ways[] = {[JUDGE_DIRECT] = CHAN_WAY_DIRECT,
                [JUDGE_USE] = CHAN_WAY_USE,
                [JUDGE_STRAIGHT] = CHAN_WAY_STRAIGHT,
                [JUDGE_BOTH] = CHAN_WAY_JUDGED};

        return ways[judge_path(arg, client, server, riid, mid)];
}

static bool asks_kernel(void *arg, uint32_t task) {
        return judge_asks_kernel(arg, task);
}

/* Without a policy nothing but handles needs the kernel process. */
static ChanWay way_without_policy(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        const Solution *sol = arg;
        const ShapeMethod *method = judge_find_method(sol->tasks[server].class->shape, riid, mid);

        (void)client;
        if (!method || method->res.n_handles > 0 || method->err.n_handles > 0)
                return CHAN_WAY_JUDGED;
        return method->req.n_handles > 0 ? CHAN_WAY_USE : CHAN_WAY_DIRECT;
}

static bool anybody_asks(void *arg, uint32_t task) {
        (void)arg;
        (void)task;
        return true;
}

ChannelsPolicy mediator_policy(Judge *judge, const Solution *sol) {
        if (judge)
                return (ChannelsPolicy){
                        .way = way_of, .asks_kernel = asks_kernel, .has_rules = true, .arg = judge};
        return (ChannelsPolicy){
                .way = way_without_policy, .asks_kernel = anybody_asks, .arg = (void *)(uintptr_t)sol};
}

/* --- messages --- */

static JudgeMessage to_judge(const RelayMessage *m) {
        return (JudgeMessage){.riid = m->riid,
                .mid = m->mid,
                .message = m->message,
                .arena = m->arena,
                .message_size = m->message_size,
                .arena_size = m->arena_size,
                .malformed = m->malformed};
}

/* Handles that may not go make a message malformed: it is denied, and the audit says why. */
static void look_at_handles(const MediatorRoute *r, uint32_t from, uint32_t to, const ShapeMessage *shape,
        JudgeMessage *message) {
        Mediator *m = r->mediator;

        m->carry = CARRY_NULL;
        if (message->malformed || !shape || message->message_size < shape->size)
                return; /* the last is an answer that is only a code */
        desk_look(m->desk, from, to, r->shape, shape, message->message, &m->carry, &message->malformed);
        message->sids = m->carry.sids;
}

static bool judge_route_request(void *arg, const RelayMessage *m) {
        const MediatorRoute *r = arg;
        const ShapeMethod *method = judge_find_method(r->shape, m->riid, m->mid);
        JudgeMessage message = to_judge(m);

        look_at_handles(r, r->client, r->server, method ? &method->req : NULL, &message);
        return judge_request(r->mediator->judge, r->client, r->server, &message) && !message.malformed;
}

static bool judge_route_response(void *arg, bool is_error, const RelayMessage *m) {
        const MediatorRoute *r = arg;
        const ShapeMethod *method = judge_find_method(r->shape, m->riid, m->mid);
        const ShapeMessage *shape = !method ? NULL : is_error ? &method->err : &method->res;
        JudgeMessage message = to_judge(m);

        look_at_handles(r, r->server, r->client, shape, &message);
        return judge_response(r->mediator->judge, r->server, r->client, is_error, &message) &&
               !message.malformed;
}

static bool has_either_died(void *arg) {
        const MediatorRoute *r = arg;
        Judge *judge = r->mediator->judge;

        return judge_is_dead(judge, r->client) || judge_is_dead(judge, r->server);
}

/* Kept until the slot is used again, should the receiver turn out not to receive them. */
static bool deliver_handles(void *arg, uint32_t slot, bool is_answer, struct nk_message *message) {
        const MediatorRoute *r = arg;
        Mediator *m = r->mediator;
        uint32_t from = is_answer ? r->server : r->client;
        uint32_t to = is_answer ? r->client : r->server;
        bool is_moved = desk_move(m->desk, from, to, &m->carry, message);

        if (!r->moved)
                return is_moved;
        r->moved[slot].request = is_moved && !is_answer ? m->carry : CARRY_NULL;
        r->moved[slot].answer = is_moved && is_answer ? m->carry : CARRY_NULL;
        return is_moved;
}

static void take_back_handles(void *arg, uint32_t slot, bool is_answer) {
        const MediatorRoute *r = arg;

        if (!r->mediator->desk)
                return; /* the solution has ended, and with the desk all handles */
        if (r->moved && is_answer)
                desk_take_back(r->mediator->desk, r->client, &r->moved[slot].answer);
        else if (r->moved)
                desk_take_back(r->mediator->desk, r->server, &r->moved[slot].request);
}

static void report_forbidden(void *arg, uint16_t riid, uint16_t mid) {
        const MediatorRoute *r = arg;

        judge_forbidden_direct(r->mediator->judge, r->client, r->server, riid, mid);
}

/* An event of the security interface: the answer is the decision, and a header when it is granted. */
static void serve_security(void *arg, RelayRoute *route, uint32_t slot, const RelayMessage *m) {
        const MediatorRoute *r = arg;
        const JudgeMessage message = to_judge(m);
        struct nk_message head = {.size = sizeof head, .iid = m->riid, .mid = m->mid};
        const ChanOut out = {.msg = &head, .msg_size = sizeof head};
        bool is_granted = judge_security(r->mediator->judge, r->client, &message) && !m->malformed;

        (void)relay_answer(r->mediator->relay, route, slot, is_granted ? &out : NULL,
                is_granted ? rcOk : rcSecurityDisallow);
}

/* --- routes --- */

/* Adds the route that the plan describes; *r is what the judge's functions get. */
static int open_route(Mediator *m, MediatorRoute *r, RelayPlan *plan) {
        static const RelayJudge judge = {.request = judge_route_request,
                .has_ended = has_either_died,
                .response = judge_route_response,
                .forbidden = report_forbidden,
                .deliver = deliver_handles,
                .withdrawn = take_back_handles};

        if (judge_handles_room(r->shape) > 0) {
                r->moved = calloc(CHAN_SLOTS, sizeof *r->moved);
                if (!r->moved)
                        return -ENOMEM;
        }
        plan->judge = &judge;
        plan->arg = r;
        return relay_add(m->relay, plan, &r->route);
}

static int add_channel(Mediator *m, MediatorRoute *r, Channel *channel) {
        const ChannelServer *server = &m->channels->servers[channel->sol->server];
        RelayPlan plan = {.client_fd = channel->client_fd,
                .server_fd = channel->server_fd,
                .direct_fd = channel->mem_fd,
                .status_fd = server->status_ro_fd,
                .status_index = channel->sol->listener,
                .bell_fd = server->news_fds[channel->sol->listener],
                .shape = m->channels->sol->tasks[channel->sol->server].class->shape,
                .verdicts = channel->verdicts};
        int result;

        *r = (MediatorRoute){.mediator = m,
                .client = channel->sol->client,
                .server = channel->sol->server,
                .shape = plan.shape};
        if (!channel->has_judged)
                return 0;
        result = open_route(m, r, &plan);
        if (result == 0)
                channel->route = r->route;
        return result;
}

static void free_route(void *arg) {
        MediatorRoute *r = arg;

        free(r->moved);
        free(r);
}

int mediator_add(Mediator *m, uint32_t client, uint32_t server, RelayPlan *plan, MediatorRoute **ret_route) {
        MediatorRoute *r = calloc(1, sizeof *r);
        int result;

        if (!r)
                return -ENOMEM;
        *r = (MediatorRoute){.mediator = m, .client = client, .server = server, .shape = plan->shape};
        plan->removed = free_route;
        result = open_route(m, r, plan);
        if (result < 0)
                free_route(r);
        else
                *ret_route = r;
        return result;
}

void mediator_remove(MediatorRoute *r, uint32_t who) {
        relay_remove(r->mediator->relay, r->route, who);
}

static int add_security(Mediator *m, MediatorRoute *r, uint32_t task) {
        const RelayPlan plan = {.client_fd = m->channels->kernel.security_fds[task],
                .server_fd = -1,
                .direct_fd = -1,
                .status_fd = -1,
                .bell_fd = -1,
                .shape = m->channels->sol->tasks[task].class->security_shape,
                .serve = serve_security,
                .arg = r};

        *r = (MediatorRoute){.mediator = m, .client = task, .server = JUDGE_KERNEL};
        return plan.client_fd < 0 ? 0 : relay_add(m->relay, &plan, &r->route);
}

static int add_core(Mediator *m, uint32_t task) {
        RelayPlan plan = {.client_fd = m->channels->kernel.core_fds[task],
                .server_fd = -1,
                .direct_fd = -1,
                .status_fd = -1,
                .bell_fd = -1};
        int r;

        if (plan.client_fd < 0)
                return 0;
        desk_plan(m->desk, task, &plan);
        r = relay_add(m->relay, &plan, &m->core_routes[task]);
        if (r == 0)
                desk_opened(m->desk, task, m->core_routes[task]);
        return r;
}

static int add_routes(Mediator *m) {
        uint32_t n_tasks = m->channels->sol->n_tasks;
        int r = 0;

        m->routes = calloc((size_t)m->channels->n_channels + n_tasks + 1, sizeof *m->routes);
        m->core_routes = calloc((size_t)n_tasks + 1, sizeof(*m->core_routes));
        if (!m->routes || !m->core_routes)
                return -ENOMEM;
        for (uint32_t i = 0; r == 0 && i < m->channels->n_channels; i++)
                r = add_channel(m, &m->routes[m->n_routes++], &m->channels->list[i]);
        for (uint32_t i = 0; r == 0 && i < n_tasks; i++)
                r = add_security(m, &m->routes[m->n_routes++], i);
        for (uint32_t i = 0; r == 0 && i < n_tasks; i++)
                r = add_core(m, i);
        return r;
}

static int open_desk(Mediator *m) {
        const DeskPlan plan = {.sol = m->channels->sol,
                .mails = &m->channels->mails,
                .judge = m->judge,
                .relay = m->relay,
                .channels = links_ops(m->links)};

        return desk_new(&plan, &m->desk);
}

int mediator_start(Mediator *m, Channels *channels, const struct Procs *procs, Judge *judge) {
        int r;

        *m = (Mediator){.judge = judge, .channels = channels};
        r = relay_new(channels->kernel.status_fd, channels->kernel.ear_fd, &m->relay);
        if (r < 0)
                return r;
        channels->kernel.ear_fd = -1; /* the relay's now */
        channels->kernel.status_fd = -1;
        r = links_new(m, channels, procs, &m->links);
        if (r == 0)
                r = open_desk(m);
        for (uint32_t i = 0; r == 0 && i < channels->n_servers; i++)
                desk_seat(m->desk, i, &channels->servers[i].held);
        if (r == 0)
                r = add_routes(m);
        if (r == 0)
                r = relay_start(m->relay);
        if (r < 0)
                mediator_stop(m);
        return r;
}

void mediator_stop(Mediator *m) {
        if (m->channels)
                for (uint32_t i = 0; i < m->channels->n_channels; i++)
                        m->channels->list[i].route = NULL;
        if (m->relay)
                relay_stop(m->relay);
        m->desk = desk_free(m->desk);
        m->relay = relay_free(m->relay);
        links_free(m->links);
        for (uint32_t i = 0; i < m->n_routes; i++)
                free(m->routes[i].moved);
        free(m->routes);
        free(m->core_routes);
        *m = MEDIATOR_NULL;
}

void mediator_task_died(Mediator *m, uint32_t task, int status) {
        for (uint32_t i = 0; i < m->n_routes; i++) {
                MediatorRoute *r = &m->routes[i];

                if (!r->route || (r->client != task && r->server != task))
                        continue;
                relay_end(m->relay, r->route, r->client == task ? CHAN_CLIENT_GONE : CHAN_SERVER_GONE);
        }
        if (!m->relay)
                return;
        if (m->core_routes[task])
                relay_end(m->relay, m->core_routes[task], CHAN_CLIENT_GONE);
        relay_lock(m->relay);
        desk_ended(m->desk, task, status);
        desk_task_died(m->desk, task);
        links_task_died(m->links, task);
        relay_unlock(m->relay);
}

/* Nothing of the old life is left but the routes, which have ended. */
static void remove_routes(Mediator *m, uint32_t task) {
        MediatorRoute *security = &m->routes[m->channels->n_channels + task];

        if (m->core_routes[task])
                relay_remove(m->relay, m->core_routes[task], CHAN_CLIENT_GONE);
        m->core_routes[task] = NULL;
        if (security->route)
                relay_remove(m->relay, security->route, CHAN_CLIENT_GONE);
        security->route = NULL;
}

int mediator_renew(Mediator *m, uint32_t task) {
        int r;

        remove_routes(m, task);
        relay_lock(m->relay);
        links_renew(m->links, task);
        r = desk_renew(m->desk, task);
        if (r == 0)
                desk_seat(m->desk, task, &m->channels->servers[task].held);
        relay_unlock(m->relay);
        if (r == 0)
                r = relay_hear(m->relay, m->channels->kernel.bell_fds[task]);
        if (r == 0)
                r = add_security(m, &m->routes[m->channels->n_channels + task], task);
        return r ? r : add_core(m, task);
}

int mediator_orders_fd(const Mediator *m) {
        return m->desk ? desk_orders(m->desk)->fd : -1;
}

uint8_t mediator_take_order(Mediator *m, uint32_t *ret_task) {
        uint8_t order;

        relay_lock(m->relay);
        order = orders_take(desk_orders(m->desk), ret_task);
        relay_unlock(m->relay);
        return order;
}

void mediator_started(Mediator *m, uint32_t task, bool has_started) {
        relay_lock(m->relay);
        desk_started(m->desk, task, has_started ? rcOk : rcFail);
        if (!has_started)
                links_not_renewed(m->links, task);
        relay_unlock(m->relay);
}

int mediator_timer_fd(const Mediator *m) {
        return m->desk ? desk_timer_fd(m->desk) : -1;
}

void mediator_expire(Mediator *m) {
        relay_lock(m->relay);
        desk_expire(m->desk);
        relay_unlock(m->relay);
}

uint32_t mediator_late_calls(void *arg, LinkCall *ret_calls, uint32_t n_max) {
        const Mediator *m = arg;
        uint32_t n;

        if (!m->relay)
                return 0;
        relay_lock(m->relay);
        n = links_calls(m->links, ret_calls, n_max);
        relay_unlock(m->relay);
        return n;
}
