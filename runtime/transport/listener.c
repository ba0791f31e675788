/* SPDX-License-Identifier: MIT */
/*
 * Server end: one set of channels, any number of threads that receive from it.
 *
 * A thread that looks for requests reads one word a channel, in turn, so each client gets the
 * same share. While a thread looks, clients post without a system call. The last one that stops
 * looking (to sleep, or to serve while others sleep) sets `bell_wanted` in the status page and
 * looks once more; from then on clients ring. Each client has a bell of its own, an eventfd in the
 * epoll set that is this listener's ear: it can wear out its own, not steal or swallow another's. The
 * server has the ear and never a bell: two ends with one open file share its flags, and one of them
 * could make the other block in ringing.
 *
 * A channel of a policy has a server's leg, over which the kernel process sends what it has judged, and a
 * direct leg only if some method is always granted. What comes directly is compared with the verdicts:
 * a client that sends directly what must be judged is reported, and gets its answer from the kernel process.
 *
 * Channels come and go while threads look. `ends` only grows; an empty place is reused. An end
 * leaves its place first and is freed when no thread looks and no request of it is open.
 */
#include "chan.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <nk/types.h>
#include <rtl/retcode.h>

#include "chan_end.h"
#include "chan_sync.h"
#include "nk/places.h"
#include "nk/verify.h"
#include "platform/linux/futex.h"
#include "visit.h"
#include "wait.h"

#define ELSEWHERE CHAN_E_MAX /* of a request with a handle that is not known to be one to use here */

/* Up to LOOK_ALL channels are all looked at in turn; of more the next LOOK_STEP, and those that were served
 * lately. */
#define LOOK_ALL    64u
#define LOOK_STEP   4u
#define LOOK_RECENT 8u
#define LOOK_NS     1000000u /* so often, at most, a look at all of many before a sleep */

struct Listener {
        StatusEntry *entries;
        StatusEntry *status; /* ours in the page */
        int ear_fd;
        int kick_fd;                          /* wakes one of our own threads */
        _Atomic uint32_t n_ends;              /* places in use, empty ones included */
        _Atomic uint32_t n_looking;           /* threads that look for requests */
        _Atomic uint32_t n_peeking;           /* threads that read `ends` without looking */
        _Atomic uint32_t n_asleep;            /* threads in epoll */
        _Atomic uint32_t cursor;              /* place after the one served last */
        _Atomic uint32_t recent[LOOK_RECENT]; /* places + 1 that were served lately; 0: none */
        _Atomic uint32_t n_recent;
        _Atomic uint32_t n_watching;    /* threads that sleep for LOOK_NS at most */
        _Atomic uint64_t looked_at_all; /* when, before a sleep */
        _Atomic uint32_t closing;
        pthread_mutex_t lock; /* adding and retiring; never on the call path */
        ChanEnd *retired;
        _Atomic uint32_t has_retired; /* a hint */
        uint64_t n_added;
        _Atomic(ListenerNews *) on_news; /* NULL: nobody adds channels later */
        _Atomic uint32_t news;           /* of the status page that we have seen */
        _Atomic uint32_t client_cpu;     /* where the last client ran */
        _Atomic(ChanEnd *) ends[LISTENER_CHANNELS_MAX];
};

static _Thread_local Visit visit;
static _Thread_local bool was_rung;       /* and nothing was found since */
static _Thread_local uint32_t n_received; /* by this thread */
static _Thread_local Listener *promised;  /* this thread receives from it after each answer */
static _Thread_local bool owes_look;      /* requests may wait for that */

/* --- making and adding --- */

static Listener *listener_drop(Listener *l) {
        chan_status_unmap(l->entries);
        if (l->ear_fd >= 0)
                (void)close(l->ear_fd);
        if (l->kick_fd >= 0)
                (void)close(l->kick_fd);
        (void)pthread_mutex_destroy(&l->lock);
        free(l);
        return NULL;
}

