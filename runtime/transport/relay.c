/* SPDX-License-Identifier: MIT */
/*
 * Relay: looking, judging, handing on.
 */
#include "relay.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nk/types.h>
#include <rtl/retcode.h>

#include "chan_mem.h"
#include "nk/verify.h"
#include "turns.h"
#include "visit.h"
#include "wait.h"

#define ROUTES_MIN      16u /* places for the first ones */
#define LOOK_ALL        64u /* up to so many routes are all looked at in turn */
#define LOOK_STEP       2u  /* of more the next ones, */
#define LOOK_RECENT     8u  /* and those that were busy lately; */
#define LOOK_MS         1   /* so often, at most, all of them before a sleep */
#define PLAIN_ERRNO_MAX 255 /* of NK_E* without a message; nk_err_t of a program's own don't pass */

/* What a slot's call is about, as far as it has come. */
typedef enum RelayPhase {
        RELAY_FREE,
        RELAY_STRAIGHT, /* handed on; who answers it is the server */
        RELAY_JUDGED,   /* handed on; the answer comes by us */
        RELAY_SERVED    /* ours to answer */
} RelayPhase;

typedef struct RelayCall {
        uint16_t riid, mid;
        RelayPhase phase;
        uint32_t turn;     /* requests handed on in this slot whose answers are judged */
        uint32_t denials;  /* of their answers, the last one in bit 0 */
        bool is_abandoned; /* the client does not wait for the answer any more */
        bool has_answered; /* by us, with a message, and the client has not posted anew since */
} RelayCall;

struct RelayRoute {
        ChanHeader *client; /* NULL after the end; so are the others */
        ChanHeader *server;
        ChanHeader *direct;
        StatusEntry *entries;
        const StatusEntry *status;
        int bell_fd;
        const ShapeTable *shape;
        const ChanVerdicts *verdicts;
        RelayJudge judge;
        RelayServe *serve;
        void (*removed)(void *arg);
        void *arg;
        bool has_riid;
        uint16_t riid;    /* the only one */
        uint32_t gone;    /* CHAN_*_GONE */
        uint32_t leaving; /* CHAN_*_GONE: to be forgotten */
        uint32_t seen;    /* slots that the client has ever posted to us */
        RelayCall calls[CHAN_SLOTS];
};

struct Relay {
        StatusEntry *entries; /* our status page; the first entry is used */
        int ear_fd;
        int kick_fd; /* wakes our thread */
        pthread_mutex_t lock;
        pthread_t thread;
        bool is_running;
        _Atomic uint32_t stopping;
        RelayRoute **routes;
        _Atomic uint32_t n_routes;
        uint32_t n_places, cursor;
        uint32_t recent[LOOK_RECENT], n_recent; /* places + 1 that were busy lately; 0: none */
        ChanIn in;                              /* the private copy of the message at hand */
        VerifyScratch scratch;
        WaitHabit habit;
        uint64_t looked_at_all; /* when, before a sleep */
        Turns turns;
        Visit visit;
        _Atomic uint32_t client_cpu;
        uint32_t n_received;
};

static _Thread_local const Relay *looking; /* NULL: this is not the thread of one */

/* --- life --- */

static void *private_memory(size_t size) {
        void *p =
                mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        return p == MAP_FAILED ? NULL : p;
}

static void init_lock(pthread_mutex_t *lock) {
        pthread_mutexattr_t attr;

        (void)pthread_mutexattr_init(&attr);
        (void)pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE); /* a server may answer at once */
        (void)pthread_mutex_init(lock, &attr);
        (void)pthread_mutexattr_destroy(&attr);
}

static Relay *relay_drop(Relay *r) {
        chan_status_unmap(r->entries);
        if (r->ear_fd >= 0)
                (void)close(r->ear_fd);
        if (r->kick_fd >= 0)
                (void)close(r->kick_fd);
        if (r->in.msg)
                (void)munmap(r->in.msg, CHAN_MESSAGE_MAX);
        if (r->in.arena)
                (void)munmap(r->in.arena, CHAN_MESSAGE_MAX);
        verify_scratch_deinit(&r->scratch);
        (void)pthread_mutex_destroy(&r->lock);
        free(r->routes);
        free(r);
        return NULL;
}

