/* SPDX-License-Identifier: MIT */
/*
 * Service locator of a process with a boot block: it serves "front" to two clients and "spare" to
 * nobody, and is the client of "back" and two more. The other ends are kept by the test.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <caisson/peer.h>
#include <cmocka.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/sl/sl_api.h>

#include "boot/boot.h"
#include "handle/handle_kinds.h"
#include "support/boot_builder.h"
#include "support/caller.h"
#include "support/keeper.h"
#include "support/link.h"
#include "support/server.h"

static Handle far_clients[2]; /* of "front" */
static Handle far_server;     /* of "back" */

/* A name of n bytes. */
static const char *name_of(size_t n) {
        static char text[SERVICE_LOCATOR_NAME_MAX + 2];

        memset(text, 'n', n);
        text[n] = '\0';
        return text;
}

/* --- the boot block --- */

static void add_client(BootBuilder *b, const char *name, const LinkFds *fds, uint32_t shape) {
        t_boot_channel(b, &(BootChannel){.role = BOOT_CLIENT,
                                  .name_off = t_boot_text(b, name),
                                  .peer_off = t_boot_text(b, "Last"),
                                  .mem_fd = t_inherited(fds->mem),
                                  .bell_fd = t_inherited(fds->bell),
                                  .status_fd = t_inherited(fds->status_ro),
                                  .shape_off = shape,
                                  .shape_size = keeper_shape()->size});
}

static void add_server(
        BootBuilder *b, const char *name, uint32_t listener, const LinkFds *fds, uint32_t shape) {
        t_boot_channel(b, &(BootChannel){.role = BOOT_SERVER,
                                  .name_off = t_boot_text(b, name),
                                  .peer_off = t_boot_text(b, "Main"),
                                  .listener = listener,
                                  .mem_fd = t_inherited(fds->mem),
                                  .bell_fd = -1,
                                  .status_fd = -1,
                                  .shape_off = shape,
                                  .shape_size = keeper_shape()->size});
}

/* The clients of "front" live in this process too, beside the service locator. */
static void add_front(BootBuilder *b, int status_ro, int ear, uint32_t shape) {
        for (int i = 0; i < 2; i++) {
                LinkFds client, server;
                ChanClient *end;

                t_channel_make(status_ro, ear, &client, &server);
                add_server(b, "front", 0, &server, shape);
                assert_int_equal(chan_client_new(client.mem, client.bell, client.status_ro, 0, keeper_shape(),
                                         0, &end),
                        0);
                assert_int_equal(hnd_open(&hnd_client, end, keeper_shape(), &far_clients[i]), 0);
        }
}

static void add_back(BootBuilder *b, uint32_t shape) {
        LinkFds client, server;
        Listener *listener;
        int status, status_ro, ear;

        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(listener_new(status, 0, ear, &listener), 0);
        t_channel_make(status_ro, ear, &client, &server);
        assert_int_equal(listener_add(listener, server.mem, keeper_shape()), 0);
        add_client(b, "back", &client, shape);
        t_channel_make(status_ro, ear, &client, &server);
        add_client(b, name_of(SERVICE_LOCATOR_NAME_MAX - 1), &client, shape);
        assert_int_equal(listener_add(listener, server.mem, keeper_shape()), 0);
        assert_int_equal(hnd_open(&hnd_listener, listener, keeper_shape(), &far_server), 0);
        (void)close(status);
        (void)close(status_ro);
}

/* A channel whose memory is none: the kernel process would not do that. */
static void add_broken(BootBuilder *b, int status_ro, int ear, uint32_t shape) {
        LinkFds client, server;

        t_channel_make(status_ro, ear, &client, &server);
        (void)close(client.mem);
        client.mem = dup(client.bell);
        add_client(b, "broken", &client, shape);
        (void)close(server.mem);
}

static int group_setup(void **state) {
        BootBuilder b;
        uint32_t shape;
        int status, status_ro, front_ear, spare_ear;

        (void)state;
        t_boot_reserve();
        t_boot_begin(&b, "Middle", "demo.Keeper");
        shape = t_boot_add(&b, keeper_shape(), keeper_shape()->size);
        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&front_ear), 0);
        assert_int_equal(chan_ear_create(&spare_ear), 0);
        front_ear = t_inherited(front_ear);
        t_boot_block(&b)->status_fd = t_inherited(status);
        t_boot_listener(&b, "front", 0, front_ear);
        t_boot_listener(&b, "spare", 1, t_inherited(spare_ear));
        add_front(&b, status_ro, front_ear, shape);
        add_back(&b, shape);
        add_broken(&b, status_ro, front_ear, shape);
        (void)close(status_ro);
        t_boot_install(t_boot_end(&b));
        return boot_get() ? 0 : -1;
}

