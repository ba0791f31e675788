/* SPDX-License-Identifier: MIT */
/*
 * Client end: puts a request into a slot, rings if nobody looks, waits for the reply.
 *
 * The verdict of the method says over which leg the request goes and over which the answer comes.
 * Nothing but a judged answer is ever looked for on the client's leg, where the server can't write.
 *
 * A call that nobody waits for (chan_post) keeps its slot until its answer is taken. As the server
 * receives nothing else of us before it has answered that, and looks again then, nobody rings meanwhile.
 */
#include "client.h"

#include <nk/types.h>
#include <rtl/retcode.h>

#include "chan_mem.h"
#include "chan_sync.h"
#include "nk/places.h"
#include "nk/verify.h"
#include "platform/linux/affinity.h"
#include "platform/linux/futex.h"

/* Calls in a row that had to sleep although the server looked from another processor, before the caller
 * invites it over. A probe (wait.h) comes first: two processors that really run beat one. */
#define INVITE_AFTER (2 * WAIT_PROBE_GAP)

#define DETOUR_MAX 64u /* calls that go the judged way at once, between two that try the direct one */

void client_choose_direct(Call *call) {
        ChanClient *c = call->client;

        call->request = call->slot = chan_slot(c->mem, call->index);
        call->posted = chan_pending(c->mem);
        call->peer = c->status;
        call->bell_fd = c->bell_fd;
}

