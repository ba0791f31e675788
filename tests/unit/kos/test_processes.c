/* SPDX-License-Identifier: MIT */
/*
 * Real processes, started and watched as the kernel process does it: each has a boot block at its
 * descriptor, finds its channels by name, and is killed where a case says so.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <coresrv/nk/transport-kos-dispatch.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include "support/boot_builder.h"
#include "support/caller.h"
#include "support/keeper.h"
#include "support/link.h"
#include "support/server.h"

#define N_CLIENTS 2

/* One solution: a server of demo.Keeper, two clients, all channels called "keeper". */
typedef struct Solution {
        int status, status_ro, ear;
        LinkFds client_fds[N_CLIENTS], server_fds[N_CLIENTS];
        ChanHeader *mem[N_CLIENTS]; /* as the kernel process sees it */
        int word[2];                /* pipe: the server tells how far it is, one letter a step */
        pid_t server;
        pid_t clients[N_CLIENTS];
} Solution;

static int setup(void **state) {
        Solution *s = calloc(1, sizeof *s);

        t_boot_reserve();
        assert_int_equal(chan_status_create(&s->status, &s->status_ro), 0);
        assert_int_equal(chan_ear_create(&s->ear), 0);
        assert_int_equal(pipe(s->word), 0);
        for (int i = 0; i < N_CLIENTS; i++) {
                t_channel_make(s->status_ro, s->ear, &s->client_fds[i], &s->server_fds[i]);
                assert_int_equal(chan_mem_map(s->client_fds[i].mem, &s->mem[i]), 0);
        }
        *state = s;
        return 0;
}

static void stop(pid_t *pid) {
        if (*pid <= 0)
                return;
        (void)kill(*pid, SIGKILL);
        while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
                continue;
        *pid = 0;
}

static int teardown(void **state) {
        Solution *s = *state;

        stop(&s->server);
        for (int i = 0; i < N_CLIENTS; i++) {
                stop(&s->clients[i]);
                chan_mem_unmap(s->mem[i]);
                (void)close(s->client_fds[i].mem);
                (void)close(s->client_fds[i].bell);
                (void)close(s->client_fds[i].status_ro);
                (void)close(s->server_fds[i].mem);
        }
        (void)close(s->ear);
        (void)close(s->word[0]);
        (void)close(s->word[1]);
        (void)close(s->status);
        (void)close(s->status_ro);
        free(s);
        return 0;
}

/* --- boot blocks --- */

static void add_channel(BootBuilder *b, uint32_t role, const LinkFds *fds, uint32_t shape) {
        t_boot_channel(b, &(BootChannel){.role = role,
                                  .name_off = t_boot_text(b, "keeper"),
                                  .peer_off = t_boot_text(b, "Peer"),
                                  .mem_fd = t_inherited(fds->mem),
                                  .bell_fd = role == BOOT_CLIENT ? t_inherited(fds->bell) : -1,
                                  .status_fd = role == BOOT_CLIENT ? t_inherited(fds->status_ro) : -1,
                                  .shape_off = shape,
                                  .shape_size = keeper_shape()->size});
}

static void boot_server(Solution *s) {
        BootBuilder b;
        uint32_t shape;

        t_boot_begin(&b, "Keeper", "demo.Keeper");
        shape = t_boot_add(&b, keeper_shape(), keeper_shape()->size);
        t_boot_block(&b)->status_fd = t_inherited(s->status);
        t_boot_listener(&b, "keeper", 0, t_inherited(s->ear));
        for (int i = 0; i < N_CLIENTS; i++)
                add_channel(&b, BOOT_SERVER, &s->server_fds[i], shape);
        t_boot_install(t_boot_end(&b));
}

static void boot_client(Solution *s, int i) {
        BootBuilder b;
        uint32_t shape;

        t_boot_begin(&b, "Main", "demo.Main");
        shape = t_boot_add(&b, keeper_shape(), keeper_shape()->size);
        add_channel(&b, BOOT_CLIENT, &s->client_fds[i], shape);
        t_boot_install(t_boot_end(&b));
}

/* --- programs; what they return is their exit code --- */

static void tell(const Solution *s, char letter) {
        (void)!write(s->word[1], &letter, 1);
}

static int serve_for_ever(const Solution *s) {
        Handle listener = ServiceLocatorRegister("keeper", NULL, 0, NULL);
        Keeper_entity keeper = {.put_result = NK_EOK};
        NkKosDispatchInfo info = NK_ENTITY_DISPATCH_INFO_INITIALIZER(Keeper, keeper);

        (void)s;
        return NkKosDoDispatch(listener, &info);
}

/* Until it is killed. */
static int stay(void) {
        while (pause() < 0)
                continue;
        return 0;
}

/* Alive, but does not receive. */
static int sleep_for_ever(const Solution *s) {
        (void)ServiceLocatorRegister("keeper", NULL, 0, NULL);
        tell(s, 'u');
        return stay();
}

/* Takes one request and stays in it. */
static int take_one(const Solution *s) {
        Handle listener = ServiceLocatorRegister("keeper", NULL, 0, NULL);
        Server server;

        t_server_init(&server);
        if (t_server_recv(&server, listener, INFINITE_TIMEOUT, INVALID_HANDLE) != rcOk)
                return 1;
        tell(s, 't');
        return stay();
}

