/* SPDX-License-Identifier: MIT */
/*
 * Many channels on one listener, more than are all looked at each time; channels that are added while threads
 * wait; and closing of legs in which only some slots were used.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <nk/types.h>
#include <rtl/retcode.h>

#include "transport/chan.h"
#include "transport/chan_mem.h"

#define HEAD    ((uint32_t)sizeof(struct nk_message))
#define MANY    300 /* far above what a listener looks at each time */
#define THREADS 3
#define ROUNDS  3

static Listener *listener;
static ChanClient *clients[MANY];
static StatusEntry *entries;
static int status_fd, status_ro, ear, news;
static _Atomic uint32_t n_served;
static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};

/* In place of the mailbox: what the kernel process has sent. */
static _Atomic int letter = -1;
static _Atomic uint32_t n_looks;

static void look_for_letter(void) {
        int mem = atomic_exchange(&letter, -1);

        n_looks++;
        if (mem >= 0)
                assert_int_equal(listener_add(listener, mem, NULL), 0);
}

/* *ret_mem: the server's end of it. */
static ChanClient *make_channel(int *ret_mem) {
        ChanClient *client;
        int mem, bell;

        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(chan_bell_create(&bell), 0);
        assert_int_equal(chan_ear_add(ear, bell), 0);
        *ret_mem = dup(mem);
        assert_int_equal(chan_client_new(mem, bell, dup(status_ro), 0, NULL, 0, &client), 0);
        return client;
}

static int call_on(ChanClient *client) {
        struct nk_message req = {.size = HEAD, .mid = 7}, res;
        ChanOut out = {.msg = &req, .msg_size = HEAD};
        ChanIn in = {.msg = &res, .msg_max = HEAD};
        int32_t status = rcFail;
        int r = chan_call(client, &out, &in, &forever, &status);

        return r ? r : status;
}

static void *serve(void *arg) {
        struct nk_message msg;
        ChanRequest request;
        ChanIn in = {.msg = &msg, .msg_max = HEAD};
        ChanOut out = {.msg = &msg, .msg_size = HEAD};

        while (listener_recv(listener, &in, &forever, &request) == 0) {
                n_served++;
                (void)listener_reply(listener, &request, &out, rcOk);
        }
        return arg;
}

static pthread_t threads[THREADS];

static void start(int n) {
        for (int i = 0; i < n; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, serve, NULL), 0);
}

