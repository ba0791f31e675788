/* SPDX-License-Identifier: MIT */
/*
 * Namespaces: leaving the old ones, mapping the ids, and forking into the new ones.
 */
#include "chamber_ns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layers.h"

static const struct {
        uint32_t layer;
        int flag;
} spaces[] = {
        {LAYER_USER, CLONE_NEWUSER},
        {LAYER_ROOT, CLONE_NEWNS},
        {LAYER_PID, CLONE_NEWPID},
        {LAYER_NET, CLONE_NEWNET},
        {LAYER_IPC, CLONE_NEWIPC},
        {LAYER_UTS, CLONE_NEWUTS},
        {LAYER_CGROUP, CLONE_NEWCGROUP},
};

/* --- ids --- */

static int write_text(pid_t pid, const char *name, const char *text) {
        char path[64];
        ssize_t n;
        int fd;

        (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -1;
        n = write(fd, text, strlen(text));
        (void)close(fd);
        return n < 0 ? -1 : 0;
}

/* Inside everybody is nobody. */
static int map_id(pid_t pid, const char *name, unsigned id) {
        char text[64];

        (void)snprintf(text, sizeof text, "%u %u 1", NS_NOBODY, id);
        return write_text(pid, name, text);
}

/* Without privileges one may map oneself alone, and must give up setgroups() before. */
static int map_self(uid_t uid, gid_t gid) {
        if (write_text(getpid(), "setgroups", "deny") < 0 && errno != ENOENT)
                return -1;
        if (map_id(getpid(), "uid_map", uid) < 0)
                return -1;
        return map_id(getpid(), "gid_map", gid);
}

/* Another id can only be mapped from outside, so a helper stays there. It waits for the pipe's end. */
static pid_t start_mapper(int go[2]) {
        pid_t parent = getpid(), pid;
        char byte;

        if (pipe2(go, O_CLOEXEC) < 0)
                return -1;
        pid = fork();
        if (pid != 0)
                return pid;
        (void)close(go[1]);
        if (read(go[0], &byte, 1) != 1)
                _exit(0);
        if (map_id(parent, "uid_map", NS_NOBODY) < 0 || map_id(parent, "gid_map", NS_NOBODY) < 0)
                _exit(errno);
        _exit(0);
}

static int end_mapper(pid_t pid, const int go[2], bool is_wanted) {
        int status;

        if (is_wanted && write(go[1], "x", 1) != 1)
                return -1;
        (void)close(go[0]);
        (void)close(go[1]);
        if (waitpid(pid, &status, 0) < 0)
                return -1;
        errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
        return errno ? -1 : 0;
}

static int unshare_users_as_root(void) {
        int go[2], r, error;
        pid_t mapper;

        if (setgroups(0, NULL) < 0)
                return -1;
        mapper = start_mapper(go);
        if (mapper < 0)
                return -1;
        r = unshare(CLONE_NEWUSER);
        error = errno;
        if (end_mapper(mapper, go, r == 0) < 0)
                return -1;
        errno = error;
        return r;
}

/* Root of a container may have no other ids than its own. */
static bool is_nobody_here(void) {
        FILE *map = fopen("/proc/self/uid_map", "re");
        char line[128];
        bool is_here = false;

        while (map && !is_here && fgets(line, sizeof line, map)) {
                char *at = line;
                unsigned long first = strtoul(at, &at, 10), count;

                (void)strtoul(at, &at, 10);
                count = strtoul(at, &at, 10);
                is_here = first <= NS_NOBODY && NS_NOBODY - first < count;
        }
        if (map)
                (void)fclose(map);
        return is_here;
}

static int unshare_users(void) {
        uid_t uid = geteuid();
        gid_t gid = getegid();

        if (uid == 0 && is_nobody_here())
                return unshare_users_as_root();
        return unshare(CLONE_NEWUSER) < 0 ? -1 : map_self(uid, gid);
}

int ns_unshare(uint32_t wanted) {
        int flags = 0;

        for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
                if (wanted & spaces[i].layer)
                        flags |= spaces[i].flag;
        if ((flags & CLONE_NEWUSER) && unshare_users() < 0)
                return -1;
        if (unshare(flags & ~CLONE_NEWUSER) < 0)
                return -1;
        return (flags & CLONE_NEWUTS) ? sethostname("chamber", strlen("chamber")) : 0;
}

int ns_become_nobody(void) {
        uid_t uid = geteuid();

        /* Root, seen from outside of its map or still as itself. */
        if (uid != 0 && uid != NS_NOBODY)
                return 0;
        if (setresgid(NS_NOBODY, NS_NOBODY, NS_NOBODY) < 0)
                return -1;
        return setresuid(NS_NOBODY, NS_NOBODY, NS_NOBODY);
}

/* --- processes --- */

static pid_t fork_sibling(void) {
        return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

int ns_die_with_kernel(int report_fd) {
        struct pollfd report = {.fd = report_fd};

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || poll(&report, 1, 0) < 0)
                return -1;
        if (report.revents & POLLHUP)
                _exit(EXIT_FAILURE);
        return 0;
}

/* Holds nothing and does nothing: it is there so that the others have a parent, and their namespace
 * an end. The kernel process kills it when the process has ended; its own end kills all of them. */
static _Noreturn void be_init(int report_fd) {
        (void)prctl(PR_SET_DUMPABLE, 0);
        if (ns_die_with_kernel(report_fd) < 0)
                _exit(EXIT_FAILURE);
        (void)close_range(0, ~0u, 0);
        (void)setsid();
        (void)prctl(PR_SET_NAME, "caisson-init");
        (void)signal(SIGCHLD, SIG_IGN);
        for (;;)
                (void)pause();
}

int ns_fork(int report_fd, pid_t *ret_pid, pid_t *ret_init) {
        *ret_init = fork_sibling();
        if (*ret_init < 0)
                return -1;
        if (*ret_init == 0)
                be_init(report_fd);
        *ret_pid = fork_sibling();
        if (*ret_pid == 0)
                return 0;
        if (*ret_pid > 0)
                return 1;
        (void)kill(*ret_init, SIGKILL);
        return -1;
}
