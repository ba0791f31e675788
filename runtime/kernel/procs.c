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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/boot_block.h"
#include "boot_write.h"
#include "bounds.h"
#include "chamber.h"
#include "chamber_seccomp.h"
#include "consoles.h"
#include "grants.h"
#include "links.h"
#include "procfs.h"
#include "transport/chan_layout.h"
#include "transport/family.h"

/* What every program finds in its environment besides init.yaml's `env`, which wins. The last ones
 * are taken over from the caller, if set there: they steer the sanitizers of test builds. */
static const char *const default_env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};
static const char *const passed_env[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))

/* Everything that one start needs; the descriptors are the parent's. */
typedef struct Start {
        const SolTask *task;
        char **argv, **envp;
        char *preload, *given; /* its variables; NULL: none */
        const Procs *procs;
        uint32_t layers;
        Limits limits;
        int grant_fds[INIT_GRANTS_MAX];
        int group_fd;
        BootPlan boot;
        RootPlan root;
        int input_fd, report[2];
        int output[2][2]; /* stdout, stderr: read end, write end */
        int console[2];   /* likewise; -1: none */
        int family_fd;    /* -1: it may not fork */
        int *fds;
} Start;

/* What its system call filter lets through. */
static uint32_t extras_of(const SolTask *task) {
        uint32_t extras = (task->has_network ? SECCOMP_NETWORK : 0) | (task->may_fork ? SECCOMP_FORK : 0);

        for (uint32_t i = 0; i < task->n_grants; i++)
                extras |= task->grants[i].extras;
        return extras;
}

int procs_init(Procs *p, const Solution *sol, uint32_t layers) {
        int r = 0;

        *p = (Procs){.sol = sol,
                .layers = layers,
                .groups = GROUPS_NULL,
                .list = calloc(sol->n_tasks + 1u, sizeof *p->list)};
        if (!p->list)
                return -ENOMEM;
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                p->list[i] = (Proc){.output = {-1, -1}, .console = -1};
        if (!(layers & LAYER_SECCOMP))
                return 0;
        for (uint32_t i = 0; r == 0 && i < sol->n_tasks; i++) {
                uint32_t extras = extras_of(&sol->tasks[i]);

                if (p->filters[extras].len == 0)
                        r = seccomp_make(&p->filters[extras], extras);
        }
        return r;
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
        for (size_t i = 0; i < ARRAY_SIZE(p->filters); i++)
                seccomp_unmake(&p->filters[i]);
        groups_deinit(&p->groups);
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

static int add_preload(Start *s, size_t place) {
        const char *library = s->layers & LAYER_ROOT ? ROOT_PRELOADED : s->task->preload;

        if (asprintf(&s->preload, "LD_PRELOAD=%s", library) < 0)
                return -ENOMEM;
        s->envp[place] = s->preload;
        return 0;
}

static int add_given(Start *s, size_t place) {
        char *names = root_plan_names(&s->root);
        int n = names ? asprintf(&s->given, "%s=%s", ROOT_VARIABLE, names) : -1;

        free(names);
        if (n < 0) {
                s->given = NULL;
                return -ENOMEM;
        }
        s->envp[place] = s->given;
        return 0;
}

static int build_envp(Start *s) {
        size_t n = 0;
        int r = 0;

        s->envp = calloc(
                s->task->env.n_items + ARRAY_SIZE(default_env) + ARRAY_SIZE(passed_env) + 3, sizeof *s->envp);
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
        if (s->task->preload)
                r = add_preload(s, n++);
        return r == 0 && s->root.n_names ? add_given(s, n) : r;
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

/* Both ends are non-blocking: the process has others to serve while one waits. */
static int open_console(int ret_ends[2]) {
        return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_ends) < 0 ? -errno
                                                                                                   : 0;
}

/* 0 … 2, the boot block at BOOT_FD, the channels' descriptors, the report. */
static int build_fds(Start *s) {
        size_t n = 0;

        s->fds = calloc(BOOT_FD + 2u + s->boot.n_fds, sizeof *s->fds);
        if (!s->fds)
                return -ENOMEM;
        s->fds[n++] = s->input_fd;
        s->fds[n++] = s->output[0][1];
        s->fds[n++] = s->output[1][1];
        s->fds[n++] = s->boot.block_fd;
        for (uint32_t i = 0; i < s->boot.n_fds; i++)
                s->fds[n++] = s->boot.fds[i];
        s->fds[n] = s->report[1];
        return 0;
}

static int open_input(Start *s) {
        s->input_fd = s->task->has_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                         : open("/dev/null", O_RDONLY | O_CLOEXEC);
        return s->input_fd < 0 ? -errno : 0;
}

/* Everything that bounds what it forks must be there: its namespace ends them, the filter keeps them in. */
static bool may_fork(const Start *s) {
        const uint32_t bounds = LAYER_USER | LAYER_PID | LAYER_SECCOMP;

        return s->task->may_fork && (s->layers & bounds) == bounds;
}

static int prepare(Start *s, const Channels *channels, uint32_t task) {
        int r;

        r = consoles_wants(s->task) ? open_console(s->console) : 0;
        if (r == 0 && may_fork(s))
                r = family_create(&s->family_fd);
        if (r == 0)
                r = boot_plan_init(
                        &s->boot, channels, task, s->layers, s->grant_fds, s->console[1], s->family_fd);
        if (r == 0)
                r = build_argv(s);
        if (r == 0)
                r = build_envp(s);
        if (r == 0)
                r = open_output(s->output[0]);
        if (r == 0)
                r = open_output(s->output[1]);
        if (r == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s->report) < 0)
                r = -errno;
        if (r == 0)
                r = open_input(s);
        return r ? r : build_fds(s);
}

