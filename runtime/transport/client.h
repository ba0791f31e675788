/* SPDX-License-Identifier: MIT */
/*
 * Client end, inside: what it consists of, its slots, and one call under way. client_ends.c makes and ends
 * it, client_slots.c gives out slots, chan_client.c is the exchange.
 *
 * Which slots are in use is known only here, in private memory, so the server can't confuse two threads of
 * this process. Of a process that may fork it is its family's memory (family.h).
 */
#pragma once

#include "chan.h"
#include "family.h"
#include "wait.h"

#define HINTS 64u /* of methods that use handles; two that share one only cost time */

/* Of a method that uses handles: how often its requests were sent back lately. */
typedef struct Hint {
        _Atomic uint8_t skip; /* so many more calls don't try */
        _Atomic uint8_t length;
} Hint;

/* Of a slot in a family's end: who has it, and how far his call has come. The states stand above the number
 * of the member. Taken by him alone; what a member had that has ended, another one takes from him in the same
 * way, and so does what must not be done twice. */
#define HOLD_SHIFT   24
#define HOLD_NONE    0u
#define HOLD_CLAIMED (1u << HOLD_SHIFT) /* nobody but him knows of it */
#define HOLD_POSTED  (2u << HOLD_SHIFT) /* the other side knows of it, or is about to: see `mark` */
#define HOLD_LEFT    (3u << HOLD_SHIFT) /* abandoned: whoever finds it answered takes it back */
#define HOLD_MEMBER  ((1u << HOLD_SHIFT) - 1)

/* What belongs to one call at a time. */
typedef struct Lane {
        WaitHabit habit;
        uint32_t n_apart; /* calls in a row that slept while the server was elsewhere */
        _Atomic uint32_t hold;
        uint32_t mark;   /* before the request was posted: the slot's bit of client_mark_of() */
        bool is_judged;  /* the request went there */
        ChanSlot *slot;  /* where the answer comes */
        bool asked_back; /* the relay was asked for a call of this slot, and may not have seen it yet */
        bool is_untaken; /* the last answer in the client's leg was left there, with its handles */
        _Atomic uint64_t ticket; /* of the call that nobody waits for, 0: none */
} Lane;

struct ChanClient {
        ChanHeader *mem;            /* the direct leg, or NULL */
        ChanHeader *judged;         /* the client's leg, or NULL */
        const StatusEntry *entries; /* the server's status page, read-only; NULL: nothing is direct */
        const StatusEntry *status;  /* our listener in it */
        const ChanKernel *kernel;
        const ChanVerdicts *verdicts;
        const ShapeTable *shape; /* NULL: replies are not checked */
        uint32_t deadline_ms;    /* 0: none */
        bool is_shared;          /* in a family's memory */
        bool is_kept;            /* open at a fork */
        bool has_riid;
        uint16_t riid; /* where all requests go */
        int bell_fd;
        ChanClient *next;           /* of this process's shared ones */
        _Atomic uint32_t busy;      /* a bit per claimed slot; futex word of threads that wait for one */
        _Atomic uint32_t abandoned; /* subset of busy: no thread waits for the reply any more */
        _Atomic uint32_t unwaited;  /* subset of busy: posted without waiting, answer not taken */
        _Atomic uint32_t n_queued;  /* threads that wait for a slot */
        _Atomic uint32_t touched;   /* slots that were ever claimed */
        _Atomic uint32_t closed;    /* this end was closed */
        uint64_t number;            /* of this end, not used twice */
        _Atomic uint64_t n_posts;   /* that nobody waited for, so far */
        Lane lanes[CHAN_SLOTS];
        Hint hints[HINTS];
};

/* One call under way. */
typedef struct Call {
        ChanClient *client;
        ChanSlot *slot;           /* where the answer comes */
        ChanSlot *request;        /* of the same number, maybe on another leg */
        _Atomic uint32_t *posted; /* `pending` or `judged` of the request's leg */
        const StatusEntry *peer;  /* of who takes the request */
        int bell_fd;
        ChanSync *sync;
        uint64_t deadline_ns;
        uint32_t index;
        bool is_kept; /* nobody waits for it as it is posted, and its slot stays when nobody waits any more */
        Hint *hint;   /* it may be sent back: the method uses handles, and it goes directly */
        bool is_over; /* the slot is not this call's any more */
} Call;

bool client_is_closed(const ChanClient *c);

/* --- slots --- */

/* 0, CHAN_E_CLOSED, CHAN_E_INTERRUPTED, CHAN_E_TIMEOUT: waits for one. */
int client_claim(Call *call);
/* False: there is none now. */
bool client_try_claim(ChanClient *c, uint32_t *ret_index);
/* Takes back abandoned slots that the server has answered meanwhile. */
void client_reclaim(ChanClient *c);
void client_note_touched(ChanClient *c, uint32_t index);
void client_release(Call *call);
/* Gives up what members that have ended had. */
void client_sweep(ChanClient *c);

/* --- the exchange --- */

void client_choose_direct(Call *call);
void client_choose_judged(Call *call, bool is_straight);
bool client_goes_to_judge(const Call *call);
/* The bit of `judged` that changes when the slot is posted; 0: none does. */
uint32_t client_mark_of(const Call *call);
/* Ends the wait early, or says 0 to go on: the reply came first, or the server holds the request. */
int client_give_up(Call *call, int why);
/* Nobody will take the answer, which is there or is going to be: the handles in it must not stay ours. */
void client_leave_answer(const Call *call);
