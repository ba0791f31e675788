/* SPDX-License-Identifier: MIT */
/*
 * Threads: making and ending them, waiting for them, stopping them.
 *
 * Where a thread parks (sync/park.h) it looks whether it is to end: that makes the ending points of
 * kos/thread.h.
 */
#include <kos/thread.h>

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "thread_hooks.h"
#include "threads.h"

#define PRIORITY_MAX 31

_Static_assert(ThreadPriorityHighest == PRIORITY_MAX, "the highest priority is the last one");

static void lock(void) {
        (void)pthread_mutex_lock(&threads_lock);
}

static void unlock(void) {
        (void)pthread_mutex_unlock(&threads_lock);
}

/* --- life of a thread --- */

/* What needs no rights. A thread that can't go back goes on as it is. */
static void set_priority(uint32_t priority) {
        const struct sched_param none = {.sched_priority = 0};

        if (priority < ThreadPriorityNormal)
                (void)sched_setscheduler(
                        0, priority == ThreadPriorityLowest ? SCHED_IDLE : SCHED_BATCH, &none);
}

static bool is_resumed(void *arg) {
        const Thread *t = arg;

        return t->stage != THREAD_SUSPENDED;
}

static void wait_resumed(Thread *t) {
        Park p = {.lock = &threads_lock, .wake = &t->changed, .is_ready = is_resumed, .arg = t};

        lock();
        (void)park(&p, INFINITE_TIMEOUT);
}

/* Clean-up handler of every thread: runs when it returns, exits or is ended. Nothing ends it in here. */
static void finish(void *arg) {
        Thread *t = arg;

        park_set_thread(NULL);
        if (t->has_begun)
                hooks_call(KosThreadCallbackReasonDestroy);
        lock();
        if (t->is_detached) /* then the record may be somebody else's from here on */
                threads_set_self(NULL);
        threads_set_over(t);
        unlock();
}

static void set_exit_code(Thread *t, int32_t code) {
        lock();
        t->exit_code = code;
        unlock();
}

static void live(Thread *t) {
        wait_resumed(t);
        t->has_begun = true;
        hooks_call(KosThreadCallbackReasonCreate);
        set_exit_code(t, t->routine(t->context));
}

static void *run_thread(void *arg) {
        Thread *t = arg;

        park_set_thread(&t->park);
        threads_set_self(t);
        set_priority(t->priority);
        pthread_cleanup_push(finish, t);
        live(t);
        pthread_cleanup_pop(1);
        return NULL;
}

/* --- making --- */

static size_t stack_size_of(rtl_uint32_t wanted) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        size_t size = wanted > NKX_THREAD_STACK_MIN ? wanted : NKX_THREAD_STACK_MIN;

        return (size + page - 1) / page * page;
}

