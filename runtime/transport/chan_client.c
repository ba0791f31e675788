/* SPDX-License-Identifier: MIT */
/*
 * Client end: puts a request into a slot, rings if nobody looks, waits for the reply.
 *
 * The verdict of the method says over which leg the request goes and over which the answer comes.
 * Nothing but a judged answer is ever looked for on the client's leg, where the server can't write.
 *
 * Which slots are in use is known only here, in private memory, so the server can't confuse two
 * threads of this process. A slot whose call was given up while the server held it is abandoned:
 * it comes back when the server answers after all.
 *
 * A call that nobody waits for (chan_post) keeps its slot until its answer is taken. As the server
 * receives nothing else of us before it has answered that, and looks again then, nobody rings meanwhile.
 */
#include "chan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nk/types.h>
#include <rtl/retcode.h>

#include "chan_mem.h"
#include "chan_sync.h"
#include "nk/places.h"
#include "nk/verify.h"
#include "platform/linux/affinity.h"
#include "platform/linux/futex.h"
#include "wait.h"

/* Calls in a row that had to sleep although the server looked from another processor, before the caller
 * invites it over. A probe (wait.h) comes first: two processors that really run beat one. */
#define INVITE_AFTER (2 * WAIT_PROBE_GAP)

#define QUEUE_SOON_NS 1000000u  /* who waits for a slot while one is abandoned: its reply wakes nobody */
#define QUEUE_LONG_NS 50000000u /* while none is: one that becomes abandoned wakes nobody either */

#define HINTS      64u /* of methods that use handles; two that share one only cost time */
#define DETOUR_MAX 64u /* calls that go the judged way at once, between two that try the direct one */

/* Of a method that uses handles: how often its requests were sent back lately. */
typedef struct Hint {
        _Atomic uint8_t skip; /* so many more calls don't try */
        _Atomic uint8_t length;
} Hint;

