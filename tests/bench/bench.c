/* SPDX-License-Identifier: MIT */
/*
 * Benchmark harness: forking, pinning, timing and the report.
 */
#include "bench.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES    (1u << 18) /* of one point, split among the clients */
#define GUARD_S    60         /* no child outlives a point by more */
#define WARM_SHARE 5          /* a fifth of the time warms up first */

/* Between the parent and the clients of one point. */
typedef struct Gate {
        atomic_int n_ready, go, n_done;
        uint64_t n_calls[BENCH_CLIENTS_MAX];
        uint64_t span_ns[BENCH_CLIENTS_MAX];
        uint32_t n_kept[BENCH_CLIENTS_MAX];
} Gate;

static Gate *gate;
static uint32_t *samples;
static int n_missed;

static void *shared(size_t size) {
        void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED) {
                perror("mmap");
                exit(3);
        }
        return p;
}

uint64_t bench_now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void pin_to(int cpu) {
        cpu_set_t set;

        CPU_ZERO(&set);
        CPU_SET((size_t)cpu, &set);
        (void)sched_setaffinity(0, sizeof set, &set);
}

static int cpu_of(BenchPin pin, bool server) {
        return pin == BENCH_UNPINNED ? -1 : pin == BENCH_ONE_CPU ? 0 : server ? 1 : 0;
}

static pid_t child(int cpu) {
        pid_t pid;

        (void)fflush(stdout);
        pid = fork();
        if (pid)
                return pid;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)alarm(GUARD_S);
        if (cpu >= 0)
                pin_to(cpu);
        return 0;
}

/* --- a client --- */

static void time_calls(
        const BenchPlan *plan, const BenchRow *row, void *conn, int client, const char *request) {
        uint32_t cap = SAMPLES / (uint32_t)plan->n_clients, k = 0;
        uint32_t *mine = samples + (size_t)client * cap;
        uint64_t limit = (uint64_t)plan->ms * 1000000u, n = 0, start = bench_now_ns(), before, now;
        char reply[64];

        do
                row->call(conn, request, plan->payload, reply);
        while (bench_now_ns() - start < limit / WARM_SHARE);
        start = before = bench_now_ns();
        do {
                row->call(conn, request, plan->payload, reply);
                now = bench_now_ns();
                mine[k++ % cap] = now - before > UINT32_MAX ? UINT32_MAX : (uint32_t)(now - before);
                before = now;
                n++;
        } while (now - start < limit);
        gate->n_calls[client] = n;
        gate->span_ns[client] = now - start;
        gate->n_kept[client] = n < cap ? (uint32_t)n : cap;
}

static _Noreturn void client_main(const BenchPlan *plan, const BenchRow *row, void *ctx, int client) {
        void *conn = row->open ? row->open(ctx, client) : ctx;
        char *request = shared(BENCH_PAYLOAD_MAX), reply[64];

        memset(request, 0x5a, BENCH_PAYLOAD_MAX);
        row->call(conn, request, plan->payload, reply);
        atomic_fetch_add(&gate->n_ready, 1);
        while (!atomic_load(&gate->go))
                usleep(200);
        time_calls(plan, row, conn, client, request);
        atomic_fetch_add(&gate->n_done, 1);
        for (;;) /* a client that left early would free its processor to the others */
                pause();
}

/* --- a point --- */

static int compare(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

        return x < y ? -1 : x > y;
}

static BenchPoint summarise(int n_clients) {
        BenchPoint p = {.valid = true};
        uint32_t cap = SAMPLES / (uint32_t)n_clients, kept = 0;
        double slowest = 0;

        for (int i = 0; i < n_clients; i++) {
                double rate = (double)gate->n_calls[i] * 1e9 / (double)gate->span_ns[i];

                p.calls_per_s += rate;
                slowest = i == 0 || rate < slowest ? rate : slowest;
                memmove(samples + kept, samples + (size_t)i * cap, gate->n_kept[i] * sizeof *samples);
                kept += gate->n_kept[i];
        }
        qsort(samples, kept, sizeof *samples, compare);
        p.p50_ns = samples[kept / 2];
        p.p99_ns = samples[(size_t)((double)kept * 0.99)];
        p.worst_ns = samples[kept - 1];
        p.slowest_share = slowest * n_clients / p.calls_per_s;
        return p;
}

/* False when a child died or the time is up. */
static bool wait_for(atomic_int *count, int want, uint64_t until) {
        while (atomic_load(count) < want) {
                siginfo_t info = {0};

                if (bench_now_ns() > until)
                        return false;
                if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid)
                        return false;
                usleep(200);
        }
        return true;
}

static bool fits(const BenchPlan *plan, const BenchRow *row) {
        return plan->payload <= row->payload_max && !(row->spins && plan->pin == BENCH_ONE_CPU);
}

static _Noreturn void hog_main(void) {
        for (volatile uint64_t n = 0;; n++)
                ;
}

