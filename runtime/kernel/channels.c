/* SPDX-License-Identifier: MIT */
/*
 * Channels of a running solution. The shared memory itself is the transport's business
 * (transport/chan.h); this file decides how long it lives.
 */
#include "channels.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <nkc.h>

#include "transport/relay.h"
#include "uses.h"

static void close_fd(int *fd) {
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
}

/* --- making --- */

static const struct NkcClass *class_of(const Channels *c, uint32_t task) {
        return c->sol->tasks[task].class;
}

typedef struct Asking {
        const ChannelsPolicy *policy;
        uint32_t client, server;
} Asking;

static ChanWay ask(void *arg, uint16_t riid, uint16_t mid) {
        const Asking *a = arg;

        return a->policy->way(a->policy->arg, a->client, a->server, riid, mid);
}

/* A class without methods can't be called, and its channel needs a leg all the same. */
static int ask_policy(Channels *c, Channel *channel) {
        const ShapeTable *shape = class_of(c, channel->sol->server)->shape;
        Asking asking = {&c->policy, channel->sol->client, channel->sol->server};
        size_t size;
        uint32_t n_direct;

        channel->has_direct = true;
        if (!c->policy.way)
                return 0;
        size = verdicts_size(shape);
        channel->verdicts = calloc(1, size);
        if (!channel->verdicts)
                return -ENOMEM;
        n_direct = verdicts_fill(channel->verdicts, shape, ask, &asking);
        channel->uses_handles = verdicts_count(channel->verdicts, CHAN_WAY_USE) > 0;
        channel->has_direct = n_direct > 0;
        channel->has_judged = !channel->has_direct || channel->uses_handles ||
                              n_direct < verdicts_count_all(channel->verdicts);
        return 0;
}

static int open_direct(Channels *c, Channel *channel) {
        int r;

        if (!channel->has_direct)
                return 0;
        r = chan_mem_create(&channel->mem_fd);
        if (r == 0)
                r = chan_bell_create(&channel->bell_fd);
        if (r == 0)
                r = chan_ear_add(
                        c->servers[channel->sol->server].ear_fds[channel->sol->listener], channel->bell_fd);
        return r;
}

static int open_judged(Channel *channel) {
        int r;

        if (!channel->has_judged)
                return 0;
        r = chan_mem_create(&channel->client_fd);
        return r ? r : chan_mem_create(&channel->server_fd);
}

static int open_channel(Channels *c, Channel *channel) {
        int r = ask_policy(c, channel);

        if (r == 0)
                r = open_direct(c, channel);
        return r ? r : open_judged(channel);
}

static bool asks_kernel(const Channels *c, uint32_t task) {
        return c->policy.way && c->policy.asks_kernel && c->policy.asks_kernel(c->policy.arg, task);
}

/* One table a server, whatever channels need it. */
static int open_held(Channels *c) {
        bool *are_used = calloc(c->sol->n_tasks + 1u, sizeof *are_used);
        int r = are_used ? uses_find(c, are_used) : -ENOMEM;

        for (uint32_t i = 0; r == 0 && i < c->n_servers; i++)
                if (are_used[i])
                        r = chan_held_create(c->sol->n_tasks, i, &c->servers[i].held, &c->servers[i].held_fd);
        free(are_used);
        return r;
}

static int open_bell(int ear_fd, int *ret_bell_fd) {
        int r = chan_bell_create(ret_bell_fd);

        return r ? r : chan_ear_add(ear_fd, *ret_bell_fd);
}

static int open_server(ChannelServer *server, uint32_t n_listeners) {
        int r;

        if (n_listeners == 0)
                return 0;
        r = chan_status_create(&server->status_fd, &server->status_ro_fd);
        for (uint32_t i = 0; r == 0 && i < n_listeners; i++) {
                r = chan_ear_create(&server->ear_fds[i]);
                if (r == 0)
                        r = open_bell(server->ear_fds[i], &server->news_fds[i]);
        }
        return r;
}

static int open_core(Channels *c, uint32_t task) {
        int r = chan_mem_create(&c->kernel.core_fds[task]);

        return r ? r : mails_open(&c->mails, task);
}

bool channels_may_return(const Channels *c, const SolChannel *channel) {
        const SolTask *tasks = c->sol->tasks;

        return solution_may_return(&tasks[channel->client]) || solution_may_return(&tasks[channel->server]);
}

/* Asking for another channel, and hearing of it, is not up to the policy. */
static bool needs_core(const Channels *c, uint32_t task) {
        if (asks_kernel(c, task))
                return true;
        for (uint32_t i = 0; i < c->n_channels; i++) {
                const SolChannel *sol = c->list[i].sol;

                if ((sol->client == task || sol->server == task) && channels_may_return(c, sol))
                        return true;
        }
        return false;
}

