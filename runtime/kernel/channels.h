/* SPDX-License-Identifier: MIT */
/*
 * Channels of a running solution: their legs, bells, ears and status pages.
 *
 * The kernel process makes them before anything runs and hands each end what it needs. It keeps
 * a mapping of each, because it alone can tell the living end that the other died. Once everything
 * runs it shares no open file with a process but those that it only closes, those that it keeps for a process
 * that starts later, and the ears and pages of servers, for channels that are made later (links.h): it must
 * not be possible to make it block. To tell a server something it has bells that nobody else holds, one a
 * listener.
 *
 * What the policy says about a channel's methods decides which legs it has (transport/chan_layout.h): two
 * processes share memory only if some method between them is direct. The mediator takes the other legs over.
 * Invariant: a channel is open until one of its two tasks has died, closed from then on, also when the task
 * lives again: what it had to do with a process ends with that.
 */
#pragma once

#include "mails.h"
#include "solution.h"
#include "transport/chan.h"

struct RelayRoute;

/* Says which way the calls of a method take; way == NULL: all are direct, and nothing is judged. */
typedef struct ChannelsPolicy {
        ChanWay (*way)(void *arg, uint32_t client, uint32_t server, uint16_t riid, uint16_t mid);
        bool (*asks_kernel)(void *arg, uint32_t task); /* may it call kl.core.Core? NULL: nobody may */
        bool has_rules; /* false: everything is granted, and security interfaces ask nobody */
        void *arg;
} ChannelsPolicy;

#define CHANNELS_DIRECT ((ChannelsPolicy){.way = NULL})

typedef struct Channel {
        const SolChannel *sol;
        ChanVerdicts *verdicts; /* NULL: the kernel process has no say */
        bool has_direct, has_judged, uses_handles;
        ChanHeader *mem; /* the direct leg; NULL until all have started: every fork would copy the mapping */
        int mem_fd;      /* -1: there is none, or all processes have started; so is the bell */
        int bell_fd;
        int client_fd, server_fd; /* the other legs; -1: there are none, or the mediator has taken them */
        struct RelayRoute *route; /* the mediator's; NULL: nothing is judged */
        uint32_t gone;            /* CHAN_*_GONE told so far */
} Channel;

/* What belongs to a task that serves. */
typedef struct ChannelServer {
        int status_fd, status_ro_fd; /* -1: no listener */
        int *ear_fds;                /* one per listener */
        int *news_fds;               /* our own bell in each of them */
        int held_fd;                 /* table of its handles, to read; -1: no method uses any, or started */
        HeldTable held;              /* the same, to write */
} ChannelServer;

/* What leads to the kernel process itself; everything -1 when it has no say. */
typedef struct ChannelsKernel {
        int status_fd, status_ro_fd; /* our page; the first is the mediator's to take */
        int ear_fd;                  /* hears the bells of all tasks; the mediator's to take */
        int *bell_fds;               /* per task */
        int *core_fds; /* per task: leg for calls to kl.core.Core, -1: it may call nothing; the mediator's to
                          take */
        int *security_fds; /* per task: leg for its security interface, -1: it has none; the mediator's to
                              take */
} ChannelsKernel;

typedef struct Channels {
        const Solution *sol;
        ChannelsPolicy policy;
        Channel *list; /* in the order of the file: all of the first task, then the next one's */
        uint32_t n_channels;
        ChannelServer *servers; /* per task */
        uint32_t n_servers;
        ChannelsKernel kernel;
        Mails mails;
        bool *is_waiting; /* per task: it starts later, and what it needs for that is kept */
        uint32_t n_waiting;
        bool has_returners; /* some task may live again */
} Channels;

#define CHANNELS_NULL ((Channels){.n_channels = 0})

/* Makes everything, or nothing and returns a negative errno. The solution is borrowed. */
int channels_init(Channels *c, const Solution *sol, const ChannelsPolicy *policy);
void channels_deinit(Channels *c);
/* The most descriptors that channels_init() opens for this solution: the limit is raised before. */
uint32_t channels_count_fds(const Solution *sol);
/* All have started that start at the beginning. Closes what only new processes need, but for those that start
 * later, and maps the direct legs to look after them. Negative errno: not all of it, and what is left is only
 * good for channels_deinit(). */
int channels_all_started(Channels *c);
/* One that starts later, or again, has started, or never will. */
void channels_started(Channels *c, uint32_t task);
/* Is there more to come of a channel that has ended: may one of its processes live again? */
bool channels_may_return(const Channels *c, const SolChannel *channel);
/* A process of the task that has died is to be started again: makes what it is born with. Its channels stay
 * ended; new ones are made when their clients ask (links.h). Then channels_started. Negative errno: not all
 * of it. */
int channels_renew(Channels *c, uint32_t task);
/* Ends the channels of a dead task at both sides, after channels_all_started(). Returns how many it ended. */
uint32_t channels_task_died(Channels *c, uint32_t task);

/* As chan_mem_peek, whichever way the call takes. */
ChanPhase channels_peek(const Channel *channel, uint32_t slot, uint32_t *ret_thread);
