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

static int open_channel(Channel *channel) {
        int r;

        r = chan_mem_create(&channel->mem_fd);
        if (r < 0)
                return r;
        r = chan_bell_create(&channel->bell_fd);
        if (r < 0)
                return r;
        return chan_mem_map(channel->mem_fd, &channel->mem);
}

static void close_channel(Channel *channel) {
        chan_mem_unmap(channel->mem);
        channel->mem = NULL;
        close_fd(&channel->mem_fd);
        close_fd(&channel->bell_fd);
}

static int allocate(Channels *c, const Solution *sol) {
        *c = (Channels){.sol = sol};
        c->list = calloc(sol->n_channels + 1u, sizeof *c->list);
        c->status = calloc(sol->n_tasks + 1u, sizeof *c->status);
        if (!c->list || !c->status) {
                free(c->list);
                free(c->status);
                *c = CHANNELS_NULL;
                return -ENOMEM;
        }
        for (uint32_t i = 0; i < sol->n_tasks; i++) {
                c->status[i] = (ChannelStatus){.fd = -1, .ro_fd = -1};
                for (uint32_t j = 0; j < sol->tasks[i].n_channels; j++)
                        c->list[c->n_channels++] =
                                (Channel){.sol = &sol->tasks[i].channels[j], .mem_fd = -1, .bell_fd = -1};
        }
        return 0;
}

int channels_init(Channels *c, const Solution *sol) {
        int r = allocate(c, sol);

        for (uint32_t i = 0; r == 0 && i < c->n_channels; i++)
                r = open_channel(&c->list[i]);
        for (uint32_t i = 0; r == 0 && i < sol->n_tasks; i++)
                if (sol->tasks[i].n_listeners)
                        r = chan_status_create(&c->status[i].fd, &c->status[i].ro_fd);
        if (r < 0)
                channels_deinit(c);
        return r;
}

void channels_deinit(Channels *c) {
        channels_all_started(c);
        for (uint32_t i = 0; i < c->n_channels; i++)
                close_channel(&c->list[i]);
        free(c->list);
        free(c->status);
        *c = CHANNELS_NULL;
}

uint32_t channels_count_fds(const Solution *sol) {
        uint32_t n = sol->n_channels * 2;

        for (uint32_t i = 0; i < sol->n_tasks; i++)
                n += sol->tasks[i].n_listeners ? 2 : 0;
        return n;
}

void channels_all_started(Channels *c) {
        for (uint32_t i = 0; i < c->n_channels; i++)
                close_fd(&c->list[i].mem_fd);
        for (uint32_t i = 0; c->sol && i < c->sol->n_tasks; i++) {
                close_fd(&c->status[i].fd);
                close_fd(&c->status[i].ro_fd);
        }
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
                if (!who || (channel->gone & who))
                        continue;
                n_ended += channel->gone == 0;
                channel->gone |= who;
                chan_mem_close(channel->mem, who, channel->bell_fd);
                if (channel->gone == (CHAN_CLIENT_GONE | CHAN_SERVER_GONE))
                        close_channel(channel); /* nobody is left who could look at it */
        }
        return n_ended;
}
