/* SPDX-License-Identifier: MIT */
/*
 * The trap: see trap.h.
 */
#include "trap.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "call.h"
#include "raw.h"
#include "trap_filter.h"
#include "trap_memory.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

/* Asked by LeakSanitizer when a program ends (<sanitizer/lsan_interface.h>). Weak: the program's own wins. */
__attribute__((weak, visibility("default"))) int __lsan_is_turned_off(void);

static atomic_bool is_set, is_held;

bool trap_is_set(void) {
        return atomic_load(&is_set);
}

void trap_hold(bool on) {
        atomic_store(&is_held, on);
}

bool trap_is_held(void) {
        return atomic_load(&is_held);
}

/* The mask that the return from the handler brings back is made the one that the call has set. */
static void keep_mask(ucontext_t *context) {
        uint64_t mask = 0;

        (void)raw_call(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&mask, sizeof mask, 0, 0);
        memcpy(&context->uc_sigmask, &mask, sizeof mask);
}

/* What the runtime tries, or needs, while the chamber is being closed. */
static bool is_tried(long number) {
        return number == SYS_rt_sigprocmask || number == SYS_rt_sigaction || number == SYS_exit_group ||
               number == SYS_clone || number == SYS_fork || number == SYS_wait4;
}

static long answer(const greg_t *r) {
        const CallArgs args = {.number = r[REG_RAX],
                .a = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]}};
        const long *a = args.a;

        if (trap_is_held() && !is_tried(r[REG_RAX]))
                return -EACCES;
        return trap_memory_is_there(&args) ? call(args.number, a[0], a[1], a[2], a[3], a[4], a[5]) : -EFAULT;
}

static void on_trap(int signal, siginfo_t *info, void *context) {
        greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
        int saved = errno;
        long number;

        if (info->si_code != SYS_SECCOMP) {
                trap_forward(signal, info, context);
                return;
        }
        number = registers[REG_RAX];
        registers[REG_RAX] = answer(registers);
        if (number == SYS_rt_sigprocmask)
                keep_mask(context);
        else if (number == SYS_clone && registers[REG_RAX] == 0 && registers[REG_RSI] != 0)
                registers[REG_RSP] = registers[REG_RSI]; /* a child that goes on there */
        errno = saved;
}

/* Not on an alternative stack: those are small, and may be in use. Not masked: a back end may be trapped too.
 */
static int set_handler(void) {
        struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
        sigset_t only;

        (void)sigemptyset(&only);
        (void)sigaddset(&only, SIGSYS);
        if (sigaction(SIGSYS, &action, NULL) < 0)
                return -errno;
        return -pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

int trap_set(void) {
        struct sock_filter code[TRAP_FILTER_MAX];
        struct sock_fprog filter = {.filter = code};
        int r;

        if (atomic_load(&is_set))
                return 0;
        r = set_handler();
        if (r < 0)
                return r;
        filter.len = trap_filter_make(code);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
                return -errno;
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
                return -errno;
        atomic_store(&is_set, true);
        return 0;
}

/* It would read /proc, whose place the files of the VFS have, and fail for what it does not find. */
int __lsan_is_turned_off(void) {
        return trap_is_set();
}
