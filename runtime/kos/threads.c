/* SPDX-License-Identifier: MIT */
/*
 * Table of threads: see threads.h. A number is the place in the table and, above it, a count that changes
 * each time the place is given to somebody else.
 */
#include "threads.h"

#include <stddef.h>

#include <kos/alloc.h>

#include "fork_locks.h"

#define PLACE_BITS 12
#define PLACE_MASK ((1u << PLACE_BITS) - 1)
#define LIVES_MAX  (UINT32_MAX >> PLACE_BITS)

_Static_assert(KOS_THREAD_MAX == 1u << PLACE_BITS, "every place has its number");

typedef struct List {
        Thread *first, *last;
} List;

pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
        Thread *records[KOS_THREAD_MAX];
        uint32_t lives[KOS_THREAD_MAX]; /* how often a place was given out */
        uint32_t n_used;                /* places with a record, from the first on */
        List free;
        List dead;       /* over, ours, and nobody joins them yet; in the order of their ends */
        List remembered; /* over, and nothing is left of them but the record */
} table;

static _Thread_local Thread *self;

static struct {
        pthread_once_t once;
        pthread_key_t key; /* tells the end of threads that others made */
        bool is_made;
} strangers = {.once = PTHREAD_ONCE_INIT};

/* --- lists --- */

static void append(List *list, Thread *t) {
        t->next = NULL;
        t->previous = list->last;
        *(list->last ? &list->last->next : &list->first) = t;
        list->last = t;
}

static void take_out(List *list, Thread *t) {
        *(t->previous ? &t->previous->next : &list->first) = t->next;
        *(t->next ? &t->next->previous : &list->last) = t->previous;
}

/* --- records --- */

static Thread *take_free(void) {
        Thread *t = table.free.first;

        if (t)
                take_out(&table.free, t);
        return t;
}

static Thread *make_record(void) {
        Thread *t = table.n_used < KOS_THREAD_MAX ? KosMemZalloc(sizeof *t) : NULL;

        if (!t)
                return NULL;
        park_init_wake(&t->changed);
        t->place = table.n_used;
        table.records[table.n_used++] = t;
        return t;
}

static Thread *forget_oldest(void) {
        Thread *t = table.remembered.first;

        while (t && t->n_pins > 0)
                t = t->next;
        if (t)
                take_out(&table.remembered, t);
        return t;
}

Thread *threads_add(void) {
        Thread *t = take_free();
        uint32_t *lives;

        if (!t)
                t = make_record();
        if (!t)
                t = forget_oldest();
        if (!t)
                return NULL;
        lives = &table.lives[t->place];
        *lives = *lives < LIVES_MAX ? *lives + 1 : 1;
        *t = (Thread){.place = t->place, .changed = t->changed, .tid = *lives << PLACE_BITS | t->place};
        park_thread_init(&t->park);
        return t;
}

void threads_drop(Thread *t) {
        t->tid = 0;
        append(&table.free, t);
}

Thread *threads_find(Tid tid) {
        Thread *t = tid != 0 ? table.records[tid & PLACE_MASK] : NULL;

        return t && t->tid == tid ? t : NULL;
}

/* --- ends --- */

void threads_set_over(Thread *t) {
        t->stage = THREAD_OVER;
        if (t->is_detached)
                threads_drop(t);
        else
                append(t->is_ours ? &table.dead : &table.remembered, t);
        (void)pthread_cond_broadcast(&t->changed);
}

Thread *threads_peek_dead(void) {
        return table.dead.first;
}

/* What runs in a thread after it is over, destructors of its variables, may want the lock. */
void threads_join(Thread *t) {
        if (t->is_joining) {
                while (!t->is_joined)
                        (void)pthread_cond_wait(&t->changed, &threads_lock);
                return;
        }
        t->is_joining = true;
        take_out(&table.dead, t);
        (void)pthread_mutex_unlock(&threads_lock);
        (void)pthread_join(t->pthread, NULL);
        (void)pthread_mutex_lock(&threads_lock);
        t->is_joined = true;
        append(&table.remembered, t);
        (void)pthread_cond_broadcast(&t->changed);
}

/* Their stacks are memory that nobody gives back, as after any fork. */
void threads_forget_others(void) {
        for (uint32_t i = 0; i < table.n_used; i++) {
                Thread *t = table.records[i];

                park_init_wake(&t->changed);
                t->n_pins = 0;
                if (t == self || t->tid == 0 || t->is_joined || (t->stage == THREAD_OVER && !t->is_ours))
                        continue;
                if (t->stage == THREAD_OVER && !t->is_joining)
                        take_out(&table.dead, t);
                t->stage = THREAD_OVER;
                t->is_joining = t->is_joined = true;
                if (t->is_detached)
                        threads_drop(t);
                else
                        append(&table.remembered, t);
        }
}

/* --- the calling thread --- */

/* End of a thread that others made. */
static void leave(void *arg) {
        (void)pthread_mutex_lock(&threads_lock);
        threads_set_over(arg);
        (void)pthread_mutex_unlock(&threads_lock);
        self = NULL;
}

static void make_key(void) {
        strangers.is_made = pthread_key_create(&strangers.key, leave) == 0;
}

static Thread *add_stranger(void) {
        Thread *t;

        (void)pthread_mutex_lock(&threads_lock);
        t = threads_add();
        if (t)
                t->pthread = pthread_self();
        (void)pthread_mutex_unlock(&threads_lock);
        return t;
}

Thread *threads_self(void) {
        if (self)
                return self;
        (void)pthread_once(&strangers.once, make_key);
        self = add_stranger();
        if (self && strangers.is_made)
                (void)pthread_setspecific(strangers.key, self);
        return self;
}

void threads_set_self(Thread *t) {
        self = t;
}
