/* SPDX-License-Identifier: MIT */
/*
 * Channels: the two ends of a direct call, and the kernel's view of them.
 *
 * ChanClient calls, Listener receives and replies; both work on ChanMem, the mapped pages.
 * Internal error convention: 0 ok; < 0 negative errno, unexpected; > 0 a CHAN_E_* code that
 * the caller turns into a Retcode. Every function may be called from any thread.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chan_layout.h"
#include "nk/held.h"
#include "verdicts.h"

struct nk_message;
typedef struct ChanClient ChanClient;
typedef struct Listener Listener;

enum {
        CHAN_E_CLOSED = 1,  /* the other end is gone, or this end was closed */
        CHAN_E_TIMEOUT,     /* the time limit passed */
        CHAN_E_INTERRUPTED, /* the sync object is set */
        CHAN_E_TOO_BIG,     /* message above CHAN_MESSAGE_MAX, or above the receiver's buffers */
        CHAN_E_MALFORMED,   /* message does not have the shape of its RIID/MID */
        CHAN_E_METHOD,      /* request for an endpoint or method that the server's class lacks */
        CHAN_E_DENIED,      /* refused by a verdict */
        CHAN_E_STATE,       /* reply without a request, or a full table */
        CHAN_E_MAX
};

/* A message to be sent: both parts are only read, and only during the call. */
typedef struct ChanOut {
        const struct nk_message *msg;
        uint32_t msg_size; /* bytes of the constant part */
        const void *arena; /* may be NULL when arena_size is 0 */
        uint32_t arena_size;
} ChanOut;

/* Where a message is received; the callee fills the two `got` fields on success, and with
 * CHAN_E_TOO_BIG with what the sender said. */
typedef struct ChanIn {
        struct nk_message *msg;
        uint32_t msg_max; /* capacity for the constant part, bytes */
        void *arena;      /* may be NULL when arena_max is 0 */
        uint32_t arena_max;
        uint32_t got_msg;
        uint32_t got_arena;
} ChanIn;

/* Interrupt object of KnIpc*SyncObject: level-triggered, process-local. */
typedef struct ChanSync ChanSync;

#define CHAN_FOREVER UINT32_MAX

#define LISTENER_CHANNELS_MAX 1024u /* channels of one listener */

typedef struct ChanWait {
        uint32_t timeout_ms; /* CHAN_FOREVER: none */
        ChanSync *sync;      /* NULL: not interruptible */
} ChanWait;

/* A received request: which slot of which channel must be answered, and where. */
typedef struct ChanRequest {
        struct ChanEnd *end; /* NULL: none */
        uint32_t slot;
        uint32_t turn; /* of a judged request in its slot */
        ChanWay way;
        bool is_unwaited; /* nobody waits for the answer, and other requests may wait for that */
} ChanRequest;

/* The kernel process, as the ends of judged calls in one process see it. */
typedef struct ChanKernel {
        const StatusEntry *status; /* its page, read-only */
        int bell_fd;               /* this process's own */
} ChanKernel;

/* --- kernel process: making and ending channels --- */

/* Makes the memory of one leg. *ret_fd: a memfd, close-on-exec, sealed against resizing. */
int chan_mem_create(int *ret_fd);
/* Makes a status page: *ret_fd writable (for the server), *ret_ro_fd read-only (for its clients). */
int chan_status_create(int *ret_fd, int *ret_ro_fd);
/* Opens a page read-only once more. What two processes have from one opening they share: its offset and its
 * flags would carry messages that no policy sees. So each client gets one of its own. */
int chan_status_reopen(int ro_fd, int *ret_fd);
/* Makes the table of one server's handles (nk/held.h): *ret_table is ours to write, *ret_ro_fd for the
 * server. Nothing but that one mapping can ever write to it, whoever gets hold of the descriptor, or opens it
 * anew. */
int chan_held_create(uint32_t n_seats, uint32_t own_seat, HeldTable *ret_table, int *ret_ro_fd);
/* Maps it to read. Takes over the descriptor on success. */
int chan_held_map(int ro_fd, HeldTable *ret_table);
void chan_held_unmap(HeldTable *table);
/* Makes a bell, close-on-exec: an eventfd. It goes to one client and nobody else: who holds it can fill
 * it and make writing to it block, so an end must never ring what another one has. */