int listener_new(int status_fd, uint32_t status_index, int ear_fd, Listener **ret_listener) {
        Listener *l;
        int r;

        if (status_index >= CHAN_LISTENERS_MAX)
                return -EINVAL;
        l = calloc(1, sizeof *l);
        if (!l)
                return -ENOMEM;
        (void)pthread_mutex_init(&l->lock, NULL);
        l->ear_fd = -1;
        l->kick_fd = -1;
        r = chan_bell_create(&l->kick_fd);
        if (r == 0)
                r = chan_ear_add(ear_fd, l->kick_fd);
        if (r == 0)
                r = chan_status_map(status_fd, true, &l->entries);
        if (r < 0) {
                listener_drop(l);
                return r;
        }
        l->status = &l->entries[status_index];
        l->ear_fd = ear_fd;
        *ret_listener = l;
        return 0;
}

/* --- the set of channels --- */

/* Threads that look may still have a pointer from before, so freeing waits until none looks. Caller holds the
 * lock. */
static void free_retired(Listener *l) {
        if (atomic_load(&l->n_looking) || atomic_load(&l->n_peeking))
                return;
        for (ChanEnd **at = &l->retired; *at;) {
                ChanEnd *end = *at;

                if (atomic_load(&end->n_open)) {
                        at = &end->next_retired;
                        continue;
                }
                *at = end->next_retired;
                chan_end_free(end);
        }
        atomic_store(&l->has_retired, l->retired != NULL);
}

/* Takes dead channels out of the set and frees what nobody can hold any more. Caller holds the lock. */
static void retire_dead(Listener *l) {
        uint32_t n = atomic_load(&l->n_ends);

        for (uint32_t i = 0; i < n; i++) {
                ChanEnd *end = atomic_load(&l->ends[i]);

                if (!end || !chan_end_is_gone(end))
                        continue;
                atomic_store(&l->ends[i], NULL);
                end->next_retired = l->retired;
                l->retired = end;
                atomic_store(&l->has_retired, 1);
        }
        free_retired(l);
}

/* Caller holds the lock. */
static int place_end(Listener *l, ChanEnd *end) {
        uint32_t n = atomic_load(&l->n_ends);

        end->number = ++l->n_added;
        for (uint32_t i = 0; i < n; i++) {
                if (atomic_load(&l->ends[i]))
                        continue;
                atomic_store(&l->ends[i], end);
                return 0;
        }
        if (n == LISTENER_CHANNELS_MAX)
                return CHAN_E_STATE;
        atomic_store(&l->ends[n], end);
        atomic_store(&l->n_ends, n + 1);
        return 0;
}

int listener_add_end(Listener *l, const ChanEndPlan *plan) {
        ChanEnd *end;
        int r;

        if ((plan->mem_fd < 0 && plan->judged_fd < 0) || (plan->judged_fd >= 0 && !plan->kernel))
                return -EINVAL;
        r = chan_end_new(plan, &end);
        if (r < 0)
                return r;
        (void)pthread_mutex_lock(&l->lock);
        retire_dead(l);
        r = place_end(l, end);
        (void)pthread_mutex_unlock(&l->lock);
        if (r) {
                chan_end_free(end);
                return r;
        }
        if (plan->mem_fd >= 0)
                (void)close(plan->mem_fd);
        if (plan->judged_fd >= 0)
                (void)close(plan->judged_fd);
        chan_ring(l->kick_fd); /* a request may have been posted before anybody listened */
        return 0;
}

int listener_add(Listener *l, int mem_fd, const void *shape) {
        const ChanEndPlan plan = {.mem_fd = mem_fd, .judged_fd = -1, .shape = shape};

        return listener_add_end(l, &plan);
}

