/* SPDX-License-Identifier: MIT */
/*
 * System calls, by what they are needed for. Not from watching programs run: from what start-up,
 * threads, memory, time and the transport are made of.
 *
 * Three answers to the rest. What only an attack calls ends the process. What an honest program may try
 * (files, sockets, processes) fails with EPERM. Everything else is ENOSYS, as on an older kernel:
 * libc then takes the older way, clone() instead of clone3(), whose flags can be looked at.
 */
#include "chamber_seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALL(name) SCMP_SYS(name)

#define SOCKET_TYPE 0xfu /* the rest of the argument are flags */

static const int allowed[] = {
        /* The loader and the runtime's start; the runtime ends most of it before main. */
        CALL(execve),
        CALL(open),
        CALL(openat),
        CALL(access),
        CALL(readlink),
        CALL(readlinkat),
        CALL(newfstatat),
        CALL(stat),
        CALL(fstat),
        CALL(lstat),
        CALL(statx),
        CALL(arch_prctl),
        CALL(set_tid_address),
        CALL(seccomp),
        /* The end. */
        CALL(exit),
        CALL(exit_group),
        CALL(restart_syscall),
        /* Memory; mmap has conditions, below. */
        CALL(brk),
        CALL(munmap),
        CALL(mprotect),
        CALL(mremap),
        CALL(madvise),
        CALL(msync),
        CALL(membarrier),
        /* Threads and locks; clone has conditions, below. */
        CALL(futex),
        CALL(futex_waitv),
        CALL(set_robust_list),
        CALL(get_robust_list),
        CALL(rseq),
        CALL(gettid),
        CALL(sched_yield),
        CALL(sched_getaffinity),
        CALL(sched_setaffinity),
        CALL(getcpu),
        CALL(sched_getparam),
        CALL(sched_getscheduler),
        CALL(sched_setscheduler),
        CALL(sched_setparam),
        CALL(sched_get_priority_max),
        CALL(sched_get_priority_min),
        CALL(getpriority),
        /* Signals: whom they reach is the namespace's business. */
        CALL(rt_sigaction),
        CALL(rt_sigprocmask),
        CALL(rt_sigreturn),
        CALL(rt_sigpending),
        CALL(rt_sigsuspend),
        CALL(rt_sigtimedwait),
        CALL(rt_sigqueueinfo),
        CALL(rt_tgsigqueueinfo),
        CALL(sigaltstack),
        CALL(kill),
        CALL(tkill),
        CALL(tgkill),
        CALL(pause),
        /* Descriptors it was given, and pipes and events of its own; fcntl and ioctl: below. */
        CALL(read),
        CALL(write),
        CALL(readv),
        CALL(writev),
        CALL(pread64),
        CALL(pwrite64),
        CALL(lseek),
        CALL(fsync),
        CALL(fdatasync),
        CALL(close),
        CALL(close_range),
        CALL(dup),
        CALL(dup2),
        CALL(dup3),
        CALL(pipe),
        CALL(pipe2),
        CALL(eventfd2),
        CALL(epoll_create1),
        CALL(epoll_ctl),
        CALL(epoll_wait),
        CALL(epoll_pwait),
        CALL(epoll_pwait2),
        CALL(poll),
        CALL(ppoll),
        CALL(select),
        CALL(pselect6),
        CALL(recvmsg), /* the mailbox; sockets of its own it can't make */
        /* Time. */
        CALL(clock_gettime),
        CALL(clock_getres),
        CALL(clock_nanosleep),
        CALL(nanosleep),
        CALL(gettimeofday),
        CALL(time),
        CALL(times),
        CALL(alarm),
        CALL(setitimer),
        CALL(getitimer),
        CALL(timer_create),
        CALL(timer_settime),
        CALL(timer_gettime),
        CALL(timer_getoverrun),
        CALL(timer_delete),
        CALL(timerfd_create),
        CALL(timerfd_settime),
        CALL(timerfd_gettime),
        /* What it is, and chance. */
        CALL(getpid),
        CALL(getppid),
        CALL(getpgrp),
        CALL(getuid),
        CALL(geteuid),
        CALL(getgid),
        CALL(getegid),
        CALL(getresuid),
        CALL(getresgid),
        CALL(getgroups),
        CALL(capget),
        CALL(uname),
        CALL(sysinfo),
        CALL(getrusage),
        CALL(getrlimit),
        CALL(getrandom),
        CALL(getcwd),
};

