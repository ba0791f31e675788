/* SPDX-License-Identifier: MIT */
/*
 * One client, one server: what a call costs through generated proxy and dispatcher, beside the bare
 * mechanism, the kernel's sockets and the peers that are installed. The gates are ratios; those on one
 * processor repeat from run to run, the others depend on where the host puts the virtual processors.
 */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUTEX, SPIN, PACKET, STREAM, CHANNEL, CAISSON, N_OWN };

#define ROWS_MAX (N_OWN + 8)

static const BenchRow *rows[ROWS_MAX] = {
        [FUTEX] = &row_shm_futex,
        [SPIN] = &row_shm_spin,
        [PACKET] = &row_unix_packet,
        [STREAM] = &row_unix_stream,
        [CHANNEL] = &row_channel,
        [CAISSON] = &row_caisson,
};

static BenchPlan plan = {.rows = rows, .n_rows = N_OWN, .n_clients = 1, .rounds = 5, .ms = 100};
static BenchResult results[ROWS_MAX];

static void gate(const char *text, size_t reference, double bound) {
        char what[96];

        (void)snprintf(
                what, sizeof what, "%zu bytes, %s, over %s", plan.payload, bench_pin_name(plan.pin), text);
        bench_gate(what, bench_ratio(&plan, results, CAISSON, reference, BENCH_P50), "<=", bound);
}

/* Best p50 of all rounds: the round in which the two processors really ran together. */
static double best_p50(size_t row) {
        double best = 0;

        for (int i = 0; i < plan.rounds; i++) {
                const BenchPoint *p = &results[row].points[i];

                if (p->valid && (best == 0 || p->p50_ns < best))
                        best = p->p50_ns;
        }
        return best;
}

static double median_p50(size_t row) {
        return bench_median_p50(&plan, &results[row]);
}

static double futex_on_one_cpu;

static void point(BenchPin pin, size_t payload) {
        plan.pin = pin;
        plan.payload = payload;
        bench_run(&plan, results);
        bench_print(&plan, results, BENCH_P50);
        gate("AF_UNIX seqpacket", PACKET, 1.0);
        gate("AF_UNIX stream", STREAM, 1.0);
}

static void one_cpu(void) {
        static const struct {
                size_t payload;
                double bound;
        } sizes[] = {{16, 0.75}, {64, 0.75}, {256, 0.75}, {4096, 0.8}, {65536, 1.0}, {1048576, 1.0}};

        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                point(BENCH_ONE_CPU, sizes[i].payload);
                gate("bare shared memory + futex", FUTEX, sizes[i].bound);
                if (sizes[i].payload == 16)
                        futex_on_one_cpu = median_p50(FUTEX);
        }
}

/* The bare pair left alone usually pays for wake-ups across processors, and that is what the gate compares
 * with. When the machine is busy the scheduler keeps the two on one processor, and there is nothing to win.
 */
static void gate_against_apart(void) {
        if (median_p50(FUTEX) > 2 * futex_on_one_cpu)
                gate("bare shared memory + futex", FUTEX, 0.2);
        else
                printf("  the bare pair ran on one processor: not compared\n");
}

static void unpinned(void) {
        static const size_t sizes[] = {16, 4096, 65536, 1048576};

        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                point(BENCH_UNPINNED, sizes[i]);
                if (sizes[i] == 16)
                        gate_against_apart();
        }
}

static void two_cpus(void) {
        static const size_t sizes[] = {16, 4096, 65536, 1048576};

        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                point(BENCH_TWO_CPUS, sizes[i]);
                if (sizes[i] == 16 && best_p50(SPIN) > 0)
                        bench_gate("16 bytes, two CPUs, best round over best spin round",
                                best_p50(CAISSON) / best_p50(SPIN), "<=", 2.0);
        }
}

int main(int argc, char **argv) {
        for (size_t i = 0; i < n_rows_peers && plan.n_rows < ROWS_MAX; i++)
                rows[plan.n_rows++] = rows_peers[i];
        if (argc > 1) {
                long asked = strtol(argv[1], NULL, 10);

                plan.rounds = asked < BENCH_ROUNDS_MAX ? (int)asked : BENCH_ROUNDS_MAX;
        }
        if (plan.rounds < 1) {
                (void)fprintf(stderr, "usage: bench_roundtrip [ROUNDS, 1..%d]\n", BENCH_ROUNDS_MAX);
                return 2;
        }
        one_cpu();
        unpinned();
        two_cpus();
        return bench_finish();
}
