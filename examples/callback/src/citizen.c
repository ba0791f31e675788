/* SPDX-License-Identifier: MIT */
/*
 * Citizen: has a channel to the tower, and gives it a handle for the way back. A thread of its own serves
 * what comes through that handle.
 */
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <services/ocap.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <bell/Citizen.edl.h>
#include <bell/ITower.idl.h>

static struct bell_ITower_proxy tower;

/* The other way
 * --------------------------------------------------------------------------------------------------- */

static nk_err_t hear_method(struct bell_IEar *self, const struct bell_IEar_Hear_req *req,
        const struct nk_arena *req_arena, struct bell_IEar_Hear_res *res, struct nk_arena *res_arena) {
        (void)self;
        (void)req_arena;
        (void)res;
        (void)res_arena;
        fprintf(stderr, "heard stroke %u\n", (unsigned)req->stroke);
        return NK_EOK;
}

static void *serve(void *arg) {
        static const struct bell_IEar_ops ops = {.Hear = hear_method};
        struct bell_IEar impl = {.ops = &ops};
        bell_CEar_component component;
        bell_Citizen_entity entity;
        bell_Citizen_entity_req req;
        bell_Citizen_entity_res res;
        NkKosTransport transport;

        NkKosTransport_Init(&transport, *(const Handle *)arg, NK_NULL, 0);
        bell_CEar_component_init(&component, &impl);
        bell_Citizen_entity_init(&entity, &component);
        for (;;) {
                nk_req_reset(&req);
                nk_req_reset(&res);
                if (nk_transport_recv(&transport.base, &req.base_, NULL) != NK_EOK)
                        return NULL;
                (void)bell_Citizen_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
        }
}

/* A handle through which this process can be called, at that one endpoint. */
static Handle make_callable(void) {
        static Handle listener;
        Handle handle;
        pthread_t thread;

        if (KnHandleCreateListener(&listener) != rcOk || pthread_create(&thread, NULL, serve, &listener) != 0)
                return INVALID_HANDLE;
        if (KnHandleCreateUserObjectEx(HANDLE_TYPE_USER_FIRST, OCAP_IPC_CALL | OCAP_HANDLE_TRANSFER, NULL,
                    listener, bell_Citizen_head_ear_iid, &handle) != rcOk)
                return INVALID_HANDLE;
        return handle;
}

/* Calls
 * -----------------------------------------------------------------------------------------------------------
 */

static nk_err_t subscribe(Handle handle) {
        bell_ITower_Subscribe_req req = {.ear = nk_handle_desc(handle)};
        bell_ITower_Subscribe_res res;

        return bell_ITower_Subscribe(&tower.base, &req, NULL, &res, NULL);
}

static void ring(const char *when) {
        static bell_ITower_Ring_req req;
        bell_ITower_Ring_res res;

        if (bell_ITower_Ring(&tower.base, &req, NULL, &res, NULL) != NK_EOK)
                fprintf(stderr, "%s: the tower does not answer\n", when);
        else
                fprintf(stderr, "%s: the tower %s\n", when,
                        res.result == NK_EOK ? "has called" : "could not call");
}

int main(void) {
        static bell_ITower_Close_req req;
        bell_ITower_Close_res res;
        NkKosTransport transport;
        Handle handle = make_callable();

        if (NkKosTransport_Init(&transport, ServiceLocatorConnect("tower"), NK_NULL, 0) != NK_EOK)
                return EXIT_FAILURE;
        bell_ITower_proxy_init(
                &tower, &transport.base, ServiceLocatorGetRiid(transport.handle, "tower.bell"));
        if (handle == INVALID_HANDLE || subscribe(handle) != NK_EOK) {
                fprintf(stderr, "no way back\n");
                return EXIT_FAILURE;
        }
        ring("first");
        ring("again");
        (void)KnHandleRevoke(handle);
        ring("after revoking the handle");
        (void)bell_ITower_Close(&tower.base, &req, NULL, &res, NULL);
        return EXIT_SUCCESS;
}
