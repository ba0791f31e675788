/* SPDX-License-Identifier: MIT */
/*
 * A neighbour: calls on the first channel, to a server that others attack, until it is asked to end; then it
 * says how many calls were answered, and whether one more still is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <nk/types.h>

#include "boot/boot.h"
#include "transport/chan.h"

static volatile sig_atomic_t is_over;

static void on_end(int number) {
        (void)number;
        is_over = 1;
}

static ChanClient *connect_server(void) {
        const Boot *boot = boot_get();
        ChanClient *client;

        for (uint32_t i = 0; boot && i < boot->block->n_channels; i++) {
                const BootChannel *c = &boot->channels[i];

                if (c->role == BOOT_CLIENT && chan_client_new(c->mem_fd, c->bell_fd, c->status_fd, c->status,
                                                      NULL, 0, &client) == 0)
                        return client;
        }
        exit(EXIT_FAILURE);
}

static int call(ChanClient *client) {
        static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
        struct nk_message req = {.iid = 0}, res;
        ChanOut out = {.msg = &req, .msg_size = sizeof req};
        ChanIn in = {.msg = &res, .msg_max = sizeof res};
        int32_t status = 0;

        return chan_call(client, &out, &in, &forever, &status);
}

int main(void) {
        ChanClient *client = connect_server();
        unsigned long n = 0, n_failed = 0;

        (void)signal(SIGTERM, on_end);
        while (!is_over) {
                n++;
                n_failed += call(client) != 0;
        }
        (void)printf("%lu calls, %lu failed, then: %d\n", n, n_failed, call(client));
        (void)chan_client_free(client);
        return EXIT_SUCCESS;
}
