/* SPDX-License-Identifier: MIT */
/*
 * `caisson run`: checks a solution, then runs it until its clients have ended.
 */
#include "cmd.h"

#include <string.h>

#include "amount.h"
#include "core/core.h"
#include "load.h"
#include "loop.h"
#include "options.h"
#include "policy_load.h"
#include "stops.h"

typedef struct Run {
        Load load;
        LoopOptions loop;
        AuditOptions audit;
        const char *policy; /* NULL: the one beside the init file */
        Stops stops;
        bool limits_audit;
        bool wants_help;
} Run;

static const char *set_include(void *command, const char *value) {
        return load_add_folder(&((Run *)command)->load.includes, value);
}

static const char *set_bin(void *command, const char *value) {
        return load_add_folder(&((Run *)command)->load.bins, value);
}

static const char *set_policy(void *command, const char *value) {
        ((Run *)command)->policy = value;
        return value[0] ? NULL : "a file, or none";
}

static const char *set_permissive(void *command, const char *value) {
        (void)value;
        ((Run *)command)->loop.is_permissive = true;
        return NULL;
}

static const char *set_audit(void *command, const char *value) {
        ((Run *)command)->audit.path = value;
        return value[0] ? NULL : "the file has no name";
}

static const char *set_audit_limit(void *command, const char *value) {
        Run *run = command;

        run->limits_audit = true;
        return amount_size(value, &run->audit.limit) ? NULL : "a size such as 500K, 64M or 2G";
}

static const char *set_keep(void *command, const char *value) {
        (void)value;
        ((Run *)command)->loop.keep = true;
        return NULL;
}

static const char *set_no_prefix(void *command, const char *value) {
        (void)value;
        ((Run *)command)->loop.output.no_prefix = true;
        return NULL;
}

static const char *set_color(void *command, const char *value) {
        static const char *const names[] = {"auto", "always", "never"};

        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                if (strcmp(value, names[i]) != 0)
                        continue;
                ((Run *)command)->loop.output.color = (OutputColor)i;
                return NULL;
        }
        return "auto, always or never";
}

static const char *set_on_deadlock(void *command, const char *value) {
        ((Run *)command)->loop.stop_on_deadlock = strcmp(value, "stop") == 0;
        return strcmp(value, "stop") == 0 || strcmp(value, "report") == 0 ? NULL : "report or stop";
}

/* A sanitizer needs /proc, files and system calls that a chamber hasn't. */
#ifdef CAISSON_SANITIZED
#define DEFAULT_ISOLATION ISOLATION_NONE
#define DEFAULT_NAME      "strict, degraded or none (default: built with sanitizers)"
#else
#define DEFAULT_ISOLATION ISOLATION_STRICT
#define DEFAULT_NAME      "strict (default), degraded or none"
#endif

static const char *set_isolation(void *command, const char *value) {
        static const char *const names[] = {
                [ISOLATION_STRICT] = "strict", [ISOLATION_DEGRADED] = "degraded", [ISOLATION_NONE] = "none"};

        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                if (strcmp(value, names[i]) != 0)
                        continue;
                ((Run *)command)->loop.isolation = (Isolation)i;
                if (i == ISOLATION_NONE)
                        (void)fprintf(
                                stderr, "caisson: no isolation: processes can reach whatever you can\n");
                return NULL;
        }
        return "strict, degraded or none";
}

static const char *set_verbose(void *command, const char *value) {
        (void)value;
        ((Run *)command)->loop.is_verbose = true;
        return NULL;
}

static const char *set_stop(void *command, const char *value) {
        Run *run = command;

        run->loop.is_verbose = true; /* the numbers of processes are what a debugger wants */
        return stops_add(&run->stops, value);
}

static const char *set_help(void *command, const char *value) {
        (void)value;
        ((Run *)command)->wants_help = true;
        return NULL;
}

