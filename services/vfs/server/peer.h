/* SPDX-License-Identifier: MIT */
/*
 * Peers: the processes behind the sessions, and what each may have of them.
 *
 * A process may open several sessions; its limits are its own, so that nobody takes everything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bell.h"
#include "lockset.h"

#define PEER_SESSIONS_MAX 64u   /* of one process, with those of its copies (VfsSession.Fork) */
#define PEER_FILES_MAX    1024u /* handles of files of one process, spare or open */
#define PEERS_MAX         256u  /* processes with sessions */
#define PEERS_WAITS_MAX   192u  /* calls of all that wait: threads of the crew are left for the others */
#define PEER_NAME_MAX     256u  /* bytes of a name, its zero included */

typedef struct Peer Peer;

/* By the name of the process; counts one session. -EMFILE: it has as many as it may; -ENFILE: PEERS_MAX;
 * -ENOMEM. Give back with peer_leave(). */
int peer_enter(const char *name, Peer **ret);
void peer_leave(Peer *p);
/* One more session of a process that has one. */
int peer_enter_again(Peer *p);

/* One more file: false if it has as many as it may. */
bool peer_take_file(Peer *p);
void peer_give_file(Peer *p);
/* Its locks, of which it has so many. */
LockAccount *peer_locks(Peer *p);
uint32_t peer_n_locks(const Peer *p);

/* One more call that waits, of at most `most` of the process: false if there are as many, or as many of all.
 */
bool peer_take_wait(Peer *p, uint32_t most);
void peer_give_wait(Peer *p);

/* Rings for all sessions of the process: they may share the ends of a pipe. */
Bell *peer_bell(Peer *p);