/* What honest programs may try: they get an answer. */
static const int refused[] = {
        CALL(fork),
        CALL(vfork),
        CALL(execveat),
        CALL(socketpair),
        CALL(creat),
        CALL(openat2),
        CALL(mkdir),
        CALL(mkdirat),
        CALL(rmdir),
        CALL(unlink),
        CALL(unlinkat),
        CALL(rename),
        CALL(renameat),
        CALL(renameat2),
        CALL(link),
        CALL(linkat),
        CALL(symlink),
        CALL(symlinkat),
        CALL(chmod),
        CALL(fchmod),
        CALL(fchmodat),
        CALL(chown),
        CALL(fchown),
        CALL(fchownat),
        CALL(lchown),
        CALL(mknod),
        CALL(mknodat),
        CALL(chdir),
        CALL(fchdir),
        CALL(truncate),
        CALL(ftruncate),
        CALL(getdents64),
        CALL(utimensat),
        CALL(setuid),
        CALL(setgid),
        CALL(setresuid),
        CALL(setresgid),
        CALL(setgroups),
        CALL(capset),
        CALL(setsid),
        CALL(shmget),
        CALL(shmat),
        CALL(semget),
        CALL(msgget),
        CALL(mq_open),
        CALL(memfd_create),
        CALL(mincore), /* tells what others have read of a common file */
        CALL(mlock),
        CALL(mlockall),
        CALL(setpriority),
        CALL(sethostname),
        CALL(ioperm),
        CALL(iopl),
        CALL(clock_settime),
        CALL(settimeofday),
        CALL(syslog),
        CALL(pidfd_send_signal),
};

/* Processes of its own: refused too, but for who may fork. All of them are in its namespace. A session would
 * have a share of the processor of its own: that stays refused. */
static const int of_family[] = {
        CALL(wait4), CALL(waitid), CALL(setpgid), CALL(getpgid), CALL(getsid),
        CALL(pidfd_open), /* tells who has ended */
};

/* What the C library's fork() gives to clone(), in any combination. */
#define FORK_HINTS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID)

/* Sockets: refused too, unless the solution gives the process the host's network. What socket() itself
 * makes then is below. */
static const int network[] = {
        CALL(connect),
        CALL(bind),
        CALL(listen),
        CALL(accept),
        CALL(accept4),
        CALL(sendto),
        CALL(recvfrom),
        CALL(sendmsg),
        CALL(sendmmsg),
        CALL(recvmmsg),
        CALL(getsockopt),
        CALL(setsockopt),
        CALL(getsockname),
        CALL(getpeername),
        CALL(shutdown),
};

/* What only an attack calls. */
static const int fatal[] = {
        CALL(ptrace),
        CALL(process_vm_readv),
        CALL(process_vm_writev),
        CALL(pidfd_getfd),
        CALL(kcmp),
        CALL(process_madvise),
        CALL(mount),
        CALL(umount2),
        CALL(pivot_root),
        CALL(chroot),
        CALL(open_tree),
        CALL(move_mount),
        CALL(fsopen),
        CALL(fsconfig),
        CALL(fsmount),
        CALL(fspick),
        CALL(mount_setattr),
        CALL(unshare),
        CALL(setns),
        CALL(open_by_handle_at),
        CALL(name_to_handle_at),
        CALL(bpf),
        CALL(perf_event_open),
        CALL(userfaultfd),
        CALL(io_uring_setup),
        CALL(io_uring_enter),
        CALL(io_uring_register),
        CALL(keyctl),
        CALL(add_key),
        CALL(request_key),
        CALL(kexec_load),
        CALL(kexec_file_load),
        CALL(init_module),
        CALL(finit_module),
        CALL(delete_module),
        CALL(reboot),
        CALL(swapon),
        CALL(swapoff),
        CALL(acct),
        CALL(quotactl),
        CALL(personality),
        CALL(modify_ldt),
        CALL(vhangup),
        CALL(fanotify_init),
        CALL(lookup_dcookie),
        CALL(move_pages),
        CALL(migrate_pages),
};

#define NEW_NAMESPACES                                                                                       \
        (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |           \
                CLONE_NEWCGROUP)

/* Memory of the process's own that no resource limit counts: stacks that grow, the host's huge pages. */
#define UNCOUNTED (MAP_GROWSDOWN | MAP_HUGETLB)

/* Allowed for some values of one argument: (argument & mask) == value. */
typedef struct Condition {
        int call;
        unsigned argument;
        uint64_t mask, value;
        int error; /* 0: allowed */
} Condition;

/* Of who may not fork. */
static const Condition alone[] = {
        {CALL(clone), 0, CLONE_THREAD, 0, EPERM},
        /* No shared memory but the channels': it would not count as the process's own. */
        {CALL(mmap), 3, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS | MAP_SHARED, EPERM},
};

