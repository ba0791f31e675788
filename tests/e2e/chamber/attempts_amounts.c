/* SPDX-License-Identifier: MIT */
/*
 * Attempts at taking all there is: memory of every kind, threads, descriptors, signals, processor, output.
 */
#include "attempts.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CHUNK           ((size_t)64 << 20)
#define CHUNKS_MAX      64 /* 4 GiB, twice the limit */
#define WIDE_CHUNK      ((size_t)1 << 30)
#define WIDE_CHUNKS_MAX 256 /* 256 GiB of addresses */
#define THREADS_MAX     2000
#define THREAD_STACK    ((size_t)64 << 10)
#define FILES_MAX       100000
#define SIGNALS_MAX     20000
#define LINES           20000
#define SPIN_MS         700
#define SPINNERS        8

static int map_until_refused(size_t size, int n, int protection, int flags) {
        for (int i = 0; i < n; i++)
                if (mmap(NULL, size, protection, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
                        return -1;
        return 0;
}

static int take_memory(void) {
        return map_until_refused(CHUNK, CHUNKS_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static int take_heap(void) {
        for (int i = 0; i < CHUNKS_MAX; i++)
                if (sbrk((intptr_t)CHUNK) == (void *)-1) // NOLINT: all of it is the attempt
                        return -1;
        return 0;
}

static int take_shared_memory(void) {
        return map_until_refused(CHUNK, 1, PROT_READ | PROT_WRITE, MAP_SHARED);
}

static int take_growing_memory(void) {
        return map_until_refused(CHUNK, CHUNKS_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
}

static int take_huge_pages(void) {
        return map_until_refused(CHUNK, CHUNKS_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_HUGETLB);
}

/* Pages that are only read cost nothing, but the tables that lead to them do. */
static int take_page_tables(void) {
        return map_until_refused(WIDE_CHUNK, WIDE_CHUNKS_MAX, PROT_READ, MAP_PRIVATE);
}

/* Mapped as if only to be read, then made writable. */
static int take_memory_later(void) {
        for (int i = 0; i < CHUNKS_MAX; i++) {
                void *at = mmap(NULL, CHUNK, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

                if (at == MAP_FAILED || mprotect(at, CHUNK, PROT_READ | PROT_WRITE) < 0)
                        return -1;
        }
        return 0;
}

static int take_locked_memory(void) {
        return map_until_refused(CHUNK, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LOCKED);
}

static int raise_stack(void) {
        struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

        return setrlimit(RLIMIT_STACK, &all);
}

static int raise_memory(void) {
        struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

        return setrlimit(RLIMIT_DATA, &all);
}

static int take_queue(void) {
        return (int)syscall(SYS_mq_open, "/x", 0102, 0600, NULL);
}

static int take_system_v_memory(void) {
        return (int)syscall(SYS_shmget, 0, CHUNK, 0600);
}

static int take_files(void) {
        int fd = 0;

        while (fd >= 0 && fd < FILES_MAX)
                fd = dup(0);
        return fd;
}

static int take_pipes(void) {
        int ends[2];

        for (int i = 0; i < FILES_MAX; i++)
                if (pipe(ends) < 0)
                        return -1;
        return 0;
}

static void *wait_for_ever(void *unused) {
        for (;;)
                (void)pause();
        return unused;
}

static int take_threads(void) {
        pthread_attr_t attr;

        (void)pthread_attr_init(&attr);
        (void)pthread_attr_setstacksize(&attr, THREAD_STACK);
        for (int i = 0; i < THREADS_MAX; i++) {
                pthread_t thread;

                errno = pthread_create(&thread, &attr, wait_for_ever, NULL);
                if (errno)
                        return -1;
        }
        return 0;
}

static int take_signals(void) {
        sigset_t set;

        (void)sigemptyset(&set);
        (void)sigaddset(&set, SIGRTMIN);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        for (int i = 0; i < SIGNALS_MAX; i++)
                if (sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}) < 0)
                        return -1;
        return 0;
}

static int take_timers(void) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};

        for (int i = 0; i < SIGNALS_MAX; i++) {
                timer_t timer;

                if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0)
                        return -1;
        }
        return 0;
}

static int go_first(void) {
        struct sched_param most = {.sched_priority = 99};

        errno = pthread_setschedparam(pthread_self(), SCHED_FIFO, &most);
        return errno ? -1 : 0;
}

static void *spin(void *unused) {
        struct timespec now, end;

        (void)clock_gettime(CLOCK_MONOTONIC, &end);
        do
                (void)clock_gettime(CLOCK_MONOTONIC, &now);
        while ((now.tv_sec - end.tv_sec) * 1000 + (now.tv_nsec - end.tv_nsec) / 1000000 < SPIN_MS);
        return unused;
}

static int take_processors(void) {
        pthread_t threads[SPINNERS];

        for (int i = 0; i < SPINNERS; i++)
                (void)pthread_create(&threads[i], NULL, spin, NULL);
        for (int i = 0; i < SPINNERS; i++)
                (void)pthread_join(threads[i], NULL);
        return CONTAINED;
}

static int flood_output(void) {
        for (int i = 0; i < LINES; i++)
                (void)printf("flood\n");
        return CONTAINED;
}

/* Whatever is asked for, also what it has: the kernel process alone lets addresses grow, with channels. The
 * number of the limit is 32 bits wide, whatever stands above them. */
static int set_addresses(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_AS, &limit) < 0)
                return 0;
        return (int)syscall(SYS_prlimit64, 0, (unsigned long)RLIMIT_AS | 1ul << 32, &limit, NULL);
}

static int set_addresses_plainly(void) {
        struct rlimit limit;

        return getrlimit(RLIMIT_AS, &limit) < 0 ? 0 : setrlimit(RLIMIT_AS, &limit);
}

static const Attempt list[] = {
        {"take all memory", take_memory},
        {"take all memory as heap", take_heap},
        {"take memory that does not count", take_shared_memory},
        {"take memory that grows", take_growing_memory},
        {"take huge pages", take_huge_pages},
        {"take page tables", take_page_tables},
        {"take memory in two steps", take_memory_later},
        {"take locked memory", take_locked_memory},
        {"raise its limit of stack", raise_stack},
        {"raise its limit of memory", raise_memory},
        {"set its limit of addresses", set_addresses_plainly},
        {"set its limit of addresses, with another number", set_addresses},
        {"take a message queue", take_queue},
        {"take System V memory", take_system_v_memory},
        {"take all descriptors", take_files},
        {"take all pipes", take_pipes},
        {"take all threads", take_threads},
        {"take all signals", take_signals},
        {"take all timers", take_timers},
        {"go before all others", go_first},
        {"take all processors", take_processors},
        {"flood its output", flood_output},
};
const Attempts attempts_amounts = {list, sizeof list / sizeof *list};