int relay_new(int status_fd, int ear_fd, Relay **ret_relay) {
        Relay *r = calloc(1, sizeof *r);
        int result;

        if (!r)
                return -ENOMEM;
        init_lock(&r->lock);
        r->ear_fd = r->kick_fd = -1;
        r->scratch = (VerifyScratch)VERIFY_SCRATCH_NULL;
        r->habit = (WaitHabit)WAIT_HABIT_INIT;
        r->in = (ChanIn){.msg = private_memory(CHAN_MESSAGE_MAX),
                .msg_max = CHAN_MESSAGE_MAX,
                .arena = private_memory(CHAN_MESSAGE_MAX),
                .arena_max = CHAN_MESSAGE_MAX};
        result = r->in.msg && r->in.arena ? chan_bell_create(&r->kick_fd) : -ENOMEM;
        if (result == 0)
                result = chan_ear_add(ear_fd, r->kick_fd);
        if (result == 0)
                result = chan_status_map(status_fd, true, &r->entries);
        if (result < 0) {
                relay_drop(r);
                return result;
        }
        (void)close(status_fd);
        r->ear_fd = ear_fd;
        *ret_relay = r;
        return 0;
}

int relay_hear(Relay *r, int bell_fd) {
        return chan_ear_add(r->ear_fd, bell_fd);
}

/* --- routes --- */

/* Makes the thread look. It looks by itself before it sleeps. */
static void kick(const Relay *r) {
        if (looking != r)
                chan_ring(r->kick_fd);
}

static void let_go(RelayRoute *route) {
        chan_mem_unmap(route->client);
        chan_mem_unmap(route->server);
        chan_mem_unmap(route->direct);
        chan_status_unmap(route->entries);
        route->client = route->server = route->direct = NULL;
        route->entries = NULL;
        route->status = NULL;
}

static int map_route(RelayRoute *route, const RelayPlan *plan) {
        int r = chan_mem_map(plan->client_fd, &route->client);

        if (r == 0 && plan->direct_fd >= 0)
                r = chan_mem_map(plan->direct_fd, &route->direct);
        if (r < 0 || plan->server_fd < 0)
                return r;
        r = chan_mem_map(plan->server_fd, &route->server);
        route->status = plan->status;
        if (r < 0 || plan->status)
                return r;
        r = chan_status_map(plan->status_fd, false, &route->entries);
        if (r == 0)
                route->status = &route->entries[plan->status_index];
        return r;
}

/* Under the lock. */
static int append(Relay *r, RelayRoute *route) {
        RelayRoute **routes = r->routes;

        if (r->n_routes == r->n_places) {
                uint32_t n_places = r->n_places ? 2 * r->n_places : ROUTES_MIN;

                routes = realloc(r->routes, n_places * sizeof *routes);
                if (!routes)
                        return -ENOMEM;
                r->routes = routes;
                r->n_places = n_places;
        }
        routes[r->n_routes++] = route;
        return 0;
}

int relay_add(Relay *r, const RelayPlan *plan, RelayRoute **ret_route) {
        RelayRoute *route;
        int result;

        if (plan->status_index >= CHAN_LISTENERS_MAX)
                return -EINVAL;
        route = calloc(1, sizeof *route);
        if (!route)
                return -ENOMEM;
        *route = (RelayRoute){.bell_fd = plan->bell_fd,
                .shape = plan->shape,
                .verdicts = plan->verdicts,
                .serve = plan->serve,
                .removed = plan->removed,
                .arg = plan->arg,
                .has_riid = plan->has_riid,
                .riid = plan->riid};
        if (plan->judge)
                route->judge = *plan->judge;
        result = map_route(route, plan);
        (void)pthread_mutex_lock(&r->lock);
        if (result == 0)
                result = append(r, route);
        (void)pthread_mutex_unlock(&r->lock);
        if (result < 0) {
                let_go(route);
                free(route);
                return result;
        }
        kick(r);
        *ret_route = route;
        return 0;
}

static void withdrawn(const RelayRoute *route, uint32_t i, bool is_answer) {
        if (route->judge.withdrawn)
                route->judge.withdrawn(route->arg, i, is_answer);
}

