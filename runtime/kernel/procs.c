/* SPDX-License-Identifier: MIT */
/*
 * Processes of a running solution. The child reports through a close-on-exec pipe: end of file
 * means that exec has succeeded, anything else is the failure.
 */
#include "procs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/boot_block.h"
#include "boot_write.h"
#include "chamber.h"
#include "procfs.h"

/* What every program finds in its environment besides init.yaml's `env`, which wins. The last ones
 * are taken over from the caller, if set there: they steer the sanitizers of test builds. */
static const char *const default_env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};
static const char *const passed_env[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))

/* Everything that one start needs; the descriptors are the parent's. */
typedef struct Start {
        const SolTask *task;
        char **argv, **envp;
        BootPlan boot;
        int null_fd, report[2];
        int output[2][2]; /* stdout, stderr: read end, write end */
        int *fds;
} Start;

int procs_init(Procs *p, const Solution *sol) {
        *p = (Procs){.sol = sol, .list = calloc(sol->n_tasks + 1u, sizeof *p->list)};
        if (!p->list)
                return -ENOMEM;
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                p->list[i] = (Proc){.output = {-1, -1}};
        return 0;
}

static void close_fd(int *fd) {
        if (*fd >= 0)
                (void)close(*fd);
        *fd = -1;
}

void procs_deinit(Procs *p) {
        for (uint32_t i = 0; p->list && i < p->sol->n_tasks; i++) {
                close_fd(&p->list[i].output[0]);
                close_fd(&p->list[i].output[1]);
        }
        free(p->list);
        *p = PROCS_NULL;
}

/* --- preparing --- */

static char *unconst(const char *text) {
        return (char *)(uintptr_t)text; /* execve promises not to write */
}

/* argv[0] is `path` as the init file has it. */
static int build_argv(Start *s) {
        size_t n = 0;

        s->argv = calloc(s->task->args.n_items + 2u, sizeof *s->argv);
        if (!s->argv)
                return -ENOMEM;
        s->argv[n++] = unconst(s->task->path.text);
        for (uint32_t i = 0; i < s->task->args.n_items; i++)
                s->argv[n++] = unconst(s->task->args.items[i].text);
        return 0;
}

static bool has_variable(const Start *s, const char *name, size_t size) {
        for (uint32_t i = 0; i < s->task->env.n_items; i++)
                if (strncmp(s->task->env.items[i].text, name, size) == 0 &&
                        s->task->env.items[i].text[size] == '=')
                        return true;
        return false;
}

/* The caller's NAME=value, or NULL. */
static char *find_passed(const char *name) {
        size_t size = strlen(name);

        for (char **at = environ; *at; at++)
                if (strncmp(*at, name, size) == 0 && (*at)[size] == '=')
                        return *at;
        return NULL;
}

static int build_envp(Start *s) {
        size_t n = 0;

        s->envp = calloc(
                s->task->env.n_items + ARRAY_SIZE(default_env) + ARRAY_SIZE(passed_env) + 1, sizeof *s->envp);
        if (!s->envp)
                return -ENOMEM;
        for (uint32_t i = 0; i < s->task->env.n_items; i++)
                s->envp[n++] = unconst(s->task->env.items[i].text);
        for (size_t i = 0; i < ARRAY_SIZE(default_env); i++)
                if (!has_variable(s, default_env[i], strcspn(default_env[i], "=")))
                        s->envp[n++] = unconst(default_env[i]);
        for (size_t i = 0; i < ARRAY_SIZE(passed_env); i++)
                if (!has_variable(s, passed_env[i], strlen(passed_env[i])) && find_passed(passed_env[i]))
                        s->envp[n++] = find_passed(passed_env[i]);
        return 0;
}

static int open_pipe(int ret_ends[2]) {
        return pipe2(ret_ends, O_CLOEXEC) < 0 ? -errno : 0;
}

/* Only our end is non-blocking: the program's end is its stdout, and must behave like one. */
static int open_output(int ret_ends[2]) {
        int r = open_pipe(ret_ends);

        if (r == 0 && fcntl(ret_ends[0], F_SETFL, O_NONBLOCK) < 0)
                r = -errno;
        return r;
}

/* 0 … 2, the boot block at BOOT_FD, the channels' descriptors, the report. */
static int build_fds(Start *s) {
        size_t n = 0;

        s->fds = calloc(BOOT_FD + 2u + s->boot.n_fds, sizeof *s->fds);
        if (!s->fds)
                return -ENOMEM;
        s->fds[n++] = s->null_fd;
        s->fds[n++] = s->output[0][1];
        s->fds[n++] = s->output[1][1];
        s->fds[n++] = s->boot.block_fd;
        for (uint32_t i = 0; i < s->boot.n_fds; i++)
                s->fds[n++] = s->boot.fds[i];
        s->fds[n] = s->report[1];
        return 0;
}

