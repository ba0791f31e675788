/* SPDX-License-Identifier: MIT */
/*
 * Processes of a program of the host: it may fork, and its children may (caisson/family.h); another program
 * none of them becomes.
 *
 * To the VFS a child is a session of its own with the same open files. All of that is made before the child
 * is there, by what the C library's fork() calls before and after, whoever calls it; in the child the handles
 * are replaced before anything of the program runs. A child that ends gives its session back; of one that was
 * killed a sweep does, in whoever lives: their handles are the family's.
 *
 * A system call that makes a process, but does not come from there, is answered by fork() as a whole.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <caisson/family.h>
#include <coresrv/handle/handle_api.h>

#include "call.h"
#include "exec_fork.h"
#include "ledger.h"
#include "log.h"
#include "raw.h"
#include "remote.h"
#include "signals.h"
#include "trap.h"

#define SHOWN     __attribute__((visibility("default")))
#define FILES_MAX 1024u /* as many handles as a VFS gives a process */

/* Sessions that have been closed count until the VFS has heard of it. */
#define TRIES    40
#define PAUSE_NS 5000000L

/* What all members share. */
typedef struct Shared {
        atomic_bool is_said;                       /* why something was refused */
        _Atomic uint32_t sessions[NKX_FAMILY_MAX]; /* of each member's place; INVALID_HANDLE: none */
} Shared;

/* What the fork under way is to bring. */
typedef struct Plan {
        Remote *remote;
        long error; /* why there won't be a child: a negative errno */
        bool has_member, is_held, has_forked;
        uint32_t member;
        uint64_t signals; /* the mask of before */
        bool was_alone;
        uint32_t n_files;
        FdtCopy files[FILES_MAX];
        CallArgs how;
} Plan;

static Shared alone = {.is_said = false}; /* of who may not fork */
static Shared *shared = &alone;
static Plan plan; /* of the thread that has the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool is_forking __attribute__((tls_model("initial-exec")));

/* What was asked for first; the rest of the story is the same. */
static long refuse(const char *what, const char *why) {
        if (!atomic_exchange(&shared->is_said, true))
                log_line(LOG_CLIENT "%s: %s (ENOSYS)", what, why);
        return -ENOSYS;
}

/* --- sessions --- */

static _Atomic uint32_t *session_of(uint32_t member) {
        return &shared->sessions[NKX_FAMILY_PLACE(member)];
}

static void end_session(uint32_t member) {
        Handle session = atomic_exchange(session_of(member), INVALID_HANDLE);

        if (session == INVALID_HANDLE)
                return;
        remote_end(remote_from(call_vfs()), session);
        ledger_close_all(member);
}

static Handle new_session(Remote *r, int *error) {
        const struct timespec pause = {.tv_nsec = PAUSE_NS};
        Handle session = remote_fork(r, error);

        for (int i = 0; i < TRIES && session == INVALID_HANDLE && (*error == EMFILE || *error == ENFILE);
                i++) {
                (void)nanosleep(&pause, NULL);
                *error = 0;
                session = remote_fork(r, error);
        }
        return session;
}

/* --- before --- */

/* What else a fork says when there is no room. */
static long errno_of(int error) {
        return error == EMFILE || error == ENFILE ? -EAGAIN : error > 0 ? -error : -EIO;
}

static long copy_files(Handle session) {
        Handle from[FILES_MAX], to[FILES_MAX];
        uint32_t at = 0;
        int error = 0;

        plan.n_files = fdt_list(&plan.remote->vfs, &at, plan.files, FILES_MAX);
        for (uint32_t i = 0; i < plan.n_files; i++)
                from[i] = plan.files[i].was;
        if (!remote_copy_files(plan.remote, session, plan.member, from, plan.n_files, to, &error))
                return errno_of(error);
        for (uint32_t i = 0; i < plan.n_files; i++)
                plan.files[i].is = to[i];
        return 0;
}

static long make_plan(void) {
        Handle session;
        int r, error = 0;

        plan.has_member = plan.has_forked = false;
        plan.remote = nkx_family_may_fork() ? remote_from(call_vfs()) : NULL;
        if (!plan.remote)
                return refuse("fork", "this chamber is for one process (--processes)");
        r = nkx_family_reserve(&plan.member);
        if (r < 0)
                return r;
        plan.has_member = true;
        session = new_session(plan.remote, &error);
        if (session == INVALID_HANDLE)
                return errno_of(error);
        atomic_store(session_of(plan.member), session);
        return copy_files(session);
}

