/* SPDX-License-Identifier: MIT */
/*
 * ns: the name server, of the class kl.core.NameServer.
 *
 * Serves the channels with the name kl.core.NameServer. It takes no arguments: what it may be asked by whom
 * is said by the policy, how much each may publish by registry.h.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/ns/ns_api.h>
#include <coresrv/sl/sl_api.h>
#include <kl/core/NameServer.edl.h>
#include <rtl/retcode_hr.h>

#include "guests.h"
#include "names.h"

static void *end_sessions(void *arg) {
        Retcode rc = names_end_sessions(arg);

        (void)fprintf(stderr, "no notifications any more: " RETCODE_HR_FMT "\n", RETCODE_HR_PARAMS(rc));
        exit(EXIT_FAILURE); /* services of processes that are gone would stay for ever */
}

/* As NkKosDoDispatch, but that it hears whether an answer was delivered. Returns when the listener is closed.
 */
static void serve(Names *names) {
        kl_core_NameServer_entity entity;
        kl_core_NameServer_entity_req req;
        kl_core_NameServer_entity_res res;
        NK_ARENA_AUTO(req_arena, kl_core_NameServer_entity_req_arena_size);
        NK_ARENA_AUTO(res_arena, kl_core_NameServer_entity_res_arena_size);
        NkKosTransport transport;
        nk_err_t err;

        (void)NkKosTransport_Init(&transport, names->listener, NK_NULL, 0);
        kl_core_NameServer_entity_init(&entity, &names->base);
        for (;;) {
                memset(&res, 0,
                        sizeof(res)); /* what a method leaves as it is must not be the last answer's */
                nk_req_reset(&req);
                nk_req_reset(&res);
                nk_arena_reset(&req_arena);
                nk_arena_reset(&res_arena);
                err = nk_transport_recv(&transport.base, &req.base_, &req_arena);
                if (err == NK_ENOTCONN || err == NK_EINVAL)
                        return;
                if (err != NK_EOK)
                        continue;
                (void)kl_core_NameServer_entity_dispatch(
                        &entity, &req.base_, &req_arena, &res.base_, &res_arena);
                err = nk_transport_reply(&transport.base, &res.base_, &res_arena);
                names_answered(names, err == NK_EOK);
        }
}

static int fail(const char *what, Retcode rc) {
        (void)fprintf(stderr, "%s: " RETCODE_HR_FMT "\n", what, RETCODE_HR_PARAMS(rc));
        return EXIT_FAILURE;
}

/* The channels that init.yaml gives, or an empty set for those to come. INVALID_HANDLE: neither. */
static Handle open_listener(void) {
        Handle listener = ServiceLocatorRegister(NS_CHANNEL, NULL, 0, NULL);

        if (listener == INVALID_HANDLE && KnHandleCreateListener(&listener) != rcOk)
                return INVALID_HANDLE;
        return listener;
}

/* The policy may leave it with the channels of init.yaml. */
static void *accept_guests(void *arg) {
        Retcode rc = guests_accept(*(const Handle *)arg, kl_core_NameServer_names_iid);

        if (rc != rcSecurityDisallow)
                (void)fprintf(
                        stderr, "no new channels any more: " RETCODE_HR_FMT "\n", RETCODE_HR_PARAMS(rc));
        return NULL;
}

int main(int argc, char **argv) {
        pthread_t thread;
        Names names;
        Retcode rc;

        if (argc > 1) {
                (void)fprintf(stderr,
                        "no argument is known here, not even '%s': remove `args` in init.yaml\n", argv[1]);
                return EXIT_FAILURE;
        }
        rc = names_init(&names, open_listener());
        if (rc != rcOk)
                return fail(
                        "no handles or notifications (does the policy allow them to the name server?)", rc);
        if (names.listener == INVALID_HANDLE)
                return fail("no channel, and no way to make one", rcNotConnected);
        if (pthread_create(&thread, NULL, end_sessions, &names) != 0 ||
                pthread_create(&thread, NULL, accept_guests, &names.listener) != 0)
                return fail("no thread", rcOutOfMemory);
        serve(&names);
        return fail("nobody can call any more", rcNotConnected);
}
