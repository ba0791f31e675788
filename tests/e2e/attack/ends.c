/* SPDX-License-Identifier: MIT */
/*
 * Ends of a channel: see ends.h.
 */
#include "ends.h"

#include <stdio.h>
#include <stdlib.h>

const BootChannel *own_channel(void) {
        const Boot *boot = boot_get();

        if (!boot || boot->block->n_channels == 0) {
                (void)fprintf(stderr, "no channel\n");
                exit(EXIT_FAILURE);
        }
        return boot->channels;
}

ChanClient *open_client(void) {
        const BootChannel *c = own_channel();
        const ChanClientPlan plan = {.mem_fd = c->mem_fd,
                .bell_fd = c->bell_fd,
                .status_fd = c->status_fd,
                .status_index = c->status,
                .judged_fd = c->judged_fd,
                .kernel = boot_kernel(),
                .verdicts = boot_verdicts(boot_get(), c),
                .shape = boot_shape(boot_get(), c)};
        static ChanClient *client; /* as long as the process */

        if (chan_client_open(&plan, &client) == 0)
                return client;
        (void)fprintf(stderr, "no client\n");
        exit(EXIT_FAILURE);
}

Message make_request(uint16_t mid, uint32_t value) {
        Message m = {.req = {.value = value}};

        m.base.size = sizeof m.req;
        m.base.iid = attack_Vault_main_iid;
        m.base.mid = mid;
        return m;
}

Outcome call(ChanClient *client, uint16_t mid, uint32_t value) {
        static const ChanWait forever = {.timeout_ms = CHAN_FOREVER};
        Message req = make_request(mid, value), res;
        ChanOut out = {.msg = &req.base, .msg_size = sizeof req.req};
        ChanIn in = {.msg = &res.base, .msg_max = sizeof res};
        Outcome got = {.echo = 0};

        got.r = chan_call(client, &out, &in, &forever, &got.status);
        if (got.r == 0 && got.status == 0)
                got.echo = res.res.echo;
        return got;
}
