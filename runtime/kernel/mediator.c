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

/* --- ways --- */

static ChanWay way_of(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid) {
        static const ChanWay ways[] = {[JUDGE_DIRECT] = CHAN_WAY_DIRECT,
                [JUDGE_STRAIGHT] = CHAN_WAY_STRAIGHT,
                [JUDGE_BOTH] = CHAN_WAY_JUDGED};

        return ways[judge_path(arg, client, server, riid, mid)];
}

ChannelsPolicy mediator_policy(Judge *judge) {
        return judge ? (ChannelsPolicy){.way = way_of, .arg = judge} : CHANNELS_DIRECT;
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

static bool judge_route_request(void *arg, const RelayMessage *m) {
        const MediatorRoute *r = arg;
        const JudgeMessage message = to_judge(m);

        return judge_request(r->mediator->judge, r->client, r->server, &message);
}

static bool judge_route_response(void *arg, bool is_error, const RelayMessage *m) {
        const MediatorRoute *r = arg;
        const JudgeMessage message = to_judge(m);

        return judge_response(r->mediator->judge, r->server, r->client, is_error, &message);
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

static int add_channel(Mediator *m, MediatorRoute *r, Channel *channel) {
        static const RelayJudge judge = {.request = judge_route_request,
                .response = judge_route_response,
                .forbidden = report_forbidden};
        const ChannelServer *server = &m->channels->servers[channel->sol->server];
        const RelayPlan plan = {.client_fd = channel->client_fd,
                .server_fd = channel->server_fd,
                .direct_fd = channel->mem_fd,
                .status_fd = server->status_ro_fd,
                .status_index = channel->sol->listener,
                .bell_fd = server->news_fds[channel->sol->listener],
                .shape = m->channels->sol->tasks[channel->sol->server].class->shape,
                .verdicts = channel->verdicts,
                .judge = &judge,
                .arg = r};
        int result;

        *r = (MediatorRoute){.mediator = m, .client = channel->sol->client, .server = channel->sol->server};
        if (!channel->has_judged)
                return 0;
        result = relay_add(m->relay, &plan, &r->route);
        if (result == 0)
                channel->route = r->route;
        return result;
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

static int add_routes(Mediator *m) {
        uint32_t n_tasks = m->channels->sol->n_tasks;
        int r = 0;

        m->routes = calloc((size_t)m->channels->n_channels + n_tasks + 1, sizeof *m->routes);
        if (!m->routes)
                return -ENOMEM;
        for (uint32_t i = 0; r == 0 && i < m->channels->n_channels; i++)
                r = add_channel(m, &m->routes[m->n_routes++], &m->channels->list[i]);
        for (uint32_t i = 0; r == 0 && i < n_tasks; i++)
                r = add_security(m, &m->routes[m->n_routes++], i);
        return r;
}

int mediator_start(Mediator *m, Channels *channels, Judge *judge) {
        int r;

        *m = (Mediator){.judge = judge, .channels = channels};
        if (!judge)
                return 0;
        r = relay_new(channels->kernel.status_fd, channels->kernel.ear_fd, &m->relay);
        if (r < 0)
                return r;
        channels->kernel.ear_fd = -1; /* the relay's now */
        channels->kernel.status_fd = -1;
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
        m->relay = relay_free(m->relay);
        free(m->routes);
        *m = MEDIATOR_NULL;
}

void mediator_task_died(Mediator *m, uint32_t task) {
        for (uint32_t i = 0; i < m->n_routes; i++) {
                MediatorRoute *r = &m->routes[i];

                if (!r->route || (r->client != task && r->server != task))
                        continue;
                relay_end(m->relay, r->route, r->client == task ? CHAN_CLIENT_GONE : CHAN_SERVER_GONE);
        }
}
