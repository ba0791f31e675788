/* SPDX-License-Identifier: MIT */
/*
 * Channels made at run time, as the kernel's endpoints make them: who is told what, what ends with what, and
 * that nothing is left when either side dies at any step. The host's channels are counted, not made.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <kl/core/CM.idl.h>
#include <kl/core/Handle.idl.h>

#include <handle/handletype.h>
#include <services/ocap.h>

#include "core/conn.h"
#include "core/state.h"

#define HANDLE_RIID (kl_core_Core_handle_iidOffset + kl_core_CHandle_Handle_iid)
#define CM_RIID     (kl_core_Core_cm_iidOffset + kl_core_CCM_CM_iid)

#define PENDING  NK_ENOMEM /* a call that waits */
#define FOREVER  0xffffffffu
#define CALLABLE (OCAP_IPC_CALL | OCAP_HANDLE_TRANSFER | OCAP_HANDLE_COPY)

enum { CLIENT, SERVER, OTHER, TASKS };
static const char *const names[TASKS] = {"Client", "Server", "Other"};

typedef struct Got {
        bool is_answered;
        union {
                struct nk_message base_;
                kl_core_Core_entity_res any;
        } message;
        uint32_t n_fds;
} Got;

typedef struct Line {
        nk_transport base;
        CoreTask *task;
        kl_core_Handle_proxy handles;
        kl_core_CM_proxy cm;
        uint64_t ticket;
} Line;

static Core *core;
static Line lines[TASKS];
static Got got[16];
static uint64_t now_ms, n_letters;
static uint32_t n_listeners, n_channels, n_static;
static CoreChannelPlan last_plan;
static bool is_full; /* the host has no room */

/* The host ----------------------------------------------------------------------------------------------- */

static void note_answer(void *arg, const CoreAnswer *answer) {
        Got *g = got + answer->ticket;

        (void)arg;
        assert_false(g->is_answered);
        assert_non_null(answer->message);
        *g = (Got){.is_answered = true, .n_fds = answer->mail.n_fds};
        memcpy(&g->message, answer->message, answer->message_size);
        for (uint32_t i = 0; i < answer->mail.n_fds; i++)
                assert_true(fcntl(answer->mail.fds[i], F_GETFD) >= 0);
}

static uint64_t mail_new(void *arg, uint32_t task) {
        (void)arg;
        (void)task;
        return ++n_letters;
}

static MailFds one_fd(void) {
        return (MailFds){.list = {open("/dev/null", O_RDONLY | O_CLOEXEC)}, .n = 1};
}

static int open_listener(void *arg, uint32_t task, MailFds *ret_fds, void **ret_listener) {
        (void)arg;
        (void)task;
        if (is_full)
                return -ENOMEM;
        n_listeners++;
        *ret_fds = one_fd();
        *ret_listener = &n_listeners;
        return 0;
}

/* The server was born with one. */
static void *find_listener(void *arg, uint32_t task, uint32_t index) {
        (void)arg;
        if (task != SERVER || index != 0)
                return NULL;
        n_static++;
        return &n_static;
}

static void close_listener(void *arg, void *listener) {
        (void)arg;
        (*(uint32_t *)listener)--;
}

static int open_channel(void *arg, const CoreChannelPlan *plan, MailFds *ret_fds, void **ret_channel) {
        (void)arg;
        if (is_full)
                return -ENOBUFS;
        last_plan = *plan;
        n_channels++;
        *ret_fds = one_fd();
        *ret_channel = &n_channels;
        return 0;
}

static void close_channel(void *arg, void *channel) {
        (void)arg;
        (*(uint32_t *)channel)--;
}

/* Calls -------------------------------------------------------------------------------------------------- */

static nk_err_t call(struct nk_transport *self, const struct nk_message *req,
        const struct nk_arena *req_arena, struct nk_message *res, struct nk_arena *res_arena) {
        Line *line = (Line *)(void *)self;
        Got *g = got + line->ticket;

        (void)res_arena;
        g->is_answered = false;
        core_call(line->task, line->ticket, req, req_arena ? req_arena->start : NULL,
                (uint32_t)nkx_arena_used(req_arena), now_ms);
        if (!g->is_answered)
                return PENDING;
        memcpy(res, &g->message, g->message.base_.size);
        return NK_EOK;
}