static int group_teardown(void **state) {
        (void)state;
        (void)KnHandleClose(far_clients[0]);
        (void)KnHandleClose(far_clients[1]);
        (void)KnHandleClose(far_server);
        return 0;
}

/* --- names --- */

static void bad_names_give_no_handle(void **state) {
        const char *const names[] = {
                NULL, "", "nobody", "Front", "front ", "fron", name_of(SERVICE_LOCATOR_NAME_MAX)};

        (void)state;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
                assert_int_equal(ServiceLocatorConnect(names[i]), INVALID_HANDLE);
                assert_int_equal(ServiceLocatorRegister(names[i], NULL, 0, NULL), INVALID_HANDLE);
        }
}

static void each_role_knows_its_own_names_only(void **state) {
        (void)state;
        assert_int_equal(ServiceLocatorConnect("front"), INVALID_HANDLE);
        assert_int_equal(ServiceLocatorRegister("back", NULL, 0, NULL), INVALID_HANDLE);
}

static void longest_name_is_found(void **state) {
        (void)state;
        assert_int_not_equal(ServiceLocatorConnect(name_of(SERVICE_LOCATOR_NAME_MAX - 1)), INVALID_HANDLE);
        assert_int_equal(ServiceLocatorConnect(name_of(SERVICE_LOCATOR_NAME_MAX - 2)), INVALID_HANDLE);
}

static void channel_that_can_not_be_mapped_gives_no_handle(void **state) {
        (void)state;
        assert_int_equal(ServiceLocatorConnect("broken"), INVALID_HANDLE);
        assert_int_equal(ServiceLocatorConnect("broken"), INVALID_HANDLE);
}

static void same_name_gives_the_same_handle(void **state) {
        Handle client = ServiceLocatorConnect("back");
        Handle listener = ServiceLocatorRegister("front", NULL, 0, NULL);

        (void)state;
        assert_int_not_equal(client, INVALID_HANDLE);
        assert_int_not_equal(listener, INVALID_HANDLE);
        assert_int_not_equal(listener, client);
        assert_int_equal(ServiceLocatorConnect("back"), client);
        assert_int_equal(ServiceLocatorRegister("front", NULL, 0, NULL), listener);
}

static void fourth_argument_is_of_either_type_and_may_be_null(void **state) {
        ServiceId id = 7;
        nk_iid_t iid = 7;

        (void)state;
        assert_int_not_equal(ServiceLocatorRegister("front", RTL_NULL, 0, &id), INVALID_HANDLE);
        assert_int_equal(id, 0);
        assert_int_not_equal(ServiceLocatorRegister("front", RTL_NULL, 0, &iid), INVALID_HANDLE);
        assert_int_equal(iid, 0);
}

/* --- RIIDs --- */

static void riids_come_from_the_servers_class(void **state) {
        Handle client = ServiceLocatorConnect("back");

        (void)state;
        assert_int_equal(ServiceLocatorGetRiid(client, "main.store"), KEEPER_STORE_IID);
        assert_int_equal(ServiceLocatorGetRiid(client, "demo.Keeper.log"), KEEPER_LOG_IID);
}

static void bad_endpoint_names_and_handles_give_no_riid(void **state) {
        Handle client = ServiceLocatorConnect("back");
        Handle listener = ServiceLocatorRegister("front", NULL, 0, NULL);

        (void)state;
        assert_int_equal(ServiceLocatorGetRiid(client, NULL), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(client, ""), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(client, "main"), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(client, name_of(SERVICE_LOCATOR_NAME_MAX - 1)), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(client, name_of(SERVICE_LOCATOR_NAME_MAX)), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(listener, "main.store"), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(INVALID_HANDLE, "main.store"), INVALID_RIID);
        assert_int_equal(ServiceLocatorGetRiid(0, "main.store"), INVALID_RIID);
}

/* --- the handles work --- */

static void one_listener_serves_all_clients_of_the_name(void **state) {
        Handle listener = ServiceLocatorRegister("front", NULL, 0, NULL);
        Server server;

        (void)state;
        t_server_init(&server);
        for (int i = 0; i < 2; i++) {
                Caller c = CALLER_OF(far_clients[i]);

                t_caller_start(&c);
                t_server_serve(&server, listener);
                t_caller_join(&c);
                assert_int_equal(c.rc, rcOk);
                assert_int_equal(c.slot, 42);
        }
}

