/* SPDX-License-Identifier: MIT */
/*
 * How a listener sleeps on N channels: the measurement behind docs/decisions/0006-listener-wakeup.md.
 *
 * One client calls, N - 1 channels are silent; no spinning and no yielding, so every call pays for a
 * sleep and a wake-up on both sides. The reply always comes through a futex. The request is announced
 *   by one futex word that all clients can write (fast, but any client can swallow another's wake-up),
 *   by a futex word a client, the server in futex_waitv over all of them,
 *   by an eventfd a client, edge-triggered in one epoll set.
 */
#include "bench.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHANNELS_MAX 128 /* what futex_waitv takes */

static int n_channels;

typedef struct Word {
        _Alignas(4096) _Atomic uint32_t seq; /* a page each, as separate channels have */
} Word;

typedef struct Fan {
        Word bell, reply;
        Word request[CHANNELS_MAX];
        int fds[CHANNELS_MAX];
} Fan;

static void *fan_setup(int n_clients) {
        Fan *f = mmap(
                NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

        (void)n_clients;
        if (f == MAP_FAILED)
                exit(3);
        for (int i = 0; i < n_channels; i++)
                f->fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return f;
}

static void fan_teardown(void *ctx) {
        Fan *f = ctx;

        for (int i = 0; i < n_channels; i++)
                (void)close(f->fds[i]);
        (void)munmap(f, sizeof *f);
}

static void wake(Word *w) {
        (void)syscall(SYS_futex, &w->seq, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void wait_change(Word *w, uint32_t old) {
        while (atomic_load(&w->seq) == old)
                (void)syscall(SYS_futex, &w->seq, FUTEX_WAIT, old, NULL, NULL, 0);
}

/* The client is always the last channel, which is the worst place for a scan. */
static Word *caller(Fan *f) {
        return &f->request[n_channels - 1];
}

static void answer(Fan *f) {
        atomic_fetch_add(&f->reply.seq, 1);
        wake(&f->reply);
}

static void await_answer(Fan *f, char *reply) {
        static uint32_t n;

        wait_change(&f->reply, n++);
        memset(reply, 0, BENCH_REPLY);
}

static void bell_call(void *conn, const char *request, size_t size, char *reply) {
        Fan *f = conn;

        (void)request, (void)size;
        atomic_fetch_add(&f->bell.seq, 1);
        wake(&f->bell);
        await_answer(f, reply);
}

static void bell_serve(void *ctx) {
        Fan *f = ctx;

        for (uint32_t seen = 0;; seen++) {
                wait_change(&f->bell, seen);
                answer(f);
        }
}

static void waitv_call(void *conn, const char *request, size_t size, char *reply) {
        Fan *f = conn;

        (void)request, (void)size;
        atomic_fetch_add(&caller(f)->seq, 1);
        wake(caller(f));
        await_answer(f, reply);
}

static void waitv_serve(void *ctx) {
        Fan *f = ctx;
        struct futex_waitv words[CHANNELS_MAX];

        for (int i = 0; i < n_channels; i++)
                words[i] = (struct futex_waitv){.uaddr = (uintptr_t)&f->request[i].seq, .flags = FUTEX_32};
        for (uint32_t seen = 0;;) {
                words[n_channels - 1].val = seen;
                (void)syscall(SYS_futex_waitv, words, n_channels, 0, NULL, 0);
                if (atomic_load(&caller(f)->seq) == seen)
                        continue;
                seen++;
                answer(f);
        }
}

static void event_call(void *conn, const char *request, size_t size, char *reply) {
        Fan *f = conn;
        uint64_t one = 1;

        (void)request, (void)size;
        if (write(f->fds[n_channels - 1], &one, sizeof one) < 0)
                _exit(3);
        await_answer(f, reply);
}

static void event_serve(void *ctx) {
        Fan *f = ctx;
        int ep = epoll_create1(EPOLL_CLOEXEC);

        for (int i = 0; i < n_channels; i++) {
                struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

                if (epoll_ctl(ep, EPOLL_CTL_ADD, f->fds[i], &ev) < 0)
                        _exit(3);
        }
        for (;;) {
                struct epoll_event ev;

                if (epoll_wait(ep, &ev, 1, -1) > 0)
                        answer(f);
        }
}

#define ROW(NAME, TEXT)                                                                                      \
        static const BenchRow NAME##_row = {.name = TEXT,                                                    \
                .payload_max = 16,                                                                           \
                .setup = fan_setup,                                                                          \
                .serve = NAME##_serve,                                                                       \
                .call = NAME##_call,                                                                         \
                .teardown = fan_teardown}

ROW(bell, "one futex word for all (unsafe)");
ROW(waitv, "futex_waitv, a word a client");
ROW(event, "epoll, an eventfd a client");

int main(void) {
        static const BenchRow *const rows[] = {&bell_row, &waitv_row, &event_row};
        static const int counts[] = {1, 8, 64, 128};
        BenchResult results[3];

        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                BenchPlan plan = {
                        .rows = rows, .n_rows = 3, .payload = 16, .n_clients = 1, .rounds = 3, .ms = 100};

                n_channels = counts[i];
                printf("\n--- %d channels ---\n", n_channels);
                for (plan.pin = BENCH_ONE_CPU; plan.pin <= BENCH_UNPINNED; plan.pin += BENCH_UNPINNED) {
                        bench_run(&plan, results);
                        bench_print(&plan, results, BENCH_P50);
                }
        }
        return 0;
}