/* Takes one request, waits until its client is dead, replies; then serves one more. */
static int reply_to_the_dead(const Solution *s) {
        Handle listener = ServiceLocatorRegister("keeper", NULL, 0, NULL);
        Server server;
        Retcode rc;

        t_server_init(&server);
        if (t_server_recv(&server, listener, INFINITE_TIMEOUT, INVALID_HANDLE) != rcOk)
                return 1;
        tell(s, 't');
        while (!(atomic_load(&s->mem[0]->closed) & CHAN_CLIENT_GONE))
                (void)sched_yield();
        (void)t_server_dispatch(&server);
        rc = Reply(listener, &server.out);
        if (t_server_recv(&server, listener, INFINITE_TIMEOUT, INVALID_HANDLE) != rcOk)
                return 2;
        (void)t_server_dispatch(&server);
        if (Reply(listener, &server.out) != rcOk)
                return 3;
        return rc == rcNotConnected ? 0 : 4;
}

static int leave_at_once(const Solution *s) {
        (void)s;
        return 0;
}

/* `n` Puts through an NkKosTransport; the first failure's code. */
static int put_times(uint32_t n) {
        NK_ARENA_AUTO(req_arena, KEEPER_KEY_SIZE);
        NK_ARENA_AUTO(res_arena, KEEPER_KEY_SIZE);
        Handle handle = ServiceLocatorConnect("keeper");
        NkKosTransport t;

        (void)NkKosTransport_Init(&t, handle, NK_NULL, 0);
        if (ServiceLocatorGetRiid(handle, "main.store") != KEEPER_STORE_IID)
                return 250;
        for (uint32_t i = 0; i < n; i++) {
                Keeper_Put_req req;
                Keeper_Put_res res;
                nk_err_t err;

                keeper_prepare_put(&req, &req_arena, &res, i, "key");
                err = nk_transport_call(&t.base, &req.base_, &req_arena, &res.base_, &res_arena);
                if (err != NK_EOK)
                        return err;
                if (res.slot != i + 1)
                        return 251;
        }
        return 0;
}

/* --- the kernel process's part --- */

static void start_server(Solution *s, int (*program)(const Solution *s)) {
        s->server = fork();
        assert_true(s->server >= 0);
        if (s->server > 0)
                return;
        boot_server(s);
        _exit(program(s));
}

static void start_client(Solution *s, int i, uint32_t n_puts) {
        s->clients[i] = fork();
        assert_true(s->clients[i] >= 0);
        if (s->clients[i] > 0)
                return;
        boot_client(s, i);
        _exit(put_times(n_puts));
}

/* The exit code; -signal when it was killed. */
static int wait_for(pid_t *pid) {
        int status = 0;

        while (waitpid(*pid, &status, 0) < 0)
                assert_int_equal(errno, EINTR);
        *pid = 0;
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void expect_word(const Solution *s, char letter) {
        char got = '?';

        assert_int_equal(read(s->word[0], &got, 1), 1);
        assert_int_equal(got, letter);
}

static void bury_server(Solution *s) {
        for (int i = 0; i < N_CLIENTS; i++)
                chan_mem_close(s->mem[i], CHAN_SERVER_GONE, -1);
}

static void kill_server(Solution *s) {
        stop(&s->server);
        bury_server(s);
}

/* --- cases --- */

static void processes_find_each_other_by_name_and_talk(void **state) {
        Solution *s = *state;

        start_client(s, 0, 200);
        start_server(s, serve_for_ever);
        start_client(s, 1, 200);
        assert_int_equal(wait_for(&s->clients[0]), 0);
        assert_int_equal(wait_for(&s->clients[1]), 0);
}

static void server_killed_before_it_receives_ends_the_call(void **state) {
        Solution *s = *state;

        start_server(s, sleep_for_ever);
        expect_word(s, 'u');
        start_client(s, 0, 1);
        t_wait_phase(s->mem[0], CHAN_PHASE_POSTED);
        kill_server(s);
        assert_int_equal(wait_for(&s->clients[0]), NK_ENOTCONN);
}

static void server_killed_in_a_call_ends_the_call(void **state) {
        Solution *s = *state;

        start_client(s, 0, 1);
        start_server(s, take_one);
        expect_word(s, 't');
        kill_server(s);
        assert_int_equal(wait_for(&s->clients[0]), NK_ENOTCONN);
}

static void server_that_leaves_is_not_connected(void **state) {
        Solution *s = *state;

        start_server(s, leave_at_once);
        assert_int_equal(wait_for(&s->server), 0);
        bury_server(s);
        start_client(s, 0, 1);
        assert_int_equal(wait_for(&s->clients[0]), NK_ENOTCONN);
}

static void client_killed_in_its_call_costs_nobody_else_anything(void **state) {
        Solution *s = *state;

        start_client(s, 0, 1);
        start_server(s, reply_to_the_dead);
        expect_word(s, 't');
        stop(&s->clients[0]);
        start_client(s, 1, 1);
        chan_mem_close(s->mem[0], CHAN_CLIENT_GONE, s->client_fds[0].bell);
        assert_int_equal(wait_for(&s->clients[1]), 0);
        assert_int_equal(wait_for(&s->server), 0);
}

static void server_killed_between_calls_is_not_connected(void **state) {
        Solution *s = *state;

        start_server(s, serve_for_ever);
        start_client(s, 0, 50);
        assert_int_equal(wait_for(&s->clients[0]), 0);
        kill_server(s);
        start_client(s, 1, 1);
        assert_int_equal(wait_for(&s->clients[1]), NK_ENOTCONN);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                CASE(processes_find_each_other_by_name_and_talk),
                CASE(server_killed_before_it_receives_ends_the_call),
                CASE(server_killed_in_a_call_ends_the_call),
                CASE(server_that_leaves_is_not_connected),
                CASE(client_killed_in_its_call_costs_nobody_else_anything),
                CASE(server_killed_between_calls_is_not_connected),
        };

        return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