/* The lock keeps the ends from being freed by a thread that tidies. */
void listener_close(Listener *l) {
        atomic_store(&l->closing, 1);
        (void)pthread_mutex_lock(&l->lock);
        for (uint32_t i = 0; i < atomic_load(&l->n_ends); i++) {
                ChanEnd *end = atomic_load(&l->ends[i]);

                if (end)
                        chan_end_close(end);
        }
        (void)pthread_mutex_unlock(&l->lock);
        chan_ring(l->kick_fd);
}

Listener *listener_free(Listener *l) {
        if (!l)
                return NULL;
        listener_close(l);
        for (uint32_t i = 0; i < atomic_load(&l->n_ends); i++) {
                ChanEnd *end = atomic_load(&l->ends[i]);

                if (end)
                        chan_end_free(end);
        }
        while (l->retired) {
                ChanEnd *end = l->retired;

                l->retired = end->next_retired;
                chan_end_free(end);
        }
        return listener_drop(l);
}

/* --- looking --- */

typedef struct Look {
        Listener *l;
        ChanRequest found;
} Look;

void listener_on_news(Listener *l, ListenerNews *look) {
        atomic_store(&l->on_news, look);
}

static bool has_news(Listener *l) {
        return atomic_load(&l->status->news) != atomic_load_explicit(&l->news, memory_order_relaxed) &&
               atomic_load(&l->on_news);
}

/* Seen first, looked for then: what comes meanwhile is news again. */
static void look_for_news(Listener *l) {
        ListenerNews *look = atomic_load(&l->on_news);

        atomic_store(&l->news, atomic_load(&l->status->news));
        look();
}

static bool look_at(Look *look, uint32_t place) {
        ChanEnd *end = atomic_load(&look->l->ends[place]); /* in one order with n_looking: see retire_dead */

        return end && chan_end_take(end, n_received & 1, &look->found);
}

/* Of many channels only some are busy for a while: those that were served lately. */
static void note_served(Listener *l, uint32_t place) {
        uint32_t i;

        for (i = 0; i < LOOK_RECENT; i++)
                if (atomic_load_explicit(&l->recent[i], memory_order_relaxed) == place + 1)
                        return;
        i = atomic_fetch_add_explicit(&l->n_recent, 1, memory_order_relaxed) % LOOK_RECENT;
        atomic_store_explicit(&l->recent[i], place + 1, memory_order_relaxed);
}

static bool look_at_recent(Look *look, uint32_t n) {
        for (uint32_t i = 0; i < LOOK_RECENT; i++) {
                uint32_t place = atomic_load_explicit(&look->l->recent[i], memory_order_relaxed);

                if (place > 0 && place <= n && look_at(look, place - 1))
                        return true;
        }
        return false;
}

/* In turn, all of them or the next LOOK_STEP: with a thousand channels a look at each would cost more than a
 * call. Where many are busy the turn decides; who is found by nobody's turn is found after n / LOOK_STEP
 * looks. */
static bool look_once(void *arg) {
        Look *look = arg;
        Listener *l = look->l;
        uint32_t n, at, n_steps;

        if (has_news(l))
                look_for_news(l);
        n = atomic_load_explicit(&l->n_ends, memory_order_acquire);
        at = atomic_load_explicit(&l->cursor, memory_order_relaxed);
        n_steps = n <= LOOK_ALL ? n : LOOK_STEP;
        for (uint32_t i = 0; i < n_steps; i++, at++) {
                if (at >= n)
                        at = 0;
                if (!look_at(look, at))
                        continue;
                atomic_store_explicit(&l->cursor, at + 1, memory_order_relaxed);
                if (n > LOOK_ALL)
                        note_served(l, at);
                return true;
        }
        if (n <= LOOK_ALL)
                return false;
        atomic_store_explicit(&l->cursor, at, memory_order_relaxed);
        return look_at_recent(look, n);
}