/* What the server has not received it is not going to. */
static void withdraw_all(RelayRoute *route) {
        uint32_t bits = route->server ? atomic_fetch_and(chan_pending(route->server), ~CHAN_ALL_SLOTS) : 0;

        for (bits &= CHAN_ALL_SLOTS; bits; bits &= bits - 1) {
                uint32_t i = (uint32_t)__builtin_ctz(bits);

                if (route->calls[i].phase != RELAY_FREE)
                        withdrawn(route, i, false);
        }
}

/* Tells whoever is left. Under the lock. */
static void close_route(RelayRoute *route, uint32_t who) {
        if (route->gone)
                return;
        route->gone = who;
        withdraw_all(route);
        /* A client waits on this leg where it has posted; a server where it was handed something. */
        chan_mem_say_closed(route->client, who);
        chan_mem_close_slots(route->client, route->seen | atomic_load(chan_judged(route->client)), who, -1);
        if (route->server)
                chan_mem_close_slots(route->server, route->seen, who, route->bell_fd);
}

void relay_end(Relay *r, RelayRoute *route, uint32_t who) {
        (void)pthread_mutex_lock(&r->lock);
        if (route->client) {
                close_route(route, who);
                let_go(route);
        }
        (void)pthread_mutex_unlock(&r->lock);
}

/* Bell and status are their owner's, who may close them next: by the time of the end the number of the one
 * can be another file's. The client learns at once that the end is known, and need not tell it. */
void relay_remove(Relay *r, RelayRoute *route, uint32_t who) {
        static const StatusEntry nobody;

        (void)pthread_mutex_lock(&r->lock);
        route->leaving = who;
        route->status = &nobody;
        if (route->client)
                chan_mem_say_closed(route->client, who);
        if (route->server) {
                chan_mem_say_closed(route->server, who);
                chan_ring(route->bell_fd);
        }
        route->bell_fd = -1;
        (void)pthread_mutex_unlock(&r->lock);
        kick(r);
}

ChanHeader *relay_direct(const RelayRoute *route) {
        return route->direct;
}

static void forget_route(Relay *r, RelayRoute *route) {
        relay_end(r, route, route->leaving | CHAN_CLIENT_GONE | CHAN_SERVER_GONE);
        if (route->removed)
                route->removed(route->arg);
        free(route);
}

/* --- answers --- */

static void answer_slot(ChanHeader *leg, uint32_t i, const ChanOut *out, int32_t status) {
        ChanSlot *slot = chan_slot(leg, i);

        if (out)
                chan_put(slot, out);
        slot->status = status;
        chan_say_answered(slot, CHAN_REPLY);
}

/* To who made the call, where he waits: by the verdicts, as he looks them up himself. */
static void refuse(RelayRoute *route, uint32_t i, ChanWay way, int32_t status) {
        answer_slot(way == CHAN_WAY_STRAIGHT ? route->direct : route->client, i, NULL, status);
}

bool relay_answer(Relay *r, RelayRoute *route, uint32_t slot, const ChanOut *out, int32_t status) {
        bool is_open, is_awaited;

        (void)pthread_mutex_lock(&r->lock);
        is_open = route->client && slot < CHAN_SLOTS && route->calls[slot].phase == RELAY_SERVED;
        is_awaited = is_open && !route->calls[slot].is_abandoned;
        if (is_open) {
                route->calls[slot].phase = RELAY_FREE;
                route->calls[slot].has_answered = is_awaited && out;
                answer_slot(
                        route->client, slot, is_awaited ? out : NULL, is_awaited ? status : rcIpcInterrupt);
        }
        (void)pthread_mutex_unlock(&r->lock);
        return is_awaited;
}

/* --- requests --- */

/* Copies a message out; what is wrong with it already, or NULL. */
static const char *fetch(Relay *r, ChanSlot *slot, RelayMessage *m) {
        int result = chan_get(slot, &r->in);

        *m = (RelayMessage){.message = r->in.msg, .arena = r->in.arena};
        if (result)
                return "a message whose sizes are wrong";
        m->message_size = r->in.got_msg;
        m->arena_size = r->in.got_arena;
        m->riid = r->in.msg->iid;
        m->mid = r->in.msg->mid;
        return NULL;
}

