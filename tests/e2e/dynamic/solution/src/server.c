/* SPDX-License-Identifier: MIT */
/*
 * Server: does with a request for a channel what the name of the service says, and serves in as many threads
 * as it has listeners.
 */
#include <coresrv/cm/cm_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/nk/transport-kos.h>
#include <coresrv/sl/sl_api.h>
#include <coresrv/time/timeout.h>
#include <services/ocap.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <link/IThing.idl.h>
#include <link/Server.edl.h>

#include "hold.h"

#define PENDING 1 /* no code: not done yet */

static _Atomic Handle listener = INVALID_HANDLE; /* the one made last */
static Handle plain = INVALID_HANDLE, given = INVALID_HANDLE;
static _Atomic Retcode last_code;

static void *serve(void *arg);

static bool start(Handle on) {
        Handle *own = malloc(sizeof *own);
        pthread_t thread;

        if (own == NULL)
                return false;
        *own = on;
        return pthread_create(&thread, NULL, serve, own) == 0;
}

/* Until the process is killed. */
static void stay(void) {
        while (pause() < 0)
                continue;
}

/* --- methods --- */

#define METHOD(name)                                                                                         \
        static nk_err_t name##_method(struct link_IThing *self, const struct link_IThing_##name##_req *req,  \
                const struct nk_arena *req_arena, struct link_IThing_##name##_res *res,                      \
                struct nk_arena *res_arena)
#define UNUSED ((void)self, (void)req, (void)req_arena, (void)res, (void)res_arena)

/* The second endpoint says so. */
struct Thing {
        struct link_IThing base;
        nk_uint32_t add;
};

METHOD(Echo) {
        UNUSED;
        res->again = req->value + ((struct Thing *)self)->add;
        return NK_EOK;
}

METHOD(Judge) {
        UNUSED;
        res->again = req->value + ((struct Thing *)self)->add;
        return NK_EOK;
}

METHOD(Secret) {
        UNUSED;
        res->value = 42;
        return NK_EOK;
}

METHOD(LastCode) {
        UNUSED;
        res->code = last_code;
        return NK_EOK;
}

METHOD(Give) {
        Retcode rc;

        UNUSED;
        rc = KnHandleCreateUserObjectEx(HANDLE_TYPE_USER_FIRST, req->rights, NULL,
                plain != INVALID_HANDLE ? plain : listener, link_Server_things_second_iid, &given);
        res->callable = nk_handle_desc(rc == rcOk ? given : INVALID_HANDLE);
        return NK_EOK;
}

METHOD(Revoke) {
        UNUSED;
        res->code = KnHandleRevoke(given);
        return NK_EOK;
}

METHOD(CloseListener) {
        UNUSED;
        res->code = KnHandleClose(listener);
        listener = INVALID_HANDLE;
        return NK_EOK;
}

METHOD(Loop) {
        struct link_IThing_proxy proxy;
        NkKosTransport transport;
        link_IThing_Echo_req own_req = {.value = req->value};
        link_IThing_Echo_res own_res;
        Handle in, server, client;
        nk_err_t err = NK_EINVAL;

        UNUSED;
        if (KnHandleConnect(INVALID_HANDLE, &in, &server, &client) != rcOk || !start(server))
                return err;
        NkKosTransport_Init(&transport, client, NK_NULL, 0);
        link_IThing_proxy_init(&proxy, &transport.base, link_Server_things_second_iid);
        err = link_IThing_Echo(&proxy.base, &own_req, NULL, &own_res, NULL);
        res->again = own_res.again;
        (void)KnHandleClose(client);
        (void)KnHandleClose(in);
        return err;
}

METHOD(Die) {
        UNUSED;
        _exit(0);
}

METHOD(Keep) {
        UNUSED;
        return NK_EOK;
}

METHOD(Hang) {
        UNUSED;
        puts("hangs");
        stay();
        return NK_EOK;
}

METHOD(Hold) {
        Handle object = INVALID_HANDLE, memory = INVALID_HANDLE;

        UNUSED;
        if (hold_everything(listener, &object, &memory) == rcOk)
                puts("holding");
        res->object = nk_handle_desc(object);
        res->memory = nk_handle_desc(memory);
        return NK_EOK;
}