static bool anything_pending(Listener *l) {
        uint32_t n = atomic_load(&l->n_ends);

        for (uint32_t i = 0; i < n; i++) {
                ChanEnd *end = atomic_load(&l->ends[i]);

                if (!end || !chan_end_is_pending(end))
                        continue;
                if (n > LOOK_ALL) /* the next look begins there */
                        atomic_store_explicit(&l->cursor, i, memory_order_relaxed);
                return true;
        }
        return false;
}

static void start_looking(Listener *l) {
        uint32_t cpu = plat_cpu();

        owes_look = owes_look && promised != l;
        if (atomic_load_explicit(&l->status->cpu, memory_order_relaxed) != cpu)
                atomic_store_explicit(&l->status->cpu, cpu, memory_order_relaxed);
        if (atomic_fetch_add(&l->n_looking, 1) == 0 &&
                atomic_load_explicit(&l->status->bell_wanted, memory_order_relaxed))
                atomic_store(&l->status->bell_wanted, 0);
}

static bool anything_recent(Listener *l) {
        uint32_t n = atomic_load(&l->n_ends);

        for (uint32_t i = 0; i < LOOK_RECENT; i++) {
                uint32_t place = atomic_load_explicit(&l->recent[i], memory_order_relaxed);
                ChanEnd *end = place > 0 && place <= n ? atomic_load(&l->ends[place - 1]) : NULL;

                if (end && chan_end_is_pending(end))
                        return true;
        }
        return false;
}

/* A look at all of many channels before each sleep would cost more than the call that is under way: it is due
 * again after LOOK_MS, or when a bell has rung for something that was not found soon. */
static bool is_look_due(Listener *l) {
        uint64_t now;

        if (atomic_load_explicit(&l->n_ends, memory_order_relaxed) <= LOOK_ALL)
                return true;
        now = plat_now_ns();
        if (!was_rung && now - atomic_load_explicit(&l->looked_at_all, memory_order_relaxed) < LOOK_NS)
                return false;
        atomic_store_explicit(&l->looked_at_all, now, memory_order_relaxed);
        was_rung = false;
        return true;
}

/* True: this was the last thread that looked, others sleep (or are about to), and something is there
 * for one of them. The last one asks for the bell first and looks after that, so a client either
 * sees the wish or is seen here, be it over a channel that is still news. Whoever clears the wish counts as
 * looking until it leaves by here. */
static bool stop_looking(Listener *l, bool is_due) {
        bool pending;

        if (atomic_fetch_sub(&l->n_looking, 1) != 1 || atomic_load(&l->n_asleep) == 0)
                return false;
        atomic_store(&l->status->bell_wanted, 1);
        atomic_fetch_add(&l->n_peeking, 1);
        pending = has_news(l) || (is_due ? anything_pending(l) : anything_recent(l));
        atomic_fetch_sub(&l->n_peeking, 1);
        return pending;
}

/* --- sleeping --- */