static void store(struct nk_arena *arena, nk_ptr_t *ptr, const char *text) {
        assert_int_equal(nk_arena_store(nk_char_t, arena, ptr, text, (nk_size_t)strlen(text) + 1), NK_EOK);
}

/* Returns the code, or PENDING: the answer comes with the ticket. */
static int connect_as(int who, uint64_t ticket, const char *server, uint32_t msecs) {
        NK_ARENA_AUTO(arena, kl_core_CM_Connect_req_arena_size);
        kl_core_CM_Connect_req req = {.msecs = msecs};
        kl_core_CM_Connect_res res;

        store(&arena, &req.server, server);
        store(&arena, &req.service, "thing");
        lines[who].ticket = ticket;
        return kl_core_CM_Connect(&lines[who].cm.base, &req, &arena, &res, NULL) == PENDING ? PENDING
                                                                                            : res.rc;
}

static const kl_core_CM_Connect_res *connected(uint64_t ticket) {
        assert_true(got[ticket].is_answered);
        return (const kl_core_CM_Connect_res *)(const void *)&got[ticket].message;
}

static Retcode accept_at(uint32_t listener, const char *client, uint32_t *ret_handle) {
        NK_ARENA_AUTO(arena, kl_core_CM_Accept_req_arena_size);
        kl_core_CM_Accept_req req = {.id = 7, .listener = nk_handle_desc(listener)};
        kl_core_CM_Accept_res res;

        store(&arena, &req.client, client);
        store(&arena, &req.service, "thing");
        lines[SERVER].ticket = 0;
        assert_int_equal(kl_core_CM_Accept(&lines[SERVER].cm.base, &req, &arena, &res, NULL), NK_EOK);
        *ret_handle = res.handle.handle;
        return res.rc;
}