int chan_bell_create(int *ret_fd);
/* Makes an ear, close-on-exec: the epoll set that a listener sleeps on. It goes to the server; it
 * hears the bells that are added to it without holding them. */
int chan_ear_create(int *ret_fd);
int chan_ear_add(int ear_fd, int bell_fd);
/* Maps a channel's memory; the whole of it, sparse. Unmap with chan_mem_unmap. */
int chan_mem_map(int fd, ChanHeader **ret_mem);
void chan_mem_unmap(ChanHeader *mem);
/* Tells the living end that the other one is gone (bits of CHAN_*_GONE) and wakes every caller.
 * Idempotent. bell_fd: a bell of the caller's own that the server hears, or -1. */
void chan_mem_close(ChanHeader *mem, uint32_t who, int bell_fd);
/* The same in two steps, where nobody of the living end can wait in another slot than these, a bit each:
 * slots that nobody has touched have no memory yet, and would get it. Which they are is found out between the
 * steps: whoever posts later sees that the leg is closed. */
void chan_mem_say_closed(ChanHeader *mem, uint32_t who);
void chan_mem_close_slots(ChanHeader *mem, uint32_t slots, uint32_t who, int bell_fd);
/* Slots of a leg that have memory; all of them when that can't be told. */
uint32_t chan_mem_touched(int fd);
/* What slot `i` is doing, and for which thread of the client, for `who waits for whom`. */
typedef enum ChanPhase { CHAN_PHASE_NONE, CHAN_PHASE_POSTED, CHAN_PHASE_SERVED } ChanPhase;
ChanPhase chan_mem_peek(ChanHeader *mem, uint32_t i, uint32_t *ret_thread);

/* --- judged calls --- */

/* Takes over both descriptors on success. */
int chan_kernel_open(ChanKernel *k, int bell_fd, int status_fd);
void chan_kernel_close(ChanKernel *k);

/* --- client end --- */

/* What a client end consists of. Everything but the descriptors is borrowed and outlives the end. */
typedef struct ChanClientPlan {
        int mem_fd, bell_fd, status_fd; /* the direct leg; -1: nothing is direct */
        uint32_t status_index;
        int judged_fd; /* the client's leg; -1: nothing is judged */
        const ChanKernel *kernel;
        const ChanVerdicts *verdicts; /* NULL: everything goes over the only leg there is */
        const void *shape;            /* table of the server's class; NULL: replies are not checked */
        uint32_t deadline_ms;         /* 0: none */
        bool has_riid;                /* requests go to this endpoint, whatever they say: */
        uint16_t riid;
} ChanClientPlan;

/* Takes over the descriptors on success. */
int chan_client_open(const ChanClientPlan *plan, ChanClient **ret_client);

/* An end without policy. Takes over the three descriptors on success (maps and closes what need not stay
 * open). shape: table of the server's class, valid as long as the client; NULL: replies are not checked. */
int chan_client_new(int mem_fd, int bell_fd, int status_fd, uint32_t status_index, const void *shape,
        uint32_t deadline_ms, ChanClient **ret_client);
/* One without legs, which has ended from the start. */
int chan_client_ended(ChanClient **ret_client);
/* Has the channel ended, at either side? Then no call of it is sent any more. */
bool chan_client_has_ended(const ChanClient *c);
/* Ends the channel: calls under way in other threads return CHAN_E_CLOSED. Free it when they are out. */
void chan_client_close(ChanClient *c);
ChanClient *chan_client_free(ChanClient *c);
/* In a process that may fork (family.h) client ends lie in the memory of its family: every member calls
 * through them. Those that are there now stay open as long as the family: closing and freeing them does
 * nothing. To be called with the lock, which is held while a process is forked. */
void chan_client_keep_all(void);
pthread_mutex_t *chan_client_get_lock(void);
/* Takes back what members that have ended had in the channels of this process. */
void chan_client_sweep_all(void);
/* One exchange: sends `out`, waits, fills `in`, checks it. A reply with a status other than rcOk
 * gives 0 and *ret_status. */
int chan_call(ChanClient *c, const ChanOut *out, ChanIn *in, const ChanWait *wait, int32_t *ret_status);