static const Option list[] = {
        {'I', "include", "DIR", "folder of descriptions and headers; repeatable", set_include},
        {0, "bin", "DIR", "folder of executables; repeatable", set_bin},
        {0, "policy", "FILE", "policy module (default: ksm.module beside init.yaml); none: no policy",
                set_policy},
        {0, "permissive", NULL, "do also what the policy denies, and say so", set_permissive},
        {0, "audit", "FILE", "write the audit there, one JSON object a line", set_audit},
        {0, "audit-limit", "SIZE", "of that file (default 64M)", set_audit_limit},
        {'k', "keep", NULL, "go on after the last client has ended", set_keep},
        {0, "on-deadlock", "WHAT", "report (default), or stop the solution", set_on_deadlock},
        {0, "isolation", "HOW", DEFAULT_NAME, set_isolation},
        {0, "stop", "TASK", "before its main(), for a debugger; repeatable; all: every task", set_stop},
        {0, "no-prefix", NULL, "show output without the processes' names", set_no_prefix},
        {0, "color", "WHEN", "colour the names: auto (default), always, never", set_color},
        {'v', "verbose", NULL, "say also what goes well", set_verbose},
        {'h', "help", NULL, "show this help", set_help},
};
static const Options options = {"run", list, sizeof list / sizeof *list};

static void print_help(void) {
        (void)printf("Usage: caisson run [OPTIONS] SOLUTION\n"
                     "Runs a solution: a folder with an init.yaml, that file, or an image. Ends when every "
                     "process\n"
                     "whose class has no endpoints has ended; Ctrl-C stops it, Ctrl-\\ shows who waits for "
                     "whom.\n\n");
        options_print(&options, stdout);
        (void)printf(
                "\nExit status: 0 when all clients ended with 0, else that of the first one that didn't\n"
                "(128 + n for signal n); 1 problems in the solution, 2 wrong usage, 3 system failure,\n"
                "4 stopped by --on-deadlock=stop, 5 a start denied by the policy, 130 Ctrl-C.\n");
}

static int run_judged(Run *run, Ksm *ksm) {
        const Solution *sol = &run->load.solution;
        JudgeOptions judging = {.is_permissive = run->loop.is_permissive,
                .is_never_direct = sol->is_never_direct,
                .kernel_shape = core_shape()};
        AuditProblem problem;
        int status = CMD_EXIT_SYSTEM;
        int r = audit_new(sol, ksm, &run->audit, &problem, &run->loop.audit);

        if (r < 0) {
                (void)fprintf(stderr, "caisson: %s\n", problem.text);
                return CMD_EXIT_SYSTEM;
        }
        if (judge_new(sol, ksm, run->loop.audit, &judging, &run->loop.judge) < 0)
                (void)fprintf(stderr, "caisson: not enough memory\n");
        else
                status = loop_run(sol, &run->loop);
        judge_free(run->loop.judge);
        audit_free(run->loop.audit);
        return status;
}

static bool has_policy(const Run *run) {
        return !run->policy || strcmp(run->policy, POLICY_NONE) != 0;
}

static int run_loaded(Run *run) {
        Ksm *ksm;
        int status = policy_load(&run->load, run->policy, stderr, &ksm);

        if (status == CMD_EXIT_OK)
                status = has_policy(run) ? run_judged(run, ksm) : loop_run(&run->load.solution, &run->loop);
        ksm_free(ksm);
        return status;
}

/* What is wrong with the words together; NULL: nothing. */
static const char *find_misuse(const Run *run, size_t n_words) {
        if (n_words != 1)
                return "name one solution";
        if (!has_policy(run) && (run->audit.path || run->loop.is_permissive))
                return "--policy=none leaves nothing for --audit and --permissive";
        if (run->limits_audit && !run->audit.path)
                return "--audit-limit is about the file that --audit names";
        return NULL;
}

int cmd_run(int argc, char **argv) {
        Run run = {
                .load = LOAD_NULL, .loop.isolation = DEFAULT_ISOLATION, .audit.limit = AUDIT_LIMIT_DEFAULT};
        const char *misuse;
        size_t n_words;
        int status;

        if (options_read(&options, argc, argv, &run, &n_words) < 0)
                return CMD_EXIT_USAGE;
        if (run.wants_help) {
                print_help();
                return CMD_EXIT_OK;
        }
        misuse = find_misuse(&run, n_words);
        if (misuse) {
                (void)fprintf(stderr, "caisson run: %s\nhelp: caisson run --help\n", misuse);
                return CMD_EXIT_USAGE;
        }
        run.audit.is_permissive = run.loop.is_permissive;
        status = load_solution(&run.load, argv[1], stderr);
        if (status == CMD_EXIT_OK && stops_apply(&run.stops, &run.load.solution, &run.load.pool, stderr) < 0)
                status = CMD_EXIT_USAGE;
        if (status == CMD_EXIT_OK)
                status = run_loaded(&run);
        load_deinit(&run.load);
        return status;
}