static void request_says_whose_it_is_until_it_is_answered(void **state) {
        Handle listener = ServiceLocatorRegister("front", NULL, 0, NULL);
        Caller c = CALLER_OF(far_clients[0]);
        char peer[NKX_PEER_NAME_SIZE] = "x";
        Server server;

        (void)state;
        t_server_init(&server);
        assert_int_equal(nkx_peer_name(listener, peer, sizeof peer), rcInvalidOperation);
        t_caller_start(&c);
        t_server_take(&server, listener);
        assert_int_equal(nkx_peer_name(listener, NULL, sizeof peer), rcInvalidArgument);
        assert_int_equal(nkx_peer_name(listener, peer, sizeof "Main" - 1), rcBufferTooSmall);
        assert_string_equal(peer, "x");
        assert_int_equal(nkx_peer_name(far_server, peer, sizeof peer), rcInvalidOperation);
        assert_int_equal(nkx_peer_name(listener, peer, sizeof "Main"), rcOk);
        assert_string_equal(peer, "Main");
        assert_int_equal(t_server_dispatch(&server), NK_EOK);
        assert_int_equal(Reply(listener, &server.out), rcOk);
        assert_int_equal(nkx_peer_name(listener, peer, sizeof peer), rcInvalidOperation);
        t_caller_join(&c);
}

static void channel_that_was_made_without_a_name_has_none(void **state) {
        Caller c = CALLER_OF(ServiceLocatorConnect("back"));
        char peer[NKX_PEER_NAME_SIZE];
        Server server;

        (void)state;
        t_server_init(&server);
        t_caller_start(&c);
        t_server_take(&server, far_server);
        assert_int_equal(nkx_peer_name(far_server, peer, sizeof peer), rcResourceNotFound);
        assert_int_equal(t_server_dispatch(&server), NK_EOK);
        assert_int_equal(Reply(far_server, &server.out), rcOk);
        t_caller_join(&c);
}

static void client_handle_calls_its_server(void **state) {
        Caller c = CALLER_OF(ServiceLocatorConnect("back"));
        Server server;

        (void)state;
        t_server_init(&server);
        t_caller_start(&c);
        t_server_serve(&server, far_server);
        t_caller_join(&c);
        assert_int_equal(c.rc, rcOk);
}

static void name_nobody_is_connected_to_can_be_served(void **state) {
        Handle spare = ServiceLocatorRegister("spare", NULL, 0, NULL);
        Server server;

        (void)state;
        t_server_init(&server);
        assert_int_not_equal(spare, INVALID_HANDLE);
        assert_int_equal(t_server_recv(&server, spare, 0, INVALID_HANDLE), rcTimeout);
}

static void *connect_once(void *arg) {
        *(Handle *)arg = ServiceLocatorConnect("back");
        return NULL;
}

static void threads_that_ask_at_once_get_the_same_handle(void **state) {
        enum { N = 4 };
        pthread_t threads[N];
        Handle handles[N];

        (void)state;
        for (int i = 0; i < N; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, connect_once, &handles[i]), 0);
        for (int i = 0; i < N; i++) {
                assert_int_equal(pthread_join(threads[i], NULL), 0);
                assert_int_equal(handles[i], handles[0]);
        }
}

/* Last: it ends the channels. */
static void closed_channel_can_not_be_had_again(void **state) {
        Handle client = ServiceLocatorConnect("back");
        Handle listener = ServiceLocatorRegister("front", NULL, 0, NULL);
        ServiceId id = 9;

        (void)state;
        assert_int_equal(KnHandleClose(client), rcOk);
        assert_int_equal(KnHandleClose(listener), rcOk);
        assert_int_equal(ServiceLocatorConnect("back"), INVALID_HANDLE);
        assert_int_equal(ServiceLocatorRegister("front", NULL, 0, &id), INVALID_HANDLE);
        assert_int_equal(id, 9);
        assert_int_equal(ServiceLocatorGetRiid(client, "main.store"), INVALID_RIID);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(bad_names_give_no_handle),
                cmocka_unit_test(each_role_knows_its_own_names_only),
                cmocka_unit_test(longest_name_is_found),
                cmocka_unit_test(channel_that_can_not_be_mapped_gives_no_handle),
                cmocka_unit_test(threads_that_ask_at_once_get_the_same_handle),
                cmocka_unit_test(same_name_gives_the_same_handle),
                cmocka_unit_test(fourth_argument_is_of_either_type_and_may_be_null),
                cmocka_unit_test(riids_come_from_the_servers_class),
                cmocka_unit_test(bad_endpoint_names_and_handles_give_no_riid),
                cmocka_unit_test(one_listener_serves_all_clients_of_the_name),
                cmocka_unit_test(request_says_whose_it_is_until_it_is_answered),
                cmocka_unit_test(channel_that_was_made_without_a_name_has_none),
                cmocka_unit_test(client_handle_calls_its_server),
                cmocka_unit_test(name_nobody_is_connected_to_can_be_served),
                cmocka_unit_test(closed_channel_can_not_be_had_again),
        };

        return cmocka_run_group_tests_name("service locator", tests, group_setup, group_teardown);
}
