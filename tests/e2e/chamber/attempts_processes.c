/* SPDX-License-Identifier: MIT */
/*
 * Attempts at other processes, and at making more of them or other namespaces.
 */
#include "attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_init_memory(void) {
        return open("/proc/1/mem", O_RDWR);
}

static int open_outside_memory(void) {
        return open("/proc/self/../1/maps", O_RDONLY);
}

static int trace_init(void) {
        return (int)ptrace(PTRACE_ATTACH, 1, NULL, NULL);
}

static int be_traced(void) {
        return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int read_memory(void) {
        return (int)syscall(SYS_process_vm_readv, outside, NULL, 0, NULL, 0, 0);
}

static int write_memory(void) {
        return (int)syscall(SYS_process_vm_writev, outside, NULL, 0, NULL, 0, 0);
}

static int advise_memory(void) {
        return (int)syscall(SYS_process_madvise, 0, NULL, 0, 0, 0);
}

static int compare_processes(void) {
        return (int)syscall(SYS_kcmp, 1, getpid(), 0, 0, 0);
}

static int kill_outside(void) {
        return kill(outside, SIGKILL);
}

static int kill_all(void) {
        return kill(-1, SIGKILL);
}

/* Succeeds without effect: the first process of a namespace does not take it. So look whether we live. */
static int kill_init(void) {
        if (kill(1, SIGKILL) < 0)
                return -1;
        errno = EPERM;
        return kill(1, 0) == 0 ? -1 : 0;
}

static int open_process(void) {
        return (int)syscall(SYS_pidfd_open, 1, 0);
}

static int signal_process(void) {
        return (int)syscall(SYS_pidfd_send_signal, 0, SIGKILL, NULL, 0);
}

static int take_descriptor(void) {
        return (int)syscall(SYS_pidfd_getfd, 0, 0, 0);
}

static int change_limits(void) {
        struct rlimit none = {0, 0};

        return prlimit(outside, RLIMIT_CPU, &none, NULL);
}

static int slow_down_init(void) {
        return setpriority(PRIO_PROCESS, 1, 19);
}

static int fork_bomb(void) {
        return (int)syscall(SYS_fork);
}

static int clone_process(void) {
        return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static int clone_as(int flags) {
        return (int)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

static int clone_users(void) {
        return clone_as(CLONE_NEWUSER);
}

static int clone_processes(void) {
        return clone_as(CLONE_NEWPID);
}

static int clone_network(void) {
        return clone_as(CLONE_NEWNET | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM);
}

static int clone3_users(void) {
        uint64_t args[8] = {CLONE_NEWUSER};

        return (int)syscall(SYS_clone3, args, sizeof args);
}

static int unshare_users(void) {
        return unshare(CLONE_NEWUSER);
}

static int unshare_mounts(void) {
        return unshare(CLONE_NEWNS);
}

static int enter_namespace(void) {
        return setns(0, 0);
}

static int lead_session(void) {
        return setsid() < 0 ? -1 : 0;
}

static int outlive_kernel(void) {
        return prctl(PR_SET_PDEATHSIG, 0);
}

static const Attempt list[] = {
        {"open /proc/1/mem", open_init_memory},
        {"open /proc/1/maps", open_outside_memory},
        {"trace its init", trace_init},
        {"be traced", be_traced},
        {"read another's memory", read_memory},
        {"write another's memory", write_memory},
        {"advise on another's memory", advise_memory},
        {"compare processes", compare_processes},
        {"kill a process outside", kill_outside},
        {"kill all processes", kill_all},
        {"kill its init", kill_init},
        {"open a process", open_process},
        {"signal by descriptor", signal_process},
        {"take another's descriptor", take_descriptor},
        {"change another's limits", change_limits},
        {"slow its init down", slow_down_init},
        {"fork", fork_bomb},
        {"clone a process", clone_process},
        {"clone with users of its own", clone_users},
        {"clone with processes of its own", clone_processes},
        {"make a thread with another network", clone_network},
        {"clone3 with users of its own", clone3_users},
        {"unshare users", unshare_users},
        {"unshare mounts", unshare_mounts},
        {"enter a namespace", enter_namespace},
        {"lead a session", lead_session},
        {"outlive the kernel process", outlive_kernel},
};
const Attempts attempts_processes = {list, sizeof list / sizeof *list};
