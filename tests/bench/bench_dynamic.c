/* SPDX-License-Identifier: MIT */
/*
 * Channels made at run time: what a call over one costs against a channel of the init file, what opening one,
 * and closing it, costs against the system calls that it takes, and what becomes of all that when a server
 * has a thousand. A solution under `caisson run`, without a policy: what decisions cost is measured by
 * bench_ksm.
 */
#include "bench.h"

#include <stdio.h>

#include "figures.h"

enum {
        SMALL,
        SMALL_DYNAMIC,
        USE_DYNAMIC,
        JUDGED,
        JUDGED_DYNAMIC,
        BARE_OPEN,
        OPEN,
        OPEN_CALL,
        OPEN_CLOSE,
        N_ROWS
};
#define ROUNDS    5
#define CROWD_MAX 250 /* channels of one process */

static const char *const names[N_ROWS] = {"direct call, channel of the init file",
        "direct call, made at run time", "the same with the server's own handle",
        "judged both ways, channel of the init file", "judged both ways, made at run time",
        "memory made, sent, mapped, unmapped", "channel opened", "channel opened and called",
        "channel opened and closed"};
static const int reference[N_ROWS] = {
        SMALL, SMALL, SMALL, JUDGED, JUDGED, BARE_OPEN, BARE_OPEN, BARE_OPEN, BARE_OPEN};

static Tool tool;

static void write_solution(const char *cpu_server, const char *cpu_client, int n_crowd) {
        FILE *f = figures_begin(&tool);

        (void)fprintf(f,
                "- {name: bench.Files, task: Server, path: " BENCH_DYNAMIC_PEER ", args: [serve, '%s']}\n"
                "- {name: bench.Client, path: " BENCH_DYNAMIC_PEER ", args: [call, '%s', '%d', '%d'],\n"
                "   connections: [{target: Server, id: bench}], grants: [{file: result, mode: rw}]}\n",
                cpu_server, cpu_client, ROUNDS, n_crowd + 1);
        /* Of a class with endpoints: nobody waits for their end. */
        for (int i = 0; n_crowd > 0; i++, n_crowd -= CROWD_MAX)
                (void)fprintf(f,
                        "- {name: bench.Files, task: Crowd%d, path: " BENCH_DYNAMIC_PEER
                        ", args: [crowd, '%d']}\n",
                        i, n_crowd < CROWD_MAX ? n_crowd : CROWD_MAX);
        tool_finish(f);
}

static Figures run(const char *cpu_server, const char *cpu_client, int n_crowd) {
        Figures f = {.n_rounds = ROUNDS, .n_rows = N_ROWS};

        write_solution(cpu_server, cpu_client, n_crowd);
        figures_run(&tool, "--isolation=none", &f, 0);
        return f;
}

static void show(const Figures *f) {
        for (int k = 0; k < N_ROWS; k++) {
                char text[24];

                (void)printf("  %-42s %12s  %5.2fx\n", names[k], bench_ns_text(figures_time(f, k), text),
                        reference[k] == k ? 1 : figures_ratio(f, k, reference[k]));
        }
}

static void judge(const char *where, const char *what, double value, double bound) {
        char gate[80];

        (void)snprintf(gate, sizeof gate, "%s: %s", where, what);
        bench_gate(gate, value, "<=", bound);
}

static void point(const char *where, const char *cpu_server, const char *cpu_client) {
        Figures f = run(cpu_server, cpu_client, 0);

        (void)printf("%s\n", where);
        show(&f);
        judge(where, "a direct call over a channel made at run time", figures_ratio(&f, SMALL_DYNAMIC, SMALL),
                1.05);
        judge(where, "a handle in one", figures_ratio(&f, USE_DYNAMIC, SMALL), 1.15);
        judge(where, "a call judged both ways over one", figures_ratio(&f, JUDGED_DYNAMIC, JUDGED), 1.25);
        judge(where, "opening over the bare system calls", figures_ratio(&f, OPEN, BARE_OPEN), 3);
        judge(where, "opening and calling over them", figures_ratio(&f, OPEN_CALL, BARE_OPEN), 4);
        judge(where, "opening and closing over them", figures_ratio(&f, OPEN_CLOSE, BARE_OPEN), 5);
}

/* Of a client with two channels, by how many others the server has, of others, which do nothing. Pinned: left
 * to Linux, the first run and the last get different processors, and that is what would be compared. */
static void curve(const char *where, const char *cpu_server, const char *cpu_client) {
        static const int counts[] = {0, 10, 100, 998};
        static const int shown[] = {SMALL, JUDGED, OPEN, OPEN_CLOSE};
        double base[N_ROWS], ratios[N_ROWS] = {0};

        (void)printf("%s, with channels of others: direct, judged, opening, opening and closing\n", where);
        for (int i = 0; i < 4; i++) {
                Figures f = run(cpu_server, cpu_client, counts[i]);

                (void)printf("  %4d:", counts[i]);
                for (int k = 0; k < 4; k++) {
                        double ns = figures_time(&f, shown[k]);

                        if (i == 0)
                                base[shown[k]] = ns;
                        ratios[shown[k]] = ns / base[shown[k]];
                        (void)printf("  %6.2fx", ratios[shown[k]]);
                }
                (void)printf("\n");
        }
        judge(where, "a direct call at a server with 1,000 channels", ratios[SMALL], 2);
        judge(where, "a judged call at a server with 1,000 channels", ratios[JUDGED], 2.5);
}

int main(void) {
        tool_open(&tool);
        point("one processor", "0", "0");
        point("two processors", "1", "0");
        point("not pinned", "-1", "-1");
        curve("one processor", "0", "0");
        curve("two processors", "1", "0");
        tool_close(&tool);
        return bench_finish();
}
