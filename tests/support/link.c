/* SPDX-License-Identifier: MIT */
/*
 * A listener and its clients in one process: see link.h.
 */
#include "link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "handle/handle_kinds.h"
#include "keeper.h"

void t_channel_make(int status_ro, int ear, LinkFds *ret_client, LinkFds *ret_server) {
        *ret_client = (LinkFds){.status_ro = dup(status_ro)};
        assert_int_equal(chan_mem_create(&ret_client->mem), 0);
        assert_int_equal(chan_bell_create(&ret_client->bell), 0);
        assert_int_equal(chan_ear_add(ear, ret_client->bell), 0);
        *ret_server = (LinkFds){.mem = dup(ret_client->mem), .bell = -1, .status_ro = -1};
        assert_true(ret_client->status_ro >= 0 && ret_server->mem >= 0);
}

static void add_client(Link *link, Listener *listener, int ear, int status_ro, uint32_t deadline_ms) {
        uint32_t i = link->n_clients++;
        LinkFds client, server;
        ChanClient *end;

        t_channel_make(status_ro, ear, &client, &server);
        assert_int_equal(chan_mem_map(client.mem, &link->mem[i]), 0);
        assert_int_equal(listener_add(listener, server.mem, keeper_shape()), 0);
        assert_int_equal(chan_client_new(client.mem, client.bell, client.status_ro, 0, keeper_shape(),
                                 deadline_ms, &end),
                0);
        assert_int_equal(hnd_open(&hnd_client, end, keeper_shape(), &link->clients[i]), 0);
}

void t_link_make(Link *link, uint32_t n_clients, uint32_t deadline_ms) {
        int status, status_ro, ear;
        Listener *listener;

        *link = (Link){.listener = INVALID_HANDLE};
        assert_true(n_clients <= LINK_CLIENTS);
        assert_int_equal(chan_status_create(&status, &status_ro), 0);
        assert_int_equal(chan_ear_create(&ear), 0);
        assert_int_equal(listener_new(status, 0, ear, &listener), 0);
        for (uint32_t i = 0; i < n_clients; i++)
                add_client(link, listener, ear, status_ro, deadline_ms);
        assert_int_equal(hnd_open(&hnd_listener, listener, keeper_shape(), &link->listener), 0);
        (void)close(status);
        (void)close(status_ro);
}

void t_link_client_died(Link *link, uint32_t i) {
        chan_mem_close(link->mem[i], CHAN_CLIENT_GONE, -1);
}

void t_link_server_died(Link *link) {
        for (uint32_t i = 0; i < link->n_clients; i++)
                chan_mem_close(link->mem[i], CHAN_SERVER_GONE, -1);
}

void t_link_end(Link *link) {
        for (uint32_t i = 0; i < link->n_clients; i++) {
                (void)KnHandleClose(link->clients[i]);
                chan_mem_unmap(link->mem[i]);
        }
        (void)KnHandleClose(link->listener);
}
