/* SPDX-License-Identifier: MIT */
/*
 * A process that has been taken over: it tries one thing that a chamber must refuse, named by its first
 * argument, and tells what came of it. The second argument is a process outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "boot/boot.h"

#define CHUNK        ((size_t)64 << 20)
#define CHUNKS_MAX   64 /* 4 GiB, twice the limit */
#define THREADS_MAX  2000
#define THREAD_STACK ((size_t)64 << 10)

static pid_t outside;

static int open_passwd(void) {
        return open("/etc/passwd", O_RDONLY);
}

static int open_init_memory(void) {
        return open("/proc/1/mem", O_RDWR);
}

static int open_own_program(void) {
        return open("/bin/Hostile", O_RDONLY);
}

static int create_file(void) {
        return open("/left", O_WRONLY | O_CREAT, 0600);
}

static int open_up(void) {
        return openat(AT_FDCWD, "../../../../etc/passwd", O_RDONLY);
}

static int make_device(void) {
        return mknod("/disk", S_IFBLK | 0600, (dev_t)0x800);
}

static int raw_ports(void) {
        return (int)syscall(SYS_iopl, 3);
}

static int connect_inet(void) {
        return socket(AF_INET, SOCK_STREAM, 0);
}

static int connect_abstract(void) {
        return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int netlink(void) {
        return socket(AF_NETLINK, SOCK_RAW, 0);
}

static int trace_init(void) {
        return (int)ptrace(PTRACE_ATTACH, 1, NULL, NULL);
}

static int read_memory(void) {
        return (int)syscall(SYS_process_vm_readv, outside, NULL, 0, NULL, 0, 0);
}

static int kill_outside(void) {
        return kill(outside, SIGKILL);
}

/* Succeeds without effect: the first process of a namespace does not take it. So look whether we live. */
static int kill_init(void) {
        if (kill(1, SIGKILL) < 0)
                return -1;
        errno = EPERM;
        return kill(1, 0) == 0 ? -1 : 0;
}

static int fork_bomb(void) {
        return (int)syscall(SYS_fork);
}

static int clone_process(void) {
        return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static int clone_users(void) {
        return (int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
}

static int clone3_users(void) {
        uint64_t args[8] = {CLONE_NEWUSER};

        return (int)syscall(SYS_clone3, args, sizeof args);
}

static int unshare_users(void) {
        return unshare(CLONE_NEWUSER);
}

static int enter_namespace(void) {
        return setns(0, 0);
}

static int mount_proc(void) {
        return mount("proc", "/", "proc", 0, NULL);
}

static int load_program(void) {
        return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int use_uring(void) {
        return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int open_by_handle(void) {
        return (int)syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY);
}

static int use_keys(void) {
        return (int)syscall(SYS_keyctl, 0, 0);
}

static int become_root(void) {
        return setuid(0);
}

static int execute(void) {
        char *argv[] = {(char[]){"x"}, NULL};

        return execve("/bin/Hostile", argv, NULL);
}

static int be_dumpable(void) {
        return prctl(PR_SET_DUMPABLE, 1);
}

static int replace_filter(void) {
        return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL);
}

static int outlive_kernel(void) {
        return prctl(PR_SET_PDEATHSIG, 0);
}

static int data_as_code(void) {
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                               MAP_FAILED
                       ? -1
                       : 0;
}

static int uncounted_memory(void) {
        return mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
                                                                                                          : 0;
}

static int exhaust_memory(void) {
        for (int i = 0; i < CHUNKS_MAX; i++)
                if (mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                        MAP_FAILED)
                        return -1;
        return 0;
}

static int exhaust_files(void) {
        int fd = 0;

        while (fd >= 0 && fd < 100000)
                fd = dup(0);
        return fd;
}

static void *wait_for_ever(void *unused) {
        for (;;)
                (void)pause();
        return unused;
}

static int exhaust_threads(void) {
        pthread_attr_t attr;

        (void)pthread_attr_init(&attr);
        (void)pthread_attr_setstacksize(&attr, THREAD_STACK);
        for (int i = 0; i < THREADS_MAX; i++) {
                pthread_t thread;

                errno = pthread_create(&thread, &attr, wait_for_ever, NULL);
                if (errno)
                        return -1;
        }
        return 0;
}

static const struct {
        const char *name;
        int (*attempt)(void); /* -1 with errno: refused */
} attempts[] = {
        {"open /etc/passwd", open_passwd},
        {"open /etc/passwd from above", open_up},
        {"open /proc/1/mem", open_init_memory},
        {"open its own program", open_own_program},
        {"create a file", create_file},
        {"make a device", make_device},
        {"use ports of devices", raw_ports},
        {"open a network socket", connect_inet},
        {"open a local socket", connect_abstract},
        {"open a netlink socket", netlink},
        {"trace its init", trace_init},
        {"read another's memory", read_memory},
        {"kill a process outside", kill_outside},
        {"kill its init", kill_init},
        {"fork", fork_bomb},
        {"clone a process", clone_process},
        {"clone with users of its own", clone_users},
        {"clone3 with users of its own", clone3_users},
        {"unshare users", unshare_users},
        {"enter a namespace", enter_namespace},
        {"mount", mount_proc},
        {"load a BPF program", load_program},
        {"set up io_uring", use_uring},
        {"open by handle", open_by_handle},
        {"use keys", use_keys},
        {"become root", become_root},
        {"execute a program", execute},
        {"become dumpable", be_dumpable},
        {"replace its filter", replace_filter},
        {"outlive the kernel process", outlive_kernel},
        {"make code of data", data_as_code},
        {"take memory that does not count", uncounted_memory},
        {"take all memory", exhaust_memory},
        {"take all descriptors", exhaust_files},
        {"take all threads", exhaust_threads},
};

#define N_ATTEMPTS (sizeof attempts / sizeof *attempts)

int main(int argc, char **argv) {
        if (argc == 2 && strcmp(argv[1], "list") == 0) {
                for (size_t i = 0; i < N_ATTEMPTS; i++)
                        (void)printf("%s\n", attempts[i].name);
                return EXIT_SUCCESS;
        }
        if (argc != 3 || !boot_get())
                return EXIT_FAILURE;
        outside = (pid_t)strtol(argv[2], NULL, 10);
        for (size_t i = 0; i < N_ATTEMPTS; i++) {
                if (strcmp(attempts[i].name, argv[1]) != 0)
                        continue;
                if (attempts[i].attempt() < 0)
                        (void)fprintf(stderr, "refused: %s\n", strerror(errno));
                else
                        (void)fprintf(stderr, "DONE\n");
                return EXIT_SUCCESS;
        }
        return EXIT_FAILURE;
}