static void unprepare(Start *s) {
        for (size_t i = 0; i < 2; i++) {
                close_fd(&s->output[i][0]);
                close_fd(&s->output[i][1]);
                close_fd(&s->report[i]);
                close_fd(&s->console[i]);
        }
        close_fd(&s->input_fd);
        close_fd(&s->group_fd);
        close_fd(&s->family_fd);
        grants_close(s->task, s->grant_fds);
        boot_plan_deinit(&s->boot);
        root_plan_deinit(&s->root);
        free(s->argv);
        free(s->envp);
        free(s->preload);
        free(s->given);
        free(s->fds);
}

/* --- the child --- */

/* Where the program is, seen from its chamber. */
static const char *program_of(const Start *s) {
        return s->layers & LAYER_ROOT ? s->root.list[0].target : s->task->executable;
}

static _Noreturn void run_child(Start *s) {
        Chamber chamber = {
                .fds = s->fds,
                .n_fds = BOOT_FD + 2u + s->boot.n_fds,
                .layers = s->layers,
                .limits = s->limits,
                .group_fd = s->group_fd,
                .has_network = s->task->has_network,
                .root = &s->root,
                .filter = &s->procs->filters[extras_of(s->task)],
        };
        ChamberReport report = {.error = 0};
        const char *step = chamber_enter(&chamber);
        ssize_t written;

        if (!step) {
                (void)execve(program_of(s), s->argv, s->envp);
                step = "executing";
        }
        report.error = errno;
        (void)snprintf(report.step, sizeof report.step, "%s", step);
        if (chamber.object)
                (void)snprintf(report.object, sizeof report.object, "%.255s", chamber.object);
        written = write(chamber.fds[chamber.n_fds - 1], &report, sizeof report);
        _exit(written == (ssize_t)sizeof report ? 127 : 126);
}

/* --- the parent --- */

static void set_failure(ProcFailure *failure, const char *step, const char *object, int error) {
        *failure = (ProcFailure){.error = error};
        (void)snprintf(failure->step, sizeof failure->step, "%s", step);
        (void)snprintf(failure->object, sizeof failure->object, "%s", object);
}