static const char *reason_of(const Relay *r) {
        return r->scratch.reason ? r->scratch.reason : "its structure is wrong";
}

/* *ret_code: what its sender is told. What the class does not have is denied, as whatever has no rule. */
static const char *check_request(
        Relay *r, const RelayRoute *route, const RelayMessage *m, int32_t *ret_code) {
        int result;

        *ret_code = rcSecurityDisallow;
        if (route->has_riid && m->riid != route->riid)
                return "another endpoint than the handle is for";
        if (!route->shape)
                return NULL;
        r->scratch.reason = NULL;
        result = verify_request(
                route->shape, m->message, m->message_size, m->arena, m->arena_size, &r->scratch);
        *ret_code = result == VERIFY_E_METHOD ? rcSecurityDisallow : rcInvalidArgument;
        return result ? reason_of(r) : NULL;
}

/* Only who posts anew what he has not got an answer for comes here with a slot that is taken. */
static bool is_taken(const RelayRoute *route, uint32_t i) {
        const RelayCall *call = &route->calls[i];

        if (call->phase == RELAY_STRAIGHT)
                return (atomic_load(&chan_slot(route->server, i)->state) & CHAN_STATE) == CHAN_CALL;
        return call->phase != RELAY_FREE;
}

static void follow(Relay *r, const RelayRoute *route, const ChanSlot *slot) {
        uint32_t cpu = *(const volatile uint32_t *)&slot->cpu;

        atomic_store_explicit(&r->client_cpu, cpu, memory_order_relaxed);
        if (++r->n_received % STATUS_STEP == 0)
                atomic_fetch_add_explicit(&r->entries->served, 1, memory_order_relaxed);
        visit_note(&r->visit, route);
}

/* Writes the private copy into the server's leg. */
static void hand_on(Relay *r, RelayRoute *route, uint32_t i, ChanWay way) {
        ChanSlot *from = chan_slot(route->client, i), *to = chan_slot(route->server, i);
        const ChanOut out = {.msg = r->in.msg,
                .msg_size = r->in.got_msg,
                .arena = r->in.arena,
                .arena_size = r->in.got_arena};
        uint32_t cpu = *(volatile uint32_t *)&from->cpu, flags = *(volatile uint32_t *)&from->flags;

        chan_put(to, &out);
        to->cpu = cpu;
        to->thread = *(volatile uint32_t *)&from->thread;
        to->turn = route->calls[i].turn;
        to->flags = (flags & CHAN_STAYS) | (way == CHAN_WAY_STRAIGHT ? CHAN_STRAIGHT : 0);
        if (flags & CHAN_STAYS)
                visit_follow(&r->visit, cpu); /* the server does the same: then all three share a processor */
        atomic_store_explicit(&to->state, CHAN_CALL, memory_order_release);
        atomic_fetch_or(chan_pending(route->server), 1u << i);
        if (atomic_load(&route->status->bell_wanted))
                chan_ring(route->bell_fd);
        turns_handed_on(&r->turns, false);
}

static bool deliver(Relay *r, const RelayRoute *route, uint32_t i, bool is_answer) {
        return !route->judge.deliver || route->judge.deliver(route->arg, i, is_answer, r->in.msg);
}

/* The server's word, about what is its own: requests of these slots that its runtime gave to nobody. */
static bool take_refused(RelayRoute *route, uint32_t bits) {
        if (bits == 0)
                return false;
        bits &= atomic_fetch_and(chan_refused(route->server), ~bits) & CHAN_ALL_SLOTS;
        for (uint32_t rest = bits; rest; rest &= rest - 1)
                withdrawn(route, (uint32_t)__builtin_ctz(rest), false);
        return bits != 0;
}

/* Before the slot is used again: what became of the call before, as the two ends say. */
static void settle(RelayRoute *route, uint32_t i) {
        uint32_t flags = *(volatile uint32_t *)&chan_slot(route->client, i)->flags, bit = 1u << i;
        RelayCall *call = &route->calls[i];

        if (call->has_answered && (flags & CHAN_UNTAKEN))
                withdrawn(route, i, true);
        call->has_answered = false;
        if (route->server && (atomic_load(chan_refused(route->server)) & bit))
                take_refused(route, bit);
}

