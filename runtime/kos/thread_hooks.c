/* SPDX-License-Identifier: MIT */
/*
 * What a thread has besides its life: callbacks at both ends of it, one pointer, and things done once.
 */
#include "thread_hooks.h"

#include <pthread.h>

#include "fork_locks.h"

static struct {
        pthread_mutex_t lock;
        KosThreadCallback *callbacks[KOS_THREAD_CALLBACKS_MAX];
        unsigned n;
} hooks = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local void *tls;

pthread_mutex_t *hooks_get_lock(void) {
        return &hooks.lock;
}

/* --- callbacks --- */

/* Called without the lock: a callback may register another one. */
void hooks_call(KosThreadCallbackReason reason) {
        KosThreadCallback *callbacks[KOS_THREAD_CALLBACKS_MAX];
        unsigned n;

        (void)pthread_mutex_lock(&hooks.lock);
        n = hooks.n;
        for (unsigned i = 0; i < n; i++)
                callbacks[i] = hooks.callbacks[i];
        (void)pthread_mutex_unlock(&hooks.lock);
        for (unsigned i = 0; i < n; i++)
                callbacks[reason == KosThreadCallbackReasonCreate ? i : n - 1 - i](reason);
}

/* hooks.n: it is not registered. */
static unsigned find(KosThreadCallback *callback) {
        unsigned i = 0;

        while (i < hooks.n && hooks.callbacks[i] != callback)
                i++;
        return i;
}

static Retcode add(KosThreadCallback *callback) {
        if (find(callback) < hooks.n)
                return rcAlreadyExists;
        if (hooks.n == KOS_THREAD_CALLBACKS_MAX)
                return rcQuotaExceeded;
        hooks.callbacks[hooks.n++] = callback;
        return rcOk;
}

static Retcode drop(KosThreadCallback *callback) {
        unsigned i = find(callback);

        if (i == hooks.n)
                return rcResourceNotFound;
        hooks.n--;
        for (; i < hooks.n; i++)
                hooks.callbacks[i] = hooks.callbacks[i + 1];
        return rcOk;
}

static Retcode change(Retcode (*how)(KosThreadCallback *callback), KosThreadCallback *callback) {
        Retcode rc;

        if (!callback)
                return rcInvalidArgument;
        (void)pthread_mutex_lock(&hooks.lock);
        rc = how(callback);
        (void)pthread_mutex_unlock(&hooks.lock);
        return rc;
}

Retcode KosThreadCallbackRegister(KosThreadCallback *callback) {
        return change(add, callback);
}

Retcode KosThreadCallbackUnregister(KosThreadCallback *callback) {
        return change(drop, callback);
}

/* --- the pointer --- */

void *KosThreadTlsGet(void) {
        return tls;
}

Retcode KosThreadTlsSet(void *value) {
        tls = value;
        return rcOk;
}

/* --- once --- */

_Static_assert(
        PTHREAD_ONCE_INIT == 0 && sizeof(pthread_once_t) == sizeof(int), "a zeroed state has not been");

Retcode KosThreadOnce(KosThreadOnceState *onceControl, void (*initRoutine)(void)) {
        if (!onceControl || !initRoutine)
                return rcInvalidArgument;
        (void)pthread_once(&onceControl->private_, initRoutine);
        return rcOk;
}
