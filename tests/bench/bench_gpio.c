/* SPDX-License-Identifier: MIT */
/*
 * What a pin costs: setting and reading one through the GPIO driver, over a direct call of a server that does
 * nothing; what an event costs that is taken from the queue; how many edges a second arrive while they are
 * made. A solution under `caisson run`, without a policy: all methods of pins are direct then, as under one
 * that always grants them.
 */
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

enum { DIRECT, SET, READ, EVENT, N_ROWS };
#define ROUNDS      9
#define RESULT_SIZE 2048

static const char *const names[N_ROWS] = {"direct call of a server", "pin set", "pin read", "event taken"};

typedef struct Figures {
        double rounds[ROUNDS][N_ROWS];
        double rate, n_lost;
} Figures;

static Tool tool;

static void write_solution(void) {
        FILE *f = tool_create(&tool, "init.yaml");

        (void)fprintf(f,
                "entities:\n"
                "- {name: bench.Files, path: " BENCH_USE_PEER ", args: [serve, '-1']}\n"
                "- {name: kl.drivers.GPIO, path: " BENCH_GPIO_HW
                ", args: ['port gpio0 28', 'wire gpio0 0 gpio0 1']}\n"
                "- {name: bench.Client, path: " BENCH_GPIO_PEER ", args: ['%d'],\n"
                "   connections: [{target: bench.Files, id: bench}, {target: kl.drivers.GPIO, id: "
                "kl.drivers.GPIO}],\n"
                "   grants: [{file: result, mode: rw}]}\n",
                ROUNDS);
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
                (void)fprintf(stderr, "the client has not written all of its figures\n");
                exit(3);
        }
        *text = end;
        return number;
}

static void run(Figures *ret) {
        static const char *const argv[] = {CAISSON_PROGRAM, "run", "--policy=none", "--isolation=none", "-I",
                BENCH_IDL, "-I", IDL_ROOT, tool.folder, NULL};
        double seconds = tool_run(argv);
        char path[TOOL_PATH], text[RESULT_SIZE + 1] = "", *at = text;
        FILE *f;

        tool_path(&tool, path, "result");
        f = fopen(path, "r");
        if (seconds < 0 || !f || fread(text, 1, RESULT_SIZE, f) == 0) {
                (void)fprintf(stderr, "the solution does not run\n");
                exit(3);
        }
        for (int i = 0; i < ROUNDS; i++)
                for (int k = 0; k < N_ROWS; k++)
                        ret->rounds[i][k] = take_number(&at);
        ret->rate = take_number(&at);
        ret->n_lost = take_number(&at);
        (void)fclose(f);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* Of one row over another in the same round; reference -1: its time. */
static double ratio(const Figures *f, int row, int reference) {
        double values[ROUNDS];

        for (int i = 0; i < ROUNDS; i++)
                values[i] = f->rounds[i][row] / (reference < 0 ? 1 : f->rounds[i][reference]);
        qsort(values, ROUNDS, sizeof *values, by_value);
        return values[ROUNDS / 2];
}

static void show(const Figures *f) {
        char text[24];

        for (int k = 0; k < N_ROWS; k++)
                (void)printf("  %-26s %12s  %5.2fx\n", names[k], bench_ns_text(ratio(f, k, -1), text),
                        ratio(f, k, DIRECT));
        (void)printf("  a stream of edges: %.0f heard a second, %.0f lost\n", f->rate, f->n_lost);
}

static void point(const char *what, bool is_judged) {
        Figures f;
        char gate[80];

        write_solution();
        run(&f);
        (void)printf("%s\n", what);
        show(&f);
        if (!is_judged)
                return;
        (void)snprintf(gate, sizeof gate, "%s: a pin set over a direct call", what);
        bench_gate(gate, ratio(&f, SET, DIRECT), "<=", 1.2);
        (void)snprintf(gate, sizeof gate, "%s: a pin read over a direct call", what);
        bench_gate(gate, ratio(&f, READ, DIRECT), "<=", 1.2);
        (void)snprintf(gate, sizeof gate, "%s: an edge made and heard over a direct call", what);
        bench_gate(gate, 1e9 / f.rate / ratio(&f, DIRECT, -1), "<=", 2.9);
}

int main(void) {
        cpu_set_t set, before;

        tool_open(&tool);
        point("not pinned", false); /* Linux decides which of two very different times it is */
        (void)sched_getaffinity(0, sizeof before, &before);
        CPU_ZERO(&set);
        CPU_SET(0, &set);
        if (sched_setaffinity(0, sizeof set, &set) == 0)
                point("one processor", true);
        (void)sched_setaffinity(0, sizeof before, &before);
        tool_close(&tool);
        return bench_finish();
}