static BenchPoint run_point(const BenchPlan *plan, const BenchRow *row) {
        pid_t pids[BENCH_CLIENTS_MAX + 1 + BENCH_HOGS_MAX];
        int n = 0;
        uint64_t until = bench_now_ns() + (uint64_t)(5000 + plan->ms * 10) * 1000000u;
        BenchPoint point = {.valid = false};
        void *ctx;

        memset(gate, 0, sizeof *gate);
        for (int i = 0; i < plan->n_hogs; i++) {
                pids[n] = child(plan->pin == BENCH_ONE_CPU ? 0 : -1);
                if (pids[n++] == 0)
                        hog_main();
        }
        ctx = row->setup(plan->n_clients);
        pids[n] = child(cpu_of(plan->pin, true));
        if (pids[n++] == 0) {
                row->serve(ctx);
                _exit(1);
        }
        for (int i = 0; i < plan->n_clients; i++) {
                pids[n] = child(cpu_of(plan->pin, false));
                if (pids[n++] == 0)
                        client_main(plan, row, ctx, i);
        }
        if (wait_for(&gate->n_ready, plan->n_clients, until)) {
                atomic_store(&gate->go, 1);
                if (wait_for(&gate->n_done, plan->n_clients, until))
                        point = summarise(plan->n_clients);
        }
        for (int i = 0; i < n; i++)
                (void)kill(pids[i], SIGKILL);
        for (int i = 0; i < n; i++)
                (void)waitpid(pids[i], NULL, 0);
        row->teardown(ctx);
        if (!point.valid)
                (void)fprintf(stderr, "%s: died or ran out of time\n", row->name);
        return point;
}

void bench_run(const BenchPlan *plan, BenchResult *results) {
        if (!gate) {
                gate = shared(sizeof *gate);
                samples = shared(SAMPLES * sizeof *samples);
                (void)signal(SIGPIPE, SIG_IGN);
        }
        memset(results, 0, plan->n_rows * sizeof *results);
        for (int round = 0; round < plan->rounds; round++)
                for (size_t i = 0; i < plan->n_rows; i++)
                        if (fits(plan, plan->rows[i]))
                                results[i].points[round] = run_point(plan, plan->rows[i]);
}

/* --- the report --- */

static double figure_of(const BenchPoint *p, BenchFigure figure) {
        return figure == BENCH_P50 ? p->p50_ns : p->calls_per_s;
}

static int compare_double(const void *a, const void *b) {
        double x = *(const double *)a, y = *(const double *)b;

        return x < y ? -1 : x > y;
}

static double median(double *v, int n) {
        if (n == 0)
                return 0;
        qsort(v, (size_t)n, sizeof *v, compare_double);
        return v[n / 2];
}

double bench_ratio(
        const BenchPlan *plan, const BenchResult *results, size_t row, size_t reference, BenchFigure figure) {
        double v[BENCH_ROUNDS_MAX];
        int n = 0;

        for (int r = 0; r < plan->rounds; r++) {
                const BenchPoint *a = &results[row].points[r], *b = &results[reference].points[r];

                if (a->valid && b->valid && figure_of(b, figure) > 0)
                        v[n++] = figure_of(a, figure) / figure_of(b, figure);
        }
        return median(v, n);
}

const char *bench_ns_text(double ns, char buf[static 24]) {
        if (ns < 1000)
                (void)snprintf(buf, 24, "%.0f ns", ns);
        else if (ns < 1e6)
                (void)snprintf(buf, 24, "%.1f us", ns / 1e3);
        else
                (void)snprintf(buf, 24, "%.1f ms", ns / 1e6);
        return buf;
}

static double median_of(const BenchPlan *plan, const BenchResult *result, size_t offset) {
        double v[BENCH_ROUNDS_MAX];
        int n = 0;

        for (int r = 0; r < plan->rounds; r++)
                if (result->points[r].valid)
                        v[n++] = *(const double *)((const char *)&result->points[r] + offset);
        return median(v, n);
}

double bench_median_p50(const BenchPlan *plan, const BenchResult *result) {
        return median_of(plan, result, offsetof(BenchPoint, p50_ns));
}

const char *bench_pin_name(BenchPin pin) {
        static const char *const names[] = {"one CPU", "two CPUs", "unpinned"};

        return names[pin];
}

void bench_print(const BenchPlan *plan, const BenchResult *results, BenchFigure figure) {
        char a[24], b[24], c[24];

        printf("\n%s%s, %zu bytes, %d client%s, %d rounds\n", bench_pin_name(plan->pin),
                plan->n_hogs ? " beside busy processes" : "", plan->payload, plan->n_clients,
                plan->n_clients == 1 ? "" : "s", plan->rounds);
        printf("  %-34s %10s %10s %10s %12s %9s %8s\n", "row", "p50", "p99", "worst", "calls/s", "slowest",
                "ratio");
        for (size_t i = 0; i < plan->n_rows; i++) {
                const BenchResult *r = &results[i];
                double ratio = bench_ratio(plan, results, i, 0, figure);

                if (median_of(plan, r, offsetof(BenchPoint, p50_ns)) == 0)
                        continue;
                printf("  %-34s %10s %10s %10s %12.0f %8.2fx %7.2fx\n", plan->rows[i]->name,
                        bench_ns_text(median_of(plan, r, offsetof(BenchPoint, p50_ns)), a),
                        bench_ns_text(median_of(plan, r, offsetof(BenchPoint, p99_ns)), b),
                        bench_ns_text(median_of(plan, r, offsetof(BenchPoint, worst_ns)), c),
                        median_of(plan, r, offsetof(BenchPoint, calls_per_s)),
                        median_of(plan, r, offsetof(BenchPoint, slowest_share)), ratio);
        }
        (void)fflush(stdout);
}

void bench_gate(const char *what, double value, const char *relation, double bound) {
        bool at_most = strcmp(relation, "<=") == 0;
        bool ok = value > 0 && (at_most ? value <= bound : value >= bound);

        printf("  gate: %-58s %6.2f %s %.2f  %s\n", what, value, relation, bound, ok ? "ok" : "MISSED");
        n_missed += !ok;
}

int bench_finish(void) {
        if (n_missed)
                printf("\n%d gate%s missed\n", n_missed, n_missed == 1 ? "" : "s");
        else
                printf("\nall gates met\n");
        return n_missed ? 1 : 0;
}