/* One report. 1: came, 0: there are no more, negative errno. */
static int read_report(int fd, ChamberReport *report) {
        ssize_t n;

        do
                n = read(fd, report, sizeof *report);
        while (n < 0 && errno == EINTR);
        if (n == 0)
                return 0;
        if (n != (ssize_t)sizeof *report)
                return -EIO;
        report->step[sizeof report->step - 1] = '\0';
        report->object[sizeof report->object - 1] = '\0';
        return 1;
}

/* The first child has done its work, and counts no longer when the process goes on. */
static void take_process(int fd, pid_t first, Proc *proc, const ChamberReport *report) {
        proc->pid = report->pid;
        proc->init = report->init;
        (void)waitpid(first, NULL, 0);
        (void)send(fd, "", 1, MSG_NOSIGNAL); /* it may have died: then it reports no more either */
}

/* Until the last one who could report is gone or has become the program. 0: the program runs. */
static int read_reports(int fd, pid_t first, Proc *proc, ProcFailure *failure) {
        ChamberReport report;
        int r, result = 0;

        while ((r = read_report(fd, &report)) > 0) {
                if (report.pid) {
                        take_process(fd, first, proc, &report);
                        continue;
                }
                set_failure(failure, report.step, report.object, report.error);
                result = -report.error;
        }
        if (r < 0)
                set_failure(failure, "starting", "", -r);
        return r < 0 ? r : result;
}

static void end_child(pid_t pid) {
        if (pid == 0)
                return;
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
}

/* What a failed start has left of a process. */
static void discard(Proc *proc) {
        end_child(proc->pid);
        end_child(proc->init);
        proc->pid = 0;
        proc->init = 0;
}

/* The first child is gone when the program runs in a namespace: its siblings are the process and its init. */
static int launch(Start *s, Proc *proc, ProcFailure *failure) {
        pid_t pid = fork();
        int r;

        if (pid < 0) {
                r = -errno;
                set_failure(failure, "making a process", "", -r);
                return r;
        }
        if (pid == 0)
                run_child(s);
        close_fd(&s->report[1]);
        r = read_reports(s->report[0], pid, proc, failure);
        if (!proc->pid)
                proc->pid = pid;
        if (r < 0)
                discard(proc);
        return r;
}

static int plan_root(Start *s, ProcFailure *failure) {
        int r = 0;

        if (s->layers & (LAYER_ROOT | LAYER_LANDLOCK))
                r = root_plan_init(&s->root, s->task->executable, s->task->preload);
        if (r == 0 && (s->layers & LAYER_ROOT))
                r = root_plan_give(&s->root, s->task->given, s->task->n_given);
        if (r < 0)
                set_failure(failure, r == -ENOENT ? "finding a library" : "planning its root", s->root.object,
                        -r);
        return r;
}

static uint32_t layers_of(const Procs *p, const SolTask *task) {
        return task->has_network ? p->layers & ~LAYER_NET : p->layers;
}

/* Addresses of its channels, with one to the kernel process; twice, because each may have two legs. And of
 * the table of its handles. */
static uint64_t shared_of(const Channels *channels, uint32_t task) {
        uint64_t n = 0;

        for (uint32_t i = 0; i < channels->n_channels; i++) {
                const SolChannel *sol = channels->list[i].sol;

                n += sol->client == task || sol->server == task;
        }
        return 2 * (n + 1) * CHAN_SIZE +
               (channels->servers[task].held.entries ? held_size(channels->sol->n_tasks) : 0);
}

static Limits limits_of(const Channels *channels, uint32_t task) {
        const SolLimits *limits = &channels->sol->tasks[task].limits;

        return (Limits){
                .memory = limits->memory,
                .threads = limits->pids,
                .files = limits->files,
                .shared = shared_of(channels, task),
                .later = channels->kernel.core_fds[task] < 0 ? 0 : LINKS_ADDRESSES_MAX,
        };
}

