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

#include "tool.h"

enum { CALL, BARE_MAP, MAP, MAKE, START, LIFE, N_ROWS };
#define ROUNDS      9
#define RESULT_SIZE 65536 /* what is mapped for comparison */

static const char *const names[N_ROWS] = {"a call to the kernel process",
        "map and unmap a file, asking nobody", "map and unmap an object", "make an object and close it",
        "start a process", "start it and hear its end"};

static Tool tool;
static double figures[ROUNDS][N_ROWS];
static double bare_start[ROUNDS];

static void write_solution(void) {
        FILE *f = tool_create(&tool, "init.yaml");

        (void)fprintf(f,
                "entities:\n"
                "- {name: bench.Client, path: " BENCH_OBJECTS_PEER ", args: [call, '%d'],\n"
                "   grants: [{file: result, mode: rw}]}\n",
                ROUNDS);
        for (int i = 0; i < ROUNDS; i++)
                (void)fprintf(f,
                        "- {name: bench.Client, task: worker%d, path: " BENCH_OBJECTS_PEER
                        ", args: [end], starter: bench.Client}\n",
                        i);
        tool_finish(f);
        f = tool_create(&tool, "result");
        (void)fprintf(f, "%*s", RESULT_SIZE, "");
        tool_finish(f);
}

/* The next number of the text, which moves on. */
static double take_number(char **text) {
        char *end;
        double number = strtod(*text, &end);

        if (end == *text) {
                (void)fprintf(stderr, "the solution does not run\n");
                exit(3);
        }
        *text = end;
        return number;
}

static void run(const char *isolation) {
        const char *argv[] = {
                CAISSON_PROGRAM, "run", "--policy=none", isolation, "-I", BENCH_IDL, tool.folder, NULL};
        static char text[RESULT_SIZE + 1];
        double seconds = tool_run(argv);
        char path[TOOL_PATH], *at = text;
        FILE *f;

        tool_path(&tool, path, "result");
        f = fopen(path, "r");
        if (seconds < 0 || !f)
                text[0] = '\0';
        else
                text[fread(text, 1, RESULT_SIZE, f)] = '\0';
        if (f)
                (void)fclose(f);
        for (int i = 0; i < ROUNDS; i++)
                for (int k = 0; k < N_ROWS; k++)
                        figures[i][k] = take_number(&at);
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

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *values) {
        qsort(values, ROUNDS, sizeof *values, by_value);
        return values[ROUNDS / 2];
}

static double median_of(int row) {
        double values[ROUNDS];

        for (int i = 0; i < ROUNDS; i++)
                values[i] = figures[i][row];
        return median(values);
}

static void show(double bare) {
        char text[24];

        for (int k = 0; k < START; k++)
                (void)printf("  %-36s %12s  %6.2fx of a call\n", names[k], bench_ns_text(median_of(k), text),
                        median_of(k) / median_of(CALL));
        for (int k = START; k < N_ROWS; k++)
                (void)printf("  %-36s %12s  %6.2fx of fork, exec and wait\n", names[k],
                        bench_ns_text(median_of(k), text), median_of(k) / bare);
}

static void point(const char *what, const char *isolation) {
        char gate[80];

        write_solution();
        run(isolation);
        spawn_bare();
        (void)printf("%s\n", what);
        show(median(bare_start));
        (void)snprintf(gate, sizeof gate, "%s: mapping an object over a call", what);
        bench_gate(gate, median_of(MAP) / median_of(CALL), "<=", 6);
        (void)snprintf(gate, sizeof gate, "%s: making an object over a call", what);
        bench_gate(gate, median_of(MAKE) / median_of(CALL), "<=", 8);
}

int main(void) {
        tool_open(&tool);
        point("chambers", "--isolation=strict");
        point("no chambers", "--isolation=none");
        tool_close(&tool);
        return bench_finish();
}