/* What may go directly is sent to us when a handle in it is not one to use; else let it have its way. */
static ChanWay way_here(const RelayRoute *route, const RelayMessage *m) {
        ChanWay way = verdicts_way(route->verdicts, m->riid, m->mid);

        if (way == CHAN_WAY_USE)
                return CHAN_WAY_STRAIGHT;
        return way == CHAN_WAY_DIRECT ? CHAN_WAY_JUDGED : way;
}

/* The dead are granted nothing, and that is no denial. */
static int32_t denied(const RelayRoute *route) {
        bool has_ended = route->judge.has_ended && route->judge.has_ended(route->arg);

        return has_ended ? rcNotConnected : rcSecurityDisallow;
}

static void take_request(Relay *r, RelayRoute *route, uint32_t i) {
        ChanSlot *slot = chan_slot(route->client, i);
        RelayCall *call = &route->calls[i];
        int32_t code = rcInvalidArgument;
        RelayMessage m;
        ChanWay way;

        follow(r, route, slot);
        route->seen |= 1u << i;
        settle(route, i);
        m.malformed = fetch(r, slot, &m);
        way = way_here(route, &m);
        if (!m.malformed)
                m.malformed = check_request(r, route, &m, &code);
        if (route->gone) {
                refuse(route, i, way, rcNotConnected);
        } else if (is_taken(route, i)) {
                refuse(route, i, way, rcInvalidOperation);
        } else if (route->serve) {
                *call = (RelayCall){.riid = m.riid, .mid = m.mid, .phase = RELAY_SERVED}; /* no turns */
                route->serve(route->arg, route, i, &m);
        } else if (!route->judge.request(route->arg, &m) || m.malformed || !deliver(r, route, i, false)) {
                refuse(route, i, way, m.malformed ? code : denied(route));
        } else {
                *call = (RelayCall){.riid = m.riid,
                        .mid = m.mid,
                        .phase = way == CHAN_WAY_STRAIGHT ? RELAY_STRAIGHT : RELAY_JUDGED,
                        .turn = call->turn + (way != CHAN_WAY_STRAIGHT),
                        .denials = call->denials};
                hand_on(r, route, i, way);
        }
}

/* --- judged answers --- */

/* A bare code says little and is nobody's message, but it must not say whatever a server likes. */
static int32_t plain_status(int32_t status) {
        static const int32_t passed[] = {rcFail, rcInvalidArgument, rcOutOfMemory, rcResourceNotFound,
                rcNotConnected, rcInvalidOperation, rcSecurityDisallow};

        if (status > 0 && status <= PLAIN_ERRNO_MAX)
                return status;
        for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
                if (status == passed[i])
                        return status;
        return rcFail;
}

/* Judges the copy of an answer. */
static int32_t judge_answer(Relay *r, const RelayRoute *route, const RelayCall *call, RelayMessage *m) {
        bool is_error = r->in.msg->flags & NKX_MESSAGE_ERROR;

        if (!m->malformed && route->shape &&
                verify_reply(route->shape, call->riid, call->mid, m->message, m->message_size, m->arena,
                        m->arena_size, &r->scratch))
                m->malformed = reason_of(r);
        m->riid = call->riid;
        m->mid = call->mid;
        if (!route->judge.response(route->arg, is_error && !m->malformed, m))
                return m->malformed ? rcInvalidArgument : denied(route);
        return m->malformed ? rcInvalidArgument : rcOk;
}

/* An answer that is only a code is an error without parameters: it needs a rule like any other. */
static int32_t judge_code(Relay *r, const RelayRoute *route, const RelayCall *call) {
        const RelayMessage m = {.riid = call->riid,
                .mid = call->mid,
                .message = r->in.msg,
                .message_size = sizeof *r->in.msg,
                .arena = r->in.arena};

        *r->in.msg = (struct nk_message){
                .size = sizeof *r->in.msg, .iid = call->riid, .mid = call->mid, .flags = NKX_MESSAGE_ERROR};
        return route->judge.response(route->arg, true, &m) ? rcOk : denied(route);
}

