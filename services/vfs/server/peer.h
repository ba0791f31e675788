/* SPDX-License-Identifier: MIT */
/*
 * Peers: the processes behind the sessions, and what each may have of them.
 *
 * A process may open several sessions; its limits are its own. What all have together is limited too, for a
 * handle costs the kernel process something: so each has a share that the others can't take, and what is
 * beyond the shares goes to whoever comes first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bell.h"
#include "lockset.h"

#define PEER_SESSIONS_MAX 64u   /* of one process, with those of its copies (VfsSession.Fork) */
#define PEER_FILES_MAX    1024u /* handles of files of one process, spare or open */
#define PEER_SHARE        16u   /* sessions and files that a process gets, whatever all others have */
#define PEER_NAME_MAX     256u  /* bytes of a name, its zero included */

#define PEERS_MAX         256u                                         /* processes with sessions */
#define PEERS_OBJECTS_MAX 7936u                                        /* sessions and files of all */
#define PEERS_COMMON      (PEERS_OBJECTS_MAX - PEERS_MAX * PEER_SHARE) /* of them, beyond shares */
#define PEERS_WAITS_MAX   192u /* calls of all that wait: threads of the crew are left for the others */
#define PEERS_WAITS_FIRST 64u  /* of them, for processes that have no other one */

typedef struct Peer Peer;

/* By the name of the process; counts one session. -EMFILE: it has as many as it may; -ENFILE: PEERS_MAX, or
 * PEERS_COMMON is used up and it has its share; -ENOMEM. Give back with peer_leave(). */
int peer_enter(const char *name, Peer **ret);
void peer_leave(Peer *p);
/* One more session of a process that has one. */
int peer_enter_again(Peer *p);

/* One more file. -EMFILE: it has as many as it may; -ENFILE: as above. */
int peer_take_file(Peer *p);
void peer_give_file(Peer *p);
/* Its locks, of which it has so many. */
LockAccount *peer_locks(Peer *p);
uint32_t peer_n_locks(const Peer *p);

/* One more call that waits, of at most `most` of the process. False: there are as many, or of all processes
 * as many as may be; for one that has none yet the last PEERS_WAITS_FIRST are kept. */
bool peer_take_wait(Peer *p, uint32_t most);
void peer_give_wait(Peer *p);

/* Rings for all sessions of the process: they may share the ends of a pipe. */
Bell *peer_bell(Peer *p);
