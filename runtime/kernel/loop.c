/* SPDX-License-Identifier: MIT */
/*
 * Loop: start, events, stages, end.
 */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "consoles.h"
#include "endings.h"
#include "events.h"
#include "holdings.h"
#include "lives.h"
#include "rundir.h"

#define EVENTS_PER_TURN 64
#define FDS_PER_TASK    3u  /* output pipes and a console that stay open */
#define FDS_OF_OUR_OWN  64u /* epoll, signals, timers, standard files, and what one start needs for itself */

typedef enum Stage { STAGE_RUNNING, STAGE_STOPPING, STAGE_KILLING } Stage;

typedef struct Loop {
        const Solution *sol;
        LoopOptions options;
        Channels channels;
        Mediator mediator;
        Procs procs;
        Output output;
        Consoles consoles;
        Waits waits;
        Lives lives;
        Endings endings;
        unsigned grace_ms; /* of those that were asked to end last */
        int epoll_fd, signal_fd, stop_fd, waits_fd, lives_fd;
        Stage stage;
        bool has_clients;   /* otherwise every process counts as one */
        uint32_t n_awaited; /* processes whose end ends the run */
        int client_status;  /* exit status of the first awaited one that failed */
        int forced_status;  /* exit status that overrules the clients'; 0: none */
        bool is_abandoned;  /* asked twice to stop: don't even wait for our own output */
} Loop;