static void take_answer(Relay *r, RelayRoute *route, uint32_t i) {
        ChanSlot *slot = chan_slot(route->server, i);
        RelayCall call = route->calls[i];
        int32_t status = *(volatile int32_t *)&slot->status, verdict = rcOk;
        RelayMessage m = {.message = NULL};

        if (call.phase != RELAY_JUDGED || route->gone)
                return;
        r->scratch.reason = NULL;
        if (status == rcOk) {
                m.malformed = fetch(r, slot, &m);
                verdict = judge_answer(r, route, &call, &m);
                if (verdict == rcOk && !call.is_abandoned && !deliver(r, route, i, true))
                        verdict = denied(route);
        } else {
                verdict = judge_code(r, route, &call);
        }
        route->calls[i].phase = RELAY_FREE;
        if (call.is_abandoned) {
                answer_slot(route->client, i, NULL, rcIpcInterrupt);
        } else if (status == rcOk && verdict == rcOk) {
                const ChanOut out = {.msg = m.message,
                        .msg_size = m.message_size,
                        .arena = m.arena,
                        .arena_size = m.arena_size};

                route->calls[i].has_answered = true;
                answer_slot(route->client, i, &out, rcOk);
        } else {
                answer_slot(route->client, i, NULL, verdict != rcOk ? verdict : plain_status(status));
        }
        route->calls[i].denials = call.denials << 1 | (verdict != rcOk);
        atomic_store(&slot->verdicts, (uint64_t)call.turn << 32 | route->calls[i].denials);
        chan_say_answered(slot, CHAN_DONE);
        turns_handed_on(&r->turns, true);
}

/* --- asides --- */

/* The client does not wait any more: for an answer that it has, or is going to have. */
static void note_abandoned(RelayRoute *route, uint32_t i) {
        RelayCall *call = &route->calls[i];

        call->is_abandoned = call->phase == RELAY_JUDGED || call->phase == RELAY_SERVED;
        if (call->has_answered)
                withdrawn(route, i, true);
        call->has_answered = false;
}

/* The client wants it back; it gets it if the server has not received it. */
static void give_back(RelayRoute *route, uint32_t i) {
        RelayCall *call = &route->calls[i];
        ChanWay way = call->phase == RELAY_STRAIGHT ? CHAN_WAY_STRAIGHT : CHAN_WAY_JUDGED;
        uint32_t flags = *(volatile uint32_t *)&chan_slot(route->client, i)->flags, bit = 1u << i;

        if (!route->server || call->phase == RELAY_FREE ||
                !(atomic_fetch_and(chan_pending(route->server), ~bit) & bit)) {
                if (flags & CHAN_ABANDONED)
                        note_abandoned(route, i);
                return;
        }
        if (call->phase == RELAY_JUDGED)
                call->turn--; /* it has no answer, and bits of `denials` are counted by turns */
        call->phase = RELAY_FREE;
        withdrawn(route, i, false);
        refuse(route, i, way, rcIpcInterrupt);
}

/* The server's word: of what may come directly it must not accuse the client. */
static void note_forbidden(RelayRoute *route, uint32_t i) {
        uint32_t method = *(volatile uint32_t *)&route->server->forbidden[i];
        uint16_t riid = (uint16_t)(method >> 16), mid = (uint16_t)method;

        if (!route->direct || verdicts_may_be_direct(verdicts_way(route->verdicts, riid, mid)))
                return;
        route->judge.forbidden(route->arg, riid, mid);
        answer_slot(route->direct, i, NULL, rcSecurityDisallow);
}

/* --- looking --- */

/* Takes the bits of a word that is not empty. Reading first leaves the line where it is. */
static uint32_t take_bits(_Atomic uint32_t *word) {
        return atomic_load_explicit(word, memory_order_relaxed) ? atomic_exchange(word, 0) : 0;
}

/* Takes one bit, the lowest. */
static bool take_slot(_Atomic uint32_t *word, uint32_t *ret_slot) {
        uint32_t bits = atomic_load_explicit(word, memory_order_acquire) & CHAN_ALL_SLOTS;

        while (bits) {
                uint32_t bit = bits & -bits;

                bits &= ~bit;
                if (!(atomic_fetch_and(word, ~bit) & bit))
                        continue; /* taken back */
                *ret_slot = (uint32_t)__builtin_ctz(bit);
                return true;
        }
        return false;
}

