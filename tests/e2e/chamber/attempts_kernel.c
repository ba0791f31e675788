/* SPDX-License-Identifier: MIT */
/*
 * Attempts at the parts of Linux that have been ways out before, and at the walls themselves.
 */
#include "attempts.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load_program(void) {
        return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int count_events(void) {
        return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static int handle_faults(void) {
        return (int)syscall(SYS_userfaultfd, 0);
}

static int set_up_uring(void) {
        return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int enter_uring(void) {
        return (int)syscall(SYS_io_uring_enter, 0, 1, 0, 0, NULL);
}

static int use_keys(void) {
        return (int)syscall(SYS_keyctl, 0, 0);
}

static int add_key(void) {
        return (int)syscall(SYS_add_key, "user", "x", "x", 1, -3);
}

static int load_module(void) {
        return (int)syscall(SYS_init_module, NULL, 0, "");
}

static int restart_machine(void) {
        return (int)syscall(SYS_reboot, 0, 0, 0, NULL);
}

static int change_segments(void) {
        return (int)syscall(SYS_modify_ldt, 0, NULL, 0);
}

static int change_personality(void) {
        return personality(READ_IMPLIES_EXEC);
}

static int raw_ports(void) {
        return (int)syscall(SYS_iopl, 3);
}

static int read_log(void) {
        return (int)syscall(SYS_syslog, 3, NULL, 0);
}

static int set_clock(void) {
        return (int)syscall(SYS_clock_settime, 0, NULL);
}

/* As if the terminal's user had typed it. */
static int type_text(void) {
        return ioctl(STDOUT_FILENO, TIOCSTI, "x");
}

#ifdef __x86_64__
static int call_32_bit(void) {
        int r;

        __asm__ volatile("int $0x80" : "=a"(r) : "a"(20 /* getpid */) : "memory");
        errno = -r;
        return r < 0 ? -1 : 0;
}

static int call_x32(void) {
        return (int)syscall(0x40000000 | SYS_getpid);
}
#endif

static int become_root(void) {
        return setuid(0);
}

static int take_capabilities(void) {
        return (int)syscall(SYS_capset, NULL, NULL);
}

static int be_dumpable(void) {
        return prctl(PR_SET_DUMPABLE, 1);
}

static int change_own_map(void) {
        return prctl(PR_SET_MM, PR_SET_MM_START_CODE, 0, 0, 0);
}

static int replace_filter(void) {
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL);
}

static int listen_to_filter(void) {
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL);
}

static int data_as_code(void) {
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                               MAP_FAILED
                       ? -1
                       : 0;
}

static int make_executable(void) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return page == MAP_FAILED ? -1 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static const Attempt list[] = {
        {"load a BPF program", load_program},
        {"count events", count_events},
        {"handle page faults", handle_faults},
        {"set up io_uring", set_up_uring},
        {"enter io_uring", enter_uring},
        {"use keys", use_keys},
        {"add a key", add_key},
        {"load a module", load_module},
        {"restart the machine", restart_machine},
        {"change segments", change_segments},
        {"change its personality", change_personality},
        {"use ports of devices", raw_ports},
        {"read the kernel's log", read_log},
        {"set the clock", set_clock},
        {"type for the user", type_text},
#ifdef __x86_64__
        {"call as a 32-bit program", call_32_bit},
        {"call as an x32 program", call_x32},
#endif
        {"become root", become_root},
        {"take capabilities", take_capabilities},
        {"become dumpable", be_dumpable},
        {"change its map", change_own_map},
        {"replace its filter", replace_filter},
        {"listen to its filter", listen_to_filter},
        {"make code of data", data_as_code},
        {"make data executable", make_executable},
};
const Attempts attempts_kernel = {list, sizeof list / sizeof *list};
