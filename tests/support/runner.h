/* SPDX-License-Identifier: MIT */
/*
 * Threads of a test: started with a function, looked at while they wait, joined.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>

typedef struct Runner {
        void (*run)(void *arg); /* must not use assertions: they belong to the test's own thread */
        void *arg;
        pthread_t thread;
        _Atomic int tid; /* 0 until it runs */
        _Atomic bool is_done;
} Runner;

void t_start(Runner *r, void (*run)(void *arg), void *arg);
void t_join(Runner *r);
/* Waits until the thread sleeps in the kernel, or is done. */
void t_wait_blocked(const Runner *r);

/* The same function in n threads, each with its own argument; `size` bytes from one to the next. */
void t_run_all(unsigned n, void (*run)(void *arg), void *args, unsigned long size);
