/* SPDX-License-Identifier: MIT */
/*
 * A handler of SIGTERM can do next to nothing: a thread of its own waits for what it says.
 */
#include "ending.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "writeback.h"

/* So long streams are flushed at exit(): somebody may be reading from one, and keep it locked. */
#define STREAMS_S 1

static Mounts *all_mounts;
static void (*_Atomic before_end)(void);
static sem_t asked, flushed;

/* In this order: the thread that writes back may be at a device that hangs. */
static void finish(void) {
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

        (void)pthread_mutex_lock(&lock);
        (void)mounts_finish(all_mounts);
        writeback_end();
        (void)pthread_mutex_unlock(&lock);
}

/* --- exit() --- */

static void *flush_streams(void *unused) {
        (void)unused;
        (void)fflush(NULL);
        (void)sem_post(&flushed);
        return NULL;
}

/* The C library flushes what is open after all handlers, and nothing can be written any more then. */
static void at_exit(void) {
        struct timespec until;
        pthread_t thread;

        if (pthread_create(&thread, NULL, flush_streams, NULL) == 0) {
                (void)pthread_detach(thread);
                (void)clock_gettime(CLOCK_REALTIME, &until);
                until.tv_sec += STREAMS_S;
                while (sem_timedwait(&flushed, &until) < 0 && errno == EINTR)
                        continue;
        }
        finish();
}

/* --- SIGTERM --- */

static void on_term(int number) {
        int error = errno;

        (void)number;
        (void)sem_post(&asked);
        errno = error;
}

/* This thread takes the signal itself: whichever else could may block it, if only because it is in on_term()
 * still, and then the end would be an exit() that nobody asked for. */
static _Noreturn void end_by_term(void) {
        sigset_t term;

        (void)sigemptyset(&term);
        (void)sigaddset(&term, SIGTERM);
        (void)signal(SIGTERM, SIG_DFL);
        (void)pthread_sigmask(SIG_UNBLOCK, &term, NULL);
        (void)raise(SIGTERM);
        _exit(128 + SIGTERM); /* where it could not be sent */
}

static void *end_when_asked(void *unused) {
        void (*before)(void);

        (void)unused;
        while (sem_wait(&asked) < 0)
                continue;
        before = atomic_load(&before_end);
        if (before)
                before();
        finish();
        end_by_term();
}

/* With no signals of the program's. */
static bool begin_thread(void) {
        sigset_t all, own;
        pthread_t thread;
        int r;

        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &own);
        r = pthread_create(&thread, NULL, end_when_asked, NULL);
        (void)pthread_sigmask(SIG_SETMASK, &own, NULL);
        if (r == 0)
                (void)pthread_detach(thread);
        return r == 0;
}

void ending_begin(Mounts *mounts) {
        struct sigaction action;

        all_mounts = mounts;
        (void)sem_init(&asked, 0, 0);
        (void)sem_init(&flushed, 0, 0);
        (void)atexit(at_exit);
        if (sigaction(SIGTERM, NULL, &action) < 0 || (action.sa_flags & SA_SIGINFO) ||
                action.sa_handler != SIG_DFL || !begin_thread())
                return;
        action = (struct sigaction){.sa_handler = on_term, .sa_flags = SA_RESTART};
        (void)sigaction(SIGTERM, &action, NULL);
}

void ending_before(void (*before)(void)) {
        atomic_store(&before_end, before);
}