/* What belongs to one call at a time. */
typedef struct Lane {
        WaitHabit habit;
        uint32_t n_apart; /* calls in a row that slept while the server was elsewhere */
        ChanSlot *slot;   /* where the answer comes */
        bool asked_back;  /* the relay was asked for a call of this slot, and may not have seen it yet */
        bool is_untaken;  /* the last answer in the client's leg was left there, with its handles */
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
        bool has_riid;
        uint16_t riid; /* where all requests go */
        int bell_fd;
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

static _Atomic uint64_t n_clients;

static ChanClient *client_drop(ChanClient *c) {
        chan_mem_unmap(c->mem);
        chan_mem_unmap(c->judged);
        chan_status_unmap(c->entries);
        free(c);
        return NULL;
}

static int map_legs(ChanClient *c, const ChanClientPlan *plan) {
        StatusEntry *entries;
        int r = 0;

        if (plan->mem_fd >= 0) {
                r = chan_status_map(plan->status_fd, false, &entries);
                if (r == 0) {
                        c->entries = entries;
                        c->status = &entries[plan->status_index];
                        r = chan_mem_map(plan->mem_fd, &c->mem);
                }
        }
        if (r == 0 && plan->judged_fd >= 0)
                r = chan_mem_map(plan->judged_fd, &c->judged);
        return r;
}

static void close_fd(int fd) {
        if (fd >= 0)
                (void)close(fd);
}

int chan_client_open(const ChanClientPlan *plan, ChanClient **ret_client) {
        ChanClient *c;
        int r;

        if (plan->status_index >= CHAN_LISTENERS_MAX || (plan->mem_fd < 0 && plan->judged_fd < 0) ||
                (plan->judged_fd >= 0 && !plan->kernel))
                return -EINVAL;
        c = calloc(1, sizeof *c);
        if (!c)
                return -ENOMEM;
        r = map_legs(c, plan);
        if (r < 0) {
                client_drop(c);
                return r;
        }
        c->number = atomic_fetch_add(&n_clients, 1) + 1;
        c->kernel = plan->kernel;
        c->verdicts = plan->verdicts;
        c->shape = plan->shape;
        c->deadline_ms = plan->deadline_ms;
        c->has_riid = plan->has_riid;
        c->riid = plan->riid;
        c->bell_fd = plan->mem_fd >= 0 ? plan->bell_fd : -1;
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                c->lanes[i].habit = (WaitHabit)WAIT_HABIT_INIT;
        close_fd(plan->mem_fd);
        close_fd(plan->judged_fd);
        close_fd(plan->status_fd);
        *ret_client = c;
        return 0;
}

int chan_client_ended(ChanClient **ret_client) {
        ChanClient *c = calloc(1, sizeof *c);

        if (!c)
                return -ENOMEM;
        c->bell_fd = -1;
        atomic_store(&c->closed, 1);
        *ret_client = c;
        return 0;
}

int chan_client_new(int mem_fd, int bell_fd, int status_fd, uint32_t status_index, const void *shape,
        uint32_t deadline_ms, ChanClient **ret_client) {
        const ChanClientPlan plan = {.mem_fd = mem_fd,
                .bell_fd = bell_fd,
                .status_fd = status_fd,
                .status_index = status_index,
                .judged_fd = -1,
                .shape = shape,
                .deadline_ms = deadline_ms};

        return chan_client_open(&plan, ret_client);
}

ChanClient *chan_client_free(ChanClient *c) {
        if (!c)
                return NULL;
        chan_client_close(c);
        close_fd(c->bell_fd);
        return client_drop(c);
}

static bool is_known_to_have_left(ChanHeader *leg) {
        return atomic_load(&leg->closed) & CHAN_CLIENT_GONE;
}

/* Only threads of this process wait in slots of these legs, and only in claimed ones. A slot that is claimed
 * from now on is looked after by its thread, which finds this end closed after it has posted. Each bell wakes
 * another process: freeing closes too, and the kernel process has mostly ended the channel before. */
void chan_client_close(ChanClient *c) {
        uint32_t slots;

        if (atomic_exchange(&c->closed, 1))
                return;
        slots = atomic_load(&c->touched);
        if (c->mem)
                chan_mem_close_slots(
                        c->mem, slots, CHAN_CLIENT_GONE, is_known_to_have_left(c->mem) ? -1 : c->bell_fd);
        if (c->judged) {
                bool is_known = is_known_to_have_left(c->judged);

                chan_mem_close_slots(c->judged, slots, CHAN_CLIENT_GONE, -1);
                if (!is_known)
                        chan_post_judged(c->judged, CHAN_LEFT, c->kernel);
        }
        plat_futex_wake(&c->busy, INT_MAX);
}

static bool is_closed(const ChanClient *c) {
        return atomic_load(&c->closed) || (c->mem && atomic_load(&c->mem->closed)) ||
               (c->judged && atomic_load(&c->judged->closed));
}

bool chan_client_has_ended(const ChanClient *c) {
        return is_closed(c);
}

/* --- slots --- */

/* Takes back abandoned slots that the server has answered meanwhile. */
static void reclaim_abandoned(ChanClient *c) {
        uint32_t left = atomic_load(&c->abandoned);

        while (left) {
                uint32_t bit = left & -left;
                ChanSlot *slot = c->lanes[__builtin_ctz(bit)].slot;

                left &= ~bit;
                if ((atomic_load(&slot->state) & CHAN_STATE) != CHAN_REPLY)
                        continue;
                if (!(atomic_fetch_and(&c->abandoned, ~bit) & bit))
                        continue; /* another thread has it */
                atomic_fetch_and(&c->busy, ~bit);
        }
}

static bool try_claim(ChanClient *c, uint32_t *ret_index) {
        uint32_t busy = atomic_load_explicit(&c->busy, memory_order_relaxed);

        while (busy != CHAN_ALL_SLOTS) {
                uint32_t bit = ~busy & (busy + 1);

                if (atomic_compare_exchange_weak(&c->busy, &busy, busy | bit)) {
                        *ret_index = (uint32_t)__builtin_ctz(bit);
                        return true;
                }
        }
        return false;
}

/* All slots carry calls of other threads (or abandoned ones): wait for one of them to end. */
static int claim_slowly(Call *call) {
        ChanClient *c = call->client;
        int r = 0;

        atomic_fetch_add(&c->n_queued, 1);
        for (;;) {
                uint64_t until = plat_now_ns();

                reclaim_abandoned(c);
                if (try_claim(c, &call->index))
                        break;
                if (is_closed(c)) {
                        r = CHAN_E_CLOSED;
                        break;
                }
                if (chan_sync_is_set(call->sync)) {
                        r = CHAN_E_INTERRUPTED;
                        break;
                }
                until += atomic_load(&c->abandoned) || call->sync ? QUEUE_SOON_NS : QUEUE_LONG_NS;
                if (until > call->deadline_ns)
                        until = call->deadline_ns;
                if (plat_futex_wait(&c->busy, CHAN_ALL_SLOTS, until) == -ETIMEDOUT &&
                        plat_now_ns() >= call->deadline_ns) {
                        r = CHAN_E_TIMEOUT;
                        break;
                }
        }
        atomic_fetch_sub(&c->n_queued, 1);
        return r;
}

static int claim(Call *call) {
        if (atomic_load_explicit(&call->client->abandoned, memory_order_relaxed))
                reclaim_abandoned(call->client);
        if (try_claim(call->client, &call->index))
                return 0;
        return claim_slowly(call);
}

/* In one order with `closed`: see chan_client_close. */
static void note_touched(ChanClient *c, uint32_t index) {
        if (!(atomic_load_explicit(&c->touched, memory_order_relaxed) & (1u << index)))
                atomic_fetch_or(&c->touched, 1u << index);
}

static void release(Call *call) {
        ChanClient *c = call->client;

        call->is_over = true;
        if (call->is_kept) {
                atomic_store(&c->lanes[call->index].ticket, 0);
                atomic_fetch_and(&c->unwaited, ~(1u << call->index));
        }
        atomic_fetch_and(&c->busy, ~(1u << call->index));
        if (atomic_load(&c->n_queued))
                plat_futex_wake(&c->busy, 1);
}

/* --- the exchange --- */

static void choose_direct(Call *call) {
        ChanClient *c = call->client;

        call->request = call->slot = chan_slot(c->mem, call->index);
        call->posted = chan_pending(c->mem);
        call->peer = c->status;
        call->bell_fd = c->bell_fd;
}

static void choose_judged(Call *call, bool is_straight) {
        ChanClient *c = call->client;

        call->request = chan_slot(c->judged, call->index);
        call->slot = is_straight && c->mem ? chan_slot(c->mem, call->index) : call->request;
        call->posted = chan_judged(c->judged);
        call->peer = c->kernel->status;
        call->bell_fd = c->kernel->bell_fd;
}

/* Methods whose handles are given away, and not used, would go to the server in vain each time. */
static bool is_worth_trying(Hint *hint) {
        uint8_t skip = atomic_load_explicit(&hint->skip, memory_order_relaxed);

        if (skip > 0)
                atomic_store_explicit(&hint->skip, (uint8_t)(skip - 1), memory_order_relaxed);
        return skip == 0;
}

/* The first time costs nothing more: the server knows the handle from then on, if it is one to use there. */
static void note_sent_back(Hint *hint) {
        uint8_t length = atomic_load_explicit(&hint->length, memory_order_relaxed);

        atomic_store_explicit(&hint->skip, length, memory_order_relaxed);
        length = length ? length * 2 : 1;
        atomic_store_explicit(
                &hint->length, length < DETOUR_MAX ? length : (uint8_t)DETOUR_MAX, memory_order_relaxed);
}

static void note_served(Hint *hint) {
        if (atomic_load_explicit(&hint->length, memory_order_relaxed))
                atomic_store_explicit(&hint->length, 0, memory_order_relaxed);
}

static uint16_t riid_of(const ChanClient *c, const struct nk_message *msg) {
        return c->has_riid ? c->riid : msg->iid;
}

static Hint *hint_of(ChanClient *c, uint16_t riid, uint16_t mid) {
        return &c->hints[(riid * 7u + mid) % HINTS];
}

/* A class without a policy has one leg; a class with one has its client's leg at least. */
static void choose_legs(Call *call, const struct nk_message *msg) {
        ChanClient *c = call->client;
        uint16_t riid = riid_of(c, msg);
        ChanWay way = c->judged ? verdicts_way(c->verdicts, riid, msg->mid) : CHAN_WAY_DIRECT;
        Hint *hint = hint_of(c, riid, msg->mid);

        if (way == CHAN_WAY_USE && c->mem && is_worth_trying(hint))
                call->hint = hint;
        if (c->mem && (way == CHAN_WAY_DIRECT || call->hint))
                choose_direct(call);
        else
                choose_judged(call, way != CHAN_WAY_JUDGED);
}

static void invite(ChanSlot *slot, uint32_t cpu, uint32_t flags) {
        slot->cpu = cpu;
        slot->flags = flags;
}

/* Before the slot is posted anew: a wish of the call before must not become one of this call. */
static void forget_wish(ChanClient *c, uint32_t i) {
        if (!c->lanes[i].asked_back)
                return;
        c->lanes[i].asked_back = false;
        atomic_fetch_and(chan_notes(c->judged), ~(1u << i));
}

static bool goes_to_judge(const Call *call) {
        return call->client->judged && call->posted == chan_judged(call->client->judged);
}

/* With the next request that goes over the leg, should the relay not have seen the wish. */
static void say_untaken(Call *call) {
        Lane *lane = &call->client->lanes[call->index];

        if (!lane->is_untaken || !goes_to_judge(call))
                return;
        call->request->flags |= CHAN_UNTAKEN;
        lane->is_untaken = false;
}

static uint64_t ticket_of(ChanClient *c, uint32_t i) {
        return atomic_load(&c->lanes[i].ticket);
}

/* Is one of our calls that nobody waits for unanswered? Whoever serves it, or is going to, looks for the
 * others after its answer. After the post, in one order with that look. */
static bool is_behind_unwaited(const Call *call) {
        ChanClient *c = call->client;
        uint32_t left = atomic_load_explicit(&c->unwaited, memory_order_relaxed) & ~(1u << call->index);

        if (left && goes_to_judge(call))
                return false;
        for (; left; left &= left - 1) {
                uint32_t i = (uint32_t)__builtin_ctz(left);
                uint64_t ticket = ticket_of(c, i);

                if ((atomic_load(&chan_slot(c->mem, i)->state) & CHAN_STATE) == CHAN_CALL && ticket &&
                        ticket_of(c, i) == ticket) /* not the state of a later call in that slot */
                        return true;
        }
        return false;
}

static uint32_t bits_of(const Call *call) {
        uint32_t bit = 1u << call->index;

        return call->is_kept ? chan_both(bit) : bit;
}

static void post(Call *call, const ChanOut *out) {
        ChanSlot *slot = call->slot;

        forget_wish(call->client, call->index);
        chan_put(call->request, out);
        if (call->client->has_riid)
                ((struct nk_message *)(void *)chan_slot_data(call->request))->iid = call->client->riid;
        invite(slot, plat_cpu(), call->is_kept ? CHAN_UNWAITED : 0);
        slot->thread = chan_thread_id();
        if (call->request != slot) {
                invite(call->request, slot->cpu, 0);
                call->request->thread = slot->thread;
        }
        say_untaken(call);
        call->client->lanes[call->index].slot = slot;
        atomic_store_explicit(&slot->state, CHAN_CALL, memory_order_release);
        /* Full barrier: the other side looks at the word after it has asked for the bell. */
        atomic_fetch_or(call->posted, bits_of(call));
        if (atomic_load(&call->peer->bell_wanted) && !is_behind_unwaited(call))
                chan_ring(call->bell_fd);
}

static bool is_answered(void *arg) {
        const ChanSlot *slot = ((Call *)arg)->slot;
        uint32_t state = atomic_load_explicit(&slot->state, memory_order_acquire);

        return (state & CHAN_STATE) == CHAN_REPLY || (state & CHAN_DEAD);
}

/* True: nobody had received the call, and nobody will. */
static bool withdraw(Call *call) {
        return atomic_fetch_and(call->posted, ~bits_of(call)) & 1u << call->index;
}

/* What the kernel process has handed on, and the server not yet received, it can still take back. */
static void ask_back(const Call *call) {
        ChanClient *c = call->client;

        if (!goes_to_judge(call))
                return;
        c->lanes[call->index].asked_back = true;
        atomic_fetch_or(chan_notes(c->judged), 1u << call->index);
        if (atomic_load(&call->peer->bell_wanted))
                chan_ring(call->bell_fd);
}

/* Nobody will take the answer, which is there or is going to be: the handles in it must not stay ours. */
static void leave_answer(const Call *call) {
        if (!goes_to_judge(call))
                return;
        if (call->slot == call->request) {
                call->client->lanes[call->index].is_untaken = true;
                call->slot->flags |= CHAN_ABANDONED;
        }
        ask_back(call);
}

static void sleep_once(Call *call, uint32_t state) {
        if (call->sync)
                (void)plat_futex_wait2(&call->slot->state, state, &call->sync->set, 0, call->deadline_ns);
        else
                (void)plat_futex_wait(&call->slot->state, state, call->deadline_ns);
}

static bool is_late(const Call *call) {
        return call->deadline_ns != PLAT_NO_DEADLINE && plat_now_ns() >= call->deadline_ns;
}

/* Ends the wait early, or says 0 to go on: the reply came first, or the server holds the request. */
static int give_up(Call *call, int why) {
        if (call->is_kept)
                return is_answered(call) ? 0 : why;
        if (withdraw(call)) {
                if (call->request->flags & CHAN_UNTAKEN)
                        call->client->lanes[call->index].is_untaken = true; /* nobody has read it */
                release(call);
                return why;
        }
        if (is_answered(call))
                return 0;
        if (why == CHAN_E_INTERRUPTED) {
                ask_back(call);
                return 0;
        }
        leave_answer(call);
        atomic_fetch_or(&call->client->abandoned, 1u << call->index);
        call->is_over = true;
        return why;
}

/* Sleeps until the slot is answered. > 0: the call is over without an answer, the slot is dealt with.
 * A server that keeps changing the word keeps us from sleeping, so each turn looks at the time itself. */
static int sleep_for_answer(Call *call) {
        int r;

        for (;;) {
                uint32_t state = atomic_load(&call->slot->state);

                if (is_answered(call))
                        return 0;
                if (chan_sync_is_set(call->sync)) {
                        r = give_up(call, CHAN_E_INTERRUPTED);
                        if (r)
                                return r;
                        call->sync = NULL; /* picked up: can't be interrupted any more */
                        continue;
                }
                if (is_late(call)) {
                        r = give_up(call, CHAN_E_TIMEOUT);
                        if (r)
                                return r;
                        continue;
                }
                if (!(state & CHAN_SLEEPS) &&
                        !atomic_compare_exchange_strong(&call->slot->state, &state, state | CHAN_SLEEPS))
                        continue;
                sleep_once(call, state | CHAN_SLEEPS);
        }
}

static int wait_answer(Call *call) {
        Lane *lane = &call->client->lanes[call->index];
        uint32_t cpu = plat_cpu();
        bool peer_here = atomic_load_explicit(&call->peer->cpu, memory_order_relaxed) == cpu;
        PlatStay stay = {.staying = false};
        int r;

        if (wait_brief(&lane->habit, peer_here, &call->peer->served, is_answered, call)) {
                lane->n_apart = 0;
                return 0;
        }
        if (!peer_here && ++lane->n_apart > INVITE_AFTER && plat_stay_on(&stay, cpu)) {
                invite(call->slot, cpu, CHAN_STAYS | (call->slot->flags & CHAN_UNTAKEN));
                if (call->request != call->slot)
                        invite(call->request, cpu, CHAN_STAYS | (call->request->flags & CHAN_UNTAKEN));
        }
        r = sleep_for_answer(call);
        plat_roam(&stay);
        return r;
}

/* Copies the answer out of the slot. The word stays as it is: writing it would fetch the line back from
 * the server's processor, and the next call writes it anyway. */
static int collect(Call *call, ChanIn *in, int32_t *ret_status) {
        ChanSlot *slot = call->slot;
        int32_t status;
        int r = 0;

        if ((atomic_load(&slot->state) & CHAN_STATE) != CHAN_REPLY) {
                release(call);
                return CHAN_E_CLOSED;
        }
        status = *(volatile int32_t *)&slot->status;
        if (status == 0)
                r = chan_get(slot, in);
        if (r == 0)
                *ret_status = status;
        return r;
}

static int check_reply(const ChanClient *c, const ChanOut *out, const ChanIn *in) {
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        int r;

        if (!c->shape)
                return 0;
        r = verify_reply(c->shape, riid_of(c, out->msg), out->msg->mid, in->msg, in->got_msg, in->arena,
                in->got_arena, &scratch);
        verify_scratch_deinit(&scratch);
        if (r)
                return CHAN_E_MALFORMED;
        in->msg->iid = out->msg->iid; /* the caller finds the number that he called */
        if (!c->verdicts)
                places_forget_reply(c->shape, in->msg);
        return 0;
}

static uint64_t deadline_of(const ChanClient *c, const ChanWait *wait) {
        uint32_t ms = wait->timeout_ms;

        if (ms == CHAN_FOREVER && c->deadline_ms)
                ms = c->deadline_ms;
        return ms == CHAN_FOREVER ? PLAT_NO_DEADLINE : plat_now_ns() + (uint64_t)ms * 1000000;
}

/* Posts, waits, takes what came. */
static int exchange(Call *call, const ChanOut *out, ChanIn *in, int32_t *ret_status) {
        int r;

        post(call, out);
        /* After post: see chan_mem_close. What was received may have been answered by a server that ended
         * right after it; if not, the slot is dead or about to be. */
        if (is_closed(call->client) && withdraw(call)) {
                release(call);
                return CHAN_E_CLOSED;
        }
        r = wait_answer(call);
        return r ? r : collect(call, in, ret_status);
}

/* The server doesn't know a handle of a request that went directly: once more, through the kernel process. */
static int exchange_again(
        Call *call, const ChanOut *out, ChanIn *in, const ChanWait *wait, int32_t *ret_status) {
        note_sent_back(call->hint);
        call->hint = NULL;
        call->sync = wait->sync;
        choose_judged(call, true);
        return exchange(call, out, in, ret_status);
}

int chan_call(ChanClient *c, const ChanOut *out, ChanIn *in, const ChanWait *wait, int32_t *ret_status) {
        Call call = {.client = c, .sync = wait->sync, .deadline_ns = deadline_of(c, wait)};
        int32_t status = 0;
        int r;

        if (!chan_fits(out->msg_size, out->arena_size))
                return CHAN_E_TOO_BIG;
        if (is_closed(c)) /* the server may not have noticed, and would serve it */
                return CHAN_E_CLOSED;
        r = claim(&call);
        if (r)
                return r;
        note_touched(c, call.index);
        choose_legs(&call, out->msg);
        r = exchange(&call, out, in, &status);
        if (r == 0 && call.hint && status == CHAN_ELSEWHERE)
                r = exchange_again(&call, out, in, wait, &status);
        else if (call.hint)
                note_served(call.hint);
        if (r == 0 && status == 0)
                r = check_reply(c, out, in);
        if (!call.is_over) {
                if (r)
                        leave_answer(&call);
                release(&call);
        }
        if (r == 0)
                *ret_status = status == CHAN_ELSEWHERE ? rcFail : status;
        return r;
}

/* --- calls that nobody waits for --- */

/* Nothing of the call concerns anybody but the server, as far as can be told before. */
static bool goes_straight_to_server(ChanClient *c, const struct nk_message *msg) {
        uint16_t riid = riid_of(c, msg);
        ChanWay way = c->judged ? verdicts_way(c->verdicts, riid, msg->mid) : CHAN_WAY_DIRECT;

        if (!c->mem || way == CHAN_WAY_DIRECT)
                return c->mem != NULL;
        return way == CHAN_WAY_USE &&
               atomic_load_explicit(&hint_of(c, riid, msg->mid)->skip, memory_order_relaxed) == 0;
}

/* A slot, and one of the CHAN_POSTS_MAX. */
static bool claim_to_keep(Call *call) {
        ChanClient *c = call->client;
        uint32_t bit, before;

        if (atomic_load(&c->abandoned))
                reclaim_abandoned(c);
        if (!try_claim(c, &call->index))
                return false;
        bit = 1u << call->index;
        before = atomic_fetch_or(&c->unwaited, bit);
        if ((uint32_t)__builtin_popcount(before) < CHAN_POSTS_MAX)
                return true;
        release(call);
        return false;
}

int chan_post(ChanClient *c, const ChanOut *out, ChanTicket *ret_ticket) {
        Call call = {.client = c, .deadline_ns = PLAT_NO_DEADLINE, .is_kept = true};
        ChanTicket ticket = {.client = c->number, .iid = out->msg->iid, .mid = out->msg->mid};

        if (!chan_fits(out->msg_size, out->arena_size))
                return CHAN_E_TOO_BIG;
        if (is_closed(c))
                return CHAN_E_CLOSED;
        if (!goes_straight_to_server(c, out->msg) || !claim_to_keep(&call))
                return CHAN_E_STATE;
        note_touched(c, call.index);
        choose_direct(&call);
        ticket.slot = call.index;
        ticket.number = atomic_fetch_add(&c->n_posts, 1) + 1;
        atomic_store(&c->lanes[call.index].ticket, ticket.number);
        post(&call, out);
        if (is_closed(c) && withdraw(&call)) { /* as in exchange() */
                release(&call);
                return CHAN_E_CLOSED;
        }
        *ret_ticket = ticket;
        return 0;
}

/* From now on somebody waits: told only to who looks on. */
static int wait_after_all(Call *call, const ChanWait *wait) {
        int r;

        if (is_answered(call))
                return 0;
        if (wait->timeout_ms == 0)
                return CHAN_E_TIMEOUT;
        call->slot->flags &= ~CHAN_UNWAITED;
        r = wait_answer(call);
        if (r)
                call->slot->flags |= CHAN_UNWAITED;
        return r;
}

int chan_post_take(
        ChanClient *c, const ChanTicket *ticket, ChanIn *in, const ChanWait *wait, int32_t *ret_status) {
        Call call = {.client = c, .index = ticket->slot, .sync = wait->sync, .is_kept = true};
        const struct nk_message asked = {.iid = ticket->iid, .mid = ticket->mid};
        int32_t status = 0;
        int r;

        if (ticket->client != c->number || !ticket->number || ticket->slot >= CHAN_SLOTS ||
                ticket_of(c, ticket->slot) != ticket->number)
                return CHAN_E_STATE;
        choose_direct(&call);
        call.deadline_ns = deadline_of(c, wait);
        r = wait_after_all(&call, wait);
        if (r)
                return r;
        r = collect(&call, in, &status);
        if (r == 0 && status == 0)
                r = check_reply(c, &(ChanOut){.msg = &asked}, in);
        if (!call.is_over)
                release(&call);
        if (r == 0)
                *ret_status = status;
        return r;
}
