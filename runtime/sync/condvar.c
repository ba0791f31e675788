/* SPDX-License-Identifier: MIT */
/*
 * Condition variables: a queue of those who wait, each on a condition of the C library of its own. One for
 * all of them would not say who is woken.
 */
#include <kos/condvar.h>

#include "lock.h"
#include "park.h"

typedef struct Waiter Waiter;

typedef struct __attribute__((may_alias)) Condvar {
        pthread_mutex_t lock;
        Waiter *first, *last; /* who waits; whoever is woken is out of it */
} Condvar;

_Static_assert(sizeof(Condvar) <= sizeof(KosCondvar), "a condition variable fits its public type");

/* On the waiter's stack. */
struct Waiter {
        Condvar *condvar;
        Waiter *next, *previous;
        pthread_cond_t wake;
        bool is_woken, has_left;
};

static Condvar *inside(KosCondvar *condvar) {
        return (Condvar *)condvar;
}

static void enter(Condvar *c, Waiter *w) {
        w->previous = c->last;
        *(c->last ? &c->last->next : &c->first) = w;
        c->last = w;
}

static void unlink_waiter(Condvar *c, Waiter *w) {
        *(w->previous ? &w->previous->next : &c->first) = w->next;
        *(w->next ? &w->next->previous : &c->last) = w->previous;
}

static void wake_first(Condvar *c) {
        Waiter *w = c->first;

        if (!w)
                return;
        unlink_waiter(c, w);
        w->is_woken = true;
        (void)pthread_cond_signal(&w->wake);
}

static bool is_woken(void *arg) {
        Waiter *w = arg;

        w->has_left = w->is_woken;
        return w->is_woken;
}

/* A thread that is ended after it was woken has not seen it: another one shall. */
static void leave(void *arg) {
        Waiter *w = arg;

        if (!w->is_woken)
                unlink_waiter(w->condvar, w);
        else if (!w->has_left)
                wake_first(w->condvar);
}

void KosCondvarInit(KosCondvar *condvar) {
        Condvar *c = inside(condvar);

        (void)pthread_mutex_init(&c->lock, NULL);
        c->first = NULL;
        c->last = NULL;
}

void KosCondvarDeinit(KosCondvar *condvar) {
        (void)pthread_mutex_destroy(&inside(condvar)->lock);
}

void KosCondvarSignal(KosCondvar *condvar) {
        Condvar *c = inside(condvar);

        (void)pthread_mutex_lock(&c->lock);
        wake_first(c);
        (void)pthread_mutex_unlock(&c->lock);
}

void KosCondvarBroadcast(KosCondvar *condvar) {
        Condvar *c = inside(condvar);

        (void)pthread_mutex_lock(&c->lock);
        while (c->first)
                wake_first(c);
        (void)pthread_mutex_unlock(&c->lock);
}

Retcode KosCondvarWait(KosCondvar *condvar, KosMutex *mutex) {
        return KosCondvarWaitTimeout(condvar, mutex, INFINITE_TIMEOUT);
}

Retcode KosCondvarWaitTimeout(KosCondvar *condvar, KosMutex *mutex, rtl_uint32_t mdelay) {
        Condvar *c = inside(condvar);
        Waiter self = {.condvar = c};
        Park p = {.lock = &c->lock, .wake = &self.wake, .is_ready = is_woken, .leave = leave, .arg = &self};
        uint32_t depth;
        bool is_signalled;

        /* Entered before the mutex is free: who has it next finds us in the queue. */
        (void)pthread_mutex_lock(&c->lock);
        depth = lock_give_up(mutex);
        if (depth == 0) {
                (void)pthread_mutex_unlock(&c->lock);
                return rcInvalidOperation;
        }
        park_init_wake(&self.wake);
        enter(c, &self);
        is_signalled = park(&p, mdelay);
        (void)pthread_cond_destroy(&self.wake);
        lock_have_back(mutex, depth);
        return is_signalled ? rcOk : rcTimeout;
}
