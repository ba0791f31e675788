/* SPDX-License-Identifier: MIT */
/*
 * Mutexes: one owner, who alone frees it, and recursive ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <coresrv/time/time_api.h>
#include <kos/mutex.h>

#include "support/runner.h"

#define N_THREADS 4
#define N_ROUNDS  3000

/* What another thread gets from one call. */
typedef struct Other {
        KosMutex *mutex;
        rtl_uint32_t msec;
        Retcode rc;
        Runner thread;
} Other;

static void try_lock(void *arg) {
        Other *o = arg;

        o->rc = KosMutexTryLock(o->mutex);
        if (o->rc == rcOk)
                KosMutexUnlock(o->mutex);
}

static void lock_timeout(void *arg) {
        Other *o = arg;

        o->rc = KosMutexLockTimeout(o->mutex, o->msec);
        if (o->rc == rcOk)
                KosMutexUnlock(o->mutex);
}

static void only_unlock(void *arg) {
        KosMutexUnlock(((Other *)arg)->mutex);
}

static Retcode elsewhere(KosMutex *mutex, void (*run)(void *arg), rtl_uint32_t msec) {
        Other o = {.mutex = mutex, .msec = msec};

        t_start(&o.thread, run, &o);
        t_join(&o.thread);
        return o.rc;
}

static void mutex_is_owned_by_one_thread(void **state) {
        KosMutex mutex;

        (void)state;
        KosMutexInit(&mutex);
        assert_int_equal(KosMutexIsLocked(&mutex), rtl_false);
        KosMutexLock(&mutex);
        assert_int_equal(KosMutexIsLocked(&mutex), rtl_true);
        assert_int_equal(elsewhere(&mutex, try_lock, 0), rcBusy);
        assert_int_equal(elsewhere(&mutex, lock_timeout, 0), rcTimeout);
        assert_int_equal(elsewhere(&mutex, lock_timeout, 1), rcTimeout);
        KosMutexUnlock(&mutex);
        assert_int_equal(KosMutexIsLocked(&mutex), rtl_false);
        assert_int_equal(elsewhere(&mutex, try_lock, 0), rcOk);
        assert_int_equal(elsewhere(&mutex, lock_timeout, 0), rcOk);
        assert_int_equal(elsewhere(&mutex, lock_timeout, 1000), rcOk);
        assert_int_equal(elsewhere(&mutex, lock_timeout, INFINITE_TIMEOUT), rcOk);
        KosMutexDeinit(&mutex);
}

static void time_limit_is_not_cut_short(void **state) {
        KosMutex mutex;
        rtl_size_t before;

        (void)state;
        KosMutexInit(&mutex);
        KosMutexLock(&mutex);
        before = KnGetMSecSinceStart();
        assert_int_equal(elsewhere(&mutex, lock_timeout, 20), rcTimeout);
        assert_true(KnGetMSecSinceStart() - before >= 19);
        KosMutexUnlock(&mutex);
        KosMutexDeinit(&mutex);
}

static void waiter_gets_the_mutex_when_it_comes_free(void **state) {
        static const rtl_uint32_t limits[] = {100000, INFINITE_TIMEOUT};
        KosMutex mutex;

        (void)state;
        KosMutexInit(&mutex);
        for (size_t i = 0; i < rtl_countof(limits); i++) {
                Other o = {.mutex = &mutex, .msec = limits[i], .rc = rcFail};

                KosMutexLock(&mutex);
                t_start(&o.thread, lock_timeout, &o);
                t_wait_blocked(&o.thread);
                KosMutexUnlock(&mutex);
                t_join(&o.thread);
                assert_int_equal(o.rc, rcOk);
        }
        KosMutexDeinit(&mutex);
}

static void owner_of_a_plain_mutex_does_not_get_it_again(void **state) {
        KosMutex mutex;

        (void)state;
        KosMutexInitEx(&mutex, 0);
        KosMutexLock(&mutex);
        assert_int_equal(KosMutexTryLock(&mutex), rcBusy);
        assert_int_equal(KosMutexLockTimeout(&mutex, 1), rcTimeout);
        KosMutexUnlock(&mutex);
        assert_int_equal(KosMutexIsLocked(&mutex), rtl_false);
        KosMutexDeinit(&mutex);
}

static void recursive_mutex_is_free_after_as_many_unlocks(void **state) {
        KosMutex mutex;

        (void)state;
        KosMutexInitEx(&mutex, 1);
        KosMutexLock(&mutex);
        KosMutexLock(&mutex);
        assert_int_equal(KosMutexTryLock(&mutex), rcOk);
        assert_int_equal(KosMutexLockTimeout(&mutex, 0), rcOk);
        for (int i = 0; i < 4; i++) {
                assert_int_equal(elsewhere(&mutex, try_lock, 0), rcBusy);
                KosMutexUnlock(&mutex);
        }
        assert_int_equal(elsewhere(&mutex, try_lock, 0), rcOk);
        KosMutexDeinit(&mutex);
}

static void only_the_owner_frees_a_mutex(void **state) {
        KosMutex mutex;

        (void)state;
        for (int recursive = 0; recursive <= 1; recursive++) {
                KosMutexInitEx(&mutex, recursive);
                KosMutexUnlock(&mutex);
                KosMutexLock(&mutex);
                (void)elsewhere(&mutex, only_unlock, 0);
                assert_int_equal(elsewhere(&mutex, try_lock, 0), rcBusy);
                KosMutexUnlock(&mutex);
                assert_int_equal(elsewhere(&mutex, try_lock, 0), rcOk);
                KosMutexDeinit(&mutex);
        }
}

typedef struct Count {
        KosMutex *mutex;
        int *counter;
        unsigned number;
} Count;

/* Every way into the mutex, so that each is seen to exclude the others. */
static void count_up(void *arg) {
        Count *c = arg;

        for (unsigned i = 0; i < N_ROUNDS; i++) {
                unsigned way = (i + c->number) % 3;

                if (way == 0)
                        KosMutexLock(c->mutex);
                while (way == 1 && KosMutexTryLock(c->mutex) != rcOk)
                        (void)sched_yield();
                while (way == 2 && KosMutexLockTimeout(c->mutex, 1) != rcOk)
                        continue;
                (*c->counter)++;
                KosMutexUnlock(c->mutex);
        }
}

static void threads_exclude_each_other(void **state) {
        KosMutex mutex;
        int counter = 0;
        Count counts[N_THREADS];

        (void)state;
        for (int recursive = 0; recursive <= 1; recursive++) {
                KosMutexInitEx(&mutex, recursive);
                for (unsigned i = 0; i < N_THREADS; i++)
                        counts[i] = (Count){.mutex = &mutex, .counter = &counter, .number = i};
                t_run_all(N_THREADS, count_up, counts, sizeof counts[0]);
                KosMutexDeinit(&mutex);
        }
        assert_int_equal(counter, 2 * N_THREADS * N_ROUNDS);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(mutex_is_owned_by_one_thread),
                cmocka_unit_test(time_limit_is_not_cut_short),
                cmocka_unit_test(waiter_gets_the_mutex_when_it_comes_free),
                cmocka_unit_test(owner_of_a_plain_mutex_does_not_get_it_again),
                cmocka_unit_test(recursive_mutex_is_free_after_as_many_unlocks),
                cmocka_unit_test(only_the_owner_frees_a_mutex),
                cmocka_unit_test(threads_exclude_each_other),
        };

        return cmocka_run_group_tests_name("mutex", tests, NULL, NULL);
}
