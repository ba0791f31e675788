/* SPDX-License-Identifier: MIT */
/*
 * Walls: a filter of their own on top of the kernel process's, then the trials.
 *
 * That one had to let the program be executed and its libraries be opened. This one ends it: it only
 * takes away, so it needs no library and looks at nothing but numbers.
 */
#include "walls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <caisson/closing.h>

#define LOAD(field)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action)    BPF_STMT(BPF_RET | BPF_K, action)
#define FAIL(error)       RETURN(SECCOMP_RET_ERRNO | (error))
#define UNLESS(nr, skip)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, skip)
#define REFUSE(nr, error) UNLESS(nr, 1), FAIL(error)
#define LOW_WORD(i)       LOAD(args[i]) /* little-endian; none of these values is wider */

/* Which machine the numbers belong to is checked by the filter below this one. */
static struct sock_filter filter[] = {
        LOAD(nr),
#ifdef SYS_open
        REFUSE(SYS_open, EACCES),
        REFUSE(SYS_access, EACCES),
        REFUSE(SYS_readlink, EACCES),
        REFUSE(SYS_stat, EACCES),
        REFUSE(SYS_lstat, EACCES),
#endif
        REFUSE(SYS_openat, EACCES),
        REFUSE(SYS_readlinkat, EACCES),
        REFUSE(SYS_execve, EPERM),
        REFUSE(SYS_seccomp, EPERM),
        /* Data never becomes code. */
        UNLESS(SYS_mmap, 4),
        LOW_WORD(2),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        FAIL(EPERM),
        RETURN(SECCOMP_RET_ALLOW),
        UNLESS(SYS_mprotect, 4),
        LOW_WORD(2),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        FAIL(EPERM),
        RETURN(SECCOMP_RET_ALLOW),
        UNLESS(SYS_prctl, 4),
        LOW_WORD(0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_DUMPABLE, 0, 1),
        FAIL(EPERM),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_ALLOW),
};

/* --- trials: true when the wall holds --- */

static bool holds_files(void) {
        int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

        if (fd >= 0)
                (void)close(fd);
        return fd < 0;
}

static bool holds_sockets(void) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd >= 0)
                (void)close(fd);
        return fd < 0;
}

/* The kernel process is the parent; from another namespace it has no number. */
static bool holds_processes(void) {
        return getppid() == 0;
}

static bool holds_forks(void) {
        pid_t pid = fork();

        if (pid == 0)
                _exit(0);
        return pid < 0;
}

static bool holds_clone(unsigned long flags) {
        long pid = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);

        if (pid == 0)
                _exit(0);
        return pid < 0;
}

/* Who may fork makes no process but his own children, in his chamber. */
static bool holds_strangers(void) {
        return holds_clone(CLONE_PARENT | SIGCHLD) && holds_clone(CLONE_NEWUSER | SIGCHLD);
}

static bool holds_code(void) {
        void *code = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (code != MAP_FAILED)
                (void)munmap(code, 1);
        return code == MAP_FAILED;
}

static bool holds_capabilities(void) {
        return prctl(PR_CAPBSET_READ, 0) == 0 && geteuid() != 0;
}

static bool holds_privileges(void) {
        return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static bool holds_memory(void) {
        return prctl(PR_GET_DUMPABLE) == 0;
}

static const struct {
        uint32_t layers; /* all of them make the wall */
        const char *name;
        bool (*holds)(void);
        bool (*holds_forking)(void); /* of a process that may fork */
} walls[] = {
        {LAYER_SECCOMP, "files", holds_files, holds_files},
        {LAYER_SECCOMP, "sockets", holds_sockets, holds_sockets},
        {LAYER_SECCOMP, "new processes", holds_forks, holds_strangers},
        {LAYER_SECCOMP, "data as code", holds_code, holds_code},
        {LAYER_PID, "other processes", holds_processes, holds_processes},
        {LAYER_USER, "capabilities", holds_capabilities, holds_capabilities},
        {0, "more privileges", holds_privileges, holds_privileges},
        {0, "being looked into", holds_memory, holds_memory},
};

/* Threads that are cancelled or end themselves need it, and it can't be loaded later. */
static void load_unwinder(void) {
        (void)dlopen("libgcc_s.so.1", RTLD_NOW);
}

const char *walls_close(uint32_t layers, bool may_fork) {
        struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

        load_unwinder();
        if (prctl(PR_SET_DUMPABLE, 0) < 0)
                return "being looked into";
        if ((layers & LAYER_SECCOMP) && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
                return "its own filter";
        for (size_t i = 0; i < sizeof walls / sizeof *walls; i++)
                if ((layers & walls[i].layers) == walls[i].layers &&
                        !(may_fork ? walls[i].holds_forking : walls[i].holds)())
                        return walls[i].name;
        return NULL;
}

static void say(const char *text) {
        (void)!write(STDERR_FILENO, text, strlen(text));
}

/* Who stands between the program and its system calls takes his place now; nothing is loaded any more. */
static void tell(bool is_closed) {
        if (!nkx_at_closing)
                return;
        load_unwinder();
        nkx_at_closing(is_closed);
}

void walls_stand(uint32_t layers, bool may_fork) {
        const char *open_wall;

        tell(false);
        open_wall = layers ? walls_close(layers, may_fork) : NULL;
        if (!open_wall) {
                tell(true);
                return;
        }
        say("caisson: the chamber does not hold: ");
        say(open_wall);
        say("\n");
        _exit(WALLS_EXIT);
}
