/* SPDX-License-Identifier: MIT */
/*
 * One end of what bench_dynamic.c times, as a process of a solution.
 *
 *      dynamic_peer serve CPU              accepts every request for a channel on its one listener
 *      dynamic_peer crowd N                opens N channels and keeps them
 *      dynamic_peer call CPU ROUNDS N      when N channels are there: so many rounds, each a line of medians
 * in nanoseconds in the file it was granted
 *
 * CPU -1: any.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <caisson/grant.h>
#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>

#include "files_server.h"
#include "timing.h"

#define CALLS 2000 /* of one row in one round */
#define OPENS 200
#define LEG   (64u << 20) /* about what one leg of a channel reserves */

/* --- the server --- */

static _Atomic uint32_t n_accepted;

static nk_err_t small(struct bench_IUse *self, const bench_IUse_Small_req *req,
        const struct nk_arena *req_arena, bench_IUse_Small_res *res, struct nk_arena *res_arena) {
        (void)self, (void)req_arena, (void)res_arena;
        res->c = n_accepted;
        res->d = req->b;
        return NK_EOK;
}

static void *accept_all(void *arg) {
        char client[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        Handle handle;

        while (KnCmListen(RTL_NULL, INFINITE_TIMEOUT, client, service) == rcOk)
                if (KnCmAccept(client, service, bench_Files_main_iid, *(Handle *)arg, &handle) == rcOk)
                        n_accepted++;
        return NULL;
}

static int serve(long cpu) {
        static const bench_IUse_ops ops = {
                .Small = small, .Use = files_use, .Judged = files_judged, .Get = files_get};
        static Handle listener;
        NkKosTransport transport;
        pthread_t thread;
        ServiceId iid;

        timing_pin_to(cpu); /* the other thread too */
        listener = ServiceLocatorRegister(FILES_CHANNEL, NULL, 0, &iid);
        if (files_create() != rcOk || NkKosTransport_Init(&transport, listener, NK_NULL, 0) != NK_EOK ||
                pthread_create(&thread, NULL, accept_all, &listener) != 0)
                timing_die("starting");
        return files_serve(&transport, &ops);
}

/* --- clients --- */

static Handle open_channel(void) {
        Handle handle;
        rtl_uint32_t rsid;

        if (KnCmConnect("Server", FILES_CHANNEL, INFINITE_TIMEOUT, &handle, &rsid) != rcOk)
                timing_die("KnCmConnect");
        return handle;
}

static _Noreturn void crowd(long n) {
        for (long i = 0; i < n; i++)
                (void)open_channel();
        for (;;)
                (void)pause();
}

static bench_IUse_proxy statical, dynamic;

static nk_uint64_t small_on(bench_IUse_proxy *proxy) {
        bench_IUse_Small_req req = {.a = 1, .b = 2};
        bench_IUse_Small_res res;

        if (bench_IUse_Small(&proxy->base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                timing_die("Small");
        return res.c;
}

static void judged_on(bench_IUse_proxy *proxy) {
        bench_IUse_Judged_req req = {.a = 1, .b = 2};
        bench_IUse_Judged_res res;

        if (bench_IUse_Judged(&proxy->base, &req, NULL, &res, NULL) != NK_EOK || res.d != 2)
                timing_die("Judged");
}

static void small_static(uint32_t i) {
        (void)i;
        (void)small_on(&statical);
}

static void small_dynamic(uint32_t i) {
        (void)i;
        (void)small_on(&dynamic);
}

static Handle file;

static void get_file(void) {
        bench_IUse_Get_req req = {.a = 1, .b = 2};
        bench_IUse_Get_res res;

        if (bench_IUse_Get(&statical.base, &req, NULL, &res, NULL) != NK_EOK)
                timing_die("Get");
        file = nk_get_handle(&res.file);
}

static void use_dynamic(uint32_t i) {
        bench_IUse_Use_req req = {.a = 1, .b = 2, .file = nk_handle_desc(file)};
        bench_IUse_Use_res res;

        (void)i;
        if (bench_IUse_Use(&dynamic.base, &req, NULL, &res, NULL) != NK_EOK || res.c != FILES_CONTEXT)
                timing_die("Use");
}

static void judged_static(uint32_t i) {
        (void)i;
        judged_on(&statical);
}

static void judged_dynamic(uint32_t i) {
        (void)i;
        judged_on(&dynamic);
}

static Handle opened;

static void open_one(uint32_t i) {
        (void)i;
        opened = open_channel();
}

static void close_opened(void) {
        if (KnHandleClose(opened) != rcOk)
                timing_die("KnHandleClose");
}

/* A call through both others afterwards: what they have to tidy is not the next opening's time. */
static void close_one(uint32_t i) {
        close_opened();
        judged_static(i);
}

static void open_and_close(uint32_t i) {
        open_one(i);
        close_opened();
}

static void open_and_call(uint32_t i) {
        NkKosTransport transport;
        bench_IUse_proxy proxy;

        open_one(i);
        (void)NkKosTransport_Init(&transport, opened, NK_NULL, 0);
        bench_IUse_proxy_init(&proxy, &transport.base, 0);
        (void)small_on(&proxy);
}

/* What Linux asks for a channel: three legs in shared memory, each for two processes, sent in two messages.
 */
static void map_leg(int fd, void *ret[2]) {
        for (int i = 0; i < 2; i++) {
                ret[i] = mmap(NULL, LEG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
                if (ret[i] == MAP_FAILED)
                        timing_die("mmap");
                *(volatile char *)ret[i] = 1;
        }
}

static void pass_two(int socket, const int fds[2]) {
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(2 * sizeof(int))];
        } control = {.bytes = {0}};
        char byte = 0;
        struct iovec data = {&byte, 1};
        struct msghdr msg = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof control.bytes};

        control.head = (struct cmsghdr){CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.head), fds, 2 * sizeof(int));
        if (sendmsg(socket, &msg, 0) < 0)
                timing_die("sendmsg");
}