static Retcode close_handle(int who, uint32_t handle) {
        kl_core_Handle_Close_req req = {.handle = nk_handle_desc(handle)};
        kl_core_Handle_Close_res res;

        lines[who].ticket = 0;
        assert_int_equal(kl_core_Handle_Close(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc;
}

static Retcode open_handle(int who, uint32_t handle) {
        kl_core_Handle_Open_req req = {.handle = nk_handle_desc(handle)};
        kl_core_Handle_Open_res res;

        lines[who].ticket = 0;
        assert_int_equal(kl_core_Handle_Open(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(got[0].n_fds, res.rc == rcOk);
        return res.rc;
}

static uint32_t make_listener(int who) {
        kl_core_Handle_CreateListener_req req;
        kl_core_Handle_CreateListener_res res;

        memset(&req, 0, sizeof req);
        lines[who].ticket = 0;
        assert_int_equal(
                kl_core_Handle_CreateListener(&lines[who].handles.base, &req, NULL, &res, NULL), NK_EOK);
        return res.rc == rcOk ? res.listener.handle : INVALID_HANDLE;
}

static Retcode make_callable(uint32_t channel, uint16_t riid, uint32_t rights, uint32_t *ret_handle) {
        kl_core_Handle_CreateUserObject_req req = {.type = HANDLE_TYPE_USER_FIRST,
                .rights = rights,
                .ipcChannel = nk_handle_desc(channel),
                .riid = riid};
        kl_core_Handle_CreateUserObject_res res;

        lines[SERVER].ticket = 0;
        assert_int_equal(
                kl_core_Handle_CreateUserObject(&lines[SERVER].handles.base, &req, NULL, &res, NULL), NK_EOK);
        *ret_handle = res.handle.handle;
        return res.rc;
}

/* As a message would. */
static uint32_t transfer(int from, int to, uint32_t handle) {
        nk_handle_desc_t sent = nk_handle_desc(handle), received;

        assert_int_equal(
                htree_transfer(lines[from].task->space, lines[to].task->space, &sent, 1, &received), 0);
        return received.handle;
}

static void kill_task(int who) {
        lines[who].task = core_task_free(lines[who].task);
}

static int setup(void **state) {
        static const struct nk_transport_ops ops = {.call = call};
        CoreHost host = {.answer = note_answer,
                .mail_new = mail_new,
                .channels = {.listener_open = open_listener,
                        .listener_find = find_listener,
                        .listener_close = close_listener,
                        .channel_open = open_channel,
                        .channel_close = close_channel}};

        (void)state;
        memset(got, 0, sizeof(got));
        now_ms = 1000;
        is_full = false;
        if (core_new(&host, &core) != 0)
                return -1;
        for (int i = 0; i < TASKS; i++) {
                lines[i].base.ops = &ops;
                if (core_task_new(core, (uint32_t)i, names[i], &lines[i].task) != 0)
                        return -1;
                kl_core_Handle_proxy_init(&lines[i].handles, &lines[i].base, HANDLE_RIID);
                kl_core_CM_proxy_init(&lines[i].cm, &lines[i].base, CM_RIID);
        }
        return 0;
}

/* After any test everything is back at its start. */
static int teardown(void **state) {
        HtreeCounts counts, none = {.n_spaces = 0};
        uint32_t n_waiting;

        (void)state;
        for (int i = 0; i < TASKS; i++)
                kill_task(i);
        counts = core_count_handles(core);
        n_waiting = core_count_waiting(core);
        core = core_free(core);
        return n_waiting || n_listeners || n_channels || n_static || memcmp(&counts, &none, sizeof(counts))
                       ? -1
                       : 0;
}

/* By name ------------------------------------------------------------------------------------------------ */

static void a_request_waits_until_it_is_accepted(void **state) {
        uint32_t listener;

        (void)state;
        assert_int_equal(connect_as(CLIENT, 1, "Server", FOREVER), PENDING);
        assert_int_equal(accept_at(INVALID_HANDLE, "Client", &listener), rcOk);
        assert_int_equal(connected(1)->rc, rcOk);
        assert_int_equal(connected(1)->id, 7);
        assert_int_equal(got[1].n_fds, 1);
        assert_int_equal(got[0].n_fds, 1); /* the listener's */
        assert_int_equal(n_channels, 1);
        assert_int_equal(last_plan.client, CLIENT);
        assert_int_equal(last_plan.tag, listener);
        assert_false(last_plan.has_riid);
}

static void further_channels_join_the_listener(void **state) {
        uint32_t listener, server;

        (void)state;
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        (void)accept_at(INVALID_HANDLE, "Client", &listener);
        (void)connect_as(OTHER, 2, "Server", FOREVER);
        assert_int_equal(accept_at(listener, "Other", &server), rcOk);
        assert_int_equal(got[0].n_fds, 0);
        assert_int_equal(n_listeners, 1);
        assert_int_equal(n_channels, 2);
        assert_int_equal(close_handle(SERVER, server), rcOk); /* that channel alone */
        assert_int_equal(n_channels, 1);
        assert_int_equal(close_handle(SERVER, listener), rcOk);
        assert_int_equal(n_channels, 0);
        assert_int_equal(n_listeners, 0);
}

static void a_listener_of_the_start_is_found_by_its_index(void **state) {
        uint32_t server;

        (void)state;
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        assert_int_equal(accept_at(0, "Client", &server), rcOk);
        assert_int_equal(last_plan.tag, 0);
        assert_int_equal(n_static, 1);
        assert_int_equal(accept_at(1, "Client", &server), rcInvalidArgument);
}

static void a_clients_handle_is_its_channel(void **state) {
        uint32_t listener, client;

        (void)state;
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        (void)accept_at(INVALID_HANDLE, "Client", &listener);
        client = connected(1)->handle.handle;
        assert_int_equal(close_handle(CLIENT, client), rcOk);
        assert_int_equal(n_channels, 0);
        assert_int_equal(n_listeners, 1);
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        (void)accept_at(listener, "Client", &listener);
        client = connected(1)->handle.handle;
        assert_int_equal(close_handle(SERVER, listener), rcOk);
        assert_int_equal(open_handle(CLIENT, client), rcNotConnected);
        assert_int_equal(close_handle(CLIENT, client), rcOk);
}

static void without_a_request_nothing_is_accepted(void **state) {
        uint32_t handle;

        (void)state;
        assert_int_equal(accept_at(INVALID_HANDLE, "Client", &handle), rcResourceNotFound);
        assert_int_equal(n_listeners, 0);
        assert_int_equal(core_count_handles(core).n_handles, 0);
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        assert_int_equal(accept_at(0x80000123u, "Client", &handle), rcInvalidArgument);
        assert_int_equal(accept_at(INVALID_HANDLE, "Client", &handle), rcOk);
        assert_int_equal(accept_at(handle, "Client", &handle), rcResourceNotFound); /* twice */
}

static void a_host_without_room_tells_both(void **state) {
        uint32_t handle, listener;

        (void)state;
        listener = make_listener(SERVER);
        (void)connect_as(CLIENT, 1, "Server", FOREVER);
        is_full = true;
        assert_int_equal(accept_at(INVALID_HANDLE, "Client", &handle), rcOutOfMemory);
        assert_false(got[1].is_answered); /* it stays in the queue: nothing was taken out */
        assert_int_equal(accept_at(listener, "Client", &handle), rcOutOfMemory);
        assert_int_equal(connected(1)->rc, rcOutOfMemory);
        assert_int_equal(connected(1)->handle.handle, INVALID_HANDLE);
        assert_int_equal(core_count_handles(core).n_handles, 1);
}

static void waiting_ends_in_time(void **state) {
        (void)state;
        assert_int_equal(connect_as(CLIENT, 1, "Server", 10), PENDING);
        now_ms += 9;
        (void)core_expire(core, now_ms);
        assert_false(got[1].is_answered);
        now_ms += 1;
        (void)core_expire(core, now_ms);
        assert_int_equal(connected(1)->rc, rcTimeout);
        assert_int_equal(connect_as(CLIENT, 1, "Nobody", 0), rcResourceNotFound);
}

/* By handle ---------------------------------------------------------------------------------------------- */

static void a_callable_handle_makes_a_channel_for_each_process(void **state) {
        uint32_t listener = make_listener(SERVER), own, mine, theirs;

        (void)state;
        assert_int_equal(make_callable(listener, 3, CALLABLE, &own), rcOk);
        mine = transfer(SERVER, CLIENT, own);
        theirs = transfer(CLIENT, OTHER, mine);
        assert_int_equal(n_channels, 0);
        assert_int_equal(open_handle(CLIENT, mine), rcOk);
        assert_true(last_plan.has_riid);
        assert_int_equal(last_plan.riid, 3);
        assert_int_equal(open_handle(OTHER, theirs), rcOk);
        assert_int_equal(last_plan.client, OTHER);
        assert_int_equal(n_channels, 2);
        assert_int_equal(open_handle(CLIENT, mine), rcOk); /* anew, in place of the first one */
        assert_int_equal(n_channels, 2);
        assert_int_equal(close_handle(CLIENT, mine), rcOk);
        assert_int_equal(n_channels, 1);
}

static void revoking_ends_the_channels_of_all(void **state) {
        uint32_t listener = make_listener(SERVER), own, mine, theirs;
        kl_core_Handle_Revoke_req req;
        kl_core_Handle_Revoke_res res;

        (void)state;
        (void)make_callable(listener, 3, CALLABLE, &own);
        mine = transfer(SERVER, CLIENT, own);
        theirs = transfer(CLIENT, OTHER, mine);
        (void)open_handle(CLIENT, mine);
        (void)open_handle(OTHER, theirs);
        req.handle = nk_handle_desc(own);
        lines[SERVER].ticket = 0;
        assert_int_equal(kl_core_Handle_Revoke(&lines[SERVER].handles.base, &req, NULL, &res, NULL), NK_EOK);
        assert_int_equal(n_channels, 0);
        assert_int_equal(open_handle(CLIENT, mine), rcHandleRevoked);
}

static void a_right_is_needed(void **state) {
        uint32_t listener = make_listener(SERVER), own, handle;

        (void)state;
        (void)make_callable(listener, 3, OCAP_HANDLE_TRANSFER, &own);
        assert_int_equal(open_handle(CLIENT, transfer(SERVER, CLIENT, own)), rcNoCapability);
        (void)make_callable(INVALID_HANDLE, 0, CALLABLE, &own);
        assert_int_equal(open_handle(CLIENT, transfer(SERVER, CLIENT, own)), rcInvalidArgument);
        assert_int_equal(open_handle(CLIENT, 0x80000042u), rcInvalidArgument);
        assert_int_equal(make_callable(own, 3, CALLABLE, &handle), rcInvalidArgument); /* no listener */
        assert_int_equal(make_callable(listener, INVALID_RIID, CALLABLE, &handle), rcInvalidArgument);
}

static void a_closed_listener_can_not_be_called(void **state) {
        uint32_t listener = make_listener(SERVER), own, mine;

        (void)state;
        (void)make_callable(listener, 3, CALLABLE, &own);
        mine = transfer(SERVER, CLIENT, own);
        (void)open_handle(CLIENT, mine);
        assert_int_equal(close_handle(SERVER, listener), rcOk);
        assert_int_equal(n_channels, 0);
        assert_int_equal(open_handle(CLIENT, mine), rcNotConnected);
}

/* Limits ------------------------------------------------------------------------------------------------- */

static void a_process_has_so_many_listeners(void **state) {
        uint32_t last = INVALID_HANDLE;

        (void)state;
        for (uint32_t i = 0; i < CONN_LISTENERS_MAX; i++)
                assert_int_not_equal(last = make_listener(SERVER), INVALID_HANDLE);
        assert_int_equal(make_listener(SERVER), INVALID_HANDLE);
        assert_int_not_equal(make_listener(OTHER), INVALID_HANDLE);
        assert_int_equal(close_handle(SERVER, last), rcOk);
        assert_int_not_equal(make_listener(SERVER), INVALID_HANDLE);
}

/* One process can't use a server up: CONN_CALLED_MAX is a part of CONN_SERVED_MAX. */
static void a_process_has_so_many_channels(void **state) {
        uint32_t listener = make_listener(SERVER), own, mine[CONN_CALLED_MAX + 1];

        (void)state;
        (void)make_callable(listener, 0, CALLABLE, &own);
        for (uint32_t i = 0; i <= CONN_CALLED_MAX; i++)
                mine[i] = transfer(SERVER, CLIENT, own);
        for (uint32_t i = 0; i < CONN_CALLED_MAX; i++)
                assert_int_equal(open_handle(CLIENT, mine[i]), rcOk);
        assert_int_equal(open_handle(CLIENT, mine[CONN_CALLED_MAX]), rcQuotaExceeded);
        assert_int_equal(open_handle(OTHER, transfer(SERVER, OTHER, own)), rcOk);
        assert_int_equal(close_handle(CLIENT, mine[0]), rcOk);
        assert_int_equal(open_handle(CLIENT, mine[CONN_CALLED_MAX]), rcOk);
}

static void a_server_has_so_many_channels(void **state) {
        uint32_t listener = make_listener(SERVER), own, handle;
        CoreTask *crowd[CONN_SERVED_MAX / CONN_CALLED_MAX];

        (void)state;
        (void)make_callable(listener, 0, CALLABLE, &own);
        for (uint32_t i = 0; i < CONN_SERVED_MAX / CONN_CALLED_MAX; i++) {
                Line spare = lines[CLIENT];

                assert_int_equal(core_task_new(core, 10 + i, "Crowd", &crowd[i]), 0);
                lines[CLIENT].task = crowd[i];
                for (uint32_t k = 0; k < CONN_CALLED_MAX; k++)
                        assert_int_equal(open_handle(CLIENT, transfer(SERVER, CLIENT, own)), rcOk);
                lines[CLIENT].task = spare.task;
        }
        handle = transfer(SERVER, CLIENT, own);
        assert_int_equal(open_handle(CLIENT, handle), rcQuotaExceeded);
        crowd[0] = core_task_free(crowd[0]);
        assert_int_equal(open_handle(CLIENT, handle), rcOk);
        for (uint32_t i = 1; i < CONN_SERVED_MAX / CONN_CALLED_MAX; i++)
                core_task_free(crowd[i]);
}

/* Deaths ------------------------------------------------------------------------------------------------- */

typedef enum Step {
        ASKED,     /* the client waits for the server */
        LISTENED,  /* the server waits for a client */
        ACCEPTED,  /* the channel is there */
        JOINED,    /* on a listener with another one */
        GIVEN,     /* the client holds a callable handle */
        CALLED,    /* and has a channel by it */
        HANDED_ON, /* and has given it to a third */
        STEPS
} Step;

static void listen_as_server(void) {
        NK_ARENA_AUTO(arena, kl_core_CM_Listen_req_arena_size);
        kl_core_CM_Listen_req req = {.msecs = FOREVER};
        kl_core_CM_Listen_res res;

        store(&arena, &req.filter, "");
        lines[SERVER].ticket = 3;
        assert_int_equal(kl_core_CM_Listen(&lines[SERVER].cm.base, &req, &arena, &res, NULL), PENDING);
}

static void go_to(Step step) {
        uint32_t listener, handle;

        if (step == LISTENED) {
                listen_as_server();
                return;
        }
        if (step <= JOINED)
                assert_int_equal(connect_as(CLIENT, 1, "Server", FOREVER), PENDING);
        if (step == ACCEPTED || step == JOINED)
                assert_int_equal(accept_at(INVALID_HANDLE, "Client", &listener), rcOk);
        if (step == JOINED) {
                assert_int_equal(connect_as(OTHER, 2, "Server", FOREVER), PENDING);
                assert_int_equal(accept_at(listener, "Other", &handle), rcOk);
        }
        if (step < GIVEN)
                return;
        assert_int_equal(make_callable(make_listener(SERVER), 1, CALLABLE, &handle), rcOk);
        handle = transfer(SERVER, CLIENT, handle);
        if (step >= CALLED)
                assert_int_equal(open_handle(CLIENT, handle), rcOk);
        if (step == HANDED_ON)
                assert_int_equal(open_handle(OTHER, transfer(CLIENT, OTHER, handle)), rcOk);
}

/* What is left of channels and listeners when one side has died at a step, and what the other one is told. */
static const struct {
        Step step;
        int dies;
        uint32_t n_channels, n_listeners;
        Retcode told; /* the client's waiting call; rcOk: nothing, or it was answered before */
} deaths[] = {
        {ASKED, CLIENT, 0, 0, rcOk},
        {ASKED, SERVER, 0, 0, rcNotConnected},
        {LISTENED, SERVER, 0, 0, rcOk},
        {LISTENED, CLIENT, 0, 0, rcOk},
        {ACCEPTED, CLIENT, 0, 1, rcOk},
        {ACCEPTED, SERVER, 0, 0, rcOk},
        {JOINED, CLIENT, 1, 1, rcOk},
        {JOINED, SERVER, 0, 0, rcOk},
        {GIVEN, CLIENT, 0, 1, rcOk},
        {GIVEN, SERVER, 0, 0, rcOk},
        {CALLED, CLIENT, 0, 1, rcOk},
        {CALLED, SERVER, 0, 0, rcOk},
        {HANDED_ON, CLIENT, 1, 1, rcOk}, /* the third one's goes on: its ancestor took the place */
        {HANDED_ON, SERVER, 0, 0, rcOk},
};

static void either_side_may_die_at_each_step(void **state) {
        for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
                go_to(deaths[i].step);
                kill_task(deaths[i].dies);
                if (n_channels != deaths[i].n_channels || n_listeners != deaths[i].n_listeners)
                        print_error("case %zu: %u channels, %u listeners\n", i, n_channels, n_listeners);
                assert_int_equal(n_channels, deaths[i].n_channels);
                assert_int_equal(n_listeners, deaths[i].n_listeners);
                if (deaths[i].told != rcOk)
                        assert_int_equal(connected(1)->rc, deaths[i].told);
                assert_int_equal(teardown(state), 0);
                assert_int_equal(setup(state), 0);
        }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(a_request_waits_until_it_is_accepted),
                CASE(further_channels_join_the_listener),
                CASE(a_listener_of_the_start_is_found_by_its_index),
                CASE(a_clients_handle_is_its_channel),
                CASE(without_a_request_nothing_is_accepted),
                CASE(a_host_without_room_tells_both),
                CASE(waiting_ends_in_time),
                CASE(a_callable_handle_makes_a_channel_for_each_process),
                CASE(revoking_ends_the_channels_of_all),
                CASE(a_right_is_needed),
                CASE(a_closed_listener_can_not_be_called),
                CASE(a_process_has_so_many_listeners),
                CASE(a_process_has_so_many_channels),
                CASE(a_server_has_so_many_channels),
                CASE(either_side_may_die_at_each_step),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
