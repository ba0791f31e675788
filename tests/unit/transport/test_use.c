/* SPDX-License-Identifier: MIT */
/*
 * Handles used on the direct path: what goes directly, what is sent back and comes through the relay, and
 * what a hostile end gets from it. The judge here knows nothing of handles: what it delivers is as it was
 * sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <handle/handletype.h>
#include <rtl/retcode.h>

#include "../nk/shape_block.h"
#include "platform/linux/clock.h"
#include "trio.h"

#define SEATS   2u
#define SERVER  0u
#define CLIENT  1u
#define NUMBER  (1u << 31 | 3u << HELD_INDEX_BITS | 17u)
#define OWN     (1u << 31 | 1u << HELD_INDEX_BITS | 4u)
#define UNKNOWN (NUMBER + 1)
#define CONTEXT 0x5eedu
#define MANY    1000u

typedef struct Request {
        struct nk_message base_;
        uint64_t value;
        nk_handle_desc_t handle;
} Request;

typedef struct Reply {
        struct nk_message base_;
        uint64_t value;
} Reply;

static Trio trio;
static ShapeTable *shape;
static HeldTable written, view;

static ShapeTable *make_shape(void) {
        static const ShapeNode node = {.kind = SHAPE_HANDLE, .offset = offsetof(Request, handle)};
        static const ShapeMethod methods[2] = {
                {.req = {.size = sizeof(Request), .n_handles = 1, .n_nodes = 1},
                        .res = {.size = sizeof(Reply)},
                        .err = {.size = sizeof(struct nk_message)}},
                {.req = {.size = sizeof(struct nk_message)},
                        .res = {.size = sizeof(struct nk_message)},
                        .err = {.size = sizeof(struct nk_message)}}};
        static const ShapeEndpoint endpoint = {.n_methods = 2};

        return shape_block_new(&(ShapeParts){.endpoints = &endpoint,
                .n_endpoints = 1,
                .methods = methods,
                .n_methods = 2,
                .nodes = &node,
                .n_nodes = 1});
}

static int setup(void **state) {
        const HeldUse use = {.seat = CLIENT,
                .number = NUMBER,
                .id = 2,
                .own_number = OWN,
                .own_id = 1,
                .context = CONTEXT,
                .rights = 7};
        int fd;

        (void)state;
        shape = make_shape();
        assert_int_equal(chan_held_create(SEATS, SERVER, &written, &fd), 0);
        assert_int_equal(chan_held_map(fd, &view), 0);
        held_put(&written, &use);
        trio_open_use(&trio, shape, &view, CLIENT);
        return 0;
}

static int teardown(void **state) {
        (void)state;
        trio_close(&trio);
        chan_held_unmap(&written);
        chan_held_unmap(&view);
        free(shape);
        return 0;
}

/* --- a client and a server, each a thread --- */

typedef struct UseCall {
        nk_handle_desc_t handle;
        uint32_t timeout_ms;
        uint64_t value; /* of the reply */
        int result;
        int32_t status;
} UseCall;

static void call(UseCall *c) {
        Request req = {.value = 5, .handle = c->handle};
        Reply res;
        const ChanOut out = {.msg = &req.base_, .msg_size = sizeof req};
        ChanIn in = {.msg = &res.base_, .msg_max = sizeof res};
        const ChanWait wait = {.timeout_ms = c->timeout_ms ? c->timeout_ms : CHAN_FOREVER};

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, 0, 0);
        nk_msg_set_ncaps(&req, 1);
        c->result = chan_call(trio.client, &out, &in, &wait, &c->status);
        c->value = c->result == 0 && c->status == 0 ? res.value : 0;
}

typedef struct UseServer {
        pthread_t thread;
        _Atomic uint32_t n_direct, n_straight, n_judged;
        nk_handle_desc_t last; /* as it was received */
} UseServer;

