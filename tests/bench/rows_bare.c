/* SPDX-License-Identifier: MIT */
/*
 * Bare rows: what the machine allows with nothing but the mechanism, unchecked and untyped.
 * Shared memory with three ways to wait, and the kernel's local sockets.
 */
#include "rows.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Noreturn void die(const char *what) {
        perror(what);
        _exit(3);
}

/* --- shared memory --- */

typedef struct Word {
        _Alignas(64) _Atomic uint32_t seq;
} Word;

typedef struct Shm {
        Word request, reply;
        _Alignas(64) uint32_t size;
        char small[32];
        char answer[BENCH_REPLY];
        _Alignas(4096) char data[BENCH_PAYLOAD_MAX];
} Shm;

static void *shm_setup(int n_clients) {
        Shm *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        (void)n_clients;
        if (s == MAP_FAILED)
                die("mmap");
        memset(s->data, 0, sizeof s->data);
        return s;
}

static void shm_teardown(void *ctx) {
        (void)munmap(ctx, sizeof(Shm));
}

static void shm_put(Shm *s, const char *request, size_t size) {
        s->size = (uint32_t)size;
        memcpy(size <= sizeof s->small ? s->small : s->data, request, size);
}

static void shm_get(const Shm *s, char *to) {
        uint32_t size = s->size;

        if (size <= sizeof s->small)
                memcpy(to, s->small, size);
        else if (size <= BENCH_PAYLOAD_MAX)
                memcpy(to, s->data, size);
}

static char *private_memory(void) {
        char *p = mmap(NULL, BENCH_PAYLOAD_MAX, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

        if (p == MAP_FAILED)
                die("mmap");
        return p;
}

static void relax(void) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
}

/* Every wait a futex wait, every post a futex wake. */
static void futex_wait(Word *w, uint32_t old) {
        while (atomic_load_explicit(&w->seq, memory_order_acquire) == old)
                (void)syscall(SYS_futex, &w->seq, FUTEX_WAIT, old, NULL, NULL, 0);
}

static void futex_post(Word *w, uint32_t value) {
        atomic_store_explicit(&w->seq, value, memory_order_release);
        (void)syscall(SYS_futex, &w->seq, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void spin_wait(Word *w, uint32_t old) {
        while (atomic_load_explicit(&w->seq, memory_order_acquire) == old)
                relax();
}

static void yield_wait(Word *w, uint32_t old) {
        while (atomic_load_explicit(&w->seq, memory_order_acquire) == old)
                (void)sched_yield();
}

static void plain_post(Word *w, uint32_t value) {
        atomic_store_explicit(&w->seq, value, memory_order_release);
}

#define SHM_ROW(NAME, WAIT, POST)                                                                            \
        static void NAME##_serve(void *ctx) {                                                                \
                Shm *s = ctx;                                                                                \
                char *mine = private_memory();                                                               \
                for (uint32_t seen = 0;;) {                                                                  \
                        WAIT(&s->request, seen);                                                             \
                        seen++;                                                                              \
                        shm_get(s, mine);                                                                    \
                        memcpy(s->answer, mine, BENCH_REPLY);                                                \
                        POST(&s->reply, seen);                                                               \
                }                                                                                            \
        }                                                                                                    \
        static void NAME##_call(void *conn, const char *request, size_t size, char *reply) {                 \
                static uint32_t n;                                                                           \
                Shm *s = conn;                                                                               \
                shm_put(s, request, size);                                                                   \
                POST(&s->request, ++n);                                                                      \
                WAIT(&s->reply, n - 1);                                                                      \
                memcpy(reply, s->answer, BENCH_REPLY);                                                       \
        }

SHM_ROW(futex, futex_wait, futex_post)
SHM_ROW(spin, spin_wait, plain_post)
SHM_ROW(yield, yield_wait, plain_post)

const BenchRow row_shm_futex = {.name = "bare shared memory + futex",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = shm_setup,
        .serve = futex_serve,
        .call = futex_call,
        .teardown = shm_teardown};
const BenchRow row_shm_spin = {.name = "bare shared memory + spin",
        .payload_max = BENCH_PAYLOAD_MAX,
        .spins = true,
        .setup = shm_setup,
        .serve = spin_serve,
        .call = spin_call,
        .teardown = shm_teardown};
const BenchRow row_shm_yield = {.name = "bare shared memory + yield",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = shm_setup,
        .serve = yield_serve,
        .call = yield_call,
        .teardown = shm_teardown};

/* --- local sockets --- */

typedef struct Sockets {
        int n;
        int server[BENCH_CLIENTS_MAX], client[BENCH_CLIENTS_MAX];
} Sockets;