static bool has_left(_Atomic uint32_t *judged) {
        return (atomic_load_explicit(judged, memory_order_relaxed) & CHAN_LEFT) &&
               (atomic_fetch_and(judged, ~CHAN_LEFT) & CHAN_LEFT);
}

static bool do_notes(RelayRoute *route, ChanHeader *leg, void (*each)(RelayRoute *route, uint32_t i)) {
        uint32_t bits = take_bits(chan_notes(leg)) & CHAN_ALL_SLOTS;
        bool any = bits != 0;

        for (; bits && !route->gone; bits &= bits - 1)
                each(route, (uint32_t)__builtin_ctz(bits));
        return any;
}

/* One answer and one request, and the wishes after it: a client takes back its wish before it posts the slot
 * anew, and wishes nothing back that is not taken, so what it wants now is of the call that is known here. */
static bool look_at_route(Relay *r, RelayRoute *route) {
        bool any = false;
        uint32_t i;

        if (route->server) {
                if (has_left(chan_judged(route->server)))
                        close_route(route, CHAN_SERVER_GONE);
                if (take_slot(chan_judged(route->server), &i)) {
                        take_answer(r, route, i);
                        any = true;
                }
                any |= do_notes(route, route->server, note_forbidden);
                any |= take_refused(route, atomic_load(chan_refused(route->server)));
        }
        if (take_slot(chan_judged(route->client), &i)) {
                take_request(r, route, i);
                any = true;
        }
        any |= do_notes(route, route->client, give_back);
        if (has_left(chan_judged(route->client)))
                close_route(route, CHAN_CLIENT_GONE);
        return any;
}

static bool look_at(Relay *r, uint32_t place) {
        RelayRoute *route = r->routes[place];

        if (route->leaving) {
                r->routes[place] = r->routes[--r->n_routes];
                forget_route(r, route);
                return true;
        }
        return route->client && look_at_route(r, route);
}

/* The next `n` routes in turn, up to the first that has something. */
static bool look_at_next(Relay *r, uint32_t n, uint32_t *ret_place) {
        while (n-- > 0) {
                if (r->cursor >= r->n_routes)
                        r->cursor = 0;
                *ret_place = r->cursor++;
                if (look_at(r, *ret_place))
                        return true;
        }
        return false;
}

static bool look_at_recent(Relay *r) {
        for (uint32_t i = 0; i < LOOK_RECENT; i++)
                if (r->recent[i] > 0 && r->recent[i] <= r->n_routes && look_at(r, r->recent[i] - 1))
                        return true;
        return false;
}

/* Of many routes only some are busy for a while: a call leads through two of them at least. */
static void note_busy(Relay *r, uint32_t place) {
        for (uint32_t i = 0; i < LOOK_RECENT; i++)
                if (r->recent[i] == place + 1)
                        return;
        r->recent[r->n_recent++ % LOOK_RECENT] = place + 1;
}

static bool look_at_all(Relay *r) {
        uint32_t place;
        bool any;

        (void)pthread_mutex_lock(&r->lock);
        any = look_at_next(r, r->n_routes, &place);
        if (any && r->n_routes > LOOK_ALL)
                note_busy(r, place);
        (void)pthread_mutex_unlock(&r->lock);
        return any;
}

/* With a thousand routes a look at each would cost more than a call: the next LOOK_STEP, and those that were
 * busy lately. Who is in neither is found after n / LOOK_STEP looks, or before the sleep. */
static bool look_once(void *arg) {
        Relay *r = arg;
        uint32_t place;
        bool any;

        if (atomic_load_explicit(&r->n_routes, memory_order_relaxed) <= LOOK_ALL)
                return look_at_all(r);
        (void)pthread_mutex_lock(&r->lock);
        any = r->n_routes > 0 && look_at_next(r, LOOK_STEP, &place);
        if (any)
                note_busy(r, place);
        else
                any = look_at_recent(r);
        (void)pthread_mutex_unlock(&r->lock);
        return any;
}

bool relay_turn(Relay *r) {
        return look_at_all(r);
}

/* --- the thread --- */

