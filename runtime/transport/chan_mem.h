/* SPDX-License-Identifier: MIT */
/*
 * What both ends of a channel share: finding a slot, copying a message in and out, the bell.
 */
#pragma once

#include <limits.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <nk/types.h>

#include "chan.h"
#include "platform/linux/futex.h"

_Static_assert(CHAN_ALL_SLOTS >> CHAN_UNWAITED_AT == 0, "a second bit for each slot");

/* What of `pending` nobody waits for: their slots' bits. */
static inline uint32_t chan_unwaited(uint32_t pending) {
        return pending >> CHAN_UNWAITED_AT & pending & CHAN_ALL_SLOTS;
}

/* Both bits of these slots. */
static inline uint32_t chan_both(uint32_t slots) {
        return slots | slots << CHAN_UNWAITED_AT;
}

/* Where the arena starts behind a constant part: on a cache line, which copies fastest. */
#define CHAN_ARENA_ALIGN 64u

static inline ChanSlot *chan_slot(ChanHeader *mem, uint32_t i) {
        return (ChanSlot *)((char *)mem + CHAN_HEADER_SIZE + (size_t)i * CHAN_SLOT_STRIDE);
}

static inline _Atomic uint32_t *chan_pending(ChanHeader *mem) {
        return &chan_slot(mem, 0)->pending;
}

static inline _Atomic uint32_t *chan_judged(ChanHeader *mem) {
        return &chan_slot(mem, 0)->judged;
}

static inline _Atomic uint32_t *chan_notes(ChanHeader *mem) {
        return &chan_slot(mem, 0)->notes;
}

static inline _Atomic uint32_t *chan_refused(ChanHeader *mem) {
        return &chan_slot(mem, 0)->refused;
}

static inline char *chan_slot_data(ChanSlot *slot) {
        return (char *)slot + CHAN_SLOT_DATA;
}

static inline uint64_t chan_arena_off(uint32_t msg_size) {
        return ((uint64_t)msg_size + CHAN_ARENA_ALIGN - 1) & ~(uint64_t)(CHAN_ARENA_ALIGN - 1);
}

/* The padding before the arena does not count: the slots have room for it. */
static inline bool chan_fits(uint32_t msg_size, uint32_t arena_size) {
        return (uint64_t)msg_size + arena_size <= CHAN_MESSAGE_MAX;
}

_Static_assert(CHAN_HEADER_SIZE + CHAN_SLOT_DATA + CHAN_MESSAGE_MAX + CHAN_ARENA_ALIGN <= CHAN_SLOT_STRIDE,
        "slots hold the largest");

/* Private to shared. The caller has checked chan_fits. */
static inline void chan_put(ChanSlot *slot, const ChanOut *out) {
        char *data = chan_slot_data(slot);

        slot->msg_size = out->msg_size;
        slot->arena_size = out->arena_size;
        memcpy(data, out->msg, out->msg_size);
        if (out->arena_size)
                memcpy(data + chan_arena_off(out->msg_size), out->arena, out->arena_size);
}

/* Shared to private. Each size is read once; the peer may change it right after. */
static inline int chan_get(ChanSlot *slot, ChanIn *in) {
        uint32_t msg_size = *(volatile uint32_t *)&slot->msg_size;
        uint32_t arena_size = *(volatile uint32_t *)&slot->arena_size;
        const char *data = chan_slot_data(slot);

        if (msg_size < sizeof(struct nk_message) || !chan_fits(msg_size, arena_size))
                return CHAN_E_MALFORMED;
        in->got_msg = msg_size;
        in->got_arena = arena_size;
        if (msg_size > in->msg_max || arena_size > in->arena_max)
                return CHAN_E_TOO_BIG;
        memcpy(in->msg, data, msg_size);
        if (arena_size)
                memcpy(in->arena, data + chan_arena_off(msg_size), arena_size);
        return 0;
}

/* An eventfd that overflows is already ringing, so the result does not matter. */
static inline void chan_ring(int bell_fd) {
        uint64_t one = 1;
        ssize_t r = write(bell_fd, &one, sizeof one);

        (void)r;
}

/* To the kernel process: requests of a client, answers of a server. */
static inline void chan_post_judged(ChanHeader *mem, uint32_t bits, const ChanKernel *kernel) {
        atomic_fetch_or(chan_judged(mem), bits);
        if (atomic_load(&kernel->status->bell_wanted))
                chan_ring(kernel->bell_fd);
}

/* Says that a slot is answered, and wakes who sleeps for it: all of them. A server's thread that is slow to
 * sleep may do so behind the next answer in its slot, together with the thread that gave that one. */
static inline void chan_say_answered(ChanSlot *slot, uint32_t state) {
        if (atomic_exchange(&slot->state, state) & CHAN_SLEEPS)
                plat_futex_wake(&slot->state, INT_MAX);
}

/* Kernel number of the calling thread, asked for once. */
uint32_t chan_thread_id(void);
/* It has another one: it is a forked child. */
void chan_forget_thread_id(void);

/* A memfd of `size` bytes, close-on-exec, whose size can't change any more, so that no end can make the other
 * fault by truncating it. A negative errno: none. */
int chan_memfd(const char *name, off_t size);
/* Maps a file of exactly that size. 0 or a negative errno. */
int chan_map(int fd, size_t size, int prot, void **ret_mem);
int chan_status_map(int fd, bool writable, StatusEntry **ret_entries);
void chan_status_unmap(const StatusEntry *entries);
