/* SPDX-License-Identifier: MIT */
/*
 * Client: as Owner it opens a session and uses it; as Guest it guesses numbers.
 */
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <session/IDesk.idl.h>

static int use(session_IDesk_proxy *desk, nk_uint32_t number) {
        session_IDesk_Use_req req = {.number = number};
        session_IDesk_Use_res res;
        nk_err_t err = session_IDesk_Use(&desk->base, &req, NULL, &res, NULL);

        if (err == NK_EOK)
                fprintf(stderr, "used session %u: %u times now\n", number, res.times);
        else
                fprintf(stderr, "may not use session %u\n", number);
        return err == NK_EOK || err == NK_EPERM ? 0 : -1;
}

/* Opens one session, uses it and ends it. */
static int own(session_IDesk_proxy *desk) {
        session_IDesk_Open_req open_req;
        session_IDesk_Open_res open_res;
        session_IDesk_Close_req close_req;
        session_IDesk_Close_res close_res;

        nk_req_reset(&open_req);
        if (session_IDesk_Open(&desk->base, &open_req, NULL, &open_res, NULL) != NK_EOK)
                return -1;
        fprintf(stderr, "opened session %u\n", open_res.number);
        if (use(desk, open_res.number) < 0 || use(desk, open_res.number) < 0)
                return -1;
        nk_req_reset(&close_req);
        close_req.number = open_res.number;
        if (session_IDesk_Close(&desk->base, &close_req, NULL, &close_res, NULL) != NK_EOK)
                return -1;
        fprintf(stderr, "closed session %u\n", open_res.number);
        return use(desk, open_res.number);
}

static int guess(session_IDesk_proxy *desk) {
        return use(desk, 1) < 0 || use(desk, 2) < 0 ? -1 : 0;
}

int main(int argc, const char *argv[]) {
        session_IDesk_proxy desk;
        NkKosTransport transport;
        Handle channel = ServiceLocatorConnect("desk");

        if (argc < 2 || channel == INVALID_HANDLE) {
                fprintf(stderr, "usage: Client open|guess, with a channel \"desk\"\n");
                return EXIT_FAILURE;
        }
        NkKosTransport_Init(&transport, channel, NK_NULL, 0);
        session_IDesk_proxy_init(&desk, &transport.base, ServiceLocatorGetRiid(channel, "desk"));
        return (strcmp(argv[1], "open") == 0 ? own(&desk) : guess(&desk)) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
