/* SPDX-License-Identifier: MIT */
/*
 * Unanswered requests of a thread: see pending.h.
 */
#include "pending.h"

#include <pthread.h>
#include <stdbool.h>

#include <caisson/post.h>
#include <coresrv/syscalls.h>

#include "fork_locks.h"
#include "handle/handle_kinds.h"

typedef struct ThreadState {
        Pending places[RECV_PENDING_MAX];
        VerifyScratch scratch;
        bool is_hooked; /* leave_thread will run */
} ThreadState;

static _Thread_local ThreadState self;

static struct {
        pthread_once_t once;
        pthread_key_t key;
        bool is_made;
} hook = {.once = PTHREAD_ONCE_INIT};

/* End of a thread. It receives nothing any more: what waits behind its requests wakes others. */
static void leave_thread(void *arg) {
        ThreadState *state = arg;

        (void)nkx_receive_again(INVALID_HANDLE);
        for (uint32_t i = 0; i < RECV_PENDING_MAX; i++) {
                Pending *p = &state->places[i];
                HndEntry *listener = p->request.end ? hnd_get(p->listener, &hnd_listener) : NULL;

                if (!listener)
                        continue;
                (void)listener_reply(listener->object, &p->request, NULL, rcFail);
                hnd_put(listener);
        }
        verify_scratch_deinit(&state->scratch);
        state->is_hooked = false;
}

static void make_key(void) {
        hook.is_made = pthread_key_create(&hook.key, leave_thread) == 0;
}

void pending_watch_thread(void) {
        if (self.is_hooked)
                return;
        (void)pthread_once(&hook.once, make_key);
        self.is_hooked = hook.is_made && pthread_setspecific(hook.key, &self) == 0;
}

Pending *pending_find(Handle listener) {
        for (uint32_t i = 0; i < RECV_PENDING_MAX; i++)
                if (self.places[i].request.end && self.places[i].listener == listener)
                        return &self.places[i];
        return NULL;
}

/* A request of a listener that was closed can't be answered any more, its client knows already. */
static bool is_free(const Pending *p) {
        return !p->request.end || !hnd_is_open(p->listener);
}

Pending *pending_reserve(Handle listener) {
        pending_watch_thread();
        for (uint32_t i = 0; i < RECV_PENDING_MAX; i++) {
                Pending *p = &self.places[i];

                if (!is_free(p))
                        continue;
                *p = (Pending){.listener = listener};
                return p;
        }
        return NULL;
}

void pending_forget(void) {
        for (uint32_t i = 0; i < RECV_PENDING_MAX; i++)
                self.places[i].request.end = NULL;
}

VerifyScratch *pending_scratch(void) {
        pending_watch_thread();
        return &self.scratch;
}
