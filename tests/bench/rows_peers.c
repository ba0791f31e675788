/* SPDX-License-Identifier: MIT */
/*
 * Peers: IPC libraries that are installed, used as their manuals say. The build picks this file when
 * libqb is there, rows_no_peers.c otherwise.
 *
 * libqb: requests and replies through shared-memory rings with a semaphore, one epoll-like main loop.
 */
#include "rows.h"

#include <qb/qbipcc.h>
#include <qb/qbipcs.h>
#include <qb/qbloop.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define QB_ROOM (BENCH_PAYLOAD_MAX + 4096)

typedef struct Qb {
        char name[64];
        _Atomic int ready; /* shared: the server takes connections */
} Qb;

typedef struct QbRequest {
        struct qb_ipc_request_header head;
        char data[];
} QbRequest;

typedef struct QbReply {
        struct qb_ipc_response_header head;
        char data[BENCH_REPLY];
} QbReply;

static qb_loop_t *loop;

static void *qb_setup(int n_clients) {
        Qb *q = mmap(NULL, sizeof *q, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        static int serial;

        (void)n_clients;
        if (q == MAP_FAILED)
                exit(3);
        (void)snprintf(q->name, sizeof q->name, "caisson-bench-%d-%d", (int)getpid(), serial++);
        return q;
}

static void qb_teardown(void *ctx) {
        (void)munmap(ctx, sizeof(Qb));
}

static int32_t qb_accept(qb_ipcs_connection_t *c, uid_t uid, gid_t gid) {
        (void)c, (void)uid, (void)gid;
        return 0;
}

static int32_t qb_message(qb_ipcs_connection_t *c, void *data, size_t size) {
        static char mine[QB_ROOM];
        QbReply reply = {.head = {.size = sizeof reply}};

        memcpy(mine, data, size);
        memcpy(reply.data, mine + sizeof(QbRequest), BENCH_REPLY);
        return qb_ipcs_response_send(c, &reply, sizeof reply) < 0 ? -1 : 0;
}

static int32_t qb_add(
        enum qb_loop_priority p, int32_t fd, int32_t events, void *data, qb_ipcs_dispatch_fn_t fn) {
        return qb_loop_poll_add(loop, p, fd, events, data, fn);
}

static int32_t qb_mod(
        enum qb_loop_priority p, int32_t fd, int32_t events, void *data, qb_ipcs_dispatch_fn_t fn) {
        return qb_loop_poll_mod(loop, p, fd, events, data, fn);
}

static int32_t qb_del(int32_t fd) {
        return qb_loop_poll_del(loop, fd);
}

static int32_t qb_job(enum qb_loop_priority p, void *data, qb_loop_job_dispatch_fn fn) {
        return qb_loop_job_add(loop, p, data, fn);
}

static void qb_serve(void *ctx) {
        Qb *q = ctx;
        struct qb_ipcs_service_handlers handlers = {
                .connection_accept = qb_accept, .msg_process = qb_message};
        struct qb_ipcs_poll_handlers poll = {
                .job_add = qb_job, .dispatch_add = qb_add, .dispatch_mod = qb_mod, .dispatch_del = qb_del};
        qb_ipcs_service_t *service = qb_ipcs_create(q->name, 0, QB_IPC_SHM, &handlers);

        loop = qb_loop_create();
        qb_ipcs_poll_handlers_set(service, &poll);
        qb_ipcs_enforce_buffer_size(service, QB_ROOM);
        if (qb_ipcs_run(service) != 0)
                _exit(3);
        atomic_store(&q->ready, 1);
        qb_loop_run(loop);
}

static void *qb_open(void *ctx, int client) {
        Qb *q = ctx;
        qb_ipcc_connection_t *c;

        (void)client;
        while (!atomic_load(&q->ready))
                usleep(200);
        c = qb_ipcc_connect(q->name, QB_ROOM);
        if (!c) {
                perror("qb_ipcc_connect");
                _exit(3);
        }
        return c;
}

static void qb_call(void *conn, const char *request, size_t size, char *reply) {
        static char mine[QB_ROOM];
        QbRequest *q = (QbRequest *)(void *)mine;
        QbReply answer;
        struct iovec vec = {.iov_base = mine, .iov_len = sizeof *q + size};

        q->head = (struct qb_ipc_request_header){.id = QB_IPC_MSG_USER_START, .size = (int32_t)vec.iov_len};
        memcpy(q->data, request, size);
        if (qb_ipcc_sendv_recv(conn, &vec, 1, &answer, sizeof answer, -1) < 0)
                _exit(3);
        memcpy(reply, answer.data, BENCH_REPLY);
}

static const BenchRow row_libqb = {.name = "libqb, shared memory",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = qb_setup,
        .serve = qb_serve,
        .open = qb_open,
        .call = qb_call,
        .teardown = qb_teardown};

const BenchRow *const rows_peers[] = {&row_libqb};
const size_t n_rows_peers = 1;
