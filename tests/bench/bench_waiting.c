/* SPDX-License-Identifier: MIT */
/*
 * Ways to wait, on an idle and on a busy machine: the measurement behind
 * docs/decisions/0005-waiting.md. Always sleeping, always spinning, always yielding, and ours,
 * which learns; p99 and the worst call count as much as the median.
 */
#include "rows.h"

int main(void) {
        static const BenchRow *const rows[] = {&row_shm_futex, &row_shm_spin, &row_shm_yield, &row_channel};
        enum { N = sizeof rows / sizeof *rows };
        BenchResult results[N];

        for (int hogs = 0; hogs <= 2; hogs += 2)
                for (BenchPin pin = BENCH_ONE_CPU; pin <= BENCH_UNPINNED; pin++) {
                        BenchPlan plan = {.rows = rows,
                                .n_rows = N,
                                .pin = pin,
                                .payload = 16,
                                .n_clients = 1,
                                .n_hogs = hogs,
                                .rounds = 5,
                                .ms = 100};

                        bench_run(&plan, results);
                        bench_print(&plan, results, BENCH_P50);
                }
        return 0;
}