/* Answers with the context of a handle that is the server's own, else with 1. */
static void *serve(void *arg) {
        UseServer *s = arg;

        for (;;) {
                Request req;
                Reply res = {.value = 1};
                ChanIn in = {.msg = &req.base_, .msg_max = sizeof req};
                const ChanOut out = {.msg = &res.base_, .msg_size = sizeof res};
                ChanRequest request;

                if (listener_recv(trio.listener, &in, &(ChanWait){.timeout_ms = CHAN_FOREVER}, &request))
                        return NULL;
                s->n_direct += request.way == CHAN_WAY_DIRECT;
                s->n_straight += request.way == CHAN_WAY_STRAIGHT;
                s->n_judged += request.way == CHAN_WAY_JUDGED;
                s->last = req.handle;
                nk_req_reset(&res);
                nk_msg_set_method_id(&res, 0, 0);
                if (nk_is_handle_dereferenced(&req.handle))
                        res.value = req.handle.badge;
                (void)listener_reply(trio.listener, &request, &out, rcOk);
        }
}

static void serve_start(UseServer *s) {
        *s = (UseServer){.n_direct = 0};
        trio_start(&trio);
        assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void serve_end(UseServer *s) {
        listener_close(trio.listener);
        assert_int_equal(pthread_join(s->thread, NULL), 0);
}

static UseCall called_with(nk_handle_desc_t handle) {
        UseCall c = {.handle = handle};

        call(&c);
        assert_int_equal(c.result, 0);
        return c;
}

/* --- the two ways --- */

static void own_handle_is_used_without_the_relay(void **state) {
        UseServer s;
        UseCall c;

        (void)state;
        serve_start(&s);
        c = called_with(nk_handle_desc(NUMBER, 3));
        serve_end(&s);
        assert_int_equal(c.status, rcOk);
        assert_int_equal(c.value, CONTEXT);
        assert_int_equal(s.n_direct, 1);
        assert_int_equal(trio.n_requests, 0);
        assert_int_equal(nk_get_handle(&s.last), OWN);
        assert_int_equal(nk_get_rights(&s.last), 3);
}

static void no_handle_goes_directly_too(void **state) {
        UseServer s;

        (void)state;
        serve_start(&s);
        (void)called_with(nkx_handle_desc_dereferenced(INVALID_HANDLE, 7, CONTEXT));
        serve_end(&s);
        assert_int_equal(s.n_direct, 1);
        assert_int_equal(nk_get_handle(&s.last), INVALID_HANDLE);
        assert_false(nk_is_handle_dereferenced(&s.last));
        assert_int_equal(s.last.badge, 0);
}

/* Foreign, forged, closed, with more rights, with a badge. */
static void what_the_table_does_not_say_is_judged(void **state) {
        const nk_handle_desc_t sent[] = {nk_handle_desc(UNKNOWN), nk_handle_desc(0), nk_handle_desc(OWN),
                nk_handle_desc(NUMBER, 8), nk_handle_desc(NUMBER, 1, 9), nk_handle_desc(NUMBER ^ 1u << 20)};
        UseServer s;

        (void)state;
        serve_start(&s);
        for (uint32_t i = 0; i < sizeof sent / sizeof *sent; i++) {
                assert_int_equal(called_with(sent[i]).value, 1);
                assert_int_equal(trio.n_requests, i + 1);
        }
        serve_end(&s);
        assert_int_equal(s.n_direct, 0);
        assert_int_equal(s.n_straight, sizeof sent / sizeof *sent);
        assert_int_equal(trio.n_responses, 0);
}

static void revoked_handle_is_judged_from_then_on(void **state) {
        UseServer s;

        (void)state;
        trio.deny_request = true;
        serve_start(&s);
        assert_int_equal(called_with(nk_handle_desc(NUMBER)).value, CONTEXT);
        held_drop(&written, CLIENT, NUMBER);
        assert_int_equal(called_with(nk_handle_desc(NUMBER)).status, rcSecurityDisallow);
        serve_end(&s);
        assert_int_equal(trio.n_requests, 1);
        assert_int_equal(s.n_direct, 1);
        assert_int_equal(s.n_straight, 0);
}

static void closing_the_servers_own_handle_ends_all_below(void **state) {
        UseServer s;

        (void)state;
        serve_start(&s);
        held_drop(&written, SERVER, OWN);
        (void)called_with(nk_handle_desc(NUMBER));
        serve_end(&s);
        assert_int_equal(s.n_straight, 1);
}

/* Handles that are given away would be tried in vain each time; and a method is not given up for ever. */
static void method_that_gives_handles_away_takes_the_judged_way_at_once(void **state) {
        uint32_t n_at_once = 0;
        UseServer s;

        (void)state;
        serve_start(&s);
        for (uint32_t i = 0; i < MANY; i++)
                (void)called_with(nk_handle_desc(UNKNOWN));
        assert_int_equal(s.n_straight, MANY);
        while (s.n_direct == 0) {
                n_at_once++;
                assert_int_equal(called_with(nk_handle_desc(NUMBER)).status, rcOk);
                assert_in_range(n_at_once, 1, 65);
        }
        (void)called_with(nk_handle_desc(UNKNOWN)); /* forgotten: one failure costs nothing more */
        (void)called_with(nk_handle_desc(NUMBER));
        serve_end(&s);
        assert_int_equal(s.n_direct, 2);
}

static void time_limit_holds_for_both_ways_together(void **state) {
        UseCall c = {.handle = nk_handle_desc(UNKNOWN), .timeout_ms = 50};
        uint64_t begin;
        UseServer s;

        (void)state;
        assert_int_equal(pthread_create(&s.thread, NULL, serve, &s), 0); /* and no relay */
        begin = plat_now_ns();
        call(&c);
        assert_int_equal(c.result, CHAN_E_TIMEOUT);
        assert_true(plat_now_ns() - begin >= 50000000u);
        assert_int_equal(called_with(nk_handle_desc(NUMBER)).value, CONTEXT);
        serve_end(&s);
}

/* --- calls that nobody waits for --- */

static int post(nk_handle_desc_t handle, uint16_t mid, ChanTicket *ret_ticket) {
        Request req = {.value = 5, .handle = handle};

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, 0, mid);
        nk_msg_set_ncaps(&req, 1);
        return chan_post(trio.client, &(ChanOut){.msg = &req.base_, .msg_size = sizeof req}, ret_ticket);
}

