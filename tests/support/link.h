/* SPDX-License-Identifier: MIT */
/*
 * A listener of class demo.Keeper and clients of it, as handles of one process.
 *
 * The test plays the kernel process too: it keeps the channels' memory and can tell one end that
 * the other has died.
 */
#pragma once

#include <coresrv/handle/handle_api.h>

#include "transport/chan.h"

#define LINK_CLIENTS 4

typedef struct Link {
        Handle listener;
        uint32_t n_clients;
        Handle clients[LINK_CLIENTS];
        ChanHeader *mem[LINK_CLIENTS]; /* of each client's channel */
} Link;

/* All of these assert. deadline_ms: of the channels; 0: none. */
void t_link_make(Link *link, uint32_t n_clients, uint32_t deadline_ms);
/* What the kernel process does when the end dies. */
void t_link_client_died(Link *link, uint32_t i);
void t_link_server_died(Link *link);
/* Closes what is still open. */
void t_link_end(Link *link);

/* One end's descriptors of a channel; the server has the memory only, the others are -1. */
typedef struct LinkFds {
        int mem, bell, status_ro;
} LinkFds;
/* Makes a channel that the ear hears. Each end gets descriptors of its own. */
void t_channel_make(int status_ro, int ear, LinkFds *ret_client, LinkFds *ret_server);