static void start_looking(Relay *r) {
        atomic_store_explicit(&r->entries->cpu, plat_cpu(), memory_order_relaxed);
        atomic_store(&r->entries->bell_wanted, 0);
}

/* A look at all of many routes before each sleep would cost more than the call that is under way: what was
 * posted silently, while this thread was awake, and is in nobody's turn, waits LOOK_MS for it. */
static bool look_before_sleep(Relay *r, int *ret_ms) {
        uint64_t now;

        *ret_ms = -1;
        if (atomic_load_explicit(&r->n_routes, memory_order_relaxed) > LOOK_ALL) {
                now = plat_now_ns();
                if (now - r->looked_at_all < LOOK_MS * 1000000ull) {
                        *ret_ms = LOOK_MS;
                        return look_once(r);
                }
                r->looked_at_all = now;
        }
        return look_at_all(r);
}

static bool sleep_for(Relay *r, int ms) {
        struct epoll_event ev;

        if (!visit_is_on(&r->visit))
                return epoll_wait(r->ear_fd, &ev, 1, ms) > 0;
        if (epoll_wait(r->ear_fd, &ev, 1, VISIT_IDLE_MS) > 0)
                return true;
        visit_end(&r->visit);
        return false;
}

/* Asks for the bell, looks once more, and sleeps: who posts either sees the wish or is seen. A bell that rang
 * for something that is not found soon is a reason to look at all. */
static void sleep_until_rung(Relay *r) {
        int ms;

        atomic_store(&r->entries->bell_wanted, 1);
        if (!look_before_sleep(r, &ms) && !atomic_load(&r->stopping) && sleep_for(r, ms) && !look_once(r))
                (void)look_at_all(r);
        start_looking(r);
}

static void *run(void *arg) {
        Relay *r = arg;

        looking = r;
        turns_begin(&r->turns);
        start_looking(r);
        while (!atomic_load_explicit(&r->stopping, memory_order_relaxed)) {
                bool client_here = atomic_load_explicit(&r->client_cpu, memory_order_relaxed) == plat_cpu();

                r->habit.yields = 0;
                if (wait_brief(&r->habit, client_here, NULL, look_once, r))
                        turns_waited(&r->turns, r->habit.yields);
                else
                        sleep_until_rung(r);
        }
        return NULL;
}

int relay_start(Relay *r) {
        int result;

        atomic_store(&r->stopping, 0);
        result = pthread_create(&r->thread, NULL, run, r);
        r->is_running = result == 0;
        return -result;
}

void relay_stop(Relay *r) {
        if (!r->is_running)
                return;
        atomic_store(&r->stopping, 1);
        chan_ring(r->kick_fd);
        (void)pthread_join(r->thread, NULL);
        r->is_running = false;
}

Relay *relay_free(Relay *r) {
        if (!r)
                return NULL;
        relay_stop(r);
        for (uint32_t i = 0; i < r->n_routes; i++) {
                forget_route(r, r->routes[i]);
        }
        return relay_drop(r);
}

void relay_lock(Relay *r) {
        (void)pthread_mutex_lock(&r->lock);
}

void relay_unlock(Relay *r) {
        (void)pthread_mutex_unlock(&r->lock);
}

/* --- who waits --- */

ChanPhase relay_peek(RelayRoute *route, uint32_t slot, uint32_t *ret_thread) {
        uint32_t bit = 1u << slot;
        ChanPhase phase = CHAN_PHASE_NONE;
        uint32_t thread = 0;

        *ret_thread = 0;
        if (!route->client)
                return phase;
        if (route->direct)
                phase = chan_mem_peek(route->direct, slot, &thread);
        if (phase == CHAN_PHASE_NONE)
                phase = chan_mem_peek(route->client, slot, ret_thread);
        if (*ret_thread == 0)
                *ret_thread = thread;
        if (phase != CHAN_PHASE_SERVED)
                return phase;
        if (atomic_load_explicit(chan_judged(route->client), memory_order_relaxed) & bit)
                return CHAN_PHASE_POSTED;
        if (route->server && (atomic_load_explicit(chan_pending(route->server), memory_order_relaxed) & bit))
                return CHAN_PHASE_POSTED;
        return phase;
}
