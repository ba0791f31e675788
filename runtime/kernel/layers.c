/* SPDX-License-Identifier: MIT */
/*
 * Layers: the table, and trying each in a child that may break whatever it likes.
 */
#include "layers.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chamber_landlock.h"
#include "chamber_ns.h"
#include "chamber_root.h"

/* --- trying --- */

/* Every other namespace is made inside of a user namespace, as the chamber does it. */
static int probe_user(void) {
        return ns_unshare(LAYER_USER);
}

static int probe_root(void) {
        static RootPlan plan = {.n_files = 0};

        return ns_unshare(LAYER_USER | LAYER_ROOT) < 0 || root_take_files(&plan, NULL) < 0 ||
                               ns_become_nobody() < 0 || root_build(&plan, NULL) < 0
                       ? -1
                       : 0;
}

static int probe_pid(void) {
        return ns_unshare(LAYER_USER | LAYER_PID);
}

static int probe_net(void) {
        return ns_unshare(LAYER_USER | LAYER_NET);
}

static int probe_ipc(void) {
        return ns_unshare(LAYER_USER | LAYER_IPC);
}

static int probe_uts(void) {
        return ns_unshare(LAYER_USER | LAYER_UTS);
}

static int probe_cgroup(void) {
        return ns_unshare(LAYER_USER | LAYER_CGROUP);
}

/* The answer comes before the action is looked at: EFAULT means that filters work. */
static int probe_seccomp(void) {
        uint32_t action = SECCOMP_RET_KILL_PROCESS;

        return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* --- explaining --- */

static const char *explain_namespace(int error) {
        switch (error) {
        case EPERM:
        case EACCES:
                return "refused: this runs in a container or sandbox, or an ordinary user may not make "
                       "namespaces here; see `sysctl kernel.unprivileged_userns_clone` (1) and "
                       "`sysctl kernel.apparmor_restrict_unprivileged_userns` (0)";
        case ENOSPC:
        case EUSERS:
                return "too many namespaces: raise `sysctl user.max_user_namespaces` and its likes "
                       "(/proc/sys/user)";
        case EINVAL:
        case ENOSYS:
                return "this kernel was built without it (CONFIG_USER_NS, CONFIG_PID_NS, CONFIG_NET_NS, "
                       "...), or "
                       "is older than Linux 5.12";
        default:
                return strerror(error);
        }
}

static const char *explain_seccomp(int error) {
        return error == EPERM || error == EACCES ? "refused: this runs in a sandbox that forbids more filters"
                                                 : "this kernel was built without CONFIG_SECCOMP_FILTER";
}

static const char *explain_landlock(int error) {
        return error == EOPNOTSUPP
                       ? "turned off: add landlock to the kernel's command line, lsm=landlock,..."
                       : "the kernel is older than Linux 5.13, or was built without CONFIG_SECURITY_LANDLOCK";
}

const Layer layer_table[] = {
        {LAYER_USER, "user namespace", "users and capabilities of the host", probe_user, explain_namespace},
        {LAYER_ROOT, "mount namespace", "files of the host", probe_root, explain_namespace},
        {LAYER_PID, "process namespace", "other processes", probe_pid, explain_namespace},
        {LAYER_NET, "network namespace", "the network", probe_net, explain_namespace},
        {LAYER_IPC, "IPC namespace", "System V and POSIX queues", probe_ipc, explain_namespace},
        {LAYER_UTS, "host name namespace", "the host's name", probe_uts, explain_namespace},
        {LAYER_CGROUP, "control group namespace", "its place in the host's groups", probe_cgroup,
                explain_namespace},
        {LAYER_SECCOMP, "system call filter", "system calls beyond a short list", probe_seccomp,
                explain_seccomp},
        {LAYER_LANDLOCK, "Landlock", "files, a second time", landlock_probe, explain_landlock},
};
const uint32_t layer_count = sizeof layer_table / sizeof *layer_table;

int layer_probe(const Layer *layer) {
        int status;
        pid_t pid = fork();

        if (pid < 0)
                return errno;
        if (pid == 0) {
                int error = layer->probe() < 0 ? errno : 0;

                _exit(error < 256 ? error : EIO);
        }
        if (waitpid(pid, &status, 0) < 0)
                return errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

uint32_t layers_probe_all(void) {
        uint32_t found = 0;

        for (uint32_t i = 0; i < layer_count; i++)
                if (layer_probe(&layer_table[i]) == 0)
                        found |= layer_table[i].bit;
        return found;
}
