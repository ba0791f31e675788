/* SPDX-License-Identifier: MIT */
/*
 * Threads of a test: see runner.h.
 */
#include "runner.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"

#define RUNNERS_MAX 64

static void *run_thread(void *arg) {
        Runner *r = arg;

        r->tid = gettid();
        r->run(r->arg);
        r->is_done = true;
        return NULL;
}

void t_start(Runner *r, void (*run)(void *arg), void *arg) {
        r->run = run;
        r->arg = arg;
        r->tid = 0;
        r->is_done = false;
        assert_int_equal(pthread_create(&r->thread, NULL, run_thread, r), 0);
}

void t_join(Runner *r) {
        assert_int_equal(pthread_join(r->thread, NULL), 0);
}

void t_wait_blocked(const Runner *r) {
        while (!r->is_done && !t_is_asleep(r->tid))
                (void)sched_yield();
}

void t_run_all(unsigned n, void (*run)(void *arg), void *args, unsigned long size) {
        static Runner runners[RUNNERS_MAX];

        assert_true(n <= RUNNERS_MAX);
        for (unsigned i = 0; i < n; i++)
                t_start(&runners[i], run, (char *)args + i * size);
        for (unsigned i = 0; i < n; i++)
                t_join(&runners[i]);
}
