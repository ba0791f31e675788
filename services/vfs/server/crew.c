/* SPDX-License-Identifier: MIT */
/*
 * Receiving, dispatching, answering: see crew.h.
 */
#include "crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <caisson/peer.h>
#include <caisson/post.h>
#include <coresrv/nk/transport-kos.h>

#include "peer.h"
#include "serve.h"
#include "vobj.h"

#define ARENA_SLACK 64u /* for alignment, whatever the order of the parts */

typedef struct Crew {
        Handle listener;
        struct kl_Vfs_component *component;
        nk_iid_t offset;
        _Atomic uint32_t n_idle;
} Crew;

/* What a thread works with. */
typedef struct Bench {
        NkKosTransport transport;
        kl_Vfs_component_req req;
        kl_Vfs_component_res res;
        struct nk_arena req_arena, res_arena;
} Bench;

static _Atomic uint32_t n_all;
static _Thread_local Handle own_listener;
static _Thread_local char own_peer[PEER_NAME_MAX];

_Static_assert(PEER_NAME_MAX >= NKX_PEER_NAME_SIZE, "every name fits");
_Static_assert(CREW_MAX *(uint64_t)(CREW_STACK + kl_Vfs_component_req_arena_size +
                                    kl_Vfs_component_res_arena_size + 2 * ARENA_SLACK) <= CREW_MEMORY,
        "however many calls wait, there is memory for files");
_Static_assert(PEERS_WAITS_MAX < CREW_MAX, "some are left for calls that don't wait");
_Static_assert(PEERS_OBJECTS_MAX + CREW_MAX <= VOBJ_MAX, "an object that is counted has a place, though each "
                                                         "thread may be about to give one back");

const char *crew_peer(void) {
        if (nkx_peer_name(own_listener, own_peer, sizeof own_peer) != rcOk)
                own_peer[0] = '\0';
        return own_peer;
}

/* --- the bench --- */

/* From the system and not from the heap, which would keep what a thread leaves when it goes home. */
static bool arena_make(struct nk_arena *arena, size_t size) {
        char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (start == MAP_FAILED)
                return false;
        nk_arena_init(arena, start, start + size);
        return true;
}

static void arena_free(struct nk_arena *arena) {
        if (arena->start)
                (void)munmap(arena->start, nkx_arena_capacity(arena));
}

static void bench_free(Bench *b) {
        if (!b)
                return;
        arena_free(&b->req_arena);
        arena_free(&b->res_arena);
        free(b);
}

static Bench *bench_new(Handle listener) {
        Bench *b = calloc(1, sizeof *b);

        if (b && arena_make(&b->req_arena, kl_Vfs_component_req_arena_size + ARENA_SLACK) &&
                arena_make(&b->res_arena, kl_Vfs_component_res_arena_size + ARENA_SLACK) &&
                NkKosTransport_Init(&b->transport, listener, NK_NULL, 0) == NK_EOK)
                return b;
        bench_free(b);
        return NULL;
}

/* --- the work --- */

/* One request; false: nobody can call any more. */
static nk_err_t receive(Bench *b) {
        nk_req_reset(&b->req);
        nk_arena_reset(&b->req_arena);
        return nk_transport_recv(&b->transport.base, &b->req.base_, &b->req_arena);
}

static void work_on(Crew *c, Bench *b) {
        nk_err_t err;

        memset(&b->res, 0, sizeof b->res); /* what a method leaves as it is must not be the last answer's */
        nk_req_reset(&b->res);
        nk_arena_reset(&b->res_arena);
        (void)kl_Vfs_component_dispatch(
                c->component, c->offset, &b->req.base_, &b->req_arena, &b->res.base_, &b->res_arena);
        err = nk_transport_reply(&b->transport.base, &b->res.base_, &b->res_arena);
        serve_settled(err == NK_EOK);
}

static void *member(void *arg);

/* With a stack of our own size: the usual one is as large as that of a program's first thread may be, and all
 * of them count towards the memory of the process. */
static bool start_member(Crew *c) {
        pthread_attr_t attr;
        pthread_t thread;
        bool starts;

        if (pthread_attr_init(&attr) != 0)
                return false;
        (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        (void)pthread_attr_setstacksize(&attr, CREW_STACK);
        starts = pthread_create(&thread, &attr, member, c) == 0;
        (void)pthread_attr_destroy(&attr);
        return starts;
}

/* Not if there are CREW_MAX already, or no memory; then the next free one receives. */
static void add_member(Crew *c) {
        if (atomic_fetch_add(&n_all, 1) >= CREW_MAX || !start_member(c))
                atomic_fetch_sub(&n_all, 1);
}

/* Until the listener is closed, or there are enough others; the first one stays. */
static void serve(Crew *c, Bench *b, bool is_first) {
        nk_err_t err;

        own_listener = c->listener;
        (void)nkx_receive_again(c->listener);
        for (;;) {
                if (atomic_fetch_add(&c->n_idle, 1) >= CREW_IDLE && !is_first)
                        break;
                err = receive(b);
                if (err == NK_ENOTCONN || err == NK_EINVAL)
                        break;
                if (atomic_fetch_sub(&c->n_idle, 1) == 1)
                        add_member(c);
                if (err == NK_EOK)
                        work_on(c, b);
        }
        (void)nkx_receive_again(INVALID_HANDLE);
        atomic_fetch_sub(&c->n_idle, 1);
}

static void *member(void *arg) {
        Crew *c = arg;
        Bench *b = bench_new(c->listener);

        if (b)
                serve(c, b, false);
        bench_free(b);
        atomic_fetch_sub(&n_all, 1);
        return NULL;
}

int crew_serve(Handle listener, struct kl_Vfs_component *component, nk_iid_t offset) {
        Crew *c = calloc(1, sizeof *c); /* threads may outlast this call: it stays */
        Bench *b = bench_new(listener);

        if (!c || !b) {
                free(c);
                bench_free(b);
                return -ENOMEM;
        }
        c->listener = listener;
        c->component = component;
        c->offset = offset;
        serve(c, b, true);
        bench_free(b);
        return 0;
}