/* Of who may. A child differs from him in nothing: every other flag is in the mask. Memory that they share
 * counts among the addresses of each, and in their control group. */
static const Condition forking[] = {
        {CALL(clone), 0, ~(uint64_t)FORK_HINTS, SIGCHLD, 0},
        {CALL(mmap), 3, MAP_ANONYMOUS | MAP_SHARED | UNCOUNTED, MAP_ANONYMOUS | MAP_SHARED, 0},
};

static const Condition conditions[] = {
        /* Threads. */
        {CALL(clone), 0, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD, 0},
        {CALL(mmap), 3, MAP_ANONYMOUS | UNCOUNTED, 0, 0},
        {CALL(mmap), 3, MAP_ANONYMOUS | MAP_SHARED | UNCOUNTED, MAP_ANONYMOUS, 0},
        {CALL(mmap), 3, MAP_GROWSDOWN, MAP_GROWSDOWN, EPERM},
        {CALL(mmap), 3, MAP_HUGETLB, MAP_HUGETLB, EPERM},
        {CALL(fcntl), 1, UINT32_MAX, F_GETFD, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_SETFD, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_GETFL, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_SETFL, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_DUPFD, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_DUPFD_CLOEXEC, 0},
        {CALL(fcntl), 1, UINT32_MAX, F_GET_SEALS, 0},
        /* stdio asks whether it writes to a terminal. */
        {CALL(ioctl), 1, UINT32_MAX, TCGETS, 0},
        {CALL(ioctl), 1, UINT32_MAX, FIONREAD, 0},
        {CALL(ioctl), 1, UINT32_MAX, FIONBIO, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_SET_NAME, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_GET_NAME, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_SET_DUMPABLE, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_GET_DUMPABLE, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_GET_NO_NEW_PRIVS, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_GET_SECCOMP, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_CAPBSET_READ, 0},
        {CALL(prctl), 0, UINT32_MAX, PR_GET_SECUREBITS, 0},
        {CALL(prctl), 0, UINT32_MAX, 0x53564d41 /* PR_SET_VMA: names of malloc's areas */, 0},
};

/* Its own limits; how far its addresses go it may only ask: the kernel process lets them grow with its
 * channels. */
static int add_limits(scmp_filter_ctx context) {
        int r = seccomp_rule_add(context, SCMP_ACT_ALLOW, CALL(prlimit64), 2,
                SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0));

        for (uint64_t i = 0; r == 0 && i < RLIM_NLIMITS; i++)
                if (i != RLIMIT_AS)
                        r = seccomp_rule_add(context, SCMP_ACT_ALLOW, CALL(prlimit64), 2,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0),
                                SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, i));
        return r;
}

/* -EDOM: this machine has no such call. */
static int add(scmp_filter_ctx context, const int *calls, size_t n, uint32_t action) {
        for (size_t i = 0; i < n; i++) {
                int r = seccomp_rule_add(context, action, calls[i], 0);

                if (r < 0 && r != -EDOM)
                        return r;
        }
        return 0;
}

static int add_conditions(scmp_filter_ctx context, const Condition *list, size_t n) {
        for (size_t i = 0; i < n; i++) {
                uint32_t action = list[i].error ? SCMP_ACT_ERRNO((uint16_t)list[i].error) : SCMP_ACT_ALLOW;
                struct scmp_arg_cmp compare = {
                        .arg = list[i].argument,
                        .op = SCMP_CMP_MASKED_EQ,
                        .datum_a = list[i].mask,
                        .datum_b = list[i].value,
                };
                int r = seccomp_rule_add_array(context, action, list[i].call, 1, &compare);

                if (r < 0 && r != -EDOM)
                        return r;
        }
        return 0;
}

#define ADD(list, action)    add(context, list, sizeof(list) / sizeof *(list), action)
#define ADD_CONDITIONS(list) add_conditions(context, list, sizeof(list) / sizeof *(list))

/* TCP and UDP; with every other family (local sockets, netlink) a way to the host itself would begin. */
static int add_sockets(scmp_filter_ctx context) {
        static const uint64_t types[] = {SOCK_STREAM, SOCK_DGRAM};
        static const uint64_t protocols[] = {0, IPPROTO_TCP, IPPROTO_UDP};
        int r = 0;

        for (unsigned family = 0; r == 0 && family < AF_MAX; family++) {
                if (family != AF_INET && family != AF_INET6) {
                        r = seccomp_rule_add(context, SCMP_ACT_ERRNO(EAFNOSUPPORT), CALL(socket), 1,
                                SCMP_A0(SCMP_CMP_EQ, family, 0));
                        continue;
                }
                for (size_t i = 0; r == 0 && i < sizeof types / sizeof *types; i++)
                        for (size_t j = 0; r == 0 && j < sizeof protocols / sizeof *protocols; j++)
                                r = seccomp_rule_add(context, SCMP_ACT_ALLOW, CALL(socket), 3,
                                        SCMP_A0(SCMP_CMP_EQ, family, 0),
                                        SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE, types[i]),
                                        SCMP_A2(SCMP_CMP_EQ, protocols[j], 0));
        }
        return r;
}