static void give_up(void) {
        if (!plan.has_member)
                return;
        end_session(plan.member);
        if (!plan.has_forked) /* else it has given it back */
                nkx_family_unreserve(plan.member);
}

static void before(void) {
        uint64_t signals;

        if (trap_is_held())
                return;
        signals = signals_hold(); /* no handler of the program's sees what is half done */
        (void)pthread_mutex_lock(&lock);
        plan.signals = signals;
        plan.was_alone = __libc_single_threaded;
        plan.error = make_plan();
        plan.is_held = plan.error == 0;
        if (plan.is_held)
                remote_hold(plan.remote);
        else
                give_up();
        is_forking = true;
}

/* --- the call --- */

static pid_t make_process(void) {
        long r = call_kernel(&plan.how);

        if (r >= 0)
                return (pid_t)r;
        errno = (int)-r;
        return -1;
}

/* As the kernel does it for whoever calls it himself. */
static long fork_as_whole(const CallArgs *args) {
        unsigned long flags = args->number == SYS_clone ? (unsigned long)args->a[0] : 0;
        pid_t pid = fork(), *for_parent = (pid_t *)args->a[2], *for_child = (pid_t *)args->a[3];

        if (pid < 0)
                return -errno;
        if (pid > 0 && (flags & CLONE_PARENT_SETTID))
                *for_parent = pid;
        if (pid == 0 && (flags & CLONE_CHILD_SETTID))
                *for_child = (pid_t)raw_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
        if (pid == 0 && (flags & CLONE_CHILD_CLEARTID))
                (void)raw_call(SYS_set_tid_address, (long)for_child, 0, 0, 0, 0, 0);
        return pid;
}

#define HINTS (CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

long call_fork(const CallArgs *args) {
        if (args->number == SYS_clone && ((unsigned long)args->a[0] & ~(unsigned long)HINTS) != SIGCHLD)
                return call_kernel(args); /* which refuses it */
        if (!is_forking)
                return fork_as_whole(args);
        if (plan.error)
                return plan.error;
        plan.how = *args;
        plan.has_forked = true;
        plan.error = nkx_family_fork(plan.member, make_process);
        return plan.error; /* the child's number, or 0 in the child; or it is one */
}

/* --- after --- */

static void let_go(void) {
        uint64_t signals = plan.signals;

        if (plan.is_held)
                remote_release(plan.remote);
        is_forking = false;
        (void)pthread_mutex_unlock(&lock);
        signals_release(signals);
}

static void after(void) {
        if (!is_forking)
                return;
        if (plan.is_held && (plan.error < 0 || !plan.has_forked))
                give_up();
        let_go();
}

static void after_in_child(void) {
        if (!is_forking)
                return;
        if (plan.has_forked) {
                remote_become(plan.remote, atomic_load(session_of(plan.member)));
                fdt_become(plan.files, plan.n_files, plan.was_alone);
                for (uint32_t i = 0; i < plan.n_files; i++)
                        if (plan.files[i].is != INVALID_HANDLE)
                                ledger_close(plan.files[i].is);
        }
        let_go();
}

/* --- and else --- */

/* The C library's own wants memory that both use, with the parent standing still. */
SHOWN pid_t vfork(void) {
        return fork();
}

void call_waited(void) {
        nkx_family_sweep();
}

long call_exec(void) {
        return refuse("execve", "a program in a chamber can't become another one");
}

/* The VFS ends with the first process: what it has not written yet would be lost. That is also what the C
 * library's streams write when all destructors are through, and what a program wrote that calls _exit(). */
static void before_exit(void) {
        if (trap_is_held())
                return;
        if (nkx_family_self() == 0)
                (void)call(SYS_sync, 0, 0, 0, 0, 0, 0);
        else
                end_session(nkx_family_self());
}

void exec_may_fork(void) {
        Shared *memory = nkx_family_alloc(sizeof *shared);

        if (!memory)
                return;
        for (uint32_t i = 0; i < NKX_FAMILY_MAX; i++)
                atomic_init(&memory->sessions[i], INVALID_HANDLE);
        shared = memory;
        ledger_open();
}

/* Before any handler of the program's: this one is called last before a fork, and first after it; but for the
 * runtime's. */
__attribute__((constructor(102))) static void begin(void) {
        (void)pthread_atfork(before, after, after_in_child);
        nkx_family_on_end(end_session);
        call_before_exit(before_exit);
}
