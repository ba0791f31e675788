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
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/time/timeout.h>
#include <coresrv/vmm/pmm_api.h>
#include <coresrv/vmm/vmm_api.h>

#include "timing.h"

#define TIMES 300   /* of one row in one round */
#define SIZE  65536 /* bytes that are mapped, of an object and of the file of results */
#define RW    (VMM_FLAG_READ | VMM_FLAG_WRITE)

static Handle memory, resource;
static int file;

/* One operation each ---------------------------------------------------------------------------------------
 */

static void row_call(uint32_t i) {
        rtl_uint32_t sid;

        (void)i;
        if (KnHandleGetSidByHandle(resource, &sid) != rcOk)
                timing_die("a call to the kernel");
}

static void row_bare_map(uint32_t i) {
        void *at = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file, 0);

        (void)i;
        if (at == MAP_FAILED || munmap(at, SIZE) != 0)
                timing_die("mmap");
}

static void row_map(uint32_t i) {
        void *at;

        (void)i;
        if (KnPmmMdlMap(memory, 0, SIZE, RTL_NULL, RW, &at) != rcOk || KnVmUnmap(at, SIZE) != rcOk)
                timing_die("mapping");
}

static void row_make(uint32_t i) {
        Handle made;

        (void)i;
        if (KnPmmMdlCreate(SIZE, RW, &made) != rcOk || KnHandleClose(made) != rcOk)
                timing_die("making");
}

static void (*const rows[])(uint32_t i) = {row_call, row_bare_map, row_map, row_make};

/* Processes ------------------------------------------------------------------------------------------------
 */

static void start_one(int number, uint64_t *ret_start, uint64_t *ret_life) {
        uint64_t begin = timing_now_ns();
        char name[32];
        Handle child;

        (void)snprintf(name, sizeof(name), "worker%d", number);
        if (KnTaskCreate(name, RTL_NULL, RTL_NULL, 0, 0, 0, &child) != rcOk || KnTaskResume(child) != rcOk)
                timing_die("starting a process");
        *ret_start = timing_now_ns() - begin;
        if (nkx_task_wait(child, INFINITE_TIMEOUT, RTL_NULL, RTL_NULL) != rcOk)
                timing_die("waiting for a process");
        *ret_life = timing_now_ns() - begin;
        (void)KnHandleClose(child);
}

static void write_round(int number) {
        char line[256];
        int n = 0;
        uint64_t start, life;

        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                n += snprintf(line + n, sizeof(line) - (size_t)n, "%llu ",
                        (unsigned long long)timing_median(rows[i], NULL, TIMES));
        start_one(number, &start, &life);
        n += snprintf(line + n, sizeof(line) - (size_t)n, "%llu %llu\n", (unsigned long long)start,
                (unsigned long long)life);
        if (write(file, line, (size_t)n) != n)
                timing_die("writing");
}

int main(int argc, char **argv) {
        if (argc < 3)
                return argc == 2 ? 0 : 3;
        file = nkx_grant_fd("result");
        if (file < 0 || KnPmmMdlCreate(SIZE, RW, &memory) != rcOk ||
                KnHandleCreateUserObject(HANDLE_TYPE_USER_FIRST, OCAP_HANDLE_GET_SID, NULL, &resource) !=
                        rcOk)
                timing_die("beginning");
        for (int i = 0; i < (int)strtol(argv[2], NULL, 10); i++)
                write_round(i);
        return 0;
}
