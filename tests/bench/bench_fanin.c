/* SPDX-License-Identifier: MIT */
/*
 * Many clients, one server thread: total calls a second, and whether each client gets its share.
 */
#include "rows.h"

#include <stdio.h>

enum { EPOLL, CHANNEL, CAISSON, N_ROWS };

static const BenchRow *const rows[N_ROWS] = {
        [EPOLL] = &row_unix_epoll,
        [CHANNEL] = &row_channel,
        [CAISSON] = &row_caisson,
};

static double mean_rate(const BenchPlan *plan, const BenchResult *result) {
        double sum = 0;

        for (int i = 0; i < plan->rounds; i++)
                sum += result->points[i].calls_per_s;
        return sum / plan->rounds;
}

static double worst_share(const BenchPlan *plan, const BenchResult *result) {
        double worst = 1;

        for (int i = 0; i < plan->rounds; i++)
                if (result->points[i].slowest_share < worst)
                        worst = result->points[i].slowest_share;
        return worst;
}

int main(void) {
        static const int counts[] = {2, 4, 8, 16, 32, 64};
        BenchResult results[N_ROWS];
        double at_8 = 0, at_64 = 0;

        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                BenchPlan plan = {.rows = rows,
                        .n_rows = N_ROWS,
                        .pin = BENCH_UNPINNED,
                        .payload = 16,
                        .n_clients = counts[i],
                        .rounds = 3,
                        .ms = 500};
                char what[64];

                bench_run(&plan, results);
                bench_print(&plan, results, BENCH_RATE);
                (void)snprintf(what, sizeof what, "%d clients, calls/s over AF_UNIX + epoll", counts[i]);
                bench_gate(what, bench_ratio(&plan, results, CAISSON, EPOLL, BENCH_RATE), ">=", 2.5);
                (void)snprintf(what, sizeof what, "%d clients, slowest client over the mean", counts[i]);
                bench_gate(what, worst_share(&plan, &results[CAISSON]), ">=", 0.5);
                if (counts[i] == 8)
                        at_8 = mean_rate(&plan, &results[CAISSON]);
                if (counts[i] == 64)
                        at_64 = mean_rate(&plan, &results[CAISSON]);
        }
        bench_gate("calls/s with 64 clients over 8 clients", at_64 / at_8, ">=", 0.7);
        return bench_finish();
}