static int open_grants(Start *s, ProcFailure *failure) {
        const char *object = "";
        int r = grants_open(s->task, s->grant_fds, &s->limits.file_size, &object);

        if (r < 0)
                set_failure(failure, "opening its file", object, -r);
        return r;
}

static int join_group(Start *s, Procs *p, uint32_t task, ProcFailure *failure) {
        const char *object = "";
        SolLimits limits = s->task->limits;
        int r;

        if (may_fork(s)) { /* each process has its own limit of memory otherwise */
                limits.memory = limits.memory ? limits.memory : LIMITS_MEMORY;
                limits.pids = limits.pids ? limits.pids : LIMITS_THREADS;
        }
        r = groups_add(&p->groups, task, &limits, &s->group_fd, &object);

        if (r < 0)
                set_failure(failure, "making its control group", object, -r);
        return r;
}

int procs_start(Procs *p, const Channels *channels, uint32_t task, ProcFailure *ret_failure) {
        Proc *proc = &p->list[task];
        Start s = {
                .procs = p,
                .task = &p->sol->tasks[task],
                .layers = layers_of(p, &p->sol->tasks[task]),
                .limits = limits_of(channels, task),
                .group_fd = -1,
                .boot = BOOT_PLAN_NULL,
                .input_fd = -1,
                .report = {-1, -1},
                .output = {{-1, -1}, {-1, -1}},
                .console = {-1, -1},
                .family_fd = -1,
        };
        int r = open_grants(&s, ret_failure);

        if (r == 0)
                r = plan_root(&s, ret_failure);
        if (r == 0) {
                r = prepare(&s, channels, task);
                if (r < 0)
                        set_failure(ret_failure, "preparing", "", -r);
        }
        if (r == 0)
                r = join_group(&s, p, task, ret_failure);
        if (r == 0)
                r = launch(&s, proc, ret_failure);
        if (r == 0) {
                for (size_t i = 0; i < 2; i++) {
                        proc->output[i] = s.output[i][0];
                        s.output[i][0] = -1;
                }
                proc->console = s.console[0];
                s.console[0] = -1;
                p->n_running++;
        }
        unprepare(&s);
        return r;
}

const char *procs_explain(const ProcFailure *failure) {
        if (strcmp(failure->step, "making namespaces") == 0 ||
                strcmp(failure->step, "building its root") == 0)
                return layer_table[0].explain(failure->error);
        if (strcmp(failure->step, "opening its file") == 0 && failure->error == EBUSY)
                return "another process has it, and one of both may write it";
        if (strcmp(failure->step, "making its control group") == 0)
                return groups_explain(failure->error);
        if (strncmp(failure->step, "limiting ", strlen("limiting ")) == 0 && failure->error == EPERM)
                return "the limit of `caisson` itself is lower: raise it (ulimit -H), or ask for less";
        if (strcmp(failure->step, "finding a library") == 0)
                return "it is in none of the folders where libraries are looked for; link it statically, or "
                       "name its folder with -Wl,-rpath";
        if (failure->error == ELIBBAD)
                return "the program names it as its loader or a library, and it is none for this machine";
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

/* With the init of its namespace everything in it ends. */
static void end_init(Proc *proc) {
        if (proc->init && kill(proc->init, SIGKILL) == 0)
                (void)waitpid(proc->init, NULL, 0);
        proc->init = 0;
}

/* One that somebody has killed: its number may soon be another's. */
static void forget_init(Procs *p, pid_t pid) {
        for (uint32_t i = 0; i < p->sol->n_tasks; i++)
                if (p->list[i].init == pid)
                        p->list[i].init = 0;
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
        forget_init(p, info.si_pid);
        if (task != SOL_NOBODY) {
                end_init(&p->list[task]);
                p->list[task].pid = 0;
                p->list[task].has_ended = true;
                p->list[task].status = status;
                groups_remove(&p->groups, task);
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