static void *serve(void *arg) {
        static const struct link_IThing_ops ops = {.Echo = Echo_method,
                .Judge = Judge_method,
                .Secret = Secret_method,
                .LastCode = LastCode_method,
                .Give = Give_method,
                .Revoke = Revoke_method,
                .CloseListener = CloseListener_method,
                .Loop = Loop_method,
                .Die = Die_method,
                .Keep = Keep_method,
                .Hang = Hang_method,
                .Hold = Hold_method};
        struct Thing first = {{&ops}, 0}, second = {{&ops}, 1000};
        link_CThings_component component;
        link_Server_entity entity;
        link_Server_entity_req req;
        link_Server_entity_res res;
        NkKosTransport transport;
        nk_err_t err;

        NkKosTransport_Init(&transport, *(Handle *)arg, NK_NULL, 0);
        free(arg);
        link_CThings_component_init(&component, &first.base, &second.base);
        link_Server_entity_init(&entity, &component);
        do {
                nk_req_reset(&req);
                nk_req_reset(&res);
                err = nk_transport_recv(&transport.base, &req.base_, NULL);
                if (err != NK_EOK)
                        continue;
                err = link_Server_entity_dispatch(&entity, &req.base_, NULL, &res.base_, NULL);
                (void)nk_transport_reply(&transport.base, &res.base_, NULL);
                err = NK_EOK;
        } while (err == NK_EOK || err == NK_EPERM);
        return NULL;
}

/* --- requests for channels --- */

static void accept_new(const char *client, const char *service) {
        Handle made;

        last_code = KnCmAccept(client, service, link_Server_things_first_iid, INVALID_HANDLE, &made);
        if (last_code == rcOk && start(made))
                listener = made;
}

/* The request stays, and nobody listens any more. */
static void stall(void) {
        puts("stalls");
        stay();
}

/* Nobody receives what comes over it. */
static void accept_deaf(const char *client, const char *service) {
        Handle made;

        if (KnCmAccept(client, service, link_Server_things_first_iid, INVALID_HANDLE, &made) == rcOk)
                puts("deaf");
}

/* Until last_code says what came of it the client waits. The handle of a brief channel is closed when the
 * next request comes, whether its client lives or not. */
static void accept_old(const char *client, const char *service, Handle on) {
        static Handle brief = INVALID_HANDLE;
        Handle server;
        Retcode rc;

        last_code = PENDING;
        if (brief != INVALID_HANDLE)
                (void)KnHandleClose(brief);
        brief = INVALID_HANDLE;
        rc = KnCmAccept(client, service, link_Server_things_first_iid, on, &server);
        if (rc == rcOk && strcmp(service, "close") == 0)
                rc = KnHandleClose(server);
        if (rc == rcOk && strcmp(service, "brief") == 0)
                brief = server;
        if (strcmp(service, "twice") == 0)
                rc = KnCmAccept(client, service, link_Server_things_first_iid, on, &server);
        last_code = rc;
}

static void serve_request(const char *client, const char *service) {
        Handle handle;

        if (strncmp(service, "drop", 4) == 0)
                (void)KnCmDrop(client, service);
        else if (strcmp(service, "ignore") == 0)
                (void)sched_yield(); /* it stays, until its client has waited long enough */
        else if (strcmp(service, "stall") == 0)
                stall();
        else if (strcmp(service, "new") == 0)
                accept_new(client, service);
        else if (strcmp(service, "deaf") == 0)
                accept_deaf(client, service);
        else if (strcmp(service, "plain") == 0)
                accept_old(client, service, plain);
        else if (strcmp(service, "number") == 0)
                (void)KnCmAccept(client, service, 70000, listener, &handle);
        else if (strcmp(service, "die") == 0)
                _exit(0);
        else
                accept_old(client, service, listener);
}

int main(void) {
        char client[UCORE_STRING_SIZE], service[UCORE_STRING_SIZE];
        ServiceId id;

        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        plain = ServiceLocatorRegister("plain", NULL, 0, &id);
        if (plain != INVALID_HANDLE && !start(plain))
                return EXIT_FAILURE;
        while (KnCmListen(RTL_NULL, INFINITE_TIMEOUT, client, service) == rcOk)
                serve_request(client, service);
        return EXIT_FAILURE;
}