static void take_two(int socket) {
        union {
                struct cmsghdr head;
                char bytes[CMSG_SPACE(2 * sizeof(int))];
        } control;
        char byte;
        struct iovec data = {&byte, 1};
        struct msghdr msg = {.msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.bytes,
                .msg_controllen = sizeof control.bytes};
        int got[2];

        if (recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) < 0)
                timing_die("recvmsg");
        memcpy(got, CMSG_DATA(&control.head), sizeof got);
        (void)close(got[0]);
        (void)close(got[1]);
}

static void bare_open_and_close(uint32_t number) {
        static int pair[2] = {-1, -1};
        void *maps[3][2];
        int fds[3];

        (void)number;
        if (pair[0] < 0 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
                timing_die("socketpair");
        for (int i = 0; i < 3; i++) {
                fds[i] = memfd_create("bare", MFD_CLOEXEC | MFD_ALLOW_SEALING);
                if (fds[i] < 0 || ftruncate(fds[i], LEG) < 0 ||
                        fcntl(fds[i], F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                        timing_die("memfd_create");
                map_leg(fds[i], maps[i]);
        }
        for (int i = 0; i < 2; i++) {
                pass_two(pair[0], fds + i);
                take_two(pair[1]);
        }
        for (int i = 0; i < 3; i++) {
                (void)munmap(maps[i][0], LEG);
                (void)munmap(maps[i][1], LEG);
                (void)close(fds[i]);
        }
}

static const struct {
        void (*operation)(uint32_t i);
        void (*after)(uint32_t i);
        uint32_t n;
} rows[] = {{small_static, NULL, CALLS}, {small_dynamic, NULL, CALLS}, {use_dynamic, NULL, CALLS},
        {judged_static, NULL, CALLS}, {judged_dynamic, NULL, CALLS}, {bare_open_and_close, NULL, OPENS},
        {open_one, close_one, OPENS}, {open_and_call, close_one, OPENS}, {open_and_close, NULL, OPENS}};

static uint32_t measure_row(size_t row) {
        return timing_median(rows[row].operation, rows[row].after, rows[row].n);
}

static int call(long rounds, uint32_t n_channels) {
        Handle handle = ServiceLocatorConnect(FILES_CHANNEL);
        FILE *out = fdopen(nkx_grant_fd("result"), "w");
        NkKosTransport transport, other;

        if (!out || NkKosTransport_Init(&transport, handle, NK_NULL, 0) != NK_EOK)
                timing_die("connecting");
        bench_IUse_proxy_init(&statical, &transport.base, ServiceLocatorGetRiid(handle, "main"));
        (void)NkKosTransport_Init(&other, open_channel(), NK_NULL, 0);
        bench_IUse_proxy_init(&dynamic, &other.base, ServiceLocatorGetRiid(handle, "main"));
        get_file();
        while (small_on(&statical) < n_channels)
                (void)usleep(1000);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                (void)measure_row(i);
        for (long i = 0; i < rounds; i++) {
                for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
                        (void)fprintf(out, "%u ", (unsigned)measure_row(k));
                (void)fputc('\n', out);
        }
        return fclose(out) == 0 ? 0 : 3;
}

int main(int argc, char **argv) {
        long number = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

        if (argc == 3 && strcmp(argv[1], "serve") == 0)
                return serve(number);
        if (argc == 3 && strcmp(argv[1], "crowd") == 0)
                crowd(number);
        if (argc != 5)
                return 2;
        timing_pin_to(number);
        return call(strtol(argv[3], NULL, 10), (uint32_t)strtoul(argv[4], NULL, 10));
}