/* A call that nobody waits for: half of an exchange, and the other half later, or never asked for. Whatever
 * is called after it is served after it; of others that are posted the server takes whichever it finds. */
typedef struct ChanTicket {
        uint64_t client, number; /* neither is used twice */
        uint32_t slot;
        uint16_t iid, mid;
} ChanTicket;

#define CHAN_POSTS_MAX 4u /* of one channel whose answers have not been taken */

/* Sends `out`. CHAN_E_STATE: not this way: so many are under way, or the call must be judged; nothing was
 * sent, and chan_call() does it. */
int chan_post(ChanClient *c, const ChanOut *out, ChanTicket *ret_ticket);
/* Fills `in` and *ret_status as chan_call(), and the ticket is used up. CHAN_E_TIMEOUT, CHAN_E_INTERRUPTED:
 * not yet answered, the ticket stays; with a time limit of 0 that is not waited for. CHAN_E_STATE: no such
 * ticket. *ret_status CHAN_ELSEWHERE: it was not served, as it must be judged: chan_call() does it. Each
 * ticket is taken by one thread. */
int chan_post_take(
        ChanClient *c, const ChanTicket *ticket, ChanIn *in, const ChanWait *wait, int32_t *ret_status);

/* --- server end --- */

/* Takes over ear_fd on success. */
int listener_new(int status_fd, uint32_t status_index, int ear_fd, Listener **ret_listener);
/* Ends every channel of the set: callers are woken, threads in listener_recv return CHAN_E_CLOSED.
 * Free it when they are out. */
void listener_close(Listener *l);
Listener *listener_free(Listener *l);
/* What a server end consists of, likewise. */
typedef struct ChanEndPlan {
        int mem_fd;    /* the direct leg; -1: nothing is direct */
        int judged_fd; /* the server's leg; -1: nothing is judged */
        const ChanKernel *kernel;
        const ChanVerdicts *verdicts; /* NULL: there is no policy */
        const void *shape;            /* table of this class; NULL: requests are not checked */
        const char *peer;             /* name of the client's process, copied; NULL: not known */
        const HeldTable *held;        /* what handles of requests stand for; NULL: nobody knows here */
        uint32_t seat;                /* the client's in it */
} ChanEndPlan;

/* Adds a channel to the set; its bell is in the ear already. Takes over the descriptors on success.
 * CHAN_E_STATE: the set is full. */
int listener_add_end(Listener *l, const ChanEndPlan *plan);
/* What is called by a thread that looks, when the kernel process says in the status page that there are
 * channels to be added (StatusEntry.news); it adds them. */
typedef void ListenerNews(void);
void listener_on_news(Listener *l, ListenerNews *look);
/* One without policy. */
int listener_add(Listener *l, int mem_fd, const void *shape);
/* Waits for a well-formed request, copies it out. A malformed one is
 * answered here, with rcInvalidArgument, or rcResourceNotFound when its RIID or MID does not exist,
 * and the wait goes on. So is one larger than any request of the class, with rcOutOfMemory: only a
 * request that `in` should have had room for is CHAN_E_TOO_BIG. */
int listener_recv(Listener *l, ChanIn *in, const ChanWait *wait, ChanRequest *ret_request);
/* Which channel of the listener it came through: a number that is never used again, from 1. */
uint64_t listener_channel_of(const ChanRequest *request);
/* Answers; the request is gone afterwards whatever the result. out == NULL: no message, only status.
 * Waits until a judged answer was judged; CHAN_E_DENIED: it was denied, and the caller told so. */
int listener_reply(Listener *l, ChanRequest *request, const ChanOut *out, int32_t status);
/* The calling thread promises to receive from `l` after each answer; NULL: it takes that back. Then what
 * waits behind a request that nobody waits for is left to it, instead of waking another thread. One that goes
 * away takes it back first. */
void listener_promise(Listener *l);
/* Name of the process that sent an unanswered request, as the channel was made with; valid until the answer.
 * NULL: not known. */
const char *listener_peer(const ChanRequest *request);

/* --- sync objects --- */

int chan_sync_new(ChanSync **ret_sync);
ChanSync *chan_sync_free(ChanSync *s);
void chan_sync_set(ChanSync *s);
void chan_sync_clear(ChanSync *s);
