/* SPDX-License-Identifier: MIT */
/*
 * Events, on parking: a flag, and how often it was set, so that a waiter whose Set is undone at once still
 * knows of it.
 */
#include <kos/event.h>

#include "park.h"

typedef struct __attribute__((may_alias)) Event {
        pthread_mutex_t lock;
        pthread_cond_t wake;
        uint64_t n_sets; /* how often it became set */
        bool is_set;
} Event;

_Static_assert(sizeof(Event) <= sizeof(KosEvent), "an event fits its public type");

typedef struct Wait {
        Event *event;
        uint64_t n_sets; /* when the wait began */
        bool reset;
} Wait;

static Event *inside(KosEvent *event) {
        return (Event *)event;
}

static bool is_over(void *arg) {
        const Wait *w = arg;
        Event *e = w->event;

        if (w->reset && e->is_set) {
                e->is_set = false;
                return true;
        }
        return !w->reset && (e->is_set || e->n_sets != w->n_sets);
}

void KosEventInit(KosEvent *event) {
        Event *e = inside(event);

        park_init(&e->lock, &e->wake);
        e->n_sets = 0;
        e->is_set = false;
}

void KosEventDeinit(KosEvent *event) {
        park_deinit(&inside(event)->lock, &inside(event)->wake);
}

void KosEventSet(KosEvent *event) {
        Event *e = inside(event);

        (void)pthread_mutex_lock(&e->lock);
        if (!e->is_set) {
                e->is_set = true;
                e->n_sets++;
                (void)pthread_cond_broadcast(&e->wake);
        }
        (void)pthread_mutex_unlock(&e->lock);
}

void KosEventReset(KosEvent *event) {
        Event *e = inside(event);

        (void)pthread_mutex_lock(&e->lock);
        e->is_set = false;
        (void)pthread_mutex_unlock(&e->lock);
}

void KosEventWait(KosEvent *event, rtl_bool reset) {
        (void)KosEventWaitTimeout(event, reset, INFINITE_TIMEOUT);
}

Retcode KosEventWaitTimeout(KosEvent *event, rtl_bool reset, rtl_uint32_t msec) {
        Event *e = inside(event);
        Wait wait = {.event = e, .reset = reset != rtl_false};
        Park p = {.lock = &e->lock, .wake = &e->wake, .is_ready = is_over, .arg = &wait};

        (void)pthread_mutex_lock(&e->lock);
        wait.n_sets = e->n_sets;
        return park(&p, msec) ? rcOk : rcTimeout;
}
