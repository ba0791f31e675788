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
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chamber_landlock.h"
#include "chamber_ns.h"

#define OWN_FDS   2u    /* that the program does not keep: the boot block, and the report */
#define OOM_SCORE "500" /* as if it had half of the machine's memory more */

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
        (void)signal(SIGXFSZ, SIG_IGN); /* a granted file that can't grow fails with EFBIG instead */
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

/* With the terminal go its signals: Ctrl-C reaches the kernel process alone. The session stays that of
 * whoever started the run, because Linux shares a processor by sessions (autogroup): between two of them,
 * offering it with sched_yield() hands nothing over, and a call would cost twice as much
 * (docs/decisions/0034). Where the terminal can't be reached to give it up, a session of its own does it. */
static int leave_terminal(Chamber *chamber) {
        int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

        chamber->has_terminal = fd < 0 ? errno != ENXIO : ioctl(fd, TIOCNOTTY) < 0;
        return fd < 0 ? 0 : close(fd);
}

/* Signals of the kernel process reach all that the process forks. */
static int lead_group(Chamber *chamber) {
        if (chamber->has_terminal)
                return setsid() < 0 ? -1 : 0;
        return setpgid(0, 0);
}

static int die_with_kernel(Chamber *chamber) {
        return ns_die_with_kernel(report_fd(chamber));
}

/* --- limits --- */

/* While the way to the group's file is open; everything that it starts stays in there. */
static int join_group(Chamber *chamber) {
        if (chamber->group_fd < 0)
                return 0;
        return write(chamber->group_fd, "0", 1) == 1 ? 0 : -1;
}

/* When the machine has no memory left, Linux shall end a process that asked for too much, and not the
 * one that looks after all. A host that doesn't let us say so is no worse for it. */
static int stand_before_kernel(Chamber *chamber) {
        int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

        (void)chamber;
        if (fd < 0)
                return 0;
        (void)!write(fd, OOM_SCORE, strlen(OOM_SCORE));
        return close(fd);
}

/* Comes after everything that needs descriptors for itself. */
static int limit_files(Chamber *chamber) {
        if (limits_set_files(
                    &chamber->limits, chamber->n_fds - OWN_FDS, chamber->layers != 0, &chamber->object) < 0)
                return -1;
        chamber->object = NULL;
        return 0;
}

/* Comes after whatever changes users: that counts the processes of both. */
static int limit_resources(Chamber *chamber) {
        int n_others = chamber->layers & LAYER_PID ? 1 : 0;

        if (limits_set(&chamber->limits, chamber->layers & LAYER_USER ? n_others : -1, &chamber->object) < 0)
                return -1;
        chamber->object = NULL;
        return 0;
}

/* --- layers --- */

static int leave_namespaces(Chamber *chamber) {
        return ns_unshare(chamber->layers);
}

static int build_root(Chamber *chamber) {
        int fds[ROOT_FILES_MAX + ROOT_GIVEN_MAX];

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
        int r = ns_fork(report_fd(chamber), &report.pid, &report.init);
        char go;

        if (r < 0)
                return -1;
        if (r == 0)
                return read(report_fd(chamber), &go, 1) == 1 ? 0 : -1;
        r = write(report_fd(chamber), &report, sizeof report) == (ssize_t)sizeof report ? 0 : 1;
        _exit(r);
}

static int confine_files(Chamber *chamber) {
        chamber->object = chamber->root->object;
        if (landlock_confine(chamber->root, (chamber->layers & LAYER_ROOT) != 0, chamber->has_network) < 0)
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
        {"joining its control group", join_group, 0},
        {"offering itself when memory runs out", stand_before_kernel, LAYER_ALL},
        {"resetting signals", reset_signals, 0},
        {"placing descriptors", place_files, 0},
        {"closing other descriptors", close_the_rest, 0},
        {"leaving the terminal", leave_terminal, 0},
        {"making namespaces", leave_namespaces, LAYERS_OF_NAMESPACES},
        {"building its root", build_root, LAYER_ROOT},
        {"making its process", enter_processes, LAYER_PID},
        {"leading a group", lead_group, 0},
        {"dropping capabilities", drop_capabilities, LAYER_ALL},
        {"limiting resources", limit_resources, LAYER_ALL},
        {"giving up privileges", give_up_privileges, 0},
        {"binding its life to the kernel process", die_with_kernel, 0},
        {"confining it by Landlock", confine_files, LAYER_LANDLOCK},
        {"limiting descriptors", limit_files, 0},
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