static uint64_t now_ms(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* --- getting ready --- */

/* Descriptors that one start opens for a process beside those of the channels: status pages, granted files.
 */
static uint32_t count_start_fds(const Solution *sol) {
        uint32_t most = 0;

        for (uint32_t i = 0; i < sol->n_tasks; i++) {
                uint32_t n = sol->tasks[i].n_channels + sol->tasks[i].n_grants;

                most = n > most ? n : most;
        }
        return most;
}

/* The whole number of descriptors is known before the start, so running out is said in time. */
static int raise_fd_limit(const Solution *sol) {
        rlim_t want =
                channels_count_fds(sol) + sol->n_tasks * FDS_PER_TASK + count_start_fds(sol) + FDS_OF_OUR_OWN;
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return -errno;
        if (limit.rlim_max < want) {
                (void)fprintf(stderr,
                        "caisson: the solution needs %llu open files, the limit is %llu: raise it (ulimit "
                        "-Hn)\n",
                        (unsigned long long)want, (unsigned long long)limit.rlim_max);
                return -EMFILE;
        }
        limit.rlim_cur = limit.rlim_max;
        return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

/* Children that lose their parent come to us, so that none is left behind. */
static int take_signals(int *ret_fd) {
        static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
        sigset_t set;
        int fd;

        sigemptyset(&set);
        for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
                sigaddset(&set, handled[i]);
        (void)signal(SIGPIPE, SIG_IGN);
        (void)signal(SIGCHLD, SIG_DFL);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
                return -errno;
        fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

static int make_timer(int *ret_fd) {
        *ret_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        return *ret_fd < 0 ? -errno : 0;
}

static void set_timer(int fd, unsigned ms) {
        struct itimerspec at = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}};

        (void)timerfd_settime(fd, 0, &at, NULL);
}

static int open_events(Loop *l) {
        int r;

        l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (l->epoll_fd < 0)
                return -errno;
        r = take_signals(&l->signal_fd);
        if (r == 0)
                r = make_timer(&l->stop_fd);
        if (r == 0)
                r = make_timer(&l->waits_fd);
        if (r == 0)
                r = make_timer(&l->lives_fd);
        if (r == 0)
                r = events_add(l->epoll_fd, l->lives_fd, EPOLLIN, EVENT_LIVES_TIMER, 0);
        if (r == 0)
                r = events_add(l->epoll_fd, l->signal_fd, EPOLLIN, EVENT_SIGNAL, 0);
        if (r == 0)
                r = events_add(l->epoll_fd, l->stop_fd, EPOLLIN, EVENT_STOP_TIMER, 0);
        return r ? r : events_add(l->epoll_fd, l->waits_fd, EPOLLIN, EVENT_WAITS_TIMER, 0);
}

/* Strictly all of them: the start says which one is not to be had. */
static uint32_t choose_layers(Loop *l) {
        uint32_t found;

        if (l->options.isolation == ISOLATION_NONE)
                return 0;
        if (l->options.isolation == ISOLATION_STRICT)
                return LAYER_ALL;
        found = layers_probe_all();
        for (uint32_t i = 0; i < layer_count; i++)
                if (!(found & layer_table[i].bit))
                        output_say(&l->output,
                                "degraded isolation: no %s, which keeps out %s (caisson doctor)",
                                layer_table[i].name, layer_table[i].keeps);
        return found;
}

static bool wants_limits(const Solution *sol) {
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                if (sol->tasks[i].limits.at.line)
                        return true;
        return false;
}

/* What a limit is not going to do, where that is no reason to stop. */
static void say_missing_limits(Loop *l) {
        const Groups *groups = &l->procs.groups;

        for (uint32_t i = 0; i < l->sol->n_tasks; i++) {
                const SolTask *task = &l->sol->tasks[i];

                if (task->limits.pids && !(l->procs.layers & LAYER_USER))
                        output_say(&l->output, "degraded isolation: the threads of %s are not limited",
                                task->name.text);
                if (task->limits.cpu && !(groups->controllers & GROUP_CPU))
                        output_say(&l->output, "degraded isolation: the share of %s is not limited: %s",
                                task->name.text, groups_explain(groups->error));
        }
}

static void make_groups(Loop *l) {
        Groups *groups = &l->procs.groups;

        if (!wants_limits(l->sol))
                return;
        if (l->procs.layers && !groups_init(groups, NULL) && l->options.is_verbose)
                output_say(&l->output, "no control groups, memory and threads are limited without: %s",
                        groups_explain(groups->error));
        groups->is_optional = l->options.isolation != ISOLATION_STRICT;
        if (l->options.isolation == ISOLATION_DEGRADED)
                say_missing_limits(l);
}

static int loop_init(Loop *l, const Solution *sol, const LoopOptions *options) {
        ChannelsPolicy policy = mediator_policy(options->judge, sol);
        int r;

        *l = (Loop){.sol = sol,
                .options = *options,
                .channels = CHANNELS_NULL,
                .mediator = MEDIATOR_NULL,
                .procs = PROCS_NULL,
                .output = OUTPUT_NULL,
                .consoles = CONSOLES_NULL,
                .waits = WAITS_NULL,
                .lives = LIVES_NULL,
                .endings = ENDINGS_NULL,
                .epoll_fd = -1,
                .signal_fd = -1,
                .stop_fd = -1,
                .waits_fd = -1,
                .lives_fd = -1};
        for (uint32_t i = 0; i < sol->n_tasks; i++)
                l->has_clients |= solution_starts_first(&sol->tasks[i]) && solution_is_client(&sol->tasks[i]);
        r = raise_fd_limit(sol);
        if (r == 0)
                r = lives_init(&l->lives, sol);
        if (r == 0)
                r = endings_init(&l->endings, sol);
        if (r == 0)
                r = open_events(l);
        if (r == 0)
                r = output_init(&l->output, &options->output, l->epoll_fd, sol->n_tasks);
        if (r == 0)
                r = consoles_init(&l->consoles, sol, &l->output, l->epoll_fd);
        if (r == 0 && options->audit)
                r = events_add(l->epoll_fd, audit_fd(options->audit), EPOLLIN, EVENT_AUDIT, 0);
        if (r == 0)
                r = channels_init(&l->channels, sol, &policy);
        if (r == 0)
                r = procs_init(&l->procs, sol, choose_layers(l));
        if (r == 0)
                make_groups(l);
        return r ? r : waits_init(&l->waits, &l->channels, &l->procs, mediator_late_calls, &l->mediator);
}

static void loop_deinit(Loop *l) {
        int fds[] = {l->epoll_fd, l->signal_fd, l->stop_fd, l->waits_fd, l->lives_fd};

        waits_deinit(&l->waits);
        procs_deinit(&l->procs);
        mediator_stop(&l->mediator);
        channels_deinit(&l->channels);
        consoles_deinit(&l->consoles);
        output_deinit(&l->output);
        lives_deinit(&l->lives);
        endings_deinit(&l->endings);
        for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
                if (fds[i] >= 0)
                        (void)close(fds[i]);
}

/* --- stages --- */

static bool is_awaited(const Loop *l, uint32_t task) {
        return !l->has_clients || solution_is_client(&l->sol->tasks[task]);
}

/* It was to be started again, and is not any more. */
static void stay_away(void *arg, uint32_t task) {
        Loop *l = arg;

        l->n_awaited -= is_awaited(l, task);
}

static bool runs(const void *arg, uint32_t task) {
        const Loop *l = arg;

        return l->procs.list[task].pid != 0;
}

static void ask_to_end(void *arg, uint32_t task) {
        Loop *l = arg;
        unsigned grace_ms = solution_is_client(&l->sol->tasks[task]) ? LOOP_GRACE_MS : LOOP_SERVER_GRACE_MS;

        l->grace_ms = grace_ms > l->grace_ms ? grace_ms : l->grace_ms;
        procs_signal(&l->procs, task, SIGTERM);
}

/* Those whom nobody needs any more. */
static void ask_next(Loop *l) {
        l->grace_ms = 0;
        if (endings_tell(&l->endings, runs, ask_to_end, l) > 0)
                set_timer(l->stop_fd, l->grace_ms);
}

static void stop(Loop *l, int forced_status) {
        if (l->stage != STAGE_RUNNING)
                return;
        l->stage = STAGE_STOPPING;
        l->forced_status = forced_status;
        lives_cancel(&l->lives, stay_away, l);
        ask_next(l);
}

/* Those that were asked had their time. */
static void end_slow_ones(Loop *l) {
        for (uint32_t i = 0; i < l->sol->n_tasks; i++)
                if (l->endings.was_told[i])
                        procs_signal(&l->procs, i, SIGKILL);
        set_timer(l->stop_fd, LOOP_GRACE_MS);
}

static void kill_all(Loop *l) {
        if (l->stage == STAGE_RUNNING)
                stop(l, 0);
        l->stage = STAGE_KILLING;
        procs_signal_all(&l->procs, SIGKILL);
}

/* --- starting --- */

static int start_task(Loop *l, uint32_t i) {
        const SolTask *task = &l->sol->tasks[i];
        Proc *proc = &l->procs.list[i];
        ProcFailure failure;
        int r;

        r = procs_start(&l->procs, &l->channels, i, &failure);
        if (r < 0) {
                output_say(&l->output, "%s can't be started: %s %s: %s", task->name.text, failure.step,
                        failure.object[0] ? failure.object : task->executable, procs_explain(&failure));
                return r;
        }
        if (l->options.is_verbose)
                output_say(&l->output, "%s started as process %ld: %s", task->name.text, (long)proc->pid,
                        task->executable);
        r = output_add_task(&l->output, i, task->name.text, proc->output);
        if (r == 0) {
                r = consoles_add(&l->consoles, i, proc->console);
                proc->console = -1;
        }
        proc->output[0] = proc->output[1] = -1;
        lives_began(&l->lives, i, now_ms());
        return r;
}

/* The policy is asked about all starts before the first one: none of them sees a part of a solution. */
static bool may_start(Loop *l) {
        JudgeText *why = malloc(sizeof *why);
        bool is_granted = why != NULL;

        if (!why)
                output_say(&l->output, "not enough memory");
        else if (!judge_boot(l->options.judge, why)) {
                is_granted = false;
                output_say(
                        &l->output, "the policy denies the start of the kernel or of Einit: %s", why->text);
        }
        for (uint32_t i = 0; is_granted && i < l->sol->n_tasks; i++) {
                uint32_t task = l->sol->order[i];

                if (!solution_starts_first(&l->sol->tasks[task]))
                        continue;
                is_granted = judge_execute(l->options.judge, task, why);
                if (!is_granted)
                        output_say(&l->output, "%s can't be started, the policy denies it: %s",
                                l->sol->tasks[task].name.text, why->text);
        }
        free(why);
        return is_granted;
}

static void say_policy(Loop *l) {
        JudgeCounts n = judge_count_paths(l->options.judge);

        if (!l->options.judge && l->options.needs_no_policy)
                return;
        if (!l->options.judge)
                output_say(&l->output, "NO POLICY: every process may call whatever it has a channel to");
        else if (l->options.is_verbose)
                output_say(&l->output,
                        "policy: of the methods of all channels %u are direct, %u direct with the server's "
                        "own "
                        "handles, %u judged on the way there, %u on both ways; %u are always denied",
                        n.n_direct, n.n_use, n.n_straight, n.n_both, n.n_denied);
        if (l->options.is_permissive)
                output_say(&l->output, "PERMISSIVE: what the policy denies is said and done all the same");
}

/* Nothing of a solution runs on when a part of it can't be started. */
static int start_all(Loop *l) {
        int r;

        say_policy(l);
        if (!may_start(l)) {
                stop(l, LOOP_EXIT_POLICY);
                return 0;
        }
        for (uint32_t i = 0; i < l->sol->n_tasks; i++)
                output_set_width(&l->output, l->sol->tasks[i].name.text);
        for (uint32_t i = 0; i < l->sol->n_tasks; i++) {
                if (!solution_starts_first(&l->sol->tasks[l->sol->order[i]]))
                        continue;
                r = start_task(l, l->sol->order[i]);
                l->n_awaited += l->procs.list[l->sol->order[i]].pid != 0 && is_awaited(l, l->sol->order[i]);
                output_flush(&l->output);
                if (r == 0)
                        continue;
                stop(l, LOOP_EXIT_SYSTEM);
                break;
        }
        if (l->channels.n_channels)
                set_timer(l->waits_fd, WAITS_IDLE_MS);
        r = mediator_start(&l->mediator, &l->channels, &l->procs, l->options.judge);
        if (r == 0 && mediator_timer_fd(&l->mediator) >= 0)
                r = events_add(l->epoll_fd, mediator_timer_fd(&l->mediator), EPOLLIN, EVENT_CORE_TIMER, 0);
        if (r == 0 && mediator_orders_fd(&l->mediator) >= 0)
                r = events_add(l->epoll_fd, mediator_orders_fd(&l->mediator), EPOLLIN, EVENT_ORDERS, 0);
        if (r == 0)
                r = channels_all_started(&l->channels);
        return r || !l->options.audit ? r : audit_start(l->options.audit);
}

/* --- what processes want done with others --- */

/* What the second life of a process is born with. */
static int renew(Loop *l, uint32_t i) {
        int r = channels_renew(&l->channels, i);

        if (r == 0)
                r = mediator_renew(&l->mediator, i);
        if (r < 0)
                output_say(&l->output, "%s can't be started again: %s", l->sol->tasks[i].name.text,
                        strerror(-r));
        return r;
}

/* A failure is the affair of the one that wanted it, and one of showing the output is no failure: the process
 * runs. */
static bool begin_life(Loop *l, uint32_t i) {
        bool has_begun = (!l->procs.list[i].has_ended || renew(l, i) == 0) &&
                         (start_task(l, i) == 0 || l->procs.list[i].pid != 0);

        if (l->procs.list[i].has_ended || has_begun)
                channels_started(&l->channels, i);
        return has_begun;
}

/* Nothing begins any more when the solution is to end. */
static void start_later(Loop *l, uint32_t i) {
        bool has_started = l->stage == STAGE_RUNNING && begin_life(l, i);

        l->n_awaited += has_started && is_awaited(l, i);
        mediator_started(&l->mediator, i, has_started);
}

static void follow_orders(Loop *l) {
        uint32_t task;
        uint8_t order;

        while ((order = mediator_take_order(&l->mediator, &task)) != 0) {
                if (order & ORDER_START)
                        start_later(l, task);
                if (order & ORDER_END)
                        procs_signal(&l->procs, task, SIGKILL);
        }
}

/* --- ends --- */

static int exit_status(int status) {
        return WIFSIGNALED(status) ? LOOP_EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static void say_end(Loop *l, uint32_t i, uint32_t n_channels, LivesNext next) {
        static const char *const nexts[] = {
                [LIVES_OVER] = "", [LIVES_AGAIN] = "; it starts again", [LIVES_GIVEN_UP] = "; it stays away"};
        const char *name = l->sol->tasks[i].name.text;
        int status = l->procs.list[i].status;
        char tail[96] = "";

        if (n_channels)
                (void)snprintf(tail, sizeof tail, "; %u channel%s closed%s", n_channels,
                        n_channels == 1 ? " is" : "s are", nexts[next]);
        else
                (void)snprintf(tail, sizeof tail, "%s", nexts[next]);
        if (WIFSIGNALED(status))
                output_say(&l->output, "%s was killed by signal %d (%s)%s%s", name, WTERMSIG(status),
                        strsignal(WTERMSIG(status)), WCOREDUMP(status) ? ", core dumped" : "", tail);
        else if (WEXITSTATUS(status) || l->options.is_verbose || next != LIVES_OVER)
                output_say(&l->output, "%s ended with exit code %d%s", name, WEXITSTATUS(status), tail);
}

/* What comes next only comes with the solution running. */
static LivesNext choose_next(Loop *l, uint32_t i) {
        return l->stage == STAGE_RUNNING ? lives_ended(&l->lives, i, l->procs.list[i].status, now_ms())
                                         : LIVES_OVER;
}

static void set_lives_timer(Loop *l) {
        uint64_t now = now_ms(), due = lives_next_due(&l->lives);

        if (due != LIVES_NEVER)
                set_timer(l->lives_fd, due > now ? (unsigned)(due - now) : 1);
}

/* One that whoever runs the solution waits for, for good. */
static void count_end(Loop *l, uint32_t i) {
        if (!is_awaited(l, i))
                return;
        /* How a process ends that another one started is that one's affair. */
        if (l->stage == STAGE_RUNNING && l->client_status == 0 && solution_starts_first(&l->sol->tasks[i]))
                l->client_status = exit_status(l->procs.list[i].status);
        l->n_awaited--;
        if (l->n_awaited == 0 && !l->options.keep)
                stop(l, 0);
}

static void task_ended(Loop *l, uint32_t i) {
        int status = l->procs.list[i].status;
        bool was_told = l->stage != STAGE_RUNNING && WIFSIGNALED(status) &&
                        (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGKILL);
        LivesNext next = choose_next(l, i);
        uint32_t n_channels;

        /* Who hears of the end may create it again at once: nothing of the old life may come after that. */
        judge_task_died(l->options.judge, i);
        n_channels = channels_task_died(&l->channels, i);
        mediator_task_died(&l->mediator, i, status);
        consoles_drain(&l->consoles);
        output_task_ended(&l->output, i);
        if (!was_told || l->options.is_verbose)
                say_end(l, i, n_channels, next);
        if (next == LIVES_AGAIN)
                set_lives_timer(l);
        else
                count_end(l, i);
        if (l->stage == STAGE_STOPPING)
                ask_next(l);
}

static void reap(Loop *l) {
        uint32_t task;

        while (procs_reap(&l->procs, &task))
                if (task != SOL_NOBODY)
                        task_ended(l, task);
}

/* --- second lives --- */

/* The policy decides about each life anew. */
static bool may_live(Loop *l, uint32_t i) {
        JudgeText *why = malloc(sizeof *why);
        bool is_granted = why && judge_execute(l->options.judge, i, why);

        if (!is_granted)
                output_say(&l->output, "%s can't be started again%s%s", l->sol->tasks[i].name.text,
                        why ? ", the policy denies it: " : ": not enough memory", why ? why->text : "");
        free(why);
        return is_granted;
}

/* A start that failed leaves nothing behind. */
static void start_again(Loop *l, uint32_t i) {
        LivesNext next = LIVES_GIVEN_UP;

        if (may_live(l, i)) {
                if (begin_life(l, i))
                        return;
                next = lives_failed(&l->lives, i, now_ms());
        }
        judge_task_died(l->options.judge, i);
        mediator_task_died(&l->mediator, i, l->procs.list[i].status);
        if (next == LIVES_GIVEN_UP)
                count_end(l, i);
}

/* Each once: one that can't be started, and has no delay, is due again at once, and others are to be heard
 * before that. */
static void start_due(Loop *l) {
        uint64_t now = now_ms();
        uint32_t i = 0;

        while (l->stage == STAGE_RUNNING && (i = lives_take_due(&l->lives, i, now)) != SOL_NOBODY)
                start_again(l, i++);
        set_lives_timer(l);
}

/* --- who waits for whom --- */

static void say_line(void *userdata, const char *line) {
        output_say(userdata, "%s", line);
}

static void look_at_waits(Loop *l) {
        uint64_t now = now_ms();

        waits_sample(&l->waits, now);
        if (waits_find_deadlock(&l->waits, now, say_line, &l->output) == WAITS_DEADLOCK &&
                l->options.stop_on_deadlock)
                stop(l, LOOP_EXIT_DEADLOCK);
        if (l->stage == STAGE_RUNNING)
                set_timer(l->waits_fd, l->waits.n_calls ? WAITS_BUSY_MS : WAITS_IDLE_MS);
}

static void print_waits(Loop *l) {
        waits_sample(&l->waits, now_ms());
        waits_print(&l->waits, now_ms(), say_line, &l->output);
        holdings_print(&l->mediator, say_line, &l->output);
}

/* --- events --- */

/* The first request asks the processes to end, the second one doesn't. */
static void stop_by_signal(Loop *l, int sig) {
        if (l->stage == STAGE_RUNNING) {
                if (l->options.is_verbose)
                        output_say(&l->output, "stopping");
                /* With --keep this is how a run ends, and the clients may have had their say. */
                stop(l, l->n_awaited ? LOOP_EXIT_SIGNAL + sig : 0);
                return;
        }
        kill_all(l);
        l->is_abandoned = true;
}

static void signals_ready(Loop *l) {
        struct signalfd_siginfo info;

        while (read(l->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
                if (info.ssi_signo == SIGCHLD)
                        reap(l);
                else if (info.ssi_signo == SIGQUIT)
                        print_waits(l);
                else
                        stop_by_signal(l, (int)info.ssi_signo);
        }
}

static void read_timer(int fd) {
        uint64_t n_expired;
        ssize_t n = read(fd, &n_expired, sizeof n_expired);

        (void)n; /* set anew meanwhile: nothing to read */
}

static void say_audit(Loop *l) {
        AuditLine line;

        while (l->options.audit && audit_take_line(l->options.audit, &line))
                output_say(&l->output, "%s", line.text);
}

static void handle(Loop *l, const struct epoll_event *ev) {
        uint32_t index = (uint32_t)ev->data.u64;

        switch (ev->data.u64 >> 32) {
        case EVENT_SIGNAL:
                signals_ready(l);
                break;
        case EVENT_STOP_TIMER:
                read_timer(l->stop_fd);
                end_slow_ones(l);
                break;
        case EVENT_WAITS_TIMER:
                read_timer(l->waits_fd);
                look_at_waits(l);
                break;
        case EVENT_LIVES_TIMER:
                read_timer(l->lives_fd);
                start_due(l);
                break;
        case EVENT_CORE_TIMER:
                mediator_expire(&l->mediator);
                break;
        case EVENT_ORDERS:
                follow_orders(l);
                break;
        case EVENT_STREAM:
                output_stream_ready(&l->output, index);
                break;
        case EVENT_CONSOLE:
                consoles_ready(&l->consoles, index);
                break;
        case EVENT_AUDIT:
                say_audit(l);
                break;
        case EVENT_SINK:
                output_sink_ready(&l->output, index);
                consoles_resume(&l->consoles);
                break;
        default:
                break;
        }
}

static bool is_over(const Loop *l) {
        return l->procs.n_running == 0 && l->lives.n_due == 0 &&
               (l->is_abandoned || output_is_idle(&l->output));
}

/* What escaped its session may hold a stream open for ever. */
static void end_leftovers(Loop *l, bool *is_done) {
        if (l->procs.n_running || l->lives.n_due || *is_done)
                return;
        procs_end_leftovers();
        *is_done = true;
}

static int loop_turns(Loop *l) {
        struct epoll_event events[EVENTS_PER_TURN];
        bool are_leftovers_ended = false;

        for (;;) {
                int n;

                end_leftovers(l, &are_leftovers_ended);
                output_flush(&l->output);
                if (is_over(l))
                        return 0;
                n = epoll_wait(l->epoll_fd, events, EVENTS_PER_TURN, -1);
                if (n < 0 && errno != EINTR)
                        return -errno;
                for (int i = 0; i < n; i++)
                        handle(l, &events[i]);
                if (output_is_broken(&l->output) && l->stage == STAGE_RUNNING) {
                        output_say(&l->output, "nobody reads the output any more, stopping");
                        stop(l, LOOP_EXIT_SYSTEM);
                }
        }
}

static void loop_end(Loop *l) {
        procs_signal_all(&l->procs, SIGKILL);
        procs_end_leftovers();
        if (l->options.is_verbose && l->procs.n_running == 0)
                holdings_print_left(&l->mediator, say_line, &l->output);
        mediator_stop(&l->mediator); /* the last decisions are in the audit then */
        if (l->options.audit)
                audit_stop(l->options.audit);
        say_audit(l);
        if (l->options.is_permissive)
                output_say(&l->output, "PERMISSIVE: this run was not protected by its policy");
        loop_deinit(l);
}

int loop_run(const Solution *sol, const LoopOptions *options) {
        Loop l;
        int r = loop_init(&l, sol, options);

        if (r == 0) {
                r = start_all(&l);
                if (r == 0)
                        r = loop_turns(&l);
        }
        loop_end(&l);
        rundir_clear();
        if (r < 0) {
                (void)fprintf(stderr, "caisson: %s\n", strerror(-r));
                return LOOP_EXIT_SYSTEM;
        }
        return l.forced_status ? l.forced_status : l.client_status;
}