static int start(Thread *t, rtl_uint32_t stack_size) {
        pthread_attr_t attr;
        int r;

        (void)pthread_attr_init(&attr);
        if (t->is_detached)
                (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        r = pthread_attr_setstacksize(&attr, stack_size_of(stack_size));
        if (r == 0)
                r = pthread_create(&t->pthread, &attr, run_thread, t);
        (void)pthread_attr_destroy(&attr);
        return r;
}

/* Those that are over and that nobody waited for still have their stacks. */
static void bury_dead(void) {
        for (Thread *t = threads_peek_dead(); t; t = threads_peek_dead())
                threads_join(t);
}

static Retcode create(const Thread *what, Tid *ret_tid, rtl_uint32_t stack_size) {
        Thread *t;

        bury_dead();
        t = threads_add();
        if (!t)
                return rcQuotaExceeded;
        t->is_ours = true;
        t->is_detached = what->is_detached;
        t->stage = what->stage;
        t->routine = what->routine;
        t->context = what->context;
        t->priority = what->priority;
        if (start(t, stack_size) != 0) {
                threads_drop(t);
                return rcOutOfMemory;
        }
        /* The thread needs the lock for its first step. */
        if (ret_tid)
                *ret_tid = t->tid;
        return rcOk;
}

static Retcode create_locked(Thread what, Tid *ret_tid, rtl_uint32_t stack_size, int suspended) {
        Retcode rc;

        if (!what.routine || what.priority > PRIORITY_MAX)
                return rcInvalidArgument;
        what.stage = suspended ? THREAD_SUSPENDED : THREAD_RUNS;
        lock();
        rc = create(&what, ret_tid, stack_size);
        unlock();
        return rc;
}

Retcode KosThreadCreate(Tid *tid, rtl_uint32_t priority, rtl_uint32_t stackSize, ThreadRoutine routine,
        void *context, int suspended) {
        Thread what = {.routine = routine, .context = context, .priority = priority};

        return tid ? create_locked(what, tid, stackSize, suspended) : rcInvalidArgument;
}

Retcode KosThreadCreateDetached(Tid *tid, rtl_uint32_t priority, rtl_uint32_t stackSize,
        ThreadRoutine routine, void *context, int suspended) {
        Thread what = {.routine = routine, .context = context, .priority = priority, .is_detached = true};

        return create_locked(what, tid, stackSize, suspended);
}

/* --- waiting --- */

typedef struct Wait {
        Thread *thread;
        bool is_over;
} Wait;

static bool is_over(void *arg) {
        Wait *w = arg;

        w->is_over = w->thread->stage == THREAD_OVER;
        return w->is_over;
}

/* Whoever waits pins the record; if he is ended or gives up, here is where that ends. */
static void give_up(void *arg) {
        Wait *w = arg;

        if (!w->is_over)
                w->thread->n_pins--;
}

/* True: with the lock, and the record is still pinned. False: without both. */
static bool wait_over(Thread *t, uint32_t msec) {
        Wait wait = {.thread = t};
        Park p = {.lock = &threads_lock,
                .wake = &t->changed,
                .is_ready = is_over,
                .leave = give_up,
                .arg = &wait};

        t->n_pins++;
        if (!park(&p, msec))
                return false;
        lock();
        return true;
}

int KosThreadWait(rtl_uint32_t tid, rtl_uint32_t timeout) {
        Thread *me = threads_self(), *t;
        int code;

        lock();
        t = threads_find(tid);
        if (!t || t == me || t->is_detached) {
                unlock();
                return -1;
        }
        if (!wait_over(t, timeout)) {
                if (timeout == 0)
                        KosThreadYield();
                return rcTimeout;
        }
        code = t->exit_code;
        if (t->is_ours)
                threads_join(t);
        t->n_pins--;
        unlock();
        return code;
}

/* --- stopping and going on --- */

Retcode KosThreadResume(Tid tid) {
        Retcode rc = rcInvalidThreadState;
        Thread *t;

        lock();
        t = threads_find(tid);
        if (!t) {
                rc = rcInvalidArgument;
        } else if (t->stage == THREAD_SUSPENDED) {
                t->stage = THREAD_RUNS;
                (void)pthread_cond_broadcast(&t->changed);
                rc = rcOk;
        }
        unlock();
        return rc;
}

Retcode KosThreadSuspend(Tid tid) {
        Thread *me = threads_self();
        bool is_known;

        lock();
        is_known = threads_find(tid) != NULL;
        if (is_known && me && me->tid == tid)
                me->stage = THREAD_SUSPENDED;
        unlock();
        if (!is_known)
                return rcInvalidArgument;
        if (!me || me->tid != tid)
                return rcInvalidOperation;
        wait_resumed(me);
        return rcOk;
}

/* --- ending --- */

/* rcOk: the thread can be told; its record is pinned. */
static Retcode find_to_end(Tid tid, int32_t code, Thread **ret_thread) {
        Thread *t = threads_find(tid);

        if (!t)
                return rcInvalidArgument;
        if (t->stage == THREAD_OVER)
                return rcInvalidThreadState;
        if (!t->is_ours)
                return rcInvalidOperation;
        if (!atomic_load(&t->park.is_ending))
                t->exit_code = code;
        t->n_pins++;
        *ret_thread = t;
        return rcOk;
}

Retcode KosThreadTerminate(Tid tid, rtl_int32_t exitCode) {
        Thread *me = threads_self(), *t;
        Retcode rc;

        if (me && me->tid == tid)
                KosThreadExit(exitCode);
        lock();
        rc = find_to_end(tid, exitCode, &t);
        unlock();
        if (rc != rcOk)
                return rc;
        park_end(&t->park);
        lock();
        t->n_pins--;
        unlock();
        return rcOk;
}

void KosThreadExit(rtl_int32_t exitCode) {
        Thread *me = threads_self();

        if (me && me->is_ours)
                set_exit_code(me, exitCode);
        pthread_exit((void *)(intptr_t)exitCode);
}

/* --- looking --- */

Tid KosThreadCurrentId(void) {
        const Thread *me = threads_self();

        return me ? me->tid : 0;
}

/* NULL: the host does not tell. */
static void *stack_of(pthread_t thread, size_t *ret_size) {
        pthread_attr_t attr;
        void *stack = NULL;

        if (pthread_getattr_np(thread, &attr) != 0)
                return NULL;
        if (pthread_attr_getstack(&attr, &stack, ret_size) != 0)
                stack = NULL;
        (void)pthread_attr_destroy(&attr);
        return stack;
}

void *KosThreadGetStack(Tid tid, rtl_uint32_t *size) {
        Thread *me = threads_self(), *t;
        size_t stack_size = 0;
        void *stack = NULL;

        (void)me; /* so that it has a number that may be meant */
        lock();
        t = threads_find(tid);
        if (t && t->stage != THREAD_OVER)
                stack = stack_of(t->pthread, &stack_size);
        unlock();
        if (stack && size)
                *size = stack_size < UINT32_MAX ? (rtl_uint32_t)stack_size : UINT32_MAX;
        return stack;
}
