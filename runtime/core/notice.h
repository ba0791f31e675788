/* SPDX-License-Identifier: MIT */
/*
 * Notifications: receivers, what they are subscribed to, and who waits at them.
 *
 * Whatever can have events holds an NtcSource; a subscription joins one to a receiver with a mask and a
 * number of the subscriber's. An event sets bits in each subscription that asks for them, so that nothing
 * is ever lost, nothing piles up, and a receiver takes no more room than its subscriptions. Waiting calls are
 * known by a ticket of the host and end by one function of the host. No threads and no clock: the host
 * serialises the calls and says what time it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rtl/retcode.h>

#define NTC_ENTRIES_MAX   4096u  /* subscriptions of one receiver */
#define NTC_WAITERS_MAX   64u    /* calls that wait at one receiver */
#define NTC_EVENTS_MAX    64u    /* notifications that one call takes */
#define NTC_RECEIVERS_MAX 256u   /* receivers of one process: each call looks at all for what is over */
#define NTC_SHARE_MAX     16384u /* subscriptions of all receivers of one process: they are our memory */
#define NTC_NEVER         UINT64_MAX

typedef struct NtcBoard NtcBoard;       /* all receivers of a host */
typedef struct NtcReceiver NtcReceiver; /* what a Notice is */
typedef struct NtcEntry NtcEntry;
typedef uint64_t NtcTicket;

/* What one process has of all that; zero at first, and outlives its receivers. */
typedef struct NtcShare {
        uint32_t n_receivers;
        uint32_t n_entries;
} NtcShare;

/* Part of an object that can have events; zero at first, and ended (ntc_source_end) before it goes away. */
typedef struct NtcSource {
        NtcEntry *first;
        uint32_t lasting; /* events that stay true: who subscribes later is told at once */
} NtcSource;

typedef struct NtcEvent {
        uint64_t id;   /* the subscriber's number */
        uint32_t mask; /* what happened, never 0 */
} NtcEvent;

/* How a waiting call ends. */
typedef struct NtcEnd {
        NtcTicket ticket;
        Retcode rc;
        const NtcEvent *events; /* rcOk; valid during the call of the host's function */
        uint32_t n_events;      /* rcOk: at least 1 */
} NtcEnd;
/* Called from within the functions below; must not call one. */
typedef void NtcSay(void *host, const NtcEnd *end);

int ntc_board_new(NtcSay *say, void *host, NtcBoard **ret_board);
/* No receiver may be left. */
NtcBoard *ntc_board_free(NtcBoard *board);

/* rcOk; rcOutOfMemory: NTC_RECEIVERS_MAX reached, or no memory. */
Retcode ntc_new(NtcBoard *board, NtcShare *share, NtcReceiver **ret_receiver);
/* Waiting calls end with rcAbort, subscriptions with it. */
NtcReceiver *ntc_free(NtcReceiver *r);

/* Events of `mask` of this source become notifications with that id. Several subscriptions to one source are
 * allowed, also with one id. rcOk; rcInvalidArgument: empty mask; rcOutOfMemory: NTC_ENTRIES_MAX or
 * NTC_SHARE_MAX reached, or no memory. */
Retcode ntc_subscribe(NtcReceiver *r, NtcSource *source, uint32_t mask, uint64_t id);
/* With all that were not taken yet. rcResourceNotFound: none was there. */
Retcode ntc_unsubscribe(NtcReceiver *r, const NtcSource *source);
Retcode ntc_unsubscribe_id(NtcReceiver *r, const NtcSource *source, uint64_t id);

/* Something happened. lasting: it stays true. */
void ntc_raise(NtcSource *source, uint32_t mask, bool lasting);
/* The object is gone: raises `mask`, then lets go of the subscriptions. Notifications that were not taken yet
 * stay. */
void ntc_source_end(NtcSource *source, uint32_t mask);

/* Up to n_max notifications in the order in which their subscriptions became ready. Said at once if there are
 * any, else with the next one, or rcTimeout. rcOk: said, or will be. rcTimeout: none, and until_ms is not
 * later than now_ms. rcInvalidArgument: n_max is 0. rcOutOfMemory: NTC_WAITERS_MAX calls wait here, or no
 * memory. */
Retcode ntc_wait(NtcReceiver *r, NtcTicket ticket, uint32_t n_max, uint64_t now_ms, uint64_t until_ms);
/* A waiting call is withdrawn, unsaid. */
void ntc_withdraw(NtcReceiver *r, NtcTicket ticket);
/* Waiting calls end with rcAbort. */
void ntc_wake(NtcReceiver *r);

/* Ends what has waited long enough, with rcTimeout. Returns when to come again, or NTC_NEVER. */
uint64_t ntc_expire(NtcBoard *board, uint64_t now_ms);

/* Subscriptions and waiting calls of all receivers, for checks that nothing is left. */
uint32_t ntc_count(const NtcBoard *board);
