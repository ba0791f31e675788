/* SPDX-License-Identifier: MIT */
/*
 * Channels made at run time: what a call over one costs against a channel of the init file, what opening and
 * closing one costs against the system calls that it takes, and what becomes of all that when a server has a
 * thousand. A solution under `caisson run`, without a policy: what decisions cost is measured by bench_ksm.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

enum { SMALL, SMALL_DYNAMIC, JUDGED, JUDGED_DYNAMIC, BARE_OPEN, OPEN, N_ROWS };
#define ROUNDS      5
#define RESULT_SIZE 2048
#define CROWD_MAX   250 /* channels of one process */

static const char *const names[N_ROWS] = {"direct call, channel of the init file",
        "direct call, made at run time", "judged call, channel of the init file",
        "judged call, made at run time", "memory made, sent, mapped, unmapped", "channel opened and closed"};
static const int reference[N_ROWS] = {SMALL, SMALL, JUDGED, JUDGED, BARE_OPEN, BARE_OPEN};

typedef struct Figures {
        double rounds[ROUNDS][N_ROWS];
} Figures;

static Tool tool;

static void write_solution(const char *cpu_server, const char *cpu_client, int n_crowd) {
        FILE *f = tool_create(&tool, "init.yaml");

        (void)fprintf(f,
                "entities:\n"
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
                BENCH_IDL, tool.folder, NULL};
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
        (void)fclose(f);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

/* Median over the rounds, of one row over another in the same round; a row over itself is asked for its time.
 */
static double ratio(const Figures *f, int row, int over) {
        double values[ROUNDS];

        for (int i = 0; i < ROUNDS; i++)
                values[i] = f->rounds[i][row] / (row == over ? 1 : f->rounds[i][over]);
        qsort(values, ROUNDS, sizeof *values, by_value);
        return values[ROUNDS / 2];
}

static void point(const char *what, const char *cpu_server, const char *cpu_client) {
        Figures f;
        char gate[80];

        write_solution(cpu_server, cpu_client, 0);
        run(&f);
        (void)printf("%s\n", what);
        for (int k = 0; k < N_ROWS; k++) {
                char text[24];

                (void)printf("  %-38s %12s  %5.2fx\n", names[k], bench_ns_text(ratio(&f, k, k), text),
                        reference[k] == k ? 1 : ratio(&f, k, reference[k]));
        }
        (void)snprintf(gate, sizeof gate, "%s: a direct call over a channel made at run time", what);
        bench_gate(gate, ratio(&f, SMALL_DYNAMIC, SMALL), "<=", 1.05);
        (void)snprintf(gate, sizeof gate, "%s: a judged call over one", what);
        bench_gate(gate, ratio(&f, JUDGED_DYNAMIC, JUDGED), "<=", 1.25);
        (void)snprintf(gate, sizeof gate, "%s: opening and closing over the bare system calls", what);
        bench_gate(gate, ratio(&f, OPEN, BARE_OPEN), "<=", 8);
}

/* Of a client with two channels, by how many others the server has, of others, which do nothing. */
static void curve(void) {
        static const int counts[] = {0, 10, 100, 998};
        Figures f[4];

        (void)printf("with channels of others, not pinned\n");
        for (int i = 0; i < 4; i++) {
                write_solution("-1", "-1", counts[i]);
                run(&f[i]);
                (void)printf("  %4d: direct %5.2fx  judged %5.2fx  opening and closing %5.2fx\n", counts[i],
                        ratio(&f[i], SMALL, SMALL) / ratio(&f[0], SMALL, SMALL),
                        ratio(&f[i], JUDGED, JUDGED) / ratio(&f[0], JUDGED, JUDGED),
                        ratio(&f[i], OPEN, OPEN) / ratio(&f[0], OPEN, OPEN));
        }
        bench_gate("a direct call at a server with 1,000 channels",
                ratio(&f[3], SMALL, SMALL) / ratio(&f[0], SMALL, SMALL), "<=", 2);
        bench_gate("a judged call at a server with 1,000 channels",
                ratio(&f[3], JUDGED, JUDGED) / ratio(&f[0], JUDGED, JUDGED), "<=", 2.5);
}

int main(void) {
        tool_open(&tool);
        point("one processor", "0", "0");
        point("two processors", "1", "0");
        point("not pinned", "-1", "-1");
        curve();
        tool_close(&tool);
        return bench_finish();
}