/* What leads from a task to the kernel process; the bell is not heard yet. */
static int open_legs(Channels *c, uint32_t task) {
        ChannelsKernel *k = &c->kernel;
        int r = chan_bell_create(&k->bell_fds[task]);

        if (r == 0 && needs_core(c, task))
                r = open_core(c, task);
        if (r == 0 && c->policy.has_rules && class_of(c, task)->security_shape)
                r = chan_mem_create(&k->security_fds[task]);
        return r;
}

static int open_kernel(Channels *c) {
        ChannelsKernel *k = &c->kernel;
        int r;

        if (!c->policy.way)
                return 0;
        r = chan_status_create(&k->status_fd, &k->status_ro_fd);
        if (r == 0)
                r = chan_ear_create(&k->ear_fd);
        for (uint32_t i = 0; r == 0 && i < c->sol->n_tasks; i++) {
                r = open_legs(c, i);
                if (r == 0)
                        r = chan_ear_add(k->ear_fd, k->bell_fds[i]);
        }
        return r;
}

/* NULL: no memory. */
static int *no_fds(uint32_t n) {
        int *fds = malloc((n + 1u) * sizeof *fds);

        for (uint32_t i = 0; fds && i < n; i++)
                fds[i] = -1;
        return fds;
}

static int allocate_server(ChannelServer *server, uint32_t n_listeners) {
        *server = (ChannelServer){.status_fd = -1,
                .status_ro_fd = -1,
                .held_fd = -1,
                .ear_fds = no_fds(n_listeners),
                .news_fds = no_fds(n_listeners)};
        return server->ear_fds && server->news_fds ? 0 : -ENOMEM;
}

static int allocate_kernel(ChannelsKernel *k, uint32_t n_tasks) {
        *k = (ChannelsKernel){.status_fd = -1,
                .status_ro_fd = -1,
                .ear_fd = -1,
                .bell_fds = no_fds(n_tasks),
                .core_fds = no_fds(n_tasks),
                .security_fds = no_fds(n_tasks)};
        return k->bell_fds && k->core_fds && k->security_fds ? 0 : -ENOMEM;
}

/* Whatever the result, channels_deinit() can follow. */
static int allocate(Channels *c, const Solution *sol) {
        c->is_waiting = calloc(sol->n_tasks + 1u, sizeof *c->is_waiting);
        if (!c->is_waiting || allocate_kernel(&c->kernel, sol->n_tasks) < 0 ||
                mails_init(&c->mails, sol->n_tasks) < 0)
                return -ENOMEM;
        c->list = calloc(sol->n_channels + 1u, sizeof *c->list);
        c->servers = calloc(sol->n_tasks + 1u, sizeof *c->servers);
        if (!c->list || !c->servers)
                return -ENOMEM;
        for (; c->n_servers < sol->n_tasks; c->n_servers++)
                if (allocate_server(&c->servers[c->n_servers], sol->tasks[c->n_servers].n_listeners) < 0) {
                        c->n_servers++;
                        return -ENOMEM;
                }
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                for (uint32_t j = 0; j < sol->tasks[i].n_channels; j++)
                        c->list[c->n_channels++] = (Channel){.sol = &sol->tasks[i].channels[j],
                                .mem_fd = -1,
                                .bell_fd = -1,
                                .client_fd = -1,
                                .server_fd = -1};
        return 0;
}

int channels_init(Channels *c, const Solution *sol, const ChannelsPolicy *policy) {
        int r;

        *c = (Channels){.sol = sol, .policy = policy ? *policy : CHANNELS_DIRECT};
        r = allocate(c, sol);
        for (uint32_t i = 0; r == 0 && i < c->n_servers; i++)
                r = open_server(&c->servers[i], sol->tasks[i].n_listeners);
        for (uint32_t i = 0; r == 0 && i < c->n_channels; i++)
                r = open_channel(c, &c->list[i]);
        if (r == 0)
                r = open_held(c);
        if (r == 0)
                r = open_kernel(c);
        if (r < 0)
                channels_deinit(c);
        return r;
}

/* --- ending --- */

static void close_channel(Channel *channel) {
        chan_mem_unmap(channel->mem);
        channel->mem = NULL;
        close_fd(&channel->mem_fd);
        close_fd(&channel->bell_fd);
        close_fd(&channel->client_fd);
        close_fd(&channel->server_fd);
}

static void close_fds(int *fds, uint32_t n) {
        for (uint32_t i = 0; fds && i < n; i++)
                close_fd(&fds[i]);
}

static void close_channel_fds(const Channels *c, Channel *channel) {
        bool has_client = !c->is_waiting[channel->sol->client];
        bool has_server = !c->is_waiting[channel->sol->server];

        if (has_client) {
                close_fd(&channel->bell_fd);
                close_fd(&channel->client_fd);
        }
        if (has_server)
                close_fd(&channel->server_fd);
        if (has_client && has_server)
                close_fd(&channel->mem_fd);
}

/* What a process needs to be born with, unless it is still to be born. */
static void close_task_fds(Channels *c, uint32_t task) {
        if (c->is_waiting[task])
                return;
        close_fd(&c->servers[task].held_fd);
        close_fd(&c->kernel.bell_fds[task]);
        close_fd(&c->kernel.core_fds[task]);
        close_fd(&c->kernel.security_fds[task]);
}

