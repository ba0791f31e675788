/* SPDX-License-Identifier: MIT */
/*
 * Channels of a running solution: their memory, bells, ears and status pages.
 *
 * The kernel process makes them before anything runs and hands each end what it needs. It keeps
 * a mapping of each, because it alone can tell the living end that the other died. Once everything
 * runs it shares no open file with a process but those that it only closes: it must not be possible
 * to make it block. To tell a server it has a bell that nobody else holds.
 * Invariant: a channel is open until one of its two tasks has died, closed from then on.
 */
#pragma once

#include "solution.h"
#include "transport/chan.h"

typedef struct Channel {
        const SolChannel *sol;
        ChanHeader *mem; /* NULL until all processes have started: every fork would copy the mapping */
        int mem_fd;      /* -1 once all processes have started; so is the bell */
        int bell_fd;
        uint32_t gone; /* CHAN_*_GONE told so far */
} Channel;

/* What belongs to a task that serves. */
typedef struct ChannelServer {
        int status_fd, status_ro_fd; /* -1: no listener, or all processes have started; so are the ears */
        int *ear_fds;                /* one per listener */
        int news_fd;                 /* our own bell, in all its ears; -1: no listener */
} ChannelServer;

typedef struct Channels {
        const Solution *sol;
        Channel *list; /* in the order of the file: all of the first task, then the next one's */
        uint32_t n_channels;
        ChannelServer *servers; /* per task */
        uint32_t n_servers;
} Channels;

#define CHANNELS_NULL ((Channels){.n_channels = 0})

/* Makes everything, or nothing and returns a negative errno. The solution is borrowed. */
int channels_init(Channels *c, const Solution *sol);
void channels_deinit(Channels *c);
/* Descriptors that channels_init() opens for this solution: the limit is raised before. */
uint32_t channels_count_fds(const Solution *sol);
/* Closes what only new processes need, and maps the memory to look after it. Negative errno: not all of
 * it, and what is left is only good for channels_deinit(). */
int channels_all_started(Channels *c);
/* Ends the channels of a dead task at both sides; all must have started. Returns how many it ended. */
uint32_t channels_task_died(Channels *c, uint32_t task);
