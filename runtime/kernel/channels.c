/* SPDX-License-Identifier: MIT */
/*
 * Channels of a running solution. The shared memory itself is the transport's business
 * (transport/chan.h); this file decides how long it lives.
 */
#include "channels.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void close_fd(int *fd) {
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
}

/* --- making --- */

static int open_channel(Channels *c, Channel *channel) {
        int r;

        r = chan_mem_create(&channel->mem_fd);
        if (r == 0)
                r = chan_bell_create(&channel->bell_fd);
        if (r == 0)
                r = chan_ear_add(
                        c->servers[channel->sol->server].ear_fds[channel->sol->listener], channel->bell_fd);
        return r;
}

static int open_server(ChannelServer *server, uint32_t n_listeners) {
        int r;

        if (n_listeners == 0)
                return 0;
        r = chan_status_create(&server->status_fd, &server->status_ro_fd);
        if (r == 0)
                r = chan_bell_create(&server->news_fd);
        for (uint32_t i = 0; r == 0 && i < n_listeners; i++) {
                r = chan_ear_create(&server->ear_fds[i]);
                if (r == 0)
                        r = chan_ear_add(server->ear_fds[i], server->news_fd);
        }
        return r;
}

static int allocate_server(ChannelServer *server, uint32_t n_listeners) {
        *server = (ChannelServer){.status_fd = -1, .status_ro_fd = -1, .news_fd = -1};
        server->ear_fds = malloc((n_listeners + 1) * sizeof *server->ear_fds);
        for (uint32_t i = 0; server->ear_fds && i < n_listeners; i++)
                server->ear_fds[i] = -1;
        return server->ear_fds ? 0 : -ENOMEM;
}

/* Whatever the result, channels_deinit() can follow. */
static int allocate(Channels *c, const Solution *sol) {
        *c = (Channels){.sol = sol};
        c->list = calloc(sol->n_channels + 1u, sizeof *c->list);
        c->servers = calloc(sol->n_tasks + 1u, sizeof *c->servers);
        if (!c->list || !c->servers)
                return -ENOMEM;
        for (; c->n_servers < sol->n_tasks; c->n_servers++)
                if (allocate_server(&c->servers[c->n_servers], sol->tasks[c->n_servers].n_listeners) < 0)
                        return -ENOMEM;
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                for (uint32_t j = 0; j < sol->tasks[i].n_channels; j++)
                        c->list[c->n_channels++] =
                                (Channel){.sol = &sol->tasks[i].channels[j], .mem_fd = -1, .bell_fd = -1};
        return 0;
}

int channels_init(Channels *c, const Solution *sol) {
        int r = allocate(c, sol);

        for (uint32_t i = 0; r == 0 && i < c->n_servers; i++)
                r = open_server(&c->servers[i], sol->tasks[i].n_listeners);
        for (uint32_t i = 0; r == 0 && i < c->n_channels; i++)
                r = open_channel(c, &c->list[i]);
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
}

static void close_start_fds(Channels *c) {
        for (uint32_t i = 0; i < c->n_channels; i++) {
                close_fd(&c->list[i].mem_fd);
                close_fd(&c->list[i].bell_fd);
        }
        for (uint32_t i = 0; i < c->n_servers; i++) {
                ChannelServer *server = &c->servers[i];

                close_fd(&server->status_fd);
                close_fd(&server->status_ro_fd);
                for (uint32_t j = 0; j < c->sol->tasks[i].n_listeners; j++)
                        close_fd(&server->ear_fds[j]);
        }
}

void channels_deinit(Channels *c) {
        close_start_fds(c);
        for (uint32_t i = 0; i < c->n_channels; i++)
                close_channel(&c->list[i]);
        for (uint32_t i = 0; i < c->n_servers; i++) {
                close_fd(&c->servers[i].news_fd);
                free(c->servers[i].ear_fds);
        }
        free(c->list);
        free(c->servers);
        *c = CHANNELS_NULL;
}

uint32_t channels_count_fds(const Solution *sol) {
        uint32_t n = sol->n_channels * 2;

        for (uint32_t i = 0; i < sol->n_tasks; i++)
                n += sol->tasks[i].n_listeners ? 3 + sol->tasks[i].n_listeners : 0;
        return n;
}

int channels_all_started(Channels *c) {
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < c->n_channels; i++)
                r = chan_mem_map(c->list[i].mem_fd, &c->list[i].mem);
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
                chan_mem_close(channel->mem, who, c->servers[channel->sol->server].news_fd);
                close_channel(channel); /* whoever dies next leaves nobody behind who could be told */
        }
        return n_ended;
}
