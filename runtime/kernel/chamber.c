/* SPDX-License-Identifier: MIT */
/*
 * Chamber: the steps, in their order.
 */
#include "chamber.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct Step {
        const char *name;
        int (*take)(Chamber *chamber); /* 0, or -1 with errno */
} Step;

/* A session of its own keeps the terminal's signals away: Ctrl-C reaches the kernel process alone. */
static int leave_terminal(Chamber *chamber) {
        (void)chamber;
        return setsid() < 0 ? -1 : 0;
}

/* The kernel process may have died before prctl took effect, so look again after it. */
static int die_with_kernel(Chamber *chamber) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return -1;
        if (getppid() != chamber->kernel)
                _exit(EXIT_FAILURE);
        return 0;
}

static int reset_signals(Chamber *chamber) {
        struct sigaction usual = {.sa_handler = SIG_DFL};
        sigset_t none;

        (void)chamber;
        sigemptyset(&none);
        for (int i = 1; i < NSIG; i++)
                (void)sigaction(i, &usual, NULL); /* a few can't be changed, and are never ignored */
        return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Out of the way first: a source may lie where another target goes. */
static int place_files(Chamber *chamber) {
        size_t n = chamber->n_fds;

        for (size_t i = 0; i < n; i++) {
                int fd = fcntl(chamber->fds[i], F_DUPFD_CLOEXEC, (int)n);

                if (fd < 0)
                        return -1;
                chamber->fds[i] = fd;
        }
        for (size_t i = 0; i < n; i++) {
                if (dup2(chamber->fds[i], (int)i) < 0)
                        return -1;
                chamber->fds[i] = (int)i;
        }
        return fcntl((int)n - 1, F_SETFD, FD_CLOEXEC);
}

static int close_the_rest(Chamber *chamber) {
        return close_range((unsigned)chamber->n_fds, ~0u, 0);
}

/* Comes after the files are in place: a lower limit must not refuse those. */
static int limit_files(Chamber *chamber) {
        rlim_t want = (rlim_t)chamber->n_fds + CHAMBER_FILES_ADD;
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return -1;
        if (want < CHAMBER_FILES_MIN)
                want = CHAMBER_FILES_MIN;
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        return setrlimit(RLIMIT_NOFILE, &limit);
}

static int give_up_privileges(Chamber *chamber) {
        (void)chamber;
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static const Step steps[] = {
        {"leaving the terminal", leave_terminal},
        {"binding its life to the kernel process", die_with_kernel},
        {"resetting signals", reset_signals},
        {"placing descriptors", place_files},
        {"closing other descriptors", close_the_rest},
        {"limiting descriptors", limit_files},
        {"giving up privileges", give_up_privileges},
};

const char *chamber_enter(Chamber *chamber) {
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
                if (steps[i].take(chamber) < 0)
                        return steps[i].name;
        return NULL;
}
