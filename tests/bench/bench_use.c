/* SPDX-License-Identifier: MIT */
/*
 * What handles cost in calls: a direct call without one, and with one of the server's own; a call through the
 * kernel process, and the same with a handle handed over; closing and copying one. And what a direct call
 * with one costs when the client has ten thousand. A solution under `caisson run`, without a policy: what
 * decisions cost is measured by bench_ksm.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

enum { SMALL, USE, JUDGED, GET, CLOSE, COPY, N_ROWS };
#define ROUNDS      9
#define CURVE       5
#define RESULT_SIZE 2048

static const char *const names[N_ROWS] = {"direct, no handle", "direct, the server's own handle",
        "judged both ways, no handle", "judged both ways, a handle comes", "close", "copy"};

typedef struct Figures {
        double rounds[ROUNDS][N_ROWS];
        double curve[CURVE][2]; /* without and with, by how many handles there are */
} Figures;

static Tool tool;

static void write_solution(const char *cpu_server, const char *cpu_client) {
        FILE *f = tool_create(&tool, "init.yaml");

        (void)fprintf(f,
                "entities:\n"
                "- {name: bench.Files, path: " BENCH_USE_PEER ", args: [serve, '%s']}\n"
                "- {name: bench.Client, path: " BENCH_USE_PEER ", args: [call, '%s', '%d'],\n"
                "   connections: [{target: bench.Files, id: bench}], grants: [{file: result, mode: rw}]}\n",
                cpu_server, cpu_client, ROUNDS);
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
        for (int i = 0; i < CURVE; i++)
                for (int k = 0; k < 2; k++)
                        ret->curve[i][k] = take_number(&at);
        (void)fclose(f);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return (x > y) - (x < y);
}

static double median(double *values) {
        qsort(values, ROUNDS, sizeof *values, by_value);
        return values[ROUNDS / 2];
}

/* Of one row over another in the same round; row over itself is asked for its time. */
static double ratio(const Figures *f, int row, int reference) {
        double values[ROUNDS];

        for (int i = 0; i < ROUNDS; i++)
                values[i] = f->rounds[i][row] / (row == reference ? 1 : f->rounds[i][reference]);
        return median(values);
}

static void show(const Figures *f) {
        for (int k = 0; k < N_ROWS; k++) {
                char text[24];

                (void)printf("  %-34s %12s  %5.2fx direct  %5.2fx judged\n", names[k],
                        bench_ns_text(ratio(f, k, k), text), k == SMALL ? 1 : ratio(f, k, SMALL),
                        k == JUDGED ? 1 : ratio(f, k, JUDGED));
        }
}

static void show_curve(const Figures *f) {
        static const char *const counts[CURVE] = {"1", "10", "100", "1,000", "9,990"};

        for (int i = 0; i < CURVE; i++)
                (void)printf("  %6s handles, each in turn: %5.2fx of a direct call without\n", counts[i],
                        f->curve[i][1] / f->curve[i][0]);
}

static void point(const char *what, const char *cpu_server, const char *cpu_client) {
        Figures f;
        char gate[80];

        write_solution(cpu_server, cpu_client);
        run(&f);
        (void)printf("%s\n", what);
        show(&f);
        show_curve(&f);
        if (cpu_client[0] == '-')
                return; /* Linux decides which of two very different times it is */
        (void)snprintf(gate, sizeof gate, "%s: a handle in a direct call", what);
        bench_gate(gate, ratio(&f, USE, SMALL), "<=", 1.05);
        (void)snprintf(gate, sizeof gate, "%s: a handle in a judged call", what);
        bench_gate(gate, ratio(&f, GET, JUDGED), "<=", 2);
        (void)snprintf(gate, sizeof gate, "%s: close over a judged call", what);
        bench_gate(gate, ratio(&f, CLOSE, JUDGED), "<=", 1.5);
        (void)snprintf(gate, sizeof gate, "%s: copy over a judged call", what);
        bench_gate(gate, ratio(&f, COPY, JUDGED), "<=", 1.5);
}

int main(void) {
        tool_open(&tool);
        point("one processor", "0", "0");
        point("two processors", "1", "0");
        point("not pinned", "-1", "-1");
        tool_close(&tool);
        return bench_finish();
}