static int32_t taken(const ChanTicket *ticket) {
        Reply res;
        ChanIn in = {.msg = &res.base_, .msg_max = sizeof res};
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER};
        int32_t status = 0;

        assert_int_equal(chan_post_take(trio.client, ticket, &in, &wait, &status), 0);
        return status;
}

static void own_handle_is_posted_and_another_one_is_sent_back(void **state) {
        ChanTicket ticket;
        UseServer s;

        (void)state;
        serve_start(&s);
        assert_int_equal(post(nk_handle_desc(NUMBER), 0, &ticket), 0);
        assert_int_equal(taken(&ticket), rcOk);
        assert_int_equal(post(nk_handle_desc(UNKNOWN), 0, &ticket), 0);
        assert_int_equal(taken(&ticket), CHAN_ELSEWHERE);
        serve_end(&s);
        assert_int_equal(s.n_direct, 1);
        assert_int_equal(trio.n_requests, 0);
}

static void what_must_be_judged_is_not_posted(void **state) {
        ChanTicket ticket;

        (void)state;
        assert_int_equal(post(nk_handle_desc(NUMBER), 1, &ticket), CHAN_E_STATE);
        assert_int_equal(post(nk_handle_desc(NUMBER), 2, &ticket), CHAN_E_STATE); /* none of the class */
}

