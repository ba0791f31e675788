/* SPDX-License-Identifier: MIT */
/*
 * What bench_objects.c times, as processes of a solution. objects_peer call ROUNDS: so many rounds, each a
 * line of nanoseconds in the file it was granted; the last two numbers of a line are the start and the whole
 * life of one process, worker0, worker1 … objects_peer end: such a process.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>

#define TIMES 300   /* of one row in one round */
#define SIZE  65536 /* bytes that are mapped */
#define RW    (VMM_FLAG_READ | VMM_FLAG_WRITE)

static Handle memory, resource;
static int file;

static uint64_t now_ns(void) {
        struct timespec ts;

        (void)clock_gettime(CLOCK_MONOTONIC, &ts);
        return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static _Noreturn void die(const char *what) {
        (void)fprintf(stderr, "%s failed\n", what);
        exit(3);
}

/* One operation each ---------------------------------------------------------------------------------------
 */

static void row_call(void) {
        rtl_uint32_t sid;

        if (KnHandleGetSidByHandle(resource, &sid) != rcOk)
                die("a call to the kernel");
}

static void row_bare_map(void) {
        void *at = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file, 0);

        if (at == MAP_FAILED || munmap(at, SIZE) != 0)
                die("mmap");
}

static void row_map(void) {
        void *at;

        if (KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, RW, &at) != rcOk || KnVmUnmap(at, SIZE) != rcOk)
                die("mapping");
}

static void row_make(void) {
        Handle made;

        if (KnPmmMdlCreate(SIZE, RW, &made) != rcOk || KnHandleClose(made) != rcOk)
                die("making");
}

static void (*const rows[])(void) = {row_call, row_bare_map, row_map, row_make};

static int by_value(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

static uint64_t measure(void (*row)(void)) {
        static uint64_t times[TIMES];

        for (int i = 0; i < TIMES; i++) {
                uint64_t begin = now_ns();

                row();
                times[i] = now_ns() - begin;
        }
        qsort(times, TIMES, sizeof(times[0]), by_value);
        return times[TIMES / 2];
}

/* Processes ------------------------------------------------------------------------------------------------
 */

static void start_one(int number, uint64_t *ret_start, uint64_t *ret_life) {
        uint64_t begin = now_ns();
        char name[32];
        Handle child;

        (void)snprintf(name, sizeof(name), "worker%d", number);
        if (KnTaskCreate(name, RTL_NULL, RTL_NULL, 0, 0, 0, &child) != rcOk || KnTaskResume(child) != rcOk)
                die("starting a process");
        *ret_start = now_ns() - begin;
        if (nkx_task_wait(child, INFINITE_TIMEOUT, RTL_NULL, RTL_NULL) != rcOk)
                die("waiting for a process");
        *ret_life = now_ns() - begin;
        (void)KnHandleClose(child);
}

static void write_round(int number) {
        char line[256];
        int n = 0;
        uint64_t start, life;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                n += snprintf(
                        line + n, sizeof(line) - (size_t)n, "%llu ", (unsigned long long)measure(rows[i]));
        start_one(number, &start, &life);
        n += snprintf(line + n, sizeof(line) - (size_t)n, "%llu %llu\n", (unsigned long long)start,
                (unsigned long long)life);
        if (write(file, line, (size_t)n) != n)
                die("writing");
}

int main(int argc, char **argv) {
        if (argc < 3)
                return argc == 2 ? 0 : 3;
        file = nkx_grant_fd("result");
        if (file < 0 || KnPmmMdlCreate(SIZE, RW, &memory) != rcOk ||
                KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_GET_SID, NULL, &resource) !=
                        rcOk)
                die("beginning");
        for (int i = 0; i < (int)strtol(argv[2], NULL, 10); i++)
                write_round(i);
        return 0;
}