static void stop(int n) {
        listener_close(listener);
        for (int i = 0; i < n; i++)
                assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static int setup(void **state) {
        (void)state;
        n_served = n_looks = 0;
        if (chan_status_create(&status_fd, &status_ro) || chan_ear_create(&ear) || chan_bell_create(&news) ||
                chan_ear_add(ear, news) || chan_status_map(status_fd, true, &entries) ||
                listener_new(status_fd, 0, ear, &listener))
                return -1;
        listener_on_news(listener, look_for_letter);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        for (int i = 0; i < MANY; i++)
                clients[i] = chan_client_free(clients[i]);
        listener = listener_free(listener);
        chan_status_unmap(entries);
        (void)close(status_fd);
        (void)close(status_ro);
        (void)close(news);
        return 0;
}

static void make_many(void) {
        int mem;

        for (int i = 0; i < MANY; i++) {
                clients[i] = make_channel(&mem);
                assert_int_equal(listener_add(listener, mem, NULL), 0);
        }
}

static void each_of_many_channels_is_served(void **state) {
        (void)state;
        make_many();
        start(1);
        for (int k = 0; k < ROUNDS; k++)
                for (int i = 0; i < MANY; i++)
                        assert_int_equal(call_on(clients[i]), 0);
        assert_int_equal(n_served, MANY * ROUNDS);
        stop(1);
}

static void several_threads_serve_many_channels(void **state) {
        (void)state;
        make_many();
        start(THREADS);
        for (int i = 0; i < MANY; i++)
                assert_int_equal(call_on(clients[(i * 7) % MANY]), 0);
        stop(THREADS);
}

typedef struct Caller {
        pthread_t thread;
        int from, to, n_failed;
} Caller;

static void *call_some(void *arg) {
        Caller *c = arg;

        for (int k = 0; k < ROUNDS; k++)
                for (int i = c->from; i < c->to; i++)
                        c->n_failed += call_on(clients[i]) != 0;
        return NULL;
}

/* Busy ones and idle ones at once: nobody is left waiting. */
static void busy_and_idle_channels_are_served_at_once(void **state) {
        Caller callers[THREADS];

        (void)state;
        make_many();
        start(2);
        for (int i = 0; i < THREADS; i++) {
                callers[i] = (Caller){.from = i * (MANY / THREADS), .to = (i + 1) * (MANY / THREADS)};
                assert_int_equal(pthread_create(&callers[i].thread, NULL, call_some, &callers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
                assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
                assert_int_equal(callers[i].n_failed, 0);
        }
        stop(2);
}

/* One thread holds a request for ever; what others have posted must not wait for it. */
static void a_thread_that_is_busy_keeps_nobody_waiting(void **state) {
        struct nk_message msg;
        ChanRequest held;
        ChanIn in = {.msg = &msg, .msg_max = HEAD};
        ChanOut out = {.msg = &msg, .msg_size = HEAD};
        Caller first = {.from = 0, .to = 1};

        (void)state;
        make_many();
        assert_int_equal(pthread_create(&first.thread, NULL, call_some, &first), 0);
        assert_int_equal(listener_recv(listener, &in, &forever, &held), 0);
        start(1);
        for (int i = 1; i < MANY; i++)
                assert_int_equal(call_on(clients[i]), 0);
        assert_int_equal(listener_reply(listener, &held, &out, rcOk), 0);
        assert_int_equal(pthread_join(first.thread, NULL), 0);
        assert_int_equal(first.n_failed, 0);
        stop(1);
}

/* As the kernel process does: the end is sent, counted, and rung for. */
static void a_channel_comes_while_threads_wait(void **state) {
        int mem;

        (void)state;
        start(2);
        clients[0] = make_channel(&mem);
        letter = mem;
        atomic_fetch_add(&entries[0].news, 1);
        chan_ring(news);
        assert_int_equal(call_on(clients[0]), 0);
        assert_true(n_looks > 0);
        stop(2);
}

static void without_news_nobody_looks(void **state) {
        int mem;

        (void)state;
        clients[0] = make_channel(&mem);
        assert_int_equal(listener_add(listener, mem, NULL), 0);
        start(1);
        for (int i = 0; i < 100; i++)
                assert_int_equal(call_on(clients[0]), 0);
        assert_int_equal(n_looks, 0);
        stop(1);
}

/* Memory ---------------------------------------------------------------------------------------------------
 */

static void only_slots_that_were_written_have_memory(void **state) {
        ChanHeader *mem;
        int fd;

        (void)state;
        assert_int_equal(chan_mem_create(&fd), 0);
        assert_int_equal(chan_mem_touched(fd), 0);
        assert_int_equal(chan_mem_map(fd, &mem), 0);
        for (uint32_t i = 3; i < CHAN_SLOTS; i += 12) {
                chan_slot(mem, i)->thread = 1;
                assert_true(chan_mem_touched(fd) & (1u << i));
        }
        assert_int_equal(chan_mem_touched(fd), 1u << 3 | 1u << 15);
        chan_mem_say_closed(mem, CHAN_SERVER_GONE); /* in the page of the first one */
        assert_int_equal(chan_mem_touched(fd), 1u | 1u << 3 | 1u << 15);
        chan_mem_unmap(mem);
        (void)close(fd);
}

static void closing_wakes_who_waits_in_these_slots(void **state) {
        ChanHeader *mem;
        int fd;

        (void)state;
        assert_int_equal(chan_mem_create(&fd), 0);
        assert_int_equal(chan_mem_map(fd, &mem), 0);
        chan_mem_close_slots(mem, 1u << 2, CHAN_SERVER_GONE, -1);
        assert_int_equal(mem->closed, CHAN_SERVER_GONE);
        assert_true(atomic_load(&chan_slot(mem, 2)->state) & CHAN_DEAD);
        assert_false(atomic_load(&chan_slot(mem, 1)->state) & CHAN_DEAD);
        chan_mem_unmap(mem);
        (void)close(fd);
}

/* --- a hostile client --- */

static int count_mapped(void) {
        FILE *maps = fopen("/proc/self/maps", "r");
        char line[512];
        int n = 0;

        assert_non_null(maps);
        while (fgets(line, sizeof line, maps))
                n += strstr(line, "caisson-channel") != NULL;
        (void)fclose(maps);
        return n;
}

/* Posts without end, so that the thread finds something with each look. */
static void post_again(ChanHeader *mem) {
        ChanSlot *slot = chan_slot(mem, 0);
        struct nk_message req = {.size = HEAD};

        memcpy(chan_slot_data(slot), &req, sizeof req);
        slot->msg_size = HEAD;
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(mem), 1);
}

static void server_that_never_sleeps_forgets_channels_too(void **state) {
        struct nk_message msg;
        ChanIn in = {.msg = &msg, .msg_max = HEAD};
        ChanOut out = {.msg = &msg, .msg_size = HEAD};
        ChanHeader *busy;
        int mem, n_before;

        (void)state;
        assert_int_equal(chan_mem_create(&mem), 0);
        assert_int_equal(chan_mem_map(mem, &busy), 0);
        assert_int_equal(listener_add(listener, mem, NULL), 0);
        n_before = count_mapped();
        for (int i = 0; i < 5; i++) {
                ChanClient *client = make_channel(&mem);
                ChanRequest request;

                atomic_store(&letter, mem);
                atomic_fetch_add(&entries->news, 1);
                post_again(busy);
                assert_int_equal(listener_recv(listener, &in, &forever, &request), 0);
                assert_int_equal(listener_reply(listener, &request, &out, rcOk), 0);
                chan_client_free(client);
                assert_true(count_mapped() <= n_before + 1);
        }
        chan_mem_unmap(busy);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(each_of_many_channels_is_served),
                CASE(several_threads_serve_many_channels),
                CASE(busy_and_idle_channels_are_served_at_once),
                CASE(a_thread_that_is_busy_keeps_nobody_waiting),
                CASE(a_channel_comes_while_threads_wait),
                CASE(without_news_nobody_looks),
                CASE(server_that_never_sleeps_forgets_channels_too),
                cmocka_unit_test(only_slots_that_were_written_have_memory),
                cmocka_unit_test(closing_wakes_who_waits_in_these_slots),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
