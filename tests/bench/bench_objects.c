/* SPDX-License-Identifier: MIT */
/*
 * What memory objects and processes cost that are made at run time: mapping and making an object beside a
 * call to the kernel process and a mapping that asks nobody; starting a program beside starting one by fork
 * and exec. A solution under `caisson run`, without a policy, with chambers and without.
 */
#include "bench.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"

enum { CALL, BARE_MAP, MAP, MAKE, START, LIFE, N_ROWS };
#define ROUNDS 9

static const char *const names[N_ROWS] = {"a call to the kernel process",
        "map and unmap a file, asking nobody", "map and unmap an object", "make an object and close it",
        "start a process", "start it and hear its end"};

static Tool tool;
static Figures figures = {.n_rounds = ROUNDS, .n_rows = N_ROWS};
static double bare_start[ROUNDS];

static void write_solution(void) {
        FILE *f = figures_begin(&tool);

        (void)fprintf(f,
                "- {name: bench.Client, path: " BENCH_OBJECTS_PEER ", args: [call, '%d'],\n"
                "   grants: [{file: result, mode: rw}]}\n",
                ROUNDS);
        for (int i = 0; i < ROUNDS; i++)
                (void)fprintf(f,
                        "- {name: bench.Client, task: worker%d, path: " BENCH_OBJECTS_PEER
                        ", args: [end], starter: bench.Client}\n",
                        i);
        tool_finish(f);
}

/* The whole life of the same program, started by this process. */
static void spawn_bare(void) {
        char *argv[] = {(char[]){BENCH_OBJECTS_PEER}, (char[]){"end"}, NULL};

        for (int i = 0; i < ROUNDS; i++) {
                uint64_t begin = bench_now_ns();
                pid_t pid;
                int status;

                if (posix_spawn(&pid, BENCH_OBJECTS_PEER, NULL, NULL, argv, environ) != 0 ||
                        waitpid(pid, &status, 0) != pid || status != 0) {
                        (void)fprintf(stderr, "the program does not run\n");
                        exit(3);
                }
                bare_start[i] = (double)(bench_now_ns() - begin);
        }
}

static void show(double bare) {
        char text[24];

        for (int k = 0; k < START; k++)
                (void)printf("  %-36s %12s  %6.2fx of a call\n", names[k],
                        bench_ns_text(figures_time(&figures, k), text),
                        k == CALL ? 1 : figures_ratio(&figures, k, CALL));
        for (int k = START; k < N_ROWS; k++)
                (void)printf("  %-36s %12s  %6.2fx of fork, exec and wait\n", names[k],
                        bench_ns_text(figures_time(&figures, k), text), figures_time(&figures, k) / bare);
}

static void point(const char *what, const char *isolation) {
        char gate[80];

        write_solution();
        figures_run(&tool, isolation, &figures, 0);
        spawn_bare();
        (void)printf("%s\n", what);
        show(figures_median(bare_start, ROUNDS));
        (void)snprintf(gate, sizeof gate, "%s: mapping an object over a call", what);
        bench_gate(gate, figures_ratio(&figures, MAP, CALL), "<=", 6);
        (void)snprintf(gate, sizeof gate, "%s: making an object over a call", what);
        bench_gate(gate, figures_ratio(&figures, MAKE, CALL), "<=", 8);
}

int main(void) {
        tool_open(&tool);
        point("chambers", "--isolation=strict");
        point("no chambers", "--isolation=none");
        tool_close(&tool);
        return bench_finish();
}