static int ms_until(uint64_t deadline_ns) {
        uint64_t now, ms;

        if (deadline_ns == PLAT_NO_DEADLINE)
                return -1;
        now = plat_now_ns();
        if (now >= deadline_ns)
                return 0;
        ms = (deadline_ns - now + 999999) / 1000000;
        return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Waits for a bell (edge-triggered: nothing has to be read), or for the sync object. True: it rang. */
static bool wait_bell(Listener *l, const ChanSync *sync, uint64_t deadline_ns) {
        struct epoll_event ev;
        int ms = ms_until(deadline_ns);

        if (sync) {
                struct pollfd fds[2] = {
                        {.fd = l->ear_fd, .events = POLLIN}, {.fd = sync->fd, .events = POLLIN}};

                (void)poll(fds, 2, ms);
                ms = 0;
        }
        return epoll_wait(l->ear_fd, &ev, 1, ms) > 0;
}

static void tidy(Listener *l) {
        if (pthread_mutex_trylock(&l->lock) == 0) {
                retire_dead(l);
                (void)pthread_mutex_unlock(&l->lock);
        }
}

/* A thread that always finds something never sleeps: a client could keep it busy, and make channels and close
 * them until there are no addresses left. */
static void tidy_awake(Listener *l) {
        if (!atomic_load_explicit(&l->has_retired, memory_order_relaxed))
                return;
        if (pthread_mutex_trylock(&l->lock) == 0) {
                free_retired(l);
                (void)pthread_mutex_unlock(&l->lock);
        }
}

static uint64_t sooner(uint64_t a, uint64_t b) {
        return a < b ? a : b;
}

/* The thread counts as looking on entry and on return. */
static void sleep_once(Listener *l, const ChanSync *sync, uint64_t deadline_ns) {
        bool is_due = is_look_due(l);

        atomic_fetch_add(&l->n_asleep, 1);
        if (!stop_looking(l, is_due) && !atomic_load(&l->closing)) {
                if (is_due)
                        tidy(l);
                else
                        deadline_ns = sooner(deadline_ns, plat_now_ns() + LOOK_NS);
                atomic_fetch_add(&l->n_watching, !is_due);
                if (visit_is_on(&visit) && !wait_bell(l, sync, plat_now_ns() + VISIT_IDLE_MS * 1000000ull))
                        visit_end(&visit); /* then look again, and sleep for good */
                else if (!visit_is_on(&visit))
                        was_rung = wait_bell(l, sync, deadline_ns);
                atomic_fetch_sub(&l->n_watching, !is_due);
        }
        atomic_fetch_sub(&l->n_asleep, 1);
        start_looking(l);
        if (was_rung && atomic_load_explicit(&l->n_ends, memory_order_relaxed) > LOOK_ALL &&
                !anything_recent(l))
                was_rung = !anything_pending(l);
}

/* --- receiving and replying --- */

static int why_stop(Listener *l, const ChanSync *sync, uint64_t deadline_ns) {
        if (atomic_load_explicit(&l->closing, memory_order_relaxed))
                return CHAN_E_CLOSED;
        if (chan_sync_is_set(sync))
                return CHAN_E_INTERRUPTED;
        if (deadline_ns != PLAT_NO_DEADLINE && plat_now_ns() >= deadline_ns)
                return CHAN_E_TIMEOUT;
        return 0;
}

/* Others sleep, and none of them for a short time only: somebody must look at all of many channels soon. */
static bool needs_watch(Listener *l) {
        return atomic_load(&l->n_asleep) > 0 && atomic_load(&l->n_watching) == 0;
}

/* Waits for a request of any shape. */
static int find_request(Listener *l, const ChanSync *sync, uint64_t deadline_ns, ChanRequest *ret_request) {
        static _Thread_local WaitHabit habit = WAIT_HABIT_INIT;
        Look look = {.l = l};
        bool is_due;
        int r = 0;

        start_looking(l);
        while (!look_once(&look)) {
                bool client_here = atomic_load_explicit(&l->client_cpu, memory_order_relaxed) == plat_cpu();

                if (wait_brief(&habit, client_here, NULL, look_once, &look))
                        break;
                r = why_stop(l, sync, deadline_ns);
                if (r)
                        break;
                sleep_once(l, sync, deadline_ns);
        }
        was_rung = was_rung && r != 0;
        is_due = is_look_due(l);
        if (stop_looking(l, is_due) || (!is_due && needs_watch(l)) || r == CHAN_E_CLOSED)
                chan_ring(l->kick_fd); /* the next thread serves it, or learns of the end */
        tidy_awake(l);
        if (r == 0)
                *ret_request = look.found;
        return r;
}

static ChanSlot *slot_of_request(const ChanRequest *request) {
        ChanEnd *end = request->end;

        return chan_slot(request->way == CHAN_WAY_DIRECT ? end->mem : end->judged, request->slot);
}

static void note_caller(Listener *l, const ChanEnd *end, const ChanSlot *slot) {
        uint32_t cpu = *(const volatile uint32_t *)&slot->cpu;

        if (atomic_load_explicit(&l->client_cpu, memory_order_relaxed) != cpu)
                atomic_store_explicit(&l->client_cpu, cpu, memory_order_relaxed);
        if (++n_received % STATUS_STEP == 0)
                atomic_fetch_add_explicit(&l->status->served, 1, memory_order_relaxed);
        visit_note(&visit, end);
}

/* Of a message that is in private memory now. What was judged was checked before that. */
static int check_request(const ChanRequest *request, const ChanIn *in) {
        const ChanEnd *end = request->end;
        VerifyScratch scratch = VERIFY_SCRATCH_NULL;
        int r;

        if (request->way != CHAN_WAY_DIRECT)
                return 0;
        if (!verdicts_may_be_direct(verdicts_way(end->verdicts, in->msg->iid, in->msg->mid)))
                return CHAN_E_DENIED;
        if (!end->shape)
                return 0;
        r = verify_request(end->shape, in->msg, in->got_msg, in->arena, in->got_arena, &scratch);
        verify_scratch_deinit(&scratch);
        if (r)
                return r == VERIFY_E_METHOD ? CHAN_E_METHOD : CHAN_E_MALFORMED;
        if (!in->msg->ncaps)
                return 0;
        if (end->verdicts)
                return held_resolve(&end->held, end->seat, end->shape, in->msg) ? 0 : ELSEWHERE;
        places_forget_request(end->shape, in->msg);
        return 0;
}

/* Copies a request out and checks the copy. */
static int fetch_request(Listener *l, ChanRequest *request, ChanIn *in) {
        ChanSlot *slot = slot_of_request(request);
        int r;

        /* Pairs with the exchange in listener_reply of whichever thread of ours served this slot before. The
         * order comes through the client, which a checker of this process can't see. */
        (void)atomic_load_explicit(&slot->state, memory_order_acquire);
        note_caller(l, request->end, slot);
        if (request->way == CHAN_WAY_JUDGED && (*(volatile uint32_t *)&slot->flags & CHAN_STRAIGHT) &&
                request->end->mem)
                request->way = CHAN_WAY_STRAIGHT;
        request->turn = *(volatile uint32_t *)&slot->turn;
        r = chan_get(slot, in);
        return r ? r : check_request(request, in);
}

/* What the sender of a request that was not delivered is told. */
static int32_t refusal(int r) {
        if (r == ELSEWHERE)
                return CHAN_ELSEWHERE;
        if (r == CHAN_E_TOO_BIG)
                return rcOutOfMemory;
        if (r == CHAN_E_DENIED)
                return rcSecurityDisallow;
        return r == CHAN_E_METHOD ? rcResourceNotFound : rcInvalidArgument;
}

/* Too big for `in`, yet no larger than requests of the class may be: the receiver should know. */
static bool is_receivers_fault(int r, const ChanEnd *end, const ChanIn *in) {
        return r == CHAN_E_TOO_BIG && in->got_msg <= end->msg_max && in->got_arena <= end->arena_max;
}

/* Somebody must look for what could not be received meanwhile: this thread, or one that sleeps. */
static void end_unwaited(Listener *l, ChanEnd *end) {
        if (atomic_fetch_sub(&end->n_unwaited, 1) != 1)
                return;
        if (promised == l)
                owes_look = true;
        else if (atomic_load(&l->n_looking) == 0 && atomic_load(&l->n_asleep) > 0 && chan_end_is_pending(end))
                chan_ring(l->kick_fd);
}

/* Threads may have freed the end when this returns. */
static void forget_request(Listener *l, ChanRequest *request) {
        if (request->is_unwaited)
                end_unwaited(l, request->end);
        atomic_fetch_sub(&request->end->n_open, 1);
        *request = (ChanRequest){.end = NULL};
}

void listener_promise(Listener *l) {
        if (owes_look)
                chan_ring(promised->kick_fd);
        owes_look = false;
        promised = l;
}

/* The caller gets its answer from the kernel process, which makes an audit record of it first. */
static void report_forbidden(Listener *l, ChanRequest *request, const struct nk_message *msg) {
        ChanEnd *end = request->end;

        end->judged->forbidden[request->slot] = (uint32_t)msg->iid << 16 | msg->mid;
        atomic_fetch_or(chan_notes(end->judged), 1u << request->slot);
        if (atomic_load(&end->kernel->status->bell_wanted))
                chan_ring(end->kernel->bell_fd);
        forget_request(l, request);
}

/* Its handles are in our table already: the kernel process takes them back. */
static void report_refused(const ChanRequest *request) {
        const ChanEnd *end = request->end;

        atomic_fetch_or(chan_refused(end->judged), 1u << request->slot);
        if (request->way == CHAN_WAY_STRAIGHT && atomic_load(&end->kernel->status->bell_wanted))
                chan_ring(end->kernel->bell_fd);
}

static void refuse(Listener *l, ChanRequest *request, const ChanIn *in, int why) {
        if (request->way != CHAN_WAY_DIRECT)
                report_refused(request);
        if (why == CHAN_E_DENIED && request->end->judged)
                report_forbidden(l, request, in->msg);
        else
                (void)listener_reply(l, request, NULL, refusal(why));
}

int listener_recv(Listener *l, ChanIn *in, const ChanWait *wait, ChanRequest *ret_request) {
        uint64_t deadline_ns = wait->timeout_ms == CHAN_FOREVER
                                       ? PLAT_NO_DEADLINE
                                       : plat_now_ns() + (uint64_t)wait->timeout_ms * 1000000;
        int r;

        for (;;) {
                ChanRequest request;
                bool is_ours;

                r = find_request(l, wait->sync, deadline_ns, &request);
                if (r)
                        return r;
                r = fetch_request(l, &request, in);
                if (r == 0) {
                        *ret_request = request;
                        return 0;
                }
                is_ours = is_receivers_fault(r, request.end, in);
                refuse(l, &request, in, r);
                if (is_ours)
                        return r;
                r = why_stop(l, wait->sync, deadline_ns); /* a flood of bad requests must not hide it */
                if (r)
                        return r;
        }
}

/* --- judged answers --- */

typedef struct Verdict {
        ChanEnd *end;
        ChanSlot *slot;
        uint32_t turn;
} Verdict;

#define VERDICTS_KEPT 32

/* Answers judged in this slot since ours: negative as long as ours is not among them. */
static int32_t judged_since(const Verdict *v) {
        return (int32_t)((uint32_t)(atomic_load(&v->slot->verdicts) >> 32) - v->turn);
}

static bool is_judged(void *arg) {
        const Verdict *v = arg;
        return judged_since(v) >= 0 || (atomic_load(&v->slot->state) & CHAN_DEAD);
}

static void sleep_for_verdict(Verdict *v) {
        while (!is_judged(v)) {
                uint32_t state = atomic_load(&v->slot->state);

                if ((state & CHAN_STATE) != CHAN_REPLY || (state & CHAN_DEAD))
                        return;
                if (!(state & CHAN_SLEEPS) &&
                        !atomic_compare_exchange_strong(&v->slot->state, &state, state | CHAN_SLEEPS))
                        continue;
                (void)plat_futex_wait(&v->slot->state, state | CHAN_SLEEPS, PLAT_NO_DEADLINE);
        }
}

/* The slot goes on to the next request as soon as the kernel process has said it. */
static int verdict_of(const Verdict *v) {
        uint64_t verdicts = atomic_load(&v->slot->verdicts);
        int32_t since = (int32_t)((uint32_t)(verdicts >> 32) - v->turn);

        if (since < 0 || since >= VERDICTS_KEPT)
                return CHAN_E_CLOSED;
        return verdicts >> since & 1 ? CHAN_E_DENIED : 0;
}

/* The kernel process always answers, or ends the channel; a server that dies with it needs no limit. */
static int wait_for_verdict(Verdict *v) {
        static _Thread_local WaitHabit habit = WAIT_HABIT_INIT;
        const StatusEntry *status = v->end->kernel->status;
        bool is_here = atomic_load_explicit(&status->cpu, memory_order_relaxed) == plat_cpu();

        /* After the post: whoever closes the leg sets the word first and wakes each slot then. */
        if (!is_judged(v) && atomic_load(&v->end->judged->closed))
                return CHAN_E_CLOSED;
        if (!wait_brief(&habit, is_here, &status->served, is_judged, v))
                sleep_for_verdict(v);
        return verdict_of(v);
}

/* --- the three ways of an answer --- */

static void put_answer(ChanSlot *slot, const ChanOut *out, int32_t status) {
        if (out)
                chan_put(slot, out);
        slot->status = status;
}

static int answer_directly(ChanEnd *end, ChanSlot *slot, const ChanOut *out, int32_t status) {
        int r = 0;

        /* As in fetch_request: a straight request came over another leg. */
        (void)atomic_load_explicit(&slot->state, memory_order_acquire);
        put_answer(slot, out, status);
        if (*(volatile uint32_t *)&slot->flags & CHAN_STAYS)
                visit_follow(&visit, *(volatile uint32_t *)&slot->cpu);
        /* Asked before the reply is out: a client may take it and end at once, and has been served. */
        if (atomic_load_explicit(&end->mem->closed, memory_order_relaxed) & CHAN_CLIENT_GONE)
                r = CHAN_E_CLOSED;
        chan_say_answered(slot, CHAN_REPLY);
        return r;
}

static int answer_to_judge(const ChanRequest *request, const ChanOut *out, int32_t status) {
        ChanEnd *end = request->end;
        Verdict v = {.end = end, .slot = chan_slot(end->judged, request->slot), .turn = request->turn};

        put_answer(v.slot, out, status);
        if (*(volatile uint32_t *)&v.slot->flags & CHAN_STAYS)
                visit_follow(&visit, *(volatile uint32_t *)&v.slot->cpu);
        atomic_store(&v.slot->state, CHAN_REPLY);
        chan_post_judged(end->judged, 1u << request->slot, end->kernel);
        return wait_for_verdict(&v);
}

static int answer(const ChanRequest *request, const ChanOut *out, int32_t status) {
        ChanEnd *end = request->end;

        switch (request->way) {
        case CHAN_WAY_DIRECT:
                return answer_directly(end, chan_slot(end->mem, request->slot), out, status);
        case CHAN_WAY_STRAIGHT:
                /* First: the client may post this slot anew as soon as it has the answer. */
                atomic_store(&chan_slot(end->judged, request->slot)->state, CHAN_REPLY);
                return answer_directly(end, chan_slot(end->mem, request->slot), out, status);
        case CHAN_WAY_JUDGED:
        case CHAN_WAY_USE: /* a verdict, and no way that a request takes */
        case CHAN_WAYS:
                break;
        }
        return answer_to_judge(request, out, status);
}

uint64_t listener_channel_of(const ChanRequest *request) {
        return request->end->number;
}

int listener_reply(Listener *l, ChanRequest *request, const ChanOut *out, int32_t status) {
        int r;

        if (!request->end)
                return CHAN_E_STATE;
        if (out && !chan_fits(out->msg_size, out->arena_size)) {
                (void)answer(request, NULL, rcInvalidArgument);
                r = CHAN_E_TOO_BIG;
        } else {
                r = answer(request, out, status);
        }
        forget_request(l, request);
        return r;
}

const char *listener_peer(const ChanRequest *request) {
        return request->end ? request->end->peer : NULL;
}
