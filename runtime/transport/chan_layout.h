/* SPDX-License-Identifier: MIT */
/*
 * Channel memory: shared pages between two processes, a *leg* of a channel.
 *
 * A channel has up to three legs, and each belongs to two processes alone. The direct leg lies between
 * client and server, and is there only when the policy always grants some method. What must be judged
 * goes over the client's leg to the kernel process and over the server's leg from there; a slot of the one
 * leg belongs to the slot of the same number of the others. All legs look the same:
 *
 * A leg is a memfd: a header and CHAN_SLOTS call slots, the first of them in the header's page, so that a leg
 * on which one thread calls takes one page of memory. A slot carries one call at a
 * time, request and reply in the same data area, so several threads of a client can call at
 * once. Both ends may write any byte of it at any moment; nothing in here is ever trusted:
 * the receiver copies out, then checks the copy, then uses the copy. What must not be lost to
 * a hostile neighbour (who rings whom, who sleeps) is not here but in the status page, which
 * belongs to one server and which its clients see read-only.
 *
 * A call begins when its bit in `pending` is set, and a server takes it by clearing the bit; so does
 * a client that withdraws. The slot's state word says whether the answer is there:
 *
 *      FREE ──client──▶ CALL ──server──▶ REPLY ──client, with its next call──▶ CALL
 *
 * The client may add CHAN_SLEEPS, and whoever ends the channel adds CHAN_DEAD. A call by one thread
 * at a time touches two cache lines: the control line of slot 0, where `pending` lies too, and the
 * data line behind it.
 *
 * Above the bit of a slot in `pending`, by CHAN_UNWAITED_AT, stands whether anybody waits for the answer.
 * What nobody waits for is received first, and nothing else of the same client before it is answered: so a
 * client has its calls served in their order without waiting for each.
 *
 * `judged` is to the kernel process what `pending` is to the server: on the client's leg the client sets
 * the bit of a request, on the server's leg the server sets the bit of an answer. An answer that was judged
 * ends in CHAN_DONE with the outcome in `status`, for the server that waits for it:
 *
 *      FREE, REPLY, DONE ──kernel process──▶ CALL ──server──▶ REPLY ──kernel process──▶ DONE
 *
 * `notes` are asides to the kernel process: of a client that wants a call back, of a server that was sent
 * directly what must be judged.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#define CHAN_SLOTS         16u                  /* concurrent calls of one client on one channel */
#define CHAN_MESSAGE_MAX   (4u * 1024u * 1024u) /* bytes: constant part and arena together */
#define CHAN_ALL_SLOTS     ((1u << CHAN_SLOTS) - 1)
#define CHAN_LISTENERS_MAX 64u /* StatusEntry in a status page */

/* State word of a slot. */
#define CHAN_FREE   0u /* never used yet */
#define CHAN_CALL   1u /* posted, received or not */
#define CHAN_REPLY  2u
#define CHAN_DONE   3u        /* server's leg: the answer was judged */
#define CHAN_STATE  3u        /* mask of the four above */
#define CHAN_SLEEPS (1u << 2) /* the client sleeps on the word: whoever answers wakes it */
#define CHAN_DEAD   (1u << 3) /* the other end is gone; set by whoever ends the channel */

/* The caller sleeps on its processor and will be woken there: the server may come over. */
#define CHAN_STAYS     1u
/* Server's leg: the answer may go to the direct leg, nobody judges it. */
#define CHAN_STRAIGHT  2u
/* Client's leg: nobody is going to take the answer of this call; nobody has taken the one before in this
 * slot. */
#define CHAN_ABANDONED 4u
#define CHAN_UNTAKEN   8u
/* Nobody waits for the answer; for `who waits for whom`. The server goes by `pending`. */
#define CHAN_UNWAITED  16u
/* Direct leg: whoever takes the request says so in `turn` before he does: of a client whose members may end
 * in the middle of a call (family.h). */
