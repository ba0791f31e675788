/* SPDX-License-Identifier: MIT */
/*
 * A process with file systems in it that is asked to end: it ends by the signal, whatever its other threads
 * do with signals meanwhile.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ending.h"

static Mounts mounts;
static sem_t nobody_listens;

static void await_silence(void) {
        while (sem_wait(&nobody_listens) < 0)
                continue;
}

static void block_all(void) {
        sigset_t all;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* Its only other thread hears the request, and nothing after it. */
static _Noreturn void be_deaf_after_the_request(void) {
        if (mounts_init(&mounts) < 0)
                _exit(EXIT_FAILURE);
        ending_begin(&mounts);
        ending_before(await_silence);
        (void)raise(SIGTERM);
        block_all();
        (void)sem_post(&nobody_listens);
        for (;;)
                (void)pause();
}

static _Noreturn void listen_always(void) {
        if (mounts_init(&mounts) < 0)
                _exit(EXIT_FAILURE);
        ending_begin(&mounts);
        (void)raise(SIGTERM);
        for (;;)
                (void)pause();
}

static int status_of(void (*child)(void)) {
        pid_t pid = fork();
        int status = 0;

        if (pid == 0)
                child();
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static void request_to_end_ends_by_its_signal(void **state) {
        int status = status_of(listen_always);

        (void)state;
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void request_to_end_ends_by_its_signal_where_nobody_takes_one(void **state) {
        int status = status_of(be_deaf_after_the_request);

        (void)state;
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGTERM);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(request_to_end_ends_by_its_signal),
                cmocka_unit_test(request_to_end_ends_by_its_signal_where_nobody_takes_one),
        };

        (void)sem_init(&nobody_listens, 0, 0);
        return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
