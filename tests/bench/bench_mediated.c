/* SPDX-License-Identifier: MIT */
/*
 * Calls that are judged: client, relay and server, beside the direct call and the bare mechanism between
 * two. The measurement behind docs/decisions/0019-relay.md. The judge grants everything: what decisions
 * cost is measured by bench_ksm.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

enum { FUTEX, DIRECT, STRAIGHT, JUDGED, N_ROWS };

static const BenchRow *const rows[N_ROWS] = {
        [FUTEX] = &row_shm_futex,
        [DIRECT] = &row_caisson,
        [STRAIGHT] = &row_straight,
        [JUDGED] = &row_judged,
};

static BenchPlan plan = {.rows = rows, .n_rows = N_ROWS, .n_clients = 1, .rounds = 7, .ms = 100};
static BenchResult results[N_ROWS];

static void point(BenchPin pin, size_t payload) {
        plan.pin = pin;
        plan.payload = payload;
        bench_run(&plan, results);
        bench_print(&plan, results, BENCH_P50);
}

static void gate(const char *what, size_t row, double bound) {
        bench_gate(what, bench_ratio(&plan, results, row, FUTEX, BENCH_P50), "<=", bound);
}

int main(int argc, char **argv) {
        if (argc > 1)
                plan.rounds = (int)strtol(argv[1], NULL, 10);
        if (plan.rounds < 1 || plan.rounds > BENCH_ROUNDS_MAX) {
                (void)fprintf(stderr, "usage: bench_mediated [ROUNDS, 1..%d]\n", BENCH_ROUNDS_MAX);
                return 2;
        }
        point(BENCH_ONE_CPU, 16);
        gate("one CPU, straight reply, over bare shared memory + futex", STRAIGHT, 1.25);
        gate("one CPU, both judged, over bare shared memory + futex", JUDGED, 2.1);
        point(BENCH_ONE_CPU, 4096);
        point(BENCH_UNPINNED, 16);
        point(BENCH_TWO_CPUS, 16);
        return bench_finish();
}
