/* SPDX-License-Identifier: MIT */
/*
 * A Put call made by a thread of its own, and ways to wait for what threads do.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <coresrv/syscalls.h>

#include "keeper.h"
#include "transport/chan.h"

/* Set what differs from the initialiser, then start; read the results after join. */
typedef struct Caller {
        Handle client;
        Handle sync;
        uint32_t timeout_ms;
        nk_uint32_t value;
        const char *key; /* at most KEEPER_KEY_SIZE - 1 bytes */
        uint32_t room;   /* bytes of the answer's arena */
        pthread_t thread;
        _Atomic int tid; /* 0 until it runs */
        Retcode rc;
        nk_uint32_t slot;
        char echo[KEEPER_KEY_SIZE];
} Caller;

#define CALLER_OF(handle)                                                                                    \
        {                                                                                                    \
                .client = (handle), .sync = INVALID_HANDLE, .timeout_ms = INFINITE_TIMEOUT, .value = 41,     \
                .key = "abc", .room = KEEPER_KEY_SIZE                                                        \
        }

void t_call(Caller *c); /* in this thread */
void t_caller_start(Caller *c);
void t_caller_join(Caller *c);

/* Waits until the call in slot 0 is in a phase; CHAN_PHASE_POSTED: nobody has received it. */
void t_wait_phase(ChanHeader *mem, ChanPhase phase);
/* Waits until a thread sleeps in the kernel; *tid may still be 0. */
void t_wait_asleep(const _Atomic int *tid);
/* Does it now? */
bool t_is_asleep(int tid);
