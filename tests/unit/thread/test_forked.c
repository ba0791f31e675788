/* SPDX-License-Identifier: MIT */
/*
 * Threads and locks of this library in a forked child: only the calling thread is there, nobody waits for the
 * others, and no lock is held by one of them.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <caisson/family.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <kos/thread.h>

#include "transport/chan_mem.h"
#include "transport/family.h"

static atomic_bool is_over;

static int live(void *context) {
        (void)context;
        while (!atomic_load(&is_over))
                (void)sched_yield();
        return 7;
}

/* Takes and gives back, all the time, what a fork takes. */
static int use_locks(void *context) {
        (void)context;
        while (!atomic_load(&is_over)) {
                Tid tid;

                (void)ServiceLocatorConnect("nobody");
                if (KosThreadCreate(&tid, ThreadPriorityNormal, 0, live, NULL, 1) == rcOk) {
                        (void)KosThreadTerminate(tid, 0);
                        (void)KosThreadWait(tid, INFINITE_TIMEOUT);
                }
        }
        return 0;
}

static int result_in_child(int (*what)(Tid tid), Tid tid) {
        pid_t pid = fork();
        int status = -1;

        assert_true(pid >= 0);
        if (pid == 0)
                _exit(what(tid));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int wait_for_parents(Tid tid) {
        return KosThreadWait(tid, INFINITE_TIMEOUT) == 0 && KosThreadCurrentId() != tid ? 0 : 1;
}

static int make_another(Tid tid) {
        Tid own;

        (void)tid;
        atomic_store(&is_over, true);
        if (KosThreadCreate(&own, ThreadPriorityNormal, 0, live, NULL, 0) != rcOk)
                return 1;
        return KosThreadWait(own, INFINITE_TIMEOUT) == 7 ? 0 : 2;
}

static int compare_number(Tid tid) {
        (void)tid;
        return chan_thread_id() == (uint32_t)gettid() ? 0 : 1;
}

static Tid start(ThreadRoutine routine) {
        Tid tid;

        atomic_store(&is_over, false);
        assert_int_equal(KosThreadCreate(&tid, ThreadPriorityNormal, 0, routine, NULL, 0), rcOk);
        return tid;
}

static void end(Tid tid, int code) {
        atomic_store(&is_over, true);
        assert_int_equal(KosThreadWait(tid, INFINITE_TIMEOUT), code);
}

static void who_is_not_there_is_over(void **state) {
        Tid tid = start(live);

        (void)state;
        assert_int_equal(result_in_child(wait_for_parents, tid), 0);
        end(tid, 7);
}

static void a_child_makes_threads_of_its_own(void **state) {
        Tid tid = start(live);

        (void)state;
        assert_int_equal(result_in_child(make_another, tid), 0);
        end(tid, 7);
}

static void a_child_has_another_number(void **state) {
        (void)state;
        assert_int_equal(chan_thread_id(), (uint32_t)gettid());
        assert_int_equal(result_in_child(compare_number, 0), 0);
}

static void no_lock_is_anothers(void **state) {
        Tid tid = start(use_locks);

        (void)state;
        for (int i = 0; i < 200; i++)
                assert_int_equal(result_in_child(make_another, tid), 0);
        end(tid, 0);
}

static void nobody_may_fork_here(void **state) {
        uint32_t member = 5;

        (void)state;
        assert_false(nkx_family_may_fork());
        assert_int_equal(nkx_family_self(), 0);
        assert_null(nkx_family_alloc(1));
        assert_int_equal(nkx_family_reserve(&member), -EPERM);
        assert_int_equal(member, 5);
}

static uint32_t seen_by_handler;

static void look_who_it_is(void) {
        seen_by_handler = nkx_family_self();
}

static pid_t make_none(void) {
        errno = EAGAIN;
        return -1;
}

/* Handlers of a program may call whatever they like. From here on this process has a family. */
static void a_child_is_itself_when_its_handlers_run(void **state) {
        uint32_t member, other;
        int fd, status;
        long pid;

        (void)state;
        assert_int_equal(family_create(&fd), 0);
        assert_int_equal(family_open(fd), 0);
        assert_int_equal(pthread_atfork(NULL, NULL, look_who_it_is), 0);
        assert_int_equal(family_reserve(&member), 0);
        pid = nkx_family_fork(member, NULL);
        if (pid == 0)
                _exit(seen_by_handler == member && nkx_family_self() == member ? 0 : 1);
        assert_int_equal(waitpid((pid_t)pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(family_reserve(&other), 0);
        assert_int_equal(nkx_family_fork(other, make_none), -EAGAIN);
        assert_true(family_has_ended(other));
        /* A fork of another kind afterwards makes nobody of the family. */
        assert_int_equal(result_in_child(compare_number, 0), 0);
        assert_true(family_sweep());
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_is_not_there_is_over),
                cmocka_unit_test(a_child_makes_threads_of_its_own),
                cmocka_unit_test(a_child_has_another_number),
                cmocka_unit_test(no_lock_is_anothers),
                cmocka_unit_test(nobody_may_fork_here),
                cmocka_unit_test(a_child_is_itself_when_its_handlers_run),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
