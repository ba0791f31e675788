/* SPDX-License-Identifier: MIT */
/*
 * Notifications: a subscription is in three lists, that of its source, that of its receiver, and, while it
 * has something to tell, that of the receiver's ready ones.
 *
 * When a source ends, a subscription that still has something to tell lives until it is taken.
 */
#include "notice.h"

#include <errno.h>
#include <stdlib.h>

struct NtcEntry {
        NtcReceiver *receiver;
        NtcSource *source;                    /* NULL: it has ended */
        NtcEntry *source_next, **source_link; /* among the source's; link: what points here */
        NtcEntry *next, **link;               /* among the receiver's */
        NtcEntry *ready_next, **ready_link;   /* while `pending` */
        uint64_t id;
        uint32_t mask;
        uint32_t pending; /* events not taken yet */
};

typedef struct Waiter {
        struct Waiter *next;
        NtcTicket ticket;
        uint64_t until_ms;
        uint32_t n_max;
} Waiter;

struct NtcReceiver {
        NtcBoard *board;
        NtcShare *share;           /* of the process it belongs to */
        NtcReceiver *next, **link; /* among the board's */
        NtcEntry *entries;
        NtcEntry *ready, **ready_end;
        Waiter *waiters; /* in order of arrival; none while something is ready */
        uint32_t n_entries;
        uint32_t n_waiters;
};

struct NtcBoard {
        NtcReceiver *receivers;
        NtcSay *say;
        void *host;
};

int ntc_board_new(NtcSay *say, void *host, NtcBoard **ret_board) {
        NtcBoard *b = malloc(sizeof *b);

        if (!b)
                return -ENOMEM;
        *b = (NtcBoard){.say = say, .host = host};
        *ret_board = b;
        return 0;
}

NtcBoard *ntc_board_free(NtcBoard *board) {
        free(board);
        return NULL;
}

uint32_t ntc_count(const NtcBoard *board) {
        uint32_t n = 0;

        for (const NtcReceiver *r = board->receivers; r; r = r->next)
                n += r->n_entries + r->n_waiters;
        return n;
}

/* --- subscriptions --- */

static void leave_source(NtcEntry *e) {
        if (!e->source)
                return;
        *e->source_link = e->source_next;
        if (e->source_next)
                e->source_next->source_link = e->source_link;
        e->source = NULL;
}

static void make_ready(NtcEntry *e) {
        e->ready_next = NULL;
        e->ready_link = e->receiver->ready_end;
        *e->ready_link = e;
        e->receiver->ready_end = &e->ready_next;
}

static void unready(NtcEntry *e) {
        *e->ready_link = e->ready_next;
        if (e->ready_next)
                e->ready_next->ready_link = e->ready_link;
        else
                e->receiver->ready_end = e->ready_link;
        e->pending = 0;
}

static void entry_free(NtcEntry *e) {
        NtcReceiver *r = e->receiver;

        if (e->pending)
                unready(e);
        leave_source(e);
        *e->link = e->next;
        if (e->next)
                e->next->link = e->link;
        r->n_entries--;
        r->share->n_entries--;
        free(e);
}

/* --- waiting calls --- */

/* Fills `events` from the ready list. */
static uint32_t take(NtcReceiver *r, NtcEvent *events, uint32_t n_max) {
        uint32_t n = 0;

        while (n < n_max && r->ready) {
                NtcEntry *e = r->ready;

                events[n++] = (NtcEvent){.id = e->id, .mask = e->pending};
                unready(e);
                if (!e->source)
                        entry_free(e);
        }
        return n;
}

static void say_events(NtcReceiver *r, NtcTicket ticket, uint32_t n_max) {
        NtcEvent events[NTC_EVENTS_MAX];
        NtcEnd end = {.ticket = ticket, .rc = rcOk, .events = events};

        end.n_events = take(r, events, n_max < NTC_EVENTS_MAX ? n_max : NTC_EVENTS_MAX);
        r->board->say(r->board->host, &end);
}

static Waiter *pop_waiter(NtcReceiver *r) {
        Waiter *w = r->waiters;

        r->waiters = w->next;
        r->n_waiters--;
        return w;
}

static void serve_waiters(NtcReceiver *r) {
        while (r->ready && r->waiters) {
                Waiter *w = pop_waiter(r);

                say_events(r, w->ticket, w->n_max);
                free(w);
        }
}

void ntc_wake(NtcReceiver *r) {
        while (r->waiters) {
                Waiter *w = pop_waiter(r);
                NtcEnd end = {.ticket = w->ticket, .rc = rcAbort};

                free(w);
                r->board->say(r->board->host, &end);
        }
}

void ntc_withdraw(NtcReceiver *r, NtcTicket ticket) {
        for (Waiter **at = &r->waiters; *at; at = &(*at)->next) {
                Waiter *w = *at;

                if (w->ticket != ticket)
                        continue;
                *at = w->next;
                r->n_waiters--;
                free(w);
                return;
        }
}

