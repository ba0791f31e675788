/* SPDX-License-Identifier: MIT */
/*
 * The floor under a read of a page by another process: shared memory, one copy in and one copy out, and
 * nothing else. Both sides wait as channels do: a few looks, a few yields, then sleep.
 *
 *      page_floor MILLISECONDS         line: page-floor MEDIAN_NS P99_NS CALLS
 */
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE        4096u
#define N_PAGES     4096u
#define YIELDS      4
#define SAMPLES_MAX 400000u

typedef struct Word {
        _Alignas(64) _Atomic uint32_t seq;
        _Atomic uint32_t sleeps;
} Word;

typedef struct Shared {
        Word request, reply;
        _Alignas(64) uint32_t page;
        _Alignas(PAGE) char data[PAGE];
} Shared;

static uint64_t now_ns(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void await(Word *w, uint32_t seq) {
        for (int i = 0; i < YIELDS; i++) {
                if (atomic_load_explicit(&w->seq, memory_order_acquire) == seq)
                        return;
                sched_yield();
        }
        while (atomic_load(&w->seq) != seq) {
                atomic_store(&w->sleeps, 1);
                if (atomic_load(&w->seq) != seq)
                        syscall(SYS_futex, &w->seq, FUTEX_WAIT, seq - 1, NULL, NULL, 0);
                atomic_store(&w->sleeps, 0);
        }
}

static void post(Word *w, uint32_t seq) {
        atomic_store(&w->seq, seq);
        if (atomic_load(&w->sleeps))
                syscall(SYS_futex, &w->seq, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static _Noreturn void serve(Shared *s) {
        char *file = malloc((size_t)N_PAGES * PAGE);

        if (!file)
                _exit(3);
        memset(file, 5, (size_t)N_PAGES * PAGE);
        for (uint32_t seq = 1;; seq++) {
                await(&s->request, seq);
                if (s->page == UINT32_MAX)
                        _exit(0);
                memcpy(s->data, file + (size_t)(s->page % N_PAGES) * PAGE, PAGE);
                post(&s->reply, seq);
        }
}

static int compare(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

int main(int argc, char **argv) {
        static uint64_t samples[SAMPLES_MAX];
        static char got[PAGE];
        unsigned long ms = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
        Shared *s = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        uint32_t seq = 0, page = 1;
        size_t n = 0;
        pid_t server;

        if (ms == 0 || s == MAP_FAILED)
                return 2;
        server = fork();
        if (server == 0)
                serve(s);
        for (uint64_t end = now_ns() + ms * 1000000ull, from = now_ns(), to; n < SAMPLES_MAX && from < end;
                from = to) {
                page = page * 1664525u + 1013904223u;
                s->page = page >> 20;
                post(&s->request, ++seq);
                await(&s->reply, seq);
                memcpy(got, s->data, PAGE);
                to = now_ns();
                samples[n++] = to - from;
        }
        s->page = UINT32_MAX;
        post(&s->request, ++seq);
        waitpid(server, NULL, 0);
        qsort(samples, n, sizeof(samples[0]), compare);
        printf("page-floor %llu %llu %zu\n", (unsigned long long)samples[n / 2],
                (unsigned long long)samples[n * 99 / 100], n);
        return got[0] == 5 ? 0 : 1;
}
