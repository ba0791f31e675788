/* SPDX-License-Identifier: MIT */
/*
 * Peers: the processes behind the sessions, and what each may have of them.
 *
 * A process may open several sessions; its limits are its own, so that nobody takes everything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PEER_SESSIONS_MAX 8u    /* of one process */
#define PEER_FILES_MAX    1024u /* handles of files of one process, spare or open */
#define PEERS_MAX         256u  /* processes with sessions */
#define PEER_NAME_MAX     256u  /* bytes of a name, its zero included */

typedef struct Peer Peer;

/* By the name of the process; counts one session. -EMFILE: it has as many as it may; -ENFILE: PEERS_MAX;
 * -ENOMEM. Give back with peer_leave(). */
int peer_enter(const char *name, Peer **ret);
void peer_leave(Peer *p);

/* One more file: false if it has as many as it may. */
bool peer_take_file(Peer *p);
void peer_give_file(Peer *p);