/* What comes after it over the other legs is received after it, too. */
static void *call_judged(void *arg) {
        struct nk_message req = {.size = sizeof req, .mid = 1}, res;
        const ChanOut out = {.msg = &req, .msg_size = sizeof req};
        ChanIn in = {.msg = &res, .msg_max = sizeof res};

        (void)chan_call(trio.client, &out, &in, &(ChanWait){.timeout_ms = CHAN_FOREVER}, arg);
        return NULL;
}

/* What comes after it over the other legs is received after it, too. */
static void judged_calls_come_after_what_nobody_waits_for(void **state) {
        const ChanWait wait = {.timeout_ms = CHAN_FOREVER}, soon = {.timeout_ms = 20};
        Request req;
        ChanIn in = {.msg = &req.base_, .msg_max = sizeof req};
        ChanRequest posted, other;
        ChanTicket ticket;
        pthread_t caller;
        int32_t status = rcOk;
        uint32_t thread;

        (void)state;
        trio_start(&trio);
        assert_int_equal(post(nk_handle_desc(NUMBER), 0, &ticket), 0);
        assert_int_equal(pthread_create(&caller, NULL, call_judged, &status), 0);
        while (!atomic_load(chan_pending(trio.to_server)))
                (void)sched_yield();
        for (uint32_t i = 0; i < 2; i++) { /* whichever leg is looked at first */
                assert_int_equal(listener_recv(trio.listener, &in, &wait, &posted), 0);
                assert_int_equal(posted.way, CHAN_WAY_DIRECT);
                assert_int_equal(relay_peek(trio.route, ticket.slot, &thread), CHAN_PHASE_NONE);
                assert_int_not_equal(thread, 0); /* whoever looks goes on to the next slot */
                assert_int_equal(relay_peek(trio.route, 1, &thread), CHAN_PHASE_POSTED);
                assert_int_equal(listener_recv(trio.listener, &in, &soon, &other), CHAN_E_TIMEOUT);
                (void)listener_reply(trio.listener, &posted, NULL, rcFail);
                assert_int_equal(taken(&ticket), rcFail);
                if (i == 0)
                        assert_int_equal(post(nk_handle_desc(NUMBER), 0, &ticket), 0);
        }
        assert_int_equal(listener_recv(trio.listener, &in, &wait, &other), 0);
        assert_int_not_equal(other.way, CHAN_WAY_DIRECT);
        (void)listener_reply(trio.listener, &other, NULL, rcOk);
        assert_int_equal(pthread_join(caller, NULL), 0);
}

/* --- hostile ends --- */

/* Posts past the client's end, and waits for the answer. */
static int32_t post_raw(uint32_t i, uint32_t number) {
        Request req = {.handle = nk_handle_desc(number)};
        const ChanOut out = {.msg = &req.base_, .msg_size = sizeof req};
        ChanSlot *slot = chan_slot(trio.direct, i);

        nk_req_reset(&req);
        nk_msg_set_method_id(&req, 0, 0);
        nk_msg_set_ncaps(&req, 1);
        chan_put(slot, &out);
        atomic_store(&slot->state, CHAN_CALL);
        atomic_fetch_or(chan_pending(trio.direct), 1u << i);
        chan_ring(trio.news);
        while ((atomic_load(&slot->state) & CHAN_STATE) != CHAN_REPLY)
                (void)sched_yield();
        return slot->status;
}

static void client_that_never_comes_again_leaves_nothing(void **state) {
        UseServer s;

        (void)state;
        serve_start(&s);
        for (uint32_t i = 0; i < MANY; i++)
                assert_int_equal(post_raw(1 + i % (CHAN_SLOTS - 1), UNKNOWN + i), CHAN_ELSEWHERE);
        assert_int_equal(s.n_direct, 0);
        assert_int_equal(called_with(nk_handle_desc(NUMBER)).value, CONTEXT);
        serve_end(&s);
        assert_int_equal(trio.n_requests, 0);
        assert_int_equal(trio.n_forbidden, 0);
}

