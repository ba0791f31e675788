/* SPDX-License-Identifier: MIT */
/*
 * Chamber: the steps, in their order.
 */
#include "chamber.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chamber_landlock.h"
#include "chamber_ns.h"

#define LAYERS_OF_NAMESPACES                                                                                 \
        (LAYER_USER | LAYER_ROOT | LAYER_PID | LAYER_NET | LAYER_IPC | LAYER_UTS | LAYER_CGROUP)

typedef struct Step {
        const char *name;
        int (*take)(Chamber *chamber); /* 0, or -1 with errno */
        uint32_t layers;               /* taken with any of these; 0: always */
} Step;

static int report_fd(const Chamber *chamber) {
        return chamber->fds[chamber->n_fds - 1];
}

/* --- what is inherited --- */

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

/* A session of its own keeps the terminal's signals away: Ctrl-C reaches the kernel process alone. */
static int leave_terminal(Chamber *chamber) {
        (void)chamber;
        return setsid() < 0 ? -1 : 0;
}

/* Comes after whatever changes credentials, which would undo it. The kernel process may have died
 * before: then nobody has the other end of the report, and its number would tell nothing in here. */
static int die_with_kernel(Chamber *chamber) {
        struct pollfd report = {.fd = report_fd(chamber)};

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
                return -1;
        if (poll(&report, 1, 0) < 0)
                return -1;
        if (report.revents & POLLERR)
                _exit(EXIT_FAILURE);
        return 0;
}

/* --- limits --- */

static int lower(int resource, rlim_t most) {
        struct rlimit limit;

        if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
                return -1;
        if (limit.rlim_max > most)
                limit.rlim_max = most;
        if (limit.rlim_cur > limit.rlim_max)
                limit.rlim_cur = limit.rlim_max;
        return setrlimit((__rlimit_resource_t)resource, &limit);
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
        if (chamber->layers)
                limit.rlim_max = limit.rlim_cur;
        return setrlimit(RLIMIT_NOFILE, &limit);
}

/* Threads are counted per user namespace, so the limit is the process's own. */
static int limit_resources(Chamber *chamber) {
        if ((chamber->layers & LAYER_USER) && lower(RLIMIT_NPROC, CHAMBER_THREADS_MAX) < 0)
                return -1;
        if (lower(RLIMIT_DATA, CHAMBER_MEMORY_MAX) < 0 || lower(RLIMIT_CORE, 0) < 0)
                return -1;
        return lower(RLIMIT_MSGQUEUE, 0);
}

/* --- layers --- */

static int leave_namespaces(Chamber *chamber) {
        return ns_unshare(chamber->layers);
}

static int build_root(Chamber *chamber) {
        int fds[ROOT_FILES_MAX];

        chamber->object = chamber->root->object;
        if (root_take_files(chamber->root, fds) < 0 || ns_become_nobody() < 0)
                return -1;
        if (root_build(chamber->root, fds) < 0)
                return -1;
        chamber->object = NULL;
        return 0;
}

static int enter_processes(Chamber *chamber) {
        ChamberReport report = {.error = 0};
        int r = ns_fork(&report.pid, &report.init);

        if (r <= 0)
                return r;
        r = write(report_fd(chamber), &report, sizeof report) == (ssize_t)sizeof report ? 0 : 1;
        _exit(r);
}

static int confine_files(Chamber *chamber) {
        chamber->object = chamber->root->object;
        if (landlock_confine(chamber->root, (chamber->layers & LAYER_ROOT) != 0) < 0)
                return -1;
        chamber->object = NULL;
        return 0;
}

/* Nobody has capabilities in here, and no file gives any: the bounding set is empty, and the number 0
 * means nothing any more. */
static int drop_capabilities(Chamber *chamber) {
        struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{.effective = 0}};
        unsigned bits = SECURE_ALL_BITS | SECURE_ALL_LOCKS;

        if (ns_become_nobody() < 0)
                return -1;
        if ((chamber->layers & LAYER_USER) || prctl(PR_CAPBSET_READ, CAP_SETPCAP) < 0) {
                for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
                        if (prctl(PR_CAPBSET_DROP, i) < 0)
                                return -1;
                if (prctl(PR_SET_SECUREBITS, bits & ~(1u << SECURE_KEEP_CAPS)) < 0)
                        return -1;
        }
        (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        return (int)syscall(SYS_capset, &head, none);
}

static int give_up_privileges(Chamber *chamber) {
        (void)chamber;
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int filter_calls(Chamber *chamber) {
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, chamber->filter);
}

static const Step steps[] = {
        {"resetting signals", reset_signals, 0},
        {"placing descriptors", place_files, 0},
        {"closing other descriptors", close_the_rest, 0},
        {"limiting descriptors", limit_files, 0},
        {"making namespaces", leave_namespaces, LAYERS_OF_NAMESPACES},
        {"building its root", build_root, LAYER_ROOT},
        {"making its process", enter_processes, LAYER_PID},
        {"leaving the terminal", leave_terminal, 0},
        {"limiting resources", limit_resources, LAYER_ALL},
        {"dropping capabilities", drop_capabilities, LAYER_ALL},
        {"giving up privileges", give_up_privileges, 0},
        {"binding its life to the kernel process", die_with_kernel, 0},
        {"confining it by Landlock", confine_files, LAYER_LANDLOCK},
        {"filtering system calls", filter_calls, LAYER_SECCOMP},
};

const char *chamber_enter(Chamber *chamber) {
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
                if (steps[i].layers && !(steps[i].layers & chamber->layers))
                        continue;
                if (steps[i].take(chamber) < 0)
                        return steps[i].name;
        }
        return NULL;
}