static void *sockets_setup(int n_clients, int type) {
        Sockets *s = calloc(1, sizeof *s);
        int room = 4 << 20;

        s->n = n_clients;
        for (int i = 0; i < n_clients; i++) {
                int fds[2];

                if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0)
                        die("socketpair");
                for (int k = 0; k < 2; k++)
                        if (setsockopt(fds[k], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
                                (void)setsockopt(fds[k], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
                s->server[i] = fds[0];
                s->client[i] = fds[1];
        }
        return s;
}

static void *packet_setup(int n_clients) {
        return sockets_setup(n_clients, SOCK_SEQPACKET);
}

static void *stream_setup(int n_clients) {
        return sockets_setup(n_clients, SOCK_STREAM);
}

static void sockets_teardown(void *ctx) {
        Sockets *s = ctx;

        for (int i = 0; i < s->n; i++) {
                (void)close(s->server[i]);
                (void)close(s->client[i]);
        }
        free(s);
}

typedef struct SocketConn {
        int fd;
} SocketConn;

static void *socket_open(void *ctx, int client) {
        SocketConn *c = malloc(sizeof *c);

        c->fd = ((Sockets *)ctx)->client[client];
        return c;
}

static void read_all(int fd, void *to, size_t size) {
        for (size_t got = 0; got < size;) {
                ssize_t k = read(fd, (char *)to + got, size - got);

                if (k <= 0)
                        _exit(0);
                got += (size_t)k;
        }
}

static void write_all(int fd, const void *from, size_t size) {
        for (size_t put = 0; put < size;) {
                ssize_t k = write(fd, (const char *)from + put, size - put);

                if (k <= 0)
                        _exit(0);
                put += (size_t)k;
        }
}

/* A packet socket with one blocking receive, for one client. */
static void packet_serve(void *ctx) {
        Sockets *s = ctx;
        char *mine = private_memory();

        for (;;) {
                if (recv(s->server[0], mine, BENCH_PAYLOAD_MAX, 0) <= 0)
                        _exit(0);
                write_all(s->server[0], mine, BENCH_REPLY);
        }
}

static void packet_call(void *conn, const char *request, size_t size, char *reply) {
        SocketConn *c = conn;

        write_all(c->fd, request, size);
        read_all(c->fd, reply, BENCH_REPLY);
}

/* A stream: four bytes of length, then the payload; the first page leaves in one write. */
static void stream_serve(void *ctx) {
        Sockets *s = ctx;
        static char head[4 + 4096];
        char *mine = private_memory();

        for (;;) {
                uint32_t size;
                ssize_t k = read(s->server[0], head, sizeof head);

                if (k < 4)
                        _exit(0);
                memcpy(&size, head, 4);
                if (size > BENCH_PAYLOAD_MAX)
                        _exit(3);
                memcpy(mine, head + 4, (size_t)k - 4);
                read_all(s->server[0], mine + k - 4, size - ((size_t)k - 4));
                write_all(s->server[0], mine, BENCH_REPLY);
        }
}

static void stream_call(void *conn, const char *request, size_t size, char *reply) {
        SocketConn *c = conn;
        static char head[4 + 4096];
        uint32_t length = (uint32_t)size;
        size_t first = size < 4096 ? size : 4096;

        memcpy(head, &length, 4);
        memcpy(head + 4, request, first);
        write_all(c->fd, head, 4 + first);
        write_all(c->fd, request + first, size - first);
        read_all(c->fd, reply, BENCH_REPLY);
}

/* One epoll set for all clients. */
static void epoll_serve(void *ctx) {
        Sockets *s = ctx;
        int ep = epoll_create1(EPOLL_CLOEXEC);
        char *mine = private_memory();

        for (int i = 0; i < s->n; i++) {
                struct epoll_event ev = {.events = EPOLLIN, .data.fd = s->server[i]};

                if (epoll_ctl(ep, EPOLL_CTL_ADD, s->server[i], &ev) < 0)
                        die("epoll_ctl");
        }
        for (;;) {
                struct epoll_event ev[BENCH_CLIENTS_MAX];
                int n = epoll_wait(ep, ev, BENCH_CLIENTS_MAX, -1);

                for (int i = 0; i < n; i++)
                        if (recv(ev[i].data.fd, mine, BENCH_PAYLOAD_MAX, 0) > 0)
                                write_all(ev[i].data.fd, mine, BENCH_REPLY);
        }
}

const BenchRow row_unix_packet = {.name = "AF_UNIX seqpacket",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = packet_setup,
        .serve = packet_serve,
        .open = socket_open,
        .call = packet_call,
        .teardown = sockets_teardown};
const BenchRow row_unix_stream = {.name = "AF_UNIX stream",
        .payload_max = BENCH_PAYLOAD_MAX,
        .setup = stream_setup,
        .serve = stream_serve,
        .open = socket_open,
        .call = stream_call,
        .teardown = sockets_teardown};
const BenchRow row_unix_epoll = {.name = "AF_UNIX seqpacket + epoll",
        .payload_max = 4096,
        .setup = packet_setup,
        .serve = epoll_serve,
        .open = socket_open,
        .call = packet_call,
        .teardown = sockets_teardown};
