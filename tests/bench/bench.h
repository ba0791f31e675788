/* SPDX-License-Identifier: MIT */
/*
 * Benchmark harness: rows that answer the same call in different ways, timed in one run.
 *
 * A row is a server and a client; the harness forks one server and N clients, pins them (or not),
 * times synchronous calls of a given request size with 16 bytes of reply, and keeps the figures of
 * each round. Times on a shared machine mean little, ratios inside one round mean something, so the
 * report gives each row's median ratio to the first row over all rounds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_REPLY       16u
#define BENCH_CLIENTS_MAX 64
#define BENCH_PAYLOAD_MAX (1u << 20)
#define BENCH_ROUNDS_MAX  15
#define BENCH_HOGS_MAX    4

typedef enum BenchPin { BENCH_ONE_CPU, BENCH_TWO_CPUS, BENCH_UNPINNED } BenchPin;

typedef struct BenchRow {
        const char *name;
        size_t payload_max;
        bool spins;                           /* never put on one processor */
        void *(*setup)(int n_clients);        /* parent, before the forks */
        void (*serve)(void *ctx);             /* child; never returns */
        void *(*open)(void *ctx, int client); /* client child */
        void (*call)(void *conn, const char *request, size_t size, char *reply); /* one exchange */
        void (*teardown)(void *ctx); /* parent, when all are gone */
} BenchRow;

/* One measured point. */
typedef struct BenchPoint {
        bool valid;
        double p50_ns, p99_ns, worst_ns;
        double calls_per_s;
        double slowest_share; /* calls of the slowest client over the mean of all */
} BenchPoint;

typedef struct BenchPlan {
        const BenchRow *const *rows; /* the first one is the reference */
        size_t n_rows;
        BenchPin pin;
        size_t payload;
        int n_clients;
        int n_hogs; /* processes that keep a processor busy beside the point */
        int rounds;
        int ms; /* measured time of a point */
} BenchPlan;

/* What a gate looks at: rows[row] over rows[0], median over the rounds. */
typedef enum BenchFigure { BENCH_P50, BENCH_RATE } BenchFigure;

typedef struct BenchResult {
        BenchPoint points[BENCH_ROUNDS_MAX]; /* of one row */
} BenchResult;

/* Runs the plan; results has n_rows elements. A row that can't run at this size or pinning stays invalid. */
void bench_run(const BenchPlan *plan, BenchResult *results);
/* Median over the rounds of figure(row) / figure(reference); 0 when one of them has none. */
double bench_ratio(
        const BenchPlan *plan, const BenchResult *results, size_t row, size_t reference, BenchFigure figure);
double bench_median_p50(const BenchPlan *plan, const BenchResult *result);
/* Prints one line a row: figures of the median round, best and worst round, ratio to the reference. */
void bench_print(const BenchPlan *plan, const BenchResult *results, BenchFigure figure);
/* Prints `ok` or `MISSED` for a gate; counts misses for bench_finish. */
void bench_gate(const char *what, double value, const char *relation, double bound);
/* Exit status: 0 when no gate was missed. */
int bench_finish(void);

const char *bench_pin_name(BenchPin pin);
/* "3.2 us" */
const char *bench_ns_text(double ns, char buf[static 24]);
uint64_t bench_now_ns(void);