void client_choose_judged(Call *call, bool is_straight) {
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
                client_choose_direct(call);
        else
                client_choose_judged(call, way != CHAN_WAY_JUDGED);
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

bool client_goes_to_judge(const Call *call) {
        return call->client->judged && call->posted == chan_judged(call->client->judged);
}

/* With the next request that goes over the leg, should the relay not have seen the wish. */
static void say_untaken(Call *call) {
        Lane *lane = &call->client->lanes[call->index];

        if (!lane->is_untaken || !client_goes_to_judge(call))
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

        if (left && client_goes_to_judge(call))
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

/* Whether a member that has ended had posted his request must be seen afterwards. Of the direct leg the
 * server says that it takes one before it does (CHAN_TELLS). Of the other one bit of `judged` beside each
 * slot's changes in the step in which it is posted; the last slot has none, where CHAN_LEFT is: what is in
 * there counts as posted. */
uint32_t client_mark_of(const Call *call) {
        return client_goes_to_judge(call) ? (1u << CHAN_SLOTS << call->index) & ~CHAN_LEFT : 0;
}

static uint32_t flags_of(const Call *call) {
        return (call->is_kept ? CHAN_UNWAITED : 0) | (call->client->is_shared ? CHAN_TELLS : 0);
}

static void commit_shared(Call *call) {
        Lane *lane = &call->client->lanes[call->index];
        uint32_t mark = client_mark_of(call);

        lane->is_judged = client_goes_to_judge(call);
        lane->mark = atomic_load_explicit(call->posted, memory_order_relaxed) & mark;
        atomic_store(&lane->hold, HOLD_POSTED | family_self());
        if (mark)
                atomic_fetch_xor(call->posted, bits_of(call) | mark);
        else
                atomic_fetch_or(call->posted, bits_of(call));
}

static void post(Call *call, const ChanOut *out) {
        ChanSlot *slot = call->slot;

        forget_wish(call->client, call->index);
        chan_put(call->request, out);
        if (call->client->has_riid)
                ((struct nk_message *)(void *)chan_slot_data(call->request))->iid = call->client->riid;
        invite(slot, plat_cpu(), flags_of(call));
        slot->turn = 0;
        slot->thread = chan_thread_id();
        if (call->request != slot) {
                invite(call->request, slot->cpu, 0);
                call->request->thread = slot->thread;
        }
        say_untaken(call);
        call->client->lanes[call->index].slot = slot;
        atomic_store_explicit(&slot->state, CHAN_CALL, memory_order_release);
        /* Full barrier: the other side looks at the word after it has asked for the bell. */
        if (call->client->is_shared)
                commit_shared(call);
        else
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

        if (!client_goes_to_judge(call))
                return;
        c->lanes[call->index].asked_back = true;
        atomic_fetch_or(chan_notes(c->judged), 1u << call->index);
        if (atomic_load(&call->peer->bell_wanted))
                chan_ring(call->bell_fd);
}

/* Nobody will take the answer, which is there or is going to be: the handles in it must not stay ours. */
void client_leave_answer(const Call *call) {
        if (!client_goes_to_judge(call))
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
int client_give_up(Call *call, int why) {
        if (call->is_kept)
                return is_answered(call) ? 0 : why;
        if (withdraw(call)) {
                if (call->request->flags & CHAN_UNTAKEN)
                        call->client->lanes[call->index].is_untaken = true; /* nobody has read it */
                client_release(call);
                return why;
        }
        if (is_answered(call))
                return 0;
        if (why == CHAN_E_INTERRUPTED) {
                ask_back(call);
                return 0;
        }
        client_leave_answer(call);
        if (call->client->is_shared)
                atomic_store(&call->client->lanes[call->index].hold, HOLD_LEFT | family_self());
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
                        r = client_give_up(call, CHAN_E_INTERRUPTED);
                        if (r)
                                return r;
                        call->sync = NULL; /* picked up: can't be interrupted any more */
                        continue;
                }
                if (is_late(call)) {
                        r = client_give_up(call, CHAN_E_TIMEOUT);
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
                invite(call->slot, cpu, CHAN_STAYS | (call->slot->flags & (CHAN_UNTAKEN | CHAN_TELLS)));
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
                client_release(call);
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
        if (client_is_closed(call->client) && withdraw(call)) {
                client_release(call);
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
        if (call->client->is_shared) /* who finds it as posted reads which way, and that is about to change */
                atomic_store(&call->client->lanes[call->index].hold, HOLD_CLAIMED | family_self());
        call->sync = wait->sync;
        client_choose_judged(call, true);
        return exchange(call, out, in, ret_status);
}

int chan_call(ChanClient *c, const ChanOut *out, ChanIn *in, const ChanWait *wait, int32_t *ret_status) {
        Call call = {.client = c, .sync = wait->sync, .deadline_ns = deadline_of(c, wait)};
        int32_t status = 0;
        int r;

        if (!chan_fits(out->msg_size, out->arena_size))
                return CHAN_E_TOO_BIG;
        if (client_is_closed(c)) /* the server may not have noticed, and would serve it */
                return CHAN_E_CLOSED;
        r = client_claim(&call);
        if (r)
                return r;
        client_note_touched(c, call.index);
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
                        client_leave_answer(&call);
                client_release(&call);
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
                client_reclaim(c);
        if (!client_try_claim(c, &call->index))
                return false;
        bit = 1u << call->index;
        before = atomic_fetch_or(&c->unwaited, bit);
        if ((uint32_t)__builtin_popcount(before) < CHAN_POSTS_MAX)
                return true;
        client_release(call);
        return false;
}

int chan_post(ChanClient *c, const ChanOut *out, ChanTicket *ret_ticket) {
        Call call = {.client = c, .deadline_ns = PLAT_NO_DEADLINE, .is_kept = true};
        ChanTicket ticket = {.client = c->number, .iid = out->msg->iid, .mid = out->msg->mid};

        if (!chan_fits(out->msg_size, out->arena_size))
                return CHAN_E_TOO_BIG;
        if (client_is_closed(c))
                return CHAN_E_CLOSED;
        if (!goes_straight_to_server(c, out->msg) || !claim_to_keep(&call))
                return CHAN_E_STATE;
        client_note_touched(c, call.index);
        client_choose_direct(&call);
        ticket.slot = call.index;
        ticket.number = atomic_fetch_add(&c->n_posts, 1) + 1;
        post(&call, out);
        /* Then only: who goes by it (is_behind_unwaited) must not do so while the server can't see the call.
         */
        atomic_store(&c->lanes[call.index].ticket, ticket.number);
        if (client_is_closed(c) && withdraw(&call)) { /* as in exchange() */
                client_release(&call);
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

/* A ticket from before the fork is the parent's. */
static bool is_of_another(const ChanClient *c, uint32_t i) {
        return c->is_shared && (atomic_load(&c->lanes[i].hold) & HOLD_MEMBER) != family_self();
}

int chan_post_take(
        ChanClient *c, const ChanTicket *ticket, ChanIn *in, const ChanWait *wait, int32_t *ret_status) {
        Call call = {.client = c, .index = ticket->slot, .sync = wait->sync, .is_kept = true};
        const struct nk_message asked = {.iid = ticket->iid, .mid = ticket->mid};
        int32_t status = 0;
        int r;

        if (ticket->client != c->number || !ticket->number || ticket->slot >= CHAN_SLOTS ||
                ticket_of(c, ticket->slot) != ticket->number || is_of_another(c, ticket->slot))
                return CHAN_E_STATE;
        client_choose_direct(&call);
        call.deadline_ns = deadline_of(c, wait);
        r = wait_after_all(&call, wait);
        if (r)
                return r;
        r = collect(&call, in, &status);
        if (r == 0 && status == 0)
                r = check_reply(c, &(ChanOut){.msg = &asked}, in);
        if (!call.is_over)
                client_release(&call);
        if (r == 0)
                *ret_status = status;
        return r;
}
