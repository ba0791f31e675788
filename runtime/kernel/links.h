/* SPDX-License-Identifier: MIT */
/*
 * Links: channels that are made while a solution runs, and listeners for them.
 *
 * The same legs, bells, ears and status pages as in channels.h, but both ends run already: what they need
 * goes to them in letters (mails.h). The client's goes with an answer; the server's comes unasked, and the
 * news word of the listener's status entry tells its threads to look. Nothing but a mapping of each leg stays
 * here.
 *
 * Threads: none of its own; everything under the relay's lock.
 */
#pragma once

#include "boot/mail.h"
#include "channels.h"
#include "core/conn.h"
#include "transport/chan_layout.h"

struct Mediator;
struct Procs;

#define LINKS_MAX       4096u     /* of all processes: the mappings that this one can have bound them */
#define LINKS_LEGS_MAX  2u        /* of one, in a process */
#define LINKS_ADDRESSES CHAN_SIZE /* bytes of addresses that a leg takes there */

/* and all that it can have */
#define LINKS_ADDRESSES_MAX ((uint64_t)(CONN_SERVED_MAX + CONN_CALLED_MAX) * LINKS_LEGS_MAX * LINKS_ADDRESSES)

/* Descriptors of this process that a listener takes, and at most a link: of the share that each process has,
 * an equal part of those that the start, LINKS_FDS_KEPT and memory objects leave. So nobody takes them from
 * others. */
#define LINKS_LISTENER_FDS 3u
#define LINKS_LINK_FDS     1u
#define LINKS_FDS_KEPT     128u

/* Letters that may lie in a server that sleeps, without it being woken for them. */
#define LINKS_UNTOLD_MAX 8u

typedef struct Links Links;

/* Borrows everything; looks at how many descriptors there are. procs: to let processes have the addresses
 * that more channels take; may be NULL. 0, -ENOMEM. */
int links_new(struct Mediator *m, Channels *channels, const struct Procs *procs, Links **ret_links);
/* No link may be left. */
Links *links_free(Links *l);

/* What the core makes channels with. */
CoreChannels links_ops(Links *l);

/* The process has died, and its links have ended: there are none to it until it lives again, with listeners
 * of its own, and the addresses that it is born with. */
void links_task_died(Links *l, uint32_t task);
/* It did not, and nobody has a link to it. */
void links_not_renewed(Links *l, uint32_t task);
void links_renew(Links *l, uint32_t task);

/* Links that there are. */
uint32_t links_count(const Links *l);

/* A call that waits for its answer, as its client says. */
typedef struct LinkCall {
        uint64_t link; /* a number that is given once */
        uint32_t client, server;
        uint32_t slot, thread;
        ChanPhase phase;
} LinkCall;

/* The calls over links, n_max at most. Returns how many. */
uint32_t links_calls(const Links *l, LinkCall *ret_calls, uint32_t n_max);