/* What an interface is called and which address it has. */
static int add_interfaces(scmp_filter_ctx context) {
        static const uint64_t requests[] = {SIOCATMARK, SIOCGIFADDR, SIOCGIFBRDADDR, SIOCGIFCONF,
                SIOCGIFFLAGS, SIOCGIFHWADDR, SIOCGIFINDEX, SIOCGIFMTU, SIOCGIFNAME, SIOCGIFNETMASK};
        int r = 0;

        for (size_t i = 0; r == 0 && i < sizeof requests / sizeof *requests; i++)
                r = seccomp_rule_add(context, SCMP_ACT_ALLOW, CALL(ioctl), 1,
                        SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
        return r;
}

static int add_network(scmp_filter_ctx context, uint32_t extras) {
        bool has_network = (extras & SECCOMP_NETWORK) != 0;
        int r = 0;

        for (size_t i = 0; r == 0 && i < sizeof network / sizeof *network; i++) {
                bool is_granted = has_network || ((extras & SECCOMP_ACCEPT) && network[i] == CALL(accept4));

                r = add(context, &network[i], 1, is_granted ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
        }
        if (!has_network)
                return r ? r : seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), CALL(socket), 0);
        if (r == 0)
                r = add_sockets(context);
        return r ? r : add_interfaces(context);
}

#define IOCTL_TYPE  0xff00u
#define IOCTLS_GPIO 0xb400u /* all of <linux/gpio.h>, and no other device's */

static int add_gpio(scmp_filter_ctx context) {
        return seccomp_rule_add(context, SCMP_ACT_ALLOW, CALL(ioctl), 1,
                SCMP_A1(SCMP_CMP_MASKED_EQ, IOCTL_TYPE, IOCTLS_GPIO));
}

static int fill(scmp_filter_ctx context, uint32_t extras) {
        /* A number of another machine's calls (32 bit, x32) ends the process, not just the thread. */
        int r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

        if (r == 0)
                r = ADD(allowed, SCMP_ACT_ALLOW);

        if (r == 0)
                r = ADD(refused, SCMP_ACT_ERRNO(EPERM));
        if (r == 0)
                r = ADD(fatal, SCMP_ACT_KILL_PROCESS);
        if (r == 0)
                r = ADD(of_family, extras & SECCOMP_FORK ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
        if (r == 0)
                r = extras & SECCOMP_FORK ? ADD_CONDITIONS(forking) : ADD_CONDITIONS(alone);
        if (r == 0)
                r = ADD_CONDITIONS(conditions);
        if (r == 0)
                r = add_limits(context);
        if (r == 0)
                r = add_network(context, extras);
        if (r == 0 && (extras & SECCOMP_GPIO))
                r = add_gpio(context);
        /* A tree instead of a list: the calls of a round trip come after few comparisons. */
        return r ? r : seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

/* The library writes filters to files only. */
static int export(scmp_filter_ctx context, struct sock_fprog *filter) {
        int fd = memfd_create("caisson-filter", MFD_CLOEXEC);
        struct stat st;
        int r;

        if (fd < 0)
                return -errno;
        r = seccomp_export_bpf(context, fd);
        if (r == 0 && fstat(fd, &st) < 0)
                r = -errno;
        if (r == 0 && !(filter->filter = malloc((size_t)st.st_size)))
                r = -ENOMEM;
        if (r == 0 && pread(fd, filter->filter, (size_t)st.st_size, 0) != (ssize_t)st.st_size)
                r = -EIO;
        if (r == 0)
                filter->len = (unsigned short)((size_t)st.st_size / sizeof *filter->filter);
        (void)close(fd);
        return r;
}

int seccomp_make(struct sock_fprog *ret_filter, uint32_t extras) {
        scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
        int r;

        *ret_filter = (struct sock_fprog){.len = 0};
        if (!context)
                return -ENOMEM;
        r = fill(context, extras);
        if (r == 0)
                r = export(context, ret_filter);
        seccomp_release(context);
        if (r < 0)
                seccomp_unmake(ret_filter);
        return r;
}

void seccomp_unmake(struct sock_fprog *filter) {
        free(filter->filter);
        *filter = (struct sock_fprog){.len = 0};
}