static void close_start_fds(Channels *c) {
        for (uint32_t i = 0; i < c->n_channels; i++)
                close_channel_fds(c, &c->list[i]);
        for (uint32_t i = 0; i < c->n_servers; i++)
                close_task_fds(c, i);
        close_fd(&c->kernel.status_fd);
        close_fd(&c->kernel.ear_fd);
        if (c->n_waiting == 0 && !c->has_returners)
                close_fd(&c->kernel.status_ro_fd);
}

static void expect_later_starts(Channels *c) {
        for (uint32_t i = 0; i < c->sol->n_tasks; i++) {
                c->is_waiting[i] = !solution_starts_first(&c->sol->tasks[i]);
                c->n_waiting += c->is_waiting[i];
                c->has_returners |= solution_may_return(&c->sol->tasks[i]);
        }
}

void channels_started(Channels *c, uint32_t task) {
        c->n_waiting -= c->is_waiting[task];
        c->is_waiting[task] = false;
        close_start_fds(c);
}

static void close_listeners(const Channels *c, uint32_t task) {
        ChannelServer *server = &c->servers[task];

        close_fd(&server->status_fd);
        close_fd(&server->status_ro_fd);
        close_fds(server->ear_fds, c->sol->tasks[task].n_listeners);
        close_fds(server->news_fds, c->sol->tasks[task].n_listeners);
}

static int renew_held(const Channels *c, uint32_t task) {
        ChannelServer *server = &c->servers[task];

        if (!server->held.entries)
                return 0;
        chan_held_unmap(&server->held);
        server->held = HELD_NULL;
        return chan_held_create(c->sol->n_tasks, task, &server->held, &server->held_fd);
}

int channels_renew(Channels *c, uint32_t task) {
        int r;

        close_listeners(c, task);
        close_task_fds(c, task); /* of a start that failed, as the mailbox */
        mails_task_died(&c->mails, task);
        r = open_server(&c->servers[task], c->sol->tasks[task].n_listeners);
        if (r == 0)
                r = renew_held(c, task);
        return r || !c->policy.way ? r : open_legs(c, task);
}

void channels_deinit(Channels *c) {
        if (!c->sol)
                return;
        for (uint32_t i = 0; c->is_waiting && i < c->sol->n_tasks; i++)
                c->is_waiting[i] = false;
        c->n_waiting = 0;
        c->has_returners = false;
        if (c->is_waiting)
                close_start_fds(c);
        for (uint32_t i = 0; i < c->n_channels; i++) {
                close_channel(&c->list[i]);
                free(c->list[i].verdicts);
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                close_listeners(c, i);
                chan_held_unmap(&c->servers[i].held);
                free(c->servers[i].news_fds);
                free(c->servers[i].ear_fds);
        }
        mails_deinit(&c->mails);
        free(c->is_waiting);
        free(c->kernel.bell_fds);
        free(c->kernel.core_fds);
        free(c->kernel.security_fds);
        free(c->list);
        free(c->servers);
        *c = CHANNELS_NULL;
}

/* Three legs and a bell a channel; three to the kernel process, and six a task. */
uint32_t channels_count_fds(const Solution *sol) {
        uint32_t n = sol->n_channels * 4 + 3 + 6 * sol->n_tasks;

        for (uint32_t i = 0; i < sol->n_tasks; i++)
                n += sol->tasks[i].n_listeners ? 2 + 2 * sol->tasks[i].n_listeners : 0;
        return n;
}

int channels_all_started(Channels *c) {
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < c->n_channels; i++)
                if (c->list[i].has_direct)
                        r = chan_mem_map(c->list[i].mem_fd, &c->list[i].mem);
        expect_later_starts(c);
        close_start_fds(c);
        return r;
}

uint32_t channels_task_died(Channels *c, uint32_t task) {
        uint32_t n_ended = 0;

        for (uint32_t i = 0; i < c->n_channels; i++) {
                Channel *channel = &c->list[i];
                uint32_t who = 0;

                if (channel->sol->client == task)
                        who = CHAN_CLIENT_GONE;
                else if (channel->sol->server == task)
                        who = CHAN_SERVER_GONE;
                if (!who || channel->gone)
                        continue;
                n_ended++;
                channel->gone = who;
                if (channel->mem)
                        chan_mem_close(channel->mem, who,
                                c->servers[channel->sol->server].news_fds[channel->sol->listener]);
                close_channel(channel); /* whoever dies next leaves nobody behind who could be told */
        }
        return n_ended;
}

ChanPhase channels_peek(const Channel *channel, uint32_t slot, uint32_t *ret_thread) {
        *ret_thread = 0;
        if (channel->gone)
                return CHAN_PHASE_NONE;
        return channel->route ? relay_peek(channel->route, slot, ret_thread)
                              : chan_mem_peek(channel->mem, slot, ret_thread);
}
