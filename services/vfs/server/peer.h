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
#define PEERS_WAITS_MAX   192u  /* calls of all that wait: threads of the crew are left for the others */
#define PEER_NAME_MAX     256u  /* bytes of a name, its zero included */

typedef struct Peer Peer;

/* By the name of the process; counts one session. -EMFILE: it has as many as it may; -ENFILE: PEERS_MAX;
 * -ENOMEM. Give back with peer_leave(). */
int peer_enter(const char *name, Peer **ret);
void peer_leave(Peer *p);

/* One more file: false if it has as many as it may. */
bool peer_take_file(Peer *p);
void peer_give_file(Peer *p);

/* One more call that waits, of at most `most` of the process: false if there are as many, or as many of all.
 */
bool peer_take_wait(Peer *p, uint32_t most);
void peer_give_wait(Peer *p);
