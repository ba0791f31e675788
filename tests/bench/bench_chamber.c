/* SPDX-License-Identifier: MIT */
/*
 * What a chamber costs: the same exchange between two processes of a solution, under `caisson run` as it is
 * and with --isolation=none, in turns; and how long a start and an end take.
 *
 * A call makes no system call while both ends are awake, and a few when they sleep. Those pass the filters,
 * so sleeping is what can show. Without a policy: the way of a message is another benchmark.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "figures.h"

#define ROUNDS    7
#define CALL_MS   "400"
#define RATIO_MAX 1.10 /* a filter costs about 50 ns a system call; the rest is noise */

enum { NONE, STRICT, KINDS };
static const char *const options[KINDS] = {"--isolation=none", "--isolation=strict"};

static Tool tool;

static void write_solution(const char *cpu_server, const char *cpu_client, const char *ms) {
        FILE *f = tool_create(&tool, "init.yaml");

        (void)fprintf(f,
                "entities:\n"
                "- {name: bench.Server, path: " BENCH_PEER ", args: [serve, '%s']}\n"
                "- {name: bench.Client, path: " BENCH_PEER ", args: [call, '%s', '%s'],\n"
                "   connections: [{target: bench.Server, id: bench}], grants: [{file: result, mode: rw}]}\n",
                cpu_server, cpu_client, ms);
        tool_finish(f);
        f = tool_create(&tool, "result");
        (void)fprintf(f, "%32s", "");
        tool_finish(f);
}

/* Median of a call in nanoseconds, and the seconds that the whole run took. */
static double run(int kind, double *ret_seconds) {
        const char *argv[] = {
                CAISSON_PROGRAM, "run", "--policy=none", options[kind], "-I", BENCH_IDL, tool.folder, NULL};
        char path[TOOL_PATH], text[40] = "";
        FILE *f;

        *ret_seconds = tool_run(argv);
        tool_path(&tool, path, "result");
        f = fopen(path, "r");
        if (*ret_seconds < 0 || !f || !fgets(text, sizeof text, f)) {
                (void)fprintf(stderr, "the solution does not run\n");
                exit(3);
        }
        (void)fclose(f);
        return strtod(text, NULL);
}

static double median(double *values) {
        return figures_median(values, ROUNDS);
}

/* Not pinned, Linux decides which of two very different times it is: shown, and not judged. */
static void compare_calls(const char *what, const char *cpu_server, const char *cpu_client) {
        double ns[KINDS][ROUNDS], ratios[ROUNDS], seconds;
        char gate[80], none[24], strict[24];

        for (int i = 0; i < ROUNDS; i++) {
                for (int kind = 0; kind < KINDS; kind++) {
                        write_solution(cpu_server, cpu_client, CALL_MS);
                        ns[kind][i] = run(kind, &seconds);
                }
                ratios[i] = ns[STRICT][i] / ns[NONE][i];
        }
        (void)printf("  %-22s without %10s   in chambers %10s\n", what, bench_ns_text(median(ns[NONE]), none),
                bench_ns_text(median(ns[STRICT]), strict));
        if (cpu_client[0] == '-')
                return;
        (void)snprintf(gate, sizeof gate, "a call in chambers over one without, %s", what);
        bench_gate(gate, median(ratios), "<=", RATIO_MAX);
}

static void compare_starts(void) {
        double ms[KINDS][ROUNDS];

        write_solution("-1", "-1", "1");
        for (int i = 0; i < ROUNDS; i++)
                for (int kind = 0; kind < KINDS; kind++) {
                        (void)run(kind, &ms[kind][i]);
                        ms[kind][i] *= 1e3;
                }
        (void)printf("  start to end of two processes: without %.1f ms, in chambers %.1f ms\n",
                median(ms[NONE]), median(ms[STRICT]));
}

int main(void) {
        tool_open(&tool);
        (void)printf("echo of 16 bytes between two processes of a solution, median of %d rounds of " CALL_MS
                     " ms\n",
                ROUNDS);
        compare_calls("one processor", "0", "0");
        compare_calls("two processors", "1", "0");
        compare_calls("not pinned", "-1", "-1");
        compare_starts();
        tool_close(&tool);
        return bench_finish();
}