static void *lie(void *arg) {
        _Atomic uint32_t *n_served = arg;
        ChanRequest request;
        Request req;
        ChanIn in = {.msg = &req.base_, .msg_max = sizeof req};

        while (listener_recv(trio.listener, &in, &(ChanWait){.timeout_ms = CHAN_FOREVER}, &request) == 0) {
                atomic_fetch_add(n_served, 1);
                (void)listener_reply(trio.listener, &request, NULL, CHAN_ELSEWHERE);
        }
        return NULL;
}

static void server_that_sends_everything_back_is_believed_once(void **state) {
        _Atomic uint32_t n_served = 0;
        pthread_t thread;

        (void)state;
        trio_start(&trio);
        assert_int_equal(pthread_create(&thread, NULL, lie, &n_served), 0);
        assert_int_equal(called_with(nk_handle_desc(NUMBER)).status, rcFail);
        assert_int_equal(n_served, 2);
        assert_int_equal(trio.n_requests, 1);
        listener_close(trio.listener);
        assert_int_equal(pthread_join(thread, NULL), 0);
}

/* --- the memory --- */

static void nobody_but_the_writer_can_write(void **state) {
        size_t size = held_size(SEATS);
        HeldTable made, read;
        char path[64];
        int fd, anew;

        (void)state;
        assert_int_equal(chan_held_create(SEATS, SERVER, &made, &fd), 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        anew = open(path, O_RDWR | O_CLOEXEC); /* as an owner of the file may */
        assert_true(anew >= 0);
        for (int i = 0; i < 2; i++) {
                int each = i ? anew : fd;

                assert_true(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, each, 0) == MAP_FAILED);
                assert_true(pwrite(each, "x", 1, HELD_HEAD_SIZE) < 0);
                assert_true(ftruncate(each, 0) < 0);
                assert_true(ftruncate(each, (off_t)size + 4096) < 0);
        }
        (void)close(anew);
        assert_int_equal(chan_held_map(fd, &read), 0);
        assert_int_equal(read.own_seat, SERVER);
        assert_true(mprotect((char *)read.entries - HELD_HEAD_SIZE, size, PROT_READ | PROT_WRITE) < 0);
        held_put(
                &made, &(HeldUse){.seat = CLIENT, .number = NUMBER, .id = 2, .own_number = OWN, .own_id = 1});
        assert_int_equal(atomic_load(&read.entries[HELD_ROW + 17].id), 2);
        chan_held_unmap(&read);
        chan_held_unmap(&made);
}

static void memory_of_another_kind_is_no_table(void **state) {
        HeldTable found;
        int fd;

        (void)state;
        assert_int_equal(chan_mem_create(&fd), 0);
        assert_int_equal(chan_held_map(fd, &found), -EBADMSG);
        (void)close(fd);
        fd = memfd_create("small", MFD_CLOEXEC);
        assert_int_equal(chan_held_map(fd, &found), -EBADMSG);
        assert_int_equal(ftruncate(fd, (off_t)held_size(1)), 0);
        assert_int_equal(chan_held_map(fd, &found), -EBADMSG);
        (void)close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(own_handle_is_used_without_the_relay),
                CASE(no_handle_goes_directly_too),
                CASE(what_the_table_does_not_say_is_judged),
                CASE(revoked_handle_is_judged_from_then_on),
                CASE(closing_the_servers_own_handle_ends_all_below),
                CASE(method_that_gives_handles_away_takes_the_judged_way_at_once),
                CASE(time_limit_holds_for_both_ways_together),
                CASE(own_handle_is_posted_and_another_one_is_sent_back),
                CASE(what_must_be_judged_is_not_posted),
                CASE(judged_calls_come_after_what_nobody_waits_for),
                CASE(client_that_never_comes_again_leaves_nothing),
                CASE(server_that_sends_everything_back_is_believed_once),
                cmocka_unit_test(nobody_but_the_writer_can_write),
                cmocka_unit_test(memory_of_another_kind_is_no_table),
        };

        return cmocka_run_group_tests_name("use", tests, NULL, NULL);
}
