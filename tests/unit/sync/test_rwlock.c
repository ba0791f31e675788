/* SPDX-License-Identifier: MIT */
/*
 * Read-write locks: many readers or one writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <kos/rwlock.h>

#include "support/runner.h"

#define N_THREADS 4
#define N_ROUNDS  2000

typedef struct Other {
        KosRWLock *lock;
        Retcode rc;
        Runner thread;
} Other;

static void try_read(void *arg) {
        Other *o = arg;

        o->rc = KosRWLockTryRead(o->lock);
        if (o->rc == rcOk)
                KosRWLockUnlock(o->lock);
}

static void try_write(void *arg) {
        Other *o = arg;

        o->rc = KosRWLockTryWrite(o->lock);
        if (o->rc == rcOk)
                KosRWLockUnlock(o->lock);
}

static void read_it(void *arg) {
        Other *o = arg;

        KosRWLockRead(o->lock);
        KosRWLockUnlock(o->lock);
}

static void write_it(void *arg) {
        Other *o = arg;

        KosRWLockWrite(o->lock);
        KosRWLockUnlock(o->lock);
}

static Retcode elsewhere(KosRWLock *lock, void (*run)(void *arg)) {
        Other o = {.lock = lock, .rc = rcFail};

        t_start(&o.thread, run, &o);
        t_join(&o.thread);
        return o.rc;
}

static void readers_share_and_keep_writers_out(void **state) {
        KosRWLock lock;

        (void)state;
        KosRWLockInit(&lock);
        KosRWLockRead(&lock);
        assert_int_equal(elsewhere(&lock, try_read), rcOk);
        assert_int_equal(elsewhere(&lock, try_write), rcBusy);
        assert_int_equal(KosRWLockTryRead(&lock), rcOk);
        assert_int_equal(KosRWLockTryWrite(&lock), rcBusy);
        KosRWLockUnlock(&lock);
        assert_int_equal(elsewhere(&lock, try_write), rcBusy);
        KosRWLockUnlock(&lock);
        assert_int_equal(elsewhere(&lock, try_write), rcOk);
        KosRWLockDeinit(&lock);
}

static void writer_keeps_everybody_out(void **state) {
        KosRWLock lock;

        (void)state;
        KosRWLockInit(&lock);
        KosRWLockWrite(&lock);
        assert_int_equal(elsewhere(&lock, try_read), rcBusy);
        assert_int_equal(elsewhere(&lock, try_write), rcBusy);
        assert_int_equal(KosRWLockTryWrite(&lock), rcBusy);
        KosRWLockUnlock(&lock);
        assert_int_equal(KosRWLockTryWrite(&lock), rcOk);
        assert_int_equal(elsewhere(&lock, try_read), rcBusy);
        KosRWLockUnlock(&lock);
        assert_int_equal(elsewhere(&lock, try_read), rcOk);
        KosRWLockDeinit(&lock);
}

static void waiting_writer_does_not_stop_a_reader_who_reads_already(void **state) {
        KosRWLock lock;
        Other writer = {.lock = &lock};

        (void)state;
        KosRWLockInit(&lock);
        KosRWLockRead(&lock);
        t_start(&writer.thread, write_it, &writer);
        t_wait_blocked(&writer.thread);
        KosRWLockRead(&lock);
        KosRWLockUnlock(&lock);
        assert_false(writer.thread.is_done);
        KosRWLockUnlock(&lock);
        t_join(&writer.thread);
        KosRWLockDeinit(&lock);
}

static void waiting_readers_get_in_when_the_writer_leaves(void **state) {
        KosRWLock lock;
        Other readers[N_THREADS];

        (void)state;
        KosRWLockInit(&lock);
        KosRWLockWrite(&lock);
        for (int i = 0; i < N_THREADS; i++) {
                readers[i] = (Other){.lock = &lock};
                t_start(&readers[i].thread, read_it, &readers[i]);
                t_wait_blocked(&readers[i].thread);
        }
        KosRWLockUnlock(&lock);
        for (int i = 0; i < N_THREADS; i++)
                t_join(&readers[i].thread);
        KosRWLockDeinit(&lock);
}

/* Two numbers that are equal whenever no writer is at work. */
typedef struct Shared {
        KosRWLock lock;
        int a, b;
        _Atomic int n_torn;
} Shared;

static void read_and_write(void *arg) {
        Shared *s = *(Shared **)arg;

        for (int i = 0; i < N_ROUNDS; i++) {
                if (i % 4 == 0) {
                        KosRWLockWrite(&s->lock);
                        s->a++;
                        s->b++;
                } else {
                        KosRWLockRead(&s->lock);
                        s->n_torn += s->a != s->b;
                }
                KosRWLockUnlock(&s->lock);
        }
}

static void readers_never_see_half_a_change(void **state) {
        Shared shared = {.a = 0};
        Shared *args[N_THREADS];

        (void)state;
        KosRWLockInit(&shared.lock);
        for (int i = 0; i < N_THREADS; i++)
                args[i] = &shared;
        t_run_all(N_THREADS, read_and_write, args, sizeof args[0]);
        assert_int_equal(shared.n_torn, 0);
        assert_int_equal(shared.a, N_THREADS * N_ROUNDS / 4);
        KosRWLockDeinit(&shared.lock);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(readers_share_and_keep_writers_out),
                cmocka_unit_test(writer_keeps_everybody_out),
                cmocka_unit_test(waiting_writer_does_not_stop_a_reader_who_reads_already),
                cmocka_unit_test(waiting_readers_get_in_when_the_writer_leaves),
                cmocka_unit_test(readers_never_see_half_a_change),
        };

        return cmocka_run_group_tests_name("rwlock", tests, NULL, NULL);
}