#define CHAN_TELLS     32u

#define CHAN_UNWAITED_AT 16 /* in `pending` of the direct leg: from a slot's bit to its other one */

/* Status of a direct answer in place of the caller's: post it again on the judged way. No code of any kind.
 */
#define CHAN_ELSEWHERE INT32_MIN

/* In `judged`, beside the slots' bits: this end was closed. */
#define CHAN_LEFT (1u << 31)

/* Why the channel ended; bits of ChanHeader.closed. */
#define CHAN_CLIENT_GONE 1u
#define CHAN_SERVER_GONE 2u

/* One call. The data area follows at CHAN_SLOT_DATA: constant part, padding to 64, arena. */
typedef struct ChanSlot {
        _Atomic uint32_t state; /* futex word of the client */
        _Atomic uint32_t
                pending;     /* slot 0 only: a bit per slot whose call nobody has received, and see above */
        uint32_t msg_size;   /* bytes of the constant part in the data area */
        uint32_t arena_size; /* used arena bytes behind it */
        int32_t status;      /* reply: rcOk, or the code the caller is given instead of a message */
        uint32_t cpu;        /* where the caller runs, for co-location; a hint */
        uint32_t flags;      /* request: CHAN_STAYS, a hint; CHAN_STRAIGHT and the others */
        uint32_t thread;     /* caller's thread id, shown by `who waits for whom`; a hint */
        _Atomic uint32_t judged; /* slot 0 only: a bit per slot that the kernel process shall take */
        _Atomic uint32_t
                notes; /* slot 0 only: client's leg: calls to be given back; server's leg: forbidden */
        /* Server's leg, written by the kernel process: which answer was judged last (upper half: its `turn`),
         * and what the last ones came to (lower half: a bit each, 1: denied). The next request may be in the
         * slot before the server has looked. */
        _Atomic uint64_t verdicts;
        uint32_t turn; /* server's leg: number of the request in the slot; direct leg: see CHAN_TELLS */
        _Atomic uint32_t
                refused; /* slot 0 only: server's leg: a bit per slot whose request nobody received */
        uint32_t pad[2];
} ChanSlot;

#define CHAN_HEADER_SIZE 128u
#define CHAN_SLOT_DATA   64u /* from the start of the slot */
#define CHAN_SLOT_STRIDE (CHAN_MESSAGE_MAX + 4096u)
#define CHAN_SIZE        (CHAN_SLOTS * (uint64_t)CHAN_SLOT_STRIDE) /* each slot leaves room for the header */

typedef struct ChanHeader {
        _Atomic uint32_t closed; /* CHAN_*_GONE */
        uint32_t pad[15];
        uint32_t forbidden[CHAN_SLOTS]; /* server's leg, with the bit in `notes`: RIID << 16 | MID */
} ChanHeader;

/* What a listener's clients must know, in a page that only the server (and the kernel) can write. */
typedef struct StatusEntry {
        _Atomic uint32_t bell_wanted; /* nobody looks for requests and somebody sleeps: ring after posting */
        _Atomic uint32_t cpu;         /* where a server thread last looked or slept; a hint */
        _Atomic uint32_t served;      /* goes up with every STATUS_STEP requests a thread receives; a hint */
        _Atomic uint32_t news;        /* the kernel process counts: channels that were added while it ran */
        uint32_t pad[12];
} StatusEntry;

#define STATUS_SIZE 4096u
#define STATUS_STEP 16u

_Static_assert(sizeof(ChanSlot) == CHAN_SLOT_DATA, "slot control is one cache line");
_Static_assert(sizeof(ChanHeader) == CHAN_HEADER_SIZE, "two cache lines");
_Static_assert(sizeof(StatusEntry) == 64, "one cache line a listener");
_Static_assert(CHAN_LISTENERS_MAX * sizeof(StatusEntry) <= STATUS_SIZE, "status page");