static int prepare(Start *s, const Channels *channels, uint32_t task) {
        int r;

        r = boot_plan_init(&s->boot, channels, task);
        if (r == 0)
                r = build_argv(s);
        if (r == 0)
                r = build_envp(s);
        if (r == 0)
                r = open_output(s->output[0]);
        if (r == 0)
                r = open_output(s->output[1]);
        if (r == 0)
                r = open_pipe(s->report);
        if (r == 0 && (s->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
                r = -errno;
        return r ? r : build_fds(s);
}

static void unprepare(Start *s) {
        for (size_t i = 0; i < 2; i++) {
                close_fd(&s->output[i][0]);
                close_fd(&s->output[i][1]);
                close_fd(&s->report[i]);
        }
        close_fd(&s->null_fd);
        boot_plan_deinit(&s->boot);
        free(s->argv);
        free(s->envp);
        free(s->fds);
}

/* --- the child --- */

static _Noreturn void run_child(Start *s, pid_t kernel) {
        Chamber chamber = {.fds = s->fds, .n_fds = BOOT_FD + 2u + s->boot.n_fds, .kernel = kernel};
        ProcFailure failure = {.error = 0};
        const char *step = chamber_enter(&chamber);
        ssize_t written;

        if (!step) {
                (void)execve(s->task->executable, s->argv, s->envp);
                step = "executing";
        }
        failure.error = errno;
        (void)snprintf(failure.step, sizeof failure.step, "%s", step);
        written = write(chamber.fds[chamber.n_fds - 1], &failure, sizeof failure);
        _exit(written == (ssize_t)sizeof failure ? 127 : 126);
}

/* --- the parent --- */

static void set_failure(ProcFailure *failure, const char *step, int error) {
        *failure = (ProcFailure){.error = error};
        (void)snprintf(failure->step, sizeof failure->step, "%s", step);
}

/* 0: the program runs. */
static int read_report(int fd, ProcFailure *failure) {
        ssize_t n;

        do
                n = read(fd, failure, sizeof *failure);
        while (n < 0 && errno == EINTR);
        if (n == 0)
                return 0;
        if (n != (ssize_t)sizeof *failure)
                set_failure(failure, "starting", EIO);
        failure->step[sizeof failure->step - 1] = '\0';
        return -failure->error;
}

static int launch(Start *s, pid_t *ret_pid, ProcFailure *failure) {
        pid_t kernel = getpid();
        pid_t pid = fork();
        int r;

        if (pid < 0) {
                r = -errno;
                set_failure(failure, "making a process", errno);
                return r;
        }
        if (pid == 0)
                run_child(s, kernel);
        close_fd(&s->report[1]);
        r = read_report(s->report[0], failure);
        if (r < 0)
                (void)waitpid(pid, NULL, 0);
        else
                *ret_pid = pid;
        return r;
}

int procs_start(Procs *p, const Channels *channels, uint32_t task, ProcFailure *ret_failure) {
        Proc *proc = &p->list[task];
        Start s = {
                .task = &p->sol->tasks[task],
                .boot = BOOT_PLAN_NULL,
                .null_fd = -1,
                .report = {-1, -1},
                .output = {{-1, -1}, {-1, -1}},
        };
        int r = prepare(&s, channels, task);

        if (r < 0)
                set_failure(ret_failure, "preparing", -r);
        else
                r = launch(&s, &proc->pid, ret_failure);
        if (r == 0) {
                for (size_t i = 0; i < 2; i++) {
                        proc->output[i] = s.output[i][0];
                        s.output[i][0] = -1;
                }
                p->n_running++;
        }
        unprepare(&s);
        return r;
}

const char *procs_explain(const ProcFailure *failure) {
        if (strcmp(failure->step, "executing") != 0)
                return failure->error == EMFILE || failure->error == ENFILE
                               ? "too many open files: raise the limit (ulimit -n)"
                               : strerror(failure->error);
        switch (failure->error) {
        case ENOENT:
                return "the file is there, but not the interpreter it names (its #! line, or the loader of "
                       "its ELF header)";
        case ENOEXEC:
                return "it is no program for this machine, and has no #! line";
        case EACCES:
                return "permission denied: by the file, by a folder above it, or by a noexec mount";
        case ETXTBSY:
                return "the file is still open for writing";
        default:
                return strerror(failure->error);
        }
}

/* --- ends --- */

static uint32_t task_of(const Procs *p, pid_t pid) {
        for (uint32_t i = 0; i < p->sol->n_tasks; i++)
                if (p->list[i].pid == pid)
                        return i;
        return SOL_NOBODY;
}

/* Looks first and reaps last: until then the number belongs to the process, so the signal to its
 * group (what it forked, and what must end with it) can't hit anybody else. */
bool procs_reap(Procs *p, uint32_t *ret_task) {
        siginfo_t info = {.si_pid = 0};
        uint32_t task;
        int status;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
                return false;
        task = task_of(p, info.si_pid);
        if (task != SOL_NOBODY)
                (void)kill(-info.si_pid, SIGKILL);
        if (waitpid(info.si_pid, &status, 0) < 0)
                return false;
        if (task != SOL_NOBODY) {
                p->list[task].pid = 0;
                p->list[task].has_ended = true;
                p->list[task].status = status;
                p->n_running--;
        }
        *ret_task = task;
        return true;
}

void procs_signal(const Procs *p, uint32_t task, int sig) {
        if (p->list[task].pid)
                (void)kill(-p->list[task].pid, sig);
}

void procs_signal_all(const Procs *p, int sig) {
        for (uint32_t i = 0; p->list && i < p->sol->n_tasks; i++)
                procs_signal(p, i, sig);
}

/* Returns how many it found. */
static size_t kill_children(void) {
        DIR *dir = opendir("/proc");
        const struct dirent *entry;
        size_t n = 0;

        if (!dir)
                return 0;
        while ((entry = readdir(dir))) {
                pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

                if (pid <= 0 || procfs_number(pid, 0, "PPid:") != (uint64_t)getpid())
                        continue;
                (void)kill(pid, SIGKILL);
                n++;
        }
        (void)closedir(dir);
        return n;
}

/* Each round ends one generation: the children of what was killed become ours. */
void procs_end_leftovers(void) {
        while (kill_children() > 0)
                (void)waitpid(-1, NULL, 0);
}