Retcode ntc_wait(NtcReceiver *r, NtcTicket ticket, uint32_t n_max, uint64_t now_ms, uint64_t until_ms) {
        Waiter **at = &r->waiters;
        Waiter *w;

        if (n_max == 0)
                return rcInvalidArgument;
        if (r->ready) {
                say_events(r, ticket, n_max);
                return rcOk;
        }
        if (until_ms <= now_ms)
                return rcTimeout;
        w = r->n_waiters < NTC_WAITERS_MAX ? malloc(sizeof *w) : NULL;
        if (!w)
                return rcOutOfMemory;
        *w = (Waiter){.ticket = ticket, .until_ms = until_ms, .n_max = n_max};
        while (*at)
                at = &(*at)->next;
        *at = w;
        r->n_waiters++;
        return rcOk;
}

static uint64_t expire(NtcReceiver *r, uint64_t now_ms) {
        uint64_t soonest = NTC_NEVER;

        for (Waiter **at = &r->waiters; *at;) {
                Waiter *w = *at;
                NtcEnd end = {.ticket = w->ticket, .rc = rcTimeout};

                if (w->until_ms > now_ms) {
                        soonest = w->until_ms < soonest ? w->until_ms : soonest;
                        at = &w->next;
                        continue;
                }
                *at = w->next;
                r->n_waiters--;
                free(w);
                r->board->say(r->board->host, &end);
        }
        return soonest;
}

uint64_t ntc_expire(NtcBoard *board, uint64_t now_ms) {
        uint64_t soonest = NTC_NEVER;

        for (NtcReceiver *r = board->receivers; r; r = r->next) {
                uint64_t next = expire(r, now_ms);

                soonest = next < soonest ? next : soonest;
        }
        return soonest;
}

/* --- receivers --- */

Retcode ntc_new(NtcBoard *board, NtcShare *share, NtcReceiver **ret_receiver) {
        NtcReceiver *r = share->n_receivers < NTC_RECEIVERS_MAX ? malloc(sizeof *r) : NULL;

        if (!r)
                return rcOutOfMemory;
        *r = (NtcReceiver){
                .board = board, .share = share, .next = board->receivers, .link = &board->receivers};
        r->ready_end = &r->ready;
        if (r->next)
                r->next->link = &r->next;
        board->receivers = r;
        share->n_receivers++;
        *ret_receiver = r;
        return rcOk;
}

NtcReceiver *ntc_free(NtcReceiver *r) {
        if (!r)
                return NULL;
        ntc_wake(r);
        while (r->entries)
                entry_free(r->entries);
        *r->link = r->next;
        if (r->next)
                r->next->link = r->link;
        r->share->n_receivers--;
        free(r);
        return NULL;
}

/* --- sources --- */

static void note(NtcEntry *e, uint32_t mask) {
        mask &= e->mask;
        if (!mask)
                return;
        if (!e->pending)
                make_ready(e);
        e->pending |= mask;
        serve_waiters(e->receiver);
}

static bool has_room(const NtcReceiver *r) {
        return r->n_entries < NTC_ENTRIES_MAX && r->share->n_entries < NTC_SHARE_MAX;
}

Retcode ntc_subscribe(NtcReceiver *r, NtcSource *source, uint32_t mask, uint64_t id) {
        NtcEntry *e;

        if (mask == 0)
                return rcInvalidArgument;
        e = has_room(r) ? malloc(sizeof *e) : NULL;
        if (!e)
                return rcOutOfMemory;
        *e = (NtcEntry){.receiver = r, .source = source, .id = id, .mask = mask};
        e->source_next = source->first;
        e->source_link = &source->first;
        if (source->first)
                source->first->source_link = &e->source_next;
        source->first = e;
        e->next = r->entries;
        e->link = &r->entries;
        if (r->entries)
                r->entries->link = &e->next;
        r->entries = e;
        r->n_entries++;
        r->share->n_entries++;
        note(e, source->lasting);
        return rcOk;
}

/* id == NULL: whatever its id. */
static Retcode unsubscribe(NtcReceiver *r, const NtcSource *source, const uint64_t *id) {
        Retcode rc = rcResourceNotFound;
        NtcEntry *next;

        for (NtcEntry *e = r->entries; e; e = next) {
                next = e->next;
                if (e->source != source || (id && e->id != *id))
                        continue;
                entry_free(e);
                rc = rcOk;
        }
        return rc;
}

Retcode ntc_unsubscribe(NtcReceiver *r, const NtcSource *source) {
        return unsubscribe(r, source, NULL);
}

Retcode ntc_unsubscribe_id(NtcReceiver *r, const NtcSource *source, uint64_t id) {
        return unsubscribe(r, source, &id);
}

void ntc_raise(NtcSource *source, uint32_t mask, bool lasting) {
        if (lasting)
                source->lasting |= mask;
        for (NtcEntry *e = source->first; e; e = e->source_next)
                note(e, mask);
}

void ntc_source_end(NtcSource *source, uint32_t mask) {
        ntc_raise(source, mask, false);
        while (source->first) {
                NtcEntry *e = source->first;

                leave_source(e);
                if (!e->pending)
                        entry_free(e);
        }
        source->lasting = 0;
}
