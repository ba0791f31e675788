/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: permits are neither lost nor made, and what is no semaphore is recognised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <kos/semaphore.h>

#include "support/runner.h"

#define N_THREADS 4
#define N_ROUNDS  2000

static void permits_are_taken_one_by_one(void **state) {
        KosSemaphore s;

        (void)state;
        assert_int_equal(KosSemaphoreInit(&s, 2), rcOk);
        assert_int_equal(KosSemaphoreWait(&s), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcBusy);
        assert_int_equal(KosSemaphoreWaitTimeout(&s, 0), rcTimeout);
        assert_int_equal(KosSemaphoreWaitTimeout(&s, 1), rcTimeout);
        assert_int_equal(KosSemaphoreSignal(&s), rcOk);
        assert_int_equal(KosSemaphoreWaitTimeout(&s, 0), rcOk);
        assert_int_equal(KosSemaphoreSignalN(&s, 0), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcBusy);
        assert_int_equal(KosSemaphoreSignalN(&s, 3), rcOk);
        assert_int_equal(KosSemaphoreWaitTimeout(&s, 1), rcOk);
        assert_int_equal(KosSemaphoreWaitTimeout(&s, INFINITE_TIMEOUT), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcBusy);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);
}

static void count_has_its_limit(void **state) {
        KosSemaphore s;

        (void)state;
        assert_int_equal(KosSemaphoreInit(&s, KOS_SEMAPHORE_VALUE_MAX + 1), rcFail);
        assert_int_equal(KosSemaphoreInit(&s, UINT32_MAX), rcFail);

        assert_int_equal(KosSemaphoreInit(&s, KOS_SEMAPHORE_VALUE_MAX - 1), rcOk);
        assert_int_equal(KosSemaphoreSignalN(&s, 2), rcFail);
        assert_int_equal(KosSemaphoreSignal(&s), rcOk);
        assert_int_equal(KosSemaphoreSignal(&s), rcFail);
        assert_int_equal(KosSemaphoreSignalN(&s, UINT32_MAX), rcFail);
        assert_int_equal(KosSemaphoreSignalN(&s, 0), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcOk);
        assert_int_equal(KosSemaphoreSignal(&s), rcOk);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);

        assert_int_equal(KosSemaphoreInit(&s, KOS_SEMAPHORE_VALUE_MAX), rcOk);
        assert_int_equal(KosSemaphoreSignal(&s), rcFail);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);
}

static void expect_no_semaphore(KosSemaphore *s) {
        assert_int_equal(KosSemaphoreWait(s), rcInvalidArgument);
        assert_int_equal(KosSemaphoreWaitTimeout(s, 1), rcInvalidArgument);
        assert_int_equal(KosSemaphoreTryWait(s), rcInvalidArgument);
        assert_int_equal(KosSemaphoreSignal(s), rcInvalidArgument);
        assert_int_equal(KosSemaphoreSignalN(s, 1), rcInvalidArgument);
        assert_int_equal(KosSemaphoreDeinit(s), rcInvalidArgument);
}

static void what_is_no_semaphore_is_recognised(void **state) {
        KosSemaphore s;

        (void)state;
        assert_int_equal(KosSemaphoreInit(NULL, 1), rcInvalidArgument);
        expect_no_semaphore(NULL);
        memset(&s, 0, sizeof s);
        expect_no_semaphore(&s);
        memset(&s, 0xff, sizeof s);
        expect_no_semaphore(&s);
        assert_int_equal(KosSemaphoreInit(&s, 1), rcOk);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);
        expect_no_semaphore(&s);
}

typedef struct Waiter {
        KosSemaphore *semaphore;
        rtl_uint32_t msec;
        Retcode rc;
        Runner thread;
} Waiter;

static void wait_for_permit(void *arg) {
        Waiter *w = arg;

        w->rc = KosSemaphoreWaitTimeout(w->semaphore, w->msec);
}

static void begin(Waiter *w, KosSemaphore *s, rtl_uint32_t msec) {
        *w = (Waiter){.semaphore = s, .msec = msec, .rc = rcFail};
        t_start(&w->thread, wait_for_permit, w);
        t_wait_blocked(&w->thread);
}

static void semaphore_with_waiters_does_not_end(void **state) {
        KosSemaphore s;
        Waiter w;

        (void)state;
        assert_int_equal(KosSemaphoreInit(&s, 0), rcOk);
        begin(&w, &s, INFINITE_TIMEOUT);
        assert_int_equal(KosSemaphoreDeinit(&s), rcBusy);
        assert_int_equal(KosSemaphoreSignal(&s), rcOk);
        t_join(&w.thread);
        assert_int_equal(w.rc, rcOk);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);
}

static void signal_wakes_as_many_as_it_gives_permits(void **state) {
        KosSemaphore s;
        Waiter waiters[N_THREADS];

        (void)state;
        assert_int_equal(KosSemaphoreInit(&s, 0), rcOk);
        for (int i = 0; i < N_THREADS; i++)
                begin(&waiters[i], &s, i % 2 ? INFINITE_TIMEOUT : 100000);
        assert_int_equal(KosSemaphoreSignal(&s), rcOk);
        assert_int_equal(KosSemaphoreSignalN(&s, N_THREADS), rcOk);
        for (int i = 0; i < N_THREADS; i++) {
                t_join(&waiters[i].thread);
                assert_int_equal(waiters[i].rc, rcOk);
        }
        assert_int_equal(KosSemaphoreTryWait(&s), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&s), rcBusy);
        assert_int_equal(KosSemaphoreDeinit(&s), rcOk);
}

/* Two permits between four threads: never more than two inside. */
typedef struct Room {
        KosSemaphore door;
        _Atomic int n_inside, n_crowded, n_visits;
} Room;

static void visit(void *arg) {
        Room *room = *(Room **)arg;

        for (int i = 0; i < N_ROUNDS; i++) {
                if (i % 2 == 0)
                        (void)KosSemaphoreWait(&room->door);
                else if (KosSemaphoreWaitTimeout(&room->door, 1) != rcOk)
                        continue;
                room->n_crowded += ++room->n_inside > 2;
                room->n_visits++;
                room->n_inside--;
                (void)KosSemaphoreSignal(&room->door);
        }
}

static void permits_bound_who_is_inside(void **state) {
        Room room = {.n_inside = 0};
        Room *args[N_THREADS];

        (void)state;
        assert_int_equal(KosSemaphoreInit(&room.door, 2), rcOk);
        for (int i = 0; i < N_THREADS; i++)
                args[i] = &room;
        t_run_all(N_THREADS, visit, args, sizeof args[0]);
        assert_int_equal(room.n_crowded, 0);
        assert_true(room.n_visits >= N_THREADS * N_ROUNDS / 2);
        assert_int_equal(KosSemaphoreTryWait(&room.door), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&room.door), rcOk);
        assert_int_equal(KosSemaphoreTryWait(&room.door), rcBusy);
        assert_int_equal(KosSemaphoreDeinit(&room.door), rcOk);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(permits_are_taken_one_by_one),
                cmocka_unit_test(count_has_its_limit),
                cmocka_unit_test(what_is_no_semaphore_is_recognised),
                cmocka_unit_test(semaphore_with_waiters_does_not_end),
                cmocka_unit_test(signal_wakes_as_many_as_it_gives_permits),
                cmocka_unit_test(permits_bound_who_is_inside),
        };

        return cmocka_run_group_tests_name("semaphore", tests, NULL, NULL);
}
