/* SPDX-License-Identifier: MIT */
/*
 * Channels: one client end and one listener in this process, threads as the two sides.
 *
 * Where a case needs "the server has picked it up" it takes the request itself instead of sleeping.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#include "platform/linux/futex.h"
#include "transport/chan.h"
#include "transport/chan_mem.h"

#define HEAD ((uint32_t)sizeof(struct nk_message))

/* One channel with both ends, and the memory as a hostile peer would see it. */
typedef struct Pair {
        Listener *listener;
        ChanClient *client;
        ChanHeader *mem;
        int status_fd;
} Pair;

static int status_ro, ear;

static ChanClient *connect_to(Listener *l, ChanHeader **ret_mem, int ro_fd) {
        ChanClient *client;
        int mem, bell;

        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(chan_bell_create(&bell), 0);
        if (ret_mem)
                assert_int_equal(chan_mem_map(mem, ret_mem), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        assert_int_equal(listener_add(l, dup(mem), NULL), 0);
        assert_int_equal(chan_client_new(mem, bell, dup(ro_fd), 0, NULL, 0, &client), 0);
        return client;
}

static int setup(void **state) {
        Pair *p = calloc(1, sizeof *p);

        assert_int_equal(chan_status_create(&p->status_fd, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(listener_new(p->status_fd, 0, ear, &p->listener), 0);
        p->client = connect_to(p->listener, &p->mem, status_ro);
        *state = p;
        return 0;
}

static int teardown(void **state) {
        Pair *p = *state;

        chan_client_free(p->client);
        listener_free(p->listener);
        chan_mem_unmap(p->mem);
        (void)close(p->status_fd);
        (void)close(status_ro);
        free(p);
        return 0;
}

static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
static const ChanWait at_once = {.timeout_ms = 1};

/* A call made by a thread of its own. */
typedef struct Caller {
        pthread_t thread;
        ChanClient *client;
        ChanWait wait;
        char *arena;
        uint32_t arena_size;
        uint32_t reply_max; /* room for the reply's arena */
        int result;
        int32_t status;
        uint32_t got_arena;
        uint16_t got_mid;
} Caller;

static void call(Caller *c) {
        struct nk_message req = {.size = HEAD, .mid = 7}, res;
        char *room = malloc(c->reply_max + 1);
        ChanOut out = {.msg = &req, .msg_size = HEAD, .arena = c->arena, .arena_size = c->arena_size};
        ChanIn in = {.msg = &res, .msg_max = HEAD, .arena = room, .arena_max = c->reply_max};

        c->result = chan_call(c->client, &out, &in, &c->wait, &c->status);
        c->got_arena = in.got_arena;
        c->got_mid = c->result == 0 && c->status == 0 ? res.mid : 0;
        free(room);
}

static void *call_thread(void *arg) {
        call(arg);
        return NULL;
}

static void start(Caller *c) {
        assert_int_equal(pthread_create(&c->thread, NULL, call_thread, c), 0);
}

static void join(Caller *c) {
        assert_int_equal(pthread_join(c->thread, NULL), 0);
}

static int take(Listener *l, const ChanWait *wait, struct nk_message *msg, ChanRequest *ret_request) {
        ChanIn in = {.msg = msg, .msg_max = HEAD};

        return listener_recv(l, &in, wait, ret_request);
}

static int answer(Listener *l, ChanRequest *request, struct nk_message *msg) {
        ChanOut out = {.msg = msg, .msg_size = HEAD};

        return listener_reply(l, request, &out, rcOk);
}

/* Answers `n` requests, then ends. */
typedef struct Server {
        pthread_t thread;
        Listener *listener;
        char *arena;
        uint32_t arena_max;
        int n;
        int n_served;
        int result;
        uint32_t got_arena;
} Server;

static void *serve(void *arg) {
        Server *s = arg;

        while (s->n_served < s->n) {
                struct nk_message msg;
                ChanRequest request;
                ChanIn in = {.msg = &msg, .msg_max = HEAD, .arena = s->arena, .arena_max = s->arena_max};
                ChanOut out = {.msg = &msg, .msg_size = HEAD};

                s->result = listener_recv(s->listener, &in, &forever, &request);
                if (s->result)
                        break;
                s->got_arena = in.got_arena;
                out.arena = s->arena;
                out.arena_size = in.got_arena;
                (void)listener_reply(s->listener, &request, &out, rcOk);
                s->n_served++;
        }
        return NULL;
}

static void start_server(Server *s) {
        assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

/* --- memory --- */

static void channel_memory_cannot_be_resized(void **state) {
        int fd;

        (void)state;
        assert_int_equal(chan_mem_create(&fd), 0);
        assert_int_equal(ftruncate(fd, 4096), -1);
        assert_int_equal(ftruncate(fd, (off_t)CHAN_SIZE + 4096), -1);
        (void)close(fd);
}

static void status_page_of_a_client_cannot_be_mapped_writable(void **state) {
        (void)state;
        assert_ptr_equal(
                mmap(NULL, STATUS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, status_ro, 0), MAP_FAILED);
}

static void memory_of_another_size_is_refused(void **state) {
        int fd = memfd_create("short", MFD_CLOEXEC);
        ChanHeader *mem;

        (void)state;
        assert_int_equal(ftruncate(fd, 4096), 0);
        assert_true(chan_mem_map(fd, &mem) < 0);
        (void)close(fd);
}

/* --- the exchange --- */

static void call_returns_what_the_server_replied(void **state) {
        Pair *p = *state;
        Server s = {.listener = p->listener, .n = 1000};
        Caller c = {.client = p->client, .wait = forever};

        start_server(&s);
        for (int i = 0; i < 1000; i++) {
                call(&c);
                assert_int_equal(c.result, 0);
                assert_int_equal(c.status, rcOk);
                assert_int_equal(c.got_mid, 7);
        }
        assert_int_equal(pthread_join(s.thread, NULL), 0);
}

static void status_without_message_reaches_the_caller(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        assert_int_equal(listener_reply(p->listener, &request, NULL, rcFail), 0);
        join(&c);
        assert_int_equal(c.result, 0);
        assert_int_equal(c.status, rcFail);
}

static void reply_without_a_request_is_refused(void **state) {
        Pair *p = *state;
        ChanRequest none = {.end = NULL};

        assert_int_equal(listener_reply(p->listener, &none, NULL, rcOk), CHAN_E_STATE);
}

/* Sends `size` arena bytes behind a header both ways. */
static void round_trip_of(Pair *p, uint32_t size, int want_client) {
        char *sent = malloc(CHAN_MESSAGE_MAX + 1), *room = malloc(CHAN_MESSAGE_MAX + 1);
        Server s = {.listener = p->listener, .n = 1, .arena = room, .arena_max = CHAN_MESSAGE_MAX};
        Caller c = {.client = p->client,
                .wait = forever,
                .arena = sent,
                .arena_size = size,
                .reply_max = CHAN_MESSAGE_MAX};

        for (uint32_t i = 0; i < size; i++)
                sent[i] = (char)(i * 31 + 7);
        if (want_client == 0)
                start_server(&s);
        call(&c);
        assert_int_equal(c.result, want_client);
        if (want_client == 0) {
                assert_int_equal(pthread_join(s.thread, NULL), 0);
                assert_int_equal(c.got_arena, size);
                assert_memory_equal(room, sent, size);
        }
        free(sent);
        free(room);
}

static void message_just_below_the_limit_passes(void **state) {
        round_trip_of(*state, CHAN_MESSAGE_MAX - HEAD - 1, 0);
}

static void message_at_the_limit_passes(void **state) {
        round_trip_of(*state, CHAN_MESSAGE_MAX - HEAD, 0);
}

static void message_above_the_limit_is_refused_at_the_sender(void **state) {
        round_trip_of(*state, CHAN_MESSAGE_MAX - HEAD + 1, CHAN_E_TOO_BIG);
}

static void reply_above_the_limit_releases_the_client(void **state) {
        Pair *p = *state;
        char *big = calloc(1, CHAN_MESSAGE_MAX);
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        ChanOut out = {.msg = &msg, .msg_size = HEAD, .arena = big, .arena_size = CHAN_MESSAGE_MAX};
        assert_int_equal(listener_reply(p->listener, &request, &out, rcOk), CHAN_E_TOO_BIG);
        join(&c);
        assert_int_equal(c.status, rcInvalidArgument);
        free(big);
}

static void request_larger_than_the_server_room_is_answered_out_of_memory(void **state) {
        Pair *p = *state;
        char arena[9] = {0};
        Caller c = {.client = p->client, .wait = forever, .arena = arena, .arena_size = 9};
        struct nk_message msg;
        ChanRequest request;
        char room[8];
        ChanIn in = {.msg = &msg, .msg_max = HEAD, .arena = room, .arena_max = sizeof room};

        start(&c);
        assert_int_equal(listener_recv(p->listener, &in, &forever, &request), CHAN_E_TOO_BIG);
        join(&c);
        assert_int_equal(c.status, rcOutOfMemory);
}

static void reply_larger_than_the_client_room_fails_only_that_call(void **state) {
        Pair *p = *state;
        char arena[9] = {0}, room[16];
        Server s = {.listener = p->listener, .n = 2, .arena = room, .arena_max = sizeof room};
        Caller small = {
                .client = p->client, .wait = forever, .arena = arena, .arena_size = 9, .reply_max = 8};
        Caller enough = {
                .client = p->client, .wait = forever, .arena = arena, .arena_size = 9, .reply_max = 9};

        start_server(&s);
        call(&small);
        call(&enough);
        assert_int_equal(pthread_join(s.thread, NULL), 0);
        assert_int_equal(small.result, CHAN_E_TOO_BIG);
        assert_int_equal(enough.result, 0);
        assert_int_equal(enough.got_arena, 9);
}

/* --- limits of time --- */

static void call_nobody_picks_up_times_out_and_leaves_the_slot_free(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = at_once};
        struct nk_message msg;
        ChanRequest request;

        for (uint32_t i = 0; i < 3 * CHAN_SLOTS; i++) {
                call(&c);
                assert_int_equal(c.result, CHAN_E_TIMEOUT);
        }
        assert_int_equal(take(p->listener, &at_once, &msg, &request), CHAN_E_TIMEOUT);
}

static void call_the_server_holds_times_out_and_its_late_reply_hurts_nobody(void **state) {
        Pair *p = *state;
        Caller late = {.client = p->client, .wait = {.timeout_ms = 20}};
        Caller next = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest held, request;

        start(&late);
        assert_int_equal(take(p->listener, &forever, &msg, &held), 0);
        join(&late);
        assert_int_equal(late.result, CHAN_E_TIMEOUT);

        start(&next);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        assert_int_not_equal(request.slot, held.slot);
        assert_int_equal(answer(p->listener, &held, &msg), 0);
        assert_int_equal(answer(p->listener, &request, &msg), 0);
        join(&next);
        assert_int_equal(next.result, 0);
}

static void deadline_of_the_channel_limits_a_call_without_one(void **state) {
        Pair *p = *state;
        ChanClient *client;
        int mem, bell;

        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(chan_bell_create(&bell), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        assert_int_equal(listener_add(p->listener, dup(mem), NULL), 0);
        assert_int_equal(chan_client_new(mem, bell, dup(status_ro), 0, NULL, 5, &client), 0);
        Caller c = {.client = client, .wait = forever};
        call(&c);
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
        chan_client_free(client);
}

static void receive_times_out(void **state) {
        Pair *p = *state;
        struct nk_message msg;
        ChanRequest request;

        assert_int_equal(take(p->listener, &at_once, &msg, &request), CHAN_E_TIMEOUT);
}

/* --- many at once --- */

static void more_threads_than_slots_all_get_their_reply(void **state) {
        Pair *p = *state;
        enum { N = CHAN_SLOTS + 5 };
        Caller callers[N];
        struct nk_message msg;
        ChanRequest held[CHAN_SLOTS];

        for (int i = 0; i < N; i++) {
                callers[i] = (Caller){.client = p->client, .wait = forever};
                start(&callers[i]);
        }
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                assert_int_equal(take(p->listener, &forever, &msg, &held[i]), 0);
        assert_int_equal(take(p->listener, &at_once, &msg, &(ChanRequest){0}), CHAN_E_TIMEOUT);
        for (uint32_t i = 0; i < CHAN_SLOTS; i++)
                assert_int_equal(answer(p->listener, &held[i], &msg), 0);
        for (int i = CHAN_SLOTS; i < N; i++) {
                ChanRequest request;

                assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
                assert_int_equal(answer(p->listener, &request, &msg), 0);
        }
        for (int i = 0; i < N; i++) {
                join(&callers[i]);
                assert_int_equal(callers[i].result, 0);
        }
}

static void *call_many(void *arg) {
        Caller *c = arg;

        for (int i = 0; i < 500 && c->result == 0; i++)
                call(c);
        return NULL;
}

static void several_threads_serve_several_clients(void **state) {
        Pair *p = *state;
        enum { CLIENTS = 6, SERVERS = 3 };
        Caller callers[CLIENTS] = {0};
        Server servers[SERVERS] = {0};
        int served = 0;

        for (int i = 0; i < SERVERS; i++) {
                servers[i] = (Server){.listener = p->listener, .n = 1 << 30};
                start_server(&servers[i]);
        }
        for (int i = 0; i < CLIENTS; i++) {
                callers[i] = (Caller){.client = connect_to(p->listener, NULL, status_ro), .wait = forever};
                assert_int_equal(pthread_create(&callers[i].thread, NULL, call_many, &callers[i]), 0);
        }
        for (int i = 0; i < CLIENTS; i++) {
                join(&callers[i]);
                assert_int_equal(callers[i].result, 0);
        }
        listener_close(p->listener);
        for (int i = 0; i < SERVERS; i++) {
                assert_int_equal(pthread_join(servers[i].thread, NULL), 0);
                assert_int_equal(servers[i].result, CHAN_E_CLOSED);
                served += servers[i].n_served;
        }
        assert_int_equal(served, CLIENTS * 500);
        for (int i = 0; i < CLIENTS; i++)
                chan_client_free(callers[i].client);
}

static void listener_takes_channels_up_to_its_limit(void **state) {
        Pair *p = *state; /* has one already */
        int mem;

        for (unsigned i = 1; i < LISTENER_CHANNELS_MAX; i++) {
                assert_int_equal(chan_mem_create(&mem), 0);
                assert_int_equal(listener_add(p->listener, mem, NULL), 0);
        }
        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(listener_add(p->listener, mem, NULL), CHAN_E_STATE);
        (void)close(mem);
}

/* --- interruption --- */

static void set_sync_object_interrupts_a_call_nobody_picked_up(void **state) {
        Pair *p = *state;
        ChanSync *sync;
        Caller c = {.client = p->client};

        assert_int_equal(chan_sync_new(&sync), 0);
        c.wait = (ChanWait){.timeout_ms = CHAN_FOREVER, .sync = sync};
        start(&c);
        chan_sync_set(sync);
        join(&c);
        assert_int_equal(c.result, CHAN_E_INTERRUPTED);
        chan_sync_free(sync);
}

static void set_sync_object_does_not_interrupt_a_call_in_service(void **state) {
        Pair *p = *state;
        ChanSync *sync;
        Caller c = {.client = p->client};
        struct nk_message msg;
        ChanRequest request;

        assert_int_equal(chan_sync_new(&sync), 0);
        c.wait = (ChanWait){.timeout_ms = CHAN_FOREVER, .sync = sync};
        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        chan_sync_set(sync);
        assert_int_equal(answer(p->listener, &request, &msg), 0);
        join(&c);
        assert_int_equal(c.result, 0);
        chan_sync_free(sync);
}

static void sync_object_stays_set_until_cleared(void **state) {
        Pair *p = *state;
        ChanSync *sync;
        struct nk_message msg;
        ChanRequest request;

        assert_int_equal(chan_sync_new(&sync), 0);
        ChanWait wait = {.timeout_ms = CHAN_FOREVER, .sync = sync};
        chan_sync_set(sync);
        assert_int_equal(take(p->listener, &wait, &msg, &request), CHAN_E_INTERRUPTED);
        assert_int_equal(take(p->listener, &wait, &msg, &request), CHAN_E_INTERRUPTED);
        chan_sync_clear(sync);
        wait.timeout_ms = 1;
        assert_int_equal(take(p->listener, &wait, &msg, &request), CHAN_E_TIMEOUT);
        chan_sync_free(sync);
}

/* --- ends --- */

static void death_of_the_server_ends_a_waiting_call(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        chan_mem_close(p->mem, CHAN_SERVER_GONE, -1);
        join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        call(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        (void)listener_reply(p->listener, &request, NULL, rcOk);
}

static void server_that_calls_a_waiting_slot_free_and_dies_ends_the_call(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        atomic_store(&chan_slot(p->mem, request.slot)->state, CHAN_FREE);
        chan_mem_close(p->mem, CHAN_SERVER_GONE, -1);
        join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        (void)listener_reply(p->listener, &request, NULL, rcOk);
}

static void closing_the_listener_ends_calls_and_receivers(void **state) {
        Pair *p = *state;
        Server s = {.listener = p->listener, .n = 1};
        Caller c = {.client = p->client, .wait = forever};

        start_server(&s);
        listener_close(p->listener);
        assert_int_equal(pthread_join(s.thread, NULL), 0);
        assert_int_equal(s.result, CHAN_E_CLOSED);
        call(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
}

static void reply_to_a_dead_client_says_so(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        chan_client_close(p->client);
        join(&c);
        assert_int_equal(c.result, CHAN_E_CLOSED);
        assert_int_equal(answer(p->listener, &request, &msg), CHAN_E_CLOSED);
}

static void queued_request_of_a_dead_client_vanishes(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        start(&c);
        while (!atomic_load(chan_pending(p->mem)))
                (void)sched_yield();
        chan_client_close(p->client);
        join(&c);
        assert_int_equal(take(p->listener, &at_once, &msg, &request), CHAN_E_TIMEOUT);
}

static int count_fds(void) {
        int n = 0;

        for (int fd = 0; fd < 4096; fd++)
                n += fcntl(fd, F_GETFD) >= 0;
        return n;
}

static void ten_thousand_channels_come_and_go_without_a_trace(void **state) {
        Pair *p = *state;
        Server s = {.listener = p->listener, .n = 10000};
        Caller c = {.wait = forever};
        int before = count_fds();

        start_server(&s);
        for (int i = 0; i < 10000; i++) {
                c.client = connect_to(p->listener, NULL, status_ro);
                call(&c);
                assert_int_equal(c.result, 0);
                chan_client_free(c.client);
        }
        assert_int_equal(pthread_join(s.thread, NULL), 0);
        (void)take(p->listener, &at_once, &(struct nk_message){0}, &(ChanRequest){0});
        assert_int_equal(count_fds(), before);
}

/* --- a hostile other end --- */

static void post_raw(ChanHeader *mem, uint32_t i, uint32_t msg_size, uint32_t arena_size) {
        ChanSlot *slot = chan_slot(mem, i);

        slot->msg_size = msg_size;
        slot->arena_size = arena_size;
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(mem), 1u << i);
}

static void lying_sizes_are_answered_and_the_neighbour_goes_on(void **state) {
        Pair *p = *state;
        ChanHeader *evil;
        ChanClient *other = connect_to(p->listener, &evil, status_ro);
        static const uint32_t sizes[5][2] = {{UINT32_MAX, 0}, {HEAD, UINT32_MAX}, {UINT32_MAX, UINT32_MAX},
                {CHAN_MESSAGE_MAX, 1}, {HEAD - 1, 0}};
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;

        for (uint32_t i = 0; i < 5; i++)
                post_raw(evil, i, sizes[i][0], sizes[i][1]);
        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        assert_int_equal(msg.mid, 7);
        assert_int_equal(answer(p->listener, &request, &msg), 0);
        join(&c);
        assert_int_equal(c.result, 0);
        assert_int_equal(take(p->listener, &at_once, &msg, &request), CHAN_E_TIMEOUT);
        for (uint32_t i = 0; i < 5; i++) {
                assert_int_equal(atomic_load(&chan_slot(evil, i)->state), CHAN_REPLY);
                assert_int_equal(chan_slot(evil, i)->status, rcInvalidArgument);
        }
        chan_mem_unmap(evil);
        chan_client_free(other);
}

static void pending_bits_without_a_request_are_ignored(void **state) {
        Pair *p = *state;
        struct nk_message msg;
        ChanRequest request;

        atomic_store(chan_pending(p->mem), UINT32_MAX);
        assert_int_equal(take(p->listener, &at_once, &msg, &request), CHAN_E_TIMEOUT);
}

static void server_that_rewrites_the_sizes_cannot_overrun_the_client(void **state) {
        Pair *p = *state;
        Caller c = {.client = p->client, .wait = forever};
        struct nk_message msg;
        ChanRequest request;
        ChanSlot *slot;

        start(&c);
        assert_int_equal(take(p->listener, &forever, &msg, &request), 0);
        slot = chan_slot(p->mem, request.slot);
        slot->msg_size = UINT32_MAX;
        slot->arena_size = UINT32_MAX;
        slot->status = rcOk;
        atomic_store(&slot->state, CHAN_REPLY);
        plat_futex_wake(&slot->state, 1);
        join(&c);
        assert_int_equal(c.result, CHAN_E_MALFORMED);
        (void)listener_reply(p->listener, &request, NULL, rcOk);
}

/* Turns what the state word says besides the answer, as fast as it can. */
typedef struct Flipper {
        pthread_t thread;
        ChanSlot *slot;
        _Atomic int stop;
} Flipper;

static void *flip(void *arg) {
        Flipper *f = arg;

        for (uint32_t i = 0; !f->stop; i++)
                atomic_store(&f->slot->state, CHAN_CALL | (i << 4));
        return NULL;
}

static void server_that_keeps_changing_the_state_word_cannot_outlast_the_time_limit(void **state) {
        Pair *p = *state;
        Flipper f = {.slot = chan_slot(p->mem, 0)};
        Caller c = {.client = p->client, .wait = {.timeout_ms = 20}};

        assert_int_equal(pthread_create(&f.thread, NULL, flip, &f), 0);
        call(&c);
        f.stop = 1;
        assert_int_equal(pthread_join(f.thread, NULL), 0);
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
}

/* Looks for requests until the listener is closed; threads that find none tidy up. */
static void *receive_until_closed(void *arg) {
        struct nk_message msg;
        ChanRequest request;

        while (take(arg, &at_once, &msg, &request) == CHAN_E_TIMEOUT)
                continue;
        return NULL;
}

#define DYING 32

typedef struct Dying {
        ChanClient *clients[DYING];
        _Atomic int n_ended;
} Dying;

static void *end_clients(void *arg) {
        Dying *d = arg;

        for (int i = 0; i < DYING; i++) {
                chan_client_free(d->clients[i]);
                d->n_ended++;
        }
        return NULL;
}

/* Both go through the channels in the same order; the closing one catches up half-way. */
static void listener_may_close_while_dead_channels_are_tidied_away(void **state) {
        Pair *p = *state;
        Dying d = {.n_ended = 0};
        pthread_t receiver, ender;

        for (int i = 0; i < DYING; i++)
                d.clients[i] = connect_to(p->listener, NULL, status_ro);
        assert_int_equal(pthread_create(&receiver, NULL, receive_until_closed, p->listener), 0);
        assert_int_equal(pthread_create(&ender, NULL, end_clients, &d), 0);
        while (d.n_ended < DYING / 2)
                (void)sched_yield();
        listener_close(p->listener);
        assert_int_equal(pthread_join(ender, NULL), 0);
        assert_int_equal(pthread_join(receiver, NULL), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(channel_memory_cannot_be_resized),
                CASE(status_page_of_a_client_cannot_be_mapped_writable),
                CASE(memory_of_another_size_is_refused),
                CASE(call_returns_what_the_server_replied),
                CASE(status_without_message_reaches_the_caller),
                CASE(reply_without_a_request_is_refused),
                CASE(message_just_below_the_limit_passes),
                CASE(message_at_the_limit_passes),
                CASE(message_above_the_limit_is_refused_at_the_sender),
                CASE(reply_above_the_limit_releases_the_client),
                CASE(request_larger_than_the_server_room_is_answered_out_of_memory),
                CASE(reply_larger_than_the_client_room_fails_only_that_call),
                CASE(call_nobody_picks_up_times_out_and_leaves_the_slot_free),
                CASE(call_the_server_holds_times_out_and_its_late_reply_hurts_nobody),
                CASE(deadline_of_the_channel_limits_a_call_without_one),
                CASE(receive_times_out),
                CASE(more_threads_than_slots_all_get_their_reply),
                CASE(several_threads_serve_several_clients),
                CASE(listener_takes_channels_up_to_its_limit),
                CASE(set_sync_object_interrupts_a_call_nobody_picked_up),
                CASE(set_sync_object_does_not_interrupt_a_call_in_service),
                CASE(sync_object_stays_set_until_cleared),
                CASE(death_of_the_server_ends_a_waiting_call),
                CASE(server_that_calls_a_waiting_slot_free_and_dies_ends_the_call),
                CASE(closing_the_listener_ends_calls_and_receivers),
                CASE(reply_to_a_dead_client_says_so),
                CASE(queued_request_of_a_dead_client_vanishes),
                CASE(ten_thousand_channels_come_and_go_without_a_trace),
                CASE(lying_sizes_are_answered_and_the_neighbour_goes_on),
                CASE(pending_bits_without_a_request_are_ignored),
                CASE(server_that_rewrites_the_sizes_cannot_overrun_the_client),
                CASE(server_that_keeps_changing_the_state_word_cannot_outlast_the_time_limit),
                CASE(listener_may_close_while_dead_channels_are_tidied_away),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
