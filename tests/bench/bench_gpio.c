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

#include "figures.h"

enum { DIRECT, SET, READ, EVENT, N_ROWS };
#define ROUNDS 9

static const char *const names[N_ROWS] = {"direct call of a server", "pin set", "pin read", "event taken"};

static Tool tool;

static void write_solution(void) {
        FILE *f = figures_begin(&tool);

        (void)fprintf(f,
                "- {name: bench.Files, path: " BENCH_USE_PEER ", args: [serve, '-1']}\n"
                "- {name: kl.drivers.GPIO, path: " BENCH_GPIO_HW
                ", args: ['port gpio0 28', 'wire gpio0 0 gpio0 1']}\n"
                "- {name: bench.Client, path: " BENCH_GPIO_PEER ", args: ['%d'],\n"
                "   connections: [{target: bench.Files, id: bench}, {target: kl.drivers.GPIO, id: "
                "kl.drivers.GPIO}],\n"
                "   grants: [{file: result, mode: rw}]}\n",
                ROUNDS);
        tool_finish(f);
}

static void show(const Figures *f) {
        char text[24];

        for (int k = 0; k < N_ROWS; k++)
                (void)printf("  %-26s %12s  %5.2fx\n", names[k], bench_ns_text(figures_time(f, k), text),
                        k == DIRECT ? 1 : figures_ratio(f, k, DIRECT));
        (void)printf("  a stream of edges: %.0f heard a second, %.0f lost\n", figures_other(f, 0),
                figures_other(f, 1));
}

static void point(const char *what, bool is_judged) {
        Figures f = {.n_rounds = ROUNDS, .n_rows = N_ROWS};
        char gate[80];

        write_solution();
        figures_run(&tool, "--isolation=none", &f, 2);
        (void)printf("%s\n", what);
        show(&f);
        if (!is_judged)
                return;
        (void)snprintf(gate, sizeof gate, "%s: a pin set over a direct call", what);
        bench_gate(gate, figures_ratio(&f, SET, DIRECT), "<=", 1.2);
        (void)snprintf(gate, sizeof gate, "%s: a pin read over a direct call", what);
        bench_gate(gate, figures_ratio(&f, READ, DIRECT), "<=", 1.2);
        (void)snprintf(gate, sizeof gate, "%s: an edge made and heard over a direct call", what);
        bench_gate(gate, 1e9 / figures_other(&f, 0) / figures_time(&f, DIRECT), "<=", 2.9);
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
