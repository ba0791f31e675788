/* SPDX-License-Identifier: MIT */
/*
 * Relay: the kernel process's part in judged calls.
 *
 * One thread looks at the legs of all routes in turn, as a listener does, and sleeps when there is nothing.
 * It copies each message once into memory of its own, checks the copy, has it judged, and hands on that
 * same copy: what it has judged is what arrives, whatever the sender does to his memory meanwhile. What
 * it must remember about a call is here and nowhere else; from shared memory it takes messages and
 * hints. It never waits for a process, and nothing is allocated on a call.
 *
 * Functions may be called from any thread but where it says so. Judges and servers below are called
 * by the relay's thread, under its lock: they must not wait for anything but short locks of their own.
 */
#pragma once

#include "chan.h"

typedef struct Relay Relay;
typedef struct RelayRoute RelayRoute;

/* A message in private memory, of the right shape unless it says otherwise. */
typedef struct RelayMessage {
        uint16_t riid, mid;
        const struct nk_message *message;
        uint32_t message_size;
        const void *arena;
        uint32_t arena_size;
        const char *malformed; /* not NULL: what is wrong with it; the ids are 0 when there is no header */
} RelayMessage;

/* Where judged messages of a route are judged. `arg` is the route's. */
typedef struct RelayJudge {
        bool (*request)(void *arg, const RelayMessage *m);
        bool (*response)(void *arg, bool is_error, const RelayMessage *m);
        /* Asked when something is not granted: has one of the two died, whose route is about to end? NULL:
         * no. */
        bool (*has_ended)(void *arg);
        /* The server says that the client has sent directly what must be judged. */
        void (*forbidden)(void *arg, uint16_t riid, uint16_t mid);
        /* The last step before a granted message is handed on: puts the receiver's handles in place of the
         * sender's, in the copy. False: it isn't handed on. NULL: messages go as they are. */
        bool (*deliver)(void *arg, uint32_t slot, bool is_answer, struct nk_message *message);
        /* Nobody has received the request, or the answer, that was handed on last in the slot. NULL: nothing
         * to do.
         */
        void (*withdrawn)(void *arg, uint32_t slot, bool is_answer);
} RelayJudge;

/* What answers the calls of a route without a server: with relay_answer(), now or later, once for each. The
 * message is gone when it returns. What is malformed comes too: answer it with rcSecurityDisallow. */
typedef void RelayServe(void *arg, RelayRoute *route, uint32_t slot, const RelayMessage *m);

/* A route: one channel of which something is judged, or calls to the kernel process itself. */
typedef struct RelayPlan {
        int client_fd; /* the client's leg */
        int server_fd; /* the server's leg; -1: `serve` answers */
        int direct_fd; /* the direct leg; -1: there is none */
        const StatusEntry
                *status; /* the listener's, borrowed until relay_remove; NULL: without a server, or */
        int status_fd;   /* to be mapped; -1 without a server */
        uint32_t status_index;
        int bell_fd;                  /* a bell of ours in the listener's ear; borrowed */
        const void *shape;            /* table of the server's class; NULL: nothing is checked */
        const ChanVerdicts *verdicts; /* a checked table, borrowed */
        const RelayJudge *judge;
        RelayServe *serve;
        bool has_riid; /* one endpoint alone may be called: */
        uint16_t riid;
        void (*removed)(
                void *arg); /* after relay_remove, or the relay's end: `arg` is not used any more. NULL */
        void *arg;
} RelayPlan;

/* status_fd: our own page, writable; ear_fd: hears the bells of all processes. Both are taken over. */
int relay_new(int status_fd, int ear_fd, Relay **ret_relay);
/* Starts and stops the thread. Stopping returns when it has ended. */
int relay_start(Relay *r);
void relay_stop(Relay *r);
/* Stops it, and ends every route. */
Relay *relay_free(Relay *r);

/* Hears one more bell. 0, or a negative errno. */
int relay_hear(Relay *r, int bell_fd);
/* Adds a route; it belongs to the relay and lives as long. The descriptors are borrowed. */
int relay_add(Relay *r, const RelayPlan *plan, RelayRoute **ret_route);
/* Ends it because one of its processes has died (CHAN_*_GONE): who waits wakes up, legs are let go.
 * Who waits on the direct leg is the caller's business. */
void relay_end(Relay *r, RelayRoute *route, uint32_t who);

/* As relay_end, and forgets the route, which is not to be used any more: soon, by the thread that looks,
 * which may be in the middle of a call of this very route. The server's bell is rung at once, and may be
 * closed after that. */
void relay_remove(Relay *r, RelayRoute *route, uint32_t who);

/* The direct leg, mapped as long as the route has not ended; NULL: it has none. */
ChanHeader *relay_direct(const RelayRoute *route);

/* Answers a call of a route without a server. out == NULL: only the status. False: the route has ended, or
 * nobody waits in that slot any more; nobody gets the message. When somebody was to get it and then doesn't
 * take it, the judge's `withdrawn` says so. */
bool relay_answer(Relay *r, RelayRoute *route, uint32_t slot, const ChanOut *out, int32_t status);

/* The lock under which judges and servers are called, for who else uses what they use. Recursive. */
void relay_lock(Relay *r);
void relay_unlock(Relay *r);

/* As chan_mem_peek, of the whole channel. By the thread that calls relay_end, or under the lock. */
ChanPhase relay_peek(RelayRoute *route, uint32_t slot, uint32_t *ret_thread);

/* Looks once and does what there is to do for one call, without the thread: for tests and fuzzing. */
bool relay_turn(Relay *r);
