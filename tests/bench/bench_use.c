/* SPDX-License-Identifier: MIT */
/*
 * What handles cost in calls: a direct call without one, and with one of the server's own; a call through the
 * kernel process, and the same with a handle handed over; closing and copying one. And what a direct call
 * with one costs when the client has ten thousand. A solution under `caisson run`, without a policy: what
 * decisions cost is measured by bench_ksm.
 */
#include "bench.h"

#include <stdio.h>

#include "figures.h"

enum { SMALL, USE, JUDGED, GET, CLOSE, COPY, N_ROWS };
#define ROUNDS 9
#define CURVE  5

static const char *const names[N_ROWS] = {"direct, no handle", "direct, the server's own handle",
        "judged both ways, no handle", "judged both ways, a handle comes", "close", "copy"};

static Tool tool;

static void write_solution(const char *cpu_server, const char *cpu_client) {
        FILE *f = figures_begin(&tool);

        (void)fprintf(f,
                "- {name: bench.Files, path: " BENCH_USE_PEER ", args: [serve, '%s']}\n"
                "- {name: bench.Client, path: " BENCH_USE_PEER ", args: [call, '%s', '%d'],\n"
                "   connections: [{target: bench.Files, id: bench}], grants: [{file: result, mode: rw}]}\n",
                cpu_server, cpu_client, ROUNDS);
        tool_finish(f);
}

static void show(const Figures *f) {
        for (int k = 0; k < N_ROWS; k++) {
                char text[24];

                (void)printf("  %-34s %12s  %5.2fx direct  %5.2fx judged\n", names[k],
                        bench_ns_text(figures_time(f, k), text), k == SMALL ? 1 : figures_ratio(f, k, SMALL),
                        k == JUDGED ? 1 : figures_ratio(f, k, JUDGED));
        }
}

static void show_curve(const Figures *f) {
        static const char *const counts[CURVE] = {"1", "10", "100", "1,000", "9,990"};

        for (int i = 0; i < CURVE; i++)
                (void)printf("  %6s handles, each in turn: %5.2fx of a direct call without\n", counts[i],
                        figures_other(f, 2 * i + 1) / figures_other(f, 2 * i));
}

static void point(const char *what, const char *cpu_server, const char *cpu_client) {
        Figures f = {.n_rounds = ROUNDS, .n_rows = N_ROWS};
        char gate[80];

        write_solution(cpu_server, cpu_client);
        figures_run(&tool, "--isolation=none", &f, 2 * CURVE);
        (void)printf("%s\n", what);
        show(&f);
        show_curve(&f);
        if (cpu_client[0] == '-')
                return; /* Linux decides which of two very different times it is */
        (void)snprintf(gate, sizeof gate, "%s: a handle in a direct call", what);
        bench_gate(gate, figures_ratio(&f, USE, SMALL), "<=", 1.05);
        (void)snprintf(gate, sizeof gate, "%s: a handle in a judged call", what);
        bench_gate(gate, figures_ratio(&f, GET, JUDGED), "<=", 2);
        (void)snprintf(gate, sizeof gate, "%s: close over a judged call", what);
        bench_gate(gate, figures_ratio(&f, CLOSE, JUDGED), "<=", 1.5);
        (void)snprintf(gate, sizeof gate, "%s: copy over a judged call", what);
        bench_gate(gate, figures_ratio(&f, COPY, JUDGED), "<=", 1.5);
}

int main(void) {
        tool_open(&tool);
        point("one processor", "0", "0");
        point("two processors", "1", "0");
        point("not pinned", "-1", "-1");
        tool_close(&tool);
        return bench_finish();
}
